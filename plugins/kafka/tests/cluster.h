// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// For tests: librdkafka's mock brokers, and a plain client to put records into a cluster (mock or
/// real) and to look at what is there. One thread.

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace weirflow::kafka::testing {

using Settings = std::map<std::string, std::string>;

inline rd_kafka_t* make_handle(rd_kafka_type_t type, const Settings& settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char reason[256];
  for (const auto& [key, value] : settings)
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), reason, sizeof(reason)))
      throw std::runtime_error(reason);
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_t* handle = rd_kafka_new(type, conf, reason, sizeof(reason));
  if (!handle) throw std::runtime_error(reason);
  return handle;
}

struct Sent {
  std::string topic;
  std::optional<std::string> value, key;
  int32_t partition = 0;
  int64_t timestamp_ms = 0;  ///< 0: now
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A record as a plain consumer sees it.
struct Seen {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0, timestamp_ms = 0;
  std::optional<std::string> key, value;
  std::map<std::string, std::string> headers;
};

/// Sends and reads with librdkafka alone.
class Peer {
 public:
  explicit Peer(Settings settings) : settings_(std::move(settings)) {
    producer_ = make_handle(RD_KAFKA_PRODUCER, settings_);
  }
  virtual ~Peer() { rd_kafka_destroy(producer_); }
  Peer(const Peer&) = delete;
  [[nodiscard]] rd_kafka_t* handle() const { return producer_; }

  void send(const std::vector<Sent>& records) {
    for (const Sent& r : records) {
      rd_kafka_headers_t* headers = rd_kafka_headers_new(r.headers.size());
      for (const auto& [name, value] : r.headers)
        rd_kafka_header_add(headers, name.c_str(), -1, value.data(),
                            static_cast<ssize_t>(value.size()));
      void* value = r.value ? const_cast<char*>(r.value->data()) : nullptr;
      const void* key = r.key ? r.key->data() : nullptr;
      const auto error = rd_kafka_producev(
          producer_, RD_KAFKA_V_TOPIC(r.topic.c_str()), RD_KAFKA_V_PARTITION(r.partition),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
          RD_KAFKA_V_VALUE(value, (r.value ? r.value->size() : 0)),
          RD_KAFKA_V_KEY(key, (r.key ? r.key->size() : 0)), RD_KAFKA_V_TIMESTAMP(r.timestamp_ms),
          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
      if (error) throw std::runtime_error(rd_kafka_err2str(error));
    }
    if (rd_kafka_flush(producer_, 20'000)) throw std::runtime_error("the records were not taken");
  }

  /// All records of the topic's partitions up to their ends, by partition and offset.
  std::vector<Seen> read(const std::string& topic, int32_t partitions) {
    Settings settings = settings_;
    settings.erase("test.mock.num.brokers");
    settings["bootstrap.servers"] = bootstrap();
    settings["group.id"] = "peer";
    settings["enable.partition.eof"] = "true";
    settings["auto.offset.reset"] = "earliest";
    rd_kafka_t* consumer = make_handle(RD_KAFKA_CONSUMER, settings);
    auto* list = rd_kafka_topic_partition_list_new(partitions);
    for (int32_t p = 0; p < partitions; ++p)
      rd_kafka_topic_partition_list_add(list, topic.c_str(), p)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    std::vector<Seen> seen;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (int32_t ended = 0; ended < partitions && std::chrono::steady_clock::now() < limit;) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 200);
      if (!message) continue;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
      if (!message->err) seen.push_back(seen_of(message));
      rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
      return std::tie(a.partition, a.offset) < std::tie(b.partition, b.offset);
    });
    return seen;
  }

  virtual std::string bootstrap() const { return settings_.at("bootstrap.servers"); }

 private:
  static Seen seen_of(rd_kafka_message_t* message) {
    Seen s;
    s.topic = rd_kafka_topic_name(message->rkt);
    s.partition = message->partition;
    s.offset = message->offset;
    s.timestamp_ms = rd_kafka_message_timestamp(message, nullptr);
    if (message->key) s.key.emplace(static_cast<char*>(message->key), message->key_len);
    if (message->payload) s.value.emplace(static_cast<char*>(message->payload), message->len);
    rd_kafka_headers_t* headers = nullptr;
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    if (!rd_kafka_message_headers(message, &headers))
      for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i)
        s.headers[name] = value ? std::string(static_cast<const char*>(value), size) : "null";
    return s;
  }
  Settings settings_;
  rd_kafka_t* producer_ = nullptr;
};

/// Brokers inside this process.
class MockCluster : public Peer {
 public:
  explicit MockCluster(int brokers = 1)
      : Peer({{"test.mock.num.brokers", std::to_string(brokers)}}) {
    cluster_ = rd_kafka_handle_mock_cluster(handle());
  }
  [[nodiscard]] rd_kafka_mock_cluster_t* cluster() const { return cluster_; }
  [[nodiscard]] std::string bootstrap() const override {
    return rd_kafka_mock_cluster_bootstraps(cluster_);
  }
  void create(const std::string& topic, int partitions) {
    if (rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1))
      throw std::runtime_error("no topic " + topic);
  }

 private:
  rd_kafka_mock_cluster_t* cluster_;
};

/// Calls `check` until it answers true, for at most 20 s.
inline bool eventually(const std::function<bool()>& check) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < limit)
    if (check()) return true;
  return false;
}

}  // namespace weirflow::kafka::testing
