// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/dag.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace weirflow::dag {
namespace {

std::vector<std::string> numbered(size_t n) {
  std::vector<std::string> names;
  for (size_t i = 0; i < n; ++i) names.push_back("t" + std::to_string(i));
  return names;
}

Dag built(size_t n, const std::vector<Edge>& edges) {
  return std::get<Dag>(Dag::build(numbered(n), edges));
}

using Matrix = std::vector<std::vector<char>>;

/// paths[a][b]: b can be reached from a by at least one edge (Warshall).
Matrix reachable(size_t n, const std::vector<Edge>& edges) {
  Matrix paths(n, std::vector<char>(n, 0));
  for (const Edge& edge : edges) paths[edge.from][edge.to] = 1;
  for (size_t k = 0; k < n; ++k)
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j < n; ++j) paths[i][j] |= paths[i][k] && paths[k][j];
  return paths;
}

bool is_cyclic(const Matrix& paths) {
  for (size_t i = 0; i < paths.size(); ++i)
    if (paths[i][i]) return true;
  return false;
}

rc::Gen<std::vector<Edge>> edges_among(size_t n) {
  const auto node = rc::gen::inRange<uint32_t>(0, static_cast<uint32_t>(n));
  return rc::gen::container<std::vector<Edge>>(rc::gen::apply(
      [](uint32_t a, uint32_t b) {
        return Edge{a, b};
      },
      node, node));
}

/// Edges that go up in a random numbering: never a cycle.
std::vector<Edge> acyclic(std::vector<Edge> edges, const std::vector<uint32_t>& rank) {
  std::vector<Edge> out;
  for (Edge edge : edges) {
    if (rank[edge.from] > rank[edge.to]) std::swap(edge.from, edge.to);
    if (edge.from != edge.to) out.push_back(edge);
  }
  return out;
}

struct Sample {
  size_t n;
  std::vector<Edge> edges;
  Matrix paths;
};

Sample acyclic_sample() {
  const size_t n = *rc::gen::inRange<size_t>(1, 12);
  std::vector<uint32_t> rank(n);
  for (uint32_t i = 0; i < n; ++i) rank[i] = i;
  const auto swaps = *rc::gen::container<std::vector<uint32_t>>(
      n, rc::gen::inRange<uint32_t>(0, static_cast<uint32_t>(n)));
  for (size_t i = 0; i < n; ++i) std::swap(rank[i], rank[swaps[i]]);
  const auto edges = acyclic(*edges_among(n), rank);
  return {n, edges, reachable(n, edges)};
}

TEST(Dag, Empty) {
  const Dag dag = built(0, {});
  EXPECT_TRUE(dag.order().empty());
  EXPECT_TRUE(dag.redundant_edges().empty());
  EXPECT_NE(dag.to_dot().find("digraph"), std::string::npos);
}

TEST(Dag, SingleNode) {
  const Dag dag = built(1, {});
  EXPECT_EQ(dag.order(), std::vector<NodeId>{0});
  EXPECT_EQ(dag.levels(), std::vector<uint32_t>{0});
  EXPECT_EQ(dag.upstream_of({0}), std::vector<NodeId>{0});
  EXPECT_TRUE(dag.only_via(0).empty());
}

TEST(Dag, TwoComponentsKeepFileOrder) {
  const Dag dag = built(4, {{3, 1}, {2, 0}});
  EXPECT_EQ(dag.order(), (std::vector<NodeId>{2, 0, 3, 1}));
  EXPECT_EQ(dag.levels(), (std::vector<uint32_t>{1, 1, 0, 0}));
  EXPECT_EQ(dag.downstream_of({3}), (std::vector<NodeId>{1, 3}));
}

TEST(Dag, ParallelEdgesAreLegalAndNotRedundant) {
  const Dag dag = built(2, {{0, 1}, {0, 1}});
  EXPECT_EQ(dag.order(), (std::vector<NodeId>{0, 1}));
  EXPECT_TRUE(dag.redundant_edges().empty());
}

