// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "joined_cases.h"

#include <algorithm>

namespace weirflow::text {
namespace {

void find_matches(const SpecialCases& special, Workspace& work) {
  work.matches.clear();
  const auto count = static_cast<uint32_t>(work.pieces.size());
  for (uint32_t first = 0; first < count; ++first) {
    if (!special.starts(work.pieces[first])) continue;
    uint32_t node = 0;
    for (uint32_t i = first; i < count && work.pieces[i] != 0; ++i) {
      node = special.child(node, work.pieces[i]);
      if (node == 0) break;
      if (special.is_end(node)) work.matches.push_back({first, i + 1});
    }
  }
}

void keep_longest(Workspace& work) {
  auto& matches = work.matches;
  std::sort(matches.begin(), matches.end(), [](const auto& a, const auto& b) {
    const uint32_t size_a = a.last - a.first;
    const uint32_t size_b = b.last - b.first;
    return size_a != size_b ? size_a > size_b : a.first < b.first;
  });
  work.seen.assign(work.tokens.size(), false);
  size_t kept = 0;
  for (const Workspace::Match match : matches) {
    const bool free = !work.seen[match.first] && !work.seen[match.last - 1];
    for (uint32_t i = match.first; i < match.last; ++i) work.seen[i] = true;
    if (free) matches[kept++] = match;
  }
  matches.resize(kept);
  std::sort(matches.begin(), matches.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

}  // namespace

void put_joined_cases_back(const SpecialCases& special, std::string_view text, Workspace& work) {
  find_matches(special, work);
  if (work.matches.empty()) return;
  keep_longest(work);

  work.rebuilt.clear();
  uint32_t next = 0;
  for (const Workspace::Match match : work.matches) {
    const Token& first = work.tokens[match.first];
    const Token& last = work.tokens[match.last - 1];
    const SpecialCases::Entry* entry =
        special.find_case(text.substr(first.begin, last.end - first.begin));
    if (entry == nullptr) continue;
    work.rebuilt.insert(work.rebuilt.end(), work.tokens.begin() + next,
                        work.tokens.begin() + match.first);
    uint32_t begin = first.begin;
    for (const SpecialCases::Part& part : entry->parts) {
      const uint8_t flags = part.letters ? kLetters : 0;
      work.rebuilt.push_back({begin, begin + part.bytes, kRuleJoined, flags});
      begin += part.bytes;
    }
    work.rebuilt.back().flags |= last.flags & kSpaceAfter;
    next = match.last;
  }
  if (next == 0) return;
  work.rebuilt.insert(work.rebuilt.end(), work.tokens.begin() + next, work.tokens.end());
  work.tokens.swap(work.rebuilt);
}

}  // namespace weirflow::text
