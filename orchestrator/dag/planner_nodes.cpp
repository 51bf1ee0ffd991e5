// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "dag/plan_links.h"
#include "dag/planner_parts.h"
#include "plugin/instance.h"

namespace weirflow::dag {

namespace {

Origin origin_of(SourceRange range, const Sources& sources) {
  if (!range.known()) return {};
  const Location at = sources.locate(range);
  return {std::string(at.file), at.line, at.column};
}

/// Makes nodes and edges out of the expanded tasks.
class NodeMaker {
 public:
  NodeMaker(const Expanded& expanded, const plugin::Registry& registry, const Sources& sources,
            Draft& draft, Diagnostics& diagnostics)
      : expanded_(expanded),
        registry_(registry),
        sources_(sources),
        draft_(draft),
        diagnostics_(diagnostics) {}

  void make() {
    draft_.plan.nodes.reserve(expanded_.tasks.size() + expanded_.groups.size());
    task_nodes_.resize(expanded_.tasks.size());
    group_nodes_.resize(expanded_.groups.size(), -1);
    for (uint32_t i = 0; i < expanded_.tasks.size(); ++i) make_task(i);
    for (uint32_t g = 0; g < expanded_.groups.size(); ++g)
      if (expanded_.groups[g].mode == Mode::fit) make_version(g);
    for (uint32_t i = 0; i < expanded_.tasks.size(); ++i) make_inputs(i);
    for (PlanNode& node : draft_.plan.nodes) make_dependencies(node);
    drop_unread_applies();
  }

 private:
  struct TaskNodes {
    int work = -1;  ///< work or apply: what others read from
    int fit = -1;
  };

  /// The group with a model that the task is in, or kNone.
  uint32_t model_group(uint32_t group) const {
    while (group != kNone && !expanded_.groups[group].mode) group = expanded_.groups[group].parent;
    return group;
  }

  PlanNode& add(NodeKind kind, NodeSource source) {
    PlanNode& node = draft_.plan.nodes.emplace_back();
    node.id = static_cast<int>(draft_.plan.nodes.size()) - 1;
    node.kind = kind;
    draft_.sources.push_back(source);
    return node;
  }

  void make_task(uint32_t index) {
    const ExpandedTask& task = expanded_.tasks[index];
    const std::string& uses = task.spec->uses.value;
    const auto* required = require_component(task, registry_, diagnostics_);
    if (!required) return;
    const plugin::ComponentInfo& component = *required;
    const uint32_t group = model_group(task.group);
    const bool fits = group != kNone && expanded_.groups[group].mode == Mode::fit &&
                      component.kind == plugin::Kind::estimator;
    if (component.kind == plugin::Kind::estimator && group == kNone) {
      diagnostics_
          .error("estimator-without-model", task.spec->uses.range,
                 "`" + uses + "` is an estimator: it needs a group with `mode` and `model`")
          .hint = "put the task into a group file and use that with mode = \"fit\" or \"apply\"";
      return;
    }
    const size_t before = diagnostics_.errors();
    if (fits) {
      PlanNode& fit = add(NodeKind::fit, {&task, kNone, 0});
      task_nodes_[index].fit = fit.id;
      describe(fit, task, component, group);
      fit.outputs.resize(std::min<size_t>(fit.outputs.size(), 1));
    }
    PlanNode& node = add(fits ? NodeKind::apply : NodeKind::work, {&task, kNone, 0});
    task_nodes_[index].work = node.id;
    describe(node, task, component, group);
    if (fits) node.after.push_back(task_nodes_[index].fit);
    if (diagnostics_.errors() > before) set_broken(index);
  }

  void set_broken(uint32_t task) {
    for (const int id : {task_nodes_[task].work, task_nodes_[task].fit})
      if (id >= 0) draft_.sources[static_cast<size_t>(id)].broken = true;
  }

  /// Nothing is known of its outputs, or not enough.
  [[nodiscard]] bool is_broken(uint32_t task) const {
    const int id = task_nodes_[task].work;
    return id < 0 || draft_.sources[static_cast<size_t>(id)].broken;
  }

