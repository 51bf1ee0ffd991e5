// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/diff.h"

#include <algorithm>
#include <string_view>

namespace weirflow::model {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// Lines removed and added, by the textbook table of longest common subsequences.
void diff_lines(std::string_view before, std::string_view after, std::vector<Difference>& out) {
  const auto a = lines_of(before), b = lines_of(after);
  std::vector<std::vector<size_t>> common(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = a.size(); i-- > 0;)
    for (size_t j = b.size(); j-- > 0;)
      common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i, ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      out.push_back({"group", std::string(a[i++]), ""});
    } else {
      out.push_back({"group", "", std::string(b[j++])});
    }
  }
}

std::string text_of(const Column& c) {
  return c.type + (c.extension.empty() ? "" : " (" + c.extension + ")") +
         (c.nullable ? "" : " not null");
}

void diff_columns(const std::string& side, const std::vector<Column>& before,
                  const std::vector<Column>& after, std::vector<Difference>& out) {
  const auto find = [](const std::vector<Column>& columns, const std::string& name) {
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const Column& c) { return c.name == name; });
    return at == columns.end() ? std::string() : text_of(*at);
  };
  for (const Column& c : before)
    if (const std::string now = find(after, c.name); now != text_of(c))
      out.push_back({side + " " + c.name, text_of(c), now});
  for (const Column& c : after)
    if (find(before, c.name).empty()) out.push_back({side + " " + c.name, "", text_of(c)});
}

void diff_states(const std::vector<StateEntry>& before, const std::vector<StateEntry>& after,
                 std::vector<Difference>& out) {
  const auto bytes = [](const StateEntry& s) {
    return std::to_string(s.size) + " bytes, " + s.sha256.substr(0, 16);
  };
  const auto find = [](const std::vector<StateEntry>& states, const std::string& member) {
    return std::find_if(states.begin(), states.end(),
                        [&](const StateEntry& s) { return s.member == member; });
  };
  for (const StateEntry& s : before) {
    const auto now = find(after, s.member);
    if (now == after.end()) {
      out.push_back({"state " + s.member, bytes(s), ""});
      continue;
    }
    const std::string was = s.component + " " + s.component_version,
                      is = now->component + " " + now->component_version;
    if (was != is) out.push_back({"component of " + s.member, was, is});
    if (s.sha256 != now->sha256) out.push_back({"state " + s.member, bytes(s), bytes(*now)});
  }
  for (const StateEntry& s : after)
    if (find(before, s.member) == before.end()) out.push_back({"state " + s.member, "", bytes(s)});
}

}  // namespace

std::vector<Difference> diff(const Manifest& before, const Manifest& after) {
  std::vector<Difference> out;
  diff_lines(before.group_text, after.group_text, out);
  diff_states(before.states, after.states, out);
  diff_columns("input", before.input, after.input, out);
  diff_columns("output", before.output, after.output, out);
  if (before.training_data != after.training_data) {
    const auto rows = [](const Manifest& m) {
      return std::to_string(m.training_rows) + " rows, " + m.training_data.substr(0, 16);
    };
    out.push_back({"training data", rows(before), rows(after)});
  }
  return out;
}

}  // namespace weirflow::model
