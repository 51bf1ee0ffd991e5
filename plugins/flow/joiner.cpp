// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "joiner.h"

#include "joiners.h"
#include "state_bytes.h"

namespace weirflow::flow {

using wf::Batch;
using wf::Result;
using wf::Status;

JoinedRows::JoinedRows(std::shared_ptr<const JoinPlan> plan)
    : plan_(std::move(plan)), left_(plan_->sides[0].fields()), right_(plan_->sides[1].fields()) {}

Status JoinedRows::add(std::string_view left, std::optional<std::string_view> right,
                       int64_t window_start) {
  WF_TRY(left_.append(left));
  if (right)
    WF_TRY(right_.append(*right));
  else
    right_.append_nulls();
  if (plan_->kind == JoinPlan::Kind::window) {
    starts_.append(window_start);
    ends_.append(window_start + plan_->size);
  }
  bytes_ += left.size() + (right ? right->size() : 0);
  if (left_.rows() == kBatchRows || bytes_ >= kBatchBytes) cut();
  return {};
}

void JoinedRows::cut() {
  const int64_t rows = left_.rows();
  std::vector<wf::ArrayPtr> columns = left_.finish();
  const std::vector<wf::ArrayPtr> right = right_.finish();
  for (const int column : plan_->right_columns)
    columns.push_back(right[static_cast<size_t>(column)]);
  if (plan_->kind == JoinPlan::Kind::window) {
    columns.push_back(starts_.finish());
    columns.push_back(ends_.finish());
  }
  done_.emplace_back(plan_->output, rows, std::move(columns));
  bytes_ = 0;
}

std::vector<Batch> JoinedRows::take(bool all) {
  if (all && left_.rows() > 0) cut();
  return std::exchange(done_, {});
}

Joiner::Joiner(const wf::Host& host, std::shared_ptr<const JoinPlan> plan)
    : plan_(std::move(plan)), left_(host, 0), right_(host, 1), order_(host, 2), about_(host, 3) {}

std::unique_ptr<Joiner> Joiner::make(const wf::Host& host, std::shared_ptr<const JoinPlan> plan) {
  switch (plan->kind) {
    case JoinPlan::Kind::window:
      return std::make_unique<WindowJoiner>(host, std::move(plan));
    case JoinPlan::Kind::interval:
      return std::make_unique<IntervalJoiner>(host, std::move(plan));
    case JoinPlan::Kind::lookup:
      break;
  }
  return std::make_unique<LookupJoiner>(host, std::move(plan));
}

Status Joiner::start() {
  if (started_) return {};
  const auto read = [&](const char* name, int64_t* value) -> Status {
    WF_ASSIGN(const auto found, about_.get(name));
    if (!found) return {};
    if (found->size() != 8) return damaged_state();
    *value = ordered_at(*found);
    return {};
  };
  WF_TRY(read("watermark", &watermark_));
  WF_TRY(read("next", &next_));
  started_ = true;
  return {};
}

Result<std::vector<int64_t>> Joiner::late_rows(Side side, const Batch& rows,
                                               const std::vector<uint8_t>& held) {
  WF_TRY(start());
  std::vector<int64_t> late;
  const int time = plan_->times[static_cast<size_t>(side)];
  if (time < 0) return late;
  const auto times = rows.numbers<int64_t>(time);
  for (int64_t row = 0; row < rows.rows(); ++row)
    if (held[static_cast<size_t>(row)] && is_late(times[row])) late.push_back(row);
  return late;
}

Result<int64_t> Joiner::add(Side side, const Batch& rows, const std::vector<uint8_t>& held,
                            int64_t from, JoinedRows& out) {
  WF_TRY(start());
  const auto s = static_cast<size_t>(side);
  const KeyEncoder encoder(plan_->keys[s]);
  const int time = plan_->times[s];
  const int64_t next_before = next_;
  std::string key, bytes;
  int64_t row = from;
  for (; row < rows.rows() && !out.enough(); ++row) {
    if (!held[static_cast<size_t>(row)]) continue;
    bool null = false;
    for (const KeyColumn& column : plan_->keys[s])
      null = null || rows.column(column.column)->is_null(row);
    key.clear();
    if (!null) encoder.encode(rows, row, key);
    bytes.clear();
    put_row(rows, row, bytes);
    const int64_t t = time < 0 ? 0 : rows.numbers<int64_t>(time)[row];
    WF_TRY(
        add_row(side, null ? std::nullopt : std::optional<std::string_view>(key), t, bytes, out));
  }
  if (next_ != next_before) WF_TRY(about_.put("next", ordered(next_)));
  return row;
}

Result<bool> Joiner::advance(int64_t watermark, JoinedRows&) {
  WF_TRY(start());
  if (watermark > watermark_) {
    watermark_ = watermark;
    WF_TRY(about_.put("watermark", ordered(watermark)));
  }
  return false;
}

Result<bool> Joiner::end_of(Side, JoinedRows&) { return false; }

}  // namespace weirflow::flow
