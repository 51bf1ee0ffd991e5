// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exactly once: the shard's transactional producer, whose commit is the commit point of an epoch.
///
/// The record of the last epoch is an offset committed within the transaction: group = the
/// transactional id, partition 0 of topic weirflow-epochs, offset = epoch, metadata = "N hash".
///
/// Threads: as wf::Committer says; producer() and touched() are called by the sinks' threads while
/// no other call runs, or at the same time as prepare().
///
/// Some transactional calls of librdkafka block past their limit, and none may be interrupted, so
/// they run on a thread of their own. When one does not return in time the handle is abandoned: it
/// ends when the call does, and whoever initialises the same id next fences it.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "producer.h"
#include "weirflow/component.hpp"

namespace weirflow::kafka {

inline constexpr const char* kEpochsTopic = "weirflow-epochs";

class TransactionCommitter final : public wf::Committer {
 public:
  /// `shard` is the transactional id. Connects to nothing yet.
  TransactionCommitter(const wf::Host& host, const SinkConfig& config, std::string shard);
  ~TransactionCommitter() override;

  /// Fences an earlier process of the shard, reads the record, and begins a transaction.
  wf::Result<Recorded> recover() override;
  /// timeout: not all is acknowledged yet, to be called again. Any other error: the open
  /// transaction cannot be committed.
  wf::Result<std::string> prepare(uint64_t epoch) override;
  /// conflict: fenced; unavailable: the outcome is not known. After either only recover() of a new
  /// committer helps.
  wf::Status commit(uint64_t epoch, std::string_view manifest_hash, std::string_view blob) override;
  wf::Status abort(uint64_t epoch, std::string_view blob) override;
  void cancel() override;

  /// Null before recover() and once the transaction has been given up.
  [[nodiscard]] std::shared_ptr<Producer> producer() const;
  /// Rows are about to be sent: the transaction's time begins.
  void touched();
  /// Bytes of a batch that the producer may send.
  [[nodiscard]] int64_t largest_batch() const { return largest_batch_; }

 private:
  struct Worker;
  using Job = std::function<wf::Status(Producer&)>;
  /// Runs the job on the worker, at most for `limit`; else gives the producer up.
  wf::Status run(Job job, wf::Duration limit, const std::string& what);
  void start_worker(std::shared_ptr<Producer> producer);
  void give_up();
  wf::Status make_epochs_topic(Client& admin);
  [[nodiscard]] bool time_is_up() const;

  const wf::Host& host_;
  const SinkConfig config_;
  const std::string shard_;
  std::thread thread_;
  mutable std::mutex mutex_;  ///< of the two below
  std::shared_ptr<Worker> worker_;
  std::shared_ptr<Producer> producer_;
  int64_t largest_batch_ = 1'000'000;
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> begun_ms_{0};  ///< of the first row, steady clock; 0: no row yet
};

/// For deliveries that take no part in epochs, since the host may make a committer for any sink.
class NoCommitter final : public wf::Committer {
 public:
  wf::Result<std::string> prepare(uint64_t) override { return std::string(); }
  wf::Status commit(uint64_t, std::string_view, std::string_view) override { return {}; }
  wf::Status abort(uint64_t, std::string_view) override { return {}; }
};

}  // namespace weirflow::kafka
