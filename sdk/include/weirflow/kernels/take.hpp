// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Choosing rows: take() by number, filter() by mark. See weirflow/kernels.hpp.
///
/// Where the chosen rows are neighbours in the input (also: all of them, or none but one run), the
/// answer is a slice that shares the input's memory; use deep_copy() before keeping it for long.

#include <span>
#include <vector>

#include "weirflow/kernels/gather.hpp"

namespace wf {

namespace detail {

/// Neighbouring rows, copied together.
struct Run {
  int64_t start;
  int64_t count;
};

inline void extend_runs(std::vector<Run>& runs, int64_t row) {
  if (!runs.empty() && runs.back().start + runs.back().count == row)
    ++runs.back().count;
  else
    runs.push_back({row, 1});
}

inline Batch take_runs(const Batch& batch, std::span<const Run> runs) {
  if (runs.size() == 1) {
    const bool all = runs[0].count == batch.rows();
    return all ? batch : batch.slice(runs[0].start, runs[0].count);
  }
  int64_t rows = 0;
  for (const Run& run : runs) rows += run.count;
  std::vector<ArrayPtr> columns;
  columns.reserve(batch.columns().size());
  std::vector<Range> ranges(runs.size());
  for (const ArrayPtr& c : batch.columns()) {
    for (size_t i = 0; i < runs.size(); ++i) ranges[i] = {c.get(), runs[i].start, runs[i].count};
    columns.push_back(gather(c->type, ranges));
  }
  return Batch(batch.schema_ptr(), rows, std::move(columns));
}

}  // namespace detail

/// The given rows in the given order; a row may come several times.
inline Batch take(const Batch& batch, std::span<const int64_t> rows) {
  std::vector<detail::Run> runs;
  for (const int64_t row : rows) detail::extend_runs(runs, row);
  return detail::take_runs(batch, runs);
}

/// The rows whose byte in `keep` is not 0. Precondition: one byte a row.
inline Batch filter(const Batch& batch, std::span<const uint8_t> keep) {
  std::vector<detail::Run> runs;
  for (size_t i = 0; i < keep.size(); ++i)
    if (keep[i]) detail::extend_runs(runs, static_cast<int64_t>(i));
  return detail::take_runs(batch, runs);
}

/// The rows where `keep` is true; null counts as false. Precondition: bool, as long as the batch.
inline Batch filter(const Batch& batch, const Array& keep) {
  std::vector<detail::Run> runs;
  const BoolView marks(keep);
  for (int64_t i = 0; i < keep.length; ++i)
    if (!marks.is_null(i) && marks[i]) detail::extend_runs(runs, i);
  return detail::take_runs(batch, runs);
}

}  // namespace wf
