// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One run of a plan in this process: starts regions when their start conditions hold, retries,
/// limits, cancels, and reports.
///
/// Start conditions of a node (graph model 7): its fits have succeeded; its trigger rule says run;
/// its `when` holds; of every required input at least one producer was not skipped and none failed;
/// materialised inputs are complete. A region starts when every node of it is decided; skipped
/// ones leave it with their edges.
///
/// Threads: execute() blocks the calling thread; cancel() may be called from any other.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dag/plan.h"
#include "dag/plan_links.h"
#include "engine/flight_record.h"
#include "engine/region.h"
#include "engine/run_figures.h"
#include "engine/templates.h"
#include "engine/trigger.h"

namespace weirflow::engine {

/// A moment of a running run.
struct Progress {
  int64_t elapsed_us = 0;
  int64_t rows_read = 0;                      ///< by sources so far
  int64_t read_bytes = -1, total_bytes = -1;  ///< of the running regions' sources
  int tasks_done = 0, tasks = 0;
  std::string running;  ///< names, cut
};

/// "20261122T030000Z-1a2b3c" of a time: sorts by it, does not collide.
std::string make_run_id(int64_t us);

/// Half of the machine's memory, in bytes.
int64_t default_memory();

struct RunOptions {
  std::string home;    ///< made when absent
  std::string run_id;  ///< "" = made from the time
  int threads = 0;     ///< of the pool; 0 = the cores
  int64_t memory = 0;  ///< budget in bytes; 0 = default_memory()
  QueueLimits queue;
  LogSink log;
  /// `when` of a node, with the results so far. Empty function: `when` is an error.
  std::function<wf::Result<bool>(const dag::PlanNode&, const TemplateValues&)> condition;
  std::function<wf::Result<wf::Value>(const std::string&)> secret = secret_from_environment;
  /// Called by execute() about five times a second while something runs.
  std::function<void(const Progress&)> on_progress;
  /// At most so many rows of each source; 0 = all. The rest counts as filtered.
  int64_t sample_rows = 0;
  /// So long after the start the sources end as if there were no more; microseconds, 0 = never.
  int64_t until_us = 0;
  /// Where a stream goes on from, when it is not where it was.
  RecoveryChoice recovery;
  /// Where the run's metrics are served, for who looks into its folder; "" = nowhere.
  std::string metrics_url;
  /// Of a replay of dead letters: how often its rows were refused before. Lives longer than the
  /// run.
  const EarlierAttempts* earlier = nullptr;
  /// Told what the run does, for a supervisor. Lives longer than the run; may be null.
  FlightRecord* record = nullptr;

  // Of a run under test. All live longer than the run; null: none.
  /// What components take for the time, and processing timers and checkpoints go by.
  VirtualClock* clock = nullptr;
  Stillness* stillness = nullptr;
  /// Before a task (a node of the plan) is given rows, and before those of a source go on; an error
  /// is the task's. From any worker.
  std::function<wf::Status(int node, int64_t rows)> before_rows;
};

/// Ends what runs of this home that are over left behind their commit point, and removes their
/// folders; `except` (a run's id) is left alone. Every run begins with it.
wf::Status roll_forward_runs(const std::string& home, plugin::Registry& registry,
                             const std::string& except = "");

/// What became of a task. Rows of a fit and its apply are reported apart.
struct TaskReport {
  int node = 0;
  std::string task;
  dag::NodeKind kind = dag::NodeKind::work;
  std::string component;
  TaskState state = TaskState::pending;
  std::string reason;  ///< why it failed or was skipped
  wf::Code code = wf::Code::ok;
  int attempts = 0;
  int64_t in = 0, out = 0, refused = 0, filtered = 0;
  int64_t started_us = 0, ended_us = 0;  ///< since the run's start
  int64_t busy_us = 0, cpu_us = 0, peak_memory = 0, bytes_out = 0;
  wf::Value::Table results;
  std::map<std::string, double> metrics;
  std::string version;  ///< of `version` nodes
};

struct EdgeReport {
  int edge = 0;
  int64_t produced = 0, consumed = 0, discarded = 0, shed = 0, spilled = 0, bytes = 0, batches = 0;
};

struct RunReport {
  std::string run_id, folder;
  bool success = false;
  bool cancelled = false;
  bool stopped = false;  ///< a stream, on request, behind a checkpoint
  std::string error;     ///< of the first task that failed, or of the run itself
  wf::Code code = wf::Code::ok;
  std::string failed_task;
  int64_t start_us = 0;  ///< wall clock
  int64_t duration_us = 0;
  int64_t dead_letters = 0;
  std::vector<std::string> dead_letter_files;
  std::vector<TaskReport> tasks;  ///< in plan order
  std::vector<EdgeReport> edges;
  /// Tasks that did not answer a cancel within a second: the process must end without cleaning up.
  std::vector<std::string> silent;
};

class Run {
 public:
  /// The references live longer than the run. `models` may be null when the plan has none.
  Run(const dag::Plan& plan, plugin::Registry& registry, Models* models, RunOptions options);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Once. An error only when the run could not begin (home not writable, ...).
  wf::Result<RunReport> execute();
  /// [any] Stops everything; nothing that is not committed yet is committed.
  void cancel();
  /// [any] Rows without end stop behind one more checkpoint, or, without checkpoints, as if there
  /// were no more of them; what has an end goes on to it.
  void stop();
  /// [any] Regions with checkpoints take one now, whatever their interval.
  void checkpoint();
  /// [any] Behind execute(), which leaves the run counted in RunOptions::stillness.
  void let_go();
  /// [any] Its figures at this moment; waits for no task. The last ones when it has ended.
  [[nodiscard]] metrics::Snapshot figures() { return figures_.snapshot(); }

