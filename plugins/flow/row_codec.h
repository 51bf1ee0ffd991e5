// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of any columns as bytes of the state kept by the host, and back. Threads: one at a time.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::flow {

/// Appends the row. Columns of large types have to be made plain before.
void put_row(const wf::Batch& batch, int64_t row, std::string& out);

/// Gathers rows of columns of these types.
class RowDecoder {
 public:
  explicit RowDecoder(const std::vector<wf::Field>& columns);
  RowDecoder(RowDecoder&&) noexcept;
  RowDecoder& operator=(RowDecoder&&) noexcept;
  ~RowDecoder();
  /// One row that put_row() made; invalid_data when it is none of these columns. After an error the
  /// decoder is spent.
  wf::Status append(std::string_view row);
  /// A row of nulls.
  void append_nulls();
  [[nodiscard]] int64_t rows() const { return rows_; }
  /// The columns; starts again.
  std::vector<wf::ArrayPtr> finish();

 private:
  struct Column;
  std::vector<Column> columns_;
  int64_t rows_ = 0;
};

}  // namespace weirflow::flow
