// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Calls a function at a time by the clock of the run, for processing timers. Threads: at() from
/// any.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "core/virtual_clock.h"

namespace weirflow::engine {

class TimerThread {
 public:
  /// `clock` in place of the system's, or null.
  explicit TimerThread(VirtualClock* clock = nullptr) : clock_(clock) {}
  ~TimerThread() { stop(); }
  /// Joins; what was not due is dropped, and so is what comes.
  void stop();
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;

  /// Calls `wake`, which must be short, at `at_us` (since 1970) or soon after it.
  void at(int64_t at_us, std::function<void()> wake);

 private:
  struct Entry {
    int64_t at_us;
    std::function<void()> wake;
    bool operator>(const Entry& other) const { return at_us > other.at_us; }
  };
  void run();
  VirtualClock* const clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
  bool stop_ = false;
  std::thread thread_;  ///< begins with the first entry
};

}  // namespace weirflow::engine
