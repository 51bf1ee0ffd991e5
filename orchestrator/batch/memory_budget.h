// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Accounting of the memory that a run may use: who holds how much, and whether there is more.
///
/// A budget counts; it allocates nothing. Threads: any; all functions are lock-free. Numbers are
/// bytes, >= 0.

#include <atomic>
#include <cstdint>
#include <utility>

#include "weirflow/status.hpp"

namespace weirflow::batch {

class MemoryBudget {
 public:
  /// limit < 0: unlimited.
  explicit MemoryBudget(int64_t limit = -1) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// Takes bytes if they fit below the limit, else takes nothing and answers false.
  [[nodiscard]] bool try_reserve(int64_t bytes);
  /// As try_reserve(), with resource_exhausted that tells what was asked, used and allowed.
  wf::Status reserve(int64_t bytes);
  /// Takes bytes also past the limit, for memory that exists already; over() is true afterwards.
  void force_reserve(int64_t bytes);
  /// Gives back what was taken. Precondition: not more than is taken.
  void release(int64_t bytes);

  [[nodiscard]] int64_t limit() const { return limit_; }
  [[nodiscard]] int64_t used() const { return used_.load(std::memory_order_relaxed); }
  /// The most that was ever taken at once.
  [[nodiscard]] int64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool over() const { return limit_ >= 0 && used() > limit_; }

 private:
  void raise_peak(int64_t used);
  const int64_t limit_;
  std::atomic<int64_t> used_{0};
  std::atomic<int64_t> peak_{0};
};

/// Bytes taken from a budget, given back at the end of its life. The budget outlives it.
class Reservation {
 public:
  Reservation() = default;
  /// Takes over bytes that the caller has reserved.
  Reservation(MemoryBudget& budget, int64_t bytes) : budget_(&budget), bytes_(bytes) {}
  Reservation(Reservation&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Reservation() {
    if (budget_) budget_->release(bytes_);
  }
  [[nodiscard]] int64_t bytes() const { return bytes_; }
  /// Grows or shrinks; resource_exhausted leaves it as it was. Precondition: has a budget.
  wf::Status resize(int64_t bytes);

 private:
  MemoryBudget* budget_ = nullptr;
  int64_t bytes_ = 0;
};

}  // namespace weirflow::batch
