// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Equality of values, columns and batches whatever their layout. See weirflow/kernels.hpp.

#include <cstring>

#include "weirflow/batch.hpp"

namespace wf {

namespace detail {

inline bool values_equal(const Array& a, int64_t i, const Array& b, int64_t j) {
  const bool null = a.is_null(i);
  if (null != b.is_null(j)) return false;
  if (null) return true;
  const auto same = [&](size_t width) {
    return std::memcmp(a.buffers[1].data + static_cast<size_t>(a.offset + i) * width,
                       b.buffers[1].data + static_cast<size_t>(b.offset + j) * width, width) == 0;
  };
  switch (a.type.id()) {
    case Type::null:
      return true;
    case Type::boolean:
      return BoolView(a)[i] == BoolView(b)[j];
    case Type::int32:
    case Type::float32:
      return same(4);
    case Type::int64:
    case Type::float64:
    case Type::timestamp:
      return same(8);
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      return StringView(a)[i] == StringView(b)[j];
    case Type::list: {
      const ListView la(a), lb(b);
      const int64_t n = la.end(i) - la.begin(i);
      if (n != lb.end(j) - lb.begin(j)) return false;
      for (int64_t k = 0; k < n; ++k)
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

/// The same type, values and nulls; floats by their bits. Layout does not matter.
inline bool equal(const Array& a, const Array& b) {
  if (!(a.type == b.type) || a.length != b.length) return false;
  for (int64_t i = 0; i < a.length; ++i)
    if (!detail::values_equal(a, i, b, i)) return false;
  return true;
}

/// The same schema (but for metadata), values and nulls.
inline bool equal(const Batch& a, const Batch& b) {
  if (!(a.schema() == b.schema()) || a.rows() != b.rows()) return false;
  for (int k = 0; k < a.column_count(); ++k)
    if (!equal(*a.column(k), *b.column(k))) return false;
  return true;
}

}  // namespace wf
