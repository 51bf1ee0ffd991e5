// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "aggregator.h"

#include "weirflow/kernels.hpp"
#include "weirflow/row_hash.hpp"

namespace weirflow::flow {

using wf::Batch;
using wf::Status;

namespace {

constexpr int kMaxLevel = 8;
/// What the table needs for a group besides its key.
constexpr int64_t kGroupBytes = 80;

std::vector<KeyColumn> first_columns(int n) {
  std::vector<KeyColumn> keys;
  for (int i = 0; i < n; ++i) keys.push_back({i, false, true});
  return keys;
}

Batch key_part(const Batch& batch, int columns) {
  std::vector<wf::Field> fields(batch.schema().fields().begin(),
                                batch.schema().fields().begin() + columns);
  std::vector<wf::ArrayPtr> arrays(batch.columns().begin(), batch.columns().begin() + columns);
  return Batch(std::make_shared<const wf::Schema>(std::move(fields)), batch.rows(),
               std::move(arrays));
}

}  // namespace

Aggregator::Aggregator(std::shared_ptr<const AggregatePlan> plan, Memory memory, int level)
    : plan_(std::move(plan)),
      memory_(std::move(memory)),
      level_(level),
      encoder_(first_columns(plan_->key_columns)) {
  for (size_t k = 0; k < plan_->aggregates.size(); ++k)
    accumulators_.push_back(make_accumulator(plan_->aggregates[k], plan_->argument_types[k]));
  if (plan_->key_columns == 0) {
    groups_.emplace("", 0);
    for (auto& accumulator : accumulators_) accumulator->grow(1);
  }
}

int64_t Aggregator::bytes() const {
  int64_t total = key_bytes_ + static_cast<int64_t>(groups_.size()) * kGroupBytes;
  for (const auto& accumulator : accumulators_) total += accumulator->bytes();
  return total;
}

Status Aggregator::add(const Batch& batch) {
  const int64_t held = bytes();
  if (held > 2 * memory_.budget + (int64_t{1} << 20))
    return wf::exhausted("the groups hold " + std::to_string(held >> 20) +
                         " MiB, more than twice the task's memory: give the run more (--memory), "
                         "or do without quantile and count_distinct");
  // Once a key went to a file its later rows must follow, whatever is held by then.
  const bool full = spilled() || held > memory_.budget;
  std::vector<uint32_t> groups;
  std::vector<int64_t> kept, fresh;
  std::vector<std::vector<int64_t>> spilled(partitions_.size());
  std::string key;
  for (int64_t row = 0; row < batch.rows(); ++row) {
    key.clear();
    encoder_.encode(batch, row, key);
    auto found = groups_.find(key);
    if (found == groups_.end()) {
      if (full && level_ < kMaxLevel) {
        spilled[wf::hash_bytes(key, static_cast<uint64_t>(level_) + 1) >> 60].push_back(row);
        continue;
      }
      found = groups_.emplace(key, static_cast<uint32_t>(groups_.size())).first;
      fresh.push_back(row);
      key_bytes_ += static_cast<int64_t>(key.size());
    }
    groups.push_back(found->second);
    kept.push_back(row);
  }
  if (!fresh.empty()) {
    representatives_.push_back(wf::deep_copy(wf::take(key_part(batch, plan_->key_columns), fresh)));
    key_bytes_ += wf::batch_bytes(representatives_.back());
  }
  for (auto& accumulator : accumulators_) accumulator->grow(groups_.size());
  if (static_cast<int64_t>(kept.size()) == batch.rows()) return fold(batch, groups);
  if (!kept.empty()) WF_TRY(fold(wf::take(batch, kept), groups));
  return spill_rows(batch, spilled);
}

Status Aggregator::fold(const Batch& batch, const std::vector<uint32_t>& groups) {
  for (size_t k = 0; k < accumulators_.size(); ++k) {
    const int column = plan_->argument_columns[k];
    WF_TRY(accumulators_[k]->add(column < 0 ? nullptr : batch.column(column).get(), groups));
  }
  return {};
}

Status Aggregator::spill_rows(const Batch& batch, const std::vector<std::vector<int64_t>>& rows) {
  if (!partitions_[0]) {
    WF_ASSIGN(const std::string folder, memory_.spill_folder());
    for (auto& partition : partitions_) {
      WF_ASSIGN(partition, SpillFile::create(folder));
    }
  }
  for (size_t p = 0; p < rows.size(); ++p)
    if (!rows[p].empty()) WF_TRY(partitions_[p]->write(wf::take(batch, rows[p])));
  return {};
}

Status Aggregator::put_groups(Sorter& out) {
  if (groups_.empty()) return {};
  std::vector<wf::ArrayPtr> columns;
  if (!representatives_.empty()) columns = wf::concat(representatives_).columns();
  for (auto& accumulator : accumulators_) columns.push_back(accumulator->finish());
  const Batch all(plan_->output, static_cast<int64_t>(groups_.size()), std::move(columns));
  groups_.clear();
  representatives_.clear();
  accumulators_.clear();
  for (int64_t start = 0; start < all.rows(); start += kBatchRows)
    WF_TRY(out.add(all.slice(start, std::min(kBatchRows, all.rows() - start))));
  return {};
}

Status Aggregator::finish(Sorter& out) {
  WF_TRY(put_groups(out));
  if (!spilled()) return {};
  for (std::shared_ptr<SpillFile>& partition : partitions_) {
    Aggregator part(plan_, memory_, level_ + 1);
    SpillFile::Reader reader(std::move(partition));
    for (;;) {
      WF_ASSIGN(const std::optional<Batch> batch, reader.next());
      if (!batch) break;
      WF_TRY(part.add(*batch));
    }
    WF_TRY(part.finish(out));
  }
  return {};
}

}  // namespace weirflow::flow
