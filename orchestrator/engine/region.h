// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One attempt of a region: instances, queues and chains of its nodes; started, watched and ended
/// by the run (run.h).
///
/// Life: prepare() makes and binds every instance (nothing is opened) -> start() -> the `done`
/// callback, from a worker, when nothing moves any more -> end(), which checks conservation and
/// commits or aborts. After cancel() nothing is committed.
///
/// Commit (design 03, a region as one epoch): every committer prepares; the manifest with their
/// blobs is made durable and renamed to `committed` - the commit point -; then each commits. A
/// crash behind the commit point is rolled forward by recover_commits(), one before it leaves
/// nothing visible. A region with checkpoints commits with each of them (coordinator.h); it goes on
/// from the last one.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "batch/spool.h"
#include "dag/plan.h"
#include "dag/plan_links.h"
#include "engine/chain.h"
#include "engine/checkpoint_figures.h"
#include "engine/coordinator.h"
#include "engine/model_follower.h"
#include "engine/models.h"
#include "engine/recovery.h"
#include "engine/services.h"
#include "engine/spool_edge.h"
#include "engine/timer_thread.h"
#include "plugin/instance.h"
#include "plugin/registry.h"

namespace weirflow::engine {

/// A materialised output: complete once its region succeeded; read by any number of edges.
struct SpoolFile {
  std::string path;
  std::shared_ptr<const batch::Spool> spool;  ///< null until complete
};
/// Spools by producing node and output port.
using Spools = std::map<std::pair<int, int>, SpoolFile>;

/// What an attempt needs from the run. The references live longer than the attempt.
struct RegionInputs {
  const dag::Plan* plan = nullptr;
  const dag::PlanLinks* links = nullptr;
  const dag::PlanRegion* region = nullptr;
  /// Nodes that take part; the others were skipped, and their edges with them.
  std::set<int> active;
  /// Nodes of any region that were not skipped. Edges into skipped nodes or from skipped producers
  /// do not exist; an optional port whose producers were all skipped gets an empty end. Asked by
  /// prepare() alone.
  std::function<bool(int)> is_live;
  plugin::Registry* registry = nullptr;
  Pool* pool = nullptr;
  AttemptContext* attempt = nullptr;
  QueueLimits queue;
  std::string folder;  ///< of the attempt: spools, spill files, commit manifest
  const Spools* spools = nullptr;
  /// Configuration of a node with its templates resolved.
  std::function<wf::Result<wf::Value::Table>(const dag::PlanNode&)> config;
  /// State and version that an apply node begins with.
  std::function<wf::Result<FittedState>(const dag::PlanNode&)> state;
  /// Where other versions are, and the reference of an apply node that names its model.
  Models* models = nullptr;
  std::function<wf::Result<std::string>(const dag::PlanNode&)> model_reference;
  std::function<void()> done;
  /// Without a store the region is one epoch.
  struct Checkpoints {
    CheckpointStore* store = nullptr;  ///< locked
    CheckpointOptions options;
    CheckpointFigures* figures = nullptr;  ///< with a store
    RecoveryChoice choice;
    std::function<bool()> cancelled;  ///< asked while the start waits for another side
    std::string shard;                ///< "weirflow.<home>.<dag>.<shard>", for committers
  } checkpoints;
};

class RegionAttempt {
 public:
  /// `failed_node` tells the node that could not be made.
  static wf::Result<std::unique_ptr<RegionAttempt>> prepare(RegionInputs inputs, int& failed_node);
  ~RegionAttempt();
  RegionAttempt(const RegionAttempt&) = delete;
  RegionAttempt& operator=(const RegionAttempt&) = delete;

  void start();
  /// [any] Everything stops soon; `reason` becomes the attempt's status unless it failed before.
  void cancel(wf::Status reason);
  /// [any] The same, with a node to blame. False when it was cancelled before.
  bool cancel_at(int node, wf::Status reason);
  /// [any] Its sources end as if there were no more; the rest goes on to its end.
  void stop_sources();
  /// [any] With checkpoints: one more of them, then the end; without: as stop_sources().
  void stop();
  /// [any] One more checkpoint, if it has any.
  void checkpoint();
  /// The outcome of a commit is unknown: the region starts again, which is not a retry.
  [[nodiscard]] bool wants_recovery() const;
  /// It ended behind a checkpoint, on request.
  [[nodiscard]] bool is_stopped() const { return coordinator_ && coordinator_->is_stopped(); }
  /// Recovery has found that this very run had committed its final epoch: there is nothing to
  /// start.
  [[nodiscard]] bool was_finished() const;
  /// It has committed a checkpoint.
  [[nodiscard]] bool has_progressed() const {
    return coordinator_ && coordinator_->has_progressed();
  }
  /// The region is quiet: finished, failed, cancelled or stalled.
  [[nodiscard]] bool is_done() const;
  /// Tasks whose component is being called now.
  [[nodiscard]] std::vector<std::string> busy_tasks() const;

  /// After done: conservation and commit, or abort. The status is that of the attempt;
  /// failed_node() says where. Spools that were completed are added to `spools` on success.
  wf::Status end(Spools& spools);
  [[nodiscard]] int failed_node() const;

