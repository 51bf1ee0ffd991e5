// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/expand.h"

#include <algorithm>

#include "dag/check.h"
#include "dag/substitute.h"

namespace weirflow::dag {

namespace {

template <typename T>
void inherit(T& value, const T& from) {
  if (!value) value = from;
}

/// What `policy` leaves open is taken from `from`.
PolicySpec merge(PolicySpec policy, const PolicySpec& from) {
  inherit(policy.retries, from.retries);
  inherit(policy.retry_delay, from.retry_delay);
  inherit(policy.max_retry_delay, from.max_retry_delay);
  inherit(policy.timeout, from.timeout);
  inherit(policy.backoff, from.backoff);
  inherit(policy.on_error, from.on_error);
  inherit(policy.isolation, from.isolation);
  inherit(policy.retry_duplicates, from.retry_duplicates);
  return policy;
}

Policy decide(const PolicySpec& spec) {
  Policy policy;
  if (spec.retries) policy.retries = spec.retries->value;
  if (spec.retry_delay) policy.retry_delay = spec.retry_delay->value;
  if (spec.max_retry_delay) policy.max_retry_delay = spec.max_retry_delay->value;
  if (spec.timeout) policy.timeout = spec.timeout->value;
  if (spec.backoff) policy.backoff = spec.backoff->value;
  if (spec.on_error) policy.on_error = spec.on_error->value;
  if (spec.isolation) policy.isolation = spec.isolation->value;
  if (spec.retry_duplicates) policy.retry_duplicates = spec.retry_duplicates->value;
  return policy;
}

class Expander {
 public:
  Expander(const Loaded& loaded, const ExpandOptions& options, Sources& sources,
           Diagnostics& diagnostics)
      : loaded_(loaded), options_(options), sources_(sources), diagnostics_(diagnostics) {}

  Expanded run() {
    out_.loaded = &loaded_;
    out_.params = default_values(loaded_.dag.params);
    apply_settings(options_.set, options_.working_folder, loaded_.dag.params, out_.params, sources_,
                   diagnostics_);
    if (!count_tasks()) return std::move(out_);
    expand_body(loaded_.dag, {out_.params, "", options_.keep_params}, {}, kNone);
    find_dependencies();
    return std::move(out_);
  }

 private:
  /// Groups in groups multiply: counts before anything is built.
  bool count_tasks() {
    std::map<const BodySpec*, size_t> counts;
    const auto count = [&](const auto& self, const BodySpec& body) -> size_t {
      if (const auto known = counts.find(&body); known != counts.end()) return known->second;
      size_t total = 0;
      for (const TaskSpec& task : body.tasks)
        total =
            std::min(kMaxTasks + 1, total + (task.group_key.empty() ? 1 : self(self, group(task))));
      return counts[&body] = total;
    };
    if (count(count, loaded_.dag) <= kMaxTasks) return true;
    diagnostics_.error(
        "too-many-tasks", {loaded_.dag.file, 0, 0},
        "with its groups the DAG has more than " + std::to_string(kMaxTasks) + " tasks");
    return false;
  }

  const GroupSpec& group(const TaskSpec& task) const { return loaded_.groups.at(task.group_key); }

  void expand_body(const BodySpec& body, const Scope& scope, const PolicySpec& inherited,
                   uint32_t parent) {
    for (const TaskSpec& task : body.tasks) {
      const PolicySpec policy = merge(merge(task.policy, body.defaults), inherited);
      if (task.group_key.empty())
        add_task(task, scope, policy, parent);
      else
        add_group(task, scope, policy, parent);
    }
    for (const TaskSpec& task : body.tasks) connect(task, scope.prefix);
  }

  void add_task(const TaskSpec& spec, const Scope& scope, const PolicySpec& policy,
                uint32_t parent) {
    out_.names[scope.prefix + spec.name] = {false, static_cast<uint32_t>(out_.tasks.size())};
    ExpandedTask& task = out_.tasks.emplace_back();
    task.name = scope.prefix + spec.name;
    task.spec = &spec;
    task.group = parent;
    task.with = substitute(spec.with, scope, sources_, diagnostics_);
    if (spec.when) task.when = condition(*spec.when, scope);
    if (spec.trigger) task.trigger = spec.trigger->value;
    task.policy = decide(policy);
  }