  void describe(PlanNode& node, const ExpandedTask& task, const plugin::ComponentInfo& component,
                uint32_t group) {
    node.task = task.name;
    node.component = component;
    node.origin = origin_of(task.spec->range, sources_);
    const bool again = node.kind == NodeKind::apply;  // the fit's messages were given already
    Diagnostics quiet;
    check_config(task, component, sources_, node, again ? quiet : diagnostics_);
    for (const plugin::PortInfo& port : component.inputs) {
      if (!port.dynamic) {
        node.inputs.push_back(port.name);
        node.input_optional.push_back(port.optional);
        continue;
      }
      for (const ExpandedInput& input : task.inputs) {
        node.inputs.push_back(input.port.value);
        node.input_optional.push_back(false);
      }
    }
    node.outputs = plugin::output_names(component, node.config);
    if (std::count(node.outputs.begin(), node.outputs.end(), "errors") > 0)
      diagnostics_.error(
          "reserved-name", task.spec->range,
          "`" + node.task + "` (" + component.id +
              ") has an output `errors`: the rows that a task refuses have that name");
    if (group != kNone) {
      const ExpandedGroup& g = expanded_.groups[group];
      node.group = g.name;
      if (g.model) {
        ModelRef model;
        model.group = g.name;
        model.member = task.name.substr(g.name.size() + 1);
        model.reference = template_parts(*g.model);
        model.on_missing = g.on_missing;
        if (g.mode == Mode::apply || node.kind != NodeKind::work) node.model = std::move(model);
      }
    }
    const Policy& policy = task.policy;
    node.on_error = policy.on_error.value_or(OnError::fail);
    node.retries = static_cast<int>(policy.retries);
    node.retry_delay_us = policy.retry_delay;
    node.max_retry_delay_us = policy.max_retry_delay;
    node.retry_backoff = policy.backoff == Backoff::exponential ? 2.0 : 1.0;
    node.timeout_us = policy.timeout.value_or(0);
    node.retry_duplicates = policy.retry_duplicates;
  }

  void make_version(uint32_t g) {
    const ExpandedGroup& group = expanded_.groups[g];
    PlanNode& node = add(NodeKind::version, {nullptr, g, 0});
    group_nodes_[g] = node.id;
    node.task = group.name;
    node.group = group.name;
    node.origin = origin_of(group.task->range, sources_);
    if (group.model)
      node.model = ModelRef{group.name, "", template_parts(*group.model), group.on_missing};
    for (uint32_t i = group.first_task; i < group.end_task; ++i)
      if (task_nodes_[i].fit >= 0) node.after.push_back(task_nodes_[i].fit);
    const bool known =
        std::all_of(task_nodes_.begin() + group.first_task, task_nodes_.begin() + group.end_task,
                    [](const TaskNodes& n) { return n.work >= 0; });
    if (node.after.empty() && known)
      diagnostics_.error("nothing-to-fit", group.task->range,
                         "group `" + group.name + "` has no estimator: there is nothing to fit");
  }

  // --- data edges ---

  int input_index(const PlanNode& node, const ExpandedTask& task, const Name& port) {
    if (!port.value.empty()) {
      for (size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i] == port.value) return static_cast<int>(i);
      auto& d = diagnostics_.error("unknown-port", port.range,
                                   "`" + node.component.id + "` has no input `" + port.value + "`");
      hint_ports(d, port.value, node.inputs, "input");
      return -1;
    }
    if (node.inputs.size() == 1) return 0;
    if (node.inputs.empty()) {
      diagnostics_.error("no-input", task.spec->from_range,
                         "`" + node.component.id + "` takes no input");
      return -1;
    }
    diagnostics_
        .error("which-port", task.spec->from_range,
               "`" + node.component.id + "` has several inputs")
        .hint =
        "name them: from = { " + node.inputs[0] + " = \"...\", " + node.inputs[1] + " = \"...\" }";
    return -1;
  }

  static void hint_ports(Diagnostic& d, const std::string& name,
                         const std::vector<std::string>& ports, const char* what) {
    if (const auto near = nearest_name(name, ports))
      d.hint = "did you mean `" + *near + "`?";
    else if (ports.empty())
      d.hint = std::string("it has no ") + what;
    else
      d.hint = std::string("its ") + what + "s: " + join_choices(ports, "`", " and ");
  }

  /// Index of an output, kErrorsPort, or nothing after a report.
  std::optional<int> output_index(const PlanNode& node, const ExpandedEdge& edge) {
    if (edge.port == "errors") return kErrorsPort;
    if (!edge.port.empty()) {
      for (size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i] == edge.port) return static_cast<int>(i);
      auto& d = diagnostics_.error(
          "unknown-port", edge.range,
          "`" + node.task + "` (" + node.component.id + ") has no output `" + edge.port + "`");
      hint_ports(d, edge.port, node.outputs, "output");
      return std::nullopt;
    }
    if (node.outputs.size() == 1) return 0;
    if (node.outputs.empty()) {
      diagnostics_
          .error("no-output", edge.range,
                 "`" + node.task + "` (" + node.component.id + ") gives no rows")
          .hint = "order without rows is said with `after`";
      return std::nullopt;
    }
    for (size_t i = 0; i < node.outputs.size(); ++i)
      if (node.outputs[i] == "out") return static_cast<int>(i);
    diagnostics_
        .error("which-port", edge.range,
               "`" + node.task + "` (" + node.component.id + ") has several outputs")
        .hint = "name one: " + join_choices(node.outputs, "`");
    return std::nullopt;
  }

