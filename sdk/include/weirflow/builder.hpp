// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Builders: append values row by row, then finish() gives the column and leaves the builder empty.
///
/// Threads: one thread per builder. Limits: one column holds less than 2 GiB of text and less than
/// 2^31 list items; append() past that throws std::length_error, which the SDK's trampolines turn
/// into resource_exhausted (cut batches earlier: 4,096 rows or 256 KiB is the usual size).

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "weirflow/array.hpp"

namespace wf {

/// Validity bits; holds no memory while there is no null.
class ValidityBuilder {
 public:
  void append_valid(int64_t n = 1) {
    if (bits_.size()) {
      grow(length_ + n);
      for (int64_t i = length_; i < length_ + n; ++i) set_bit(bits_.data(), i);
    }
    length_ += n;
  }
  void append_null() {
    if (!bits_.size()) {
      grow(length_ + 1);
      for (int64_t i = 0; i < length_; ++i) set_bit(bits_.data(), i);
    } else {
      grow(length_ + 1);
    }
    ++length_;
    ++nulls_;
  }
  [[nodiscard]] int64_t length() const { return length_; }
  [[nodiscard]] int64_t nulls() const { return nulls_; }
  /// Writes validity, length and null count of `array`, and starts again.
  void finish(Array& array) {
    array.length = length_;
    array.null_count_cache = nulls_;
    if (nulls_) array.buffers[0] = bits_.finish();
    bits_ = {};
    length_ = nulls_ = 0;
  }

 private:
  void grow(int64_t rows) {
    const auto bytes = static_cast<size_t>((rows + 7) / 8);
    if (bytes > bits_.size()) bits_.resize(bytes);
  }
  BufferBuilder<uint8_t> bits_;
  int64_t length_ = 0;
  int64_t nulls_ = 0;
};

/// int32_t, int64_t, float or double; `type` may say timestamp for int64_t.
template <typename T>
class NumericBuilder {
 public:
  NumericBuilder() : type_(default_type()) {}
  explicit NumericBuilder(Type type) : type_(type) {}
  void reserve(int64_t rows) { values_.reserve(static_cast<size_t>(rows)); }
  void append(T value) {
    values_.push_back(value);
    validity_.append_valid();
  }
  void append(const T* values, int64_t n) {
    values_.append(values, static_cast<size_t>(n));
    validity_.append_valid(n);
  }
  void append_null() {
    values_.push_back(T{});
    validity_.append_null();
  }
  [[nodiscard]] int64_t length() const { return validity_.length(); }
  ArrayPtr finish() {
    auto array = std::make_shared<Array>();
    array->type = type_;
    validity_.finish(*array);
    array->buffers[1] = values_.finish();
    return array;
  }

 private:
  static constexpr Type default_type() {
    if constexpr (std::is_same_v<T, int32_t>) return Type::int32;
    if constexpr (std::is_same_v<T, int64_t>) return Type::int64;
    if constexpr (std::is_same_v<T, float>) return Type::float32;
    return Type::float64;
  }
  Type type_;
  BufferBuilder<T> values_;
  ValidityBuilder validity_;
};
using Int32Builder = NumericBuilder<int32_t>;
using Int64Builder = NumericBuilder<int64_t>;
using Float32Builder = NumericBuilder<float>;
using Float64Builder = NumericBuilder<double>;
/// Microseconds since 1970-01-01T00:00:00Z.
struct TimestampBuilder : Int64Builder {
  TimestampBuilder() : Int64Builder(Type::timestamp) {}
};

class BoolBuilder {
 public:
  void append(bool value) {
    push(value);
    validity_.append_valid();
  }
  void append_null() {
    push(false);
    validity_.append_null();
  }
  [[nodiscard]] int64_t length() const { return validity_.length(); }
  ArrayPtr finish() {
    auto array = std::make_shared<Array>();
    array->type = Type::boolean;
    validity_.finish(*array);
    array->buffers[1] = bits_.finish();
    return array;
  }

