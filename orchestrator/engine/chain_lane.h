// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A lane of a chain: one of its copies that work side by side.

#include "engine/chain.h"

namespace weirflow::engine {

class Chain::LaneActor final : public Actor {
 public:
  LaneActor(Pool* pool, Activity& activity, Chain& chain, Lane& lane)
      : Actor(pool, activity), chain_(chain), lane_(lane) {}

 protected:
  void run() override { chain_.run_lane(lane_); }

 private:
  Chain& chain_;
  Lane& lane_;
};

struct Chain::Lane {
  size_t index = 0;
  std::vector<LaneNode> nodes;
  std::unique_ptr<LaneActor> actor;
  bool opened = false;
  int64_t sequence = -1;         ///< batch being worked on, -1 none
  std::vector<Emitted> emitted;  ///< of an ordered chain, until the batch is complete
  int64_t inner_us = 0;          ///< spent downstream of the running call
  std::atomic<int> busy_node{-1};
  std::atomic<int64_t> call_since{0};              ///< it was called, or went on; steady
  std::atomic<int64_t> full_us{0}, full_since{0};  ///< its outputs were full; steady, or 0
  int64_t rows_since = 0;  ///< when a source gave what is worked on; steady, 0: not known
  /// What the node `watermark_node` emitted during the running call.
  int64_t watermark = std::numeric_limits<int64_t>::min();
  int watermark_node = -1;
  bool idle = false;   ///< it said so during the running call
  wf::Status failure;  ///< of a node downstream of the running call
  int failed_node = -1;
};

}  // namespace weirflow::engine
