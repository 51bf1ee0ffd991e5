// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random batches of every type, for property tests. Deterministic for a seed.

#include <random>

#include "weirflow/batch.hpp"

namespace weirflow::testing {

using Random = std::mt19937_64;

inline int64_t pick(Random& random, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
}

inline std::string random_text(Random& random) {
  static const char* const kPieces[] = {
      "a", "Zebra", "", "\n", "\"", "\xC3\xA9", "\xF0\x9F\x98\x80", "0", "\\"};
  std::string text;
  for (int64_t n = pick(random, 0, 4); n > 0; --n) text += kPieces[pick(random, 0, 8)];
  return text;
}

template <typename Builder, typename F>
wf::ArrayPtr random_column(Random& random, int64_t rows, F&& append) {
  Builder builder;
  const int64_t null_share = pick(random, 0, 2);  // none, some, most
  for (int64_t i = 0; i < rows; ++i) {
    if (pick(random, 0, 2) < null_share)
      builder.append_null();
    else
      append(builder);
  }
  return builder.finish();
}

/// Columns b, i, l, f, d, s, t, tags (list of text), v (sparse).
inline wf::Batch random_batch(Random& random, int64_t rows) {
  using namespace wf;
  static const SchemaPtr schema =
      std::make_shared<const Schema>(Schema{{"b", Type::boolean},
                                            {"i", Type::int32},
                                            {"l", Type::int64},
                                            {"f", Type::float32},
                                            {"d", Type::float64},
                                            {"s", Type::utf8},
                                            {"t", Type::timestamp},
                                            {"tags", DataType::list_of(Type::utf8)},
                                            sparse_field("v")});
  std::vector<ArrayPtr> columns;
  columns.push_back(
      random_column<BoolBuilder>(random, rows, [&](auto& b) { b.append(random() & 1); }));
  columns.push_back(random_column<Int32Builder>(
      random, rows, [&](auto& b) { b.append(static_cast<int32_t>(random())); }));
  columns.push_back(random_column<Int64Builder>(
      random, rows, [&](auto& b) { b.append(static_cast<int64_t>(random())); }));
  columns.push_back(random_column<Float32Builder>(
      random, rows, [&](auto& b) { b.append(static_cast<float>(pick(random, -9, 9)) / 4); }));
  columns.push_back(random_column<Float64Builder>(
      random, rows, [&](auto& b) { b.append(static_cast<double>(pick(random, -9, 9)) / 3); }));
  columns.push_back(
      random_column<StringBuilder>(random, rows, [&](auto& b) { b.append(random_text(random)); }));
  columns.push_back(random_column<TimestampBuilder>(random, rows, [&](auto& b) {
    b.append(pick(random, -1'000'000'000'000, 2'000'000'000'000'000));
  }));
  columns.push_back(random_column<ListBuilder<StringBuilder>>(random, rows, [&](auto& b) {
    for (int64_t n = pick(random, 0, 3); n > 0; --n) b.items().append(random_text(random));
    b.append();
  }));
  SparseBuilder sparse;
  for (int64_t i = 0; i < rows; ++i) {
    for (int32_t k = 0; k < static_cast<int32_t>(pick(random, 0, 3)); ++k)
      sparse.items().append(k * 7, static_cast<double>(k) / 3);
    sparse.append();
  }
  columns.push_back(sparse.finish());
  return Batch(schema, rows, std::move(columns));
}

/// A random slice, so that offsets are exercised.
inline wf::Batch random_slice(Random& random, const wf::Batch& batch) {
  const int64_t start = pick(random, 0, batch.rows());
  return batch.slice(start, pick(random, 0, batch.rows() - start));
}

}  // namespace weirflow::testing
