// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "consumer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;

constexpr int kRefreshMs = 1000;
/// queued.min.messages, unless the options say otherwise.
constexpr int64_t kQueueRecords = 100'000;

using List =
    std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)>;

List list_of(const std::vector<Split>& splits) {
  List list(rd_kafka_topic_partition_list_new(static_cast<int>(splits.size())),
            rd_kafka_topic_partition_list_destroy);
  for (const Split& split : splits)
    rd_kafka_topic_partition_list_add(list.get(), split.topic.c_str(), split.partition)->offset =
        split.next;
  return list;
}

Status status_of(rd_kafka_error_t* error, const std::string& what) {
  if (!error) return {};
  Status status = failure(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
  rd_kafka_error_destroy(error);
  return status;
}

void on_commit(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*,
               void* opaque) {
  if (error && error != RD_KAFKA_RESP_ERR__NO_OFFSET)
    static_cast<Events*>(opaque)->log(
        wf::LogLevel::warning,
        std::string("offsets for lag tools were not taken: ") + rd_kafka_err2str(error));
}

void prepare(rd_kafka_conf_s* conf) { rd_kafka_conf_set_offset_commit_cb(conf, on_commit); }

}  // namespace

Result<std::unique_ptr<Consumer>> Consumer::make(const Properties& properties, int64_t queue_bytes,
                                                 const wf::Host* host) {
  auto consumer = std::unique_ptr<Consumer>(new Consumer());
  consumer->queue_bytes_ = queue_bytes;
  WF_ASSIGN(consumer->client_, Client::make(Client::Kind::consumer, properties, host, prepare));
  consumer->messages_.reserve(kPrefetch);
  return consumer;
}

Consumer::~Consumer() {
  refill_.reset();
  release();
  if (rd_kafka_queue_t* queue = queue_) rd_kafka_queue_destroy(queue);
}

Result<std::vector<int64_t>> Consumer::offsets(const std::vector<Split>& splits, int64_t at,
                                               SteadyTime deadline) {
  std::vector<int64_t> answer;
  if (splits.empty()) return answer;
  const List list = list_of(splits);
  for (;;) {
    for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = at;
    const int wait = std::max(1, milliseconds_until(deadline));
    int error = rd_kafka_offsets_for_times(client_->native(), list.get(), wait);
    int bad = 0;
    for (int i = 0; i < list->cnt && !error; ++i)
      if (list->elems[i].err) error = list->elems[bad = i].err;
    if (!error) break;
    const wf::Code code = code_of(error);
    // The handle may not have heard yet of a partition that others know.
    const bool unheard = error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
    const bool passing = unheard || code == wf::Code::unavailable || code == wf::Code::timeout;
    if (passing) refresh(splits);
    if (!passing || milliseconds_until(deadline) == 0)
      return failure(error, "offsets of " + splits[static_cast<size_t>(bad)].name() + " at " +
                                client_->brokers());
  }
  for (int i = 0; i < list->cnt; ++i)
    answer.push_back(list->elems[i].offset < 0 ? kNoOffset : list->elems[i].offset);
  return answer;
}

void Consumer::refresh(const std::vector<Split>& splits) {
  for (size_t i = 0; i < splits.size(); ++i) {
    if (i > 0 && splits[i].topic == splits[i - 1].topic) continue;
    rd_kafka_topic_t* topic =
        rd_kafka_topic_new(client_->native(), splits[i].topic.c_str(), nullptr);
    const rd_kafka_metadata_t* answer = nullptr;
    if (!rd_kafka_metadata(client_->native(), 0, topic, &answer, kRefreshMs))
      rd_kafka_metadata_destroy(answer);
    rd_kafka_topic_destroy(topic);
  }
}

Status Consumer::assign(const std::vector<Split>& splits) {
  if (splits.empty()) return {};
  if (!queue_) {
    rd_kafka_poll_set_consumer(client_->native());
    queue_ = rd_kafka_queue_get_consumer(client_->native());
    refill_ = std::make_unique<Refill>([this] { ask_leaders(); });
  }
  {
    const std::lock_guard lock(assigned_mutex_);
    assigned_.insert(assigned_.end(), splits.begin(), splits.end());
  }
  return status_of(rd_kafka_incremental_assign(client_->native(), list_of(splits).get()),
                   "assignment of " + splits.front().name());
}

