// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "csr.h"

#include <cmath>
#include <string>

namespace weirflow::ml {
namespace {

wf::Status bad_row(int64_t row, const std::string& what) {
  return wf::invalid_data("row " + std::to_string(row) + ": " + what).at_row(row);
}

wf::Status check_row(const SparseRow& row, int32_t columns, int64_t number) {
  int64_t before = -1;
  for (size_t i = 0; i < row.size; ++i) {
    const int64_t column = row.indices[i];
    if (column < 0 || column >= columns) {
      return bad_row(number, "column " + std::to_string(column) + " is outside 0.." +
                                 std::to_string(int64_t{columns} - 1));
    }
    if (column == before) {
      return bad_row(number, "column " + std::to_string(column) + " occurs twice");
    }
    if (column < before) return bad_row(number, "columns are not in ascending order");
    if (!std::isfinite(row.values[i])) {
      return bad_row(number,
                     "column " + std::to_string(column) + " holds a value that is not finite");
    }
    before = column;
  }
  return {};
}

}  // namespace

void CsrMatrix::append(const CsrView& rows) {
  const size_t count = rows.rows();
  if (count == 0) return;
  const auto from = rows.offsets.front();
  const auto to = rows.offsets.back();
  const auto base = static_cast<int64_t>(indices.size()) - from;
  indices.insert(indices.end(), rows.indices.begin() + from, rows.indices.begin() + to);
  values.insert(values.end(), rows.values.begin() + from, rows.values.begin() + to);
  offsets.reserve(offsets.size() + count);
  for (size_t i = 1; i <= count; ++i) offsets.push_back(rows.offsets[i] + base);
}

wf::Status check_rows(const CsrView& rows, int32_t columns, int64_t first_row) {
  const auto limit = static_cast<int64_t>(std::min(rows.indices.size(), rows.values.size()));
  for (size_t i = 0; i < rows.rows(); ++i) {
    const int64_t number = first_row + static_cast<int64_t>(i);
    if (rows.offsets[i] < 0 || rows.offsets[i] > rows.offsets[i + 1] ||
        rows.offsets[i + 1] > limit) {
      return bad_row(number, "its offsets are not inside the batch");
    }
    WF_TRY(check_row(rows.row(i), columns, number));
  }
  return {};
}

wf::Status check_rows(const RowBlock& block, int32_t columns, int64_t first_row) {
  const size_t count = block.rows.rows();
  if (block.labels.size() != count || (!block.weights.empty() && block.weights.size() != count)) {
    return wf::invalid_data("labels and weights must have one entry for each row");
  }
  WF_TRY(check_rows(block.rows, columns, first_row));
  for (size_t i = 0; i < count; ++i) {
    const int64_t number = first_row + static_cast<int64_t>(i);
    if (block.labels[i] > 1) return bad_row(number, "the label is neither 0 nor 1");
    if (!block.weights.empty() && !(std::isfinite(block.weights[i]) && block.weights[i] >= 0)) {
      return bad_row(number, "the sample weight is negative or not finite");
    }
  }
  return {};
}

}  // namespace weirflow::ml
