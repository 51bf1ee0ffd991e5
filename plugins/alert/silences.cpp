// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "silences.h"

#include <re2/re2.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "weirflow/io/values.hpp"

namespace weirflow::alert {

using nlohmann::json;

struct Matcher::Pattern {
  explicit Pattern(const std::string& text) : regex(text, RE2::Quiet) {}
  RE2 regex;
};

wf::Result<Matcher> Matcher::parse(const std::string& text) {
  const size_t at = text.find('=');
  const size_t tilde = text.find("!~");
  const bool is_not_regex = tilde != std::string::npos && (at == std::string::npos || tilde < at);
  const size_t op = is_not_regex ? tilde : at;
  Matcher made;
  if (op == std::string::npos || op == 0)
    return wf::invalid_config("'" + text +
                              "' is no matcher; write name=value, name!=value, "
                              "name=~regex or name!~regex");
  if (is_not_regex) {
    made.negated_ = true;
    made.name_ = text.substr(0, op);
    made.value_ = text.substr(op + 2);
  } else {
    made.negated_ = text[op - 1] == '!';
    made.name_ = text.substr(0, op - (made.negated_ ? 1 : 0));
    made.value_ = text.substr(op + 1);
  }
  if (made.name_.empty()) return wf::invalid_config("'" + text + "' names no label");
  const bool is_regex = is_not_regex || (!made.negated_ && made.value_.starts_with('~'));
  if (!is_regex) return made;
  if (!is_not_regex) made.value_.erase(0, 1);
  const auto pattern = std::make_shared<const Pattern>(made.value_);
  if (!pattern->regex.ok()) return wf::invalid_config("'" + text + "': " + pattern->regex.error());
  made.pattern_ = pattern;
  return made;
}

bool Matcher::matches(const Labels& labels) const {
  const auto found = labels.find(name_);
  const std::string value = found == labels.end() ? std::string() : found->second;
  const bool equal = pattern_ ? RE2::FullMatch(value, pattern_->regex) : value == value_;
  return equal != negated_;
}

wf::Result<Silences::Silence> Silences::make_one(const SilenceConfig& config,
                                                 const std::string& key) {
  Silence silence;
  if (config.matchers.empty())
    return wf::invalid_config("a silence without matchers would hold for everything")
        .at({key + ".matchers", 0, 0, "name a label, as in \"severity=info\""});
  for (size_t i = 0; i < config.matchers.size(); ++i) {
    wf::Result<Matcher> matcher = Matcher::parse(config.matchers[i]);
    if (!matcher.ok())
      return wf::Status(matcher.error())
          .at({key + ".matchers[" + std::to_string(i) + "]", 0, 0, ""});
    silence.matchers.push_back(std::move(*matcher));
  }
  const auto expires = wf::io::parse_timestamp(config.expires);
  if (!expires)
    return wf::invalid_config("'" + config.expires + "' is no time")
        .at({key + ".expires", 0, 0, "write it as 2026-12-01T08:00:00Z"});
  silence.expires_us = *expires;
  for (const auto& [name, text] : {std::pair("author", config.author), {"reason", config.reason}})
    if (text.empty())
      return wf::invalid_config(std::string("a silence needs its ") + name)
          .at({key + "." + name, 0, 0, ""});
  silence.author = config.author;
  return silence;
}

wf::Result<Silences> Silences::make(const std::vector<SilenceConfig>& configured,
                                    std::string file) {
  Silences made;
  for (size_t i = 0; i < configured.size(); ++i) {
    WF_ASSIGN(Silence silence, make_one(configured[i], "silences[" + std::to_string(i) + "]"));
    made.configured_.push_back(std::move(silence));
  }
  made.file_ = std::move(file);
  WF_TRY(made.refresh());
  return made;
}

Silences::Stamp Silences::stamp() const {
  struct stat about {};
  if (::stat(file_.c_str(), &about) != 0) return {};
  return {about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec, about.st_size,
          about.st_ino};
}

wf::Status Silences::refresh() {
  if (file_.empty()) return {};
  const Stamp now = stamp();
  if (now == seen_) return {};
  seen_ = now;
  if (now == Stamp()) {
    from_file_.clear();
    return {};
  }
  return read().with_context("silences " + file_);
}

wf::Status Silences::read() {
  std::ifstream in(file_, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return wf::io_error("cannot be read");
  const json list = json::parse(text.str(), nullptr, false);
  if (!list.is_array()) return wf::invalid_data("a list of silences is needed, as JSON");
  std::vector<Silence> silences;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string which = "silence " + std::to_string(i + 1);
    SilenceConfig config;
    try {
      config.matchers = list[i].at("matchers").get<std::vector<std::string>>();
      config.expires = list[i].at("expires");
      config.author = list[i].at("author");
      config.reason = list[i].at("reason");
    } catch (const json::exception& e) {
      return wf::invalid_data(which + " needs matchers (a list), expires, author and reason");
    }
    wf::Result<Silence> silence = make_one(config, which);
    if (!silence.ok()) return wf::invalid_data(which + ": " + silence.error().message());
    silences.push_back(std::move(*silence));
  }
  from_file_ = std::move(silences);
  return {};
}

std::optional<std::string> Silences::author_of(const Labels& labels, int64_t now_us) const {
  for (const auto* list : {&configured_, &from_file_})
    for (const Silence& silence : *list)
      if (now_us < silence.expires_us &&
          std::all_of(silence.matchers.begin(), silence.matchers.end(),
                      [&](const Matcher& m) { return m.matches(labels); }))
        return silence.author;
  return std::nullopt;
}

}  // namespace weirflow::alert
