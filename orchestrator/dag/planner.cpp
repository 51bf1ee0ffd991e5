// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/planner.h"

#include <set>

#include "core/digest.h"
#include "dag/canonical.h"
#include "dag/group_source.h"
#include "dag/planner_parts.h"

namespace weirflow::dag {

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::work:
      return "work";
    case NodeKind::fit:
      return "fit";
    case NodeKind::apply:
      return "apply";
    case NodeKind::version:
      return "version";
  }
  return "unknown";
}

std::string_view to_string(EdgeKind kind) {
  return kind == EdgeKind::pipelined ? "pipelined" : "materialised";
}

std::optional<Plan> make_plan(const Expanded& expanded, const std::string& canonical,
                              const Sources& sources, const plugin::Registry& registry,
                              const PlannerOptions& options, Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors();
  Draft draft;
  draft.plan.dag = expanded.loaded->dag.name.value;
  make_nodes(expanded, registry, sources, draft, diagnostics);
  if (diagnostics.errors() == before) {
    select_nodes(options, draft, diagnostics);
    add_show(options, registry, draft, diagnostics);
    add_replay(options, registry, draft, diagnostics);
    if (diagnostics.errors() > before) return std::nullopt;
  }
  arrange(draft);
  if (options.bind) bind_nodes(expanded, sources, registry, options, draft, diagnostics);
  check_replay(options, draft, diagnostics);
  check_endless(draft, diagnostics);
  plan_checkpoints(expanded.loaded->dag.checkpoint, draft, diagnostics);
  if (diagnostics.errors() > before) return std::nullopt;
  Plan& plan = draft.plan;
  for (uint32_t g = 0; g < expanded.groups.size(); ++g)
    if (expanded.groups[g].mode)
      plan.groups.push_back(
          {expanded.groups[g].name, canonical_group_text(expanded, g),
           expanded.groups[g].mode == Mode::fit ? group_source(expanded, g, sources) : ""});
  std::set<std::string> components;
  for (const PlanNode& node : plan.nodes)
    if (!node.component.id.empty())
      components.insert(node.component.id + " " + node.component.version + "\n");
  std::string identity = canonical;
  for (const std::string& c : components) identity += c;
  plan.version = weirflow::sha256_hex(identity);
  return std::move(plan);
}

void check_tasks(const Loaded& loaded, const Sources& sources, const plugin::Registry& registry,
                 Diagnostics& diagnostics) {
  const auto check = [&](const std::vector<TaskSpec>& tasks) {
    for (const TaskSpec& spec : tasks) {
      if (spec.uses.value.empty()) continue;
      ExpandedTask task;
      task.name = spec.name;
      task.spec = &spec;
      task.with = spec.with;
      PlanNode ignored;
      if (const auto* component = require_component(task, registry, diagnostics))
        check_config(task, *component, sources, ignored, diagnostics);
    }
  };
  check(loaded.dag.tasks);
  for (const auto& [path, group] : loaded.groups) check(group.tasks);
}

}  // namespace weirflow::dag
