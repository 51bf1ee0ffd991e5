// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "plugins/kafka/tests/cluster.h"

namespace weirflow::faults {

/// Sends 0, 1, 2, ... to a topic with three partitions until it is told to end.
class Sender {
 public:
  Sender(const std::string& brokers, std::string topic)
      : peer_({{"bootstrap.servers", brokers}}), topic_(std::move(topic)) {
    thread_ = std::thread([this] {
      while (!ends_) {
        std::vector<kafka::testing::Sent> records;
        for (int i = 0; i < 50; ++i, ++sent_) {
          kafka::testing::Sent record;
          record.topic = topic_;
          record.value = std::to_string(sent_.load());
          record.partition = static_cast<int32_t>(sent_ % 3);
          records.push_back(std::move(record));
        }
        peer_.send(records);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    });
  }
  ~Sender() { end(); }
  /// So far.
  [[nodiscard]] int64_t sent() const { return sent_; }
  int64_t end() {
    ends_ = true;
    if (thread_.joinable()) thread_.join();
    return sent_;
  }

 private:
  kafka::testing::Peer peer_;
  const std::string topic_;
  std::atomic<bool> ends_{false};
  std::atomic<int64_t> sent_{0};
  std::thread thread_;
};

}  // namespace weirflow::faults
