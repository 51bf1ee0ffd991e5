// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What `weirflow run` shows: progress, log lines, the task table, results; or JSON.

#include <mutex>
#include <string>

#include "cli/session.h"
#include "engine/run.h"

namespace weirflow::cli {

/// Threads: log() from any, the rest from the thread of the command.
class RunOutput {
 public:
  RunOutput(const Common& common, bool quiet);
  void log(const engine::LogLine& line);
  /// A line that is written over on a terminal; elsewhere a plain line now and then.
  void progress(const engine::Progress& progress);
  void end_progress();
  /// The table and the results on stdout, errors on stderr; with --json one JSON document. All on
  /// stderr when a sink of the DAG writes its rows to stdout.
  void print(const dag::Plan& plan, const engine::RunReport& report);

 private:
  void clear_line();
  const Common& common_;
  const bool quiet_, tty_;
  std::mutex mutex_;
  bool line_shown_ = false;
  int64_t last_plain_us_ = 0;
};

/// The plan for a person, or as JSON.
void print_plan(const dag::Plan& plan, const Common& common);

/// The report as one JSON document (schema: docs/operations.md).
std::string report_json(const dag::Plan& plan, const engine::RunReport& report);

}  // namespace weirflow::cli
