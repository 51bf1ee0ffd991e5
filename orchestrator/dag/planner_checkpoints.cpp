// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What a plan says of checkpoints: their settings, and which tasks see the same rows again.

#include <set>

#include "dag/plan_links.h"
#include "dag/planner_parts.h"

namespace weirflow::dag {

namespace {

/// A task gives the same rows again when it and all before it do; a model that follows an alias may
/// be another one by then.
void mark_deterministic(Plan& plan) {
  const PlanLinks links(plan);
  std::vector<bool> gives_same(plan.nodes.size(), true);
  for (PlanNode& node : plan.nodes) {  // in topological order
    const auto n = static_cast<size_t>(node.id);
    for (const int id : links.in[n]) {
      const PlanEdge& edge = plan.edges[static_cast<size_t>(id)];
      if (!gives_same[static_cast<size_t>(edge.from)] || edge.when_full == WhenFull::shed)
        node.deterministic = false;
    }
    const bool itself = node.component.id.empty() || node.component.can(WF_ABILITY_DETERMINISTIC);
    gives_same[n] = node.deterministic && itself && !node.model;
  }
}

/// What a stream refuses does not end it, unless the DAG says so.
void default_on_error(Draft& draft) {
  Plan& plan = draft.plan;
  const PlanLinks links(plan);
  std::vector<bool> endless(plan.nodes.size(), false);
  for (PlanNode& node : plan.nodes) {  // in topological order
    const auto n = static_cast<size_t>(node.id);
    endless[n] = endless[n] || node.endless;
    if (!endless[n]) continue;
    for (const int id : links.out[n])
      endless[static_cast<size_t>(plan.edges[static_cast<size_t>(id)].to)] = true;
    const ExpandedTask* task = draft.sources[n].task;
    if (task && !task->policy.on_error) node.on_error = OnError::dead_letter;
  }
}

void mark_regions(Plan& plan) {
  for (PlanRegion& region : plan.regions)
    for (const int id : region.nodes) {
      const PlanNode& node = plan.nodes[static_cast<size_t>(id)];
      region.endless = region.endless || node.endless;
      if (plan.checkpoints.interval_us > 0 &&
          (node.endless || node.commit_mode == wf::CommitMode::decides))
        region.checkpointed = true;
    }
}

/// One line of checkpoints has one place for them and one record on the other side.
void check_regions(const Draft& draft, Diagnostics& diagnostics) {
  if (diagnostics.errors() > 0) return;  // rows that never end are stored: said already
  const Plan& plan = draft.plan;
  const PlanRegion* first = nullptr;
  for (const PlanRegion& region : plan.regions) {
    if (!region.checkpointed) continue;
    const PlanNode& node = plan.nodes[static_cast<size_t>(region.nodes.front())];
    const ExpandedTask* task = draft.sources[static_cast<size_t>(node.id)].task;
    const SourceRange place = task ? task->spec->range : SourceRange();
    if (first)
      diagnostics
          .error("two-streams", place,
                 "`" + node.task + "` and `" +
                     plan.nodes[static_cast<size_t>(first->nodes.front())].task +
                     "` belong to streams that do not meet")
          .hint = "checkpoints are of one stream: give each a DAG of its own";
    if (!first) first = &region;
    for (const PlanEdge& edge : plan.edges) {
      if (edge.kind != EdgeKind::materialised) continue;
      const int from = plan.nodes[static_cast<size_t>(edge.from)].region;
      const int to = plan.nodes[static_cast<size_t>(edge.to)].region;
      if (from != region.id && to != region.id) continue;
      diagnostics
          .error("stored-in-stream", place,
                 "the rows of `" + plan.nodes[static_cast<size_t>(edge.from)].task + "` for `" +
                     plan.nodes[static_cast<size_t>(edge.to)].task + "` are stored on the way (" +
                     edge.why + "), which no checkpoint holds")
          .hint = "make it a run of its own, or turn checkpoints off with `interval = \"0s\"`";
      break;
    }
  }
}

/// Sinks of one key share a committer; more than one that decides cannot agree.
void check_deciders(const Plan& plan, const CheckpointSpec& spec, const Draft& draft,
                    Diagnostics& diagnostics) {
  for (const PlanNode& node : plan.nodes) {
    if (node.commit_mode != wf::CommitMode::decides || plan.checkpoints.interval_us > 0) continue;
    const ExpandedTask* task = draft.sources[static_cast<size_t>(node.id)].task;
    const SourceRange place = spec.interval ? spec.interval->range
                              : task        ? task->spec->range
                                            : SourceRange();
    diagnostics
        .error("no-checkpoints", place,
               "`" + node.task +
                   "` commits with checkpoints, but `interval` says that none are "
                   "taken")
        .hint = "give `[checkpoint]` an interval, or the sink another `delivery`";
  }
}

}  // namespace

void plan_checkpoints(const CheckpointSpec& spec, Draft& draft, Diagnostics& diagnostics) {
  Plan& plan = draft.plan;
  if (spec.interval) plan.checkpoints.interval_us = spec.interval->value;
  if (spec.timeout) plan.checkpoints.timeout_us = spec.timeout->value;
  if (spec.keep) plan.checkpoints.keep = static_cast<int>(spec.keep->value);
  if (spec.keep && spec.keep->value < 2)
    diagnostics
        .error("bad-value", spec.keep->range,
               "`keep` cannot be " + std::to_string(spec.keep->value) +
                   ": the checkpoint before the last one is what a damaged one falls back on")
        .hint = "2 or more";
  mark_deterministic(plan);
  default_on_error(draft);
  mark_regions(plan);
  check_regions(draft, diagnostics);
  check_deciders(plan, spec, draft, diagnostics);
}

}  // namespace weirflow::dag
