// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sends requests until each has its verdict.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client.h"
#include "outgoing.h"

namespace weirflow::http {

class Sender {
 public:
  struct Options {
    ClientOptions client;
    std::string content_type;
    int connections = 1;  ///< 1: requests keep their order
    wf::Duration retry_min = std::chrono::milliseconds(500);
    wf::Duration retry_max = std::chrono::seconds(60);
    wf::Duration retry_for = std::chrono::hours(1);  ///< 0: for ever
    std::vector<int64_t> stop_on;  ///< statuses that end the task instead of refusing rows
  };
  /// What becomes of requests; called on the sender's threads, one at a time.
  struct Listener {
    std::function<void(const Outgoing&)> delivered;
    std::function<wf::Status(const Outgoing&, const std::string& code, const std::string& why)>
        refused;
    /// After each verdict and each try: bytes that wait, and why the last try failed ("" when it
    /// did not).
    std::function<void(int64_t pending_bytes, const std::string& problem)> progress;
    std::function<int64_t()> monotonic_us;
  };

  Sender(Options options, Listener listener)
      : options_(std::move(options)), listener_(std::move(listener)) {}
  ~Sender() { stop(); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  wf::Status start();
  /// Ends the threads within a second or so; requests without a verdict stay pending.
  void stop();

  /// [any] As stop(), without waiting.
  void ask_to_stop();

  void push(Outgoing request);
  /// Waits until `bytes` or less are pending, something has failed for good, stop() or the time is
  /// over. True when it is so.
  bool wait_until_below(int64_t bytes, wf::Duration at_most);
  [[nodiscard]] int64_t pending_bytes() const;
  /// Whether the last try of a request failed.
  [[nodiscard]] bool is_troubled() const;
  /// Calls with the pending ones, in order, at a moment at which no verdict is half told: the
  /// listener has heard of all others, and of none of these.
  void with_pending(const std::function<void(const std::vector<const Outgoing*>&)>& use) const;
  /// What ended the sending, if anything did.
  [[nodiscard]] wf::Status status() const;

 private:
  struct Item {
    Outgoing request;
    bool taken = false;
  };
  enum class Verdict { delivered, refused, retry, fatal };
  struct Judgement {
    Verdict verdict = Verdict::retry;
    wf::Status why;
    std::string code;
    wf::Duration retry_after{0};
  };

  void work(Client& client);
  bool send_until_verdict(Client& client, std::list<Item>::iterator item);
  [[nodiscard]] Judgement judge(const wf::Result<ClientAnswer>& answer,
                                const std::string& url) const;
  [[nodiscard]] wf::Duration back_off(int tries, wf::Duration retry_after);
  bool settle(std::list<Item>::iterator item, const Judgement& judgement);
  void report(const std::string& problem);

  Options options_;
  Listener listener_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_{false};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Item> items_;
  int64_t pending_bytes_ = 0;
  std::string problem_;
  wf::Status failed_;
  mutable std::mutex listening_;  ///< locked before mutex_; held until a verdict is told and kept
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace weirflow::http
