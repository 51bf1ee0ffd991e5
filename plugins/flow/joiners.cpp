// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "joiners.h"

#include "memory.h"
#include "state_bytes.h"

namespace weirflow::flow {

using wf::Result;
using wf::Status;

namespace {

/// Behind all keys that begin with `prefix` and go on with numbers of put_ordered().
std::string behind(std::string_view prefix) { return std::string(prefix).append(17, '\xFF'); }
/// Up to and with the time `t`; empty: to the end.
std::string up_to(int64_t t) { return t == INT64_MAX ? std::string() : ordered(t + 1); }

}  // namespace

Status LookupJoiner::start() {
  WF_TRY(Joiner::start());
  if (known_) return {};
  WF_ASSIGN(const auto built, about_.get("built"));
  built_ = built.has_value();
  known_ = true;
  return {};
}

Status LookupJoiner::look_up(std::optional<std::string_view> key, std::string_view row,
                             JoinedRows& out) {
  bool met = false;
  Status status;
  if (key)
    WF_TRY(right_.scan(*key, behind(*key), [&](std::string_view, std::string_view other) {
      met = true;
      status = out.add(row, other);
      return status.ok();
    }));
  WF_TRY(status);
  return met || !plan_->keep_left ? Status() : out.add(row, std::nullopt);
}

bool LookupJoiner::is_late(int64_t) const { return false; }

Status LookupJoiner::add_row(Side side, std::optional<std::string_view> key, int64_t,
                             std::string_view row, JoinedRows& out) {
  if (side == Side::right)
    return key ? right_.put(std::string(*key).append(ordered(next_++)), row) : Status();
  if (built_) return look_up(key, row, out);
  std::string kept(1, key ? '\1' : '\0');
  put_bytes(kept, key.value_or(""));
  kept.append(row);
  return left_.put(ordered(next_++), kept);
}

Result<bool> LookupJoiner::end_of(Side side, JoinedRows& out) {
  WF_TRY(start());
  if (side == Side::left) return false;
  if (!built_) WF_TRY(about_.put("built", ""));
  built_ = true;
  // A few at a time: each may meet many, and those that have met wait no longer.
  constexpr size_t kAtOnce = 64;
  while (!out.enough()) {
    std::vector<std::pair<std::string, std::string>> waiting;
    WF_TRY(left_.scan(resume_from_, "", [&](std::string_view number, std::string_view kept) {
      waiting.emplace_back(number, kept);
      return waiting.size() < kAtOnce;
    }));
    if (waiting.empty()) return false;
    for (const auto& [number, kept] : waiting) {
      if (out.enough()) break;
      std::string_view rest = kept, key;
      char has_key = 0;
      if (!take_raw(rest, &has_key) || !take_bytes(rest, &key)) return damaged_state();
      WF_TRY(look_up(has_key ? std::optional(key) : std::nullopt, rest, out));
      WF_TRY(left_.erase(number));
      resume_from_ = number;
    }
  }
  return true;
}

int64_t WindowJoiner::end_of_window(int64_t t) const {
  const int64_t past = (t - plan_->offset) % plan_->size;
  return t - (past < 0 ? past + plan_->size : past) + plan_->size;
}

bool WindowJoiner::is_late(int64_t t) const { return end_of_window(t) <= watermark_; }

Status WindowJoiner::add_row(Side side, std::optional<std::string_view> key, int64_t t,
                             std::string_view row, JoinedRows&) {
  if (!key && (side == Side::right || !plan_->keep_left)) return {};
  // A key without a null begins with a zero byte, so this one is of rows that meet none.
  std::string full = ordered(end_of_window(t));
  full.append(key.value_or("\xFF"));
  put_ordered(full, next_++);
  return table(side).put(full, row);
}

/// A row of the left with all of the right that are in its window, under its key.
Status WindowJoiner::join_row(std::string_view key, std::string_view row, JoinedRows& out) {
  if (key.size() < 16) return damaged_state();
  const int64_t start = ordered_at(key) - plan_->size;
  const std::string_view group = key.substr(0, key.size() - 8);
  bool met = false;
  Status status;
  WF_TRY(right_.scan(group, behind(group), [&](std::string_view, std::string_view other) {
    met = true;
    status = out.add(row, other, start);
    return status.ok();
  }));
  WF_TRY(status);
  return met || !plan_->keep_left ? Status() : out.add(row, std::nullopt, start);
}

/// Some of those up to `to`; whether there were any.
Result<bool> WindowJoiner::forget_right(const std::string& to) {
  std::vector<std::string> due;
  WF_TRY(right_.scan(up_to(watermark_), to, [&](std::string_view key, std::string_view) {
    due.emplace_back(key);
    return due.size() < static_cast<size_t>(kBatchRows);
  }));
  for (const std::string& key : due) WF_TRY(right_.erase(key));
  return !due.empty();
}

Result<bool> WindowJoiner::advance(int64_t watermark, JoinedRows& out) {
  WF_TRY(start());
  if (watermark <= watermark_) return false;
  const std::string to = up_to(watermark);
  while (!out.enough()) {
    std::optional<std::pair<std::string, std::string>> first;
    const std::string from = std::max(resume_from_, up_to(watermark_));
    WF_TRY(left_.scan(from, to, [&](std::string_view key, std::string_view row) {
      first.emplace(key, row);
      return false;
    }));
    if (!first) {
      // The right rows of a window are needed until the last left one has met them.
      WF_ASSIGN(const bool more, forget_right(to));
      if (more) return true;
      resume_from_.clear();
      return Joiner::advance(watermark, out);
    }
    WF_TRY(join_row(first->first, first->second, out));
    WF_TRY(left_.erase(first->first));
    resume_from_ = first->first;
  }
  return true;
}

/// Gives out what the row meets; whether there was something.
Result<bool> IntervalJoiner::meet(Side side, std::string_view key, int64_t t, std::string_view row,
                                  JoinedRows& out) {
  const bool left = side == Side::left;
  const int64_t back = left ? plan_->before : plan_->after;
  const int64_t on = left ? plan_->after : plan_->before;
  const std::string from = std::string(key).append(ordered(add_times(t, -back)));
  const std::string to = std::string(key).append(ordered(add_times(add_times(t, on), 1)));
  bool met = false;
  Status status;
  std::vector<std::pair<std::string, std::string>> met_now;  // of the left side, for the first time
  WF_TRY(table(left ? Side::right : Side::left)
             .scan(from, to, [&](std::string_view at, std::string_view other) {
               met = true;
               if (left) {
                 status = out.add(row, other);
               } else {
                 status = out.add(other.substr(1), row);
                 if (other.front() == '\0') met_now.emplace_back(at, other);
               }
               return status.ok();
             }));
  WF_TRY(status);
  for (auto& [at, value] : met_now) {
    value.front() = '\1';
    WF_TRY(left_.put(at, value));
  }
  return met;
}

bool IntervalJoiner::is_late(int64_t t) const { return t < watermark_; }

Status IntervalJoiner::add_row(Side side, std::optional<std::string_view> key, int64_t t,
                               std::string_view row, JoinedRows& out) {
  const bool left = side == Side::left;
  if (!key) return left && plan_->keep_left ? out.add(row, std::nullopt) : Status();
  WF_ASSIGN(const bool met, meet(side, *key, t, row, out));
  std::string full(*key);
  put_ordered(full, t);
  put_ordered(full, next_++);
  if (left)
    WF_TRY(left_.put(full, std::string(1, met ? '\1' : '\0').append(row)));
  else
    WF_TRY(right_.put(full, row));
  // Once the watermark is past the last time that could meet it, the row is not needed.
  std::string when = ordered(add_times(add_times(t, left ? plan_->after : plan_->before), 1));
  when += left ? 'l' : 'r';
  return order_.put(when.append(full), "");
}

Result<bool> IntervalJoiner::advance(int64_t watermark, JoinedRows& out) {
  WF_TRY(start());
  if (watermark <= watermark_) return false;
  std::vector<std::string> due;
  WF_TRY(order_.scan("", up_to(watermark), [&](std::string_view key, std::string_view) {
    due.emplace_back(key);
    return due.size() < static_cast<size_t>(kBatchRows);
  }));
  if (due.empty()) return Joiner::advance(watermark, out);
  for (const std::string& when : due) {
    if (when.size() < 9) return damaged_state();
    const bool left = when[8] == 'l';
    const std::string_view key = std::string_view(when).substr(9);
    wf::StateTable& rows = left ? left_ : right_;
    if (left && plan_->keep_left) {
      WF_ASSIGN(const auto row, rows.get(key));
      if (!row || row->empty()) return damaged_state();
      if (row->front() == '\0') WF_TRY(out.add(row->substr(1), std::nullopt));
    }
    WF_TRY(rows.erase(key));
    WF_TRY(order_.erase(when));
  }
  return true;
}

}  // namespace weirflow::flow
