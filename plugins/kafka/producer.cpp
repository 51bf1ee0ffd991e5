// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "producer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

namespace weirflow::kafka {
namespace {

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* entry = static_cast<Entry*>(message->_private);
  // Purged when the producer ends: the row stays pending.
  if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
      message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
    return;
  entry->batch->ledger->settle(entry, message->err,
                               message->err ? rd_kafka_err2str(message->err) : "");
}

void prepare(rd_kafka_conf_s* conf) { rd_kafka_conf_set_dr_msg_cb(conf, on_delivery); }

}  // namespace

wf::Result<std::shared_ptr<Producer>> Producer::make(const Properties& properties,
                                                     const wf::Host* host) {
  auto made = std::shared_ptr<Producer>(new Producer());
  WF_ASSIGN(made->client_, Client::make(Client::Kind::producer, properties, host, prepare));
  Producer* self = made.get();
  made->thread_ = std::thread([self] { self->poll(); });
  return made;
}

Producer::~Producer() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
  if (!client_) return;
  rd_kafka_purge(client_->native(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  for (auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
  client_.reset();
}

void Producer::poll() {
  while (!ending_) {
    rd_kafka_poll(client_->native(), 100);
    const std::lock_guard lock(mutex_);
    for (const auto& ledger : ledgers_) ledger->report();
  }
}

void Producer::attach(std::shared_ptr<Ledger> ledger) {
  const std::lock_guard lock(mutex_);
  if (std::find(ledgers_.begin(), ledgers_.end(), ledger) == ledgers_.end())
    ledgers_.push_back(std::move(ledger));
}

rd_kafka_topic_s* Producer::topic(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second;
  const std::string text(name);
  rd_kafka_topic_t* made = rd_kafka_topic_new(client_->native(), text.c_str(), nullptr);
  if (made) topics_.emplace(text, made);
  return made;
}

bool Producer::send(Entry& entry) {
  const Messages& all = entry.batch->messages;
  const Message& m = all.list[static_cast<size_t>(&entry - entry.batch->entries.data())];
  rd_kafka_headers_t* headers = nullptr;
  if (m.headers > 0) {
    headers = rd_kafka_headers_new(m.headers);
    for (uint32_t i = 0; i < m.headers; ++i) {
      const Header& h = all.headers[m.first_header + i];
      rd_kafka_header_add(headers, h.name.data(), static_cast<ssize_t>(h.name.size()),
                          h.value ? h.value->data() : nullptr,
                          h.value ? static_cast<ssize_t>(h.value->size()) : -1);
    }
  }
  rd_kafka_vu_t parts[8];
  size_t n = 0;
  const auto part = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    parts[n].vtype = type;
    return parts[n++];
  };
  part(RD_KAFKA_VTYPE_RKT).u.rkt = topic(m.topic);
  part(RD_KAFKA_VTYPE_PARTITION).u.i32 = m.partition;
  part(RD_KAFKA_VTYPE_OPAQUE).u.ptr = &entry;
  if (m.timestamp_ms > 0) part(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = m.timestamp_ms;
  const auto bytes = [&](rd_kafka_vtype_t type, const std::optional<std::string_view>& text) {
    if (!text) return;
    auto& mem = part(type).u.mem;
    // An empty value is no null value.
    mem.ptr = const_cast<char*>(text->data() ? text->data() : "");
    mem.size = text->size();
  };
  bytes(RD_KAFKA_VTYPE_KEY, m.key);
  bytes(RD_KAFKA_VTYPE_VALUE, m.value);
  if (headers) part(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
  rd_kafka_error_t* error = rd_kafka_produceva(client_->native(), parts, n);
  if (!error) return true;
  if (headers) rd_kafka_headers_destroy(headers);
  const auto code = rd_kafka_error_code(error);
  const std::string reason = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  entry.batch->ledger->settle(&entry, code, reason);
  return true;
}

bool Producer::flush(SteadyTime deadline) {
  return rd_kafka_flush(client_->native(), milliseconds_until(deadline)) ==
         RD_KAFKA_RESP_ERR_NO_ERROR;
}

wf::Status Producer::fatal() const {
  char reason[256];
  const auto error = rd_kafka_fatal_error(client_->native(), reason, sizeof(reason));
  return error ? kafka::failure(error, client_->brokers(), reason) : wf::Status();
}

wf::Status Producer::failure() const {
  const std::lock_guard lock(mutex_);
  for (const auto& ledger : ledgers_)
    if (wf::Status s = ledger->failure(); !s.ok()) return s;
  return {};
}

bool Producer::drained() const {
  const std::lock_guard lock(mutex_);
  return std::all_of(ledgers_.begin(), ledgers_.end(),
                     [](const auto& ledger) { return ledger->rows() == 0; });
}

}  // namespace weirflow::kafka
