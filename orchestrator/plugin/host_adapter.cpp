// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/host_adapter.h"

#include <algorithm>

#include "core/clock.h"
#include "plugin/descriptor_reader.h"
#include "weirflow/bridge.hpp"
#include "weirflow/component.hpp"

namespace weirflow::plugin {

int64_t NullServices::now_us() { return wall_us(); }
int64_t NullServices::monotonic_us() { return steady_us(); }

/// The C functions. No exception may pass them: they are called from a plugin.
struct HostCalls {
  static HostAdapter& self(const wf_host* host) {
    return *static_cast<HostAdapter*>(host->context);
  }
  static HostServices& services(const wf_host* host) { return self(host).services_; }
  static int32_t answer(wf::Code code) { return static_cast<int32_t>(code); }

  static void write(const wf_host* host, uint32_t level, wf_str message) noexcept {
    const uint32_t known = std::clamp(level, WF_LOG_DEBUG, WF_LOG_ERROR);
    services(host).log(static_cast<wf::LogLevel>(known), wf::view(message));
  }
  static void add(const wf_host* host, wf_str name, double value) noexcept {
    if (is_identifier(wf::view(name)) && value >= 0)
      services(host).add_metric(wf::view(name), value);
  }
  static void set(const wf_host* host, wf_str name, double value) noexcept {
    if (is_identifier(wf::view(name))) services(host).set_metric(wf::view(name), value);
  }
  static void observe(const wf_host* host, wf_str name, double value) noexcept {
    if (is_identifier(wf::view(name))) services(host).observe_metric(wf::view(name), value);
  }
  static uint32_t is_cancelled(const wf_host* host) noexcept {
    return services(host).is_cancelled() ? 1 : 2;
  }
  static int64_t now_us(const wf_host* host) noexcept { return services(host).now_us(); }
  static int64_t monotonic_us(const wf_host* host) noexcept {
    return services(host).monotonic_us();
  }

  static int32_t refuse_row(const wf_host* host, uint32_t port, int64_t row, wf_str code,
                            wf_str message) noexcept {
    return answer(services(host).refuse_row(port, row, wf::view(code), wf::view(message)));
  }
  static int32_t refuse_batch(const wf_host* host, const ArrowSchema* schema, ArrowArray* rows,
                              wf_str code, wf_str message) noexcept {
    const wf::Status status = wf::guarded([&]() -> wf::Status {
      ArrowSchema borrowed = *schema;
      borrowed.release = [](ArrowSchema* s) { s->release = nullptr; };
      wf::Result<wf::Schema> columns = wf::import_schema(&borrowed);
      if (!columns.ok()) {
        wf::release(rows);
        return std::move(columns).status();
      }
      WF_ASSIGN(const wf::Batch batch,
                wf::import_batch(rows, std::make_shared<const wf::Schema>(std::move(*columns))));
      const wf::Code said = services(host).refuse_batch(batch, wf::view(code), wf::view(message));
      return {said, "refused"};
    });
    return answer(status.code());
  }
  static int32_t refuse_raw(const wf_host* host, wf_str raw, wf_str position, wf_str code,
                            wf_str message) noexcept {
    return answer(services(host).refuse_raw(wf::view(raw), wf::view(position), wf::view(code),
                                            wf::view(message)));
  }
  static int32_t set_result(const wf_host* host, wf_str key, const wf_value* value) noexcept {
    const wf::Status status = wf::guarded([&]() -> wf::Status {
      return {services(host).set_result(wf::view(key), wf::Value::from_abi(*value)), "result"};
    });
    return answer(status.code());
  }
  static int64_t budget(const wf_host* host) noexcept { return services(host).memory_budget(); }
  static void adjust(const wf_host* host, int64_t bytes) noexcept {
    services(host).adjust_memory(bytes);
  }
  static wf_str spill_folder(const wf_host* host) noexcept {
    HostAdapter& me = self(host);
    (void)wf::guarded([&] {
      std::call_once(me.spill_once_, [&] { me.spill_ = me.services_.spill_folder(); });
      return wf::Status();
    });
    return wf::str(me.spill_);
  }
  static const wf_task* task(const wf_host* host) noexcept { return &self(host).task_; }

