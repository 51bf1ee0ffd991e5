// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Columns of batches as the numeric core of this plugin reads them.

#include <string>
#include <vector>

#include "csr.h"
#include "tokens.h"
#include "weirflow/component.hpp"

namespace weirflow::ml {

/// A `list<utf8>` column as documents, in place. Precondition: that type. A null row is an empty
/// document when its offsets say so, as builders of Weirflow and Arrow write them.
inline TokenBatch token_batch(const wf::Array& column) {
  const wf::Array& tokens = *column.children[0];
  TokenBatch batch;
  batch.list_offsets = {column.buffers[1].as<int32_t>() + column.offset,
                        static_cast<size_t>(column.length) + 1};
  batch.string_offsets = {tokens.buffers[1].as<int32_t>() + tokens.offset,
                          static_cast<size_t>(tokens.length) + 1};
  const int32_t end = batch.string_offsets.back();
  batch.bytes = {tokens.buffers[2].as<char>(), static_cast<size_t>(end)};
  return batch;
}

/// A sparse column as rows; `offsets` is the caller's, refilled.
inline CsrView sparse_rows(const wf::SparseView& column, std::vector<int64_t>& offsets) {
  offsets.clear();
  for (int64_t i = 0; i < column.size(); ++i) offsets.push_back(column.begin(i));
  offsets.push_back(column.size() > 0 ? column.end(column.size() - 1) : 0);
  const auto end = static_cast<size_t>(offsets.back());
  return {offsets, {column.indices(), end}, {column.values(), end}};
}

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

}  // namespace weirflow::ml
