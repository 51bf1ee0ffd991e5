// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the aggregates of a plan hold of numbered groups. Threads: one at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aggregator.h"

namespace weirflow::flow {

class GroupState {
 public:
  explicit GroupState(std::shared_ptr<const AggregatePlan> plan);
  /// From now on there are at least so many groups.
  void grow(uint32_t groups);
  [[nodiscard]] uint32_t groups() const { return groups_; }

  /// The row is one of the next fold().
  void take(int64_t row, uint32_t group) {
    taken_.push_back(row);
    taken_groups_.push_back(group);
  }
  /// Adds the rows taken, in their order. What an aggregate refuses: a sum out of range.
  wf::Status fold(const wf::Batch& rows);

  /// Appends what a group holds.
  void save(uint32_t group, std::string& out) const;
  /// Adds what was saved, as if it came behind; invalid_data when it is damaged.
  wf::Status merge(uint32_t group, std::string_view saved);
  /// One column per aggregate, one row per group.
  std::vector<wf::ArrayPtr> finish();
  [[nodiscard]] int64_t bytes() const;

 private:
  std::shared_ptr<const AggregatePlan> plan_;
  std::vector<std::unique_ptr<Accumulator>> accumulators_;
  std::vector<int64_t> taken_;
  std::vector<uint32_t> taken_groups_;
  uint32_t groups_ = 0;
};

}  // namespace weirflow::flow
