// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sends alerts until each has its verdict: groups them, and gives one message after the other to
/// the channel on a thread of its own. A message that does not arrive holds those behind it back
/// and is tried again, later and later; one that is refused goes to the dead letters.
///
/// Threads: every function from any. Lifetime: the host outlives it.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "backoff.h"
#include "channel.h"
#include "grouping.h"
#include "weirflow/host.hpp"

namespace weirflow::alert {

struct OutboxOptions {
  GroupingOptions grouping;
  std::string rate;  ///< as TokenBucket::parse()
  int64_t retry_min_us = 1'000'000, retry_max_us = 300'000'000;
  int64_t retry_for_us = 0;        ///< then a message is refused; 0: never
  int64_t pending_limit = 10'000;  ///< alerts, beyond which the sources are to rest
  bool may_rest = false;           ///< there are barriers to rest at
};

class Outbox {
 public:
  /// invalid_config.
  static wf::Result<std::unique_ptr<Outbox>> make(const wf::Host& host,
                                                  const ChannelSettings& settings,
                                                  const OutboxOptions& options);
  /// Stops; what is pending stays unsent.
  ~Outbox();

  /// Takes alerts with their ids. `repeated`: an earlier process may have sent some of them.
  wf::Status add(std::vector<Alert> alerts, bool repeated);
  /// Nothing waits for others any more, see Grouping::hurry().
  void hurry();
  /// Waits until all are settled; false after `limit`, is_cancelled() or a failure.
  bool flush(Duration limit, const std::function<bool()>& is_cancelled);
  /// Alerts without a verdict, in the order in which they came.
  [[nodiscard]] std::vector<Alert> pending() const;
  [[nodiscard]] bool is_empty() const;
  /// Alerts refused so far.
  [[nodiscard]] int64_t refused() const;
  /// Why nothing is sent any more, ok while it is.
  [[nodiscard]] wf::Status failure() const;
  /// Alerts kept elsewhere until their commit: they count for the limit.
  void set_staged(size_t alerts);

  /// See Grouping.
  [[nodiscard]] std::string active() const;
  wf::Status restore_active(std::string_view lines);

 private:
  Outbox(const wf::Host& host, std::unique_ptr<Channel> channel, TokenBucket bucket,
         const OutboxOptions& options);
  void run();
  void send(std::unique_lock<std::mutex>& lock);
  void settle(const Notification& message, const Verdict& verdict, int64_t now_us);
  void delivered(const Notification& message, int64_t now_us);
  void refuse(const Notification& message, const std::string& code, const std::string& why);
  void failed(const Verdict& verdict, int64_t now_us);
  void weigh();
  [[nodiscard]] int64_t now_us() const;

  const wf::Host& host_;
  const OutboxOptions options_;
  const std::unique_ptr<Channel> channel_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Grouping grouping_;
  Backoff backoff_;
  std::map<uint64_t, Alert> pending_;  ///< by the order in which they came
  std::unordered_map<std::string, uint64_t> order_;
  uint64_t next_ = 0;
  std::optional<Notification> message_;  ///< on its way, or waiting to be tried again
  int64_t tried_since_us_ = 0;           ///< its first failure; 0: none
  int64_t hold_until_us_ = 0;
  size_t staged_ = 0;
  int64_t refused_ = 0;
  bool resting_ = false, ending_ = false, told_failure_ = false;
  wf::Status failure_;
  std::thread thread_;
};

}  // namespace weirflow::alert
