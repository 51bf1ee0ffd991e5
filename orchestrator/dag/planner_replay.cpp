// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// The part of a DAG that dead letters of a task go through again: their rows in place of one of its
// inputs, everything behind it, and what those tasks read besides.

#include <algorithm>

#include "core/text.h"
#include "dag/plan_links.h"
#include "dag/planner_parts.h"

namespace weirflow::dag {

namespace {

constexpr const char* kRows = "replay.rows";
constexpr const char* kMark = "replay.mark";

size_t index(int id) { return static_cast<size_t>(id); }

class ReplayCut {
 public:
  ReplayCut(const ReplayOptions& replay, const plugin::Registry& registry, Draft& draft,
            Diagnostics& diagnostics)
      : replay_(replay),
        registry_(registry),
        draft_(draft),
        plan_(draft.plan),
        diagnostics_(diagnostics) {}

  void cut() {
    const int task = find_task();
    if (task < 0) return;
    const int port = find_port(plan_.nodes[index(task)]);
    if (port < 0) return;
    mark_behind(task);
    drop_other_inputs(task, port);
    mark_needed();
    for (const PlanNode& node : plan_.nodes)
      if (kept_[index(node.id)] && !check(node)) return;
    for (PlanNode& node : plan_.nodes)
      if (kept_[index(node.id)]) release(node);
    feed(task, port);
    kept_.resize(plan_.nodes.size(), true);
    kept_.flip();
    drop_nodes(draft_, kept_);
  }

 private:
  Diagnostic& refuse(const std::string& message) {
    return diagnostics_.error("no-replay", {}, message);
  }

  int find_task() {
    std::vector<std::string> names;
    for (const PlanNode& node : plan_.nodes) {
      if (node.kind == NodeKind::version) continue;
      if (node.task == replay_.task && node.kind != NodeKind::fit) return node.id;
      names.push_back(node.task);
    }
    auto& d = diagnostics_.error("unknown-task", {}, "no task is called `" + replay_.task + "`");
    if (const auto near = nearest_name(replay_.task, names))
      d.hint = "did you mean `" + *near + "`?";
    return -1;
  }

  int find_port(const PlanNode& node) {
    if (node.inputs.empty()) {
      refuse("`" + node.task + "` (" + node.component.id + ") takes no rows");
      return -1;
    }
    if (replay_.port.empty() && node.inputs.size() == 1) return 0;
    const auto found = std::find(node.inputs.begin(), node.inputs.end(), replay_.port);
    if (found != node.inputs.end()) return static_cast<int>(found - node.inputs.begin());
    refuse("`" + node.task + "` has no input `" + replay_.port +
           "`, where the rows of its dead letters came from")
        .hint = "its inputs: " + join_choices(node.inputs, "`", " and ");
    return -1;
  }

  void mark_behind(int task) {
    behind_.assign(plan_.nodes.size(), false);
    behind_[index(task)] = true;
    const PlanLinks links(plan_);
    std::vector<int> open{task};
    while (!open.empty()) {
      const int id = open.back();
      open.pop_back();
      for (const int e : links.out[index(id)]) {
        const int to = plan_.edges[index(e)].to;
        if (behind_[index(to)]) continue;
        behind_[index(to)] = true;
        open.push_back(to);
      }
    }
  }

  /// Where rows of the letters come in, no others do.
  void drop_other_inputs(int task, int port) {
    std::vector<std::vector<bool>> fed(plan_.nodes.size());
    for (const PlanNode& node : plan_.nodes) fed[index(node.id)].resize(node.inputs.size(), false);
    fed[index(task)][index(port)] = true;
    for (const PlanEdge& e : plan_.edges)
      if (behind_[index(e.from)]) fed[index(e.to)][index(e.to_port)] = true;
    std::erase_if(plan_.edges, [&](const PlanEdge& e) {
      if (!behind_[index(e.to)] || !fed[index(e.to)][index(e.to_port)]) return false;
      return !behind_[index(e.from)] || (e.to == task && e.to_port == port);
    });
    for (size_t i = 0; i < plan_.edges.size(); ++i) plan_.edges[i].id = static_cast<int>(i);
  }

  /// Tables and other inputs of what is behind the task, with all that they need.
  void mark_needed() {
    kept_ = behind_;
    const PlanLinks links(plan_);
    std::vector<int> open;
    const auto need = [&](int id) {
      if (kept_[index(id)]) return;
      kept_[index(id)] = true;
      open.push_back(id);
    };
    for (const PlanEdge& e : plan_.edges)
      if (behind_[index(e.to)]) need(e.from);
    while (!open.empty()) {
      const int id = open.back();
      open.pop_back();
      for (const int e : links.in[index(id)]) need(plan_.edges[index(e)].from);
      for (const int on : plan_.nodes[index(id)].after) need(on);
    }
  }

