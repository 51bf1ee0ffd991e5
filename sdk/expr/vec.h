// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Values on their way through an expression, and the bit and loop tools that kernels share.

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "weirflow/array.hpp"
#include "weirflow/builder.hpp"
#include "weirflow/expr.hpp"

namespace wf::expr {

/// One value per row, or one value for all rows. A row in `errors` has no meaningful value: strict
/// operations hand the error on, TRY makes it null.
struct Vec {
  ArrayPtr array;
  bool constant = false;  ///< array holds one element, which stands for every row
  RowErrors errors;

  [[nodiscard]] int64_t at(int64_t row) const { return constant ? 0 : row; }
  [[nodiscard]] bool is_null(int64_t row) const { return array->is_null(at(row)); }
};

/// Adds `more`, both ascending; for a row in both the message already there stays.
void merge_errors(RowErrors& into, RowErrors more);

/// Reads bits from any offset, 64 at a time, never past the end of the buffer. Without a buffer
/// every bit is 1, as an absent validity bitmap means.
class BitReader {
 public:
  BitReader(const Buffer& buffer, int64_t offset) : buffer_(&buffer), offset_(offset) {}
  /// Bits [64 i, 64 i + 64) counted from the offset; beyond the end of the buffer 0.
  [[nodiscard]] uint64_t word(int64_t i) const {
    if (!buffer_->data) return ~uint64_t{0};
    const int64_t bit = offset_ + i * 64;
    const auto byte = static_cast<size_t>(bit >> 3);
    const int shift = static_cast<int>(bit & 7);
    uint64_t low = 0;
    uint8_t high = 0;
    if (byte + 9 <= buffer_->size) {
      std::memcpy(&low, buffer_->data + byte, 8);
      high = buffer_->data[byte + 8];
    } else if (byte < buffer_->size) {
      const size_t rest = buffer_->size - byte;
      std::memcpy(&low, buffer_->data + byte, rest < 8 ? rest : 8);
    }
    return shift ? (low >> shift) | (uint64_t{high} << (64 - shift)) : low;
  }

 private:
  const Buffer* buffer_;
  int64_t offset_;
};

/// Truth and validity of a bool Vec as 64-bit words.
class BoolWords {
 public:
  explicit BoolWords(const Vec& vec)
      : values_(vec.array->buffers[1], vec.array->offset),
        validity_(vec.array->buffers[0], vec.array->offset),
        constant_(vec.constant) {
    if (constant_) {
      value_ = (values_.word(0) & 1) ? ~uint64_t{0} : 0;
      valid_ = vec.array->is_null(0) ? 0 : ~uint64_t{0};
    }
  }
  [[nodiscard]] uint64_t value(int64_t i) const { return constant_ ? value_ : values_.word(i); }
  [[nodiscard]] uint64_t valid(int64_t i) const { return constant_ ? valid_ : validity_.word(i); }

 private:
  BitReader values_, validity_;
  bool constant_;
  uint64_t value_ = 0, valid_ = 0;
};

inline int64_t word_count(int64_t rows) { return (rows + 63) / 64; }

/// Packs 64 bytes of 0 or 1 into bits, the first lowest.
inline uint64_t pack_bytes(const uint8_t* bytes) {
  uint64_t word = 0;
  for (int j = 0; j < 8; ++j) {
    uint64_t eight;
    std::memcpy(&eight, bytes + 8 * j, 8);
    // Each 0/1 byte k is moved to bit 56 + k by one multiplication.
    word |= ((eight * 0x0102040810204080ULL) >> 56) << (8 * j);
  }
  return word;
}

/// A bitmap of f(0) .. f(rows - 1).
template <typename F>
Buffer make_bits(int64_t rows, F f) {
  BufferBuilder<uint64_t> words;
  words.resize_for_overwrite(static_cast<size_t>(word_count(rows)));
  alignas(64) uint8_t bytes[64];
  int64_t i = 0;
  for (; i + 64 <= rows; i += 64) {
    for (int j = 0; j < 64; ++j) bytes[j] = f(i + j) ? 1 : 0;
    words[static_cast<size_t>(i / 64)] = pack_bytes(bytes);
  }
  if (i < rows) {
    std::memset(bytes, 0, sizeof bytes);
    for (int64_t j = 0; i + j < rows; ++j) bytes[j] = f(i + j) ? 1 : 0;
    words[static_cast<size_t>(i / 64)] = pack_bytes(bytes);
  }
  return words.finish();
}

/// The rows that have a value: bits with offset 0, or no buffer when all have.
struct Validity {
  Buffer bits;
  [[nodiscard]] bool operator[](int64_t i) const { return !bits.data || get_bit(bits.data, i); }
  [[nodiscard]] bool all() const { return !bits.data; }
};
/// Rows where every argument has a value.
Validity combine_validity(int64_t rows, std::span<const Vec> args);

/// A fixed-width, bool or null array from its parts.
ArrayPtr make_array(DataType type, int64_t rows, Validity validity, Buffer values);
/// `rows` nulls of any type.
ArrayPtr make_nulls(const DataType& type, int64_t rows);
/// The rows at `indices`, -1 meaning null; any type.
ArrayPtr gather(const ArrayPtr& array, std::span<const int64_t> indices);
/// As many rows as asked for, a constant repeated.
ArrayPtr expand(const Vec& vec, int64_t rows);
/// The array with further rows made null. `rows` ascending.
ArrayPtr with_nulls(const ArrayPtr& array, const RowErrors& rows);

/// Values of a Vec for loops: either data[i] or one value, so that each case is a tight loop.
template <typename T>
struct Stream {
  const T* data;
  T operator[](int64_t i) const { return data[i]; }
};
template <typename T>
struct Fixed {
  T value;
  T operator[](int64_t) const { return value; }
};
template <typename T, typename F>
decltype(auto) with_values(const Vec& vec, F&& f) {
  const T* data = vec.array->buffers[1].template as<T>();
  if (data) data += vec.array->offset;
  if (vec.constant) return f(Fixed<T>{data ? data[0] : T{}});
  return f(Stream<T>{data});
}
template <typename T, typename F>
decltype(auto) with_values(const Vec& a, const Vec& b, F&& f) {
  return with_values<T>(a, [&](auto x) -> decltype(auto) {
    return with_values<T>(b, [&](auto y) -> decltype(auto) { return f(x, y); });
  });
}

/// utf8 or binary values of a Vec.
class Texts {
 public:
  explicit Texts(const Vec& vec)
      : offsets_(vec.array->buffers[1].as<int32_t>()),
        bytes_(vec.array->buffers[2].as<char>()),
        step_(vec.constant ? 0 : 1) {
    if (offsets_) offsets_ += vec.array->offset;
    if (!bytes_) bytes_ = "";
  }
  std::string_view operator[](int64_t row) const {
    const int64_t i = row * step_;
    return {bytes_ + offsets_[i], static_cast<size_t>(offsets_[i + 1] - offsets_[i])};
  }

 private:
  const int32_t* offsets_;
  const char* bytes_;
  int64_t step_;
};

inline bool bool_at(const Vec& vec, int64_t row) {
  return get_bit(vec.array->buffers[1].data, vec.array->offset + vec.at(row));
}

}  // namespace wf::expr
