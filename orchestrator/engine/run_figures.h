// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The figures of a run while it runs, for any thread at any time: a snapshot waits neither for the
/// thread of the run nor for a task. What is at work is asked when a snapshot is taken; of attempts
/// that have ended their last figures are kept.
///
/// Threads: snapshot() and set_run_state() [any]; the rest on the thread of the run.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "dag/plan.h"
#include "engine/checkpoint_figures.h"
#include "engine/trigger.h"
#include "metrics/snapshot.h"

namespace weirflow::engine {

class RegionAttempt;

class RunFigures {
 public:
  /// The plan lives longer.
  explicit RunFigures(const dag::Plan& plan);

  void begin(const std::string& run, int64_t start_us);
  void set_run_state(std::string_view state);
  void set_state(int node, TaskState state, int attempts);
  /// The attempt is asked from now on, until detach(): it must live until then.
  void attach(const RegionAttempt& attempt);
  /// Keeps what it has counted. Nothing when it is not attached.
  void detach(const RegionAttempt& attempt);
  CheckpointFigures& checkpoints() { return checkpoints_; }

  [[nodiscard]] metrics::Snapshot snapshot();

 private:
  void ask_locked(const RegionAttempt& attempt, metrics::Snapshot& snapshot);
  CheckpointFigures checkpoints_;
  std::mutex mutex_;
  /// What does not change, and what ended attempts have left.
  metrics::Snapshot kept_;
  std::vector<const RegionAttempt*> attached_;
  std::map<int, int64_t> dead_letters_;  ///< by region, of attempts that are not attached
};

}  // namespace weirflow::engine
