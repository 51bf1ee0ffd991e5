// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/dag.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <boost/property_map/vector_property_map.hpp>
#include <map>
#include <optional>
#include <queue>
#include <sstream>

namespace weirflow::dag {

namespace {

using Boosted =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property,
                          boost::property<boost::edge_index_t, uint32_t>>;

/// Marks what can be reached from `starts` without entering `barrier`.
template <typename G>
std::vector<char> reach(const G& graph, const std::vector<NodeId>& starts,
                        std::optional<NodeId> barrier = {}) {
  std::vector<boost::default_color_type> colors(boost::num_vertices(graph), boost::white_color);
  const auto color_map =
      boost::make_iterator_property_map(colors.begin(), boost::get(boost::vertex_index, graph));
  // A black vertex is one that the search believes finished, so it never goes in.
  if (barrier) colors[*barrier] = boost::black_color;
  for (const NodeId start : starts) {
    if (colors[start] != boost::white_color) continue;
    boost::queue<NodeId> queue;
    boost::breadth_first_visit(graph, start, queue, boost::default_bfs_visitor(), color_map);
  }
  if (barrier) colors[*barrier] = boost::white_color;
  std::vector<char> reached(colors.size());
  std::transform(colors.begin(), colors.end(), reached.begin(),
                 [](auto color) { return color == boost::white_color ? 0 : 1; });
  return reached;
}

std::vector<NodeId> marked(const std::vector<char>& marks) {
  std::vector<NodeId> nodes;
  for (NodeId i = 0; i < marks.size(); ++i)
    if (marks[i]) nodes.push_back(i);
  return nodes;
}

/// The shortest walk from `start` back to itself inside its component.
Cycle shortest_cycle(const Boosted& graph, const std::vector<int>& component, NodeId start) {
  const auto index = boost::get(boost::edge_index, graph);
  std::map<NodeId, std::pair<NodeId, uint32_t>> came_from;
  std::queue<NodeId> queue;
  queue.push(start);
  while (!queue.empty()) {
    const NodeId node = queue.front();
    queue.pop();
    for (auto [it, end] = boost::out_edges(node, graph); it != end; ++it) {
      const auto to = static_cast<NodeId>(boost::target(*it, graph));
      if (component[to] != component[start] || to == node) continue;
      if (to == start) {
        Cycle cycle{{node}, {index[*it]}};
        for (NodeId at = node; at != start; at = came_from[at].first) {
          cycle.nodes.push_back(came_from[at].first);
          cycle.edges.push_back(came_from[at].second);
        }
        std::reverse(cycle.nodes.begin(), cycle.nodes.end());
        std::reverse(cycle.edges.begin(), cycle.edges.end());
        return cycle;
      }
      if (came_from.emplace(to, std::pair{node, index[*it]}).second) queue.push(to);
    }
  }
  return {};
}

CycleError find_cycles(const Boosted& graph, const std::vector<Edge>& edges) {
  CycleError error;
  // A self-loop does not show in the size of its component.
  for (uint32_t i = 0; i < edges.size(); ++i)
    if (edges[i].from == edges[i].to) error.cycles.push_back({{edges[i].from}, {i}});
  std::vector<int> component(boost::num_vertices(graph));
  const auto index = boost::get(boost::vertex_index, graph);
  const int count =
      boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), index));
  std::vector<uint32_t> sizes(static_cast<size_t>(count));
  for (const int c : component) ++sizes[static_cast<size_t>(c)];
  for (NodeId node = 0; node < component.size(); ++node) {
    auto& size = sizes[static_cast<size_t>(component[node])];
    if (size > 1) error.cycles.push_back(shortest_cycle(graph, component, node));
    size = 0;
  }
  std::stable_sort(error.cycles.begin(), error.cycles.end(),
                   [](const Cycle& a, const Cycle& b) { return a.nodes[0] < b.nodes[0]; });
  return error;
}

/// Kahn's algorithm with a heap; fewer nodes than the graph has when there is a cycle.
std::vector<NodeId> lowest_first_order(const Boosted& graph) {
  const auto n = static_cast<NodeId>(boost::num_vertices(graph));
  std::vector<uint32_t> waiting(n);
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> ready;
  for (NodeId node = 0; node < n; ++node) {
    waiting[node] = static_cast<uint32_t>(boost::in_degree(node, graph));
    if (waiting[node] == 0) ready.push(node);
  }
  std::vector<NodeId> order;
  order.reserve(n);
  while (!ready.empty()) {
    const NodeId node = ready.top();
    ready.pop();
    order.push_back(node);
    for (auto [it, end] = boost::adjacent_vertices(node, graph); it != end; ++it)
      if (--waiting[*it] == 0) ready.push(static_cast<NodeId>(*it));
  }
  return order;
}

}  // namespace

