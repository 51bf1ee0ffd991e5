// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Values as bytes of the state kept by the host: numbers little-endian in their own width, texts
/// with their length in front; times as keys in an order of bytes that is theirs.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "weirflow/status.hpp"

namespace weirflow::flow {

template <typename T>
void put_raw(std::string& out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}
inline void put_bytes(std::string& out, std::string_view bytes) {
  put_raw(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

inline wf::Status damaged_state() {
  return wf::invalid_data("the kept state is damaged, or of another version of this component");
}

/// Takes a number off the front of `in`.
template <typename T>
[[nodiscard]] bool take_raw(std::string_view& in, T* value) {
  if (in.size() < sizeof(T)) return false;
  std::memcpy(value, in.data(), sizeof(T));
  in.remove_prefix(sizeof(T));
  return true;
}
[[nodiscard]] inline bool take_bytes(std::string_view& in, std::string_view* bytes) {
  uint32_t size = 0;
  if (!take_raw(in, &size) || in.size() < size) return false;
  *bytes = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

/// Appends a time (or any number) so that bytes are ordered as it is.
inline void put_ordered(std::string& out, int64_t value) {
  const uint64_t bits = __builtin_bswap64(static_cast<uint64_t>(value) ^ (uint64_t{1} << 63));
  out.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
}
inline std::string ordered(int64_t value) {
  std::string out;
  put_ordered(out, value);
  return out;
}
/// Inverse of put_ordered; precondition: 8 bytes at `at`.
inline int64_t ordered_at(std::string_view bytes, size_t at = 0) {
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data() + at, sizeof(bits));
  return static_cast<int64_t>(__builtin_bswap64(bits) ^ (uint64_t{1} << 63));
}

/// a + b for times, staying at the ends of the range.
inline int64_t add_times(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? INT64_MAX : INT64_MIN;
}

}  // namespace weirflow::flow
