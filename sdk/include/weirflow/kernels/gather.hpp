// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// gather(): runs of rows of several arrays, one after the other, in fresh memory; and what is
/// gather() by another name: compact(), deep_copy(), concat(). See weirflow/kernels.hpp.

#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "weirflow/batch.hpp"
#include "weirflow/detail/bits.hpp"

namespace wf {

/// `count` rows of `array` from `start`.
struct Range {
  const Array* array;
  int64_t start;
  int64_t count;
};

namespace detail {

inline bool is_large(Type type) { return type == Type::large_utf8 || type == Type::large_binary; }

/// Offset i of an array with offsets, from the array's own first row.
inline int64_t element_offset(const Array& a, int64_t i) {
  return is_large(a.type.id()) ? a.buffers[1].as<int64_t>()[a.offset + i]
                               : a.buffers[1].as<int32_t>()[a.offset + i];
}

inline void gather_validity(std::span<const Range> ranges, Array& out) {
  bool any = false;
  for (const Range& r : ranges) any = any || (r.count > 0 && r.array->null_count() > 0);
  out.null_count_cache = any ? -1 : 0;
  if (!any) return;
  BufferBuilder<uint8_t> bits;
  bits.resize(static_cast<size_t>((out.length + 7) / 8));
  int64_t to = 0;
  for (const Range& r : ranges) {
    if (const uint8_t* from = r.array->buffers[0].data)
      copy_bits(bits.data(), to, from, r.array->offset + r.start, r.count);
    else
      set_bits(bits.data(), to, r.count);
    to += r.count;
  }
  out.buffers[0] = bits.finish();
}

inline void gather_bools(std::span<const Range> ranges, Array& out) {
  BufferBuilder<uint8_t> bits;
  bits.resize(static_cast<size_t>((out.length + 7) / 8));
  int64_t to = 0;
  for (const Range& r : ranges) {
    if (r.count > 0)
      copy_bits(bits.data(), to, r.array->buffers[1].data, r.array->offset + r.start, r.count);
    to += r.count;
  }
  out.buffers[1] = bits.finish();
}

template <size_t kWidth>
void gather_fixed(std::span<const Range> ranges, Array& out) {
  BufferBuilder<uint8_t> values;
  values.resize_for_overwrite(static_cast<size_t>(out.length) * kWidth);
  uint8_t* to = values.data();
  for (const Range& r : ranges) {
    if (r.count == 0) continue;
    const uint8_t* from =
        r.array->buffers[1].data + static_cast<size_t>(r.array->offset + r.start) * kWidth;
    const size_t size = static_cast<size_t>(r.count) * kWidth;
    if (r.count == 1)
      std::memcpy(to, from, kWidth);
    else
      std::memcpy(to, from, size);
    to += size;
  }
  out.buffers[1] = values.finish();
}

template <typename From, typename To>
int64_t append_offsets(const Range& r, BufferBuilder<To>& offsets, int64_t total) {
  const From* from = r.array->buffers[1].as<From>() + r.array->offset + r.start;
  const int64_t shift = total - from[0], end = from[r.count] + shift;
  if (end > std::numeric_limits<To>::max())
    throw std::length_error("a column of a batch holds less than 2^31 bytes or items");
  for (int64_t i = 1; i <= r.count; ++i) offsets.push_back(static_cast<To>(from[i] + shift));
  return end;
}

/// Writes the offsets of the result. Returns the number of bytes or items behind them.
template <typename To>
int64_t gather_offsets(std::span<const Range> ranges, Array& out) {
  BufferBuilder<To> offsets;
  offsets.reserve(static_cast<size_t>(out.length) + 1);
  offsets.push_back(0);
  int64_t total = 0;
  for (const Range& r : ranges) {
    if (r.count == 0) continue;
    total = is_large(r.array->type.id()) ? append_offsets<int64_t>(r, offsets, total)
                                         : append_offsets<int32_t>(r, offsets, total);
  }
  out.buffers[1] = offsets.finish();
  return total;
}

inline void gather_text(std::span<const Range> ranges, Array& out) {
  const int64_t total = is_large(out.type.id()) ? gather_offsets<int64_t>(ranges, out)
                                                : gather_offsets<int32_t>(ranges, out);
  BufferBuilder<char> bytes;
  bytes.reserve(static_cast<size_t>(total));
  for (const Range& r : ranges) {
    if (r.count == 0) continue;
    const int64_t first = element_offset(*r.array, r.start);
    const int64_t last = element_offset(*r.array, r.start + r.count);
    bytes.append(r.array->buffers[2].as<char>() + first, static_cast<size_t>(last - first));
  }
  out.buffers[2] = bytes.finish();
}

}  // namespace detail

/// The rows of the ranges, one after the other, in memory of their own and without offsets. All
/// arrays have type `type`; utf8 and large_utf8 (binary, large_binary) may stand for each other.
inline ArrayPtr gather(const DataType& type, std::span<const Range> ranges) {
  auto out = std::make_shared<Array>();
  out->type = type;
  for (const Range& r : ranges) out->length += r.count;
  if (type.id() == Type::null) return out;
  detail::gather_validity(ranges, *out);
  switch (type.id()) {
    case Type::null:
      break;
    case Type::boolean:
      detail::gather_bools(ranges, *out);
      break;
    case Type::int32:
    case Type::float32:
      detail::gather_fixed<4>(ranges, *out);
      break;
    case Type::int64:
    case Type::float64:
    case Type::timestamp:
      detail::gather_fixed<8>(ranges, *out);
      break;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      detail::gather_text(ranges, *out);
      break;
    case Type::list: {
      detail::gather_offsets<int32_t>(ranges, *out);
      std::vector<Range> items;
      items.reserve(ranges.size());
      for (const Range& r : ranges) {
        if (r.count == 0) continue;
        const int64_t first = detail::element_offset(*r.array, r.start);
        const int64_t last = detail::element_offset(*r.array, r.start + r.count);
        if (last > first) items.push_back({r.array->children[0].get(), first, last - first});
      }
      out->children.push_back(gather(type.children()[0].type, items));
      break;
    }
    case Type::structure: {
      std::vector<Range> members(ranges.size());
      for (size_t k = 0; k < type.children().size(); ++k) {
        for (size_t i = 0; i < ranges.size(); ++i)
          members[i] = {ranges[i].array->children[k].get(),
                        ranges[i].array->offset + ranges[i].start, ranges[i].count};
        out->children.push_back(gather(type.children()[k].type, members));
      }
      break;
    }
  }
  return out;
}

/// The same rows in memory of their own, without offsets.
inline ArrayPtr deep_copy(const ArrayPtr& array) {
  const Range all{array.get(), 0, array->length};
  return gather(array->type, {&all, 1});
}
inline Batch deep_copy(const Batch& batch) {
  std::vector<ArrayPtr> columns;
  columns.reserve(batch.columns().size());
  for (const ArrayPtr& c : batch.columns()) columns.push_back(deep_copy(c));
  return Batch(batch.schema_ptr(), batch.rows(), std::move(columns));
}

/// As deep_copy(), but a large_utf8 or large_binary column comes out as utf8 or binary.
inline ArrayPtr compact(const ArrayPtr& array) {
  DataType type = array->type;
  if (type.id() == Type::large_utf8) type = Type::utf8;
  if (type.id() == Type::large_binary) type = Type::binary;
  const Range all{array.get(), 0, array->length};
  return gather(type, {&all, 1});
}

/// Batches of one schema as one; a single one is answered as it is, without copying.
/// Precondition: at least one batch.
inline Batch concat(std::span<const Batch> batches) {
  if (batches.size() == 1) return batches[0];
  std::vector<ArrayPtr> columns;
  int64_t rows = 0;
  for (const Batch& b : batches) rows += b.rows();
  std::vector<Range> ranges(batches.size());
  for (int k = 0; k < batches[0].column_count(); ++k) {
    for (size_t i = 0; i < batches.size(); ++i)
      ranges[i] = {batches[i].column(k).get(), 0, batches[i].rows()};
    columns.push_back(gather(batches[0].column(k)->type, ranges));
  }
  return Batch(batches[0].schema_ptr(), rows, std::move(columns));
}

}  // namespace wf
