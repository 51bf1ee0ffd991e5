// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/services.h"

#include <chrono>

#include "core/file.h"
#include "core/text.h"
#include "engine/commit.h"
#include "engine/refused_input.h"
#include "weirflow/print.hpp"

namespace weirflow::engine {

using metrics::PluginMetric;

namespace {

/// Seconds have the buckets of all times; what has no unit in its name has powers of four.
metrics::Histogram empty_histogram(std::string_view name) {
  metrics::Histogram h;
  if (name.ends_with("_seconds")) return metrics::DurationHistogram().values();
  for (double bound = 1; bound <= 1 << 30; bound *= 4) h.bounds.push_back(bound);
  h.counts.resize(h.bounds.size() + 1);
  return h;
}

constexpr size_t kLargestResult = 64 << 10;

size_t size_of(const wf::Value& value) {
  if (const auto* s = value.string()) return s->size() + 8;
  size_t size = 8;
  if (const auto* list = value.list())
    for (const wf::Value& item : *list) size += size_of(item);
  if (const auto* table = value.table())
    for (const auto& [key, item] : *table) size += key.size() + size_of(item);
  return size;
}

}  // namespace

wf::Status TaskOutcome::set_result(std::string_view key, wf::Value value) {
  const std::lock_guard lock(mutex_);
  size_t total = key.size() + size_of(value);
  for (const auto& [k, v] : results_)
    if (k != key) total += k.size() + size_of(v);
  if (total > kLargestResult)
    return wf::exhausted("result '" + std::string(key) + "' makes the task's results " +
                         std::to_string(total) + " bytes; at most " +
                         std::to_string(kLargestResult) +
                         " are kept: data goes through edges, files or models");
  for (auto& [k, v] : results_)
    if (k == key) {
      v = std::move(value);
      return {};
    }
  results_.emplace_back(std::string(key), std::move(value));
  return {};
}

wf::Value::Table TaskOutcome::results() const {
  const std::lock_guard lock(mutex_);
  return results_;
}

void TaskOutcome::add_metric(std::string_view name, double value) {
  const std::lock_guard lock(mutex_);
  metric_locked(name, PluginMetric::Kind::counter).value += value;
}

void TaskOutcome::set_metric(std::string_view name, double value) {
  const std::lock_guard lock(mutex_);
  metric_locked(name, PluginMetric::Kind::gauge).value = value;
}

void TaskOutcome::observe_metric(std::string_view name, double value) {
  const std::lock_guard lock(mutex_);
  metric_locked(name, PluginMetric::Kind::histogram).histogram.observe(value);
}

PluginMetric& TaskOutcome::metric_locked(std::string_view name, PluginMetric::Kind kind) {
  auto at = metrics_.find(name);
  if (at == metrics_.end()) at = metrics_.emplace(std::string(name), 0).first;
  for (PluginMetric& metric : at->second)
    if (metric.kind == kind) return metric;
  PluginMetric& metric = at->second.emplace_back();
  metric.name = name;
  metric.kind = kind;
  if (kind == PluginMetric::Kind::histogram) metric.histogram = empty_histogram(name);
  return metric;
}

std::map<std::string, double> TaskOutcome::metrics() const {
  std::map<std::string, double> all;
  for (const PluginMetric& metric : figures()) {
    if (metric.kind == PluginMetric::Kind::histogram) {
      all[metric.name + "_count"] = static_cast<double>(metric.histogram.count());
      all[metric.name + "_sum"] = metric.histogram.sum;
    } else {
      all[metric.name] += metric.value;
    }
  }
  return all;
}

std::vector<PluginMetric> TaskOutcome::figures() const {
  const std::lock_guard lock(mutex_);
  std::vector<PluginMetric> all;
  for (const auto& [name, kinds] : metrics_) all.insert(all.end(), kinds.begin(), kinds.end());
  return all;
}

plugin::TaskInfo task_info(const dag::PlanNode& node, const AttemptContext& attempt) {
  plugin::TaskInfo info;
  info.dag = attempt.dag;
  info.task = node.task;
  info.run = attempt.run;
  info.run_start_us = attempt.run_start_us;
  info.attempt = static_cast<uint32_t>(attempt.attempt);
  info.threads = static_cast<uint32_t>(attempt.threads);
  info.checkpointed = attempt.checkpointed;
  info.deterministic = node.deterministic;
  return info;
}

TaskServices::TaskServices(const dag::PlanNode& node, AttemptContext& attempt,
                           TaskCounters& counters, TaskOutcome& outcome, std::string model_version)
    : node_(node),
      attempt_(attempt),
      counters_(counters),
      outcome_(outcome),
      envelopes_(node.task, attempt.run, attempt.attempt, attempt.earlier) {
  task_ = task_info(node, attempt);
  task_.model_version = std::move(model_version);
}

int64_t TaskServices::now_us() {
  return attempt_.clock ? attempt_.clock->now_us() : NullServices::now_us();
}
int64_t TaskServices::monotonic_us() {
  return attempt_.clock ? attempt_.clock->now_us() : NullServices::monotonic_us();
}

void TaskServices::log(wf::LogLevel level, std::string_view message) {
  if (attempt_.log) attempt_.log({now_us(), level, node_.task, std::string(message)});
}

void TaskServices::add_metric(std::string_view name, double value) {
  outcome_.add_metric(name, value);
}
void TaskServices::set_metric(std::string_view name, double value) {
  outcome_.set_metric(name, value);
}
void TaskServices::observe_metric(std::string_view name, double value) {
  outcome_.observe_metric(name, value);
}

wf::Code TaskServices::refuse(Refusal refusal) {
  const std::lock_guard lock(mutex_);
  if (cut_)
    refused_behind_.push_back(std::move(refusal));
  else
    refuse_locked(refusal);
  return wf::Code::ok;
}

std::vector<wf::Batch> TaskServices::take_letters() {
  const std::lock_guard lock(mutex_);
  return std::exchange(letters_, {});
}

void TaskServices::refuse_locked(const Refusal& refusal) {
  counters_.refused += 1;
  attempt_.moved.fetch_add(1, std::memory_order_relaxed);
  if (first_refusal_.empty()) {
    first_refusal_ = refusal.message;
    if (!refusal.position.empty()) first_refusal_ += " (" + refusal.position + ")";
  }
  envelopes_.add(refusal, now_us());
}

void TaskServices::count_rows(uint32_t what, int64_t rows) {
  const std::lock_guard lock(mutex_);
  if (cut_)
    counted_behind_.emplace_back(what, rows);
  else
    count_locked(what, rows);
}

void TaskServices::count_locked(uint32_t what, int64_t rows) {
  counters_.add(what, rows);
  attempt_.moved.fetch_add(1, std::memory_order_relaxed);
}

void TaskServices::cut_rows() {
  const std::lock_guard lock(mutex_);
  cut_ = true;
}

void TaskServices::end_cut() {
  const std::lock_guard lock(mutex_);
  cut_ = false;
  for (const auto& [what, rows] : std::exchange(counted_behind_, {})) count_locked(what, rows);
  for (const Refusal& refusal : std::exchange(refused_behind_, {})) refuse_locked(refusal);
}

void TaskServices::let_sources_rest(bool rest, std::string_view reason) {
  if (attempt_.pressure) attempt_.pressure(node_.id, rest, reason);
}

Refusal refusal_of(const dag::PlanNode& node, const wf::Batch& rows, int64_t row, std::string port,
                   std::string_view code, std::string_view message) {
  Refusal refusal{std::string(code), std::string(message), "", "", std::move(port), "", ""};
  wf::append_row_json(rows, row, refusal.row);
  if (node.on_error == dag::OnError::dead_letter) refusal.input = encode_input(rows, row);
  return refusal;
}

wf::Code TaskServices::refuse_row(uint32_t port, int64_t row, std::string_view code,
                                  std::string_view message) {
  if (!input_ || row < 0 || row >= input_->rows()) return wf::Code::internal;
  const std::string name = port < node_.inputs.size() ? node_.inputs[port] : "";
  return refuse(refusal_of(node_, *input_, row, name, code, message));
}

wf::Code TaskServices::refuse_batch(const wf::Batch& rows, std::string_view code,
                                    std::string_view message) {
  // Of which input is not said.
  const std::string name = node_.inputs.size() == 1 ? node_.inputs.front() : "";
  for (int64_t i = 0; i < rows.rows(); ++i) refuse(refusal_of(node_, rows, i, name, code, message));
  return wf::Code::ok;
}

wf::Code TaskServices::refuse_raw(std::string_view raw, std::string_view position,
                                  std::string_view code, std::string_view message) {
  Refusal refusal{std::string(code), std::string(message), std::string(position), "", "", "", ""};
  refusal.row = raw.substr(0, 64 << 10);
  if (find_invalid_utf8(refusal.row) != std::string::npos) {
    std::string quoted;
    append_json_string(quoted, refusal.row);
    refusal.row = std::move(quoted);
  }
  if (node_.on_error == dag::OnError::dead_letter) refusal.raw = raw;
  return refuse(std::move(refusal));
}

wf::Result<wf::Batch> TaskServices::take_refused(bool connected) {
  const std::lock_guard lock(mutex_);
  const int64_t n = envelopes_.rows();
  if (n == 0) return wf::Batch();
  wf::Batch rows = envelopes_.finish();
  const std::string first = std::exchange(first_refusal_, "");
  if (connected) return envelope_of(rows);
  switch (node_.on_error) {
    case dag::OnError::skip:
      return wf::Batch();
    case dag::OnError::dead_letter:
      // With checkpoints they go to the file with the one that they belong to.
      if (attempt_.checkpointed)
        letters_.push_back(std::move(rows));
      else if (attempt_.dead_letters)
        WF_TRY(attempt_.dead_letters->append(rows, static_cast<int64_t>(kRegionEpoch)));
      return wf::Batch();
    case dag::OnError::fail:
      break;
  }
  return wf::invalid_data(
      (n == 1 ? "a row was refused: " : std::to_string(n) + " rows were refused, the first: ") +
      first +
      " (on_error = \"fail\"; connect `errors`, or say \"dead_letter\" or "
      "\"skip\")");
}

wf::Code TaskServices::set_result(std::string_view key, const wf::Value& value) {
  wf::Status status = outcome_.set_result(key, value);
  if (status.ok()) return wf::Code::ok;
  log(wf::LogLevel::error, status.message());
  return status.code();
}

void TaskServices::adjust_memory(int64_t bytes) {
  const int64_t now = counters_.memory.fetch_add(bytes) + bytes;
  int64_t peak = counters_.peak_memory.load();
  while (now > peak && !counters_.peak_memory.compare_exchange_weak(peak, now)) {
  }
}

std::string TaskServices::spill_folder() {
  const std::lock_guard lock(mutex_);
  if (!spill_.empty()) return spill_;
  const std::string folder = attempt_.spill_root + "/" + node_.task;
  if (const wf::Status made = make_folders(folder); !made.ok()) {
    log(wf::LogLevel::error, made.message());
    return {};
  }
  spill_ = folder;
  return spill_;
}

}  // namespace weirflow::engine
