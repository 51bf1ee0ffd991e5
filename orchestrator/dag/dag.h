// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A directed acyclic graph of tasks, known by index, and the questions that planning asks of it.
/// Knows no TOML and no components. Parallel edges are legal (two ports between the same tasks).
///
/// Cost: build, order, levels and reachability O(V + E) (order with a log V); redundant_edges walks
/// from each node with several successors, O(V * E) at worst and near O(E) on real pipelines.
/// Threads: immutable after build, any thread. Deterministic: answers depend on indices only.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace weirflow::dag {

using NodeId = uint32_t;  ///< index into the names given to build

struct Edge {
  NodeId from = 0;
  NodeId to = 0;
  bool operator==(const Edge&) const = default;
};

/// One closed walk without repeated nodes: nodes[0] -> nodes[1] -> ... -> nodes[0]. edges[i] is the
/// index (into build's edges) of the edge nodes[i] -> nodes[i + 1]. A self-loop has one node.
struct Cycle {
  std::vector<NodeId> nodes;
  std::vector<uint32_t> edges;
};

/// Why there is no Dag: one shortest cycle for each strongly connected part, and every self-loop.
/// Each begins with its lowest node; sorted by that node. Never empty.
struct CycleError {
  std::vector<Cycle> cycles;
};

class Dag {
 public:
  /// Node i is called names[i]. Precondition: every edge's ends are below names.size().
  static std::variant<Dag, CycleError> build(std::vector<std::string> names,
                                             std::vector<Edge> edges);
  Dag(Dag&&) noexcept;
  Dag& operator=(Dag&&) noexcept;
  ~Dag();

  [[nodiscard]] size_t size() const;
  [[nodiscard]] const std::string& name(NodeId node) const;
  [[nodiscard]] const std::vector<Edge>& edges() const;

  /// Every node after all that it depends on; among those possible, the lowest index first.
  [[nodiscard]] const std::vector<NodeId>& order() const;

  /// level[i]: number of edges on the longest path that ends at node i; 0 without predecessor.
  [[nodiscard]] const std::vector<uint32_t>& levels() const;

  /// All nodes from which one of `nodes` can be reached, or that can be reached from one of them,
  /// those themselves included. Ascending, each once.
  [[nodiscard]] std::vector<NodeId> upstream_of(const std::vector<NodeId>& nodes) const;
  [[nodiscard]] std::vector<NodeId> downstream_of(const std::vector<NodeId>& nodes) const;

  /// The nodes other than `node` that no path from a node without predecessors reaches except
  /// through `node`: what cannot run when it fails. Ascending.
  [[nodiscard]] std::vector<NodeId> only_via(NodeId node) const;

  /// Indices of edges a -> b for which a longer path a -> ... -> b exists, ascending; each of
  /// several parallel such edges counts. Parallel edges alone are not redundant.
  [[nodiscard]] std::vector<uint32_t> redundant_edges() const;

  /// Graphviz text. `node_label` and `edge_label` give the labels (escaped here); without them, the
  /// name and nothing. Ends with a newline.
  [[nodiscard]] std::string to_dot(
      const std::function<std::string(NodeId)>& node_label = {},
      const std::function<std::string(uint32_t edge)>& edge_label = {}) const;

 private:
  struct Graph;
  explicit Dag(std::unique_ptr<Graph> graph);
  std::unique_ptr<Graph> graph_;
};

}  // namespace weirflow::dag
