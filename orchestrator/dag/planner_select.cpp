// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/text.h"
#include "dag/plan_links.h"
#include "dag/planner_parts.h"

namespace weirflow::dag {

void drop_nodes(Draft& draft, const std::vector<bool>& drop) {
  if (std::find(drop.begin(), drop.end(), true) == drop.end()) return;
  Plan& plan = draft.plan;
  std::vector<int> now(plan.nodes.size(), -1);
  int next = 0;
  for (size_t i = 0; i < now.size(); ++i)
    if (!drop[i]) now[i] = next++;
  const auto renumber = [&](std::vector<int>& ids) {
    for (int& id : ids) id = now[static_cast<size_t>(id)];
    std::erase(ids, -1);
  };
  std::vector<PlanNode> nodes;
  std::vector<NodeSource> sources;
  for (size_t i = 0; i < now.size(); ++i) {
    if (drop[i]) continue;
    PlanNode& node = nodes.emplace_back(std::move(plan.nodes[i]));
    node.id = now[i];
    renumber(node.after);
    renumber(node.trigger_on);
    sources.push_back(draft.sources[i]);
  }
  std::vector<PlanEdge> edges;
  for (PlanEdge& e : plan.edges) {
    if (drop[static_cast<size_t>(e.from)] || drop[static_cast<size_t>(e.to)]) continue;
    e.from = now[static_cast<size_t>(e.from)];
    e.to = now[static_cast<size_t>(e.to)];
    e.id = static_cast<int>(edges.size());
    edges.push_back(std::move(e));
  }
  plan.nodes = std::move(nodes);
  plan.edges = std::move(edges);
  draft.sources = std::move(sources);
}

namespace {

std::vector<std::string> task_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const PlanNode& node : plan.nodes) {
    names.push_back(node.task);
    if (!node.group.empty()) names.push_back(node.group);
  }
  return names;
}

void unknown_task(const std::string& name, const Plan& plan, Diagnostics& diagnostics) {
  auto& d = diagnostics.error("unknown-task", {}, "no task is called `" + name + "`");
  if (const auto near = nearest_name(name, task_names(plan)))
    d.hint = "did you mean `" + *near + "`?";
}

/// "task.port" where there is the task, else as unknown_task().
void unknown_output(const std::string& name, const Plan& plan, Diagnostics& diagnostics) {
  const size_t dot = std::min(name.rfind('.'), name.size());
  for (const PlanNode& node : plan.nodes) {
    if (dot == name.size() || node.task != name.substr(0, dot)) continue;
    const std::string port = name.substr(dot + 1);
    auto& d =
        diagnostics.error("unknown-port", {}, "`" + node.task + "` has no output `" + port + "`");
    if (const auto near = nearest_name(port, node.outputs))
      d.hint = "did you mean `" + *near + "`?";
    else if (!node.outputs.empty())
      d.hint = "its outputs: " + join_choices(node.outputs, "`", " and ");
    return;
  }
  for (const PlanNode& node : plan.nodes)
    if (node.task == name && node.kind != NodeKind::version) {
      diagnostics.error("no-output", {}, "`" + name + "` (" + node.component.id + ") has no rows");
      return;
    }
  unknown_task(name, plan, diagnostics);
}

/// Marks everything that a marked node needs.
void mark_needed(const Plan& plan, std::vector<bool>& needed) {
  const PlanLinks links(plan);
  std::vector<int> open;
  for (const PlanNode& node : plan.nodes)
    if (needed[static_cast<size_t>(node.id)]) open.push_back(node.id);
  const auto need = [&](int id) {
    if (needed[static_cast<size_t>(id)]) return;
    needed[static_cast<size_t>(id)] = true;
    open.push_back(id);
  };
  while (!open.empty()) {
    const auto id = static_cast<size_t>(open.back());
    open.pop_back();
    for (const int edge : links.in[id]) need(plan.edges[static_cast<size_t>(edge)].from);
    for (const int dep : plan.nodes[id].after) need(dep);
  }
}

void keep_only(Draft& draft, std::vector<bool> needed) {
  mark_needed(draft.plan, needed);
  needed.flip();
  drop_nodes(draft, needed);
}

}  // namespace

void select_nodes(const PlannerOptions& options, Draft& draft, Diagnostics& diagnostics) {
  if (options.select.empty()) return;
  std::vector<bool> needed(draft.plan.nodes.size(), false);
  for (const std::string& name : options.select) {
    bool found = false;
    for (const PlanNode& node : draft.plan.nodes)
      if (node.task == name || node.group == name)
        found = needed[static_cast<size_t>(node.id)] = true;
    if (!found) unknown_task(name, draft.plan, diagnostics);
  }
  if (diagnostics.errors() == 0) keep_only(draft, std::move(needed));
}

void add_show(const PlannerOptions& options, const plugin::Registry& registry, Draft& draft,
              Diagnostics& diagnostics) {
  if (options.show.empty()) return;
  Plan& plan = draft.plan;
  int from = -1, port = 0;
  const auto find = [&](const std::string& task, const std::string& output) {
    for (const PlanNode& node : plan.nodes) {
      if (node.task != task || (node.kind != NodeKind::work && node.kind != NodeKind::apply))
        continue;
      for (size_t i = 0; i < node.outputs.size(); ++i)
        if (output.empty() ? (i == 0 || node.outputs[i] == "out") : node.outputs[i] == output) {
          from = node.id;
          port = static_cast<int>(i);
        }
      if (output == "errors") from = node.id, port = kErrorsPort;
      // A sink has no output of its own: what it takes is what there is to see.
      if (node.outputs.empty() && output.empty())
        for (const PlanEdge& e : plan.edges)
          if (e.to == node.id) from = e.from, port = e.from_port;
    }
  };
  find(options.show, "");
  if (const size_t dot = options.show.rfind('.'); from < 0 && dot != std::string::npos)
    find(options.show.substr(0, dot), options.show.substr(dot + 1));
  if (from < 0)  // a group: what leaves it
    for (const PlanNode& node : plan.nodes)
      if (node.group == options.show && !node.outputs.empty()) from = node.id, port = 0;
  const plugin::ComponentInfo* component = registry.find("show.rows");
  if (from < 0 || !component) {
    unknown_output(options.show, plan, diagnostics);
    return;
  }
  std::vector<bool> needed(plan.nodes.size(), false);
  needed[static_cast<size_t>(from)] = true;
  PlanNode& node = plan.nodes.emplace_back();
  node.id = static_cast<int>(plan.nodes.size()) - 1;
  node.task = "show";
  node.component = *component;
  node.inputs = {"in"};
  node.input_optional = {false};
  node.config = {{"path", wf::Value(options.show_path)}, {"rows", wf::Value(options.show_rows)}};
  draft.sources.push_back({});
  PlanEdge& edge = plan.edges.emplace_back();
  edge.id = static_cast<int>(plan.edges.size()) - 1;
  edge.from = from;
  edge.from_port = port;
  edge.to = node.id;
  needed.push_back(true);
  keep_only(draft, std::move(needed));
}

}  // namespace weirflow::dag
