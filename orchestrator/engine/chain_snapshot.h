// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a chain hands over at a barrier: the state of its tasks in front of it, and nothing that
/// came behind it.

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/checkpoint_store.h"
#include "engine/counters.h"
#include "engine/keyed_state.h"
#include "plugin/instance.h"

namespace weirflow::engine {

struct NodeSnapshot {
  int node = 0;
  std::map<std::string, int64_t> counters;
  std::string model_version;  ///< of the rows behind the barrier
  bool has_position = false;
  std::string position;  ///< of a source
  /// Of a component with state: a view, written by write_state() of `instance` on another thread.
  plugin::Instance* instance = nullptr;
  plugin::Instance::FrozenState state;
  std::unique_ptr<KeyedState::Frozen> keyed;
};

/// Rows of an edge on one side of it: the producer knows the first two, the consumer the third.
struct EdgeCut {
  int edge = 0;
  bool by_producer = false;
  int64_t produced = 0, shed = 0, consumed = 0;
};

struct ChainSnapshot {
  int chain = 0;
  int64_t epoch = 0;
  bool ended = false;  ///< the chain has finished: it stays as it is
  int64_t watermark = std::numeric_limits<int64_t>::min();  ///< of its inputs
  std::vector<NodeSnapshot> nodes;
  std::vector<EdgeCut> edges;
  std::vector<wf::Batch> letters;  ///< dead ones, from in front of the barrier
};

/// Counters by the names that manifests use.
std::map<std::string, int64_t> counters_of(const TaskCounters& counters);
void restore_counters(const std::map<std::string, int64_t>& from, TaskCounters& counters);

}  // namespace weirflow::engine
