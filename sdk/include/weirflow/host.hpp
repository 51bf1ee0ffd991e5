// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The host's services as a component sees them. Every call is [any]; a service that the host does
/// not have does nothing (or answers the neutral value named beside it).

#include <cstdint>
#include <string>
#include <string_view>

#include "weirflow/abi/draft/commit.h"
#include "weirflow/abi/draft/state.h"
#include "weirflow/abi/draft/timers.h"
#include "weirflow/abi/host.h"
#include "weirflow/bridge.hpp"
#include "weirflow/value.hpp"

namespace wf {

enum class LogLevel : uint32_t {
  debug = WF_LOG_DEBUG,
  info = WF_LOG_INFO,
  warning = WF_LOG_WARNING,
  error = WF_LOG_ERROR,
};

enum class TimeKind : uint32_t { event = WF_TIME_EVENT, processing = WF_TIME_PROCESSING };

class Host {
 public:
  explicit Host(const wf_host* host) : host_(host) {
    log_ = find<wf_log>(WF_EXT_LOG);
    metrics_ = find<wf_metrics>(WF_EXT_METRICS);
    cancel_ = find<wf_cancel>(WF_EXT_CANCEL);
    clock_ = find<wf_clock>(WF_EXT_CLOCK);
    deadletter_ = find<wf_deadletter>(WF_EXT_DEADLETTER);
    result_ = find<wf_result>(WF_EXT_RESULT);
    memory_ = find<wf_memory>(WF_EXT_MEMORY);
    task_ = find<wf_task_service>(WF_EXT_TASK);
    rows_ = find<wf_rows>(WF_EXT_ROWS);
    pressure_ = find<wf_pressure>(WF_EXT_PRESSURE);
    keyed_state_ = find<wf_keyed_state>(WF_EXT_KEYED_STATE);
    timers_ = find<wf_timer_service>(WF_EXT_TIMERS);
  }

  void log(LogLevel level, std::string_view message) const {
    if (log_) log_->write(host_, static_cast<uint32_t>(level), str(message));
  }
  /// Adds to a counter of the task. Names: [a-z][a-z0-9_]*.
  void count(std::string_view name, double value) const {
    if (metrics_) metrics_->add(host_, str(name), value);
  }
  void gauge(std::string_view name, double value) const {
    if (metrics_) metrics_->set(host_, str(name), value);
  }
  void observe(std::string_view name, double value) const {
    if (metrics_) metrics_->observe(host_, str(name), value);
  }
  /// Long loops ask now and then; answering with wf::cancelled() ends the call. Default: false.
  [[nodiscard]] bool is_cancelled() const { return cancel_ && cancel_->is_cancelled(host_) == 1; }
  /// Microseconds since 1970-01-01T00:00:00Z by the run's clock. Default: 0.
  [[nodiscard]] int64_t now_us() const { return clock_ ? clock_->now_us(host_) : 0; }
  [[nodiscard]] int64_t monotonic_us() const { return clock_ ? clock_->monotonic_us(host_) : 0; }

  /// Refuses row `row` of the batch that the running process() was given on `port` ([worker]).
  Status refuse_row(uint32_t port, int64_t row, std::string_view code,
                    std::string_view message) const {
    if (!deadletter_) return {};
    return to_status(deadletter_->refuse_row(host_, port, row, str(code), str(message)));
  }
  /// Refuses rows that were kept beyond their process() call.
  Status refuse_batch(const Batch& rows, std::string_view code, std::string_view message) const {
    if (!deadletter_) return {};
    ArrowSchema schema{};
    ArrowArray array{};
    export_schema(rows.schema(), &schema);
    export_batch(rows, &array);
    const int32_t answer =
        deadletter_->refuse_batch(host_, &schema, &array, str(code), str(message));
    release(&schema);
    return to_status(answer);
  }
  /// Refuses a record that never became a row ([worker], sources).
  Status refuse_raw(std::string_view raw, std::string_view position, std::string_view code,
                    std::string_view message) const {
    if (!deadletter_) return {};
    return to_status(
        deadletter_->refuse_raw(host_, str(raw), str(position), str(code), str(message)));
  }