  void add_group(const TaskSpec& task, const Scope& scope, const PolicySpec& policy,
                 uint32_t parent) {
    const auto index = static_cast<uint32_t>(out_.groups.size());
    const auto override = options_.groups.find(scope.prefix + task.name);
    const bool overridden = override != options_.groups.end();
    const std::string& key = overridden ? override->second.key : task.group_key;
    const GroupSpec& spec = loaded_.groups.at(key);
    {
      ExpandedGroup& instance = out_.groups.emplace_back();
      instance.name = scope.prefix + task.name;
      instance.task = &task;
      instance.spec = &spec;
      instance.key = key;
      instance.parent = parent;
      instance.first_task = static_cast<uint32_t>(out_.tasks.size());
      if (task.when) instance.when = condition(*task.when, scope);
      if (task.trigger) instance.trigger = task.trigger->value;
      if (task.mode) instance.mode = task.mode->value;
      if (task.model) instance.model = substitute(*task.model, scope, sources_, diagnostics_);
      if (task.on_missing) instance.on_missing = task.on_missing->value;
    }
    out_.names[scope.prefix + task.name] = {true, index};
    check_nested_model(task, parent);

    ParamValues params = overridden ? override->second.params : given_params(task, spec, scope);
    out_.groups[index].params = params;
    expand_body(spec, {params, scope.prefix + task.name + ".", false}, policy, index);
    out_.groups[index].end_task = static_cast<uint32_t>(out_.tasks.size());
    add_outputs(index);
  }

  Value condition(const Value& when, Scope scope) {
    scope.double_quotes = true;
    return substitute(when, scope, sources_, diagnostics_);
  }

  ParamValues given_params(const TaskSpec& task, const GroupSpec& spec, const Scope& scope) {
    const Value given = substitute(task.with, scope, sources_, diagnostics_);
    ParamValues params = default_values(spec.params);
    for (const ParamSpec& param : spec.params) {
      const Member* member = given.find(param.name);
      if (!member) continue;
      Value value = member->value;
      if (fit_param(value, param, diagnostics_)) params[param.name] = std::move(value);
    }
    return params;
  }

  void check_nested_model(const TaskSpec& task, uint32_t parent) {
    if (!task.mode) return;
    for (uint32_t outer = parent; outer != kNone; outer = out_.groups[outer].parent) {
      if (!out_.groups[outer].mode) continue;
      Diagnostic& d = diagnostics_.error(
          "nested-model", task.mode->range,
          "a group with a model cannot hold another: its members are one model together");
      d.notes.push_back(
          {out_.groups[outer].task->range, "the model around it is that of this task"});
      return;
    }
  }

  void add_outputs(uint32_t index) {
    const GroupSpec& spec = *out_.groups[index].spec;
    const std::string prefix = out_.groups[index].name + ".";
    for (uint32_t i = 0; i < spec.outputs.size(); ++i) {
      ExpandedGroup::Output output;
      output.name = spec.outputs[i].name.value;
      output.add = spec.outputs[i].add;
      auto edges =
          outputs_of(out_.names.at(prefix + spec.outputs[i].port.task), spec.outputs[i].port.port);
      output.edge = std::move(edges.front());
      output.edge.leaves.push_back({index, i});
      output.edge.range = spec.outputs[i].port.range;
      out_.groups[index].outputs.push_back(std::move(output));
    }
    for (const GroupInputSpec& input : spec.inputs)
      out_.groups[index].inputs.push_back({input.name.value, {}});
  }

  /// Where the rows of a port really come from; several only for the `errors` of a group.
  std::vector<ExpandedEdge> outputs_of(NodeRef node, const std::string& port) const {
    std::vector<ExpandedEdge> edges;
    if (!node.is_group) {
      edges.emplace_back();
      edges.back().from = node.index;
      edges.back().port = port;
      return edges;
    }
    const ExpandedGroup& instance = out_.groups[node.index];
    if (port == "errors") {
      for (uint32_t task = instance.first_task; task < instance.end_task; ++task) {
        edges.emplace_back();
        edges.back().from = task;
        edges.back().port = "errors";
      }
      return edges;
    }
    const GroupOutputSpec* spec = find_output(*instance.spec, port);
    edges.push_back(
        instance.outputs[static_cast<size_t>(spec - instance.spec->outputs.data())].edge);
    return edges;
  }

