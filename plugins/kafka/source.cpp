// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include <algorithm>

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;
using wf::WatermarkTracker;

/// A batch is handed on after so long even when more is waiting.
constexpr std::chrono::milliseconds kFlushAfter{5};
/// How long a call may sleep: idle partitions and new ones want a look now and then.
constexpr wf::Duration kLongestWait = std::chrono::seconds(1);
constexpr std::chrono::seconds kMeasureEvery{1};

}  // namespace

SteadyTime Source::patience() const {
  return std::chrono::steady_clock::now() + config().connect_timeout;
}

Result<std::string> Source::snapshot(uint64_t epoch) {
  if (epoch > 0) uncommitted_[epoch] = splits_;
  return Positions{records_, splits_, tracker_->to_string()}.to_text();
}

Status Source::adopt_new_partitions() {
  if (!watch_) return {};
  std::vector<Split> fresh;
  for (const auto& [topic, count] : watch_->take())
    for (int32_t p = 0; p < count; ++p)
      if (find(topic, p) < 0) fresh.push_back({topic, p});
  if (fresh.empty()) return {};
  // Whatever `start` says: what was written before they were found is as new as they are.
  WF_ASSIGN(const auto offsets, consumer_->offsets(fresh, kEarliest, patience()));
  for (size_t i = 0; i < fresh.size(); ++i) {
    fresh[i].next = offsets[i];
    tracker_->assign(fresh[i].name());
    host().log(wf::LogLevel::info, "new partition " + fresh[i].name());
  }
  WF_TRY(consumer_->assign(fresh));
  splits_.insert(splits_.end(), fresh.begin(), fresh.end());
  seen_.resize(splits_.size());
  return {};
}

Status Source::settle_stop_time() {
  if (!stop_time_open_ || stop_ms_ * 1000 > host().now_us()) return {};
  WF_TRY(find_stops(splits_));
  for (Split& split : splits_)
    if (split.done()) WF_TRY(end_split(split));
  return {};
}

Status Source::next(wf::Emitter& out, wf::Duration max_wait) {
  if (!begun_) WF_TRY(begin());
  WF_TRY(adopt_new_partitions());
  WF_TRY(settle_stop_time());
  if (!all_done()) WF_TRY(collect(out, std::min(max_wait, kLongestWait)));
  const bool moved = batch_records_ > 0;
  hand_over(out);
  measure();
  if (all_done())
    out.done();
  else if (!moved)
    out.idle();
  return {};
}

bool Source::all_done() const {
  if (config().stop == "rows") return records_ >= config().stop_rows;
  return !splits_.empty() &&
         std::all_of(splits_.begin(), splits_.end(), [](const Split& s) { return s.done(); });
}

Status Source::collect(wf::Emitter& out, wf::Duration max_wait) {
  SteadyTime deadline{};
  int wait = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(max_wait).count());
  while (batch_records_ < config().batch_rows && batch_bytes_ < config().batch_bytes) {
    const Record* record = consumer_->peek(wait);
    if (!record) break;
    if (wait > 0 || deadline == SteadyTime())
      deadline = std::chrono::steady_clock::now() + kFlushAfter;
    wait = 0;
    const Status status = take(*record, out);
    consumer_->pop();
    WF_TRY(status);
    if (all_done()) break;
    // Not every time: the clock is not free at this rate.
    if (batch_records_ % 64 == 63 && std::chrono::steady_clock::now() >= deadline) break;
  }
  return {};
}

int Source::find(std::string_view topic, int32_t partition) {
  const auto fits = [&](const Split& s) { return s.partition == partition && s.topic == topic; };
  // Records come in runs of one partition.
  if (last_found_ < splits_.size() && fits(splits_[last_found_]))
    return static_cast<int>(last_found_);
  const auto found = std::find_if(splits_.begin(), splits_.end(), fits);
  if (found == splits_.end()) return -1;
  last_found_ = static_cast<size_t>(found - splits_.begin());
  return static_cast<int>(last_found_);
}

Status Source::take(const Record& record, wf::Emitter& out) {
  if (record.kind == Record::Kind::error) return take_error(record);
  const int found = find(record.topic, record.partition);
  if (found < 0) return {};
  const auto index = static_cast<size_t>(found);
  Split& split = splits_[index];
  if (split.done()) return {};
  if (record.kind == Record::Kind::out_of_range) return gap(split);
  if (record.kind == Record::Kind::record) return take_record(record, index, out);
  // Behind the last record there may be offsets that hold none: markers of transactions.
  split.next = std::max(split.next, record.offset);
  split.at_end = seen_[index].at_end = true;
  return split.done() ? end_split(split) : Status();
}

Status Source::take_record(const Record& record, size_t index, wf::Emitter& out) {
  Split& split = splits_[index];
  if (record.offset < split.next) return {};  // was queued before its partition was assigned anew
  if (split.stop != kNoOffset && record.offset >= split.stop) {
    split.next = split.stop;
    return end_split(split);
  }
  Seen& seen = seen_[index];
  if (auto problem = decoder_->add(record, *consumer_)) {
    out.refuse_raw(record.value.value_or(""), split.name() + "@" + std::to_string(record.offset),
                   problem->code, problem->message);
  } else {
    ++seen.rows;
    if (event_column_ >= 0)
      row_splits_.push_back(static_cast<uint32_t>(index));
    else if (record.timestamp_ms >= 0)
      seen.highest_us = std::max(seen.highest_us, record.timestamp_ms * 1000);
  }
  split.next = record.offset + 1;
  split.at_end = seen.at_end = false;
  ++records_;
  ++batch_records_;
  batch_bytes_ +=
      static_cast<int64_t>(record.value.value_or("").size() + record.key.value_or("").size());
  return split.done() ? end_split(split) : Status();
}