TEST(Dag, ShortcutIsRedundant) {
  const Dag dag = built(3, {{0, 2}, {0, 1}, {1, 2}, {0, 2}});
  EXPECT_EQ(dag.redundant_edges(), (std::vector<uint32_t>{0, 3}));
}

TEST(Dag, SelfLoopAndEveryOtherCycleAreReported) {
  const auto result =
      Dag::build(numbered(6), {{0, 1}, {1, 0}, {2, 2}, {3, 4}, {4, 5}, {5, 3}, {1, 2}});
  const auto& cycles = std::get<CycleError>(result).cycles;
  ASSERT_EQ(cycles.size(), 3u);
  EXPECT_EQ(cycles[0].nodes, (std::vector<NodeId>{0, 1}));
  EXPECT_EQ(cycles[0].edges, (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(cycles[1].nodes, std::vector<NodeId>{2});
  EXPECT_EQ(cycles[2].nodes, (std::vector<NodeId>{3, 4, 5}));
}

TEST(Dag, OnlyViaSeesTheWayAround) {
  // 0 -> 1 -> 2 -> 4, 3 -> 4: without 1, node 4 still runs as far as 3 goes.
  const Dag dag = built(5, {{0, 1}, {1, 2}, {2, 4}, {3, 4}});
  EXPECT_EQ(dag.only_via(1), std::vector<NodeId>{2});
}

TEST(Dag, DotEscapesNames) {
  const auto dag = std::get<Dag>(Dag::build({"a \"b\"", "c"}, {{0, 1}}));
  const std::string dot = dag.to_dot({}, [](uint32_t edge) { return "e" + std::to_string(edge); });
  EXPECT_NE(dot.find("a \\\"b\\\""), std::string::npos) << dot;
  EXPECT_NE(dot.find("e0"), std::string::npos) << dot;
}

RC_GTEST_PROP(DagProperty, CyclesAreFoundExactlyWhenThereAreSome, ()) {
  const size_t n = *rc::gen::inRange<size_t>(1, 10);
  const auto edges = *edges_among(n);
  const auto result = Dag::build(numbered(n), edges);
  const bool cyclic = is_cyclic(reachable(n, edges));
  RC_ASSERT(std::holds_alternative<CycleError>(result) == cyclic);
  if (!cyclic) return;
  for (const Cycle& cycle : std::get<CycleError>(result).cycles) {
    RC_ASSERT(!cycle.nodes.empty());
    RC_ASSERT(cycle.nodes.size() == cycle.edges.size());
    RC_ASSERT(std::set<NodeId>(cycle.nodes.begin(), cycle.nodes.end()).size() ==
              cycle.nodes.size());
    for (size_t i = 0; i < cycle.edges.size(); ++i) {
      const Edge expected{cycle.nodes[i], cycle.nodes[(i + 1) % cycle.nodes.size()]};
      RC_ASSERT(edges[cycle.edges[i]] == expected);
    }
  }
}

RC_GTEST_PROP(DagProperty, OrderIsTheLowestPossible, ()) {
  const Sample sample = acyclic_sample();
  std::vector<NodeId> naive;
  std::vector<char> done(sample.n, 0);
  while (naive.size() < sample.n) {
    for (NodeId node = 0; node < sample.n; ++node) {
      const bool ready = std::none_of(sample.edges.begin(), sample.edges.end(),
                                      [&](const Edge& e) { return e.to == node && !done[e.from]; });
      if (done[node] || !ready) continue;
      naive.push_back(node);
      done[node] = 1;
      break;
    }
  }
  RC_ASSERT(built(sample.n, sample.edges).order() == naive);
}

RC_GTEST_PROP(DagProperty, LevelsAreLongestPaths, ()) {
  const Sample sample = acyclic_sample();
  std::vector<uint32_t> naive(sample.n, 0);
  for (size_t round = 0; round < sample.n; ++round)
    for (const Edge& edge : sample.edges)
      naive[edge.to] = std::max(naive[edge.to], naive[edge.from] + 1);
  RC_ASSERT(built(sample.n, sample.edges).levels() == naive);
}

RC_GTEST_PROP(DagProperty, ReachabilityMatchesWarshall, ()) {
  const Sample sample = acyclic_sample();
  const Dag dag = built(sample.n, sample.edges);
  const auto drawn = *rc::gen::container<std::vector<NodeId>>(
      rc::gen::inRange<NodeId>(0, static_cast<NodeId>(sample.n)));
  const std::set<NodeId> start(drawn.begin(), drawn.end());
  std::vector<NodeId> down, up;
  for (NodeId node = 0; node < sample.n; ++node) {
    const auto below = [&](NodeId s) { return s == node || sample.paths[s][node]; };
    const auto above = [&](NodeId s) { return s == node || sample.paths[node][s]; };
    if (std::any_of(start.begin(), start.end(), below)) down.push_back(node);
    if (std::any_of(start.begin(), start.end(), above)) up.push_back(node);
  }
  RC_ASSERT(dag.downstream_of({start.begin(), start.end()}) == down);
  RC_ASSERT(dag.upstream_of({start.begin(), start.end()}) == up);
}

RC_GTEST_PROP(DagProperty, OnlyViaIsWhatIsCutOff, ()) {
  const Sample sample = acyclic_sample();
  const auto cut = *rc::gen::inRange<NodeId>(0, static_cast<NodeId>(sample.n));
  std::vector<Edge> left;
  for (const Edge& edge : sample.edges)
    if (edge.from != cut && edge.to != cut) left.push_back(edge);
  const Matrix paths = reachable(sample.n, left);
  const auto is_root = [&](NodeId node) {
    return std::none_of(sample.edges.begin(), sample.edges.end(),
                        [&](const Edge& e) { return e.to == node; });
  };
  std::vector<NodeId> naive;
  for (NodeId node = 0; node < sample.n; ++node) {
    if (node == cut) continue;
    bool around = false;
    for (NodeId root = 0; root < sample.n; ++root)
      around |= root != cut && is_root(root) && (root == node || paths[root][node]);
    if (!around) naive.push_back(node);
  }
  RC_ASSERT(built(sample.n, sample.edges).only_via(cut) == naive);
}

RC_GTEST_PROP(DagProperty, RedundantEdgesHaveALongerWay, ()) {
  const Sample sample = acyclic_sample();
  std::vector<uint32_t> naive;
  for (uint32_t i = 0; i < sample.edges.size(); ++i) {
    const Edge edge = sample.edges[i];
    bool longer = false;
    for (NodeId middle = 0; middle < sample.n; ++middle)
      longer |= sample.paths[edge.from][middle] && sample.paths[middle][edge.to];
    if (longer) naive.push_back(i);
  }
  RC_ASSERT(built(sample.n, sample.edges).redundant_edges() == naive);
}

TEST(DagLarge, HundredThousandInARow) {
  constexpr uint32_t kNodes = 100'000;
  std::vector<Edge> edges;
  for (uint32_t i = 1; i < kNodes; ++i) edges.push_back({i, i - 1});
  const Dag dag = built(kNodes, edges);
  EXPECT_EQ(dag.order().front(), kNodes - 1);
  EXPECT_EQ(dag.levels()[0], kNodes - 1);
  EXPECT_TRUE(dag.redundant_edges().empty());
  EXPECT_EQ(dag.only_via(kNodes - 1).size(), kNodes - 1);
  edges.push_back({0, kNodes - 1});
  const auto cyclic = Dag::build(numbered(kNodes), edges);
  EXPECT_EQ(std::get<CycleError>(cyclic).cycles.at(0).nodes.size(), kNodes);
}

TEST(DagLarge, HundredThousandBetweenTwo) {
  constexpr uint32_t kNodes = 100'000;
  std::vector<Edge> edges;
  for (uint32_t i = 1; i + 1 < kNodes; ++i) {
    edges.push_back({0, i});
    edges.push_back({i, kNodes - 1});
  }
  const Dag dag = built(kNodes, edges);
  EXPECT_EQ(dag.levels()[kNodes - 1], 2u);
  EXPECT_TRUE(dag.redundant_edges().empty());
  EXPECT_EQ(dag.only_via(0).size(), kNodes - 1);
  EXPECT_TRUE(dag.only_via(1).empty());
}

}  // namespace
}  // namespace weirflow::dag
