// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What `weirflow top` shows of a run, made of its snapshots. Threads: pure functions, and a
/// history of one thread.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "metrics/snapshot.h"

namespace weirflow::cli {

/// A task between two snapshots.
struct TaskRates {
  double in = 0, out = 0;          ///< rows per second
  double busy = 0, pressured = 0;  ///< shares of its lanes' time, 0 to 1
  std::optional<double> fill;      ///< of its fullest input queue; 1: at the bound
  std::optional<int64_t> lag_us;   ///< of its watermark behind the clock
  std::optional<double> p50, p99;  ///< seconds, of rows that a sink took
};

struct TopState {
  metrics::Snapshot now;
  std::vector<TaskRates> rates;  ///< by task
  double cpu = 0;                ///< of the process, in processors
};

/// The last snapshots of a run: rates are those of the last two seconds, latencies of the last ten.
class TopHistory {
 public:
  /// Of another run: what was before is forgotten.
  void add(metrics::Snapshot snapshot);
  [[nodiscard]] bool empty() const { return snapshots_.empty(); }
  /// With one snapshot alone the rates are those since the start. Precondition: not empty.
  [[nodiscard]] TopState state() const;

 private:
  [[nodiscard]] const metrics::Snapshot* before(int64_t us) const;
  std::deque<metrics::Snapshot> snapshots_;
};

struct TopLook {
  int width = 80;
  int height = 0;  ///< lines at most; 0: all
  int scroll = 0;  ///< tasks that are above the first one shown
  bool color = false;
  bool unicode = true;
  std::string notice;  ///< a last line; "" = none
};

/// Lines without their ends, none wider than the width. Columns that do not fit are left out, the
/// least important first, and those that nothing is known for.
std::vector<std::string> top_lines(const TopState& state, const TopLook& look);

/// The largest `scroll` that still shows a task at the bottom.
int largest_scroll(const TopState& state, const TopLook& look);

/// One JSON document (schema: docs/operations.md).
std::string top_json(const TopState& state, const std::string& address);

}  // namespace weirflow::cli
