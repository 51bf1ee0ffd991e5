// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The host side of one instance during a run, and what all instances of an attempt share.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/virtual_clock.h"
#include "dag/plan.h"
#include "engine/counters.h"
#include "engine/refusals.h"
#include "engine/stillness.h"
#include "metrics/snapshot.h"
#include "plugin/host_services.h"

namespace weirflow::engine {

/// What a task said in the run: log lines go to the sink as they come; metrics are kept.
struct LogLine {
  int64_t time_us = 0;
  wf::LogLevel level = wf::LogLevel::info;
  std::string task;
  std::string message;
};
using LogSink = std::function<void(const LogLine&)>;

/// Results and metrics of one task and attempt; shared by its instances. Threads: locks.
class TaskOutcome {
 public:
  /// Sets a key; resource_exhausted when all keys together exceed 64 KiB.
  wf::Status set_result(std::string_view key, wf::Value value);
  [[nodiscard]] wf::Value::Table results() const;
  void add_metric(std::string_view name, double value);
  void set_metric(std::string_view name, double value);
  void observe_metric(std::string_view name, double value);
  /// By name; of a histogram NAME_count and NAME_sum.
  [[nodiscard]] std::map<std::string, double> metrics() const;
  [[nodiscard]] std::vector<metrics::PluginMetric> figures() const;

 private:
  mutable std::mutex mutex_;
  wf::Value::Table results_;
  metrics::PluginMetric& metric_locked(std::string_view name, metrics::PluginMetric::Kind kind);
  std::map<std::string, std::vector<metrics::PluginMetric>, std::less<>> metrics_;  ///< by kind
};

/// What the instances of one region attempt share. Constant but for `cancelled`.
struct AttemptContext {
  std::string dag, run;
  int attempt = 1;
  int64_t run_start_us = 0;
  int threads = 1;
  int64_t task_memory = int64_t{256} << 20;  ///< budget of one regrouping task
  std::string spill_root;                    ///< folder of the attempt; may not exist yet
  int64_t sample_rows = 0;                   ///< of each source; 0 = all
  LogSink log;
  DeadLetterFile* dead_letters = nullptr;
  DeadLetterFile* late_letters = nullptr;    ///< of committers
  const EarlierAttempts* earlier = nullptr;  ///< of a replay; lives longer than the attempt
  std::atomic<bool> cancelled{false};
  /// Sources are not asked for more; what they gave goes to its end.
  std::atomic<bool> sources_stopped{false};

  // Of an attempt with checkpoints (checkpoints.h).
  bool checkpointed = false;
  bool ends = true;                   ///< the region's rows end by themselves
  std::atomic<int64_t> barrier{0};    ///< the last epoch whose barrier the sources are to send
  std::atomic<bool> rest{false};      ///< sources rest behind the barrier that they have sent
  std::atomic<int64_t> committed{0};  ///< the last committed epoch
  std::atomic<int> postponing{0};     ///< chains that wait at a barrier for a sink's other side
  std::atomic<int64_t> oldest{0};     ///< the oldest checkpoint that is kept
  std::atomic<uint64_t> moved{0};  ///< changes whenever something happens that a checkpoint holds
  std::function<void(int node, bool rest, std::string_view reason)> pressure;
  std::function<void(int node, wf::Status)> failed;  ///< ends the attempt
  /// Notifies a chain at a time by the run's clock, for processing timers.
  std::function<void(int64_t at_us, int node)> wake_at;

  // Of a run under test (RunOptions).
  VirtualClock* clock = nullptr;
  Stillness* stillness = nullptr;
  std::function<wf::Status(int node, int64_t rows)> before_rows;
};

/// What a task, or a committer of its sink, is told of itself.
plugin::TaskInfo task_info(const dag::PlanNode& node, const AttemptContext& attempt);

/// Row `row` of what came to a port of the node, "" when that is not known.
Refusal refusal_of(const dag::PlanNode& node, const wf::Batch& rows, int64_t row, std::string port,
                   std::string_view code, std::string_view message);

/// The services of one instance. Threads: as HostServices; begin()/end() on the worker.
class TaskServices final : public plugin::NullServices {
 public:
  TaskServices(const dag::PlanNode& node, AttemptContext& attempt, TaskCounters& counters,
               TaskOutcome& outcome, std::string model_version);

  // plugin::HostServices
  int64_t now_us() override;
  int64_t monotonic_us() override;
  void log(wf::LogLevel level, std::string_view message) override;
  void add_metric(std::string_view name, double value) override;
  void set_metric(std::string_view name, double value) override;
  void observe_metric(std::string_view name, double value) override;
  bool is_cancelled() override { return attempt_.cancelled.load(std::memory_order_relaxed); }
  wf::Code refuse_row(uint32_t port, int64_t row, std::string_view code,
                      std::string_view message) override;
  wf::Code refuse_batch(const wf::Batch& rows, std::string_view code,
                        std::string_view message) override;
  wf::Code refuse_raw(std::string_view raw, std::string_view position, std::string_view code,
                      std::string_view message) override;
  wf::Code set_result(std::string_view key, const wf::Value& value) override;
  int64_t memory_budget() override { return attempt_.task_memory; }
  void adjust_memory(int64_t bytes) override;
  std::string spill_folder() override;
  void count_rows(uint32_t what, int64_t rows) override;
  void cut_rows() override;
  void let_sources_rest(bool rest, std::string_view reason) override;
  plugin::KeyedStore* keyed_state() override { return keyed_state_; }
  plugin::TimerService* timers() override { return timers_; }
  /// Live longer than the instance's last call; null: none. [setup]
  void set_state(plugin::KeyedStore* state, plugin::TimerService* timers) {
    keyed_state_ = state;
    timers_ = timers;
  }

  /// The batch that the next process() call is given, for refuse_row. [worker]
  void begin(const wf::Batch* input) { input_ = input; }
  /// Envelopes (for the errors output) of what was refused since the last call; empty when none or
  /// when the policy is not to hand them on. `connected`: the errors output has a reader. Not ok:
  /// the policy is to fail.
  wf::Result<wf::Batch> take_refused(bool connected);
  /// With checkpoints: envelopes for the dead-letter file since the last call.
  std::vector<wf::Batch> take_letters();
  /// The barrier's part is taken: what was counted and refused behind it counts from now on.
  void end_cut();

 private:
  wf::Code refuse(Refusal refusal);
  void refuse_locked(const Refusal& refusal);
  void count_locked(uint32_t what, int64_t rows);
  const dag::PlanNode& node_;
  AttemptContext& attempt_;
  TaskCounters& counters_;
  TaskOutcome& outcome_;
  const wf::Batch* input_ = nullptr;
  plugin::KeyedStore* keyed_state_ = nullptr;
  plugin::TimerService* timers_ = nullptr;
  std::mutex mutex_;
  bool cut_ = false;  ///< between cut_rows() and end_cut()
  std::vector<wf::Batch> letters_;
  std::vector<Refusal> refused_behind_;
  std::vector<std::pair<uint32_t, int64_t>> counted_behind_;
  std::string spill_;
  EnvelopeBuilder envelopes_;
  std::string first_refusal_;
};

}  // namespace weirflow::engine
