// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Times sorted into buckets: recorded by any thread without a lock, read at any time.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace weirflow::metrics {

/// A histogram at a moment. Counts are by bucket, not cumulative.
struct Histogram {
  std::vector<double> bounds;   ///< upper ones, ascending; the last bucket has none
  std::vector<int64_t> counts;  ///< one more than bounds
  double sum = 0;
  bool operator==(const Histogram&) const = default;

  [[nodiscard]] int64_t count() const {
    int64_t n = 0;
    for (const int64_t c : counts) n += c;
    return n;
  }
  void observe(double value, int64_t times = 1) {
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
    counts[static_cast<size_t>(at)] += times;
    sum += value * static_cast<double>(times);
  }
};

/// The value below which the share `q` (0 to 1) lies, linear within its bucket, as Prometheus'
/// histogram_quantile has it; the highest bound for what is above it. Nothing when it is empty.
inline std::optional<double> quantile(const Histogram& h, double q) {
  const double total = static_cast<double>(h.count());
  if (total <= 0 || h.bounds.empty()) return std::nullopt;
  const double rank = q * total;
  double below = 0;
  for (size_t i = 0; i < h.bounds.size(); ++i) {
    const auto here = static_cast<double>(h.counts[i]);
    if (here > 0 && below + here >= rank) {
      const double from = i == 0 ? 0 : h.bounds[i - 1];
      return from + (h.bounds[i] - from) * std::max(rank - below, 0.0) / here;
    }
    below += here;
  }
  return h.bounds.back();
}

/// Durations, in microseconds going in and in seconds coming out. Threads: any; relaxed, so that a
/// reader may see a count before its sum.
class DurationHistogram {
 public:
  /// Microseconds: 10 us to a minute.
  static constexpr std::array<int64_t, 21> kBounds = {
      10,      25,        50,        100,       250,        500,        1'000,
      2'500,   5'000,     10'000,    25'000,    50'000,     100'000,    250'000,
      500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000};

  void observe(int64_t us, int64_t times = 1) {
    const auto at = std::lower_bound(kBounds.begin(), kBounds.end(), us) - kBounds.begin();
    counts_[static_cast<size_t>(at)].fetch_add(times, std::memory_order_relaxed);
    sum_us_.fetch_add(us * times, std::memory_order_relaxed);
  }
  [[nodiscard]] Histogram values() const {
    Histogram h;
    for (const int64_t us : kBounds) h.bounds.push_back(static_cast<double>(us) / 1e6);
    for (const auto& count : counts_) h.counts.push_back(count.load(std::memory_order_relaxed));
    h.sum = static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6;
    return h;
  }

 private:
  std::array<std::atomic<int64_t>, kBounds.size() + 1> counts_{};
  std::atomic<int64_t> sum_us_{0};
};

}  // namespace weirflow::metrics
