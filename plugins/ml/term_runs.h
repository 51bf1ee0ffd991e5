// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sorted runs of term counts in a temporary file, and their merge.
///
/// A run is the counts of some documents, each term once, in the order of compare_terms, with the
/// prefix it shares with the term before it left out. Documents of different runs are different,
/// so a term's totals are the sums over the runs.

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "ngram_counts.h"
#include "weirflow/status.hpp"

namespace weirflow::ml {

/// Runs in one file, one behind the other from the file's offset 0 on. `write_run` may be called
/// by several threads; `merge` by one, after the last run.
class TermRuns {
 public:
  /// `descriptor`: an open file, readable and writable, that is the caller's and that nobody else
  /// writes; what it holds is overwritten. Negative: there is none, and write_run refuses.
  explicit TermRuns(int descriptor) : descriptor_(descriptor) {}

  /// Writes all counts as one run. Errors: resource_exhausted without a file, io_error.
  wf::Status write_run(const NgramCounts& counts);
  [[nodiscard]] size_t runs() const { return runs_.size(); }

  /// Visits each term once with its totals, in the order of compare_terms. Errors: io_error,
  /// invalid_data when the file was changed.
  wf::Status merge(const std::function<void(const TermCount&)>& visit) const;

 private:
  struct Run {
    uint64_t offset;
    uint64_t size;
  };

  int descriptor_;
  std::mutex mutex_;
  uint64_t end_ = 0;
  std::vector<Run> runs_;
};

}  // namespace weirflow::ml
