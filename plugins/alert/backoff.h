// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Waits between attempts: doubled each time, and spread so that those who failed together do not
/// come back together.

#include <algorithm>
#include <cstdint>
#include <random>

namespace weirflow::alert {

class Backoff {
 public:
  /// Microseconds; 0 < shortest.
  Backoff(int64_t shortest_us, int64_t longest_us, uint64_t seed)
      : shortest_us_(shortest_us), longest_us_(std::max(shortest_us, longest_us)), random_(seed) {}

  /// After so many failures in a row: between half of the doubled wait and all of it.
  int64_t next_us() {
    const int64_t full = std::min(wait_us_ == 0 ? shortest_us_ : wait_us_ * 2, longest_us_);
    wait_us_ = full;
    return std::uniform_int_distribution<int64_t>(full - full / 2, full)(random_);
  }
  void reset() { wait_us_ = 0; }

 private:
  int64_t shortest_us_, longest_us_, wait_us_ = 0;
  std::mt19937_64 random_;
};

}  // namespace weirflow::alert
