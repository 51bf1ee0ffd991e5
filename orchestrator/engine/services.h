// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The host side of one instance during a run, and what all instances of an attempt share.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "dag/plan.h"
#include "engine/counters.h"
#include "engine/refusals.h"
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
  [[nodiscard]] std::map<std::string, double> metrics() const;

 private:
  mutable std::mutex mutex_;
  wf::Value::Table results_;
  std::map<std::string, double, std::less<>> metrics_;
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
  std::atomic<bool> cancelled{false};
  /// Sources are not asked for more; what they gave goes to its end.
  std::atomic<bool> sources_stopped{false};
};

/// The services of one instance. Threads: as HostServices; begin()/end() on the worker.
class TaskServices final : public plugin::NullServices {
 public:
  TaskServices(const dag::PlanNode& node, AttemptContext& attempt, TaskCounters& counters,
               TaskOutcome& outcome, std::string model_version);

  // plugin::HostServices; the clocks are the base's
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

  /// The batch that the next process() call is given, for refuse_row. [worker]
  void begin(const wf::Batch* input) { input_ = input; }
  /// Envelopes of what was refused since the last call; empty when none or when the policy is not
  /// to hand them on. `connected`: the errors output has a reader. Not ok: the policy is to fail.
  wf::Result<wf::Batch> take_refused(bool connected);

 private:
  wf::Code refuse(Refusal refusal);
  const dag::PlanNode& node_;
  AttemptContext& attempt_;
  TaskCounters& counters_;
  TaskOutcome& outcome_;
  const wf::Batch* input_ = nullptr;
  std::mutex mutex_;
  std::string spill_;
  EnvelopeBuilder envelopes_;
  std::string first_refusal_;
};

}  // namespace weirflow::engine
