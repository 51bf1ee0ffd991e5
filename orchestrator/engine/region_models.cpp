// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Versions of models in a region with checkpoints: those of the checkpoint that it goes on from,
// and those that come while it runs.

#include <algorithm>

#include "core/clock.h"
#include "engine/region.h"

namespace weirflow::engine {

using dag::PlanNode;

namespace {

std::string name_of(const std::string& version) { return version.substr(0, version.find('@')); }

}  // namespace

/// What a task has learnt from its rows would not go over to another instance.
bool RegionAttempt::keeps_version(const FollowedModel& model) const {
  for (const PlanNode* node : model.nodes)
    if (node->component.can(WF_ABILITY_STATEFUL)) {
      if (in_.attempt->log)
        in_.attempt->log({wall_us(), wf::LogLevel::warning, node->task,
                          model.reference + " is not followed: " + node->component.id +
                              " keeps state of its own; it stays " + model.version});
      return true;
    }
  return false;
}

wf::Result<std::vector<LaneNode>> RegionAttempt::make_version(const PlanNode& node,
                                                              const std::string& version,
                                                              size_t lanes) {
  WF_ASSIGN(const auto opened, in_.models->open(version));
  WF_ASSIGN(const FittedState state, state_for(*in_.plan, node, opened));
  std::vector<LaneNode> made;
  while (made.size() < lanes) {
    WF_ASSIGN(LaneNode lane, make_instance(node, state));
    made.push_back(std::move(lane));
  }
  return made;
}

/// Rows that were read before the crash are scored again by the version that had scored them.
wf::Status RegionAttempt::restore_versions() {
  if (!recovery_.from || recovery_.from->manifest.final) return {};
  for (auto& [id, lanes] : made_) {
    const TaskSnapshot* task = snapshot_of(id);
    if (recipes_.at(id).model.empty() || !task || task->model_version.empty()) continue;
    const std::string version = lanes.front().model_version;
    if (task->model_version == version || name_of(task->model_version) != name_of(version))
      continue;
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(id)];
    wf::Result<std::vector<LaneNode>> restored =
        make_version(node, task->model_version, lanes.size());
    if (restored.ok()) {
      lanes = std::move(*restored);
    } else if (in_.attempt->log) {
      // No row behind the checkpoint is committed: it may have another version.
      in_.attempt->log({wall_us(), wf::LogLevel::warning, node.task,
                        version + " works instead of " + task->model_version +
                            ", which the checkpoint names: " + restored.error().message()});
    }
  }
  return {};
}

/// A region without end follows its models; what ends by itself keeps what it began with.
void RegionAttempt::make_follower() {
  if (!in_.checkpoints.store || !in_.region->endless || !in_.models) return;
  std::map<std::string, FollowedModel> models;
  std::map<int, size_t> lanes;
  for (const auto& [id, recipe] : recipes_) {
    if (recipe.model.empty()) continue;
    FollowedModel& model = models[recipe.model];
    model.reference = recipe.model;
    model.version = made_.at(id).front().model_version;
    model.nodes.push_back(&in_.plan->nodes[static_cast<size_t>(id)]);
    lanes[id] = made_.at(id).size();
  }
  std::erase_if(models, [&](const auto& entry) { return keeps_version(entry.second); });
  if (models.empty()) return;
  ModelFollower::Inputs inputs;
  inputs.models = in_.models;
  inputs.log = in_.attempt->log;
  inputs.ready = [this] { coordinator_->checkpoint(); };
  constexpr int64_t kMostWait = 500'000;
  inputs.look_every_us = std::clamp<int64_t>(in_.checkpoints.options.interval_us, 1000, kMostWait);
  inputs.make = [this, lanes](const PlanNode& node, const std::string& version) {
    return make_version(node, version, lanes.at(node.id));
  };
  std::vector<FollowedModel> list;
  for (auto& [reference, model] : models) list.push_back(std::move(model));
  follower_ = std::make_unique<ModelFollower>(std::move(inputs), std::move(list));
}

/// On the coordinator's thread, before barrier `epoch`.
void RegionAttempt::replace_models(int64_t epoch) {
  if (!follower_) return;
  for (ModelFollower::Ready& ready : follower_->take()) {
    std::string tasks;
    for (auto& chain : chains_) {
      std::vector<Chain::Replacement> replacements;
      for (size_t place = 0; place < chain->nodes().size(); ++place) {
        const PlanNode& node = *chain->nodes()[place].plan;
        const auto lanes = ready.lanes.find(node.id);
        if (lanes == ready.lanes.end()) continue;
        replacements.push_back({place, std::move(lanes->second)});
        tasks = tasks.empty() ? node.task : tasks;
      }
      if (!replacements.empty()) chain->replace_at(epoch, std::move(replacements));
    }
    if (in_.attempt->log)
      in_.attempt->log({wall_us(), wf::LogLevel::info, tasks,
                        "from epoch " + std::to_string(epoch + 1) + " on " + ready.to +
                            " works instead of " + ready.from});
  }
}

}  // namespace weirflow::engine
