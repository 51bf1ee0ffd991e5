// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/model_follower.h"

#include <chrono>

#include "core/clock.h"

namespace weirflow::engine {

ModelFollower::ModelFollower(Inputs inputs, std::vector<FollowedModel> models)
    : in_(std::move(inputs)), models_(std::move(models)) {}

ModelFollower::~ModelFollower() { stop(); }

void ModelFollower::start() {
  thread_ = std::thread([this] { run(); });
}

void ModelFollower::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::vector<ModelFollower::Ready> ModelFollower::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(ready_, {});
}

void ModelFollower::retire(std::vector<LaneNode> nodes) {
  const std::lock_guard lock(mutex_);
  for (LaneNode& node : nodes) retired_.push_back(std::move(node));
  changed_.notify_all();
}

void ModelFollower::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    std::vector<LaneNode> retired = std::exchange(retired_, {});
    // While one version waits for its barrier no other is made.
    const bool waits = !ready_.empty();
    lock.unlock();
    for (LaneNode& node : retired) (void)node.instance->close();
    retired.clear();
    if (!waits)
      for (FollowedModel& model : models_) look(model);
    lock.lock();
    changed_.wait_for(lock, std::chrono::microseconds(in_.look_every_us),
                      [&] { return stop_ || !retired_.empty(); });
  }
}

void ModelFollower::look(FollowedModel& model) {
  wf::Result<std::string> now = in_.models->resolve(model.reference);
  std::string what = now.ok() ? *now : now.error().message();
  if (now.ok() && *now == model.version) {
    refused_.erase(model.reference);
    return;
  }
  std::string& refused = refused_[model.reference];
  if (what == refused) return;
  wf::Result<Ready> made = now.ok() ? make(model, *now) : wf::Result<Ready>(now.error());
  if (!made.ok()) {
    refused = std::move(what);
    if (in_.log)
      in_.log({wall_us(), wf::LogLevel::error, model.nodes.front()->task,
               model.version + " goes on, " + model.reference +
                   " cannot be followed: " + made.error().message()});
    return;
  }
  refused_.erase(model.reference);
  model.version = *now;
  {
    const std::lock_guard lock(mutex_);
    ready_.push_back(std::move(*made));
  }
  in_.ready();
}

wf::Result<ModelFollower::Ready> ModelFollower::make(const FollowedModel& model,
                                                     const std::string& version) {
  Ready ready{model.version, version, {}};
  for (const dag::PlanNode* node : model.nodes) {
    auto lanes = in_.make(*node, version);
    if (!lanes.ok()) return wf::Status(lanes.error()).with_context(node->task);
    for (LaneNode& lane : *lanes)
      if (wf::Status opened = lane.instance->open(); !opened.ok())
        return std::move(opened).with_context(node->task);
    ready.lanes[node->id] = std::move(*lanes);
  }
  return ready;
}

}  // namespace weirflow::engine
