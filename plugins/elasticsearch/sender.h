// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sends documents until each has its final verdict; one thread of its own.
///
/// Bulks go by count, bytes or age, several at once: their number is halved when a node says 429
/// and grows by one after so many good answers (AIMD). What is repeated: documents with 429 or 5xx
/// of their own, everything of a request that was not answered. A node that may not take documents
/// (401, 403, and answers that no bulk API gives) stops the sending with one line in the log; all
/// stay and are tried again, later and later. A bulk that is too large (413) or refused as a whole
/// (400) is halved until the document that is at fault stands alone.
///
/// Threads: every function from any; the calls to Events come from the sender's thread, without
/// its lock. Errors: failure().

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "backoff.h"
#include "bulk_reply.h"
#include "http_pool.h"
#include "pending.h"
#include "request_limit.h"

namespace weirflow::elasticsearch {

struct SenderOptions {
  std::string path;  ///< of the bulk API, with its query
  Expectation expected;
  Pending::Limits limits;
  Duration batch_age{200'000};
  int max_requests = 4;
  Duration retry_min{200'000}, retry_max{30'000'000};
  Duration retry_for{0};             ///< of a document with 429 or 5xx of its own; 0: for ever
  std::optional<HttpRequest> first;  ///< asked before all else until it is accepted (a template)
  uint64_t seed = 1;
};

/// What the sender tells. A failed Status ends the sending, see Sender::failure().
class SenderEvents {
 public:
  virtual ~SenderEvents() = default;
  /// So many documents are in the index.
  virtual void acknowledged(int64_t documents) = 0;
  virtual wf::Status refused(const Document& document, std::string_view code,
                             const std::string& message) = 0;
  /// The sending stopped (an error for a person), or goes on after that (`is_error` false).
  virtual void told(bool is_error, const std::string& message) = 0;
  /// Documents, bytes, requests on their way have changed.
  struct Gauges {
    size_t documents = 0;
    int64_t bytes = 0;
    size_t in_flight = 0;
    int request_limit = 0;
    bool stopped = false;
  };
  virtual void gauges(const Gauges& now) = 0;
  /// A request has ended: body bytes, seconds, documents to be repeated.
  virtual void requested(int64_t bytes, double seconds, int64_t repeated) = 0;
};

class Sender {
 public:
  /// `events` outlives the sender.
  Sender(SenderOptions options, std::unique_ptr<HttpPool> http, SenderEvents& events);
  /// Stops; what is pending stays unsent.
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Takes documents; `hurry`: they go at once, whatever their number and age.
  void add(std::vector<Document> documents, bool hurry);
  /// Waits until everything is settled, `limit` has passed, is_cancelled() (asked every 50 ms), or
  /// a failure. True: everything is settled.
  bool flush(Duration limit, const std::function<bool()>& is_cancelled);
  /// Waits as flush(), until less than `bytes` are pending.
  bool wait_below(int64_t bytes, Duration limit, const std::function<bool()>& is_cancelled);

  [[nodiscard]] int64_t bytes() const;
  /// Copies of the unsettled documents, in their order. `cut` is called when every earlier verdict
  /// was told and no later one is.
  [[nodiscard]] std::vector<Document> unsettled(const std::function<void()>& cut = {}) const;
  /// The first epoch with documents whose verdict is not there, or not told yet; 0: none.
  [[nodiscard]] uint64_t first_epoch() const;
  /// Why nothing is sent any more, ok while it is.
  [[nodiscard]] wf::Status failure() const;

 private:
  struct Request {
    Pending::Bulk bulk;
    int64_t body_bytes = 0;
  };
  /// What a reply means, gathered under the lock and told without it.
  struct Outcome {
    int64_t acknowledged = 0, repeated = 0;
    struct Refusal {
      Document document;
      std::string_view code;
      std::string message;
    };
    std::vector<Refusal> refusals;
    std::string stopped;  ///< why; empty: not
    bool resumed = false;
  };

  void run();
  [[nodiscard]] Duration start_what_may(Clock::time_point now);
  void start_bulk(Pending::Bulk bulk);
  void handle(uint64_t id, HttpReply reply);
  void handle_first(const HttpReply& reply, Outcome* outcome);
  void handle_bulk(Request& request, const HttpReply& reply, Outcome* outcome);
  void handle_items(Request& request, const std::vector<ItemReply>& items, const HttpReply& reply,
                    Outcome* outcome);
  void handle_too_much(Request& request, const HttpReply& reply, Outcome* outcome);
  void repeat_all(Request& request, bool may_be_there, Outcome* outcome);
  void repeat(Pending::Entry entry, Clock::time_point at, Outcome* outcome);
  void stop_sending(const HttpReply& reply, const std::string& why, Outcome* outcome);
  void hold(Duration at_least);
  void tell(const Outcome& outcome);
  template <typename Done>
  bool wait_until(Done&& done, Duration limit, const std::function<bool()>& is_cancelled);

  const SenderOptions options_;
  std::unique_ptr<HttpPool> http_;
  SenderEvents& events_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Pending pending_;
  std::unordered_map<uint64_t, Request> requests_;
  uint64_t next_request_ = 1;
  RequestLimit limit_;
  Pending::Limits limits_;
  Backoff backoff_;
  Clock::time_point hold_until_{};  ///< nothing is begun before
  uint32_t holds_ = 0;              ///< in a row
  bool stopped_ = false;            ///< by 401, 403 and the like: one request at a time
  bool first_done_;
  bool hurry_ = false;
  std::optional<uint64_t> telling_epoch_;  ///< verdicts of it are being told
  wf::Status failure_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace weirflow::elasticsearch