Status Consumer::unassign(const std::vector<Split>& splits) {
  if (splits.empty()) return {};
  {
    const std::lock_guard lock(assigned_mutex_);
    std::erase_if(assigned_, [&](const Split& s) {
      return std::any_of(splits.begin(), splits.end(), [&](const Split& gone) {
        return s.partition == gone.partition && s.topic == gone.topic;
      });
    });
  }
  return status_of(rd_kafka_incremental_unassign(client_->native(), list_of(splits).get()),
                   "end of the assignment of " + splits.front().name());
}

void Consumer::ask_leaders() {
  std::vector<Split> splits;
  {
    const std::lock_guard lock(assigned_mutex_);
    splits = assigned_;
  }
  if (splits.empty()) return;
  const List list = list_of(splits);
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = kLatest;
  // Asked for its own sake.
  rd_kafka_offsets_for_times(client_->native(), list.get(), kRefreshMs);
}

void Consumer::count(const rd_kafka_message_s& message) {
  taken_bytes_ += static_cast<int64_t>(message.len + message.key_len);
  ++taken_records_;
  if (taken_bytes_ < queue_bytes_ / 4 && taken_records_ < kQueueRecords / 4) return;
  taken_bytes_ = taken_records_ = 0;
  refill_->nudge();
}

void Consumer::release() {
  for (; at_ < messages_.size(); ++at_) rd_kafka_message_destroy(messages_[at_]);
  messages_.clear();
  at_ = 0;
  loaded_ = false;
}

void Consumer::load(rd_kafka_message_s* message) {
  record_ = Record();
  if (message->rkt) record_.topic = rd_kafka_topic_name(message->rkt);
  record_.partition = message->partition;
  record_.offset = message->offset;
  if (message->err) {
    record_.kind = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ? Record::Kind::end
                   : message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                           message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE
                       ? Record::Kind::out_of_range
                       : Record::Kind::error;
    record_.error = message->err;
    const char* text = rd_kafka_message_errstr(message);
    record_.text = text ? text : "";
    return;
  }
  if (message->key) record_.key.emplace(static_cast<const char*>(message->key), message->key_len);
  if (message->payload)
    record_.value.emplace(static_cast<const char*>(message->payload), message->len);
  rd_kafka_timestamp_type_t type{};
  const int64_t time = rd_kafka_message_timestamp(message, &type);
  record_.timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : time;
}

const Record* Consumer::peek(int wait_ms) {
  if (loaded_) return &record_;
  if (at_ == messages_.size()) {
    release();
    messages_.resize(kPrefetch);
    const ssize_t taken = rd_kafka_consume_batch_queue(queue_, 0, messages_.data(), kPrefetch);
    messages_.resize(taken > 0 ? static_cast<size_t>(taken) : 0);
    // A yield that came before has been used up by now; the flag has not.
    if (messages_.empty() && wait_ms > 0 && !woken_.exchange(false))
      if (rd_kafka_message_t* message = rd_kafka_consume_queue(queue_, wait_ms))
        messages_.push_back(message);
    if (messages_.empty()) return nullptr;
  }
  load(messages_[at_]);
  loaded_ = true;
  return &record_;
}

void Consumer::pop() {
  count(*messages_[at_]);
  rd_kafka_message_destroy(messages_[at_++]);
  loaded_ = false;
}

void Consumer::headers(
    const std::function<void(std::string_view, std::optional<std::string_view>)>& visit) const {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(messages_[at_], &headers)) return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i)
    visit(name, value ? std::optional(std::string_view(static_cast<const char*>(value), size))
                      : std::nullopt);
}

int64_t Consumer::known_end(const Split& split) {
  int64_t low = 0, high = 0;
  const auto error = rd_kafka_get_watermark_offsets(client_->native(), split.topic.c_str(),
                                                    split.partition, &low, &high);
  return error || high < 0 ? kNoOffset : high;
}

void Consumer::commit(const std::vector<Split>& splits) {
  if (splits.empty()) return;
  const auto error = rd_kafka_commit(client_->native(), list_of(splits).get(), 1);
  if (error) on_commit(nullptr, error, nullptr, &client_->events());
}

void Consumer::wake() {
  woken_ = true;
  if (rd_kafka_queue_t* queue = queue_) rd_kafka_queue_yield(queue);
}

}  // namespace weirflow::kafka
