// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checked plan of a DAG: what the engine runs. Made from a DagSpec and the plugin registry by
/// make_plan() (planner.h); immutable afterwards, and free of TOML and of Boost.
///
/// Vocabulary. A *node* is a piece of work of a task. Most tasks have one node (`work`). A member
/// estimator of a group in `mode = "fit"` has two: `fit` reads its input as a spool and makes the
/// state, `apply` runs the fitted estimator on the same input. The group task itself has one node,
/// `version`, which stores the fitted states as a model version. Ids are indices into the vectors.
///
/// Edges. A data edge within a phase is pipelined (a bounded queue); across phases it is
/// materialised (a spool file: no back-pressure, the consumer starts when it is complete). All data
/// edges that leave the same output port and are materialised share one spool.
///
/// Phases and regions: design 01, Engine 3.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dag/words.h"
#include "plugin/component_info.h"
#include "weirflow/component.hpp"
#include "weirflow/schema.hpp"
#include "weirflow/value.hpp"

namespace weirflow::dag {

enum class NodeKind { work, fit, apply, version };
enum class EdgeKind { pipelined, materialised };
std::string_view to_string(NodeKind kind);
std::string_view to_string(EdgeKind kind);

/// Where something stands in a TOML file; line 0 = nowhere (made by --set or by default).
struct Origin {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
};

/// Index of the implicit `errors` output.
inline constexpr int kErrorsPort = -1;

struct PlanEdge {
  int id = 0;
  int from = 0;       ///< node
  int from_port = 0;  ///< output index, or kErrorsPort
  int to = 0;         ///< node
  int to_port = 0;    ///< input index
  int position = 0;   ///< place in the list of a union, from 0
  EdgeKind kind = EdgeKind::pipelined;
  WhenFull when_full = WhenFull::block;
  int64_t limit_bytes = 0;  ///< of a spilling or shedding queue; 0 = the default
  std::string why;          ///< for materialised and spilling edges: a sentence for `plan`
};

/// One piece of a string with templates.
struct TemplatePart {
  enum class Kind { text, version, result, secret } kind = Kind::text;
  std::string text;  ///< literal text, or the secret's name
  std::string task;  ///< of version and result
  std::string key;   ///< of result: dotted path below the result, or "" for all of it
};

/// A part of a configuration that is known only when the region starts. One part of another kind
/// than text keeps the value's type; several make a string. Null (a skipped task): key is unset.
struct Deferred {
  std::vector<std::string> path;  ///< keys and list positions down to the string
  std::vector<TemplatePart> parts;
  Origin origin;
};

/// The model of an apply node, and what a fit is stored under.
struct ModelRef {
  std::string group;   ///< the group task's name ("model")
  std::string member;  ///< the estimator's name inside the group ("tfidf"); the state's name
  std::vector<TemplatePart> reference;  ///< apply: "name", "name@alias", "name@16hex", or what
                                        ///< makes it when the region starts; fit: the model's name
  OnMissing on_missing = OnMissing::fail;
};

struct PlanNode {
  int id = 0;
  NodeKind kind = NodeKind::work;
  std::string task;   ///< "quality", "model.tfidf"; for `version` nodes the group task, "model"
  std::string group;  ///< the group task it belongs to, or ""
  plugin::ComponentInfo component;  ///< empty id for `version`
  wf::Value::Table config;          ///< resolved and typed, defaults filled in
  std::vector<Deferred> deferred;   ///< what of it is still a template
  std::vector<std::string> inputs;  ///< port names, dynamic ones resolved
  std::vector<std::string> outputs;
  std::vector<bool> input_optional;                      ///< as inputs
  std::vector<std::optional<wf::Schema>> input_schemas;  ///< empty = known when the region starts
  std::vector<std::optional<wf::Schema>> output_schemas;
  std::string remembered;  ///< what bind remembered (an inferred schema), given to the run's bind
  std::optional<ModelRef> model;  ///< fit, apply and version nodes; members of groups in apply

  std::vector<int> after;  ///< nodes it start-depends on (after, when, templates on tasks.*, fits)
  /// The subset of `after` that the user's trigger rule reads; the others must succeed.
  std::vector<int> trigger_on;
  TriggerRule trigger = TriggerRule::all_success;
  std::string when;  ///< condition on task results and params, or ""
  Origin when_origin;

  OnError on_error = OnError::fail;
  int retries = 0;
  int64_t retry_delay_us = 0;
  double retry_backoff = 1.0;      ///< factor per further attempt
  int64_t max_retry_delay_us = 0;  ///< 0 = no cap
  int64_t timeout_us = 0;          ///< per attempt; 0 = none
  bool retry_duplicates = false;

  int phase = 0;
  int region = 0;
  int chain = 0;              ///< nodes of equal chain run as one actor, in node order
  bool endless = false;       ///< a source whose rows do not end
  bool deterministic = true;  ///< a repeated attempt brings it the same rows
  /// A sink: how it takes part in epochs, and what a repeated attempt does to rows that it has
  /// taken (WF_REPLAY_*).
  wf::CommitMode commit_mode = wf::CommitMode::none;
  uint32_t replay = 0;
  bool ordered_union = false;  ///< inputs of a port are read in list order (a fit depends on it)
  Origin origin;
};

/// Nodes joined by pipelined edges: the unit of start, commit and retry.
struct PlanRegion {
  int id = 0;
  int phase = 0;
  std::vector<int> nodes;     ///< in topological order
  bool endless = false;       ///< a source of it does not end
  bool checkpointed = false;  ///< it commits with each checkpoint, not once at its end
};

struct PlanChain {
  int id = 0;
  int region = 0;
  std::vector<int> nodes;   ///< in order of flow
  bool concurrent = false;  ///< several instances share its rows, order restored
  bool blocking = false;    ///< has a thread of its own
};

/// How regions that go on without end keep what they would go on from (design 03).
struct PlanCheckpoints {
  int64_t interval_us = 1'000'000;  ///< 0 = none are taken
  int64_t timeout_us = 600'000'000;
  int keep = 2;
};

/// A group that is fitted or applied, as the version that comes of it, or that it needs, has it.
struct PlanGroup {
  std::string task;    ///< the group task's name
  std::string text;    ///< canonical
  std::string source;  ///< of a fitted one, see group_source.h
};

struct Plan {
  std::string dag;
  std::string file;     ///< as given by the user
  std::string version;  ///< 64 hex: hash of canonical TOML and component versions
  wf::Value::Table params;
  std::vector<PlanNode> nodes;  ///< topological order of data and start dependencies
  std::vector<PlanEdge> edges;
  std::vector<PlanRegion> regions;  ///< by phase
  std::vector<PlanChain> chains;
  std::vector<PlanGroup> groups;  ///< those with a model
  bool bounded = true;
  PlanCheckpoints checkpoints;

  [[nodiscard]] const PlanNode* find(std::string_view task, NodeKind kind = NodeKind::work) const {
    for (const PlanNode& n : nodes)
      if (n.task == task && n.kind == kind) return &n;
    return nullptr;
  }
};

}  // namespace weirflow::dag
