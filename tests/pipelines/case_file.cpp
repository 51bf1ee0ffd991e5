// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "case_file.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "compare.h"
#include "compress.h"

namespace weirflow::pipelines {

namespace {

constexpr std::string_view kMark = "--- ";

/// \xNN \n \r \t \ as in C; a backslash at the end of a line takes the line's end away.
wf::Result<std::string> unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char next = i + 1 < text.size() ? text[++i] : '\0';
    unsigned byte = 0;
    switch (next) {
      case '\n':
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '\\':
        out += '\\';
        break;
      case 'x':
        if (i + 2 >= text.size() ||
            std::from_chars(&text[i + 1], &text[i + 3], byte, 16).ptr != &text[i + 3])
          return wf::invalid_config("\\x needs two hex digits");
        out += static_cast<char>(byte);
        i += 2;
        break;
      default:
        return wf::invalid_config(std::string("\\") + next + " means nothing");
    }
  }
  return out;
}

class Parser {
 public:
  Parser(const std::string& name, std::string_view text) : name_(name), lines_(lines_of(text)) {}

  wf::Result<CaseFile> parse() {
    for (; at_ < lines_.size() && !lines_[at_].starts_with(kMark); ++at_)
      if (!lines_[at_].empty() && lines_[at_][0] != '#')
        return wrong("before the first directive stand comments only");
    while (at_ < lines_.size()) WF_TRY(directive());
    const bool runs = std::any_of(file_.steps.begin(), file_.steps.end(),
                                  [](const Step& s) { return s.kind == Step::Kind::run; });
    if (!runs) return wrong("nothing is run");
    return std::move(file_);
  }

 private:
  wf::Status wrong(const std::string& what) const {
    return wf::invalid_config(name_ + ":" + std::to_string(line_) + ": " + what);
  }

  wf::Status directive() {
    const std::string head = lines_[at_++].substr(kMark.size());
    line_ = static_cast<int>(at_);
    std::istringstream words(head);
    std::string word;
    words >> word;
    const std::string text = body();
    if (word == "run") return run(head, text);
    std::vector<std::string> arguments;
    for (std::string next; words >> next;) arguments.push_back(next);
    if (word == "file") return file(arguments, text);
    if (word == "copy" || word == "needs" || word == "exit") {
      if (arguments.size() != 1 || !text.empty()) return wrong(word + " takes one word, no text");
      if (word == "exit") return exit_code(arguments[0]);
      if (word == "copy") file_.steps.push_back({line_, Step::Kind::copy, arguments[0], "", 0, {}});
      if (word == "needs" && arguments[0] != "data") return wrong("only data can be needed");
      file_.needs_data |= word == "needs";
      return {};
    }
    if (word == "stdout" || word == "stderr" || word == "output" || word == "absent")
      return check(word, arguments, text);
    return wrong("'" + word + "' is no directive");
  }

  /// The lines up to the next directive, without blank ones at the end.
  std::string body() {
    std::string text;
    for (; at_ < lines_.size() && !lines_[at_].starts_with(kMark); ++at_)
      text += lines_[at_] + '\n';
    while (text.ends_with("\n\n") || text == "\n") text.pop_back();
    return text;
  }

  wf::Status run(const std::string& head, const std::string& text) {
    if (head.size() < 5 || !text.empty()) return wrong("run takes one line, the command");
    file_.steps.push_back({line_, Step::Kind::run, head.substr(4), "", 0, {}});
    return {};
  }

  wf::Status file(const std::vector<std::string>& arguments, std::string text) {
    if (arguments.empty()) return wrong("file needs a path");
    for (size_t i = 1; i < arguments.size(); ++i) {
      if (arguments[i] == "escaped") {
        auto bytes = unescape(text);
        if (!bytes.ok()) return wrong(bytes.error().message());
        text = std::move(*bytes);
      } else if (arguments[i] == "gzip") {
        text = gzip(text);
      } else if (arguments[i] == "zstd") {
        text = zstd(text);
      } else {
        return wrong("'" + arguments[i] + "' is no form of a file: escaped, gzip, zstd");
      }
    }
    file_.steps.push_back({line_, Step::Kind::file, arguments[0], std::move(text), 0, {}});
    return {};
  }

  wf::Status exit_code(const std::string& word) {
    if (file_.steps.empty() || file_.steps.back().kind != Step::Kind::run)
      return wrong("exit belongs behind a run");
    int& code = file_.steps.back().exit_code;
    const auto end = word.data() + word.size();
    if (std::from_chars(word.data(), end, code).ptr != end) return wrong("exit takes a number");
    return {};
  }

  wf::Status check(const std::string& word, std::vector<std::string> arguments,
                   const std::string& text) {
    if (file_.steps.empty() || file_.steps.back().kind != Step::Kind::run)
      return wrong(word + " belongs behind a run");
    Check check;
    check.line = line_;
    check.text = text;
    check.is_file = word == "output" || word == "absent";
    check.subject = word;
    if (check.is_file) {
      if (arguments.empty()) return wrong(word + " needs a path");
      check.subject = arguments[0];
      arguments.erase(arguments.begin());
    }
    const std::string how = arguments.empty() ? "" : arguments[0];
    if (arguments.size() > 1 || (word == "absent" && (!how.empty() || !text.empty())))
      return wrong(word + " has too much behind it");
    if (word == "absent")
      check.how = Check::How::absent;
    else if (how == "has")
      check.how = Check::How::has;
    else if (how == "sorted")
      check.how = Check::How::sorted;
    else if (how == "json")
      check.how = Check::How::json;
    else if (!how.empty())
      return wrong("'" + how + "' is no way to compare: has, sorted, json");
    if (check.how == Check::How::has && text.empty()) return wrong("has needs lines to look for");
    file_.steps.back().checks.push_back(std::move(check));
    return {};
  }

  std::string name_;
  std::vector<std::string> lines_;
  size_t at_ = 0;
  int line_ = 1;
  CaseFile file_;
};

}  // namespace

wf::Result<CaseFile> parse_case(const std::string& name, std::string_view text) {
  return Parser(name, text).parse();
}

}  // namespace weirflow::pipelines
