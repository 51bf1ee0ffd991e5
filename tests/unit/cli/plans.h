// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dag/plan.h"

namespace weirflow::cli {

/// A plan by hand: nodes with one input and one output called "in" and "out".
class PlanBuilder {
 public:
  PlanBuilder() {
    plan_.dag = "sample";
    plan_.file = "sample.toml";
    plan_.version = std::string(64, 'a');
  }
  int node(const std::string& task, const std::string& component = "flow.map", int phase = 0) {
    dag::PlanNode n;
    n.id = static_cast<int>(plan_.nodes.size());
    n.task = task;
    n.component.id = component;
    n.component.version = "1.0.0";
    n.phase = n.region = phase;
    n.chain = n.id;
    n.inputs = {"in"};
    n.outputs = {"out"};
    n.output_schemas.resize(1);
    n.input_schemas.resize(1);
    while (static_cast<int>(plan_.regions.size()) <= phase)
      plan_.regions.push_back(
          {static_cast<int>(plan_.regions.size()), static_cast<int>(plan_.regions.size()), {}});
    plan_.regions[static_cast<size_t>(phase)].nodes.push_back(n.id);
    plan_.chains.push_back({n.id, phase, {n.id}, false, false});
    plan_.nodes.push_back(std::move(n));
    return plan_.nodes.back().id;
  }
  dag::PlanEdge& edge(int from, int to) {
    dag::PlanEdge e;
    e.id = static_cast<int>(plan_.edges.size());
    e.from = from;
    e.to = to;
    if (at(from).phase != at(to).phase) {
      e.kind = dag::EdgeKind::materialised;
      e.why = "it starts in a later phase";
    }
    plan_.edges.push_back(e);
    return plan_.edges.back();
  }
  dag::PlanNode& at(int node) { return plan_.nodes[static_cast<size_t>(node)]; }
  dag::Plan& plan() { return plan_; }

 private:
  dag::Plan plan_;
};

}  // namespace weirflow::cli
