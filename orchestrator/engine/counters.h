// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a task did. `in`, `out` and `refused` are counted by the engine; `passed`, `filtered`,
/// `absorbed` and `read` by the component: so that the conservation check can fail.
///
/// Threads: atomics; relaxed, exact once the task has stopped.

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>

#include "metrics/histogram.h"
#include "weirflow/abi/component.h"

namespace weirflow::engine {

struct TaskCounters {
  std::atomic<int64_t> in{0}, out{0}, refused{0};
  std::atomic<int64_t> passed{0}, filtered{0}, absorbed{0}, read{0};
  std::atomic<int64_t> postponed{0};  ///< barriers that had to wait for the other side
  std::atomic<int64_t> batches_in{0}, batches_out{0}, bytes_out{0};
  std::atomic<int64_t> busy_us{0};    ///< inside the component, without what it called downstream
  std::atomic<int64_t> cpu_us{0};     ///< of the thread, likewise
  std::atomic<int64_t> waited_us{0};  ///< of busy_us: a source's, off the processor
  std::atomic<int64_t> memory{0}, peak_memory{0};   ///< as the component reports it
  std::atomic<int64_t> started_us{0}, ended_us{0};  ///< run's monotonic clock

  /// The last that went through it; the lowest int64 before the first.
  std::atomic<int64_t> watermark{std::numeric_limits<int64_t>::min()};
  std::atomic<int64_t> timers{0};        ///< that are set
  metrics::DurationHistogram latency{};  ///< of a sink's rows, from the source that gave them

  /// Adds to what a component counts; `what` is WF_COUNT_*.
  void add(uint32_t what, int64_t rows) {
    switch (what) {
      case WF_COUNT_PASSED:
        passed += rows;
        break;
      case WF_COUNT_FILTERED:
        filtered += rows;
        break;
      case WF_COUNT_ABSORBED:
        absorbed += rows;
        break;
      case WF_COUNT_READ:
        read += rows;
        break;
      default:
        break;
    }
  }
};

}  // namespace weirflow::engine