  static void count_rows(const wf_host* host, uint32_t what, int64_t rows) noexcept {
    if (what >= WF_COUNT_PASSED && what <= WF_COUNT_READ && rows > 0)
      services(host).count_rows(what, rows);
  }
  static void cut_rows(const wf_host* host) noexcept { services(host).cut_rows(); }
  static void set_pressure(const wf_host* host, uint32_t rest, wf_str reason) noexcept {
    services(host).let_sources_rest(rest == 1, wf::view(reason));
  }

  // wf.keyed_state/1
  template <typename Use>
  static int32_t with_state(const wf_host* host, wf_error* error, Use&& use) noexcept {
    int32_t answer = WF_OK;
    const wf::Status status = wf::guarded([&]() -> wf::Status {
      KeyedStore* store = services(host).keyed_state();
      if (!store) return wf::not_implemented("this task has no state by key");
      WF_ASSIGN(answer, use(*store));
      return {};
    });
    return status.ok() ? answer : wf::to_abi(status, error);
  }
  static int32_t state_get(const wf_host* host, uint32_t table, wf_str key, wf_str* value,
                           wf_error* error) noexcept {
    return with_state(host, error, [&](KeyedStore& store) -> wf::Result<int32_t> {
      WF_ASSIGN(const auto found, store.get(table, wf::view(key)));
      if (found) *value = wf::str(*found);
      return found ? WF_STATE_FOUND : WF_STATE_ABSENT;
    });
  }
  static int32_t state_put(const wf_host* host, uint32_t table, wf_str key, wf_str value,
                           wf_error* error) noexcept {
    return with_state(host, error, [&](KeyedStore& store) -> wf::Result<int32_t> {
      WF_TRY(store.put(table, wf::view(key), wf::view(value)));
      return WF_OK;
    });
  }
  static int32_t state_erase(const wf_host* host, uint32_t table, wf_str key,
                             wf_error* error) noexcept {
    return with_state(host, error, [&](KeyedStore& store) -> wf::Result<int32_t> {
      WF_TRY(store.erase(table, wf::view(key)));
      return WF_OK;
    });
  }
  static int32_t state_scan(const wf_host* host, uint32_t table, wf_str from, wf_str to,
                            wf_state_visitor visitor, void* context, wf_error* error) noexcept {
    return with_state(host, error, [&](KeyedStore& store) -> wf::Result<int32_t> {
      int32_t failed = WF_OK;
      WF_TRY(store.scan(table, wf::view(from), wf::view(to),
                        [&](std::string_view key, std::string_view value) {
                          const int32_t said = visitor(context, wf::str(key), wf::str(value));
                          if (said < 0) failed = said;
                          return said == WF_VISIT_ON;
                        }));
      if (failed < 0) return wf::Status(static_cast<wf::Code>(failed), "the visitor failed");
      return WF_OK;
    });
  }
  static int32_t state_size(const wf_host* host, uint32_t table, int64_t* entries, int64_t* bytes,
                            wf_error* error) noexcept {
    return with_state(host, error, [&](KeyedStore& store) -> wf::Result<int32_t> {
      WF_ASSIGN(const KeyedStore::Size size, store.size(table));
      *entries = size.entries;
      *bytes = size.bytes;
      return WF_OK;
    });
  }

