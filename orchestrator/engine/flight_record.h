// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run is doing, in memory that it shares with its supervisor: readable after the process
/// has ended, however it ended. The file (a memfd) holds the states of the tasks and, per thread,
/// the task whose component is being called and the signal that struck there.
///
/// A process writes at most one record: signal handlers need to find it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dag/plan.h"
#include "engine/trigger.h"
#include "weirflow/status.hpp"

namespace weirflow::engine {

/// The writing side. Threads: set_state() on the thread of the run, InTask on any.
class FlightRecord {
 public:
  /// Gives the empty file behind `fd` its size and writes the names of the plan's tasks into it.
  /// From now on a crash (SEGV, BUS, FPE, ILL, ABRT) leaves the signal beside the task on whose
  /// thread it struck, and then ends the process as it would have.
  static wf::Result<std::unique_ptr<FlightRecord>> begin(int fd, const dag::Plan& plan);
  ~FlightRecord();
  FlightRecord(const FlightRecord&) = delete;
  FlightRecord& operator=(const FlightRecord&) = delete;

  /// Cut at 63 bytes.
  void set_run_id(const std::string& run_id);
  void set_state(int node, TaskState state, int attempts);
  /// The run is over and reported: how the process ends from here on says nothing about it.
  void finish();

 private:
  FlightRecord() = default;
  char* memory_ = nullptr;
  size_t size_ = 0;
};

/// While it lives, the calling thread is inside the component of `node`. Nests. Costs a branch when
/// nothing is recorded.
class InTask {
 public:
  explicit InTask(int node);
  ~InTask();
  InTask(const InTask&) = delete;
  InTask& operator=(const InTask&) = delete;

 private:
  int outer_;
};

/// The reading side.
struct FlightReport {
  struct Task {
    std::string name, component;
    dag::NodeKind kind = dag::NodeKind::work;
    TaskState state = TaskState::pending;
    int attempts = 0;
  };
  std::string run_id, dag, dag_version;
  std::vector<Task> tasks;    ///< by node
  std::vector<int> called;    ///< nodes whose component was being called
  std::optional<int> struck;  ///< node on whose thread a signal struck, or exit() was called
  bool finished = false;
};

/// Empty when the process ended before its run began. invalid_data when it is no such record.
wf::Result<std::optional<FlightReport>> read_flight_record(int fd);

}  // namespace weirflow::engine
