// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which classes a code point belongs to, answered by two table look-ups.
///
/// Code points that no rule tells apart share a *group*. A group's number is what the affix rules
/// are indexed by. Immutable after build; any thread.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace weirflow::text {

struct CodePointRange {
  char32_t first = 0;
  char32_t last = 0;  ///< inclusive
};
using CharClass = std::vector<CodePointRange>;

class CharGroups {
 public:
  CharGroups() = default;
  /// `classes`: at most 64, ranges in any order. `alone`: code points that get a group of their
  /// own because a literal of some rule starts or ends with them.
  static CharGroups build(std::span<const CharClass> classes, std::vector<char32_t> alone);

  [[nodiscard]] uint16_t group(char32_t c) const {
    return c < 0x80 ? ascii_[c] : blocks_[size_t{index_[c >> kBits]} << kBits | (c & kMask)];
  }
  /// Bit i is set when code points of the group belong to class i.
  [[nodiscard]] uint64_t classes_of(uint16_t group) const { return members_[group]; }
  [[nodiscard]] uint64_t classes(char32_t c) const { return members_[group(c)]; }
  [[nodiscard]] size_t size() const { return members_.size(); }

 private:
  void fold(const std::vector<uint16_t>& flat);

  static constexpr uint32_t kBits = 7;
  static constexpr uint32_t kMask = (1U << kBits) - 1;
  static constexpr uint32_t kCodePoints = 0x110000;

  std::array<uint16_t, 128> ascii_{};
  std::vector<uint16_t> index_;
  std::vector<uint16_t> blocks_;
  std::vector<uint64_t> members_;
};

}  // namespace weirflow::text
