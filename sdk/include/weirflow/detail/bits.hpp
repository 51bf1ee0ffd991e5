// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Copying runs of bits between bitmaps at any bit position, whole words where possible.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "weirflow/array.hpp"

namespace wf::detail {

/// The 1 to 64 bits of `bits` from `offset`, in the low bits of the answer; the rest is 0. Reads no
/// byte that holds none of them.
inline uint64_t read_bits(const uint8_t* bits, int64_t offset, int64_t count) {
  const auto shift = static_cast<unsigned>(offset & 7);
  const auto bytes = static_cast<size_t>((static_cast<int64_t>(shift) + count + 7) / 8);
  uint64_t word = 0;
  std::memcpy(&word, bits + offset / 8, std::min<size_t>(bytes, 8));
  word >>= shift;
  if (bytes == 9) word |= uint64_t{bits[offset / 8 + 8]} << (64 - shift);
  return count == 64 ? word : word & ((uint64_t{1} << count) - 1);
}

/// Ors the 1 to 64 low bits of `word` into `bits` at `offset`. Bits of `word` behind `count` are 0.
inline void or_bits(uint8_t* bits, int64_t offset, int64_t count, uint64_t word) {
  const auto shift = static_cast<unsigned>(offset & 7);
  const auto bytes = static_cast<size_t>((static_cast<int64_t>(shift) + count + 7) / 8);
  uint64_t there = 0;
  std::memcpy(&there, bits + offset / 8, std::min<size_t>(bytes, 8));
  there |= word << shift;
  std::memcpy(bits + offset / 8, &there, std::min<size_t>(bytes, 8));
  if (bytes == 9) bits[offset / 8 + 8] |= static_cast<uint8_t>(word >> (64 - shift));
}

/// Copies `count` bits to `out` at `to`. Precondition: the bits of `out` from `to` on are 0.
inline void copy_bits(uint8_t* out, int64_t to, const uint8_t* from, int64_t offset,
                      int64_t count) {
  if ((to & 7) == 0 && (offset & 7) == 0) {
    std::memcpy(out + to / 8, from + offset / 8, static_cast<size_t>(count / 8));
    const int64_t rest = count & 7;
    if (rest) or_bits(out, to + count - rest, rest, read_bits(from, offset + count - rest, rest));
    return;
  }
  for (int64_t i = 0; i < count; i += 64) {
    const int64_t n = std::min<int64_t>(64, count - i);
    or_bits(out, to + i, n, read_bits(from, offset + i, n));
  }
}

/// Sets `count` bits at `to`. Precondition: the bits from `to` on are 0.
inline void set_bits(uint8_t* out, int64_t to, int64_t count) {
  for (int64_t i = 0; i < count; i += 64) {
    const int64_t n = std::min<int64_t>(64, count - i);
    or_bits(out, to + i, n, n == 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1);
  }
}

}  // namespace wf::detail