  void connect(int from, int port, int to, int to_port, int position, const ExpandedEdge& edge) {
    PlanEdge& e = draft_.plan.edges.emplace_back();
    e.id = static_cast<int>(draft_.plan.edges.size()) - 1;
    e.from = from;
    e.from_port = port;
    e.to = to;
    e.to_port = to_port;
    e.position = position;
    e.when_full = edge.when_full;
    e.limit_bytes = edge.limit.value_or(0);
  }

  /// The node that ends a group's own columns at one of its outputs, made on first use.
  int boundary(uint32_t group, uint32_t output, int from, int port, const ExpandedEdge& edge) {
    const auto key = std::make_pair(group, output);
    if (const auto found = boundaries_.find(key); found != boundaries_.end()) return found->second;
    const ExpandedGroup& g = expanded_.groups[group];
    const plugin::ComponentInfo* component = registry_.find(kBoundaryComponent);
    if (!component || !g.outputs[output].add) return boundaries_[key] = -1;
    PlanNode& node = add(NodeKind::work, {nullptr, group, output});
    const int id = node.id;
    node.task = g.name + "." + g.outputs[output].name;
    if (expanded_.find(node.task).index != kNone)
      node.task = g.name + ".output." + g.outputs[output].name;
    node.group = g.name;
    node.component = *component;
    node.inputs = {"in"};
    node.input_optional = {false};
    node.outputs = {"out"};
    node.origin = origin_of(g.outputs[output].edge.range, sources_);
    const PlanNode& before = draft_.plan.nodes[static_cast<size_t>(from)];
    if (expanded_.groups[group].mode == Mode::apply) node.model = before.model;
    connect(from, port, id, 0, 0, edge);
    draft_.plan.edges.back().when_full = WhenFull::block;
    draft_.plan.edges.back().limit_bytes = 0;
    return boundaries_[key] = id;
  }

  void make_inputs(uint32_t index) {
    const ExpandedTask& task = expanded_.tasks[index];
    const TaskNodes nodes = task_nodes_[index];
    if (nodes.work < 0) return;
    const size_t before = diagnostics_.errors();
    std::vector<bool> fed(draft_.plan.nodes[static_cast<size_t>(nodes.work)].inputs.size(), false);
    for (const ExpandedInput& input : task.inputs) {
      const int to_port =
          input_index(draft_.plan.nodes[static_cast<size_t>(nodes.work)], task, input.port);
      if (to_port < 0) continue;
      fed[static_cast<size_t>(to_port)] = true;
      int position = 0;
      for (const ExpandedEdge& edge : input.edges) {
        if (is_broken(edge.from)) {
          set_broken(index);
          continue;
        }
        int from = task_nodes_[edge.from].work;
        const auto port = output_index(draft_.plan.nodes[static_cast<size_t>(from)], edge);
        if (!port) continue;
        int from_port = *port;
        if (from_port != kErrorsPort)
          for (const Crossing& crossing : edge.leaves) {
            const int end = boundary(crossing.group, crossing.output, from, from_port, edge);
            if (end >= 0) {
              from = end;
              from_port = 0;
            }
          }
        connect(from, from_port, nodes.work, to_port, position, edge);
        if (nodes.fit >= 0) connect(from, from_port, nodes.fit, to_port, position, edge);
        ++position;
      }
    }
    const PlanNode& node = draft_.plan.nodes[static_cast<size_t>(nodes.work)];
    for (size_t port = 0; port < fed.size(); ++port)
      if (!fed[port] && !node.input_optional[port]) {
        diagnostics_
            .error("missing-input", task.spec->range,
                   "input `" + node.inputs[port] + "` of `" + task.name + "` (" +
                       node.component.id + ") is not connected")
            .hint = "say where its rows come from: from = \"TASK\"";
      }
    if (diagnostics_.errors() > before) set_broken(index);
  }

  // --- start dependencies ---

