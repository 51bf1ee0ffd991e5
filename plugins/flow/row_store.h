// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows kept in the order of their arrival: in memory up to the budget, then on disk. Read once,
/// from the first row, after the last was added.

#include <deque>
#include <optional>

#include "memory.h"
#include "spill_file.h"

namespace weirflow::flow {

class RowStore {
 public:
  explicit RowStore(Memory memory) : memory_(std::move(memory)) {}
  wf::Status add(const wf::Batch& batch);
  /// The next batch, or nothing at the end; what was given out is no longer held.
  wf::Result<std::optional<wf::Batch>> next();
  [[nodiscard]] int64_t rows() const { return rows_; }
  [[nodiscard]] bool spilled() const { return file_ != nullptr; }
  /// Bytes held in memory.
  [[nodiscard]] int64_t bytes() const { return bytes_; }

 private:
  Memory memory_;
  std::deque<wf::Batch> held_;
  std::shared_ptr<SpillFile> file_;
  std::optional<SpillFile::Reader> reader_;
  int64_t bytes_ = 0, rows_ = 0;
};

}  // namespace weirflow::flow
