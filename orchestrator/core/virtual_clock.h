// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A clock that stands still until it is told to go on: the time of a run under test.
///
/// Threads: any. advance_to() calls what comes due on its own thread, in order of time.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace weirflow {

class VirtualClock {
 public:
  /// Microseconds since 1970.
  explicit VirtualClock(int64_t start_us) : now_us_(start_us) {}
  VirtualClock(const VirtualClock&) = delete;
  VirtualClock& operator=(const VirtualClock&) = delete;

  [[nodiscard]] int64_t now_us() const;
  /// Calls `wake`, which must be short, once the clock shows `at_us`; at the next advance_to() when
  /// it does already.
  void at(const void* owner, int64_t at_us, std::function<void()> wake);
  /// Drops what an owner has asked for. None of its calls runs any more when this returns.
  void forget(const void* owner);
  /// When the next call is due.
  [[nodiscard]] std::optional<int64_t> next_us() const;
  /// Never goes back: an earlier time calls what is due and leaves the clock alone.
  void advance_to(int64_t us);

 private:
  struct Entry {
    const void* owner = nullptr;
    std::function<void()> wake;
  };
  mutable std::mutex mutex_;
  std::mutex calling_;  ///< held during calls; taken before mutex_
  int64_t now_us_;
  std::multimap<int64_t, Entry> entries_;
};

}  // namespace weirflow