  // wf.timers/1
  template <typename Use>
  static int32_t with_timers(const wf_host* host, uint32_t time, Use&& use) noexcept {
    return answer(wf::guarded([&]() -> wf::Status {
                    TimerService* timers = services(host).timers();
                    if (!timers || time < WF_TIME_EVENT || time > WF_TIME_PROCESSING)
                      return wf::not_implemented("timers");
                    return use(*timers, static_cast<wf::TimeKind>(time));
                  }).code());
  }
  static int32_t set_timer(const wf_host* host, uint32_t time, int64_t at, wf_str key) noexcept {
    return with_timers(host, time, [&](TimerService& timers, wf::TimeKind kind) {
      return timers.set(kind, at, wf::view(key));
    });
  }
  static int32_t cancel_timer(const wf_host* host, uint32_t time, int64_t at, wf_str key) noexcept {
    return with_timers(host, time, [&](TimerService& timers, wf::TimeKind kind) {
      return timers.cancel(kind, at, wf::view(key));
    });
  }
  static int64_t watermark(const wf_host* host) noexcept {
    TimerService* timers = services(host).timers();
    return timers ? timers->watermark() : INT64_MIN;
  }

  static const void* get_extension(const wf_host* host, wf_str wanted) noexcept {
    static const wf_log kLog{sizeof(wf_log), 0, write};
    static const wf_metrics kMetrics{sizeof(wf_metrics), 0, add, set, observe};
    static const wf_cancel kCancel{sizeof(wf_cancel), 0, is_cancelled};
    static const wf_clock kClock{sizeof(wf_clock), 0, now_us, monotonic_us};
    static const wf_deadletter kDeadletter{sizeof(wf_deadletter), 0, refuse_row, refuse_batch,
                                           refuse_raw};
    static const wf_result kResult{sizeof(wf_result), 0, set_result};
    static const wf_memory kMemory{sizeof(wf_memory), 0, budget, adjust, spill_folder};
    static const wf_task_service kTask{sizeof(wf_task_service), 0, task};
    static const wf_rows kRows{sizeof(wf_rows), 0, count_rows, cut_rows};
    static const wf_pressure kPressure{sizeof(wf_pressure), 0, set_pressure};
    static const wf_keyed_state kState{
        sizeof(wf_keyed_state), 0, state_get, state_put, state_erase, state_scan, state_size};
    static const wf_timer_service kTimers{sizeof(wf_timer_service), 0, set_timer, cancel_timer,
                                          watermark};
    static constexpr std::string_view kIds[] = {WF_EXT_LOG,      WF_EXT_METRICS,     WF_EXT_CANCEL,
                                                WF_EXT_CLOCK,    WF_EXT_DEADLETTER,  WF_EXT_RESULT,
                                                WF_EXT_MEMORY,   WF_EXT_TASK,        WF_EXT_ROWS,
                                                WF_EXT_PRESSURE, WF_EXT_KEYED_STATE, WF_EXT_TIMERS};
    static const void* const kServices[] = {&kLog,        &kMetrics,  &kCancel, &kClock,
                                            &kDeadletter, &kResult,   &kMemory, &kTask,
                                            &kRows,       &kPressure, &kState,  &kTimers};
    (void)host;
    for (size_t i = 0; i < std::size(kIds); ++i)
      if (wf::view(wanted) == kIds[i]) return kServices[i];
    return nullptr;
  }
};

HostAdapter::HostAdapter(HostServices& services) : services_(services), info_(services.task()) {
  host_.struct_size = sizeof(host_);
  host_.abi_minor = WF_ABI_MINOR;
  host_.context = this;
  host_.get_extension = HostCalls::get_extension;
  task_.struct_size = sizeof(task_);
  task_.threads = std::max(info_.threads, 1U);
  task_.dag = wf::str(info_.dag);
  task_.task = wf::str(info_.task);
  task_.run = wf::str(info_.run);
  task_.model_version = wf::str(info_.model_version);
  task_.run_start_us = info_.run_start_us;
  task_.attempt = info_.attempt;
  task_.checkpointed = info_.checkpointed ? 1 : 2;
  task_.deterministic = info_.deterministic ? 1 : 2;
}

}  // namespace weirflow::plugin
