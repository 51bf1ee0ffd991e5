// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/check.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/text.h"
#include "dag/dag.h"
#include "dag/params.h"
#include "dag/section_check.h"

namespace weirflow::dag {

namespace {

template <typename T>
std::vector<std::string> names_of(const std::vector<T>& items) {
  std::vector<std::string> names;
  for (const T& item : items) {
    if constexpr (requires { item.name.value; })
      names.push_back(item.name.value);
    else
      names.push_back(item.name);
  }
  return names;
}

template <typename T>
const T* find_port(const std::vector<T>& ports, const std::string& name, const char* usual) {
  if (name.empty() && ports.size() == 1) return &ports[0];
  const std::string wanted = name.empty() ? usual : name;
  const auto found = std::find_if(ports.begin(), ports.end(),
                                  [&](const T& port) { return port.name.value == wanted; });
  return found == ports.end() ? nullptr : &*found;
}

class BodyCheck {
 public:
  BodyCheck(const BodySpec& body, const GroupSpec* interface, const Groups& groups,
            Diagnostics& diagnostics)
      : body_(body), interface_(interface), groups_(groups), diagnostics_(diagnostics) {
    for (uint32_t i = 0; i < body.tasks.size(); ++i) index_.emplace(body.tasks[i].name, i);
  }

  void run() {
    for (uint32_t i = 0; i < body_.tasks.size(); ++i) {
      check_data_edges(i);
      for (const Name& name : body_.tasks[i].after)
        if (is_name(name.value)) add_edge(name.value, i, name.range, "waits for", "`after`");
      check_templates(i);
      if (!body_.tasks[i].group_key.empty()) check_group_use(body_.tasks[i]);
    }
    check_cycles();
  }

 private:
  const GroupSpec* group_of(const TaskSpec& task) const {
    const auto found = groups_.find(task.group_key);
    return task.group_key.empty() || found == groups_.end() ? nullptr : &found->second;
  }

  /// Notes that `to` comes behind the task `from`; the task, or nullptr after a report.
  const TaskSpec* add_edge(const std::string& from, uint32_t to, SourceRange range,
                           const char* verb, const char* where) {
    const auto found = index_.find(from);
    if (found == index_.end()) {
      Diagnostic& d = diagnostics_.error("unknown-task", range,
                                         "no task is called `" + from + "`, in " + where);
      if (!diagnostics_.full())
        d.hint = suggestion(from, names_of(body_.tasks), "the tasks of this file are");
      return nullptr;
    }
    if (found->second == to) {
      diagnostics_.error("self-dependency", range, "task `" + from + "` " + verb + " itself");
      return nullptr;
    }
    edges_.push_back({found->second, to});
    ranges_.push_back(range);
    verbs_.emplace_back(verb);
    return &body_.tasks[found->second];
  }

  void check_data_edges(uint32_t index) {
    for (const InputSpec& input : body_.tasks[index].from) {
      for (const EdgeSpec& edge : input.edges) {
        const TaskSpec* from = add_edge(edge.task, index, edge.range, "reads from", "`from`");
        const GroupSpec* group = from ? group_of(*from) : nullptr;
        if (!group || edge.port == "errors" || find_output(*group, edge.port)) continue;
        report_port(edge, *from, names_of(group->outputs), "output");
      }
    }
  }

  void report_port(const EdgeSpec& edge, const TaskSpec& task,
                   const std::vector<std::string>& names, const char* what) {
    const std::string kind(what);
    if (names.empty()) {
      diagnostics_.error("unknown-port", edge.range,
                         "the group of task `" + task.name + "` has no " + kind + "s");
    } else if (edge.port.empty()) {
      diagnostics_
          .error("unknown-port", edge.range,
                 "the group of task `" + task.name + "` has several " + kind + "s; say which")
          .hint = "they are " + join_choices(names, "`", " and ");
    } else {
      diagnostics_
          .error("unknown-port", edge.range,
                 "the group of task `" + task.name + "` has no " + kind + " `" + edge.port + "`")
          .hint = suggestion(edge.port, names, "it has");
    }
  }

