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
};

struct Draft {
  Plan plan;
  std::vector<NodeSource> sources;  ///< parallel to plan.nodes
};

/// Checks `with` against the component's keys and types, resolves paths, durations and sizes, and
/// fills in defaults; templates become deferred.
void check_config(const ExpandedTask& task, const plugin::ComponentInfo& component,
                  const Sources& sources, PlanNode& node, Diagnostics& diagnostics);

/// The parts of a template, or one part of text.
std::vector<TemplatePart> template_parts(const Value& value);

/// Where a configuration key (dotted path) of a task is written; its `uses` when it is not.
SourceRange place_of(const ExpandedTask& task, const std::string& key);

/// Nodes, edges and start dependencies; false after an error that leaves them incomplete.
bool make_nodes(const Expanded& expanded, const plugin::Registry& registry, const Sources& sources,
                Draft& draft, Diagnostics& diagnostics);

/// Drops the nodes that the selected tasks do not need; reports names that are no task.
void select_nodes(const PlannerOptions& options, Draft& draft, Diagnostics& diagnostics);

/// Puts `show.rows` behind the output that options.show names.
void add_show(const PlannerOptions& options, const plugin::Registry& registry, Draft& draft,
              Diagnostics& diagnostics);

/// Drops the nodes marked, with their edges and dependencies.
void drop_nodes(Draft& draft, const std::vector<bool>& drop);

/// Sorts the nodes topologically, computes phases and kinds of edges, regions and chains.
void arrange(Draft& draft);

/// Binds every node in order and checks columns along the edges.
void bind_nodes(const Expanded& expanded, const Sources& sources, const plugin::Registry& registry,
                const PlannerOptions& options, Draft& draft, Diagnostics& diagnostics);

}  // namespace weirflow::dag
