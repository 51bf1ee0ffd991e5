// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What hangs together in a plan, by node, so that nobody looks for it in all of the edges.

#include <vector>

#include "dag/plan.h"

namespace weirflow::dag {

/// Ids, ascending. Valid as long as the plan does not change.
struct PlanLinks {
  explicit PlanLinks(const Plan& plan);
  std::vector<std::vector<int>> in;          ///< edges by the node that reads
  std::vector<std::vector<int>> out;         ///< edges by the node that writes
  std::vector<std::vector<int>> dependents;  ///< nodes by the node that their `after` names
  std::vector<std::vector<int>> chains;      ///< by region
};

}  // namespace weirflow::dag
