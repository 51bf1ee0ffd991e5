// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "windows.h"

#include <algorithm>

namespace weirflow::flow {

using wf::Batch;
using wf::Result;
using wf::Status;

namespace {

constexpr size_t kTime = 8;  ///< bytes of a time in a key

std::vector<KeyColumn> first_columns(int n) {
  std::vector<KeyColumn> keys;
  for (int i = 0; i < n; ++i) keys.push_back({i, false, true});
  return keys;
}

}  // namespace

Windows::Windows(const wf::Host& host, WindowSpec spec, std::shared_ptr<const AggregatePlan> plan,
                 std::vector<wf::Field> keys, bool tracks_changes, bool tells_final)
    : spec_(spec),
      plan_(std::move(plan)),
      keys_(std::move(keys)),
      tracks_changes_(tracks_changes),
      tells_final_(tells_final),
      windows_(host, 0),
      changes_(host, 1),
      about_(host, 2),
      sessions_(host, 3),
      encoder_(first_columns(plan_->key_columns)),
      most_bytes_(std::min<int64_t>(host.memory_budget() / 4, int64_t{32} << 20)) {}

std::string Windows::made_as() const {
  std::string text = spec_.gap > 0 ? "gap " + std::to_string(spec_.gap)
                                   : "size " + std::to_string(spec_.size) + " slide " +
                                         std::to_string(spec_.slide) + " offset " +
                                         std::to_string(spec_.offset);
  text += " us; by";
  for (const wf::Field& key : keys_) text += " " + key.name + ":" + key.type.to_string();
  text += "; aggregates";
  for (size_t i = 0; i < plan_->aggregates.size(); ++i) {
    const Aggregate& a = plan_->aggregates[i];
    text += " " + a.function + "(" + a.argument + ":" + plan_->argument_types[i].to_string();
    if (a.k > 0) text += ", " + std::to_string(a.k);
    text += ")";
  }
  return text;
}

/// Before the first row; the state may be a restored one.
Status Windows::start() {
  if (started_) return {};
  WF_ASSIGN(const auto watermark, about_.get("watermark"));
  if (watermark) {
    if (watermark->size() != kTime) return damaged_state();
    watermark_ = ordered_at(*watermark);
  }
  const std::string now = made_as();
  WF_ASSIGN(const auto before, about_.get("made as"));
  if (before && *before != now)
    return wf::invalid_config("the windows in the checkpoint are of another kind (" +
                              std::string(*before) + "; now " + now +
                              "): start without this task's state, or change it back");
  if (!before) WF_TRY(about_.put("made as", now));
  WF_TRY(changes_.scan("", "", [&](std::string_view, std::string_view) {
    changed_ = true;
    return false;
  }));
  WF_TRY(take_restored());
  started_ = true;
  return {};
}

Status Windows::put_window(std::string_view key, const GroupState& state, uint32_t group) {
  value_.clear();
  state.save(group, value_);
  WF_TRY(windows_.put(key, value_));
  if (!tracks_changes_ && ordered_at(key) > watermark_) return {};
  changed_ = true;
  return changes_.put(key, "");
}

Status Windows::erase_window(std::string_view key) {
  WF_TRY(windows_.erase(key));
  return changed_ ? changes_.erase(key) : Status();
}

Status Windows::add(const Batch& rows, std::vector<Missed>& late) {
  WF_TRY(start());
  if (rows.rows() == 0) return {};
  return spec_.gap > 0 ? add_sessions(rows, late) : add_fixed(rows, late);
}

Status Windows::add_fixed(const Batch& rows, std::vector<Missed>& late) {
  const auto times = rows.numbers<int64_t>(rows.column_count() - 1);
  for (int64_t row = 0; row < rows.rows(); ++row) {
    const int64_t t = times[row], last = spec_.last_start(t);
    key_.clear();
    encoder_.encode(rows, row, key_);
    const size_t first_late = late.size();
    bool in_time = false;
    int64_t start = last;
    while (start - spec_.slide + spec_.size > t) start -= spec_.slide;
    for (; start <= last; start += spec_.slide) {
      const int64_t end = start + spec_.size;
      if (is_late(end)) {
        late.push_back({row, start, end, false});
        continue;
      }
      in_time = true;
      WF_ASSIGN(Held* const held, hold(end));
      WF_ASSIGN(const uint32_t group, group_of(end, *held, key_));
      held->state.take(row, group);
      held->is_unwritten[group] = held->unwritten = true;
    }
    if (!in_time)
      for (size_t i = first_late; i < late.size(); ++i) late[i].everywhere = true;
  }
  for (auto& [end, held] : held_) WF_TRY(held.state.fold(rows));
  return bytes() <= most_bytes_ ? Status() : write_up_to(INT64_MAX);
}

Result<std::vector<Windows::Entry>> Windows::collect(const wf::StateTable& table,
                                                     const std::string& from,
                                                     const std::string& to) const {
  std::vector<Entry> entries;
  if (!to.empty() && from >= to) return entries;
  WF_TRY(table.scan(from, to, [&](std::string_view key, std::string_view value) {
    entries.push_back({std::string(key), std::string(value)});
    return entries.size() < static_cast<size_t>(kBatchRows);
  }));
  return entries;
}

/// What the windows of these keys hold, in the place of the empty values of the table of changes.
Status Windows::add_values(std::vector<Entry>& entries) const {
  for (Entry& entry : entries) {
    WF_ASSIGN(const auto value, windows_.get(entry.key));
    if (!value) return damaged_state();
    entry.value = *value;
  }
  return {};
}

Result<std::optional<Batch>> Windows::next_changed() {
  WF_TRY(start());
  for (auto& [end, held] : held_) WF_TRY(write(end, held));
  if (!changed_) return std::optional<Batch>();
  WF_ASSIGN(std::vector<Entry> entries, collect(changes_, "", ""));
  if (entries.empty()) {
    changed_ = false;
    return std::optional<Batch>();
  }
  WF_TRY(add_values(entries));
  for (const Entry& entry : entries) WF_TRY(changes_.erase(entry.key));
  return rows_of(entries, false);
}

Result<std::optional<Batch>> Windows::next_at(int64_t w) {
  WF_TRY(start());
  if (w <= watermark_) return std::optional<Batch>();
  WF_TRY(write_up_to(w));
  // Up to `closed` windows are closed; further on, up to `w`, they are given out and stay.
  const int64_t closed = w == INT64_MAX ? w : add_times(w, -spec_.lateness);
  const auto behind = [](int64_t t) { return t == INT64_MAX ? std::string() : ordered(t + 1); };
  const std::string oldest =
      watermark_ == INT64_MIN ? "" : ordered(add_times(watermark_, -spec_.lateness));
  WF_ASSIGN(std::vector<Entry> entries, collect(windows_, oldest, behind(closed)));
  if (!entries.empty()) {
    for (const Entry& entry : entries) {
      WF_TRY(erase_window(entry.key));
      if (spec_.gap > 0) {
        WF_TRY(sessions_.erase(std::string_view(entry.key).substr(kTime)));
      }
    }
    return rows_of(entries, true);
  }
  if (closed < w) {
    if (changed_ && watermark_ > closed) {
      WF_ASSIGN(entries, collect(changes_, behind(closed), behind(watermark_)));
      WF_TRY(add_values(entries));
    }
    if (entries.empty()) {
      const std::string first = behind(std::max(closed, watermark_));
      WF_ASSIGN(entries, collect(windows_, std::max(first, resume_from_), behind(w)));
      if (!entries.empty()) resume_from_ = entries.back().key + '\0';
    }
    if (!entries.empty()) {
      if (changed_)
        for (const Entry& entry : entries) WF_TRY(changes_.erase(entry.key));
      return rows_of(entries, false);
    }
  }
  resume_from_.clear();
  watermark_ = w;
  WF_TRY(about_.put("watermark", ordered(w)));
  return std::optional<Batch>();
}

Result<std::optional<Batch>> Windows::rows_of(const std::vector<Entry>& entries, bool final_rows) {
  GroupState state(plan_);
  state.grow(static_cast<uint32_t>(entries.size()));
  KeyDecoder keys(keys_);
  wf::TimestampBuilder starts, ends;
  wf::BoolBuilder is_final;
  for (size_t i = 0; i < entries.size(); ++i) {
    std::string_view rest(entries[i].key);
    if (rest.size() < kTime) return damaged_state();
    const int64_t end = ordered_at(rest);
    rest.remove_prefix(kTime);
    WF_TRY(keys.append(rest));
    if (rest.size() != (spec_.gap > 0 ? kTime : 0)) return damaged_state();
    starts.append(spec_.gap > 0 ? ordered_at(rest) : end - spec_.size);
    ends.append(end);
    is_final.append(final_rows);
    WF_TRY(state.merge(static_cast<uint32_t>(i), entries[i].value));
  }
  std::vector<wf::ArrayPtr> columns = keys.finish();
  columns.push_back(starts.finish());
  columns.push_back(ends.finish());
  for (wf::ArrayPtr& column : state.finish()) columns.push_back(std::move(column));
  if (tells_final_) columns.push_back(is_final.finish());
  return std::optional(
      Batch(plan_->output, static_cast<int64_t>(entries.size()), std::move(columns)));
}

}  // namespace weirflow::flow
