// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// An idempotent producer and the thread that takes the brokers' answers.
///
/// Threads: all functions [any] but the constructor and destructor.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pending.h"

struct rd_kafka_topic_s;

namespace weirflow::kafka {

class Producer {
 public:
  /// Connects to nothing yet. Errors: Client::make().
  static wf::Result<std::shared_ptr<Producer>> make(const Properties& properties,
                                                    const wf::Host* host);
  /// Drops what is not acknowledged.
  ~Producer();

  [[nodiscard]] Client& client() { return *client_; }
  /// Keeps the ledger, whose memory is sent from, for as long as this lives.
  void attach(std::shared_ptr<Ledger> ledger);

  /// Hands a message over without copying it; false: the queue is full. A message that librdkafka
  /// does not take is refused in its ledger.
  bool send(Entry& entry);
  /// Sends without waiting for fuller batches, until all is acknowledged or `deadline`: true then.
  bool flush(SteadyTime deadline);
  /// Not ok once the producer can do no more: fenced, or its numbering is broken.
  [[nodiscard]] wf::Status fatal() const;
  /// The first failure of an attached ledger.
  [[nodiscard]] wf::Status failure() const;
  /// Whether the attached ledgers have nothing pending.
  [[nodiscard]] bool drained() const;

 private:
  Producer() = default;
  void poll();
  rd_kafka_topic_s* topic(std::string_view name);

  std::vector<std::shared_ptr<Ledger>> ledgers_;  // outlives the client
  std::unique_ptr<Client> client_;
  mutable std::mutex mutex_;
  std::map<std::string, rd_kafka_topic_s*, std::less<>> topics_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace weirflow::kafka
