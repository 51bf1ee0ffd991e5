// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Hash functions. All are fixed for good: positions computed with them are stored in states.
/// Little-endian machines only (checked in blob.h).

#include <cstdint>
#include <cstring>
#include <string_view>

namespace weirflow::ml {

/// Spreads a 64-bit key over 64 bits (the finaliser of SplitMix64; Steele, Lea, Flood 2014).
inline uint64_t mix64(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// A cheaper spread for table positions: the high bits of a product carry all bits of the key.
inline uint64_t spread(uint64_t x) {
  x ^= x >> 32;
  x *= 0x9e3779b97f4a7c15ULL;
  return x ^ (x >> 29);
}

/// Hash of bytes for the term tables: eight bytes a step, not resistant to an adversary.
inline uint64_t hash_bytes(const char* data, size_t size) {
  uint64_t h = 0x8f1bbcdcbfa53e0bULL + size * 0x9e3779b97f4a7c15ULL;
  size_t left = size;
  while (left > 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    h = (h ^ word) * 0xd6e8feb86659fd93ULL;
    h ^= h >> 32;
    data += 8;
    left -= 8;
  }
  uint64_t word = 0;
  if (left >= 4) {
    uint32_t low, high;
    std::memcpy(&low, data, 4);
    std::memcpy(&high, data + left - 4, 4);
    word = low | (uint64_t{high} << 32);
  } else if (left > 0) {
    const auto byte = [&](size_t i) {
      return static_cast<uint64_t>(static_cast<uint8_t>(data[i]));
    };
    word = byte(0) | (byte(left / 2) << 8) | (byte(left - 1) << 16);
  }
  h = (h ^ word) * 0xd6e8feb86659fd93ULL;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93ULL;
  return h ^ (h >> 32);
}
inline uint64_t hash_bytes(std::string_view text) { return hash_bytes(text.data(), text.size()); }

}  // namespace weirflow::ml
