// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs one case: gives a step, waits until everything that it brings about is over, gives the
/// next, and compares. Time is the case's own. Threads: run() on one; interrupt() from any.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/golden_compare.h"
#include "cli/golden_dag.h"

namespace weirflow::engine {
class Run;
}

namespace weirflow::cli {

/// A fault: `--inject TASK:crash@N`, at the N-th row that the task is given (a source: gives).
struct GoldenFault {
  enum class Kind {
    crash,  ///< the run is cut off, and starts again from its last checkpoint
    fail,   ///< the task fails once; without retries left the run starts again
    slow,   ///< the task goes on when all others have come to rest
  } kind = Kind::crash;
  std::string task;
  int64_t at = 1;
  std::string text;  ///< as given
};
wf::Result<GoldenFault> parse_fault(const std::string& text);

struct GoldenResult {
  enum class State { passed, failed, invalid, interrupted, stuck } state = State::passed;
  std::vector<GoldenFinding> findings;
  std::string problems;           ///< of an invalid one: what is wrong with its DAG
  std::vector<std::string> said;  ///< errors and warnings of the run
  double seconds = 0;
  /// What came, as the case's `expected`.
  std::vector<GoldenBed::Collected> collected;
};

class GoldenRunner {
 public:
  GoldenRunner(plugin::Registry& registry, std::string home)
      : registry_(registry), home_(std::move(home)) {}
  /// `fault` may be null.
  GoldenResult run(GoldenSuite& suite, const GoldenCase& test, const GoldenFault* fault);
  /// [any] The case at work is cancelled, and is the last.
  void interrupt();
  [[nodiscard]] bool is_interrupted() const { return interrupted_; }

 private:
  friend class GoldenDriver;
  plugin::Registry& registry_;
  const std::string home_;
  std::atomic<bool> interrupted_{false};
  std::mutex mutex_;
  engine::Run* at_work_ = nullptr;  ///< guarded by mutex_
};

}  // namespace weirflow::cli
