// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "channel.h"

#include <array>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "weirflow/nearest.hpp"

namespace weirflow::alert {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 11> kNames = {
    "rule",  "severity", "status",    "fingerprint", "summary", "description",
    "value", "link",     "starts_at", "ends_at",     "count"};
constexpr std::array<std::string_view, 3> kTables = {"labels.", "annotations.", "evidence."};

const std::string& entry(const Labels& labels, const std::string& name) {
  static const std::string none;
  const auto found = labels.find(name);
  return found == labels.end() ? none : found->second;
}

std::string evidence_text(const Alert& alert, const std::string& name, int decimals) {
  const json object = json::parse(alert.evidence, nullptr, false);
  if (!object.is_object() || !object.contains(name)) return "";
  const json& value = object[name];
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return number_text(value.get<double>(), decimals);
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string named_text(const Notification& message, const Alert& alert,
                       const TextTemplate::Part& part) {
  const std::string& name = part.name;
  if (name == "rule") return alert.rule;
  if (name == "severity") return alert.severity;
  if (name == "status") return std::string(status_text(alert.resolved));
  if (name == "fingerprint") return alert.fingerprint;
  if (name == "summary" || name == "description") return entry(alert.annotations, name);
  if (name == "value") return alert.value ? number_text(*alert.value, part.decimals) : "";
  if (name == "link") return alert.link;
  if (name == "starts_at") return time_text(alert.starts_us);
  if (name == "ends_at") return alert.ends_us ? time_text(*alert.ends_us) : "";
  if (name == "count") return std::to_string(message.total);
  const size_t dot = name.find('.');
  const std::string key = name.substr(dot + 1);
  if (name.starts_with(kTables[0])) return entry(alert.labels, key);
  if (name.starts_with(kTables[1])) return entry(alert.annotations, key);
  return evidence_text(alert, key, part.decimals);
}

}  // namespace

std::string joined(const std::vector<std::string>& items) {
  std::string lines;
  for (const std::string& item : items) lines += (lines.empty() ? "" : "\n") + item;
  return lines;
}

std::vector<std::string> split(const std::string& lines) {
  std::vector<std::string> items;
  for (size_t at = 0, end; at < lines.size(); at = end + 1) {
    end = std::min(lines.find('\n', at), lines.size());
    items.push_back(lines.substr(at, end - at));
  }
  return items;
}

wf::Result<std::unique_ptr<Channel>> make_channel(const ChannelSettings& settings) {
  if (settings.kind == "webhook") return make_webhook(settings);
  if (settings.kind == "alertmanager") return make_alertmanager(settings);
  if (settings.kind == "slack") return make_slack(settings);
  if (settings.kind == "pagerduty") return make_pagerduty(settings);
  if (settings.kind == "email") return make_email(settings);
  if (settings.kind == "file") return make_file(settings);
  return wf::invalid_data("there is no channel '" + settings.kind + "'");
}

wf::Result<std::unique_ptr<Courier>> make_courier(const ChannelSettings& settings) {
  CourierOptions options;
  const auto time = [&](const char* name, Duration otherwise) {
    const std::string text = settings.option(name);
    return text.empty() ? otherwise : Duration(std::strtoll(text.c_str(), nullptr, 10));
  };
  options.ca_file = settings.option("ca");
  options.insecure = settings.option("insecure") == "true";
  options.connect_timeout = time("connect_timeout_us", options.connect_timeout);
  options.timeout = time("timeout_us", options.timeout);
  options.user = settings.option("user");
  options.password = settings.secret("password");
  return Courier::make(std::move(options));
}

wf::Status check_url(const std::string& url, const std::string& key) {
  const auto wrong = [&](const std::string& why, const std::string& hint) {
    return wf::invalid_config(why).at({key, 0, 0, hint});
  };
  const bool plain = url.starts_with("http://"), tls = url.starts_with("https://");
  if (!plain && !tls)
    return wrong("the URL must begin with http:// or https://", "as in \"https://example.org/x\"");
  const std::string_view rest = std::string_view(url).substr(plain ? 7 : 8);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.empty()) return wrong("the URL names no host", "as in \"https://example.org/x\"");
  if (host.find('@') != std::string_view::npos)
    return wrong("a URL may not carry a user and password", "use the keys made for them");
  if (url.find_first_of(" \r\n\t") != std::string::npos)
    return wrong("the URL has a blank or a line end", "");
  return {};
}

Verdict judge_http(const Reply& reply) {
  if (reply.status >= 200 && reply.status < 300) return {};
  Verdict verdict;
  verdict.retry_after = reply.retry_after;
  if (reply.status == 0) {
    verdict.kind = reply.is_final ? Verdict::Kind::refused : Verdict::Kind::retry;
    verdict.code = reply.is_final ? "not_sent" : "no_answer";
    verdict.message = reply.error;
    return verdict;
  }
  const bool may_pass = reply.status == 408 || reply.status == 429 || reply.status >= 500;
  verdict.kind = may_pass ? Verdict::Kind::retry : Verdict::Kind::refused;
  verdict.code = "http_" + std::to_string(reply.status);
  verdict.message = "status " + std::to_string(reply.status);
  constexpr size_t kMostText = 300;
  if (!reply.body.empty()) verdict.message += ": " + reply.body.substr(0, kMostText);
  return verdict;
}

wf::Result<AlertTemplate> AlertTemplate::make(const std::string& text, const std::string& key) {
  AlertTemplate made;
  WF_ASSIGN(made.text_, TextTemplate::parse(text, key));
  for (const TextTemplate::Part& part : made.text_.parts()) {
    const std::string& name = part.name;
    bool known = name.empty() || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
    for (const std::string_view table : kTables)
      known = known || (name.starts_with(table) && name.size() > table.size());
    if (known) continue;
    std::vector<std::string> names(kNames.begin(), kNames.end());
    const std::string near = wf::did_you_mean(name, names);
    return wf::invalid_config("an alert has no '" + name + "'")
        .at({key, part.offset, static_cast<uint32_t>(name.size()),
             near.empty() ? "columns are evidence.NAME, labels are labels.NAME" : near});
  }
  return made;
}

std::string AlertTemplate::of(const Notification& message, const Alert& alert) const {
  return text_.render([&](const TextTemplate::Part& part, std::string* out) {
    out->append(named_text(message, alert, part));
  });
}

std::string digest_text(const Notification& message, const std::string& rate) {
  std::map<std::string, int64_t> rules;
  for (const Alert& alert : message.alerts) ++rules[alert.rule];
  std::string text = std::to_string(message.total) + " alerts suppressed";
  if (!rate.empty()) text += ", more than " + rate;
  std::string separator = ": ";
  for (const auto& [rule, n] : rules) {
    text += std::exchange(separator, ", ") + rule + " " + std::to_string(n);
  }
  const int64_t rest = message.total - static_cast<int64_t>(message.alerts.size());
  return rest > 0 ? text + ", others " + std::to_string(rest) : text;
}

}  // namespace weirflow::alert
