// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/run.h"
#include "engine/run_live.h"

namespace weirflow::engine {

using dag::EdgeKind;
using dag::NodeKind;
using dag::PlanEdge;
using dag::PlanNode;

void Run::decide_nodes() {
  while (!open_questions_.empty()) {
    const auto id = static_cast<size_t>(open_questions_.front());
    open_questions_.pop_front();
    asked_[id] = false;
    if (states_[id] == TaskState::pending && !ready_[id]) (void)decide(plan_.nodes[id]);
  }
}

/// decide() may answer otherwise than before.
void Run::look_again(int node) {
  const auto n = static_cast<size_t>(node);
  if (asked_[n] || decided_[n]) return;
  asked_[n] = true;
  open_questions_.push_back(node);
}

/// A node has ended: what waits for it is looked at again.
void Run::announce(int node) {
  const bool success = states_[static_cast<size_t>(node)] == TaskState::success;
  for (const int id : links_.dependents[static_cast<size_t>(node)]) {
    // One success of many cannot decide all_success, and a join may have very many.
    const bool is_last = success && --unsuccessful_[static_cast<size_t>(id)] == 0;
    const bool waits_for_all =
        plan_.nodes[static_cast<size_t>(id)].trigger == dag::TriggerRule::all_success;
    if (!success || is_last || !waits_for_all) look_again(id);
  }
  for (const int edge : links_.out[static_cast<size_t>(node)])
    look_again(plan_.edges[static_cast<size_t>(edge)].to);
}

void Run::set_ready(int node) {
  ready_[static_cast<size_t>(node)] = true;
  set_decided(node);
  for (const int edge : links_.out[static_cast<size_t>(node)])
    look_again(plan_.edges[static_cast<size_t>(edge)].to);
}

void Run::set_decided(int node) {
  if (decided_[static_cast<size_t>(node)]) return;
  decided_[static_cast<size_t>(node)] = true;
  const int region = plan_.nodes[static_cast<size_t>(node)].region;
  if (--undecided_[static_cast<size_t>(region)] == 0) startable_.insert(region);
}

/// True when the node is decided now: ready, skipped or upstream_failed.
bool Run::decide(const PlanNode& node) {
  const auto end = [&](TriggerAnswer answer, const std::string& why) {
    set_state(node.id,
              answer == TriggerAnswer::skip ? TaskState::skipped : TaskState::upstream_failed, why);
    return true;
  };
  std::vector<TaskState> read;
  const std::set<int> trigger_on(node.trigger_on.begin(), node.trigger_on.end());
  for (const int dep : node.after) {
    const TaskState state = states_[static_cast<size_t>(dep)];
    const bool by_rule = trigger_on.count(dep) > 0;
    if (by_rule) {
      read.push_back(state);
      continue;
    }
    const std::string& name = plan_.nodes[static_cast<size_t>(dep)].task;
    if (is_bad(state)) return end(TriggerAnswer::upstream_failed, name + " did not succeed");
    if (state == TaskState::skipped) return end(TriggerAnswer::skip, name + " was skipped");
    if (state != TaskState::success) return false;
  }
  TriggerAnswer answer = evaluate(node.trigger, read);
  if (answer == TriggerAnswer::wait) return false;
  if (answer != TriggerAnswer::run)
    return end(answer, "trigger rule " + std::string(dag::to_string(node.trigger)));
  answer = data_answer(node);
  if (answer == TriggerAnswer::wait) return false;
  if (answer != TriggerAnswer::run)
    return end(answer,
               answer == TriggerAnswer::skip ? "its input was skipped" : "its input failed");
  if (!node.when.empty()) {
    wf::Result<bool> holds = options_.condition ? options_.condition(node, template_values())
                                                : wf::internal_error("conditions are not set up");
    if (!holds.ok()) {
      set_state(node.id, TaskState::failed, "when: " + holds.error().message(),
                holds.error().code());
      return true;
    }
    if (!*holds) return end(TriggerAnswer::skip, "when: " + node.when);
  }
  auto by_model = model_answer(node);
  if (!by_model.ok()) {
    set_state(node.id, TaskState::failed, by_model.error().message(), by_model.error().code());
    return true;
  }
  if (*by_model == TriggerAnswer::skip)
    return end(TriggerAnswer::skip, "there is no such model yet");
  set_ready(node.id);
  return true;
}

/// Data inputs are always required: run when every required port has a producer left.
TriggerAnswer Run::data_answer(const PlanNode& node) const {
  bool waits = false, skips = false;
  for (size_t port = 0; port < node.inputs.size(); ++port) {
    int producers = 0, skipped = 0;
    for (const int id : links_.in[static_cast<size_t>(node.id)]) {
      const PlanEdge& e = plan_.edges[static_cast<size_t>(id)];
      if (e.to_port != static_cast<int>(port)) continue;
      ++producers;
      const auto from = static_cast<size_t>(e.from);
      if (is_bad(states_[from])) return TriggerAnswer::upstream_failed;
      if (states_[from] == TaskState::skipped)
        ++skipped;
      else if (e.kind == EdgeKind::materialised)
        waits = waits || states_[from] != TaskState::success;
      else
        waits = waits || (states_[from] == TaskState::pending && !ready_[from]);
    }
    const bool optional = port < node.input_optional.size() && node.input_optional[port];
    if (producers > 0 && skipped == producers && !optional) skips = true;
  }
  if (skips) return TriggerAnswer::skip;
  return waits ? TriggerAnswer::wait : TriggerAnswer::run;
}

wf::Result<TriggerAnswer> Run::model_answer(const PlanNode& node) {
  if (!node.model || node.kind != NodeKind::work) return TriggerAnswer::run;
  auto opened = model(node);
  if (opened.ok()) return TriggerAnswer::run;
  if (node.model->on_missing == dag::OnMissing::skip &&
      opened.error().code() == wf::Code::not_found)
    return TriggerAnswer::skip;
  return opened.error();
}

TemplateValues Run::template_values() {
  TemplateValues values;
  values.secret = options_.secret;
  values.version = [this](const std::string& task) -> wf::Result<wf::Value> {
    const auto found = versions_.find(task);
    return found == versions_.end() ? wf::Value() : wf::Value(found->second);
  };
  values.result = [this](const std::string& task, const std::string& key) -> wf::Result<wf::Value> {
    const auto node = by_name_.find(task);
    const TaskReport* report =
        node == by_name_.end() ? nullptr : &tasks_[static_cast<size_t>(node->second)];
    if (!report || report->state != TaskState::success) return wf::Value();
    wf::Value at(report->results);
    for (size_t start = 0; start < key.size();) {
      const size_t dot = std::min(key.find('.', start), key.size());
      const wf::Value* next = at.find(key.substr(start, dot - start));
      if (!next) return wf::not_found("the result of " + task + " has no '" + key + "'");
      at = wf::Value(*next);
      start = dot + 1;
    }
    return at;
  };
  return values;
}

void Run::set_state(int node, TaskState state, const std::string& reason, wf::Code code) {
  const bool ends = is_ended(state) && !is_ended(states_[static_cast<size_t>(node)]);
  states_[static_cast<size_t>(node)] = state;
  if (ends) {
    ++tasks_done_;
    set_decided(node);
    announce(node);
  }
  TaskReport& report = tasks_[static_cast<size_t>(node)];
  report.state = state;
  if (!reason.empty()) report.reason = reason;
  report.code = code;
  figures_.set_state(node, state, report.attempts);
  if (options_.record) options_.record->set_state(node, state, report.attempts);
  if (state == TaskState::failed && first_error_.empty()) {
    first_error_ = reason;
    first_code_ = code;
    failed_task_ = report.task;
  }
}

}  // namespace weirflow::engine
