// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The figures of a running DAG at one moment, as plain values: the engine makes them, exposition.h
/// writes and reads them as text, `weirflow top` shows them.
///
/// Times are microseconds, moments microseconds since 1970 unless they are called steady. Counts
/// run from the start of the task's attempt; those of a task that goes on from a checkpoint run on
/// from what that holds. What is not known, or does not apply, has no value.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/histogram.h"

namespace weirflow::metrics {

/// A number that a component recorded by wf.metrics/1.
struct PluginMetric {
  enum class Kind { counter, gauge, histogram };
  std::string name;
  Kind kind = Kind::gauge;
  double value = 0;     ///< of a counter or gauge
  Histogram histogram;  ///< of a histogram
  bool operator==(const PluginMetric&) const = default;
};

struct TaskFigures {
  std::string task;
  std::string kind;       ///< work, fit, apply, version: a group's task has several of one name
  std::string component;  ///< "" of a version
  std::string state;      ///< pending, running, ...
  int region = 0;
  int attempts = 0;
  int lanes = 0;  ///< instances that work side by side; 0 before the first start
  int64_t rows_in = 0, rows_out = 0, refused = 0, filtered = 0, absorbed = 0;
  int64_t pending = 0;  ///< taken and not accounted for yet: held, queued inside, unacknowledged
  int64_t batches_in = 0, batches_out = 0, bytes_out = 0;
  int64_t busy_us = 0;       ///< inside the component, over all lanes
  int64_t pressured_us = 0;  ///< an output was full
  int64_t idle_us = 0;       ///< the rest: no input, or a source that waited for rows
  int64_t cpu_us = 0;
  int64_t memory = 0, peak_memory = 0;  ///< bytes, as the component reports them
  std::optional<int64_t> state_bytes;   ///< in the last checkpoint
  std::optional<int64_t> watermark_us;  ///< event time
  std::optional<int64_t> timers;        ///< that are set
  std::optional<int64_t> barrier_us;    ///< from a barrier's start until it had passed the task
  int64_t postponed = 0;                ///< barriers that waited for another side
  std::optional<Histogram> latency;     ///< of a sink, in seconds, by row
  std::vector<PluginMetric> metrics;
  bool operator==(const TaskFigures&) const = default;
};

struct EdgeFigures {
  int edge = 0;
  std::string from, to;  ///< "task.port"
  std::string kind;      ///< pipelined, materialised
  int64_t produced = 0, consumed = 0, discarded = 0, shed = 0, spilled = 0;
  int64_t batches = 0, bytes = 0;
  std::optional<int64_t> queued_rows, queued_bytes;  ///< of a queue
  std::optional<double> fill;  ///< 0: empty, 1: at its bound; one call may overshoot it
  bool operator==(const EdgeFigures&) const = default;
};

struct CheckpointFigures {
  int region = 0;
  int64_t interval_us = 0;  ///< 0: only at the end
  int64_t epoch = 0;        ///< the last committed one
  int64_t committed = 0, given_up = 0, postponed = 0;
  int64_t failures = 0;                ///< given up since the last that was committed
  std::optional<int64_t> time_us;      ///< when the last was committed, by this process
  std::optional<int64_t> duration_us;  ///< of the last, from its barriers to its last commit
  std::optional<int64_t> barrier_us;   ///< of that, until the barrier had passed all tasks
  std::optional<int64_t> bytes;        ///< of the last: state of tasks and blobs of committers
  Histogram durations;                 ///< of all, in seconds
  bool operator==(const CheckpointFigures&) const = default;
};

struct Snapshot {
  std::string version;  ///< of Weirflow
  std::string dag, run, dag_version;
  /// starting, running, stopping, then succeeded, stopped, failed or cancelled.
  std::string state = "starting";
  int64_t now_us = 0, start_us = 0;
  /// Sources rest for this task, and why; "" when they do not.
  std::string paused_by, paused_why;
  int64_t dead_letters = 0;
  int64_t process_cpu_us = 0, process_memory = 0, process_threads = 0;
  std::vector<TaskFigures> tasks;  ///< in plan order
  std::vector<EdgeFigures> edges;
  std::optional<CheckpointFigures> checkpoints;
  bool operator==(const Snapshot&) const = default;
};

/// What a person should know about the run's health, in one clause; "" when all is well.
std::string trouble(const Snapshot& snapshot);

}  // namespace weirflow::metrics
