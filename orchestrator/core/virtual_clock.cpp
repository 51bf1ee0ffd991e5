// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/virtual_clock.h"

#include <algorithm>

namespace weirflow {

int64_t VirtualClock::now_us() const {
  const std::lock_guard lock(mutex_);
  return now_us_;
}

void VirtualClock::at(const void* owner, int64_t at_us, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  entries_.emplace(at_us, Entry{owner, std::move(wake)});
}

void VirtualClock::forget(const void* owner) {
  const std::lock_guard calls(calling_);
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [owner](const auto& entry) { return entry.second.owner == owner; });
}

std::optional<int64_t> VirtualClock::next_us() const {
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) return std::nullopt;
  return entries_.begin()->first;
}

void VirtualClock::advance_to(int64_t us) {
  const std::lock_guard calls(calling_);
  std::unique_lock lock(mutex_);
  now_us_ = std::max(now_us_, us);
  while (!entries_.empty() && entries_.begin()->first <= now_us_) {
    const std::function<void()> wake = std::move(entries_.begin()->second.wake);
    entries_.erase(entries_.begin());
    lock.unlock();
    wake();
    lock.lock();
  }
}

}  // namespace weirflow
