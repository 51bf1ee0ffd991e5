// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The nearest known name to a misspelt one. Pure functions.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wf {

namespace detail {
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
}  // namespace detail

/// Edits between two names, in bytes: insertions, deletions, replacements and swaps of neighbours
/// (optimal string alignment, the restricted Damerau-Levenshtein distance). Answers `limit + 1` as
/// soon as it is known to be more than `limit`.
inline size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return limit + 1;
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    size_t smallest = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({replaced, last[j] + 1, now[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
      smallest = std::min(smallest, now[j]);
    }
    if (smallest > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, now);
  }
  return std::min(last[b.size()], limit + 1);
}

/// The candidate closest to `word`, if it is close enough to be what was meant: at most a third of
/// the longer name (at least one edit), or equal but for case, or one a prefix of the other from
/// three letters on. Ties: the first candidate. Nothing for an empty word.
inline std::optional<std::string> nearest_name(std::string_view word,
                                               const std::vector<std::string>& candidates) {
  if (word.empty()) return std::nullopt;
  std::string folded(word);
  std::transform(folded.begin(), folded.end(), folded.begin(), detail::to_lower);
  const std::string* best = nullptr;
  const std::string* prefix = nullptr;
  size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    std::string other = candidate;
    std::transform(other.begin(), other.end(), other.begin(), detail::to_lower);
    const size_t allowed = std::max<size_t>(1, std::max(word.size(), other.size()) / 3);
    const size_t distance = edit_distance(folded, other, allowed);
    if (distance <= allowed && distance < other.size() && (!best || distance < best_distance)) {
      best = &candidate;
      best_distance = distance;
    }
    const size_t shorter = std::min(folded.size(), other.size());
    if (!prefix && shorter >= 3 &&
        std::equal(other.begin(), other.begin() + shorter, folded.begin()))
      prefix = &candidate;
  }
  if (best) return *best;
  if (prefix) return *prefix;
  return std::nullopt;
}

/// "did you mean 'X'?", or empty when no candidate is near: the hint of a Status' place.
inline std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto near = nearest_name(word, candidates);
  return near ? "did you mean '" + *near + "'?" : "";
}

}  // namespace wf
