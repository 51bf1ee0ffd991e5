// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/plan_facts.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

namespace weirflow::cli {

int cores() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

int64_t memory_budget() {
  const int64_t pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0 ? pages * size / 2 : int64_t{1} << 30;
}

bool keeps_rows(const dag::PlanNode& node) {
  return node.component.cardinality == wf::Cardinality::regroup ||
         node.component.kind == plugin::Kind::estimator;
}

int64_t memory_share(const dag::Plan& plan, const dag::PlanRegion& region) {
  int64_t holders = 1;
  for (const int id : region.nodes) holders += keeps_rows(node_of(plan, id));
  return memory_budget() / holders;
}

std::string_view replay_word(const plugin::ComponentInfo& component) {
  switch (component.replay) {
    case WF_REPLAY_EXACT:
      return "exact";
    case WF_REPLAY_OVERWRITES:
      return "overwrites";
    case WF_REPLAY_DUPLICATES:
      return "duplicates";
    default:
      return "";
  }
}

std::vector<std::string> guarantee_lines(const dag::Plan& plan, const dag::PlanRegion& region) {
  std::vector<std::string> lines;
  bool sinks = false;
  for (const int id : region.nodes) {
    const dag::PlanNode& node = node_of(plan, id);
    const std::string_view replay = replay_word(node.component);
    if (replay.empty()) continue;
    sinks = true;
    std::string line = node.task + ": " + std::string(replay);
    if (replay == "exact")
      line += ", nothing is visible before the commit";
    else if (replay == "overwrites")
      line += ", a repeated attempt writes the same keys again";
    else if (node.retry_duplicates)
      line += ", rows can be there twice: retry_duplicates is set";
    else
      line += ", so after its first row the region is not tried again";
    lines.push_back(std::move(line));
  }
  if (sinks)
    lines.insert(lines.begin(), "one epoch: its sinks commit together at its end, or none");
  return lines;
}

}  // namespace weirflow::cli