  static bool reads_results(const std::vector<TemplatePart>& parts) {
    return std::any_of(parts.begin(), parts.end(), [](const TemplatePart& part) {
      return part.kind == TemplatePart::Kind::version || part.kind == TemplatePart::Kind::result;
    });
  }

  bool check(const PlanNode& node) {
    if (behind_[index(node.id)] && node.kind != NodeKind::work) {
      refuse("`" + node.task + "` is fitted in this DAG: rows cannot be added to a fit").hint =
          "run the DAG again";
      return false;
    }
    const auto gone = std::find_if(node.after.begin(), node.after.end(),
                                   [&](int on) { return !kept_[index(on)]; });
    if (gone == node.after.end()) return true;
    bool reads = !node.when.empty() || (node.model && reads_results(node.model->reference));
    for (const Deferred& deferred : node.deferred) reads = reads || reads_results(deferred.parts);
    if (!reads) return true;
    refuse("`" + node.task + "` needs results of `" + plan_.nodes[index(*gone)].task +
           "`, which does not run in a replay")
        .hint = "write the value into a copy of the DAG, and replay with that";
    return false;
  }

  /// It waits for nothing that does not run; what it refuses is a dead letter again.
  void release(PlanNode& node) {
    const size_t before = node.trigger_on.size();
    std::erase_if(node.trigger_on, [&](int on) { return !kept_[index(on)]; });
    if (node.trigger_on.size() != before) node.trigger = TriggerRule::all_success;
    const ExpandedTask* task = draft_.sources[index(node.id)].task;
    if (behind_[index(node.id)] && task && !task->policy.on_error)
      node.on_error = OnError::dead_letter;
  }

  PlanNode& add(const char* component, const std::string& name) {
    PlanNode& node = plan_.nodes.emplace_back();
    node.id = static_cast<int>(plan_.nodes.size()) - 1;
    node.task = name;
    if (const auto* found = registry_.find(component)) node.component = *found;
    draft_.sources.push_back({});
    return node;
  }

  void connect(int from, int to, int port) {
    PlanEdge& edge = plan_.edges.emplace_back();
    edge.id = static_cast<int>(plan_.edges.size()) - 1;
    edge.from = from;
    edge.to = to;
    edge.to_port = port;
  }

  void feed(int task, int port) {
    // No task of a file can have these names.
    PlanNode& rows = add(kRows, "dead-letters");
    rows.outputs = {"out"};
    rows.config = {{"path", wf::Value(replay_.rows)}};
    const int from = rows.id;
    connect(from, task, port);
    PlanNode& mark = add(kMark, "dead-letters-mark");
    mark.inputs = {"in"};
    mark.input_optional = {false};
    mark.config = {{"marks", wf::Value(replay_.marks)}, {"target", wf::Value(replay_.target)}};
    connect(from, mark.id, 0);
  }

  const ReplayOptions& replay_;
  const plugin::Registry& registry_;
  Draft& draft_;
  Plan& plan_;
  Diagnostics& diagnostics_;
  std::vector<bool> behind_;  ///< the task and what its rows reach
  std::vector<bool> kept_;
};

}  // namespace

void add_replay(const PlannerOptions& options, const plugin::Registry& registry, Draft& draft,
                Diagnostics& diagnostics) {
  if (options.replay) ReplayCut(*options.replay, registry, draft, diagnostics).cut();
}

void check_replay(const PlannerOptions& options, const Draft& draft, Diagnostics& diagnostics) {
  if (!options.replay || diagnostics.errors() > 0) return;
  const Plan& plan = draft.plan;
  const PlanNode* rows = nullptr;
  for (const PlanNode& node : plan.nodes)
    if (node.component.id == kRows) rows = &node;
  const PlanLinks links(plan);
  std::vector<bool> behind(plan.nodes.size(), false);
  const auto refuse = [&](const PlanNode& node, const std::string& why) -> Diagnostic& {
    return diagnostics.error("no-replay", {}, "`" + node.task + "` " + why);
  };
  for (const PlanNode& node : plan.nodes) {  // in topological order
    if (rows && node.id == rows->id) behind[index(node.id)] = true;
    if (node.endless)
      refuse(node, "is read by a task behind `" + options.replay->task +
                       "` as well, and its rows never end");
    if (!behind[index(node.id)]) continue;
    for (const int e : links.out[index(node.id)]) behind[index(plan.edges[index(e)].to)] = true;
    // Rows and mark are committed together, or a crash between them would lose one of them.
    if (node.region != rows->region)
      refuse(node,
             "takes its rows when those before it have ended (they are stored on the way), so "
             "that it cannot commit together with them");
    if (node.commit_mode == wf::CommitMode::decides)
      refuse(node, "commits on its other side with checkpoints, which a replay cannot take part in")
          .hint = "replay with a copy of the DAG whose sink has another `delivery`";
  }
}

}  // namespace weirflow::dag
