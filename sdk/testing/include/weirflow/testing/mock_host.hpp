// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A host for one instance in a test: records what the component says and answers what the test
/// has set. No file is touched but the spill folder, and that only when the component asks.
///
/// Threads: the services may be called from any thread; set what they answer before the calls.

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "weirflow/host.hpp"
#include "weirflow/testing/batch_text.hpp"

namespace wf::testing {

/// A refused row or record.
struct Refused {
  std::string code;  ///< the stable word, "bad_number"
  std::string message;
  int64_t row = -1;  ///< in the input batch, or -1
  uint32_t port = 0;
  std::string text;      ///< the row as batch text; raw bytes of a source's record
  std::string position;  ///< of a source's record, "comments.csv:7"
};

class MockHost {
 public:
  MockHost() {
    abi_.struct_size = sizeof(abi_);
    abi_.abi_minor = WF_ABI_MINOR;
    abi_.context = this;
    abi_.get_extension = get_extension;
    task_.struct_size = sizeof(task_);
    task_.threads = 1;
    task_.attempt = 1;
    task_.checkpointed = 2;
    task_.deterministic = 1;
    task_.dag = str("test");
    task_.task = str("task");
    task_.run = str("run");
  }
  MockHost(const MockHost&) = delete;
  MockHost& operator=(const MockHost&) = delete;
  ~MockHost() {
    std::error_code ignored;
    if (!spill_.empty()) std::filesystem::remove_all(spill_, ignored);
  }
  [[nodiscard]] const wf_host* abi() const { return &abi_; }