  /// Sets a key of the task's result.
  Status set_result(std::string_view key, const Value& value) const {
    if (!result_) return {};
    const AbiValue abi(value);
    const int32_t code = result_->set(host_, str(key), &abi.get());
    if (code == WF_OK) return {};
    return {static_cast<Code>(code), "result '" + std::string(key) + "' was not accepted"};
  }

  /// Bytes that the task may hold. Default: 256 MiB.
  [[nodiscard]] int64_t memory_budget() const {
    return memory_ ? memory_->budget(host_) : int64_t{256} << 20;
  }
  /// Tells how much more (or less) is held now.
  void adjust_memory(int64_t bytes) const {
    if (memory_) memory_->adjust(host_, bytes);
  }
  /// A folder for temporary files; unavailable when there is none.
  [[nodiscard]] Result<std::string> spill_folder() const {
    const std::string_view folder = memory_ ? view(memory_->spill_folder(host_)) : "";
    if (folder.empty()) return wf::unavailable("there is no folder for temporary files");
    return std::string(folder);
  }
  /// Names, attempt and threads of the task. Default: empty names, one thread.
  [[nodiscard]] wf_task task() const {
    wf_task none{};
    none.threads = 1;
    none.attempt = 1;
    if (!task_) return none;
    const wf_task* known = task_->get(host_);
    std::memcpy(&none, known, std::min<size_t>(sizeof(none), known->struct_size));
    return none;
  }
  /// Counts rows (WF_COUNT_*) outside of a call, for a sink whose other side answers later.
  void count_rows(uint32_t what, int64_t rows) const {
    if (rows_ && rows > 0) rows_->count(host_, what, rows);
  }
  /// In snapshot(), under the lock that answers of the other side are applied with, when the
  /// pending rows are copied: what is counted and refused later is behind the barrier.
  void cut_rows() const {
    if (rows_ && rows_->cut) rows_->cut(host_);
  }
  /// A sink has too many pending rows, because its other side is down: the sources are to rest at a
  /// barrier (true) until it says false.
  void let_sources_rest(bool rest, std::string_view reason) const {
    if (pressure_) pressure_->set(host_, rest ? 1 : 2, str(reason));
  }

  /// Calls on_timer() at a time, once; the same time, `at_us` and key again does nothing. Only
  /// [worker] and with kHasTimers.
  Status set_timer(TimeKind time, int64_t at_us, std::string_view key) const {
    return timer_status(timers_ ? timers_->set(host_, static_cast<uint32_t>(time), at_us, str(key))
                                : WF_OK);
  }
  Status cancel_timer(TimeKind time, int64_t at_us, std::string_view key) const {
    return timer_status(
        timers_ ? timers_->cancel(host_, static_cast<uint32_t>(time), at_us, str(key)) : WF_OK);
  }
  /// Of the task's inputs; INT64_MIN: none yet.
  [[nodiscard]] int64_t watermark() const {
    return timers_ ? timers_->watermark(host_) : INT64_MIN;
  }
  /// The host's store for state by key; null when it has none. See StateTable.
  [[nodiscard]] const wf_keyed_state* keyed_state() const { return keyed_state_; }

  [[nodiscard]] const wf_host* raw() const { return host_; }

 private:
  template <typename T>
  const T* find(const char* id) const {
    if (!host_) return nullptr;
    return static_cast<const T*>(host_->get_extension(host_, str(id)));
  }
  static Status to_status(int32_t code) {
    if (code == WF_OK) return {};
    return {static_cast<Code>(code), "the run's policy for refused rows ended the attempt"};
  }
  static Status timer_status(int32_t code) {
    if (code == WF_OK) return {};
    return {static_cast<Code>(code), "the timer could not be kept"};
  }
  const wf_host* host_;
  const wf_log* log_;
  const wf_metrics* metrics_;
  const wf_cancel* cancel_;
  const wf_clock* clock_;
  const wf_deadletter* deadletter_;
  const wf_result* result_;
  const wf_memory* memory_;
  const wf_task_service* task_;
  const wf_rows* rows_;
  const wf_pressure* pressure_;
  const wf_keyed_state* keyed_state_;
  const wf_timer_service* timers_;
};

}  // namespace wf