  void check_templates(uint32_t index) {
    const TaskSpec& task = body_.tasks[index];
    const auto check = [&](const Reference& reference) {
      if (reference.kind == Reference::Kind::secret) return;
      if (reference.kind == Reference::Kind::param) return check_param(reference);
      const TaskSpec* target =
          add_edge(reference.name, index, reference.range, "needs a result of", "a template");
      if (!target) return;
      if (reference.kind == Reference::Kind::version &&
          !(target->mode && target->mode->value == Mode::fit))
        diagnostics_
            .error("no-version", reference.range,
                   "task `" + target->name + "` fits no model, so it has no version")
            .hint = "only a group with `mode = \"fit\"` has one";
      if (reference.kind == Reference::Kind::result && !target->group.value.empty())
        diagnostics_.error("no-result", reference.range,
                           "task `" + target->name + "` is a group, and groups have no result");
    };
    for_each_reference(task.with, check);
    if (task.when) for_each_reference(*task.when, check);
    if (task.model) for_each_reference(*task.model, check);
  }

  void check_param(const Reference& reference) {
    const std::vector<std::string> names = names_of(body_.params);
    if (std::find(names.begin(), names.end(), reference.name) != names.end()) return;
    diagnostics_
        .error("unknown-param", reference.range, "there is no param `" + reference.name + "`")
        .hint = names.empty() ? "this file has no `[params]`"
                              : suggestion(reference.name, names, "the params of this file are");
  }

  void check_group_use(const TaskSpec& task) {
    const GroupSpec* group = group_of(task);
    if (!group) return;
    std::set<std::string> fed = fed_by_interface(task, *group);
    const bool wired = !fed.empty();
    size_t refused = 0;
    for (const InputSpec& input : task.from) {
      if (const GroupInputSpec* port = find_input(*group, input.port.value)) {
        fed.insert(port->name.value);
        continue;
      }
      EdgeSpec named;
      named.port = input.port.value;
      named.range = input.port.range;
      report_port(named, task, names_of(group->inputs), "input");
      ++refused;
    }
    for (const GroupInputSpec& port : group->inputs) {
      // A misspelt port has been reported: it is what feeds one of these.
      if (fed.count(port.name.value) || refused > 0) continue;
      Diagnostic& d = diagnostics_.error(
          "missing-input", task.group.range,
          "nothing feeds input `" + port.name.value + "` of the group of task `" + task.name + "`");
      d.hint = task.from.empty() && !wired ? "add `from`" : "name it in `from`";
      d.notes.push_back({port.name.range, "the input is defined here"});
    }
    check_group_params(task, *group);
  }

  /// Inputs of a group in a group that the outer group's inputs lead to.
  std::set<std::string> fed_by_interface(const TaskSpec& task, const GroupSpec& group) const {
    std::set<std::string> fed;
    if (!interface_) return fed;
    for (const GroupInputSpec& input : interface_->inputs)
      for (const EdgeSpec& target : input.targets)
        if (target.task == task.name)
          if (const GroupInputSpec* port = find_input(group, target.port))
            fed.insert(port->name.value);
    return fed;
  }

  void check_group_params(const TaskSpec& task, const GroupSpec& group) {
    std::set<std::string> given;
    for (const Member& member : *task.with.table()) {
      given.insert(member.key);
      const auto param = std::find_if(group.params.begin(), group.params.end(),
                                      [&](const ParamSpec& p) { return p.name == member.key; });
      if (param == group.params.end()) {
        diagnostics_
            .error("unknown-param", member.key_range,
                   "the group of task `" + task.name + "` has no param `" + member.key + "`")
            .hint = group.params.empty()
                        ? "it has no `[params]`"
                        : suggestion(member.key, names_of(group.params), "its params are");
        continue;
      }
      Value value = member.value;
      fit_param(value, *param, diagnostics_);
    }
    for (const ParamSpec& param : group.params) {
      if (!param.required || given.count(param.name)) continue;
      Diagnostic& d = diagnostics_.error(
          "missing-param", task.group.range,
          "the group of task `" + task.name + "` needs a value for its param `" + param.name + "`");
      d.hint = "give it in `with`";
      d.notes.push_back({param.range, "the param is required here"});
    }
  }