  /// Adds `edges` to the input `port` of a task, or to those that the input of a group leads to.
  void feed(NodeRef node, const Name& port, std::vector<ExpandedEdge> edges) {
    if (!node.is_group) {
      auto& inputs = out_.tasks[node.index].inputs;
      auto found = std::find_if(inputs.begin(), inputs.end(), [&](const ExpandedInput& input) {
        return input.port.value == port.value;
      });
      if (found == inputs.end()) found = inputs.insert(inputs.end(), {port, {}});
      found->edges.insert(found->edges.end(), edges.begin(), edges.end());
      return;
    }
    const ExpandedGroup& instance = out_.groups[node.index];
    const GroupInputSpec* spec = find_input(*instance.spec, port.value);
    for (ExpandedEdge& edge : edges) edge.enters.push_back(node.index);
    const auto index = static_cast<size_t>(spec - instance.spec->inputs.data());
    auto& kept = out_.groups[node.index].inputs[index].edges;
    kept.insert(kept.end(), edges.begin(), edges.end());
    for (const EdgeSpec& target : spec->targets)
      feed(out_.names.at(out_.groups[node.index].name + "." + target.task),
           {target.port, target.range}, edges);
  }

  void connect(const TaskSpec& task, const std::string& prefix) {
    for (const InputSpec& input : task.from) {
      std::vector<ExpandedEdge> edges;
      for (const EdgeSpec& spec : input.edges) {
        for (ExpandedEdge& edge : outputs_of(out_.names.at(prefix + spec.task), spec.port)) {
          edge.when_full = spec.when_full;
          if (spec.limit) edge.limit = spec.limit->value;
          edge.range = spec.range;
          edges.push_back(std::move(edge));
        }
      }
      feed(out_.names.at(prefix + task.name), input.port, std::move(edges));
    }
  }

  void add_after(std::vector<Dependency>& found, const TaskSpec& spec, const std::string& name) {
    const std::string prefix = name.substr(0, name.size() - spec.name.size());
    for (const Name& after : spec.after)
      found.push_back({out_.names.at(prefix + after.value), Dependency::Why::after, after.range});
  }

  void add_references(std::vector<Dependency>& found, const Value& value) {
    for_each_reference(value, [&](const Reference& reference) {
      if (reference.kind == Reference::Kind::version || reference.kind == Reference::Kind::result)
        found.push_back({out_.names.at(reference.name), Dependency::Why::value, reference.range});
    });
  }

  void find_dependencies() {
    for (ExpandedTask& task : out_.tasks) {
      add_after(task.dependencies, *task.spec, task.name);
      add_references(task.dependencies, task.with);
      if (task.when) add_references(task.dependencies, *task.when);
    }
    for (ExpandedGroup& instance : out_.groups) {
      add_after(instance.dependencies, *instance.task, instance.name);
      if (instance.when) add_references(instance.dependencies, *instance.when);
      if (instance.model) add_references(instance.dependencies, *instance.model);
    }
  }

  const Loaded& loaded_;
  const ExpandOptions& options_;
  Sources& sources_;
  Diagnostics& diagnostics_;
  Expanded out_;
};

}  // namespace

NodeRef Expanded::find(const std::string& name) const {
  const auto found = names.find(name);
  return found == names.end() ? NodeRef{} : found->second;
}

Expanded expand(const Loaded& loaded, const ExpandOptions& options, Sources& sources,
                Diagnostics& diagnostics) {
  Expanded expanded = Expander(loaded, options, sources, diagnostics).run();
  diagnostics.sort();
  return expanded;
}

std::vector<const ParamSpec*> missing_params(const Expanded& expanded) {
  std::vector<const ParamSpec*> missing;
  for (const ParamSpec& param : expanded.loaded->dag.params)
    if (!expanded.params.count(param.name)) missing.push_back(&param);
  return missing;
}

}  // namespace weirflow::dag
