// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Columns: immutable, reference-counted arrays in Arrow's layout, and typed views on them.
///
/// Threads: an Array is immutable; share it freely. A view borrows the array it was made from.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "weirflow/schema.hpp"

namespace wf {

inline constexpr size_t kAlignment = 64;

/// Bytes with an owner. Empty buffers have data == nullptr and size 0.
struct Buffer {
  std::shared_ptr<const void> owner;
  const uint8_t* data = nullptr;
  size_t size = 0;  ///< bytes that may be read

  template <typename T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(data);
  }
};

namespace detail {
/// Memory at a multiple of kAlignment, or null. From malloc, with the address it gave in front:
/// Debian 12's glibc (2.36) serves aligned_alloc without the threads' caches, which shows in the
/// profile of small batches.
inline void* allocate_aligned(size_t bytes) {
  void* const base = std::malloc(bytes + kAlignment);
  if (!base) return nullptr;
  // malloc's own alignment leaves room for the address.
  static_assert(alignof(std::max_align_t) >= sizeof(void*));
  void* const data =
      static_cast<uint8_t*>(base) + (kAlignment - reinterpret_cast<uintptr_t>(base) % kAlignment);
  static_cast<void**>(data)[-1] = base;
  return data;
}
inline void free_aligned(const void* data) {
  if (data) std::free(static_cast<void* const*>(data)[-1]);
}
}  // namespace detail

/// Growing storage of trivially copyable T, aligned to 64 bytes and padded with zeros to 64; the
/// padding makes whole-word reads of bitmaps safe. finish() hands the memory over as a Buffer.
/// Out of memory throws std::bad_alloc, which the SDK's trampolines turn into resource_exhausted.
template <typename T>
class BufferBuilder {
 public:
  BufferBuilder() = default;
  BufferBuilder(BufferBuilder&& other) noexcept { *this = std::move(other); }
  BufferBuilder& operator=(BufferBuilder&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  BufferBuilder(const BufferBuilder&) = delete;
  BufferBuilder& operator=(const BufferBuilder&) = delete;
  ~BufferBuilder() { detail::free_aligned(data_); }

  void reserve(size_t n) {
    if (n > capacity_) grow(n);
  }
  void push_back(T value) {
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = value;
  }
  void append(const T* values, size_t n) {
    if (n == 0) return;
    if (size_ + n > capacity_) grow(size_ + n);
    std::memcpy(data_ + size_, values, n * sizeof(T));
    size_ += n;
  }
  /// Sets the size; new items are zero.
  void resize(size_t n) {
    reserve(n);
    if (n > size_) std::memset(static_cast<void*>(data_ + size_), 0, (n - size_) * sizeof(T));
    size_ = n;
  }
  /// Sets the size without writing new items; the caller writes all of them.
  void resize_for_overwrite(size_t n) {
    reserve(n);
    size_ = n;
  }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }

  /// Moves the content into a Buffer (never with a null address) and leaves this empty.
  Buffer finish() {
    if (!data_) grow(1);
    const size_t used = size_ * sizeof(T);
    const size_t padded = (used + kAlignment - 1) / kAlignment * kAlignment;
    std::memset(reinterpret_cast<uint8_t*>(data_) + used, 0, padded - used);
    Buffer buffer;
    buffer.data = reinterpret_cast<const uint8_t*>(data_);
    buffer.size = used;
    buffer.owner = std::shared_ptr<const void>(data_, detail::free_aligned);
    data_ = nullptr;
    size_ = capacity_ = 0;
    return buffer;
  }

