// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What a chain tells of its lanes while they work.

#include "core/clock.h"
#include "engine/chain.h"
#include "engine/chain_lane.h"

namespace weirflow::engine {

/// A lane looks for work, and its outputs are full, or no longer. The clock is read on a change.
void Chain::note_pressure(Lane& lane, bool full) {
  const int64_t since = lane.full_since.load(std::memory_order_relaxed);
  if (full == (since > 0)) return;
  const int64_t now = steady_us();
  if (!full) lane.full_us.fetch_add(now - since, std::memory_order_relaxed);
  lane.full_since.store(full ? now : 0, std::memory_order_relaxed);
}

Chain::Figures Chain::figures(int64_t now) const {
  Figures f;
  f.lanes = static_cast<int>(lanes_.size());
  for (const auto& lane : lanes_) {
    f.pressured_us += lane->full_us.load(std::memory_order_relaxed);
    if (const int64_t since = lane->full_since.load(std::memory_order_relaxed);
        since > 0 && !is_finished())
      f.pressured_us += std::max<int64_t>(now - since, 0);
    // A source's call may be a wait; what it was is known at its end, soon.
    const int node = lane->busy_node.load(std::memory_order_relaxed);
    const int64_t since = lane->call_since.load(std::memory_order_relaxed);
    if (node > 0 || (node == 0 && !source_))
      if (since > 0)
        f.calls[nodes_[static_cast<size_t>(node)].plan->id] += std::max<int64_t>(now - since, 0);
  }
  return f;
}

}  // namespace weirflow::engine
