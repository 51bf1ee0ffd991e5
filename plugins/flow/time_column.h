// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The column of event times that components on streams share.

#include <string>
#include <vector>

#include "support.h"
#include "windows.h"

namespace weirflow::flow {

/// The position of the column `name`, which must hold timestamps.
inline wf::Result<int> require_time(const std::string& name, const wf::Schema& in,
                                    std::string_view key) {
  WF_ASSIGN(const int column, in.require(name, key));
  const wf::DataType& type = in.field(column).type;
  if (type.id() != wf::Type::timestamp)
    return wf::invalid_config("column '" + name + "' is " + type.to_string() +
                              "; event times are of type timestamp")
        .at({std::string(key), 0, 0,
             "convert it before, with flow.map: cast(" + name + " as timestamp)"});
  return column;
}

/// Refuses the rows without a time, or with one that no window can be laid around.
inline void refuse_without_time(const wf::Batch& in, int column, RowSelection& rows,
                                wf::Emitter& out) {
  const wf::Array& times = *in.column(column);
  const wf::NumericView<int64_t> us(times);
  for (int64_t row = 0; row < in.rows(); ++row) {
    if (times.is_null(row)) {
      rows.drop(row);
      out.refuse(row, "no_time", "'" + in.schema().field(column).name + "' is null");
    } else if (us[row] > kLastTime || us[row] < -kLastTime) {
      rows.drop(row);
      out.refuse(row, "bad_time",
                 "'" + in.schema().field(column).name + "' is " + std::to_string(us[row]) +
                     " us, beyond the times that can be used (about the years -71100 to 75000)");
    }
  }
}

/// The numbers of the rows that are held.
inline std::vector<int64_t> rows_held(const RowSelection& rows, int64_t count) {
  std::vector<int64_t> held;
  for (int64_t row = 0; row < count; ++row)
    if (rows.holds(row)) held.push_back(row);
  return held;
}

}  // namespace weirflow::flow
