// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A 64-bit hash of row values: what hash64() answers and what splitting, sampling and
/// deduplication by hash rest on.
///
/// Stable for ever: the same values give the same hash in every version and on every machine,
/// whatever the batch boundaries, offsets and the content under nulls. Equal values of different
/// widths hash alike: int32 and int64; float32 and float64; utf8 and large_utf8. -0.0 hashes as
/// 0.0 and every NaN as one NaN. Not a defence against someone who chooses the values.
///
/// mix() is the finaliser of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", 2014).

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "weirflow/array.hpp"

namespace wf {

constexpr uint64_t mix_hash(uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// Hash of bytes, eight at a time, little-endian.
inline uint64_t hash_bytes(std::string_view bytes, uint64_t seed) {
  static_assert(std::endian::native == std::endian::little, "hashes are defined little-endian");
  uint64_t h = mix_hash(seed ^ bytes.size());
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    h = mix_hash(h ^ word);
  }
  if (i < bytes.size()) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, bytes.size() - i);
    h = mix_hash(h ^ word);
  }
  return h;
}

namespace detail {
// One tag per kind of value, so that 1, 1.0, true and '1' differ.
enum HashTag : uint64_t {
  kTagNull = 1,
  kTagBool,
  kTagInteger,
  kTagFloat,
  kTagText,
  kTagBinary,
  kTagTime,
  kTagList,
  kTagStruct
};

inline uint64_t hash_number(uint64_t tag, uint64_t bits, uint64_t h) {
  return mix_hash(h ^ mix_hash(bits ^ (tag << 56)));
}
inline uint64_t hash_double(double v, uint64_t h) {
  if (v == 0) v = 0;
  if (std::isnan(v)) v = std::numeric_limits<double>::quiet_NaN();
  return hash_number(kTagFloat, std::bit_cast<uint64_t>(v), h);
}
}  // namespace detail

/// The hash `h` continued by value i of the column.
inline uint64_t hash_value(const Array& a, int64_t i, uint64_t h) {
  using namespace detail;
  if (a.is_null(i)) return mix_hash(h ^ kTagNull);
  const int64_t at = a.offset + i;
  switch (a.type.id()) {
    case Type::boolean:
      return hash_number(kTagBool, get_bit(a.buffers[1].data, at), h);
    case Type::int32:
      return hash_number(kTagInteger,
                         static_cast<uint64_t>(int64_t{a.buffers[1].as<int32_t>()[at]}), h);
    case Type::int64:
      return hash_number(kTagInteger, static_cast<uint64_t>(a.buffers[1].as<int64_t>()[at]), h);
    case Type::timestamp:
      return hash_number(kTagTime, static_cast<uint64_t>(a.buffers[1].as<int64_t>()[at]), h);
    case Type::float32:
      return hash_double(a.buffers[1].as<float>()[at], h);
    case Type::float64:
      return hash_double(a.buffers[1].as<double>()[at], h);
    case Type::utf8:
    case Type::large_utf8:
      return hash_bytes(StringView(a)[i], h ^ kTagText);
    case Type::binary:
    case Type::large_binary:
      return hash_bytes(StringView(a)[i], h ^ kTagBinary);
    case Type::list: {
      const ListView list(a);
      h = hash_number(kTagList, static_cast<uint64_t>(list.end(i) - list.begin(i)), h);
      for (int64_t k = list.begin(i); k < list.end(i); ++k) h = hash_value(*list.items(), k, h);
      return h;
    }
    case Type::structure:
      h = mix_hash(h ^ kTagStruct);
      for (const ArrayPtr& child : a.children) h = hash_value(*child, at, h);
      return h;
    default:
      return mix_hash(h ^ kTagNull);
  }
}

/// Continues hashes[i] by value i of the column, for every row. hashes.size() == column length.
inline void hash_column(const Array& column, std::span<uint64_t> hashes) {
  for (size_t i = 0; i < hashes.size(); ++i)
    hashes[i] = hash_value(column, static_cast<int64_t>(i), hashes[i]);
}

}  // namespace wf
