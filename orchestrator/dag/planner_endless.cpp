// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What cannot be behind rows without end: fits, stored edges, tasks that wait for the end.

#include <set>

#include "dag/plan_links.h"
#include "dag/planner_parts.h"

namespace weirflow::dag {

namespace {

class EndlessCheck {
 public:
  EndlessCheck(Draft& draft, Diagnostics& diagnostics)
      : draft_(draft), plan_(draft.plan), diagnostics_(diagnostics), source_(plan_.nodes.size()) {}

  void check() {
    const PlanLinks links(plan_);
    for (const PlanNode& node : plan_.nodes) {  // in topological order
      std::string& source = source_[index(node.id)];
      if (node.endless) source = node.task;
      if (source.empty()) continue;
      for (const int edge : links.out[index(node.id)])
        source_[index(plan_.edges[index(edge)].to)] = source;
    }
    for (const PlanNode& node : plan_.nodes) {
      check_fit(node);
      check_waits(node);
    }
    for (const PlanEdge& edge : plan_.edges) check_stored(edge);
  }

 private:
  static size_t index(int id) { return static_cast<size_t>(id); }

  [[nodiscard]] const TaskSpec* spec(int id) const {
    const ExpandedTask* task = draft_.sources[index(id)].task;
    return task ? task->spec : nullptr;
  }

  void check_fit(const PlanNode& node) {
    if (node.kind != NodeKind::fit || source_[index(node.id)].empty() || !spec(node.id)) return;
    if (!groups_.insert(node.group).second) return;
    diagnostics_
        .error("fit-without-end", spec(node.id)->uses.range,
               "`" + node.group + "` cannot be fitted: the rows of `" + source_[index(node.id)] +
                   "` never end")
        .hint = "fit on rows that end, and apply the model to these";
  }

  void check_waits(const PlanNode& node) {
    if (!spec(node.id)) return;
    for (const int on : node.trigger_on) {
      const PlanNode& before = plan_.nodes[index(on)];
      if (source_[index(on)].empty() || before.kind == NodeKind::version) continue;
      SourceRange place = spec(node.id)->range;
      for (const Name& name : spec(node.id)->after)
        if (name.value == before.task) place = name.range;
      diagnostics_.error("after-without-end", place,
                         "`" + node.task + "` waits for the end of `" + before.task +
                             "`, but the rows of `" + source_[index(on)] + "` never end");
    }
  }

  void check_stored(const PlanEdge& edge) {
    if (edge.kind != EdgeKind::materialised || source_[index(edge.from)].empty()) return;
    const PlanNode& reader = plan_.nodes[index(edge.to)];
    if (reader.kind != NodeKind::work || !spec(edge.to)) return;  // said of its fit
    diagnostics_.error("stored-without-end", spec(edge.to)->from_range,
                       "`" + reader.task + "` can only start when all rows of `" +
                           plan_.nodes[index(edge.from)].task + "` are stored (" + edge.why +
                           "), but they never end");
  }

  Draft& draft_;
  const Plan& plan_;
  Diagnostics& diagnostics_;
  std::set<std::string> groups_;     ///< said to be without end already
  std::vector<std::string> source_;  ///< by node: the task whose endless rows reach it, or ""
};

}  // namespace

void check_endless(Draft& draft, Diagnostics& diagnostics) {
  if (!draft.plan.bounded) EndlessCheck(draft, diagnostics).check();
}

}  // namespace weirflow::dag