  // What the component is told.
  std::atomic<bool> cancelled{false};
  std::atomic<int64_t> now_us{1'700'000'000'000'000};
  std::atomic<int64_t> monotonic_us{0};
  int64_t memory_budget = int64_t{256} << 20;
  /// After so many refused rows refuse answers WF_ERR_CANCELLED, as on_error = "fail" does; -1
  /// never.
  int64_t refused_limit = -1;
  /// Extension ids that this host does not have.
  std::vector<std::string> missing;
  wf_task& task() { return task_; }

  // What the component said.
  [[nodiscard]] std::vector<std::string> logs() const { return locked(logs_); }
  [[nodiscard]] std::map<std::string, double> metrics() const { return locked(metrics_); }
  [[nodiscard]] std::map<std::string, Value> results() const { return locked(results_); }
  [[nodiscard]] std::vector<Refused> refused() const { return locked(refused_); }
  /// Of which rows of an input batch (the others are records of a source).
  [[nodiscard]] int64_t memory_held() const { return held_; }
  [[nodiscard]] int64_t memory_peak() const { return peak_; }

  /// Rows that a sink counted outside of calls, by WF_COUNT_*.
  [[nodiscard]] int64_t counted(uint32_t what) const {
    const std::lock_guard lock(mutex_);
    const auto found = counted_.find(what);
    return found == counted_.end() ? 0 : found->second;
  }
  /// How often cut_rows() was called.
  [[nodiscard]] int cuts() const { return cuts_; }
  /// Why a sink wants the sources to rest, "" when it does not.
  [[nodiscard]] std::string pressure() const { return locked(pressure_); }

  // State by key and timers: what a checkpoint would hold, to be given to another host.
  using Tables = std::map<uint32_t, std::map<std::string, std::string>>;
  using Timers = std::set<std::tuple<TimeKind, int64_t, std::string>>;
  Tables& state() { return state_; }
  Timers& timers() { return timers_; }
  int64_t watermark = INT64_MIN;
  /// The first timer of a kind up to a time, taken out.
  std::optional<std::pair<int64_t, std::string>> take_timer(TimeKind time, int64_t up_to_us) {
    const auto first = timers_.lower_bound({time, INT64_MIN, ""});
    if (first == timers_.end() || std::get<0>(*first) != time || std::get<1>(*first) > up_to_us)
      return std::nullopt;
    const std::pair<int64_t, std::string> due(std::get<1>(*first), std::get<2>(*first));
    timers_.erase(first);
    return due;
  }

  /// The batch that refuse_row() speaks of; set by the harness around process().
  void set_current(const Batch* batch) { current_ = batch; }

 private:
  template <typename T>
  T locked(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }
  static MockHost& self(const wf_host* h) { return *static_cast<MockHost*>(h->context); }

  int32_t add(Refused refused) {
    const std::lock_guard lock(mutex_);
    refused_.push_back(std::move(refused));
    const bool over = refused_limit >= 0 && static_cast<int64_t>(refused_.size()) > refused_limit;
    return over ? WF_ERR_CANCELLED : WF_OK;
  }
  static int32_t refuse_row(const wf_host* h, uint32_t port, int64_t row, wf_str code,
                            wf_str message) {
    const Batch* current = self(h).current_;
    std::string text = current && row >= 0 && row < current->rows() ? row_text(*current, row) : "";
    return self(h).add({std::string(view(code)), std::string(view(message)), row, port, text, ""});
  }
  static int32_t refuse_batch(const wf_host* h, const ArrowSchema* schema, ArrowArray* rows,
                              wf_str code, wf_str message) {
    ArrowSchema borrowed = *schema;
    borrowed.release = [](ArrowSchema* s) { s->release = nullptr; };
    Result<Schema> columns = import_schema(&borrowed);
    if (!columns.ok()) return release(rows), WF_ERR_INVALID_DATA;
    Result<Batch> batch = import_batch(rows, std::make_shared<const Schema>(*columns));
    if (!batch.ok()) return WF_ERR_INVALID_DATA;
    int32_t answer = WF_OK;
    for (int64_t i = 0; i < batch->rows(); ++i)
      answer = self(h).add(
          {std::string(view(code)), std::string(view(message)), -1, 0, row_text(*batch, i), ""});
    return answer;
  }
  static int32_t refuse_raw(const wf_host* h, wf_str raw, wf_str position, wf_str code,
                            wf_str message) {
    return self(h).add({std::string(view(code)), std::string(view(message)), -1, 0,
                        std::string(view(raw)), std::string(view(position))});
  }
  static void metric(const wf_host* h, wf_str name, double value, bool add) {
    const std::lock_guard lock(self(h).mutex_);
    double& slot = self(h).metrics_[std::string(view(name))];
    slot = add ? slot + value : value;
  }
  static int32_t set_result(const wf_host* h, wf_str key, const wf_value* value) {
    const std::lock_guard lock(self(h).mutex_);
    self(h).results_[std::string(view(key))] = Value::from_abi(*value);
    return WF_OK;
  }
  static void adjust(const wf_host* h, int64_t bytes) {
    const int64_t now = self(h).held_ += bytes;
    int64_t peak = self(h).peak_;
    while (now > peak && !self(h).peak_.compare_exchange_weak(peak, now)) {
    }
  }
  static wf_str spill_folder(const wf_host* h) {
    const std::lock_guard lock(self(h).mutex_);
    std::string& folder = self(h).spill_;
    if (folder.empty()) {
      std::string name = (std::filesystem::temp_directory_path() / "weirflow-test-XXXXXX").string();
      if (mkdtemp(name.data())) folder = name;
    }
    return str(folder);
  }

  static int32_t state_get(const wf_host* h, uint32_t table, wf_str key, wf_str* value, wf_error*) {
    const auto& rows = self(h).state_[table];
    const auto found = rows.find(std::string(view(key)));
    if (found == rows.end()) return WF_STATE_ABSENT;
    *value = str(found->second);
    return WF_STATE_FOUND;
  }
  static int32_t state_scan(const wf_host* h, uint32_t table, wf_str from, wf_str to,
                            wf_state_visitor visitor, void* context, wf_error*) {
    const auto& rows = self(h).state_[table];
    for (auto at = rows.lower_bound(std::string(view(from))); at != rows.end(); ++at) {
      if (to.length > 0 && at->first >= view(to)) break;
      const int32_t said = visitor(context, str(at->first), str(at->second));
      if (said < 0) return said;
      if (said == WF_VISIT_STOP) break;
    }
    return WF_OK;
  }
  static const wf_keyed_state* keyed_state_service() {
    static const wf_keyed_state service{
        sizeof(wf_keyed_state),
        0,
        state_get,
        [](const wf_host* h, uint32_t table, wf_str key, wf_str value, wf_error*) -> int32_t {
          self(h).state_[table][std::string(view(key))] = view(value);
          return WF_OK;
        },
        [](const wf_host* h, uint32_t table, wf_str key, wf_error*) -> int32_t {
          self(h).state_[table].erase(std::string(view(key)));
          return WF_OK;
        },
        state_scan,
        [](const wf_host* h, uint32_t table, int64_t* entries, int64_t* bytes,
           wf_error*) -> int32_t {
          *entries = static_cast<int64_t>(self(h).state_[table].size());
          *bytes = 0;
          for (const auto& [key, value] : self(h).state_[table])
            *bytes += static_cast<int64_t>(key.size() + value.size());
          return WF_OK;
        }};
    return &service;
  }
  static const wf_timer_service* timer_service() {
    static const wf_timer_service service{
        sizeof(wf_timer_service), 0,
        [](const wf_host* h, uint32_t time, int64_t at, wf_str key) -> int32_t {
          self(h).timers_.emplace(static_cast<TimeKind>(time), at, view(key));
          return WF_OK;
        },
        [](const wf_host* h, uint32_t time, int64_t at, wf_str key) -> int32_t {
          self(h).timers_.erase({static_cast<TimeKind>(time), at, std::string(view(key))});
          return WF_OK;
        },
        [](const wf_host* h) { return self(h).watermark; }};
    return &service;
  }

  static const void* get_extension(const wf_host* h, wf_str wanted) {
    const std::string_view id = view(wanted);
    for (const std::string& name : self(h).missing)
      if (name == id) return nullptr;
    static const wf_log log{sizeof(wf_log), 0, [](const wf_host* host, uint32_t, wf_str message) {
                              const std::lock_guard lock(self(host).mutex_);
                              self(host).logs_.emplace_back(view(message));
                            }};
    static const wf_metrics metrics{
        sizeof(wf_metrics), 0,
        [](const wf_host* host, wf_str name, double v) { metric(host, name, v, true); },
        [](const wf_host* host, wf_str name, double v) { metric(host, name, v, false); },
        [](const wf_host* host, wf_str name, double v) { metric(host, name, v, false); }};
    static const wf_cancel cancel{
        sizeof(wf_cancel), 0, [](const wf_host* host) { return self(host).cancelled ? 1u : 2u; }};
    static const wf_clock clock{
        sizeof(wf_clock), 0, [](const wf_host* host) -> int64_t { return self(host).now_us; },
        [](const wf_host* host) -> int64_t { return self(host).monotonic_us; }};
    static const wf_deadletter deadletter{sizeof(wf_deadletter), 0, refuse_row, refuse_batch,
                                          refuse_raw};
    static const wf_result result{sizeof(wf_result), 0, set_result};
    static const wf_memory memory{
        sizeof(wf_memory), 0,
        [](const wf_host* host) -> int64_t { return self(host).memory_budget; }, adjust,
        spill_folder};
    static const wf_task_service task{
        sizeof(wf_task_service), 0,
        [](const wf_host* host) -> const wf_task* { return &self(host).task_; }};
    if (id == WF_EXT_LOG) return &log;
    if (id == WF_EXT_METRICS) return &metrics;
    if (id == WF_EXT_CANCEL) return &cancel;
    if (id == WF_EXT_CLOCK) return &clock;
    if (id == WF_EXT_DEADLETTER) return &deadletter;
    if (id == WF_EXT_RESULT) return &result;
    if (id == WF_EXT_MEMORY) return &memory;
    static const wf_rows rows{sizeof(wf_rows), 0,
                              [](const wf_host* host, uint32_t what, int64_t count) {
                                const std::lock_guard lock(self(host).mutex_);
                                self(host).counted_[what] += count;
                              },
                              [](const wf_host* host) { ++self(host).cuts_; }};
    static const wf_pressure pressure{sizeof(wf_pressure), 0,
                                      [](const wf_host* host, uint32_t rest, wf_str reason) {
                                        const std::lock_guard lock(self(host).mutex_);
                                        self(host).pressure_ = rest == 1 ? view(reason) : "";
                                      }};
    if (id == WF_EXT_TASK) return &task;
    if (id == WF_EXT_ROWS) return &rows;
    if (id == WF_EXT_PRESSURE) return &pressure;
    if (id == WF_EXT_KEYED_STATE) return keyed_state_service();
    if (id == WF_EXT_TIMERS) return timer_service();
    return nullptr;
  }

  wf_host abi_{};
  wf_task task_{};
  const Batch* current_ = nullptr;
  mutable std::mutex mutex_;
  std::vector<std::string> logs_;
  std::map<std::string, double> metrics_;
  std::map<std::string, Value> results_;
  std::vector<Refused> refused_;
  std::map<uint32_t, int64_t> counted_;
  std::string pressure_;
  std::atomic<int> cuts_{0};
  Tables state_;
  Timers timers_;
  std::atomic<int64_t> held_{0}, peak_{0};
  std::string spill_;
};

}  // namespace wf::testing
