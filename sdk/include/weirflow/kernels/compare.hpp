// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The order of values and rows. See weirflow/kernels.hpp.
///
/// A total order within a type: false before true; numbers by size, -0.0 equal to 0.0, every NaN
/// equal to the others and behind all numbers; text and binary by unsigned bytes (for UTF-8 the
/// order of code points); lists item by item, then the shorter first; structs member by member;
/// null behind everything.

#include <cmath>
#include <compare>
#include <span>

#include "weirflow/batch.hpp"

namespace wf {

namespace detail {

template <typename T>
std::weak_ordering compare_numbers(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  return a < b   ? std::weak_ordering::less
         : a > b ? std::weak_ordering::greater
                 : std::weak_ordering::equivalent;
}

template <typename T>
std::weak_ordering compare_as(const Array& a, int64_t i, const Array& b, int64_t j) {
  return compare_numbers(NumericView<T>(a)[i], NumericView<T>(b)[j]);
}

}  // namespace detail

/// Value i of `a` against value j of `b`. Precondition: the same type.
inline std::weak_ordering compare_values(const Array& a, int64_t i, const Array& b, int64_t j) {
  const bool null_a = a.is_null(i), null_b = b.is_null(j);
  if (null_a || null_b) return null_a <=> null_b;
  switch (a.type.id()) {
    case Type::null:
      break;
    case Type::boolean:
      return BoolView(a)[i] <=> BoolView(b)[j];
    case Type::int32:
      return detail::compare_as<int32_t>(a, i, b, j);
    case Type::float32:
      return detail::compare_as<float>(a, i, b, j);
    case Type::int64:
    case Type::timestamp:
      return detail::compare_as<int64_t>(a, i, b, j);
    case Type::float64:
      return detail::compare_as<double>(a, i, b, j);
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      return StringView(a)[i] <=> StringView(b)[j];
    case Type::list: {
      const ListView la(a), lb(b);
      int64_t x = la.begin(i), y = lb.begin(j);
      for (; x < la.end(i) && y < lb.end(j); ++x, ++y)
        if (const auto order = compare_values(*la.items(), x, *lb.items(), y); order != 0)
          return order;
      return (la.end(i) - x) <=> (lb.end(j) - y);
    }
    case Type::structure:
      for (size_t k = 0; k < a.children.size(); ++k)
        if (const auto order =
                compare_values(*a.children[k], a.offset + i, *b.children[k], b.offset + j);
            order != 0)
          return order;
      break;
  }
  return std::weak_ordering::equivalent;
}

/// One column of a sort order. Nulls stay last in both directions.
struct SortKey {
  int column = 0;
  bool descending = false;
};

/// Row i of `a` against row j of `b` by the keys, first key first.
inline std::weak_ordering compare_rows(const Batch& a, int64_t i, const Batch& b, int64_t j,
                                       std::span<const SortKey> keys) {
  for (const SortKey& key : keys) {
    const Array &x = *a.column(key.column), &y = *b.column(key.column);
    const auto order = compare_values(x, i, y, j);
    if (order == 0) continue;
    const bool turned = key.descending && !x.is_null(i) && !y.is_null(j);
    return turned ? 0 <=> order : order;
  }
  return std::weak_ordering::equivalent;
}

}  // namespace wf
