// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Models of a running stream that follow their alias (design 03, "Model swap").
///
/// Looks where each reference stands. When one has moved, the instances of every task that is
/// loaded from it are made anew beside those at work: opened, verified, loaded and bound. All of
/// them wait for a barrier, at which they take over together. A version that cannot be made so is
/// refused, once, with an error in the log, and the one at work goes on.
///
/// Threads: one of its own makes and destroys instances; the functions are [any].

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dag/plan.h"
#include "engine/chain.h"
#include "engine/models.h"
#include "engine/services.h"

namespace weirflow::engine {

/// A model that tasks of the region are loaded from.
struct FollowedModel {
  std::string reference;
  std::string version;  ///< at work
  std::vector<const dag::PlanNode*> nodes;
};

class ModelFollower {
 public:
  struct Inputs {
    Models* models = nullptr;
    LogSink log;
    /// The node's lanes, loaded and bound.
    std::function<wf::Result<std::vector<LaneNode>>(const dag::PlanNode&,
                                                    const std::string& version)>
        make;
    std::function<void()> ready;  ///< a version waits for a barrier
    int64_t look_every_us = 500'000;
  };
  /// A version that is ready to take over.
  struct Ready {
    std::string from, to;
    std::map<int, std::vector<LaneNode>> lanes;  ///< by node
  };

  ModelFollower(Inputs inputs, std::vector<FollowedModel> models);
  ~ModelFollower();
  ModelFollower(const ModelFollower&) = delete;
  ModelFollower& operator=(const ModelFollower&) = delete;

  void start();
  /// Joins.
  void stop();
  /// What is ready; the caller puts it to work.
  std::vector<Ready> take();
  /// Closes and destroys nodes that are no longer at work.
  void retire(std::vector<LaneNode> nodes);

 private:
  void run();
  void look(FollowedModel& model);
  wf::Result<Ready> make(const FollowedModel& model, const std::string& version);

  const Inputs in_;
  std::vector<FollowedModel> models_;           // of the thread
  std::map<std::string, std::string> refused_;  // of the thread: by reference, the last one
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::vector<Ready> ready_;
  std::vector<LaneNode> retired_;
};

}  // namespace weirflow::engine
