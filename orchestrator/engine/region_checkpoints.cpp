// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// A region with checkpoints: what it goes on from, and what its chains hand over.

#include <algorithm>
#include <set>

#include "engine/region.h"

namespace weirflow::engine {

using dag::EdgeKind;
using dag::PlanEdge;
using dag::PlanNode;

wf::Status RegionAttempt::recover() {
  if (!in_.checkpoints.store) return {};
  WF_ASSIGN(recovery_, recover_checkpoints(*in_.checkpoints.store, committing_, *in_.registry,
                                           in_.checkpoints.choice, in_.attempt->log,
                                           in_.checkpoints.cancelled));
  if (!recovery_.from) return in_.attempt->dead_letters->go_on({});
  const Manifest& manifest = recovery_.from->manifest;
  if (was_finished())
    for (const int id : in_.active)
      if (const TaskSnapshot* task = snapshot_of(id))
        restore_counters(task->counters, counters(id));
  if (manifest.final)
    return in_.attempt->dead_letters->go_on(
        {manifest.dead_letter_bytes, manifest.dead_letter_rows});
  WF_TRY(check_tasks(manifest));
  for (const int id : in_.active)
    if (const TaskSnapshot* task = snapshot_of(id)) restore_counters(task->counters, counters(id));
  for (auto& [id, counters] : edges_) {
    const std::string from = edge_name(*in_.plan, plan_edge(id), true);
    const std::string to = edge_name(*in_.plan, plan_edge(id), false);
    for (const EdgeSnapshot& e : manifest.edges)
      if (e.from == from && e.to == to) {
        counters->produced = e.produced;
        counters->consumed = e.consumed;
        counters->discarded = e.discarded;
        counters->shed = e.shed;
      }
  }
  return in_.attempt->dead_letters->go_on({manifest.dead_letter_bytes, manifest.dead_letter_rows});
}

const TaskSnapshot* RegionAttempt::snapshot_of(int node) const {
  const PlanNode& plan = in_.plan->nodes[static_cast<size_t>(node)];
  const TaskSnapshot* found = recovery_.from ? recovery_.from->manifest.find(plan.task) : nullptr;
  return found && found->component == plan.component.id ? found : nullptr;
}

/// State is addressed by the task's name: what the DAG has no more would be lost.
wf::Status RegionAttempt::check_tasks(const Manifest& manifest) const {
  std::set<std::string> kept;
  for (const int id : in_.active)
    if (const TaskSnapshot* task = snapshot_of(id)) kept.insert(task->task);
  std::string dropped;
  for (const TaskSnapshot& task : manifest.tasks)
    if (!task.parts.empty() && !kept.count(task.task))
      dropped += (dropped.empty() ? "" : ", ") + task.task + " (" + task.component + ")";
  if (dropped.empty()) return {};
  if (!in_.checkpoints.choice.allow_dropped_state)
    return {wf::Code::conflict,
            "checkpoint " + std::to_string(manifest.epoch) + " holds state of " + dropped +
                ", which the DAG has not any more; if it may be lost, add --allow-dropped-state"};
  if (in_.attempt->log)
    in_.attempt->log({0, wf::LogLevel::warning, "checkpoints", "dropped the state of " + dropped});
  return {};
}

wf::Result<std::optional<ChainRestore>> RegionAttempt::restore_of(
    const std::vector<ChainNode>& nodes) const {
  if (!recovery_.from) return std::optional<ChainRestore>();
  ChainRestore restore;
  // Behind an end only a source that was told to end early has something to go on with.
  const bool final = recovery_.from->manifest.final;
  if (final && !nodes.front().plan->endless) return std::optional<ChainRestore>();
  restore.ended = !final;
  for (const ChainNode& node : nodes) {
    ChainRestore::Node& from = restore.nodes.emplace_back();
    const TaskSnapshot* task = snapshot_of(node.plan->id);
    restore.ended = restore.ended && task && task->ended;
    if (!task) continue;
    if (!final) restore.watermark = std::max(restore.watermark, task->watermark);
    const auto part = [&](const char* name, std::optional<std::string>& to) -> wf::Status {
      const auto found = task->parts.find(name);
      if (found == task->parts.end()) return {};
      WF_ASSIGN(to, CheckpointStore::read(*recovery_.from, found->second));
      return {};
    };
    WF_TRY(part("position", from.position));
    WF_TRY(part("state", from.state));
    WF_TRY(part("keyed", from.keyed));
  }
  return std::optional<ChainRestore>(std::move(restore));
}

/// On the thread that hands over, at the barrier: neither side of an edge counts meanwhile what the
/// other has not.
void RegionAttempt::add_edge_cuts(const Chain& chain, ChainSnapshot& snapshot) {
  for (const ChainNode& node : chain.nodes()) {
    for (const int id : edges_from(node.plan->id)) {
      if (!edges_.count(id)) continue;
      const EdgeCounters& c = edge(id);
      snapshot.edges.push_back({id, true, c.produced, c.shed, 0});
    }
    for (const int id : edges_into(node.plan->id))
      if (edges_.count(id)) snapshot.edges.push_back({id, false, 0, 0, edge(id).consumed});
  }
}

wf::Status RegionAttempt::make_coordinator() {
  if (!in_.checkpoints.store) return {};
  CoordinatorInputs inputs;
  inputs.plan = in_.plan;
  inputs.attempt = in_.attempt;
  inputs.activity = activity_.get();
  inputs.store = in_.checkpoints.store;
  inputs.options = in_.checkpoints.options;
  inputs.figures = in_.checkpoints.figures;
  inputs.committing = &committing_;
  inputs.chains = static_cast<int>(chains_.size());
  inputs.lineage = recovery_.lineage;
  inputs.epoch = recovery_.epoch;
  inputs.record_first = recovery_.record_first;
  if (recovery_.from) {
    inputs.restored_epoch = recovery_.from->manifest.epoch;
    inputs.restored_hash = recovery_.from->hash;
  }
  inputs.wake_sources = [this] {
    for (auto& chain : chains_) chain->wake_source();
  };
  inputs.replace = [this](int64_t epoch) { replace_models(epoch); };
  inputs.release = [this](int64_t epoch, bool all) {
    for (size_t i = 0; i < chains_.size(); ++i)
      if (all || !decides_[i]) chains_[i]->release(epoch);
  };
  if (in_.attempt->clock)
    inputs.wake_at = [this](int64_t at_us, std::function<void()> wake) {
      timers_.at(at_us, std::move(wake));
    };
  inputs.check_rows = [this] { return check_rows(); };
  inputs.failed = [this](int node, wf::Status status) { (void)cancel_at(node, std::move(status)); };
  in_.attempt->failed = inputs.failed;
  in_.attempt->pressure = [this](int node, bool rest, std::string_view reason) {
    coordinator_->pressure(node, rest, reason);
  };
  in_.checkpoints.figures->go_on(in_.region->id, inputs.options.interval_us, inputs.epoch);
  coordinator_ = std::make_unique<Coordinator>(std::move(inputs));
  return {};
}

bool RegionAttempt::was_finished() const {
  return recovery_.from && recovery_.from->manifest.final &&
         recovery_.from->manifest.run == in_.attempt->run;
}

void RegionAttempt::stop() {
  if (coordinator_)
    coordinator_->stop();
  else
    stop_sources();
}

void RegionAttempt::checkpoint() {
  if (coordinator_) coordinator_->checkpoint();
}

bool RegionAttempt::wants_recovery() const {
  return coordinator_ && coordinator_->wants_recovery();
}

}  // namespace weirflow::engine
