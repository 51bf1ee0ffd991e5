// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sparse rows: how the vectoriser hands features over and how the solvers read them.
///
/// A row is a list of (column, value) with strictly ascending columns; columns count from 0.
/// Values are double, columns int32, row offsets int64.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::ml {

/// One row. Borrowed: valid as long as the arrays it points into.
struct SparseRow {
  const int32_t* indices = nullptr;
  const double* values = nullptr;
  size_t size = 0;
};

/// Borrowed rows in compressed form. `offsets` has rows() + 1 entries and need not start at 0.
/// Thread-safe to read.
struct CsrView {
  std::span<const int64_t> offsets;
  std::span<const int32_t> indices;
  std::span<const double> values;

  [[nodiscard]] size_t rows() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  [[nodiscard]] SparseRow row(size_t i) const {
    const auto from = static_cast<size_t>(offsets[i]);
    return {indices.data() + from, values.data() + from,
            static_cast<size_t>(offsets[i + 1]) - from};
  }
  [[nodiscard]] CsrView slice(size_t first, size_t count) const {
    return {offsets.subspan(first, count + 1), indices, values};
  }
};

/// Owned rows, built by appending. Not thread-safe while it is built.
struct CsrMatrix {
  std::vector<int64_t> offsets{0};
  std::vector<int32_t> indices;
  std::vector<double> values;

  [[nodiscard]] size_t rows() const { return offsets.size() - 1; }
  [[nodiscard]] CsrView view() const { return {offsets, indices, values}; }
  void append(std::span<const int32_t> row_indices, std::span<const double> row_values) {
    indices.insert(indices.end(), row_indices.begin(), row_indices.end());
    values.insert(values.end(), row_values.begin(), row_values.end());
    offsets.push_back(static_cast<int64_t>(indices.size()));
  }
  void append(const CsrView& rows);
  void clear() {
    offsets.assign(1, 0);
    indices.clear();
    values.clear();
  }
};

/// Rows with what a training needs beside them. `labels` has one entry a row: 0 or 1, the index of
/// the class. `weights` is empty (all 1) or has one entry a row, finite and >= 0.
struct RowBlock {
  CsrView rows;
  std::span<const uint8_t> labels;
  std::span<const double> weights;
};

/// Training rows that can be read again and again, in the same order each time; the borders
/// between blocks may differ from pass to pass and have no influence on any result.
/// Used by one thread at a time.
class RowSource {
 public:
  RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;
  virtual ~RowSource() = default;

  /// Number of columns; every index is below it.
  [[nodiscard]] virtual int32_t columns() const = 0;
  /// Starts the next pass. Called before the first pass too.
  virtual wf::Status rewind() = 0;
  /// The next block, valid until the next call; false at the end of the pass.
  virtual wf::Result<bool> next(RowBlock& block) = 0;
  /// All rows at once when they lie in memory for the source's lifetime, else null.
  [[nodiscard]] virtual const RowBlock* whole() const { return nullptr; }
};

/// Rows in memory, borrowed, as a source.
class MemorySource final : public RowSource {
 public:
  MemorySource(RowBlock rows, int32_t columns) : rows_(rows), columns_(columns) {}
  [[nodiscard]] int32_t columns() const override { return columns_; }
  wf::Status rewind() override {
    done_ = false;
    return {};
  }
  wf::Result<bool> next(RowBlock& block) override {
    if (done_) return false;
    done_ = true;
    block = rows_;
    return true;
  }
  [[nodiscard]] const RowBlock* whole() const override { return &rows_; }

 private:
  RowBlock rows_;
  int32_t columns_;
  bool done_ = false;
};

/// Refuses (invalid_data, with the row counted from `first_row`) a block whose offsets, columns,
/// order of columns, values, labels or weights break the contract above. NaN and infinity are
/// refused, so are two entries of one column in a row.
wf::Status check_rows(const RowBlock& block, int32_t columns, int64_t first_row);

/// As check_rows, for rows without labels.
wf::Status check_rows(const CsrView& rows, int32_t columns, int64_t first_row);

/// The scalar product of a row and a dense vector. The order of the additions depends only on the
/// row, so the result is the same wherever it is computed.
inline double sparse_dot(const SparseRow& row, const double* dense) {
  double a = 0, b = 0, c = 0, d = 0;
  size_t i = 0;
  for (; i + 4 <= row.size; i += 4) {
    a += row.values[i] * dense[row.indices[i]];
    b += row.values[i + 1] * dense[row.indices[i + 1]];
    c += row.values[i + 2] * dense[row.indices[i + 2]];
    d += row.values[i + 3] * dense[row.indices[i + 3]];
  }
  for (; i < row.size; ++i) a += row.values[i] * dense[row.indices[i]];
  return (a + b) + (c + d);
}

/// dense += factor * row.
inline void sparse_add(const SparseRow& row, double factor, double* dense) {
  for (size_t i = 0; i < row.size; ++i) dense[row.indices[i]] += factor * row.values[i];
}

}  // namespace weirflow::ml
