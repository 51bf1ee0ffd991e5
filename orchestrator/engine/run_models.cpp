// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <set>

#include "batch/row_digest.h"
#include "engine/run.h"

namespace weirflow::engine {

using dag::NodeKind;
using dag::PlanEdge;
using dag::PlanNode;

namespace {

/// The columns of the first edge into a group, if they were known when it was planned.
std::optional<wf::Schema> schema_into(const dag::Plan& plan, const std::string& group) {
  for (const PlanEdge& edge : plan.edges) {
    const PlanNode& from = plan.nodes[static_cast<size_t>(edge.from)];
    const PlanNode& to = plan.nodes[static_cast<size_t>(edge.to)];
    if (to.group != group || from.group == group || edge.from_port < 0) continue;
    const auto port = static_cast<size_t>(edge.from_port);
    if (port < from.output_schemas.size()) return from.output_schemas[port];
  }
  return std::nullopt;
}

}  // namespace

wf::Result<std::string> Run::model_reference(const PlanNode& node) {
  WF_ASSIGN(const wf::Value value, resolve(node.model->reference, template_values()));
  const std::string* reference = value.string();
  if (!reference) return wf::not_found("model of " + node.task + ": there is no version");
  return *reference;
}

/// One version for the whole run.
wf::Result<std::shared_ptr<const FittedModel>> Run::model(const PlanNode& node) {
  WF_ASSIGN(const std::string reference, model_reference(node));
  auto& pinned = opened_[reference];
  if (!pinned) {
    if (!models_) return wf::internal_error("no model registry is set up");
    WF_ASSIGN(pinned, models_->open(reference));
  }
  return pinned;
}

wf::Result<FittedState> Run::apply_state(const PlanNode& node) {
  if (!node.model) return FittedState{};
  if (node.kind == NodeKind::apply) {
    for (const int dep : node.after)
      if (const PlanNode& fit = plan_.nodes[static_cast<size_t>(dep)];
          fit.kind == NodeKind::fit && fit.task == node.task) {
        const wf::Buffer& state = fitted_.at(fit.id);
        return FittedState{{state.as<char>(), state.size}, "", state.owner};
      }
    return wf::internal_error("no fit of " + node.task);
  }
  WF_ASSIGN(const auto opened, model(node));
  return state_for(plan_, node, opened);
}

wf::Status Run::store_version(const PlanNode& node) {
  if (!models_) return wf::internal_error("no model registry is set up");
  FittedGroup group;
  WF_ASSIGN(const wf::Value name, resolve(node.model->reference, template_values()));
  if (!name.string()) return wf::invalid_config("the model has no name");
  group.model = *name.string();
  group.dag = plan_.dag;
  group.run = options_.run_id;
  for (const dag::PlanGroup& g : plan_.groups)
    if (g.task == node.task) {
      group.group_text = g.text;
      group.group_source = g.source;
    }
  bool first = true;
  for (const int id : std::set<int>(node.after.begin(), node.after.end())) {  // in plan order
    const PlanNode& fit = plan_.nodes[static_cast<size_t>(id)];
    if (fit.kind != NodeKind::fit || fit.group != node.task) continue;
    const wf::Buffer& state = fitted_.at(fit.id);
    group.states.push_back({fit.model->member, fit.component.id, fit.component.version,
                            std::string(state.as<char>(), state.size)});
    if (const auto& results = tasks_[static_cast<size_t>(fit.id)].results; !results.empty())
      group.results.emplace_back(fit.model->member, wf::Value(results));
    for (const int edge : links_.in[static_cast<size_t>(fit.id)]) {
      const PlanEdge& e = plan_.edges[static_cast<size_t>(edge)];
      if (!first) continue;
      const auto& spool = spools_.at({e.from, e.from_port}).spool;
      batch::RowDigest digest;
      batch::Spool::Reader reader(spool);
      for (;;) {
        WF_ASSIGN(auto rows, reader.next());
        if (!rows) break;
        digest.update(*rows);
      }
      group.training_data = digest.hex();
      group.training_rows = spool->rows();
      // What the group is given, not what its estimator is.
      group.input = schema_into(plan_, node.task).value_or(spool->schema());
      first = false;
    }
    if (!fit.output_schemas.empty() && fit.output_schemas[0]) group.output = *fit.output_schemas[0];
  }
  WF_ASSIGN(const std::string version, models_->store(group));
  versions_[node.task] = version;
  tasks_[static_cast<size_t>(node.id)].version = version;
  return {};
}

}  // namespace weirflow::engine
