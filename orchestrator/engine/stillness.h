// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tells whether anything in a run moves: for tests, which give their next input when all that the
/// one before brought about is over. Every actor that is scheduled or at work counts, and so do the
/// run and its coordinator while they have something to do; a source that waits for the test does
/// not. Whoever gives something work counts for it before that one's own count begins, so that
/// nothing looks still in between.
///
/// Threads: any.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace weirflow::engine {

class Stillness {
 public:
  void enter() {
    const std::lock_guard lock(mutex_);
    ++moving_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    if (--moving_ <= slow_) changed_.notify_all();
  }
  /// False: something still moves after `limit`.
  bool wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return moving_ == 0; });
  }
  /// One that moves lets all others come to rest before it goes on, at most for `limit`.
  void wait_for_others(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    ++slow_;
    (void)changed_.wait_for(lock, limit, [this] { return moving_ <= slow_; });
    --slow_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t moving_ = 0;
  int64_t slow_ = 0;
};

}  // namespace weirflow::engine
