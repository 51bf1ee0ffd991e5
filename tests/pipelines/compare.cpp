// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "compare.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weirflow::pipelines {

namespace {

constexpr std::string_view kAnything = "{*}";

/// lengths[i][j]: how many lines of expected[i..] and actual[j..] can be paired.
std::vector<std::vector<size_t>> common_lengths(const std::vector<std::string>& expected,
                                                const std::vector<std::string>& actual) {
  std::vector<std::vector<size_t>> lengths(expected.size() + 1,
                                           std::vector<size_t>(actual.size() + 1));
  for (size_t i = expected.size(); i-- > 0;)
    for (size_t j = actual.size(); j-- > 0;)
      lengths[i][j] = matches(expected[i], actual[j])
                          ? lengths[i + 1][j + 1] + 1
                          : std::max(lengths[i + 1][j], lengths[i][j + 1]);
  return lengths;
}

std::string difference(const std::vector<std::string>& expected,
                       const std::vector<std::string>& actual) {
  const auto lengths = common_lengths(expected, actual);
  std::string out;
  size_t i = 0, j = 0;
  while (i < expected.size() || j < actual.size()) {
    if (i < expected.size() && j < actual.size() && matches(expected[i], actual[j])) {
      out += "  " + actual[j++] + '\n';
      ++i;
    } else if (j == actual.size() ||
               (i < expected.size() && lengths[i + 1][j] >= lengths[i][j + 1])) {
      out += "- " + expected[i++] + '\n';
    } else {
      out += "+ " + actual[j++] + '\n';
    }
  }
  return out;
}

bool all_match(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  return std::equal(expected.begin(), expected.end(), actual.begin(), actual.end(),
                    [](const std::string& e, const std::string& a) { return matches(e, a); });
}

/// What one line `POINTER VALUE` finds wrong.
std::string check_pointer(const std::string& line, const nlohmann::json& document) {
  const size_t space = line.find(' ');
  if (line.empty() || line[0] != '/' || space == std::string::npos)
    return "'" + line + "' is not POINTER VALUE\n";
  const nlohmann::json::json_pointer pointer(line.substr(0, space));
  if (!document.contains(pointer)) return line.substr(0, space) + " is not there\n";
  const std::string wanted = line.substr(space + 1);
  if (wanted == kAnything) return {};
  const nlohmann::json expected = nlohmann::json::parse(wanted, nullptr, false);
  if (expected.is_discarded()) return "'" + wanted + "' is no JSON value\n";
  const nlohmann::json& actual = document.at(pointer);
  if (actual == expected) return {};
  return line.substr(0, space) + " is " + actual.dump() + ", not " + wanted + '\n';
}

}  // namespace

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool matches(std::string_view pattern, std::string_view line) {
  const size_t gap = pattern.find(kAnything);
  if (gap == std::string_view::npos) return pattern == line;
  if (!line.starts_with(pattern.substr(0, gap))) return false;
  line.remove_prefix(gap);
  pattern.remove_prefix(gap + kAnything.size());
  for (;; line.remove_prefix(1)) {
    if (matches(pattern, line)) return true;
    if (line.empty()) return false;
  }
}

std::string compare_lines(std::string_view expected, std::string_view actual) {
  const auto wanted = lines_of(expected), got = lines_of(actual);
  return all_match(wanted, got) ? "" : difference(wanted, got);
}

std::string compare_sorted(std::string_view expected, std::string_view actual) {
  auto wanted = lines_of(expected), got = lines_of(actual);
  std::sort(wanted.begin(), wanted.end());
  std::sort(got.begin(), got.end());
  return wanted == got ? "" : difference(wanted, got);
}

std::string find_lines(std::string_view expected, std::string_view actual) {
  const auto got = lines_of(actual);
  auto from = got.begin();
  for (const std::string& wanted : lines_of(expected)) {
    from = std::find_if(from, got.end(), [&](const auto& line) { return matches(wanted, line); });
    if (from == got.end())
      return "no line (or none behind those before it) is\n- " + wanted + "\nin\n" +
             std::string(actual);
    ++from;
  }
  return {};
}

std::string compare_json(std::string_view expected, std::string_view actual) {
  const nlohmann::json document = nlohmann::json::parse(actual, nullptr, false);
  if (document.is_discarded()) return "this is no JSON document:\n" + std::string(actual);
  std::string out;
  for (const std::string& line : lines_of(expected)) out += check_pointer(line, document);
  return out.empty() ? out : out + "in\n" + document.dump(1) + '\n';
}

}  // namespace weirflow::pipelines
