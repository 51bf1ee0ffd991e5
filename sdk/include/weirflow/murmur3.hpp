// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// MurmurHash3, x86 variant of 32 bits (Austin Appleby, public domain algorithm), and the feature
/// index that Spark's HashingTF (3.0 and later) makes of it. Stable for ever: states of models rest
/// on it. Pure; any thread. Not a defence against someone who chooses the bytes.

#include <bit>
#include <cstdint>
#include <string_view>

namespace wf {

inline constexpr uint32_t kSparkHashSeed = 42;
inline constexpr uint32_t kSparkFeatures = 1U << 18;

namespace detail {

constexpr uint32_t murmur3_scramble(uint32_t block) {
  return std::rotl(block * 0xCC9E2D51U, 15) * 0x1B873593U;
}

}  // namespace detail

constexpr uint32_t murmur3_32(std::string_view bytes, uint32_t seed) {
  const auto byte = [&](size_t i) { return uint32_t{static_cast<unsigned char>(bytes[i])}; };
  uint32_t hash = seed;
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    const uint32_t block = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    hash = std::rotl(hash ^ detail::murmur3_scramble(block), 13) * 5 + 0xE6546B64U;
  }
  uint32_t tail = 0;
  for (size_t i = bytes.size(); i > at; --i) tail = tail << 8 | byte(i - 1);
  if (at < bytes.size()) hash ^= detail::murmur3_scramble(tail);
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85EBCA6BU;
  hash = (hash ^ hash >> 13) * 0xC2B2AE35U;
  return hash ^ hash >> 16;
}

/// The term's place among `features`: the hash read as a signed number, modulo, never negative.
/// Precondition: 0 < features <= 2^31 - 1.
constexpr int32_t spark_feature_index(std::string_view term, uint32_t features = kSparkFeatures) {
  const auto hash = static_cast<int32_t>(murmur3_32(term, kSparkHashSeed));
  const int64_t rest = int64_t{hash} % int64_t{features};
  return static_cast<int32_t>(rest < 0 ? rest + int64_t{features} : rest);
}

}  // namespace wf