 private:
  void grow(size_t at_least) {
    const size_t wanted = std::max(at_least, capacity_ + capacity_ / 2);
    const size_t bytes = (wanted * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    auto* fresh = static_cast<T*>(detail::allocate_aligned(std::max(bytes, kAlignment)));
    if (!fresh) throw std::bad_alloc();
    if (size_) std::memcpy(static_cast<void*>(fresh), data_, size_ * sizeof(T));
    detail::free_aligned(data_);
    data_ = fresh;
    capacity_ = std::max(bytes, kAlignment) / sizeof(T);
  }
  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

inline bool get_bit(const uint8_t* bits, int64_t i) { return (bits[i >> 3] >> (i & 7)) & 1; }
inline void set_bit(uint8_t* bits, int64_t i) { bits[i >> 3] |= uint8_t(1u << (i & 7)); }
inline void clear_bit(uint8_t* bits, int64_t i) { bits[i >> 3] &= uint8_t(~(1u << (i & 7))); }
/// Number of set bits in [offset, offset + length).
inline int64_t count_bits(const uint8_t* bits, int64_t offset, int64_t length) {
  int64_t count = 0, i = offset;
  const int64_t end = offset + length;
  for (; i < end && (i & 7); ++i) count += get_bit(bits, i);
  for (; i + 64 <= end; i += 64) {
    uint64_t word;
    std::memcpy(&word, bits + (i >> 3), 8);
    count += std::popcount(word);
  }
  for (; i < end; ++i) count += get_bit(bits, i);
  return count;
}

struct Array;
/// A shared, immutable column.
using ArrayPtr = std::shared_ptr<const Array>;

/// A column in Arrow's layout. buffers[0] is the validity bitmap (empty = no nulls); [1] data bits,
/// values or offsets; [2] the bytes of strings. `offset` counts elements and applies to every
/// buffer; children of a list are addressed by the offsets, children of a struct by
/// offset + i in the child's own elements (a child has an offset of its own as well).
struct Array {
  DataType type;
  int64_t length = 0;
  int64_t offset = 0;
  std::array<Buffer, 3> buffers;
  std::vector<ArrayPtr> children;
  mutable std::atomic<int64_t> null_count_cache{-1};

  Array() = default;
  Array(const Array& o)
      : type(o.type),
        length(o.length),
        offset(o.offset),
        buffers(o.buffers),
        children(o.children),
        null_count_cache(o.null_count_cache.load(std::memory_order_relaxed)) {}
  Array& operator=(const Array&) = delete;

  /// Nulls in [0, length); computed once.
  [[nodiscard]] int64_t null_count() const {
    if (type.id() == Type::null) return length;
    if (!buffers[0].data) return 0;
    int64_t known = null_count_cache.load(std::memory_order_relaxed);
    if (known < 0) {
      known = length - count_bits(buffers[0].data, offset, length);
      null_count_cache.store(known, std::memory_order_relaxed);
    }
    return known;
  }
  /// Precondition: 0 <= i < length.
  [[nodiscard]] bool is_null(int64_t i) const {
    if (type.id() == Type::null) return true;
    return buffers[0].data && !get_bit(buffers[0].data, offset + i);
  }
};

/// The rows [start, start + count) without copying. Precondition: inside the array.
inline ArrayPtr slice(const ArrayPtr& array, int64_t start, int64_t count) {
  if (start == 0 && count == array->length) return array;
  auto part = std::make_shared<Array>(*array);
  part->offset += start;
  part->length = count;
  const bool none = array->null_count_cache.load(std::memory_order_relaxed) == 0;
  part->null_count_cache.store(none ? 0 : -1, std::memory_order_relaxed);
  return part;
}

/// Fixed-width values: int32, int64, float32, float64, timestamp (int64).
template <typename T>
class NumericView {
 public:
  explicit NumericView(const Array& array)
      : array_(&array),
        values_(array.buffers[1].as<T>() + (array.buffers[1].data ? array.offset : 0)) {}
  [[nodiscard]] int64_t size() const { return array_->length; }
  [[nodiscard]] bool is_null(int64_t i) const { return array_->is_null(i); }
  /// Undefined content (but readable) where null.
  T operator[](int64_t i) const { return values_[i]; }
  [[nodiscard]] const T* data() const { return values_; }

 private:
  const Array* array_;
  const T* values_;
};

class BoolView {
 public:
  explicit BoolView(const Array& array) : array_(&array) {}
  [[nodiscard]] int64_t size() const { return array_->length; }
  [[nodiscard]] bool is_null(int64_t i) const { return array_->is_null(i); }
  bool operator[](int64_t i) const { return get_bit(array_->buffers[1].data, array_->offset + i); }

 private:
  const Array* array_;
};

/// utf8, binary and their large forms.
class StringView {
 public:
  explicit StringView(const Array& array)
      : array_(&array),
        large_(array.type.id() == Type::large_utf8 || array.type.id() == Type::large_binary),
        bytes_(array.buffers[2].as<char>()) {
    if (large_)
      offsets64_ = array.buffers[1].as<int64_t>() + array.offset;
    else
      offsets_ = array.buffers[1].as<int32_t>() + array.offset;
  }
  [[nodiscard]] int64_t size() const { return array_->length; }
  [[nodiscard]] bool is_null(int64_t i) const { return array_->is_null(i); }
  std::string_view operator[](int64_t i) const {
    if (large_)
      return {bytes_ + offsets64_[i], static_cast<size_t>(offsets64_[i + 1] - offsets64_[i])};
    return {bytes_ + offsets_[i], static_cast<size_t>(offsets_[i + 1] - offsets_[i])};
  }

 private:
  const Array* array_;
  bool large_;
  const char* bytes_;
  const int32_t* offsets_ = nullptr;
  const int64_t* offsets64_ = nullptr;
};

/// list<...>: row i covers the items [begin(i), end(i)) of items().
class ListView {
 public:
  explicit ListView(const Array& array)
      : array_(&array), offsets_(array.buffers[1].as<int32_t>() + array.offset) {}
  [[nodiscard]] int64_t size() const { return array_->length; }
  [[nodiscard]] bool is_null(int64_t i) const { return array_->is_null(i); }
  [[nodiscard]] int64_t begin(int64_t i) const { return offsets_[i]; }
  [[nodiscard]] int64_t end(int64_t i) const { return offsets_[i + 1]; }
  /// The items of all rows; positions are those of begin() and end().
  [[nodiscard]] const ArrayPtr& items() const { return array_->children[0]; }

 private:
  const Array* array_;
  const int32_t* offsets_;
};

/// Member k of a struct array, positioned so that element i of the result belongs to row i.
inline ArrayPtr struct_member(const Array& array, size_t k) {
  return slice(array.children[k], array.offset, array.length);
}

/// A sparse-vector column (DataType::sparse()): row i has the pairs [begin(i), end(i)).
class SparseView {
 public:
  explicit SparseView(const Array& array)
      : list_(array),
        pairs_(array.children[0]),
        index_(struct_member(*pairs_, 0)),
        value_(struct_member(*pairs_, 1)),
        indices_(*index_),
        values_(*value_) {}
  [[nodiscard]] int64_t size() const { return list_.size(); }
  [[nodiscard]] bool is_null(int64_t i) const { return list_.is_null(i); }
  [[nodiscard]] int64_t begin(int64_t i) const { return list_.begin(i); }
  [[nodiscard]] int64_t end(int64_t i) const { return list_.end(i); }
  [[nodiscard]] const int32_t* indices() const { return indices_.data(); }
  [[nodiscard]] const double* values() const { return values_.data(); }

 private:
  ListView list_;
  ArrayPtr pairs_, index_, value_;
  NumericView<int32_t> indices_;
  NumericView<double> values_;
};

}  // namespace wf
