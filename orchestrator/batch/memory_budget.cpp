// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "batch/memory_budget.h"

#include <cassert>
#include <string>

namespace weirflow::batch {

void MemoryBudget::raise_peak(int64_t used) {
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < used && !peak_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
  }
}

bool MemoryBudget::try_reserve(int64_t bytes) {
  assert(bytes >= 0);
  int64_t used = used_.load(std::memory_order_relaxed);
  do {
    if (limit_ >= 0 && bytes > limit_ - used) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  raise_peak(used + bytes);
  return true;
}

wf::Status MemoryBudget::reserve(int64_t bytes) {
  if (try_reserve(bytes)) return {};
  return wf::exhausted("the memory budget of " + std::to_string(limit_) + " bytes has " +
                       std::to_string(used()) + " in use; " + std::to_string(bytes) +
                       " more do not fit");
}

void MemoryBudget::force_reserve(int64_t bytes) {
  assert(bytes >= 0);
  raise_peak(used_.fetch_add(bytes, std::memory_order_relaxed) + bytes);
}

void MemoryBudget::release(int64_t bytes) {
  [[maybe_unused]] const int64_t before = used_.fetch_sub(bytes, std::memory_order_relaxed);
  assert(bytes >= 0 && before >= bytes);
}

wf::Status Reservation::resize(int64_t bytes) {
  assert(budget_);
  if (bytes > bytes_) WF_TRY(budget_->reserve(bytes - bytes_));
  if (bytes < bytes_) budget_->release(bytes_ - bytes);
  bytes_ = bytes;
  return {};
}

}  // namespace weirflow::batch
