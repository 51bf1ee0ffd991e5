// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/canonical.h"

#include <algorithm>
#include <set>

#include "core/digest.h"
#include "core/text.h"

namespace weirflow::dag {

namespace {

class Writer {
 public:
  Writer(const Expanded& expanded, uint32_t root) : expanded_(expanded), root_(root) {
    if (root != kNone) prefix_ = expanded.groups[root].name + ".";
  }

  std::string dag() {
    const DagSpec& dag = expanded_.loaded->dag;
    out_ = "format = 1\nname = " + toml_string(dag.name.value) + "\n";
    schedules(dag);
    checkpoint(dag.checkpoint);
    params(dag);
    bodies();
    return std::move(out_);
  }

  std::string group() {
    out_ = "format = 1\n";
    ports(expanded_.groups[root_]);
    bodies();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool whole() const { return root_ == kNone; }

  [[nodiscard]] std::string local(const std::string& name) const {
    return name.rfind(prefix_, 0) == 0 ? name.substr(prefix_.size()) : name;
  }

  void line(std::string_view key, const std::string& value) {
    out_.append(key).append(" = ").append(value).append("\n");
  }

  void checkpoint(const CheckpointSpec& spec) {
    if (!spec.range.known()) return;
    out_ += "\n[checkpoint]\n";
    if (spec.interval) line("interval", toml_string(format_duration(spec.interval->value)));
    if (spec.keep) line("keep", std::to_string(spec.keep->value));
    if (spec.timeout) line("timeout", toml_string(format_duration(spec.timeout->value)));
  }

  void schedules(const DagSpec& dag) {
    std::vector<std::string> texts;
    for (const ScheduleSpec& schedule : dag.schedules) {
      std::string text = "\n[[schedule]]\n";
      const auto add = [&](const char* key, const std::string& value) {
        text += std::string(key) + " = " + value + "\n";
      };
      add("catchup", schedule.catchup && schedule.catchup->value ? "true" : "false");
      if (!schedule.cron.value.empty()) add("cron", toml_string(schedule.cron.value));
      if (!schedule.end.value.empty()) add("end", toml_string(schedule.end.value));
      if (schedule.every) add("every", toml_string(format_duration(schedule.every->value)));
      add("on_gap", toml_string(schedule.on_gap.value.empty() ? "next" : schedule.on_gap.value));
      add("on_overlap",
          toml_string(schedule.on_overlap.value.empty() ? "first" : schedule.on_overlap.value));
      if (!schedule.start.value.empty()) add("start", toml_string(schedule.start.value));
      add("timezone",
          toml_string(schedule.timezone.value.empty() ? "UTC" : schedule.timezone.value));
      texts.push_back(std::move(text));
    }
    std::sort(texts.begin(), texts.end());
    for (const std::string& text : texts) out_ += text;
  }

  void params(const DagSpec& dag) {
    std::vector<const ParamSpec*> sorted;
    for (const ParamSpec& param : dag.params) sorted.push_back(&param);
    std::sort(sorted.begin(), sorted.end(),
              [](const ParamSpec* a, const ParamSpec* b) { return a->name < b->name; });
    for (const ParamSpec* param : sorted) {
      out_ += "\n[params." + param->name + "]\n";
      if (!param->allowed.empty()) {
        Value allowed;
        allowed.data = param->allowed;
        line("allowed", to_toml(allowed));
      }
      if (param->default_value) line("default", to_toml(*param->default_value));
      line("required", param->required ? "true" : "false");
      line("type", toml_string(to_string(param->type)));
    }
  }

  void bodies() {
    std::vector<std::pair<std::string, NodeRef>> nodes;
    for (uint32_t i = 0; i < expanded_.tasks.size(); ++i)
      nodes.emplace_back(expanded_.tasks[i].name, NodeRef{false, i});
    for (uint32_t i = 0; i < expanded_.groups.size(); ++i)
      nodes.emplace_back(expanded_.groups[i].name, NodeRef{true, i});
    std::sort(nodes.begin(), nodes.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [name, node] : nodes) {
      if (name.rfind(prefix_, 0) != 0) continue;
      if (node.is_group)
        group_body(expanded_.groups[node.index]);
      else
        task_body(expanded_.tasks[node.index]);
    }
  }

  void task_body(const ExpandedTask& task) {
    out_ += "\n[task." + toml_string(local(task.name)) + "]\n";
    start_conditions(task.dependencies, task.when, task.trigger);
    inputs(task.inputs);
    if (whole()) policy(task.policy);
    line("uses", toml_string(task.spec->uses.value));
    line("with", to_toml(task.with));
  }

  void group_body(const ExpandedGroup& group) {
    out_ += "\n[group." + toml_string(local(group.name)) + "]\n";
    start_conditions(group.dependencies, group.when, group.trigger);
    if (group.mode) line("mode", toml_string(to_string(*group.mode)));
    if (group.model) line("model", to_toml(*group.model));
    if (group.mode == Mode::apply) line("on_missing", toml_string(to_string(group.on_missing)));
    ports(group);
  }

  void ports(const ExpandedGroup& group) {
    std::vector<std::string> lines;
    for (const GroupInputSpec& input : group.spec->inputs) {
      std::set<std::string> targets;
      for (const EdgeSpec& target : input.targets)
        targets.insert(toml_string(target.task + (target.port.empty() ? "" : "." + target.port)));
      lines.push_back("input." + input.name.value + " = " + list(targets) + "\n");
    }
    for (const GroupOutputSpec& output : group.spec->outputs) {
      std::string text = "output." + output.name.value + " = { ";
      if (output.add) {
        std::set<std::string> columns;
        for (const Name& column : *output.add) columns.insert(toml_string(column.value));
        text += "add = " + list(columns) + ", ";
      }
      text += "port = " + toml_string(output.port.task +
                                      (output.port.port.empty() ? "" : "." + output.port.port));
      lines.push_back(text + " }\n");
    }
    std::sort(lines.begin(), lines.end());
    for (const std::string& text : lines) out_ += text;
  }

  static std::string list(const std::set<std::string>& items) {
    return "[" + join_choices({items.begin(), items.end()}, "", ", ") + "]";
  }

  void start_conditions(const std::vector<Dependency>& dependencies,
                        const std::optional<Value>& when, TriggerRule trigger) {
    std::set<std::string> after;
    for (const Dependency& dependency : dependencies) {
      if (dependency.why != Dependency::Why::after) continue;
      const NodeRef on = dependency.on;
      after.insert(toml_string(
          local(on.is_group ? expanded_.groups[on.index].name : expanded_.tasks[on.index].name)));
    }
    if (!after.empty()) {
      line("after", list(after));
      line("trigger", toml_string(to_string(trigger)));
    }
    if (when) line("when", to_toml(*when));
  }

  void inputs(const std::vector<ExpandedInput>& inputs) {
    std::vector<std::string> lines;
    for (const ExpandedInput& input : inputs) {
      std::string edges;
      for (const ExpandedEdge& edge : input.edges) {
        // What comes from outside of a group is said by the group's inputs, however many edges.
        if (expanded_.tasks[edge.from].name.rfind(prefix_, 0) != 0) continue;
        edges += (edges.empty() ? "" : ", ") + edge_text(edge);
      }
      const std::string port = input.port.value.empty() ? "\"\"" : input.port.value;
      if (!edges.empty()) lines.push_back("from." + port + " = [" + edges + "]\n");
    }
    std::sort(lines.begin(), lines.end());
    for (const std::string& text : lines) out_ += text;
  }

  [[nodiscard]] std::string edge_text(const ExpandedEdge& edge) const {
    const ExpandedTask& from = expanded_.tasks[edge.from];
    std::string text =
        "{ edge = " + toml_string(local(from.name) + (edge.port.empty() ? "" : ":" + edge.port));
    std::string leaves;
    for (const Crossing& crossing : edge.leaves) {
      const ExpandedGroup& group = expanded_.groups[crossing.group];
      leaves += (leaves.empty() ? "" : ", ") +
                toml_string(local(group.name) + ":" + group.outputs[crossing.output].name);
    }
    if (!leaves.empty()) text += ", leaves = [" + leaves + "]";
    if (whole() && edge.limit) text += ", limit = " + toml_string(format_size(*edge.limit));
    if (whole() && edge.when_full != WhenFull::block)
      text += ", when_full = " + toml_string(to_string(edge.when_full));
    return text + " }";
  }

  void policy(const Policy& policy) {
    line("backoff", toml_string(to_string(policy.backoff)));
    line("isolation", toml_string(to_string(policy.isolation)));
    line("max_retry_delay", toml_string(format_duration(policy.max_retry_delay)));
    if (policy.on_error) line("on_error", toml_string(to_string(*policy.on_error)));
    line("retries", std::to_string(policy.retries));
    line("retry_delay", toml_string(format_duration(policy.retry_delay)));
    line("retry_duplicates", policy.retry_duplicates ? "true" : "false");
    if (policy.timeout) line("timeout", toml_string(format_duration(*policy.timeout)));
  }

  const Expanded& expanded_;
  uint32_t root_;
  std::string prefix_;
  std::string out_;
};

}  // namespace

std::string canonical_text(const Expanded& expanded) { return Writer(expanded, kNone).dag(); }

std::string canonical_group_text(const Expanded& expanded, uint32_t group) {
  return Writer(expanded, group).group();
}

std::string version_hash(const Expanded& expanded) { return sha256_hex(canonical_text(expanded)); }

}  // namespace weirflow::dag
