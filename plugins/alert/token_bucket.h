// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// At most so many messages in a time, bursts included.

#include <algorithm>
#include <cstdint>
#include <string>

#include "weirflow/error.hpp"

namespace weirflow::alert {

class TokenBucket {
 public:
  /// No limit.
  TokenBucket() = default;
  /// Full at first: `size` messages, one more each per_us / size. Both > 0.
  TokenBucket(int64_t size, int64_t per_us)
      : size_(static_cast<double>(size)),
        us_each_(static_cast<double>(per_us) / static_cast<double>(size)),
        tokens_(size_) {}
  /// "10/1m", "1/30s", "100/1h"; "" is no limit. invalid_config at `key`.
  static wf::Result<TokenBucket> parse(const std::string& text, const std::string& key);

  /// Takes one, if there is one.
  bool take(int64_t now_us) {
    if (size_ == 0) return true;
    refill(now_us);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  /// When take() will succeed; not before now.
  [[nodiscard]] int64_t next_us(int64_t now_us) {
    if (size_ == 0) return now_us;
    refill(now_us);
    if (tokens_ >= 1) return now_us;
    return now_us + static_cast<int64_t>((1 - tokens_) * us_each_) + 1;
  }

 private:
  void refill(int64_t now_us) {
    if (at_us_ != 0 && now_us > at_us_)
      tokens_ = std::min(size_, tokens_ + static_cast<double>(now_us - at_us_) / us_each_);
    at_us_ = std::max(at_us_, now_us);
  }
  double size_ = 0, us_each_ = 0, tokens_ = 0;
  int64_t at_us_ = 0;
};

}  // namespace weirflow::alert
