// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/plan_links.h"

namespace weirflow::dag {

PlanLinks::PlanLinks(const Plan& plan)
    : in(plan.nodes.size()),
      out(plan.nodes.size()),
      dependents(plan.nodes.size()),
      chains(plan.regions.size()) {
  for (const PlanEdge& e : plan.edges) {
    in[static_cast<size_t>(e.to)].push_back(e.id);
    out[static_cast<size_t>(e.from)].push_back(e.id);
  }
  for (const PlanNode& node : plan.nodes)
    for (const int dep : node.after) dependents[static_cast<size_t>(dep)].push_back(node.id);
  for (const PlanChain& chain : plan.chains)
    chains[static_cast<size_t>(chain.region)].push_back(chain.id);
}

}  // namespace weirflow::dag
