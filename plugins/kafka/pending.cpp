// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "pending.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

namespace weirflow::kafka {
namespace {

/// The word for a row that the brokers will never take, empty when it is not the row's fault.
std::string_view refusal_code(int error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return "too_large";
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return "bad_timestamp";
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      return "refused_by_broker";
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return "bad_partition";
    default:
      return {};
  }
}

/// A row for a message that came out of a snapshot, whose own row is gone.
wf::Batch row_of(const Message& message) {
  static const wf::SchemaPtr schema =
      std::make_shared<const wf::Schema>(wf::Schema{{"kafka_topic", wf::Type::utf8},
                                                    {"kafka_key", wf::Type::binary},
                                                    {"kafka_value", wf::Type::binary}});
  wf::StringBuilder topic, key(wf::Type::binary), value(wf::Type::binary);
  topic.append(message.topic);
  message.key ? key.append(*message.key) : key.append_null();
  message.value ? value.append(*message.value) : value.append_null();
  return wf::Batch(schema, 1, {topic.finish(), key.finish(), value.finish()});
}

}  // namespace

std::shared_ptr<PendingBatch> Ledger::add(Messages messages) {
  if (messages.list.empty()) return nullptr;
  auto batch = std::make_shared<PendingBatch>();
  batch->ledger = this;
  batch->entries.resize(messages.list.size());
  for (Entry& entry : batch->entries) entry.batch = batch.get();
  batch->unsettled = batch->entries.size();
  for (const Message& message : messages.list) batch->bytes += messages.size_of(message);
  batch->messages = std::move(messages);
  const std::lock_guard lock(mutex_);
  if (rows_ == 0) progress_ = std::chrono::steady_clock::now();
  rows_ += static_cast<int64_t>(batch->entries.size());
  bytes_ += batch->bytes;
  if (!options_.acknowledged) unreported_ += static_cast<int64_t>(batch->entries.size());
  if (host_) host_->adjust_memory(batch->bytes);
  batch->place = batches_.insert(batches_.end(), batch);
  update_pressure();
  return batch;
}

void Ledger::settle(Entry* entry, int error, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (entry->settled) return;
  if (error && !options_.acknowledged) {
    if (host_) host_->count("kafka_lost_records", 1);
  } else if (const std::string_view code = refusal_code(error);
             error && !code.empty() && !options_.transactional) {
    refuse_row(*entry, code, reason);
  } else if (error) {
    // Not the row's fault: it stays pending, so that a restart sends it again.
    const Message& m =
        entry->batch->messages.list[static_cast<size_t>(entry - entry->batch->entries.data())];
    if (failure_.ok())
      failure_ = kafka::failure(
          error, "topic '" + std::string(m.topic) + "' at " + options_.brokers, reason);
    changed_.notify_all();
    return;
  } else if (options_.acknowledged) {
    ++unreported_;
  }
  settled(entry);
}

void Ledger::refuse(Entry* entry, std::string_view code, const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (entry->settled) return;
  refuse_row(*entry, code, message);
  settled(entry);
}

void Ledger::refuse_row(const Entry& entry, std::string_view code, const std::string& message) {
  if (!host_) return;
  const Messages& all = entry.batch->messages;
  const Message& m = all.list[static_cast<size_t>(&entry - entry.batch->entries.data())];
  const wf::Batch row = m.row < 0 ? row_of(m) : all.rows.slice(m.row, 1);
  if (wf::Status s = host_->refuse_batch(row, code, message); !s.ok() && failure_.ok())
    failure_ = std::move(s);
}

void Ledger::settled(Entry* entry) {
  PendingBatch* batch = entry->batch;
  entry->settled = true;
  progress_ = std::chrono::steady_clock::now();
  --rows_;
  if (--batch->unsettled == 0) {
    bytes_ -= batch->bytes;
    if (host_) host_->adjust_memory(-batch->bytes);
    batches_.erase(batch->place);
    update_pressure();
    changed_.notify_all();
  }
}

void Ledger::update_pressure() {
  if (!options_.may_rest || !host_) return;
  if (!resting_ && bytes_ > options_.limit) {
    resting_ = true;
    host_->let_sources_rest(true, options_.brokers + " has not acknowledged " +
                                      std::to_string(rows_) + " rows of " + std::to_string(bytes_) +
                                      " bytes");
  } else if (resting_ && bytes_ <= options_.limit / 2) {
    resting_ = false;
    host_->let_sources_rest(false, "");
  }
}

void Ledger::report() {
  const std::lock_guard lock(mutex_);
  if (!host_ || unreported_ == 0) return;
  host_->count_rows(WF_COUNT_PASSED, unreported_);
  unreported_ = 0;
}

void Ledger::detach() {
  const std::lock_guard lock(mutex_);
  if (host_ && resting_) host_->let_sources_rest(false, "");
  if (host_) host_->adjust_memory(-bytes_);
  host_ = nullptr;
}

bool Ledger::wait_below(int64_t bytes, SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  const auto below = [&] { return bytes_ <= bytes || !failure_.ok(); };
  return changed_.wait_until(lock, deadline, below) && bytes_ <= bytes;
}

int64_t Ledger::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}
int64_t Ledger::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}
SteadyTime Ledger::last_progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}
wf::Status Ledger::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}
void Ledger::fail(wf::Status status) {
  const std::lock_guard lock(mutex_);
  if (failure_.ok()) failure_ = std::move(status);
  changed_.notify_all();
}

std::string Ledger::snapshot() {
  const std::lock_guard lock(mutex_);
  std::string bytes;
  for (const auto& batch : batches_) {
    std::vector<size_t> which;
    for (size_t i = 0; i < batch->entries.size(); ++i)
      if (!batch->entries[i].settled) which.push_back(i);
    batch->messages.write(which, &bytes);
  }
  if (host_) {
    // What is acknowledged from here on is behind the barrier.
    host_->count_rows(WF_COUNT_PASSED, std::exchange(unreported_, 0));
    host_->cut_rows();
  }
  return bytes;
}

}  // namespace weirflow::kafka
