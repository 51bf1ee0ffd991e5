// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <set>

#include "dag/dag.h"
#include "dag/plan_links.h"
#include "dag/planner_parts.h"

namespace weirflow::dag {

namespace {

std::vector<Edge> all_edges(const Plan& plan) {
  std::vector<Edge> edges;
  for (const PlanEdge& e : plan.edges)
    edges.push_back({static_cast<NodeId>(e.from), static_cast<NodeId>(e.to)});
  for (const PlanNode& node : plan.nodes)
    for (const int dep : node.after)
      edges.push_back({static_cast<NodeId>(dep), static_cast<NodeId>(node.id)});
  return edges;
}

/// Renumbers the nodes so that each stands behind all that it depends on.
void sort_nodes(Draft& draft) {
  Plan& plan = draft.plan;
  std::vector<std::string> names;
  for (const PlanNode& node : plan.nodes) names.push_back(node.task);
  auto built = Dag::build(std::move(names), all_edges(plan));
  const Dag* dag = std::get_if<Dag>(&built);
  if (!dag) return;  // cycles of tasks were reported before; nodes of a fit make no new ones
  std::vector<int> now(plan.nodes.size());
  for (size_t i = 0; i < dag->order().size(); ++i) now[dag->order()[i]] = static_cast<int>(i);
  std::vector<PlanNode> nodes(plan.nodes.size());
  std::vector<NodeSource> sources(plan.nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    PlanNode& node = plan.nodes[i];
    node.id = now[i];
    for (std::vector<int>* ids : {&node.after, &node.trigger_on})
      for (int& id : *ids) id = now[static_cast<size_t>(id)];
    sources[static_cast<size_t>(now[i])] = draft.sources[i];
    nodes[static_cast<size_t>(now[i])] = std::move(node);
  }
  plan.nodes = std::move(nodes);
  draft.sources = std::move(sources);
  for (PlanEdge& e : plan.edges) {
    e.from = now[static_cast<size_t>(e.from)];
    e.to = now[static_cast<size_t>(e.to)];
  }
}

void set_phases(Plan& plan, const PlanLinks& links) {
  for (PlanNode& node : plan.nodes) {
    node.phase = 0;
    for (const int id : links.in[static_cast<size_t>(node.id)]) {
      const PlanNode& from =
          plan.nodes[static_cast<size_t>(plan.edges[static_cast<size_t>(id)].from)];
      // A fit reads its input as a spool, which must be complete.
      node.phase = std::max(node.phase, from.phase + (node.kind == NodeKind::fit ? 1 : 0));
    }
    for (const int dep : node.after)
      node.phase = std::max(node.phase, plan.nodes[static_cast<size_t>(dep)].phase + 1);
  }
}

/// Connected parts of the edges within a phase; answers the region of each node.
std::vector<int> connect_regions(const Plan& plan) {
  std::vector<int> root(plan.nodes.size());
  std::iota(root.begin(), root.end(), 0);
  const auto find = [&](int i) {
    while (root[static_cast<size_t>(i)] != i) {
      root[static_cast<size_t>(i)] = root[static_cast<size_t>(root[static_cast<size_t>(i)])];
      i = root[static_cast<size_t>(i)];
    }
    return i;
  };
  for (const PlanEdge& e : plan.edges) {
    if (plan.nodes[static_cast<size_t>(e.from)].phase !=
        plan.nodes[static_cast<size_t>(e.to)].phase)
      continue;
    const int a = find(e.from), b = find(e.to);
    root[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
  }
  for (size_t i = 0; i < root.size(); ++i) root[i] = find(static_cast<int>(i));
  return root;
}

/// A region on which nothing start-depends and whose outputs all go to later phases moves to the
/// earliest of these, so that its rows flow instead of lying in a file.
void move_regions_later(Plan& plan, const PlanLinks& links) {
  std::set<int> depended;
  for (const PlanNode& node : plan.nodes) depended.insert(node.after.begin(), node.after.end());
  for (bool moved = true; moved;) {
    moved = false;
    const std::vector<int> region = connect_regions(plan);
    std::map<int, std::vector<int>> members;
    for (size_t i = 0; i < region.size(); ++i) members[region[i]].push_back(static_cast<int>(i));
    std::set<int> joined;  // a region moved to them: they are looked at again, as one with it
    for (auto it = members.rbegin(); it != members.rend(); ++it) {
      int earliest = -1;
      bool free = !joined.count(it->first);
      for (const int id : it->second) {
        free = free && !depended.count(id) &&
               plan.nodes[static_cast<size_t>(id)].kind != NodeKind::fit &&
               plan.nodes[static_cast<size_t>(id)].kind != NodeKind::version;
        for (const int e : links.out[static_cast<size_t>(id)]) {
          const PlanNode& to =
              plan.nodes[static_cast<size_t>(plan.edges[static_cast<size_t>(e)].to)];
          if (to.kind == NodeKind::fit) free = false;  // it needs the spool anyway
          if (to.phase > plan.nodes[static_cast<size_t>(id)].phase)
            earliest = earliest < 0 ? to.phase : std::min(earliest, to.phase);
        }
      }
      // A node at the region's end that is read by nobody would be started later for no gain.
      for (const int id : it->second) free = free && !links.out[static_cast<size_t>(id)].empty();
      if (!free || earliest < 0) continue;
      for (const int id : it->second) {
        plan.nodes[static_cast<size_t>(id)].phase = earliest;
        for (const int e : links.out[static_cast<size_t>(id)])
          joined.insert(region[static_cast<size_t>(plan.edges[static_cast<size_t>(e)].to)]);
        for (const int e : links.in[static_cast<size_t>(id)])
          joined.insert(region[static_cast<size_t>(plan.edges[static_cast<size_t>(e)].from)]);
      }
      moved = true;
    }
  }
}

void set_edge_kinds(Plan& plan) {
  for (PlanEdge& e : plan.edges) {
    const PlanNode& from = plan.nodes[static_cast<size_t>(e.from)];
    const PlanNode& to = plan.nodes[static_cast<size_t>(e.to)];
    if (from.phase == to.phase) continue;
    e.kind = EdgeKind::materialised;
    if (to.kind == NodeKind::fit) {
      e.why = "an estimator reads its rows several times";
    } else if (!to.after.empty()) {
      e.why = to.task + " starts after " + plan.nodes[static_cast<size_t>(to.after.front())].task +
              " has ended";
    } else {
      e.why = to.task + " starts in a later phase";
    }
  }
}

void make_regions(Plan& plan) {
  const std::vector<int> root = connect_regions(plan);
  std::map<std::pair<int, int>, int> number;  // by phase, then first node
  for (size_t i = 0; i < root.size(); ++i) number[{plan.nodes[i].phase, root[i]}] = 0;
  int next = 0;
  for (auto& [key, id] : number) {
    id = next++;
    plan.regions.push_back({id, key.first, {}});
  }
  for (size_t i = 0; i < root.size(); ++i) {
    PlanNode& node = plan.nodes[i];
    node.region = number.at({node.phase, root[i]});
    plan.regions[static_cast<size_t>(node.region)].nodes.push_back(node.id);
  }
}

/// A union before a fit is read in list order, so that the rows of a fit have one order: the edges
/// that wait for their turn spill.
void order_unions(Plan& plan, const PlanLinks& links) {
  std::vector<bool> reaches_fit(plan.nodes.size(), false);
  for (auto node = plan.nodes.rbegin(); node != plan.nodes.rend(); ++node) {
    bool reaches = node->kind == NodeKind::fit;
    for (const int e : links.out[static_cast<size_t>(node->id)])
      reaches = reaches || reaches_fit[static_cast<size_t>(plan.edges[static_cast<size_t>(e)].to)];
    reaches_fit[static_cast<size_t>(node->id)] = reaches;
  }
  for (PlanNode& node : plan.nodes) {
    if (!reaches_fit[static_cast<size_t>(node.id)]) continue;
    const auto& in = links.in[static_cast<size_t>(node.id)];
    if (in.size() < 2) continue;
    node.ordered_union = true;
    for (const int id : in) {
      PlanEdge& e = plan.edges[static_cast<size_t>(id)];
      if (e.kind != EdgeKind::pipelined || e.position == 0) continue;
      e.when_full = WhenFull::spill;
      e.why = "a fit behind " + node.task + " needs the rows in list order";
    }
  }
}

/// The tasks of a chain call each other, so all of them are on one thread's stack.
constexpr size_t kLongestChain = 128;

bool is_chainable(const PlanNode& node) {
  const plugin::ComponentInfo& c = node.component;
  const bool kind = c.kind == plugin::Kind::transform || c.kind == plugin::Kind::estimator;
  return kind && node.kind != NodeKind::fit && node.kind != NodeKind::version &&
         !c.can(WF_ABILITY_STATEFUL) && !c.can(WF_ABILITY_BLOCKING) &&
         !c.can(WF_ABILITY_WATERMARKS) && c.cardinality != wf::Cardinality::regroup &&
         node.inputs.size() == 1;
}

void make_chains(Plan& plan, const PlanLinks& links) {
  for (PlanNode& node : plan.nodes) {
    const auto& in = links.in[static_cast<size_t>(node.id)];
    int chain = -1;
    if (in.size() == 1 && is_chainable(node)) {
      const PlanEdge& e = plan.edges[static_cast<size_t>(in[0])];
      const PlanNode& before = plan.nodes[static_cast<size_t>(e.from)];
      int leaving = 0;
      for (const int id : links.out[static_cast<size_t>(before.id)])
        leaving += plan.edges[static_cast<size_t>(id)].from_port != kErrorsPort;
      const bool same =
          before.component.can(WF_ABILITY_CONCURRENT) == node.component.can(WF_ABILITY_CONCURRENT);
      if (e.kind == EdgeKind::pipelined && e.from_port == 0 && leaving == 1 && same &&
          before.outputs.size() == 1 && is_chainable(before) &&
          links.in[static_cast<size_t>(before.id)].size() == 1 &&
          plan.chains[static_cast<size_t>(before.chain)].nodes.size() < kLongestChain)
        chain = before.chain;
    }
    if (chain < 0) {
      chain = static_cast<int>(plan.chains.size());
      plan.chains.push_back(
          {chain,
           node.region,
           {},
           is_chainable(node) && node.component.can(WF_ABILITY_CONCURRENT) && in.size() == 1,
           node.component.can(WF_ABILITY_BLOCKING)});
    }
    node.chain = chain;
    plan.chains[static_cast<size_t>(chain)].nodes.push_back(node.id);
  }
}

}  // namespace

void arrange(Draft& draft) {
  Plan& plan = draft.plan;
  sort_nodes(draft);
  const PlanLinks links(plan);
  set_phases(plan, links);
  move_regions_later(plan, links);
  set_edge_kinds(plan);
  make_regions(plan);
  order_unions(plan, links);
  make_chains(plan, links);
}

}  // namespace weirflow::dag
