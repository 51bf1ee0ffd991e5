// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The steps of make_plan(); internal to the planner.

#include <map>
#include <string>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/expand.h"
#include "dag/plan.h"
#include "dag/planner.h"

namespace weirflow::dag {

/// Id of the component that ends a group's own columns at its outputs; compiled into the host.
inline constexpr std::string_view kBoundaryComponent = "group.output";

/// What the planner knows of a node beside the Plan.
struct NodeSource {
  const ExpandedTask* task = nullptr;  ///< null for version and boundary nodes
  uint32_t group = kNone;              ///< of version and boundary nodes
  uint32_t output = 0;                 ///< of boundary nodes
  bool broken = false;                 ///< wrong, and reported: nothing is said about its columns
};

struct Draft {
  Plan plan;
  std::vector<NodeSource> sources;  ///< parallel to plan.nodes
};

/// The component that a task uses; nullptr after a report.
const plugin::ComponentInfo* require_component(const ExpandedTask& task,
                                               const plugin::Registry& registry,
                                               Diagnostics& diagnostics);

/// Checks `with` against the component's keys and types, resolves paths, durations and sizes, and
/// fills in defaults; templates become deferred.
void check_config(const ExpandedTask& task, const plugin::ComponentInfo& component,
                  const Sources& sources, PlanNode& node, Diagnostics& diagnostics);

/// The parts of a template, or one part of text.
std::vector<TemplatePart> template_parts(const Value& value);

/// The expression of a `when`, "" when it is unset: results of tasks are its columns, by the names
/// `tasks.NAME.result.KEY` and `tasks.NAME.version`. Reports what is wrong whatever the results
/// are.
std::string check_when(const Value& when, const Sources& sources, Diagnostics& diagnostics);

/// Where a configuration key (dotted path) of a task is written; its `uses` when it is not.
SourceRange place_of(const ExpandedTask& task, const std::string& key);

/// Nodes, edges and start dependencies. After an error some are missing, and the nodes that they
/// would have belonged to are broken.
void make_nodes(const Expanded& expanded, const plugin::Registry& registry, const Sources& sources,
                Draft& draft, Diagnostics& diagnostics);

/// Drops the nodes that the selected tasks do not need; reports names that are no task.
void select_nodes(const PlannerOptions& options, Draft& draft, Diagnostics& diagnostics);

/// Puts `show.rows` behind the output that options.show names.
void add_show(const PlannerOptions& options, const plugin::Registry& registry, Draft& draft,
              Diagnostics& diagnostics);

/// Cuts the plan down to what options.replay needs, and puts the letters' rows in front.
void add_replay(const PlannerOptions& options, const plugin::Registry& registry, Draft& draft,
                Diagnostics& diagnostics);
/// What of that is known only when all is bound.
void check_replay(const PlannerOptions& options, const Draft& draft, Diagnostics& diagnostics);

/// Drops the nodes marked, with their edges and dependencies.
void drop_nodes(Draft& draft, const std::vector<bool>& drop);

/// Sorts the nodes topologically, computes phases and kinds of edges, regions and chains.
void arrange(Draft& draft);

/// Refuses fits, stored edges and waiting behind sources that are not bounded, once they are bound.
void check_endless(Draft& draft, Diagnostics& diagnostics);

/// Settings of checkpoints, which tasks see the same rows again, and what sinks need of both.
void plan_checkpoints(const CheckpointSpec& spec, Draft& draft, Diagnostics& diagnostics);

/// Binds every node in order and checks columns along the edges.
void bind_nodes(const Expanded& expanded, const Sources& sources, const plugin::Registry& registry,
                const PlannerOptions& options, Draft& draft, Diagnostics& diagnostics);

}  // namespace weirflow::dag
