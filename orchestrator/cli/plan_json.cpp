// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/json_text.h"
#include "cli/json_value.h"
#include "cli/plan_facts.h"
#include "cli/plan_text.h"

namespace weirflow::cli {

namespace {

using nlohmann::ordered_json;

ordered_json schema_json(const std::optional<wf::Schema>& schema) {
  if (!schema) return nullptr;
  ordered_json list = ordered_json::array();
  for (const wf::Field& f : schema->fields())
    list.push_back({{"name", f.name}, {"type", f.type.to_string()}, {"nullable", f.nullable}});
  return list;
}

ordered_json node_json(const dag::PlanNode& n) {
  ordered_json json;
  json["id"] = n.id;
  json["task"] = n.task;
  json["kind"] = dag::to_string(n.kind);
  if (!n.group.empty()) json["group"] = n.group;
  if (!n.component.id.empty()) {
    json["component"] = n.component.id;
    json["component_version"] = n.component.version;
  }
  json["phase"] = n.phase;
  json["region"] = n.region;
  json["chain"] = n.chain;
  json["after"] = n.after;
  json["trigger"] = dag::to_string(n.trigger);
  if (!n.when.empty()) json["when"] = n.when;
  json["outputs"] = ordered_json::array();
  for (size_t i = 0; i < n.outputs.size(); ++i)
    json["outputs"].push_back(
        {{"port", n.outputs[i]},
         {"columns",
          schema_json(i < n.output_schemas.size() ? n.output_schemas[i] : std::nullopt)}});
  json["on_error"] = dag::to_string(n.on_error);
  json["retries"] = n.retries;
  json["timeout_seconds"] = n.timeout_us > 0 ? ordered_json(static_cast<double>(n.timeout_us) / 1e6)
                                             : ordered_json(nullptr);
  if (const auto replay = replay_word(n.component); !replay.empty()) json["replay"] = replay;
  return json;
}

}  // namespace

std::string plan_json(const dag::Plan& plan) {
  ordered_json json;
  json["format"] = 1;
  json["dag"] = plan.dag;
  json["file"] = plan.file;
  json["version"] = plan.version;
  json["bounded"] = plan.bounded;
  json["params"] = to_json(wf::Value(plan.params));
  json["threads"] = cores();
  json["memory_bytes"] = memory_budget();
  json["regions"] = ordered_json::array();
  for (const dag::PlanRegion& r : plan.regions)
    json["regions"].push_back({{"id", r.id},
                               {"phase", r.phase},
                               {"nodes", r.nodes},
                               {"task_memory_bytes", memory_share(plan, r)},
                               {"guarantees", guarantee_lines(plan, r)}});
  json["chains"] = ordered_json::array();
  for (const dag::PlanChain& c : plan.chains)
    json["chains"].push_back({{"id", c.id},
                              {"region", c.region},
                              {"nodes", c.nodes},
                              {"concurrent", c.concurrent},
                              {"lanes", c.concurrent ? cores() : 1},
                              {"blocking", c.blocking}});
  json["nodes"] = ordered_json::array();
  for (const dag::PlanNode& n : plan.nodes) json["nodes"].push_back(node_json(n));
  json["edges"] = ordered_json::array();
  for (const dag::PlanEdge& e : plan.edges) {
    ordered_json edge = {{"id", e.id}, {"from", e.from}, {"to", e.to}};
    const auto& from = node_of(plan, e.from);
    const auto& to = node_of(plan, e.to);
    edge["from_port"] = e.from_port == dag::kErrorsPort
                            ? std::string("errors")
                            : from.outputs[static_cast<size_t>(e.from_port)];
    edge["to_port"] = to.inputs[static_cast<size_t>(e.to_port)];
    edge["kind"] = dag::to_string(e.kind);
    edge["when_full"] = dag::to_string(e.when_full);
    if (!e.why.empty()) edge["why"] = e.why;
    json["edges"].push_back(std::move(edge));
  }
  return json_text(json);
}

}  // namespace weirflow::cli
