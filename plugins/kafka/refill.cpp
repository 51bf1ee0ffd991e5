// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "refill.h"

namespace weirflow::kafka {

Refill::Refill(std::function<void()> ask) : ask_(std::move(ask)), thread_([this] { run(); }) {}

Refill::~Refill() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Refill::nudge() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_one();
}

void Refill::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return wanted_ || ending_; });
    if (ending_) return;
    wanted_ = false;
    lock.unlock();
    ask_();
    lock.lock();
  }
}

}  // namespace weirflow::kafka
