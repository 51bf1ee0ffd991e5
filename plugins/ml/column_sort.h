// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sorts the columns of a document: a few dozen to a few thousand numbers below a known bound,
/// where the guesses that a comparison sort makes wrong cost more than its work.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace weirflow::ml {

/// Keeps its buffer from document to document. One thread.
class ColumnSorter {
 public:
  /// Ascending. Precondition: all are below `bound`.
  void sort(std::vector<uint32_t>& columns, uint32_t bound) {
    if (columns.size() < kFew) {
      std::sort(columns.begin(), columns.end());
      return;
    }
    other_.resize(columns.size());
    const auto bits = static_cast<uint32_t>(std::bit_width(bound));
    const uint32_t passes = std::max(1U, (bits + kMostBits - 1) / kMostBits);
    const uint32_t width = (bits + passes - 1) / passes;
    for (uint32_t pass = 0; pass < passes; ++pass) sort_by_digit(columns, pass * width, width);
  }

 private:
  static constexpr size_t kFew = 24;
  static constexpr uint32_t kMostBits = 8;

  /// One pass of a radix sort, least significant digit first, each pass stable (Knuth, The Art of
  /// Computer Programming 3, 5.2.5).
  void sort_by_digit(std::vector<uint32_t>& columns, uint32_t shift, uint32_t width) {
    const uint32_t mask = (1U << width) - 1;
    std::array<uint32_t, size_t{1} << kMostBits> place;
    std::fill_n(place.begin(), mask + 1, 0U);
    for (const uint32_t column : columns) ++place[column >> shift & mask];
    uint32_t next = 0;
    for (uint32_t digit = 0; digit <= mask; ++digit) {
      const uint32_t count = place[digit];
      place[digit] = next;
      next += count;
    }
    for (const uint32_t column : columns) other_[place[column >> shift & mask]++] = column;
    columns.swap(other_);
  }

  std::vector<uint32_t> other_;
};

}  // namespace weirflow::ml
