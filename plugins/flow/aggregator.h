// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Groups rows by key columns and folds each group into one row.
///
/// Groups are held in memory up to the budget. Beyond it, rows of groups not seen before go to 16
/// files by the hash of their key, each of which is aggregated by itself afterwards, and split
/// again if need be. So any number of groups fits; what one group must hold (quantile,
/// count_distinct) has to fit in twice the budget, else resource_exhausted.
///
/// The answer is sorted by the key columns (ascending, nulls last) and depends neither on batch
/// boundaries nor on what was spilled. Threads: one at a time.

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

#include "accumulators.h"
#include "sorter.h"

namespace weirflow::flow {

struct AggregatePlan {
  /// Batches have the key columns first, then the argument of each aggregate that has one.
  int key_columns = 0;
  std::vector<Aggregate> aggregates;
  std::vector<int> argument_columns;  ///< per aggregate: its column, -1 for count()
  std::vector<wf::DataType> argument_types;
  wf::SchemaPtr output;  ///< keys, then aggregates
};

class Aggregator {
 public:
  Aggregator(std::shared_ptr<const AggregatePlan> plan, Memory memory, int level = 0);
  wf::Status add(const wf::Batch& batch);
  /// Puts one row per group into `out`, which sorts them. Without key columns there is always one.
  wf::Status finish(Sorter& out);
  [[nodiscard]] int64_t bytes() const;
  [[nodiscard]] bool spilled() const { return partitions_[0] != nullptr; }

 private:
  wf::Status spill_rows(const wf::Batch& batch, const std::vector<std::vector<int64_t>>& rows);
  wf::Status fold(const wf::Batch& batch, const std::vector<uint32_t>& groups);
  wf::Status put_groups(Sorter& out);

  std::shared_ptr<const AggregatePlan> plan_;
  Memory memory_;
  int level_;
  KeyEncoder encoder_;
  std::unordered_map<std::string, uint32_t> groups_;
  int64_t key_bytes_ = 0;
  std::vector<wf::Batch> representatives_;  ///< key columns of each group, in the order of numbers
  std::vector<std::unique_ptr<Accumulator>> accumulators_;
  std::array<std::shared_ptr<SpillFile>, 16> partitions_;
};

}  // namespace weirflow::flow
