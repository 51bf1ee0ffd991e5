// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "rules_syntax.h"

#include <charconv>

#include "lines.h"
#include "rules_builder.h"

namespace weirflow::text {
namespace {

/// Takes a hexadecimal number of `digits` digits at `at`; -1 if there is none.
int64_t hex_at(std::string_view text, size_t at, size_t digits) {
  if (digits == 0 || at + digits > text.size()) return -1;
  uint32_t value = 0;
  const char* end = text.data() + at + digits;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value, 16);
  return error == std::errc() && stop == end && value <= 0x10FFFF ? int64_t{value} : -1;
}

}  // namespace

wf::Result<std::string> unescape(std::string_view word) {
  std::string out;
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '\\') {
      out += word[i];
      continue;
    }
    const char kind = i + 1 < word.size() ? word[i + 1] : '\0';
    const size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    const int64_t code = hex_at(word, i + 2, digits);
    if (kind == '\\') {
      out += '\\';
      i += 1;
    } else if (code >= 0) {
      append_utf8(out, static_cast<char32_t>(code));
      i += 1 + digits;
    } else {
      return wf::invalid_config("unknown escape in '" + std::string(word) + "'" +
                                "; known: \\\\ \\uXXXX \\UXXXXXXXX");
    }
  }
  return out;
}

CodePoint read_character(std::string_view word) {
  if (word.starts_with("U+")) {
    size_t digits = 0;
    while (digits < 6 && hex_at(word, 2 + digits, 1) >= 0) ++digits;
    const int64_t code = digits >= 4 ? hex_at(word, 2, digits) : -1;
    if (code >= 0) return {static_cast<char32_t>(code), static_cast<uint32_t>(2 + digits)};
  }
  return word.empty() ? CodePoint{} : decode(word.data(), word.data() + word.size());
}

wf::Result<std::vector<std::string>> parts_of(std::string_view word) {
  std::vector<std::string> parts;
  while (true) {
    const size_t bar = word.find('|');
    WF_ASSIGN(std::string part, unescape(word.substr(0, bar)));
    if (part.empty()) return wf::invalid_config("an empty token in a special case");
    parts.push_back(std::move(part));
    if (bar == std::string_view::npos) return parts;
    word.remove_prefix(bar + 1);
  }
}

wf::Result<std::shared_ptr<const Rules>> Rules::parse(std::string_view file) {
  if (!is_utf8(file)) return wf::invalid_config("the rules file is not UTF-8");
  RulesBuilder builder;
  std::vector<std::string_view> words;
  size_t directive_line = 0;
  size_t line_number = 0;
  const auto flush = [&]() -> wf::Status {
    if (words.empty()) return {};
    wf::Status status = builder.add(words);
    words.clear();
    return std::move(status).with_context("line " + std::to_string(directive_line));
  };
  for (std::string_view line; next_line(file, line);) {
    ++line_number;
    const bool comment = line == "#" || line.starts_with("# ");
    const bool continues = line.starts_with(' ') || line.starts_with('\t');
    if (comment || line.empty()) continue;
    if (!continues) {
      WF_TRY(flush());
      directive_line = line_number;
    } else if (words.empty()) {
      return wf::invalid_config("line " + std::to_string(line_number) + ": nothing to continue");
    }
    for (size_t at = 0; (at = line.find_first_not_of(" \t", at)) != std::string_view::npos;) {
      const size_t end = std::min(line.find_first_of(" \t", at), line.size());
      words.push_back(line.substr(at, end - at));
      at = end;
    }
  }
  WF_TRY(flush());
  return builder.finish();
}

}  // namespace weirflow::text
