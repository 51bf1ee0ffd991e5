// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// How many requests may be on their way: one more after as many good answers as there may be,
/// half of them when a node has too much to do (additive increase, multiplicative decrease).

#include <algorithm>

namespace weirflow::elasticsearch {

class RequestLimit {
 public:
  /// Starts in the middle; 1 <= limit() <= most.
  explicit RequestLimit(int most) : most_(std::max(most, 1)), limit_((most_ + 1) / 2) {}
  [[nodiscard]] int limit() const { return limit_; }
  void good() {
    if (++good_ < limit_) return;
    good_ = 0;
    limit_ = std::min(limit_ + 1, most_);
  }
  void overloaded() {
    good_ = 0;
    limit_ = std::max(limit_ / 2, 1);
  }

 private:
  int most_, limit_;
  int good_ = 0;
};

}  // namespace weirflow::elasticsearch