 private:
  struct Live;
  struct Ended;
  wf::Status begin();
  bool advance();
  void stop_sources_in_time();
  void stop_streams();
  void take_checkpoints();
  void wake();
  void hold_locked();
  wf::Status set_up_checkpoints(RegionInputs& inputs);
  [[nodiscard]] bool may_recover(Live& live) const;
  void decide_nodes();
  void look_again(int node);
  void announce(int node);
  void set_ready(int node);
  void set_decided(int node);
  void retire_ended();
  [[nodiscard]] bool decide(const dag::PlanNode& node);
  [[nodiscard]] TriggerAnswer data_answer(const dag::PlanNode& node) const;
  [[nodiscard]] wf::Result<TriggerAnswer> model_answer(const dag::PlanNode& node);
  void set_state(int node, TaskState state, const std::string& reason = "",
                 wf::Code code = wf::Code::ok);
  bool start_ready_regions();
  void start_region(const dag::PlanRegion& region, int attempt);
  void region_ended(Live& live);
  void region_succeeded(Live& live);
  void region_failed(Live& live, const wf::Status& status, int node);
  [[nodiscard]] bool may_retry(const Live& live, const wf::Status& status, int node) const;
  wf::Status store_version(const dag::PlanNode& node);
  void keep_outcome(Live& live);
  void finish_cancel();
  RunReport report();
  [[nodiscard]] Progress progress() const;
  TemplateValues template_values();
  wf::Result<std::string> model_reference(const dag::PlanNode& node);
  wf::Result<std::shared_ptr<const FittedModel>> model(const dag::PlanNode& node);
  wf::Result<FittedState> apply_state(const dag::PlanNode& node);

  const dag::Plan& plan_;
  const dag::PlanLinks links_;
  plugin::Registry& registry_;
  Models* const models_;
  RunOptions options_;
  RunFigures figures_;
  std::string folder_;
  int lock_ = -1;
  int64_t start_us_ = 0, start_steady_us_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  int events_ = 0;
  std::vector<Live*> quiet_;  ///< attempts that are done and were not ended yet
  bool held_ = false;         ///< counts in options_.stillness
  std::atomic<bool> cancel_{false}, stop_{false}, checkpoint_{false};
  bool streams_stopped_ = false;
  bool stopped_ = false;  ///< a stream ended behind its checkpoint
  bool sources_stopped_ = false;

  std::vector<TaskState> states_;
  std::vector<bool> ready_;
  std::vector<TaskReport> tasks_;
  std::vector<EdgeReport> edges_;
  // Nothing is decided twice for nothing: only what an end or a decision can have changed is looked
  // at again, so that a run's cost grows with its edges.
  std::deque<int> open_questions_;  ///< nodes to decide()
  std::vector<bool> asked_;         ///< the node is among them
  std::vector<bool> decided_;       ///< ready or ended
  std::vector<int> unsuccessful_;   ///< by node: entries of `after` without success so far
  std::vector<int> undecided_;      ///< by region: nodes not decided
  std::set<int> startable_;         ///< regions whose nodes are all decided
  int tasks_done_ = 0;
  std::unordered_map<std::string, int> by_name_;  ///< the node whose report templates read
  Spools spools_;
  std::map<int, wf::Buffer> fitted_;  ///< by fit node
  std::map<std::string, std::string> versions_;
  std::map<std::string, std::shared_ptr<const FittedModel>> opened_;  ///< pinned for the run
  std::vector<std::string> dead_letter_files_;
  int64_t dead_letters_ = 0;
  std::string first_error_, failed_task_;
  wf::Code first_code_ = wf::Code::ok;
  std::vector<std::string> silent_;

  /// Of the region with checkpoints; held for as long as the run.
  std::unique_ptr<CheckpointStore> checkpoints_;
  int recoveries_ = 0;  ///< in a row from the same epoch
  std::unique_ptr<Pool> pool_;
  std::vector<std::unique_ptr<Live>> live_;  ///< attempts that run or wait for their retry
  /// Ended ones, until no thread of the pool can still be on its way out of them.
  std::deque<std::pair<Pool::Moment, std::unique_ptr<Live>>> leaving_;
};

}  // namespace weirflow::engine
