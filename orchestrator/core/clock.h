// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The clocks of the host, in microseconds. Threads: any.

#include <time.h>

#include <cstdint>

namespace weirflow {

inline int64_t read_clock(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1'000;
}
/// Since 1970-01-01T00:00:00Z.
inline int64_t wall_us() { return read_clock(CLOCK_REALTIME); }
/// Since some fixed moment; never set.
inline int64_t steady_us() { return read_clock(CLOCK_MONOTONIC); }
/// Of the calling thread, at work.
inline int64_t thread_cpu_us() { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace weirflow
