// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "char_groups.h"

#include <algorithm>
#include <map>
#include <set>

namespace weirflow::text {

namespace {

/// Code points from `first` up to the next span that are in the same classes.
struct Span {
  char32_t first = 0;
  uint64_t classes = 0;
};

/// All code points, from the places where a range begins or ends.
std::vector<Span> spans_of(std::span<const CharClass> classes) {
  struct Edge {
    char32_t at;
    size_t of_class;
    int step;
  };
  std::vector<Edge> edges;
  for (size_t i = 0; i < classes.size(); ++i)
    for (const CodePointRange& range : classes[i]) {
      edges.push_back({range.first, i, 1});
      edges.push_back({range.last + 1, i, -1});
    }
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
  std::vector<int> open(classes.size(), 0);  // ranges of a class may overlap
  std::vector<Span> spans{{}};
  for (const Edge& edge : edges) {
    if (edge.at != spans.back().first) spans.push_back({edge.at, spans.back().classes});
    open[edge.of_class] += edge.step;
    const uint64_t bit = uint64_t{1} << edge.of_class;
    uint64_t& mask = spans.back().classes;
    mask = open[edge.of_class] > 0 ? mask | bit : mask & ~bit;
  }
  return spans;
}

}  // namespace

CharGroups CharGroups::build(std::span<const CharClass> classes, std::vector<char32_t> alone) {
  CharGroups result;
  std::vector<uint16_t> flat(kCodePoints, 0);
  const auto add = [&](uint64_t mask) {
    result.members_.push_back(mask);
    return static_cast<uint16_t>(result.members_.size() - 1);
  };
  std::map<uint64_t, uint16_t> shared{{0, add(0)}};
  const std::vector<Span> spans = spans_of(classes);
  for (size_t i = 0; i < spans.size() && spans[i].first < kCodePoints; ++i) {
    const uint64_t mask = spans[i].classes;
    const auto found = shared.find(mask);
    const uint16_t group = found != shared.end() ? found->second : shared[mask] = add(mask);
    const size_t end = i + 1 < spans.size() ? spans[i + 1].first : kCodePoints;
    std::fill(flat.begin() + spans[i].first, flat.begin() + static_cast<ptrdiff_t>(end), group);
  }
  for (const char32_t c : std::set<char32_t>(alone.begin(), alone.end()))
    flat[c] = add(result.members_[flat[c]]);

  std::copy_n(flat.begin(), result.ascii_.size(), result.ascii_.begin());
  result.fold(flat);
  return result;
}

/// Keeps each block of code points once.
void CharGroups::fold(const std::vector<uint16_t>& flat) {
  constexpr ptrdiff_t kBlock = ptrdiff_t{1} << kBits;
  std::map<std::vector<uint16_t>, uint16_t> known;
  for (auto from = flat.begin(); from != flat.end(); from += kBlock) {
    // Most blocks of Unicode are like the one before.
    if (from != flat.begin() && std::equal(from, from + kBlock, from - kBlock)) {
      index_.push_back(index_.back());
      continue;
    }
    const auto next = static_cast<uint16_t>(known.size());
    const auto [at, added] = known.emplace(std::vector<uint16_t>(from, from + kBlock), next);
    if (added) blocks_.insert(blocks_.end(), at->first.begin(), at->first.end());
    index_.push_back(at->second);
  }
}

}  // namespace weirflow::text