 private:
  void push(bool value) {
    const int64_t i = validity_.length();
    if (static_cast<size_t>(i / 8) >= bits_.size()) bits_.push_back(0);
    if (value) set_bit(bits_.data(), i);
  }
  BufferBuilder<uint8_t> bits_;
  ValidityBuilder validity_;
};

/// utf8 (default) or binary. Does not check UTF-8; who decodes bytes does.
class StringBuilder {
 public:
  explicit StringBuilder(Type type = Type::utf8) : type_(type) {}
  void reserve(int64_t rows, int64_t bytes) {
    offsets_.reserve(static_cast<size_t>(rows) + 1);
    bytes_.reserve(static_cast<size_t>(bytes));
  }
  void append(std::string_view value) {
    if (value.size() > kMaxBytes - bytes_.size())
      throw std::length_error("a column of a batch holds less than 2 GiB of text");
    start();
    bytes_.append(value.data(), value.size());
    offsets_.push_back(static_cast<int32_t>(bytes_.size()));
    validity_.append_valid();
  }
  void append_null() {
    start();
    offsets_.push_back(static_cast<int32_t>(bytes_.size()));
    validity_.append_null();
  }
  [[nodiscard]] int64_t length() const { return validity_.length(); }
  /// Bytes of text so far.
  [[nodiscard]] int64_t bytes() const { return static_cast<int64_t>(bytes_.size()); }
  ArrayPtr finish() {
    auto array = std::make_shared<Array>();
    array->type = type_;
    validity_.finish(*array);
    start();
    array->buffers[1] = offsets_.finish();
    array->buffers[2] = bytes_.finish();
    return array;
  }

 private:
  /// The offset in front of the first row.
  void start() {
    if (offsets_.size() == 0) offsets_.push_back(0);
  }
  static constexpr size_t kMaxBytes = std::numeric_limits<int32_t>::max();
  Type type_;
  BufferBuilder<int32_t> offsets_;
  BufferBuilder<char> bytes_;
  ValidityBuilder validity_;
};

/// list<item>: append items to items(), then close the row with append(). The child builder needs
/// length() and finish().
template <typename Items>
class ListBuilder {
 public:
  explicit ListBuilder(Items items = Items()) : items_(std::move(items)) {}
  Items& items() { return items_; }
  /// Ends the row: it holds the items appended since the row before.
  void append() {
    close();
    validity_.append_valid();
  }
  /// A null row. Precondition: no items were appended for it.
  void append_null() {
    close();
    validity_.append_null();
  }
  [[nodiscard]] int64_t length() const { return validity_.length(); }
  ArrayPtr finish() {
    auto array = std::make_shared<Array>();
    ArrayPtr child = items_.finish();
    array->type = DataType::list_of(child->type);
    validity_.finish(*array);
    start();
    array->buffers[1] = offsets_.finish();
    array->children.push_back(std::move(child));
    return array;
  }

 private:
  /// The offset in front of the first row.
  void start() {
    if (offsets_.size() == 0) offsets_.push_back(0);
  }
  void close() {
    if (items_.length() > std::numeric_limits<int32_t>::max())
      throw std::length_error("a list column of a batch holds less than 2^31 items");
    start();
    offsets_.push_back(static_cast<int32_t>(items_.length()));
  }
  Items items_;
  BufferBuilder<int32_t> offsets_;
  ValidityBuilder validity_;
};

/// The pairs of a sparse vector, and with ListBuilder a sparse column:
/// `SparseBuilder b; b.items().append(3, 0.5); b.append();`
class SparsePairsBuilder {
 public:
  void reserve(int64_t pairs) {
    indices_.reserve(pairs);
    values_.reserve(pairs);
  }
  /// Indices of a row are appended in ascending order.
  void append(int32_t index, double value) {
    indices_.append(index);
    values_.append(value);
  }
  void append(const int32_t* indices, const double* values, int64_t n) {
    indices_.append(indices, n);
    values_.append(values, n);
  }
  [[nodiscard]] int64_t length() const { return indices_.length(); }
  ArrayPtr finish() {
    auto array = std::make_shared<Array>();
    array->type = DataType::sparse().children()[0].type;
    array->length = indices_.length();
    array->null_count_cache = 0;
    array->children = {indices_.finish(), values_.finish()};
    return array;
  }

 private:
  Int32Builder indices_;
  Float64Builder values_;
};
using SparseBuilder = ListBuilder<SparsePairsBuilder>;

}  // namespace wf
