// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/timer_thread.h"

#include <chrono>

#include "core/clock.h"

namespace weirflow::engine {

void TimerThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  if (clock_) clock_->forget(this);
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void TimerThread::at(int64_t at_us, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (stop_) return;
  if (clock_) return clock_->at(this, at_us, std::move(wake));
  entries_.push({at_us, std::move(wake)});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

void TimerThread::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (entries_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const int64_t at = entries_.top().at_us;
    if (wall_us() < at) {
      changed_.wait_until(lock,
                          std::chrono::system_clock::time_point(std::chrono::microseconds(at)));
      continue;
    }
    const std::function<void()> wake = entries_.top().wake;
    entries_.pop();
    lock.unlock();
    wake();
    lock.lock();
  }
}

}  // namespace weirflow::engine
