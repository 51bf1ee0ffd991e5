// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a plan means on this machine: numbers and sentences that `plan` says as text and as JSON.
/// They repeat the rules of engine/run.h, which has the last word. Threads: pure functions.

#include <cstdint>
#include <string>
#include <vector>

#include "dag/plan.h"

namespace weirflow::cli {

inline const dag::PlanNode& node_of(const dag::Plan& plan, int id) {
  return plan.nodes[static_cast<size_t>(id)];
}

/// Threads of the pool and lanes of a concurrent chain unless `run --threads` says otherwise.
int cores();
/// Bytes that a run may use unless `run --memory` says otherwise: half of the machine.
int64_t memory_budget();

/// Whether a task keeps rows and so gets a share of the budget.
bool keeps_rows(const dag::PlanNode& node);
/// Bytes for each task of the region that keeps rows.
int64_t memory_share(const dag::Plan& plan, const dag::PlanRegion& region);

/// What a sink promises about rows that an attempt writes again: "exact", "overwrites",
/// "duplicates", or "" for what is no sink.
std::string_view replay_word(const plugin::ComponentInfo& component);

/// What a failure of the region can leave behind: a sentence for the region, then one for each
/// sink. Empty without sinks.
std::vector<std::string> guarantee_lines(const dag::Plan& plan, const dag::PlanRegion& region);

}  // namespace weirflow::cli
