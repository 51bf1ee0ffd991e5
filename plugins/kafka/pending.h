// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a sink has taken and the brokers have not acknowledged.
///
/// Threads: settle() and report() are the producer's polling thread's, the others the sink's;
/// all may run at once.

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client.h"
#include "encode.h"
#include "weirflow/host.hpp"

namespace weirflow::kafka {

class Ledger;
struct PendingBatch;

/// A message on its way; its address goes through librdkafka and comes back with the answer.
struct Entry {
  PendingBatch* batch = nullptr;
  bool settled = false;
};

/// The messages of one batch. Lives until each has its answer.
struct PendingBatch {
  Ledger* ledger = nullptr;
  Messages messages;
  std::vector<Entry> entries;  ///< one per message
  size_t unsettled = 0;
  int64_t bytes = 0;
  std::list<std::shared_ptr<PendingBatch>>::iterator place;
};

struct LedgerOptions {
  bool acknowledged = true;  ///< rows count as passed when acknowledged, else when taken
  /// A message that is not taken spoils the transaction, so that it is a failure of the sink.
  bool transactional = false;
  bool may_rest = false;     ///< sources can be asked to rest at a barrier
  int64_t limit = 64 << 20;  ///< bytes
  std::string brokers;       ///< for messages
};

class Ledger {
 public:
  Ledger(const wf::Host& host, LedgerOptions options)
      : host_(&host), options_(std::move(options)) {}

  /// Takes the messages over; null when there are none. Who sends them holds the answer meanwhile:
  /// the ledger lets go of it with the last acknowledgement.
  std::shared_ptr<PendingBatch> add(Messages messages);
  /// The brokers' answer (rd_kafka_resp_err_t). Entries are settled once.
  void settle(Entry* entry, int error, const std::string& reason);
  /// A row that is given up before it was sent.
  void refuse(Entry* entry, std::string_view code, const std::string& message);
  /// Tells the host what was counted since.
  void report();
  /// The host is told nothing more; what is pending stays pending.
  void detach();

  /// Waits until nothing is pending (or less than `bytes`), an error, or the deadline.
  bool wait_below(int64_t bytes, SteadyTime deadline);
  [[nodiscard]] int64_t rows() const;
  [[nodiscard]] int64_t bytes() const;
  /// When an answer came last, or nothing was pending.
  [[nodiscard]] SteadyTime last_progress() const;
  /// Why no more rows can be taken: the topic is gone, or not allowed.
  [[nodiscard]] wf::Status failure() const;
  void fail(wf::Status status);
  /// The pending messages in the order in which they were taken, at a barrier: what is counted and
  /// refused later is behind it. See Messages::write().
  [[nodiscard]] std::string snapshot();

 private:
  void refuse_row(const Entry& entry, std::string_view code, const std::string& message);
  void settled(Entry* entry);
  void update_pressure();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  const wf::Host* host_;
  const LedgerOptions options_;
  std::list<std::shared_ptr<PendingBatch>> batches_;
  int64_t rows_ = 0, bytes_ = 0, unreported_ = 0;
  bool resting_ = false;
  wf::Status failure_;
  SteadyTime progress_ = std::chrono::steady_clock::now();
};

}  // namespace weirflow::kafka
