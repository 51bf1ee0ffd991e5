// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "group_state.h"

#include "state_bytes.h"
#include "weirflow/kernels.hpp"

namespace weirflow::flow {

using wf::Batch;
using wf::Status;

GroupState::GroupState(std::shared_ptr<const AggregatePlan> plan) : plan_(std::move(plan)) {
  for (size_t k = 0; k < plan_->aggregates.size(); ++k)
    accumulators_.push_back(make_accumulator(plan_->aggregates[k], plan_->argument_types[k]));
}

void GroupState::grow(uint32_t groups) {
  if (groups <= groups_) return;
  groups_ = groups;
  for (auto& accumulator : accumulators_) accumulator->grow(groups);
}

Status GroupState::fold(const Batch& rows) {
  if (taken_.empty()) return {};
  // Only the arguments are copied, and only when the rows taken are no neighbours.
  std::vector<wf::Field> fields;
  std::vector<wf::ArrayPtr> columns;
  for (const int column : plan_->argument_columns) {
    if (column < 0) continue;
    fields.push_back(rows.schema().field(column));
    columns.push_back(rows.column(column));
  }
  const Batch taken = wf::take(
      Batch(std::make_shared<const wf::Schema>(std::move(fields)), rows.rows(), std::move(columns)),
      taken_);
  int next = 0;
  for (size_t k = 0; k < accumulators_.size(); ++k) {
    const bool has_argument = plan_->argument_columns[k] >= 0;
    WF_TRY(
        accumulators_[k]->add(has_argument ? taken.column(next++).get() : nullptr, taken_groups_));
  }
  taken_.clear();
  taken_groups_.clear();
  return {};
}

void GroupState::save(uint32_t group, std::string& out) const {
  for (const auto& accumulator : accumulators_) accumulator->save(group, out);
}

Status GroupState::merge(uint32_t group, std::string_view saved) {
  for (auto& accumulator : accumulators_) WF_TRY(accumulator->merge(group, saved));
  return saved.empty() ? Status() : damaged_state();
}

std::vector<wf::ArrayPtr> GroupState::finish() {
  std::vector<wf::ArrayPtr> columns;
  for (auto& accumulator : accumulators_) columns.push_back(accumulator->finish());
  return columns;
}

int64_t GroupState::bytes() const {
  auto sum = static_cast<int64_t>(taken_.capacity() * sizeof(int64_t) +
                                  taken_groups_.capacity() * sizeof(uint32_t));
  for (const auto& accumulator : accumulators_) sum += accumulator->bytes();
  return sum;
}

}  // namespace weirflow::flow
