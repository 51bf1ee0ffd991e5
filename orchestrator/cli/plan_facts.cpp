// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/plan_facts.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "core/text.h"

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

namespace {

/// A sink of a region that commits once, at its end.
std::string epoch_line(const dag::PlanNode& node, std::string_view replay) {
  std::string line = node.task + ": " + std::string(replay);
  if (replay == "exact") return line + ", nothing is visible before the commit";
  if (replay == "overwrites") return line + ", a repeated attempt writes the same keys again";
  if (node.retry_duplicates) return line + ", rows can be there twice: retry_duplicates is set";
  return line + ", so after its first row the region is not tried again";
}

/// A sink of a stream, and, when that is less than exactly once, why.
std::string stream_line(const dag::PlanNode& node, bool checkpointed, std::string* weaker) {
  const auto weak = [&](const std::string& what, const std::string& why) {
    if (weaker->empty()) *weaker = what + ", because of " + node.task;
    return node.task + ": " + what + ", " + why;
  };
  if (!checkpointed)
    return weak("no promise", "what was on its way at a crash is lost or comes again");
  if (node.commit_mode == wf::CommitMode::decides)
    return node.task + ": exactly once, in one transaction with the record of the checkpoint";
  if (node.commit_mode == wf::CommitMode::follows)
    return node.task + ": exactly once, visible when their checkpoint is committed";
  if (node.replay == WF_REPLAY_OVERWRITES && node.deterministic)
    return node.task + ": exactly once in effect, rows that come again have the same keys";
  if (node.replay == WF_REPLAY_OVERWRITES)
    return weak("at least once",
                "rows that come again can differ: not all before it repeats itself");
  return weak("at least once", "rows since the last checkpoint come again after a crash");
}

}  // namespace

std::vector<std::string> guarantee_lines(const dag::Plan& plan, const dag::PlanRegion& region) {
  const bool stream = region.endless || region.checkpointed;
  std::vector<std::string> lines;
  std::string weaker;
  for (const int id : region.nodes) {
    const dag::PlanNode& node = node_of(plan, id);
    const bool sink =
        stream ? node.component.kind == plugin::Kind::sink : !replay_word(node.component).empty();
    if (!sink) continue;
    lines.push_back(stream ? stream_line(node, region.checkpointed, &weaker)
                           : epoch_line(node, replay_word(node.component)));
  }
  if (lines.empty() && !stream) return lines;
  if (!stream) {
    lines.insert(lines.begin(), "one epoch: its sinks commit together at its end, or none");
    return lines;
  }
  lines.insert(lines.begin(), region.checkpointed
                                  ? "a checkpoint every " +
                                        format_duration(plan.checkpoints.interval_us) +
                                        "; a start goes on from the last one"
                                  : "no checkpoints (`interval` is 0): a start begins anew");
  for (const dag::PlanEdge& edge : plan.edges)
    if (node_of(plan, edge.from).region == region.id && edge.when_full == dag::WhenFull::shed &&
        weaker.empty())
      weaker = "at most once, because " + node_of(plan, edge.from).task + " sheds rows for " +
               node_of(plan, edge.to).task;
  lines.push_back("end to end: " + (weaker.empty() ? "exactly once" : weaker));
  return lines;
}

}  // namespace weirflow::cli
