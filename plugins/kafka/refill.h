// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Keeps librdkafka fetching. Once the queue of fetched records is full, version 2.0 looks at it
/// again only when its connection has something else to do, or after a second (from 2.2 on the
/// property fetch.queue.backoff.ms says how long): a reader that is slower than the broker stands
/// still for most of that second. A question to the leaders of the partitions wakes their
/// connections; it is asked each time a part of the queue has been read.
///
/// Measured with 300 B records and 16 MiB of queue, the reader taking 2 us for each: 71 thousand
/// records/s without, 390 thousand with.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace weirflow::kafka {

class Refill {
 public:
  /// Starts the thread that calls `ask`, which returns within a second or so.
  explicit Refill(std::function<void()> ask);
  /// Ends it; waits for a running `ask`.
  ~Refill();
  Refill(const Refill&) = delete;
  Refill& operator=(const Refill&) = delete;
  /// [any] Asks soon. One question at a time: further calls meanwhile make one more.
  void nudge();

 private:
  void run();
  const std::function<void()> ask_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace weirflow::kafka
