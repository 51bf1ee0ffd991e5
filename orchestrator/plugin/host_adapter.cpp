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
    static constexpr std::string_view kIds[] = {WF_EXT_LOG,    WF_EXT_METRICS,    WF_EXT_CANCEL,
                                                WF_EXT_CLOCK,  WF_EXT_DEADLETTER, WF_EXT_RESULT,
                                                WF_EXT_MEMORY, WF_EXT_TASK};
    static const void* const kServices[] = {&kLog,        &kMetrics, &kCancel, &kClock,
                                            &kDeadletter, &kResult,  &kMemory, &kTask};
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
}

}  // namespace weirflow::plugin
