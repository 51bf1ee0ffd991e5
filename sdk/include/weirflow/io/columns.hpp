// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A builder whose type is known only at run time. One thread.

#include <memory>
#include <string_view>

#include "weirflow/builder.hpp"

namespace wf::io {

/// Appends to a column of any type that batches have. Which append functions a column takes is
/// said beside them; calling another one is a defect (asserted).
class ColumnBuilder {
 public:
  virtual ~ColumnBuilder() = default;
  virtual void append_null() = 0;
  virtual void append_bool(bool value);              ///< bool
  virtual void append_int(int64_t value);            ///< int32 (in range), int64, timestamp (us)
  virtual void append_double(double value);          ///< float32, float64
  virtual void append_text(std::string_view value);  ///< utf8, binary
  /// list: 0 is the item; struct: its members.
  virtual ColumnBuilder& child(size_t index);
  /// list: ends the row, whose items are those appended to child(0) since the row before; struct:
  /// ends the row after one append to each child.
  virtual void append_children();
  /// Room for `rows` rows and `bytes` bytes of text.
  virtual void reserve(int64_t /*rows*/, int64_t /*bytes*/) {}
  [[nodiscard]] virtual int64_t length() const = 0;
  /// The column; the builder is empty afterwards.
  virtual ArrayPtr finish() = 0;
};

/// invalid_config for a type that no builder makes (large_utf8, large_binary).
Result<std::unique_ptr<ColumnBuilder>> make_column_builder(const DataType& type);

}  // namespace wf::io