Status Source::take_error(const Record& record) {
  const wf::Code code = code_of(record.error);
  // librdkafka goes on trying; its log says so.
  if (code == wf::Code::unavailable || code == wf::Code::timeout) return {};
  const std::string text(record.text);
  // The group matters to lag tools alone.
  if (record.topic.empty() && code == wf::Code::permission_denied && config().group.empty()) {
    if (!std::exchange(group_complained_, true)) host().log(wf::LogLevel::debug, text);
    if (Status s = consumer_->client().events().refused(); s.ok()) return {};
  }
  const std::string what = record.topic.empty() ? consumer_->client().brokers()
                                                : split_name(record.topic, record.partition) +
                                                      " at " + consumer_->client().brokers();
  return failure(record.error, what, text);
}

Status Source::gap(Split& split) {
  WF_ASSIGN(const auto low, consumer_->offsets({split}, kEarliest, patience()));
  WF_ASSIGN(const auto high, consumer_->offsets({split}, kLatest, patience()));
  const std::string what = "offset " + std::to_string(split.next) + " of " + split.name() +
                           " is not there: " + consumer_->client().brokers() + " has " +
                           std::to_string(low[0]) + " to " + std::to_string(high[0]);
  if (config().on_gap == "fail")
    return wf::not_found(what + "; on_gap = \"earliest\" or \"latest\" goes on without the records")
        .retryable(false)
        .at({"on_gap", 0, 0, ""});
  const int64_t next = config().on_gap == "earliest" ? low[0] : high[0];
  // Below what was wanted the partition has begun anew, and all that is passed over was never read.
  const int64_t lost = next >= split.next ? next - split.next : next - low[0];
  host().log(wf::LogLevel::warning, what + "; going on at " + std::to_string(next) + ", " +
                                        std::to_string(lost) + " offsets were not read");
  host().count("kafka_gap_records", static_cast<double>(lost));
  split.next = next;
  if (split.done()) return end_split(split);
  WF_TRY(consumer_->unassign({split}));
  return consumer_->assign({split});
}

Status Source::end_split(Split& split) {
  tracker_->revoke(split.name());
  seen_[static_cast<size_t>(&split - splits_.data())].at_end = false;
  return consumer_->unassign({split});
}

void Source::see_event_times(const wf::Batch& batch) {
  if (event_column_ < 0) return;
  const auto times = batch.numbers<int64_t>(event_column_);
  for (int64_t row = 0; row < batch.rows(); ++row) {
    if (times.is_null(row)) continue;
    int64_t& highest = seen_[row_splits_[static_cast<size_t>(row)]].highest_us;
    highest = std::max(highest, times[row]);
  }
  row_splits_.clear();
}

void Source::hand_over(wf::Emitter& out) {
  const int64_t now = host().monotonic_us();
  if (decoder_->rows() > 0) {
    const wf::Batch batch = decoder_->finish(output_schema());
    see_event_times(batch);
    if (out.emit(batch) == wf::Emit::closed) out.done();
  }
  for (size_t i = 0; i < splits_.size(); ++i) {
    Seen& seen = seen_[i];
    if (!splits_[i].done() && seen.highest_us != WatermarkTracker::kNone)
      tracker_->see(splits_[i].name(), seen.highest_us);
    else if (!splits_[i].done() && seen.rows > 0)
      tracker_->see(splits_[i].name());
    if (seen.at_end) tracker_->at_end(splits_[i].name(), now);
    seen = Seen();
  }
  const int64_t watermark = tracker_->watermark(now);
  if (watermark > watermark_) {
    watermark_ = watermark;
    out.watermark(watermark);
  }
  if (tracker_->all_idle(now)) out.idle_watermark();
  if (batch_records_ > 0) {
    read_bytes_ += batch_bytes_;
    host().count("kafka_records", static_cast<double>(batch_records_));
    host().count("kafka_bytes", static_cast<double>(batch_bytes_));
  }
  batch_records_ = batch_bytes_ = 0;
}

void Source::measure() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now - measured_ < kMeasureEvery && !all_done()) return;
  measured_ = now;
  int64_t lag = 0;
  for (const Split& split : splits_) {
    if (split.at_end || split.done()) continue;
    const int64_t end = consumer_->known_end(split);
    if (end != kNoOffset) lag += std::max<int64_t>(0, end - split.next);
  }
  host().gauge("kafka_lag", static_cast<double>(lag));
}

void Source::committed(uint64_t epoch) {
  const auto behind = uncommitted_.upper_bound(epoch);
  if (behind == uncommitted_.begin()) return;
  if (!config().group.empty() && begun_) consumer_->commit(std::prev(behind)->second);
  uncommitted_.erase(uncommitted_.begin(), behind);
}

void Source::paused(bool is_paused) {
  // The bound on what is fetched ahead is the back-pressure. rd_kafka_pause_partitions() would
  // drop what is in the queue and fetch it again afterwards; and as the consumer is no member of a
  // group there is no session to keep alive by polling.
  if (tracker_) tracker_->paused(is_paused, host().monotonic_us());
}

void Source::wake() {
  const std::lock_guard lock(wake_mutex_);
  if (wakeable_) wakeable_->wake();
}

Status Source::close() {
  {
    const std::lock_guard lock(wake_mutex_);
    wakeable_ = nullptr;
  }
  watch_.reset();
  consumer_.reset();
  return {};
}

}  // namespace weirflow::kafka
