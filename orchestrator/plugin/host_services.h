// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the host offers one task, in C++: the engine implements this; host_adapter.h turns it into
/// the services of abi/host.h that a plugin sees.
///
/// Threads: every function may be called from any thread at any time, but refuse_row and
/// refuse_raw, which come from the thread of the running [worker] call. Functions must not throw.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "weirflow/batch.hpp"
#include "weirflow/host.hpp"
#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace weirflow::plugin {

/// Who and where a component is; constant for an instance.
struct TaskInfo {
  std::string dag, task, run;
  std::string model_version;  ///< "NAME@16hex" for members of a group in apply
  int64_t run_start_us = 0;
  uint32_t attempt = 1;
  uint32_t threads = 1;       ///< that one call may use
  bool checkpointed = false;  ///< barriers pass and state is kept
  bool deterministic = true;  ///< a repeated attempt brings the same rows
};

/// Tables of byte strings ordered by key; abi/draft/state.h. All functions [worker].
class KeyedStore {
 public:
  /// False stops the scan.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  struct Size {
    int64_t entries = 0, bytes = 0;
  };
  virtual ~KeyedStore() = default;
  /// A view that is valid until the next call.
  virtual wf::Result<std::optional<std::string_view>> get(uint32_t table, std::string_view key) = 0;
  virtual wf::Status put(uint32_t table, std::string_view key, std::string_view value) = 0;
  virtual wf::Status erase(uint32_t table, std::string_view key) = 0;
  /// from <= key < to in order; `to` empty: to the end of the table.
  virtual wf::Status scan(uint32_t table, std::string_view from, std::string_view to,
                          const Visit& visit) = 0;
  virtual wf::Result<Size> size(uint32_t table) = 0;
};

/// Calls at a time; abi/draft/timers.h. All functions [worker].
class TimerService {
 public:
  virtual ~TimerService() = default;
  virtual wf::Status set(wf::TimeKind time, int64_t at_us, std::string_view key) = 0;
  virtual wf::Status cancel(wf::TimeKind time, int64_t at_us, std::string_view key) = 0;
  /// Of the task's inputs; INT64_MIN: none yet.
  virtual int64_t watermark() = 0;
};

class HostServices {
 public:
  virtual ~HostServices() = default;

  virtual void log(wf::LogLevel level, std::string_view message) = 0;

  /// `value` >= 0. Names are checked by the adapter: [a-z][a-z0-9_]*; others are dropped.
  virtual void add_metric(std::string_view name, double value) = 0;
  virtual void set_metric(std::string_view name, double value) = 0;
  virtual void observe_metric(std::string_view name, double value) = 0;

  virtual bool is_cancelled() = 0;
  virtual int64_t now_us() = 0;
  virtual int64_t monotonic_us() = 0;

  /// Row `row` of the batch that the running process call was given on `port`. Code ok, or
  /// cancelled when the policy for refused rows ends the attempt.
  virtual wf::Code refuse_row(uint32_t port, int64_t row, std::string_view code,
                              std::string_view message) = 0;
  /// Rows that were kept beyond their call; code as above.
  virtual wf::Code refuse_batch(const wf::Batch& rows, std::string_view code,
                                std::string_view message) = 0;
  /// A source's record that never became a row.
  virtual wf::Code refuse_raw(std::string_view raw, std::string_view position,
                              std::string_view code, std::string_view message) = 0;

  /// resource_exhausted over 64 KiB in all.
  virtual wf::Code set_result(std::string_view key, const wf::Value& value) = 0;

  virtual int64_t memory_budget() = 0;
  virtual void adjust_memory(int64_t bytes) = 0;
  /// A folder for temporary files, made on first use; empty when it could not be made.
  virtual std::string spill_folder() = 0;

  virtual const TaskInfo& task() = 0;

  /// WF_COUNT_*, rows >= 0, from outside of a call.
  virtual void count_rows(uint32_t what, int64_t rows) = 0;
  /// [worker] During freeze: what is counted and refused later is behind the barrier.
  virtual void cut_rows() = 0;
  /// A sink asks that the sources rest at a barrier, or no longer.
  virtual void let_sources_rest(bool rest, std::string_view reason) = 0;
  /// Null: the task has none.
  virtual KeyedStore* keyed_state() = 0;
  virtual TimerService* timers() = 0;
};

/// Answers nothing, keeps nothing: for bind in `validate` and `plan`, and to derive from.
class NullServices : public HostServices {
 public:
  void log(wf::LogLevel, std::string_view) override {}
  void add_metric(std::string_view, double) override {}
  void set_metric(std::string_view, double) override {}
  void observe_metric(std::string_view, double) override {}
  bool is_cancelled() override { return false; }
  /// The system's clocks.
  int64_t now_us() override;
  int64_t monotonic_us() override;
  wf::Code refuse_row(uint32_t, int64_t, std::string_view, std::string_view) override {
    return wf::Code::ok;
  }
  /// There is nowhere to put them: who would lose rows hears of it.
  wf::Code refuse_batch(const wf::Batch&, std::string_view, std::string_view) override {
    return wf::Code::not_implemented;
  }
  wf::Code refuse_raw(std::string_view, std::string_view, std::string_view,
                      std::string_view) override {
    return wf::Code::ok;
  }
  wf::Code set_result(std::string_view, const wf::Value&) override { return wf::Code::ok; }
  int64_t memory_budget() override { return int64_t{256} << 20; }
  void adjust_memory(int64_t) override {}
  std::string spill_folder() override { return {}; }
  const TaskInfo& task() override { return task_; }
  void count_rows(uint32_t, int64_t) override {}
  void cut_rows() override {}
  void let_sources_rest(bool, std::string_view) override {}
  KeyedStore* keyed_state() override { return nullptr; }
  TimerService* timers() override { return nullptr; }

 protected:
  TaskInfo task_;
};

}  // namespace weirflow::plugin
