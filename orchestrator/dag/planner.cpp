// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/planner.h"

#include <set>

#include "core/digest.h"
#include "dag/canonical.h"
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
  if (!make_nodes(expanded, registry, sources, draft, diagnostics)) return std::nullopt;
  select_nodes(options, draft, diagnostics);
  add_show(options, registry, draft, diagnostics);
  if (diagnostics.errors() > before) return std::nullopt;
  arrange(draft);
  if (options.bind) bind_nodes(expanded, sources, registry, options, draft, diagnostics);
  if (diagnostics.errors() > before) return std::nullopt;
  Plan& plan = draft.plan;
  for (uint32_t g = 0; g < expanded.groups.size(); ++g)
    if (expanded.groups[g].mode)
      plan.group_texts.emplace_back(expanded.groups[g].name, canonical_group_text(expanded, g));
  std::set<std::string> components;
  for (const PlanNode& node : plan.nodes)
    if (!node.component.id.empty())
      components.insert(node.component.id + " " + node.component.version + "\n");
  std::string identity = canonical;
  for (const std::string& c : components) identity += c;
  plan.version = weirflow::sha256_hex(identity);
  return std::move(plan);
}

}  // namespace weirflow::dag