  [[nodiscard]] TaskCounters& counters(int node) { return *counters_.at(node); }
  [[nodiscard]] TaskOutcome& outcome(int node) { return *outcomes_.at(node); }
  [[nodiscard]] EdgeCounters& edge(int id) { return *edges_.at(id); }
  [[nodiscard]] bool has_edge(int id) const { return edges_.count(id) > 0; }
  /// Bytes read and in all over the region's sources; -1 when one does not know.
  [[nodiscard]] int64_t read_bytes() const;
  [[nodiscard]] int64_t total_bytes() const;
  /// True when a row went to a sink that would show it twice (design 01, Engine 10).
  [[nodiscard]] bool wrote_duplicates() const;
  /// Fitted state of a fit node, after success.
  [[nodiscard]] const wf::Buffer& fitted_state() const { return fitted_; }
  [[nodiscard]] const AttemptContext& context() const { return *in_.attempt; }
  /// What it counts, into the figures of its nodes and edges. [any]
  void add_figures(metrics::Snapshot& snapshot) const;
  [[nodiscard]] int64_t dead_letters() const;
  [[nodiscard]] int region() const { return in_.region->id; }
  [[nodiscard]] const std::set<int>& active() const { return in_.active; }

 private:
  class Job;
  explicit RegionAttempt(RegionInputs inputs);
  [[nodiscard]] const dag::PlanEdge& plan_edge(int id) const {
    return in_.plan->edges[static_cast<size_t>(id)];
  }
  [[nodiscard]] const std::vector<int>& edges_into(int node) const {
    return in_.links->in[static_cast<size_t>(node)];
  }
  [[nodiscard]] const std::vector<int>& edges_from(int node) const {
    return in_.links->out[static_cast<size_t>(node)];
  }
  wf::Status make_nodes();
  wf::Status make_spool_outputs();
  wf::Status make_chains();
  wf::Status make_chain(const dag::PlanChain& chain);
  wf::Status make_job(const dag::PlanNode& node, bool blocking);
  /// What every instance of a node is made with.
  struct Recipe {
    wf::Value::Table config;
    plugin::BindRequest request;
    std::string model;  ///< reference; empty when the node has none of its own
  };
  wf::Status make_lanes(const dag::PlanNode& node, int lanes);
  wf::Result<Recipe> make_recipe(const dag::PlanNode& node);
  wf::Result<LaneNode> make_instance(const dag::PlanNode& node, const FittedState& state);
  wf::Result<std::vector<wf::SchemaPtr>> bind_instance(const dag::PlanNode& node,
                                                       plugin::Instance& instance);
  wf::Status restore_versions();
  wf::Result<std::vector<LaneNode>> make_version(const dag::PlanNode& node,
                                                 const std::string& version, size_t lanes);
  [[nodiscard]] bool keeps_version(const FollowedModel& model) const;
  void make_follower();
  void replace_models(int64_t epoch);
  wf::Status attach_committer(const dag::PlanNode& node, plugin::Instance& instance);
  void give_state(const dag::PlanNode& node, LaneNode& lane);
  wf::Status recover();
  [[nodiscard]] const TaskSnapshot* snapshot_of(int node) const;
  wf::Status check_tasks(const Manifest& manifest) const;
  [[nodiscard]] wf::Result<std::optional<ChainRestore>> restore_of(
      const std::vector<ChainNode>& nodes) const;
  void add_edge_cuts(const Chain& chain, ChainSnapshot& snapshot);
  wf::Status make_coordinator();
  wf::Status check_rows();
  wf::Status commit();
  wf::Status await_deliveries();
  void abort_commit();
  void node_failed(int node, wf::Status status);
  void on_quiet();
  [[nodiscard]] bool all_finished() const;
  InputGate make_gate(const dag::PlanNode& node);
  OutputPort make_output(const dag::PlanNode& node, int port);

  RegionInputs in_;
  std::map<int, std::unique_ptr<TaskCounters>> counters_;
  std::map<int, std::unique_ptr<TaskOutcome>> outcomes_;
  std::map<int, std::unique_ptr<EdgeCounters>> edges_;
  std::map<int, Recipe> recipes_;
  std::map<int, std::vector<wf::SchemaPtr>> schemas_;  ///< of each node's outputs, as bound
  std::map<int, std::unique_ptr<QueueEdge>> queues_;
  std::vector<std::unique_ptr<InputEdge>> inputs_;
  std::map<std::pair<int, int>, std::unique_ptr<SpoolOutput>> spool_outputs_;
  std::unique_ptr<Activity> activity_;
  std::vector<std::unique_ptr<Chain>> chains_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<Committing> committing_;
  std::set<int> commits_, deciding_;  ///< nodes of committing_
  Recovery recovery_;
  std::vector<bool> decides_;  ///< by chain: its sink's commit is the commit point
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<ModelFollower> follower_;
  TimerThread timers_;
  bool committed_ = false;                     ///< the commit point is passed
  std::map<int, std::vector<LaneNode>> made_;  ///< instances by node, one a lane
  wf::Buffer fitted_;

  mutable std::mutex mutex_;
  wf::Status failure_;
  int failed_node_ = -1;
  bool quiet_ = false;
};

}  // namespace weirflow::engine