  void check_cycles() {
    const auto built = Dag::build(names_of(body_.tasks), edges_);
    const auto* error = std::get_if<CycleError>(&built);
    if (!error) return;
    for (const Cycle& cycle : error->cycles) {
      std::string walk;
      for (const NodeId node : cycle.nodes) walk += "`" + body_.tasks[node].name + "` -> ";
      walk += "`" + body_.tasks[cycle.nodes[0]].name + "`";
      if (cycle.nodes.size() > 12) {
        walk = "`" + body_.tasks[cycle.nodes[0]].name + "` -> ... (" +
               std::to_string(cycle.nodes.size()) + " tasks) -> `" +
               body_.tasks[cycle.nodes.back()].name + "` -> `" + body_.tasks[cycle.nodes[0]].name +
               "`";
      }
      Diagnostic& d = diagnostics_.error("cycle", ranges_[cycle.edges.back()],
                                         "these tasks wait for each other: " + walk);
      for (size_t i = 0; i < cycle.edges.size() && i < 12; ++i) {
        const Edge& edge = edges_[cycle.edges[i]];
        d.notes.push_back({ranges_[cycle.edges[i]], "`" + body_.tasks[edge.to].name + "` " +
                                                        verbs_[cycle.edges[i]] + " `" +
                                                        body_.tasks[edge.from].name + "`"});
      }
    }
  }

  const BodySpec& body_;
  const GroupSpec* interface_;  // nullptr for a DAG
  const Groups& groups_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string, uint32_t> index_;
  std::vector<Edge> edges_;
  std::vector<SourceRange> ranges_;  // of each edge
  std::vector<const char*> verbs_;
};

/// The member that `port` names, and whether a group member has such a port.
void check_member_port(const EdgeSpec& port, bool output, const GroupSpec& group,
                       const Groups& groups, Diagnostics& diagnostics) {
  if (!port.range.known()) return;
  const char* where = output ? "`outputs`" : "`inputs`";
  const auto task = std::find_if(group.tasks.begin(), group.tasks.end(),
                                 [&](const TaskSpec& t) { return t.name == port.task; });
  if (task == group.tasks.end()) {
    diagnostics
        .error("unknown-task", port.range, "no task is called `" + port.task + "`, in " + where)
        .hint = suggestion(port.task, names_of(group.tasks), "the tasks of this file are");
    return;
  }
  const auto nested = groups.find(task->group_key);
  if (task->group_key.empty() || nested == groups.end()) return;
  const bool found = output ? port.port == "errors" || find_output(nested->second, port.port)
                            : find_input(nested->second, port.port) != nullptr;
  if (found) return;
  const auto names = output ? names_of(nested->second.outputs) : names_of(nested->second.inputs);
  diagnostics
      .error("unknown-port", port.range, "the group of task `" + task->name + "` has no such port")
      .hint = names.empty() ? "" : "it has " + join_choices(names, "`", " and ");
}

}  // namespace

const GroupOutputSpec* find_output(const GroupSpec& group, const std::string& port) {
  return find_port(group.outputs, port, "out");
}
const GroupInputSpec* find_input(const GroupSpec& group, const std::string& port) {
  return find_port(group.inputs, port, "in");
}

void check_dag(const DagSpec& dag, const Groups& groups, Diagnostics& diagnostics) {
  BodyCheck(dag, nullptr, groups, diagnostics).run();
}

void check_group(const GroupSpec& group, const Groups& groups, Diagnostics& diagnostics) {
  BodyCheck(group, &group, groups, diagnostics).run();
  for (const GroupInputSpec& input : group.inputs)
    for (const EdgeSpec& target : input.targets)
      check_member_port(target, false, group, groups, diagnostics);
  for (const GroupOutputSpec& output : group.outputs)
    check_member_port(output.port, true, group, groups, diagnostics);
}

}  // namespace weirflow::dag