struct Dag::Graph {
  std::vector<std::string> names;
  std::vector<Edge> edges;
  Boosted boosted;
  std::vector<NodeId> order;
  std::vector<uint32_t> levels;
};

Dag::Dag(std::unique_ptr<Graph> graph) : graph_(std::move(graph)) {}
Dag::Dag(Dag&&) noexcept = default;
Dag& Dag::operator=(Dag&&) noexcept = default;
Dag::~Dag() = default;

std::variant<Dag, CycleError> Dag::build(std::vector<std::string> names, std::vector<Edge> edges) {
  auto graph = std::make_unique<Graph>();
  graph->boosted = Boosted(names.size());
  for (uint32_t i = 0; i < edges.size(); ++i)
    boost::add_edge(edges[i].from, edges[i].to, i, graph->boosted);
  graph->names = std::move(names);
  graph->edges = std::move(edges);
  graph->order = lowest_first_order(graph->boosted);
  if (graph->order.size() != graph->names.size()) return find_cycles(graph->boosted, graph->edges);
  graph->levels.assign(graph->names.size(), 0);
  for (const NodeId node : graph->order)
    for (auto [it, end] = boost::adjacent_vertices(node, graph->boosted); it != end; ++it)
      graph->levels[*it] = std::max(graph->levels[*it], graph->levels[node] + 1);
  return Dag(std::move(graph));
}

size_t Dag::size() const { return graph_->names.size(); }
const std::string& Dag::name(NodeId node) const { return graph_->names[node]; }
const std::vector<Edge>& Dag::edges() const { return graph_->edges; }
const std::vector<NodeId>& Dag::order() const { return graph_->order; }
const std::vector<uint32_t>& Dag::levels() const { return graph_->levels; }

std::vector<NodeId> Dag::upstream_of(const std::vector<NodeId>& nodes) const {
  return marked(reach(boost::make_reverse_graph(graph_->boosted), nodes));
}

std::vector<NodeId> Dag::downstream_of(const std::vector<NodeId>& nodes) const {
  return marked(reach(graph_->boosted, nodes));
}

std::vector<NodeId> Dag::only_via(NodeId node) const {
  std::vector<NodeId> roots;
  for (NodeId i = 0; i < size(); ++i)
    if (boost::in_degree(i, graph_->boosted) == 0) roots.push_back(i);
  std::vector<char> below = reach(graph_->boosted, {node});
  const std::vector<char> around = reach(graph_->boosted, roots, node);
  below[node] = 0;
  for (NodeId i = 0; i < size(); ++i)
    if (around[i]) below[i] = 0;
  return marked(below);
}

std::vector<uint32_t> Dag::redundant_edges() const {
  std::vector<uint32_t> position(size());
  for (uint32_t i = 0; i < size(); ++i) position[graph_->order[i]] = i;
  const auto index = boost::get(boost::edge_index, graph_->boosted);
  std::vector<uint32_t> seen(size(), 0), redundant;
  std::vector<NodeId> stack;
  uint32_t round = 0;
  for (NodeId node = 0; node < size(); ++node) {
    if (boost::out_degree(node, graph_->boosted) < 2) continue;
    ++round;
    uint32_t furthest = 0;
    for (auto [it, end] = boost::adjacent_vertices(node, graph_->boosted); it != end; ++it) {
      furthest = std::max(furthest, position[*it]);
      stack.push_back(static_cast<NodeId>(*it));
    }
    // What lies behind a successor, by at least one edge; nothing behind the furthest matters.
    while (!stack.empty()) {
      const NodeId at = stack.back();
      stack.pop_back();
      for (auto [it, end] = boost::adjacent_vertices(at, graph_->boosted); it != end; ++it) {
        if (seen[*it] == round || position[*it] > furthest) continue;
        seen[*it] = round;
        stack.push_back(static_cast<NodeId>(*it));
      }
    }
    for (auto [it, end] = boost::out_edges(node, graph_->boosted); it != end; ++it)
      if (seen[boost::target(*it, graph_->boosted)] == round) redundant.push_back(index[*it]);
  }
  std::sort(redundant.begin(), redundant.end());
  return redundant;
}

std::string Dag::to_dot(const std::function<std::string(NodeId)>& node_label,
                        const std::function<std::string(uint32_t)>& edge_label) const {
  const auto index = boost::get(boost::edge_index, graph_->boosted);
  std::ostringstream out;
  boost::write_graphviz(
      out, graph_->boosted,
      [&](std::ostream& o, auto node) {
        const auto id = static_cast<NodeId>(node);
        o << "[label=" << boost::escape_dot_string(node_label ? node_label(id) : name(id)) << "]";
      },
      [&](std::ostream& o, const auto& edge) {
        if (edge_label) o << "[label=" << boost::escape_dot_string(edge_label(index[edge])) << "]";
      },
      [](std::ostream& o) { o << "rankdir=LR;\nnode [shape=box];\n"; });
  return out.str();
}

}  // namespace weirflow::dag
