// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A record batch: a schema and its columns, all of one length. Immutable and cheap to copy (the
/// columns are shared), so a transform that adds a column copies no other.

#include <cassert>
#include <string_view>
#include <utility>
#include <vector>

#include "weirflow/array.hpp"
#include "weirflow/builder.hpp"

namespace wf {

class Batch {
 public:
  /// No columns, no rows.
  Batch() : schema_(no_columns()) {}
  /// Precondition: one column per field, each of `rows` elements, types equal to the fields'.
  Batch(SchemaPtr schema, int64_t rows, std::vector<ArrayPtr> columns)
      : schema_(std::move(schema)), rows_(rows), columns_(std::move(columns)) {
    assert(schema_->fields().size() == columns_.size());
  }

  [[nodiscard]] int64_t rows() const { return rows_; }
  [[nodiscard]] int column_count() const { return static_cast<int>(columns_.size()); }
  [[nodiscard]] const Schema& schema() const { return *schema_; }
  [[nodiscard]] const SchemaPtr& schema_ptr() const { return schema_; }
  [[nodiscard]] const ArrayPtr& column(int i) const { return columns_[static_cast<size_t>(i)]; }
  [[nodiscard]] const std::vector<ArrayPtr>& columns() const { return columns_; }
  /// The column of that name, or null.
  [[nodiscard]] ArrayPtr find(std::string_view name) const {
    const int i = schema_->index_of(name);
    return i < 0 ? nullptr : columns_[static_cast<size_t>(i)];
  }

  // Typed views of column i. Precondition: the column has that type (bind() has checked it).
  template <typename T>
  [[nodiscard]] NumericView<T> numbers(int i) const {
    return NumericView<T>(*column(i));
  }
  [[nodiscard]] StringView strings(int i) const { return StringView(*column(i)); }
  [[nodiscard]] BoolView bools(int i) const { return BoolView(*column(i)); }
  [[nodiscard]] ListView lists(int i) const { return ListView(*column(i)); }
  [[nodiscard]] SparseView sparse(int i) const { return SparseView(*column(i)); }

  /// This batch with further columns at the end. `schema` is the output schema of bind().
  [[nodiscard]] Batch with_columns(SchemaPtr schema, std::vector<ArrayPtr> more) const {
    std::vector<ArrayPtr> all = columns_;
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
    return Batch(std::move(schema), rows_, std::move(all));
  }
  /// The rows [start, start + count), without copying.
  [[nodiscard]] Batch slice(int64_t start, int64_t count) const {
    std::vector<ArrayPtr> parts;
    parts.reserve(columns_.size());
    for (const ArrayPtr& c : columns_) parts.push_back(wf::slice(c, start, count));
    return Batch(schema_, count, std::move(parts));
  }

 private:
  static const SchemaPtr& no_columns() {
    static const SchemaPtr schema = std::make_shared<const Schema>();
    return schema;
  }

  SchemaPtr schema_;
  int64_t rows_ = 0;
  std::vector<ArrayPtr> columns_;
};

}  // namespace wf
