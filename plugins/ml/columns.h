// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Columns of batches as the numeric core of this plugin reads them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csr.h"
#include "tokens.h"
#include "weirflow/component.hpp"

namespace weirflow::ml {

/// Position of column `name`. `types`: what it may be, separated by bars as in a descriptor.
/// Errors: invalid_config at `key` when there is none, or when it is of another type.
wf::Result<int> require_column(const wf::Schema& in, std::string_view name, std::string_view key,
                               std::string_view types);

/// Adds a column. Errors: invalid_config at `key`, when it has no name or one that is taken.
wf::Status add_column(wf::SchemaBuilder& out, wf::Field field, std::string_view key);

/// True when these rows left a group that was fitted on them.
bool are_training_rows(const wf::Schema& in);

/// Why something is refused at a key of the configuration.
wf::Status at_key(wf::Status status, std::string_view key, std::string hint = "");

/// A `list<utf8>` column as documents. A null row is an empty document, a null item is not there.
/// Used in place, unless nulls make a copy necessary.
class TokenColumn {
 public:
  /// Precondition: that type. Borrows the column.
  explicit TokenColumn(const wf::Array& column);
  TokenColumn(const TokenColumn&) = delete;
  TokenColumn& operator=(const TokenColumn&) = delete;
  [[nodiscard]] const TokenBatch& batch() const { return batch_; }

 private:
  void copy(const wf::Array& column);

  TokenBatch batch_;
  std::vector<int32_t> list_offsets_, string_offsets_;
  std::string bytes_;
};

/// A sparse column as rows; `offsets` is the caller's, refilled.
CsrView sparse_rows(const wf::SparseView& column, std::vector<int64_t>& offsets);

/// The dimension that the metadata of a sparse field tells, or -1.
int32_t sparse_size(const wf::Field& field);

/// A label column of type bool, int32 or int64 (0 and 1), or float64.
class LabelView {
 public:
  static constexpr const char* kTypes = "bool|int32|int64|float64";
  explicit LabelView(const wf::Array& column) : column_(column) {}
  /// 0 or 1; -1 for null; -2 for another value.
  [[nodiscard]] int operator[](int64_t i) const {
    if (column_.is_null(i)) return -1;
    double value = 0;
    switch (column_.type.id()) {
      case wf::Type::boolean:
        return wf::BoolView(column_)[i] ? 1 : 0;
      case wf::Type::int32:
        value = wf::NumericView<int32_t>(column_)[i];
        break;
      case wf::Type::int64:
        value = static_cast<double>(wf::NumericView<int64_t>(column_)[i]);
        break;
      default:
        value = wf::NumericView<double>(column_)[i];
    }
    return value == 0 ? 0 : value == 1 ? 1 : -2;
  }

 private:
  const wf::Array& column_;
};

/// Why a row cannot be learned from: its label is null or another value. Precondition: label < 0.
wf::Status bad_training_label(int64_t row, int label);

}  // namespace weirflow::ml
