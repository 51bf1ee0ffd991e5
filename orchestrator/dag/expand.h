// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A DAG with its groups replaced by their members and its params by their values: what the plan,
/// the canonical form and the pictures are made from.
///
/// Member `clean` of task `model` is called `model.clean`; all places remain those of the files.
/// Pointers into the Loaded that it was made from: that must live longer.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/params.h"
#include "dag/spec.h"

namespace weirflow::dag {

constexpr uint32_t kNone = UINT32_MAX;

/// A task or a group of an Expanded, by index.
struct NodeRef {
  bool is_group = false;
  uint32_t index = kNone;
  bool operator==(const NodeRef&) const = default;
};

/// An edge that leaves a group through one of its outputs: there, columns of members end.
struct Crossing {
  uint32_t group = kNone;
  uint32_t output = 0;  ///< index into the group's outputs
};

/// Rows from one task's port; group boundaries that they cross on the way, in that order.
struct ExpandedEdge {
  uint32_t from = kNone;         ///< task
  std::string port;              ///< "" = its only output
  std::vector<Crossing> leaves;  ///< innermost group first
  std::vector<uint32_t> enters;  ///< outermost group first
  WhenFull when_full = WhenFull::block;
  std::optional<int64_t> limit;  ///< bytes
  SourceRange range;             ///< the `from` of whoever reads
};

struct ExpandedInput {
  Name port;  ///< "" = the task's only input
  std::vector<ExpandedEdge> edges;
};

/// Why something starts only after something else is over.
struct Dependency {
  enum class Why : uint8_t { after, value };  ///< `after`; a template that needs version or result
  NodeRef on;
  Why why = Why::after;
  SourceRange range;
};

/// PolicySpec with everything decided, but for what depends on the plan.
struct Policy {
  int64_t retries = 0;
  int64_t retry_delay = 10'000'000;       ///< microseconds
  int64_t max_retry_delay = 600'000'000;  ///< microseconds
  Backoff backoff = Backoff::exponential;
  std::optional<int64_t> timeout;   ///< microseconds; unset: none
  std::optional<OnError> on_error;  ///< unset: fail when bounded, dead_letter when not
  Isolation isolation = Isolation::none;
  bool retry_duplicates = false;
};

struct ExpandedTask {
  std::string name;  ///< full name
  const TaskSpec* spec = nullptr;
  uint32_t group = kNone;  ///< innermost group that it is in
  Value with;              ///< table; params replaced, keys with null left out
  std::vector<ExpandedInput> inputs;
  std::vector<Dependency> dependencies;  ///< of the task itself; those of its groups hold as well
  std::optional<Value> when;
  TriggerRule trigger = TriggerRule::all_success;
  Policy policy;
};

struct ExpandedGroup {
  struct Input {
    std::string name;
    std::vector<ExpandedEdge> edges;  ///< what feeds it; `enters` ends with this group
  };
  struct Output {
    std::string name;
    ExpandedEdge edge;  ///< the member port; `leaves` ends with this group
    std::optional<std::vector<Name>> add;
  };
  std::string name;
  const TaskSpec* task = nullptr;   ///< the task that uses it
  const GroupSpec* spec = nullptr;  ///< what it is made from
  std::string key;                  ///< of the spec in Loaded::groups
  ParamValues params;               ///< of the group, as this use has them
  uint32_t parent = kNone;          ///< group around it
  uint32_t first_task = 0;          ///< its members are tasks [first_task, end_task),
  uint32_t end_task = 0;            ///< those of groups in it included
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Dependency> dependencies;
  std::optional<Value> when;
  TriggerRule trigger = TriggerRule::all_success;
  std::optional<Mode> mode;
  std::optional<Value> model;
  OnMissing on_missing = OnMissing::fail;
};

struct Expanded {
  const Loaded* loaded = nullptr;
  std::vector<ExpandedTask> tasks;    ///< in file order, members at the place of their group
  std::vector<ExpandedGroup> groups;  ///< outer before inner
  ParamValues params;                 ///< of the DAG, as this run has them

  /// By full name; index kNone if there is none.
  [[nodiscard]] NodeRef find(const std::string& name) const;
  std::map<std::string, NodeRef> names;
};

/// What a group task is made from in place of the file that it names.
struct GroupOverride {
  std::string key;  ///< into Loaded::groups; same names of inputs and outputs as the file's group
  ParamValues params;
};

struct ExpandOptions {
  std::vector<std::pair<std::string, std::string>> set;  ///< as params.h apply_settings
  std::string working_folder;                            ///< absolute
  /// Leaves the DAG's own params as references, for the canonical form.
  bool keep_params = false;
  std::map<std::string, GroupOverride> groups;  ///< by full name of the task
};

/// Tasks that a DAG may have once its groups are expanded.
constexpr size_t kMaxTasks = 1'000'000;

/// Precondition: `loaded` was read without errors. Reports params that do not fit, groups with a
/// model inside groups with a model, and too many tasks; the answer is whole if there was no
/// report. A param that is required and not given stays a reference.
Expanded expand(const Loaded& loaded, const ExpandOptions& options, Sources& sources,
                Diagnostics& diagnostics);

/// Params that a run must be given and was not.
std::vector<const ParamSpec*> missing_params(const Expanded& expanded);

}  // namespace weirflow::dag
