// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Single values of a column for accumulators that keep some: as int64_t (bool, integers,
/// timestamps), double (floats) or std::string.

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "state_bytes.h"
#include "weirflow/builder.hpp"

namespace weirflow::flow {

inline int64_t integer_at(const wf::Array& a, int64_t i) {
  if (a.type.id() == wf::Type::boolean) return wf::BoolView(a)[i];
  if (a.type.id() == wf::Type::int32) return wf::NumericView<int32_t>(a)[i];
  return wf::NumericView<int64_t>(a)[i];
}
inline double number_at(const wf::Array& a, int64_t i) {
  if (a.type.id() == wf::Type::float64) return wf::NumericView<double>(a)[i];
  if (a.type.id() == wf::Type::float32) return static_cast<double>(wf::NumericView<float>(a)[i]);
  return static_cast<double>(integer_at(a, i));
}
template <typename V>
V value_at(const wf::Array& a, int64_t i) {
  if constexpr (std::is_same_v<V, std::string>) return std::string(wf::StringView(a)[i]);
  if constexpr (std::is_same_v<V, double>) return number_at(a, i);
  if constexpr (std::is_same_v<V, int64_t>) return integer_at(a, i);
}

/// Calls f(row, group) for every row with a value.
template <typename F>
void each_value(const wf::Array& values, std::span<const uint32_t> groups, F f) {
  for (size_t i = 0; i < groups.size(); ++i)
    if (!values.is_null(static_cast<int64_t>(i))) f(static_cast<int64_t>(i), groups[i]);
}

/// NaN above all numbers.
template <typename V>
bool value_less(const V& a, const V& b) {
  if constexpr (std::is_same_v<V, double>) return std::isnan(b) ? !std::isnan(a) : a < b;
  return a < b;
}

template <typename V>
void put_value(std::string& out, const V& value) {
  if constexpr (std::is_same_v<V, std::string>)
    put_bytes(out, value);
  else
    put_raw(out, value);
}
template <typename V>
[[nodiscard]] bool take_value(std::string_view& in, V* value) {
  if constexpr (std::is_same_v<V, std::string>) {
    std::string_view bytes;
    if (!take_bytes(in, &bytes)) return false;
    *value = bytes;
    return true;
  } else {
    return take_raw(in, value);
  }
}

/// Calls use(builder) with the builder of a column of `type`, whose values are kept as V.
template <typename V, typename Use>
auto with_value_builder(wf::Type type, Use use) {
  if constexpr (std::is_same_v<V, std::string>) {
    return use(wf::StringBuilder(type));
  } else if constexpr (std::is_same_v<V, double>) {
    return type == wf::Type::float32 ? use(wf::Float32Builder()) : use(wf::Float64Builder());
  } else {
    if (type == wf::Type::boolean) return use(wf::BoolBuilder());
    if (type == wf::Type::int32) return use(wf::Int32Builder());
    return use(wf::Int64Builder(type));
  }
}
template <typename Builder, typename V>
void append_value(Builder& out, const V& value) {
  if constexpr (std::is_same_v<Builder, wf::Int32Builder>)
    out.append(static_cast<int32_t>(value));
  else if constexpr (std::is_same_v<Builder, wf::Float32Builder>)
    out.append(static_cast<float>(value));
  else if constexpr (std::is_same_v<Builder, wf::BoolBuilder>)
    out.append(value != 0);
  else
    out.append(value);
}

/// Between two values linear (numpy's default); sorts them. Precondition: at least one.
inline double quantile_of(std::vector<double>& values, double q) {
  std::sort(values.begin(), values.end(), value_less<double>);
  const double at = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(at);
  const double share = at - static_cast<double>(low);
  return share == 0 ? values[low] : values[low] + share * (values[low + 1] - values[low]);
}

}  // namespace weirflow::flow