  void nodes_of(NodeRef on, std::vector<int>& out) const {
    const auto add_task = [&](uint32_t task) {
      if (task_nodes_[task].work >= 0) out.push_back(task_nodes_[task].work);
    };
    if (!on.is_group) return add_task(on.index);
    if (group_nodes_[on.index] >= 0) {
      out.push_back(group_nodes_[on.index]);
      return;
    }
    const ExpandedGroup& g = expanded_.groups[on.index];
    for (uint32_t i = g.first_task; i < g.end_task; ++i) add_task(i);
  }

  void depend(PlanNode& node, const std::vector<Dependency>& dependencies) {
    depended_by_.resize(draft_.plan.nodes.size(), -1);
    for (const Dependency& d : dependencies) {
      std::vector<int> on;
      nodes_of(d.on, on);
      for (const int id : on) {
        if (id == node.id) continue;
        if (std::exchange(depended_by_[static_cast<size_t>(id)], node.id) == node.id) continue;
        node.after.push_back(id);
        node.trigger_on.push_back(id);
      }
    }
  }

  /// Conditions of a task and of the groups around it must all hold.
  void add_when(PlanNode& node, const std::optional<Value>& when) {
    if (!when) return;
    const std::string condition = check_when(*when, sources_, diagnostics_);
    if (condition.empty()) return;
    if (node.when.empty())
      node.when = condition;
    else
      node.when = "(" + node.when + ") and (" + condition + ")";
    if (node.when_origin.file.empty()) node.when_origin = origin_of(when->range, sources_);
  }

  void make_dependencies(PlanNode& node) {
    const NodeSource& source = draft_.sources[static_cast<size_t>(node.id)];
    uint32_t group = source.group;
    if (source.task) {
      depend(node, source.task->dependencies);
      node.trigger = source.task->trigger;
      add_when(node, source.task->when);
      group = source.task->group;
    }
    // A version node waits for its fits, which wait for what its group waits for.
    if (node.kind == NodeKind::version) return;
    for (; group != kNone; group = expanded_.groups[group].parent) {
      const ExpandedGroup& g = expanded_.groups[group];
      if (node.trigger_on.empty()) node.trigger = g.trigger;
      depend(node, g.dependencies);
      add_when(node, g.when);
    }
  }

  /// Training rows are replayed through the fitted estimators only where somebody reads them.
  void drop_unread_applies() {
    Plan& plan = draft_.plan;
    std::vector<bool> drop(plan.nodes.size(), false);
    std::vector<int> readers(plan.nodes.size(), 0), unread;
    const PlanLinks links(plan);
    const auto look_at = [&](int id) {
      if (readers[static_cast<size_t>(id)] == 0 && is_replay(plan.nodes[static_cast<size_t>(id)]))
        unread.push_back(id);
    };
    for (const PlanEdge& e : plan.edges) ++readers[static_cast<size_t>(e.from)];
    for (const PlanNode& node : plan.nodes) look_at(node.id);
    while (!unread.empty()) {
      const auto id = static_cast<size_t>(unread.back());
      unread.pop_back();
      drop[id] = true;
      for (const int edge : links.in[id]) {
        const int from = plan.edges[static_cast<size_t>(edge)].from;
        --readers[static_cast<size_t>(from)];
        look_at(from);
      }
    }
    drop_nodes(draft_, drop);
  }
  /// Of a fit group, and there only to hand training rows on.
  [[nodiscard]] bool is_replay(const PlanNode& node) const {
    const NodeSource& source = draft_.sources[static_cast<size_t>(node.id)];
    return node.kind == NodeKind::apply ||
           (!source.task && node.kind == NodeKind::work && is_fit_group(source.group)) ||
           (source.task && node.component.kind == plugin::Kind::transform &&
            is_fit_group(model_group(source.task->group)));
  }
  [[nodiscard]] bool is_fit_group(uint32_t group) const {
    return group != kNone && expanded_.groups[group].mode == Mode::fit;
  }

  const Expanded& expanded_;
  const plugin::Registry& registry_;
  const Sources& sources_;
  Draft& draft_;
  Diagnostics& diagnostics_;
  std::vector<TaskNodes> task_nodes_;
  std::vector<int> group_nodes_;  ///< version nodes by group
  std::map<std::pair<uint32_t, uint32_t>, int> boundaries_;
  std::vector<int> depended_by_;  ///< the last node whose trigger reads this one
};

}  // namespace

void make_nodes(const Expanded& expanded, const plugin::Registry& registry, const Sources& sources,
                Draft& draft, Diagnostics& diagnostics) {
  NodeMaker(expanded, registry, sources, draft, diagnostics).make();
}

}  // namespace weirflow::dag
