// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A stable sort of any number of rows: in memory up to the budget, beyond it in sorted runs on
/// disk that are merged at the end (at most 64 at once). With a limit only the first rows of the
/// order are kept, in memory that grows with the limit and not with the input.
///
/// The answer does not depend on batch boundaries nor on what was spilled. Threads: one at a time.

#include <memory>
#include <optional>
#include <vector>

#include "key_encoder.h"
#include "memory.h"
#include "spill_file.h"

namespace weirflow::flow {

class Merge;

class Sorter {
 public:
  /// `limit`: rows of the answer, 0 = all.
  Sorter(std::vector<KeyColumn> keys, int64_t limit, Memory memory);
  ~Sorter();
  wf::Status add(const wf::Batch& batch);
  /// The next batch of the answer (about 4,096 rows), or nothing at the end. After the first call
  /// no more rows are added.
  wf::Result<std::optional<wf::Batch>> next();
  /// Runs written so far; for tests and metrics.
  [[nodiscard]] int64_t runs_written() const { return runs_written_; }
  /// Bytes held in memory.
  [[nodiscard]] int64_t bytes() const { return bytes_; }

 private:
  struct Entry;
  std::vector<Entry> sorted_entries() const;
  wf::Status spill();
  wf::Status shrink();
  wf::Status start_merge();
  void hold(const wf::Batch& batch);

  KeyEncoder encoder_;
  int64_t limit_;
  Memory memory_;
  std::vector<wf::Batch> held_;
  std::vector<std::string> keys_;                ///< per held batch: the keys of its rows
  std::vector<std::vector<uint32_t>> key_ends_;  ///< where each ends in there
  int64_t held_rows_ = 0, bytes_ = 0, runs_written_ = 0, given_ = 0;
  std::vector<std::shared_ptr<SpillFile>> runs_;
  std::unique_ptr<Merge> merge_;
};

}  // namespace weirflow::flow
