// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Kernels over columns and batches: gather, take, filter, concat, compact, size, equality.
///
/// All are pure; results own fresh memory without offsets unless said otherwise, so they never keep
/// a big input alive. Large string types come out as their ordinary forms. Row numbers are int64,
/// from 0; out-of-range rows are a precondition violation. A result column of 2 GiB of text or 2^31
/// items or more throws std::length_error (see builder.hpp).

#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

#include "weirflow/batch.hpp"

namespace wf {

/// `count` rows of `array` from `start`.
struct Range {
  const Array* array;
  int64_t start;
  int64_t count;
};

namespace detail {

inline void append_bits(BufferBuilder<uint8_t>& out, int64_t& length, const uint8_t* bits,
                        int64_t offset, int64_t count) {
  if (count == 0) return;
  out.resize(static_cast<size_t>((length + count + 7) / 8));
  if ((length & 7) == 0 && (offset & 7) == 0) {
    std::memcpy(out.data() + length / 8, bits + offset / 8, static_cast<size_t>((count + 7) / 8));
    // Bits behind the end may be set in the source; later appends or-in, so clear them.
    if (const int64_t rest = count & 7)
      out[out.size() - 1] &= static_cast<uint8_t>((1u << rest) - 1);
  } else {
    for (int64_t i = 0; i < count; ++i)
      if (get_bit(bits, offset + i)) set_bit(out.data(), length + i);
  }
  length += count;
}

inline void append_ones(BufferBuilder<uint8_t>& out, int64_t& length, int64_t count) {
  out.resize(static_cast<size_t>((length + count + 7) / 8));
  for (int64_t i = 0; i < count; ++i) set_bit(out.data(), length + i);
  length += count;
}

inline int64_t element_offset(const Array& a, int64_t i) {
  const Type t = a.type.id();
  return t == Type::large_utf8 || t == Type::large_binary ? a.buffers[1].as<int64_t>()[a.offset + i]
                                                          : a.buffers[1].as<int32_t>()[a.offset + i];
}

inline void check_offset(int64_t total) {
  if (total > std::numeric_limits<int32_t>::max())
    throw std::length_error("a column of a batch holds less than 2^31 bytes or items");
}

inline void gather_validity(std::span<const Range> ranges, Array& out) {
  bool any = false;
  for (const Range& r : ranges) any = any || r.array->null_count() > 0;
  out.null_count_cache = any ? -1 : 0;
  if (!any) return;
  BufferBuilder<uint8_t> bits;
  int64_t length = 0;
  for (const Range& r : ranges) {
    if (r.array->buffers[0].data)
      append_bits(bits, length, r.array->buffers[0].data, r.array->offset + r.start, r.count);
    else
      append_ones(bits, length, r.count);
  }
  out.buffers[0] = bits.finish();
}

inline void gather_fixed(std::span<const Range> ranges, size_t width, Array& out) {
  BufferBuilder<uint8_t> values;
  values.reserve(static_cast<size_t>(out.length) * width);
  for (const Range& r : ranges)
    values.append(r.array->buffers[1].data + static_cast<size_t>(r.array->offset + r.start) * width,
                  static_cast<size_t>(r.count) * width);
  out.buffers[1] = values.finish();
}

/// Offsets of the result; calls `each(range, first, last)` with the element range of every range.
template <typename F>
void gather_offsets(std::span<const Range> ranges, Array& out, F&& each) {
  BufferBuilder<int32_t> offsets;
  offsets.reserve(static_cast<size_t>(out.length) + 1);
  offsets.push_back(0);
  int64_t total = 0;
  for (const Range& r : ranges) {
    if (r.count == 0) continue;
    const int64_t first = element_offset(*r.array, r.start);
    const int64_t last = element_offset(*r.array, r.start + r.count);
    check_offset(total + last - first);
    for (int64_t i = 1; i <= r.count; ++i)
      offsets.push_back(static_cast<int32_t>(element_offset(*r.array, r.start + i) - first + total));
    each(r, first, last);
    total += last - first;
  }
  out.buffers[1] = offsets.finish();
}

}  // namespace detail

/// The rows of the ranges, one after the other. All arrays have type `type`.
inline ArrayPtr gather(const DataType& type, std::span<const Range> ranges) {
  auto out = std::make_shared<Array>();
  out->type = type;
  for (const Range& r : ranges) out->length += r.count;
  if (type.id() == Type::null) return out;
  detail::gather_validity(ranges, *out);
  switch (type.id()) {
    case Type::boolean: {
      BufferBuilder<uint8_t> bits;
      int64_t length = 0;
      for (const Range& r : ranges)
        if (r.count > 0)
          detail::append_bits(bits, length, r.array->buffers[1].data, r.array->offset + r.start, r.count);
      out->buffers[1] = bits.finish();
      break;
    }
    case Type::int32:
    case Type::float32: detail::gather_fixed(ranges, 4, *out); break;
    case Type::int64:
    case Type::float64:
    case Type::timestamp: detail::gather_fixed(ranges, 8, *out); break;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary: {
      BufferBuilder<char> bytes;
      detail::gather_offsets(ranges, *out, [&](const Range& r, int64_t first, int64_t last) {
        bytes.append(r.array->buffers[2].as<char>() + first, static_cast<size_t>(last - first));
      });
      out->buffers[2] = bytes.finish();
      if (type.id() == Type::large_utf8) out->type = Type::utf8;
      if (type.id() == Type::large_binary) out->type = Type::binary;
      break;
    }
    case Type::list: {
      std::vector<Range> items;
      detail::gather_offsets(ranges, *out, [&](const Range& r, int64_t first, int64_t last) {
        items.push_back({r.array->children[0].get(), first, last - first});
      });
      out->children.push_back(gather(type.children()[0].type, items));
      break;
    }
    case Type::structure:
      for (size_t k = 0; k < type.children().size(); ++k) {
        std::vector<Range> members;
        for (const Range& r : ranges)
          members.push_back({r.array->children[k].get(), r.array->offset + r.start, r.count});
        out->children.push_back(gather(type.children()[k].type, members));
      }
      break;
    case Type::null: break;
  }
  return out;
}

/// The same rows in memory of their own, without offsets.
inline ArrayPtr compact(const ArrayPtr& array) {
  const Range all{array.get(), 0, array->length};
  return gather(array->type, {&all, 1});
}
inline Batch deep_copy(const Batch& batch) {
  std::vector<ArrayPtr> columns;
  for (const ArrayPtr& c : batch.columns()) columns.push_back(compact(c));
  return Batch(batch.schema_ptr(), batch.rows(), std::move(columns));
}

/// Batches of one schema as one. Precondition: at least one batch.
inline Batch concat(std::span<const Batch> batches) {
  if (batches.size() == 1) return batches[0];
  std::vector<ArrayPtr> columns;
  int64_t rows = 0;
  for (const Batch& b : batches) rows += b.rows();
  for (int k = 0; k < batches[0].column_count(); ++k) {
    std::vector<Range> ranges;
    for (const Batch& b : batches) ranges.push_back({b.column(k).get(), 0, b.rows()});
    columns.push_back(gather(batches[0].column(k)->type, ranges));
  }
  return Batch(batches[0].schema_ptr(), rows, std::move(columns));
}

/// The given rows in the given order; a row may come several times.
inline Batch take(const Batch& batch, std::span<const int64_t> rows) {
  std::vector<std::pair<int64_t, int64_t>> runs;  // neighbours are copied together
  for (const int64_t row : rows) {
    if (!runs.empty() && runs.back().first + runs.back().second == row) ++runs.back().second;
    else runs.emplace_back(row, 1);
  }
  if (runs.size() == 1) return batch.slice(runs[0].first, runs[0].second);
  std::vector<ArrayPtr> columns;
  std::vector<Range> ranges(runs.size());
  for (const ArrayPtr& c : batch.columns()) {
    for (size_t i = 0; i < runs.size(); ++i) ranges[i] = {c.get(), runs[i].first, runs[i].second};
    columns.push_back(gather(c->type, ranges));
  }
  return Batch(batch.schema_ptr(), static_cast<int64_t>(rows.size()), std::move(columns));
}

/// The rows whose byte in `keep` (one a row) is not 0. All kept: the batch itself; one run: a slice.
inline Batch filter(const Batch& batch, std::span<const uint8_t> keep) {
  std::vector<int64_t> rows;
  rows.reserve(keep.size());
  for (size_t i = 0; i < keep.size(); ++i)
    if (keep[i]) rows.push_back(static_cast<int64_t>(i));
  if (static_cast<int64_t>(rows.size()) == batch.rows()) return batch;
  return take(batch, rows);
}

namespace detail {
/// Bytes that the rows of an array need; a slice counts its part.
inline int64_t array_bytes(const Array& a) {
  int64_t bytes = a.buffers[0].data ? (a.length + 7) / 8 : 0;
  switch (a.type.id()) {
    case Type::null: return 0;
    case Type::boolean: return bytes + (a.length + 7) / 8;
    case Type::int32:
    case Type::float32: return bytes + 4 * a.length;
    case Type::int64:
    case Type::float64:
    case Type::timestamp: return bytes + 8 * a.length;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      return bytes + 4 * (a.length + 1) + element_offset(a, a.length) - element_offset(a, 0);
    case Type::list: {
      const int64_t items = element_offset(a, a.length) - element_offset(a, 0);
      const int64_t all = std::max<int64_t>(a.children[0]->length, 1);
      return bytes + 4 * (a.length + 1) + array_bytes(*a.children[0]) * items / all;
    }
    case Type::structure:
      for (const ArrayPtr& c : a.children)
        bytes += array_bytes(*c) * a.length / std::max<int64_t>(c->length, 1);
      return bytes;
  }
  return bytes;
}

inline bool values_equal(const Array& a, int64_t i, const Array& b, int64_t j) {
  const bool null = a.is_null(i);
  if (null != b.is_null(j)) return false;
  if (null) return true;
  const auto same = [&](size_t width) {
    return std::memcmp(a.buffers[1].data + static_cast<size_t>(a.offset + i) * width,
                       b.buffers[1].data + static_cast<size_t>(b.offset + j) * width, width) == 0;
  };
  switch (a.type.id()) {
    case Type::null: return true;
    case Type::boolean: return BoolView(a)[i] == BoolView(b)[j];
    case Type::int32:
    case Type::float32: return same(4);
    case Type::int64:
    case Type::float64:
    case Type::timestamp: return same(8);
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary: return StringView(a)[i] == StringView(b)[j];
    case Type::list: {
      const ListView la(a), lb(b);
      if (la.end(i) - la.begin(i) != lb.end(j) - lb.begin(j)) return false;
      for (int64_t k = 0; k < la.end(i) - la.begin(i); ++k)
        if (!values_equal(*la.items(), la.begin(i) + k, *lb.items(), lb.begin(j) + k)) return false;
      return true;
    }
    case Type::structure:
      for (size_t k = 0; k < a.children.size(); ++k)
        if (!values_equal(*a.children[k], a.offset + i, *b.children[k], b.offset + j)) return false;
      return true;
  }
  return false;
}
}  // namespace detail

/// Bytes that the rows of the batch need in memory; slices count their part of shared buffers.
inline int64_t batch_bytes(const Batch& batch) {
  int64_t bytes = 0;
  for (const ArrayPtr& c : batch.columns()) bytes += detail::array_bytes(*c);
  return bytes;
}

/// The same rows: schema, values and nulls; floats by their bits. Layout does not matter.
inline bool equal(const Batch& a, const Batch& b) {
  if (!(a.schema() == b.schema()) || a.rows() != b.rows()) return false;
  for (int k = 0; k < a.column_count(); ++k)
    for (int64_t i = 0; i < a.rows(); ++i)
      if (!detail::values_equal(*a.column(k), i, *b.column(k), i)) return false;
  return true;
}

}  // namespace wf
