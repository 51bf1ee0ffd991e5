// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Waits between repetitions: doubled each time, and spread so that those who failed together do
/// not come back together.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace weirflow::elasticsearch {

class Backoff {
 public:
  using Duration = std::chrono::microseconds;
  Backoff(Duration shortest, Duration longest, uint64_t seed)
      : shortest_(shortest), longest_(std::max(shortest, longest)), random_(seed) {}

  /// Before repetition `n` (from 1): between half of min(longest, shortest * 2^(n-1)) and all.
  Duration before(uint32_t n) {
    const uint32_t doublings = std::min<uint32_t>(n > 0 ? n - 1 : 0, 40);
    Duration full = longest_;
    if (shortest_.count() <= (longest_.count() >> doublings)) full = shortest_ * (1LL << doublings);
    std::uniform_int_distribution<int64_t> spread(full.count() - full.count() / 2, full.count());
    return Duration(spread(random_));
  }

 private:
  Duration shortest_, longest_;
  std::mt19937_64 random_;
};

}  // namespace weirflow::elasticsearch
