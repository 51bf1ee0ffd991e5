// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The conservation check (graph model 5): at the end of every successful attempt each row is
/// accounted for. A violation is a defect of a component or of the engine and fails the run.
///
///   edge:  produced = consumed + discarded + shed          (nothing is queued any more)
///   task:  in = passed + filtered + absorbed + refused
///   map, filter: out = passed       route: out = passed      expand: out free
///   regroup: out free, passed = 0   sink: out = 0            source: read = out + filtered +
///   refused

#include <cstdint>
#include <string>
#include <vector>

#include "weirflow/descriptor.hpp"
#include "weirflow/status.hpp"

namespace weirflow::engine {

/// Final counts of a task.
struct TaskRows {
  std::string task;
  wf::Cardinality cardinality = wf::Cardinality::map;
  int64_t in = 0, out = 0, refused = 0, passed = 0, filtered = 0, absorbed = 0, read = 0;
  /// Consumers asked it to stop early (DONE): rows it still kept count as filtered.
  bool stopped_early = false;
};

/// Final counts of an edge.
struct EdgeRows {
  std::string from, to;
  int64_t produced = 0, consumed = 0, discarded = 0, shed = 0;
};

/// Ok, or internal naming every violation with its numbers. `culprit`: index of the first task
/// whose own counts do not add up, -1 when it is only edges.
wf::Status check_conservation(const std::vector<TaskRows>& tasks,
                              const std::vector<EdgeRows>& edges, int* culprit = nullptr);

}  // namespace weirflow::engine
