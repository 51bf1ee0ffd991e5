// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "char_groups.h"

#include <algorithm>
#include <map>
#include <set>

namespace weirflow::text {

CharGroups CharGroups::build(std::span<const CharClass> classes, std::vector<char32_t> alone) {
  std::vector<uint64_t> masks(kCodePoints, 0);
  for (size_t i = 0; i < classes.size(); ++i) {
    for (const CodePointRange& range : classes[i]) {
      for (char32_t c = range.first; c <= range.last; ++c) masks[c] |= uint64_t{1} << i;
    }
  }
  const std::set<char32_t> single(alone.begin(), alone.end());

  CharGroups result;
  std::map<uint64_t, uint16_t> shared;
  std::vector<uint16_t> flat(kCodePoints, 0);
  const auto add = [&](uint64_t mask) {
    result.members_.push_back(mask);
    return static_cast<uint16_t>(result.members_.size() - 1);
  };
  shared.emplace(0, add(0));
  uint64_t last_mask = 0;
  uint16_t last_group = 0;
  for (char32_t c = 0; c < kCodePoints; ++c) {
    if (masks[c] != last_mask) {
      last_mask = masks[c];
      const auto found = shared.find(last_mask);
      last_group = found != shared.end() ? found->second : shared[last_mask] = add(last_mask);
    }
    flat[c] = last_group;
  }
  for (const char32_t c : single) flat[c] = add(masks[c]);

  std::copy_n(flat.begin(), result.ascii_.size(), result.ascii_.begin());
  std::map<std::vector<uint16_t>, uint16_t> known;
  for (size_t start = 0; start < flat.size(); start += size_t{1} << kBits) {
    const auto from = flat.begin() + static_cast<ptrdiff_t>(start);
    std::vector<uint16_t> block(from, from + (1 << kBits));
    const auto next = static_cast<uint16_t>(known.size());
    const auto [at, added] = known.emplace(std::move(block), next);
    if (added) result.blocks_.insert(result.blocks_.end(), at->first.begin(), at->first.end());
    result.index_.push_back(at->second);
  }
  return result;
}

}  // namespace weirflow::text
