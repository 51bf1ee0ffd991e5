// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// From snapshots to rates, and both as JSON.

#include <algorithm>
#include <map>

#include "cli/json_text.h"
#include "cli/top_view.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

namespace {

using metrics::Histogram;
using metrics::Snapshot;
using metrics::TaskFigures;

constexpr int64_t kRatesOver = 2'000'000, kLatenciesOver = 10'000'000;

const TaskFigures* same_task(const Snapshot* before, size_t i, const TaskFigures& now) {
  if (!before || i >= before->tasks.size()) return nullptr;
  const TaskFigures& t = before->tasks[i];
  return t.task == now.task && t.kind == now.kind ? &t : nullptr;
}

/// What came since; all of it when a count went back, as after a retry.
double since(int64_t before, int64_t now) {
  return static_cast<double>(now >= before ? now - before : now);
}

std::optional<Histogram> since(const TaskFigures* before, const TaskFigures& now) {
  if (!now.latency) return std::nullopt;
  Histogram h = *now.latency;
  if (!before || !before->latency || before->latency->counts.size() != h.counts.size()) return h;
  if (before->latency->count() > h.count()) return h;
  for (size_t i = 0; i < h.counts.size(); ++i) h.counts[i] -= before->latency->counts[i];
  return h;
}

TaskRates rates_of(const TaskFigures* before, const TaskFigures& now, double seconds) {
  const TaskFigures zero;
  const TaskFigures& from = before ? *before : zero;
  TaskRates r;
  if (seconds <= 0) return r;
  r.in = since(from.rows_in, now.rows_in) / seconds;
  r.out = since(from.rows_out, now.rows_out) / seconds;
  const double lanes = std::max(now.lanes, 1) * 1e6 * seconds;
  r.busy = std::min(since(from.busy_us, now.busy_us) / lanes, 1.0);
  r.pressured = std::min(since(from.pressured_us, now.pressured_us) / lanes, 1.0);
  return r;
}

}  // namespace

void TopHistory::add(Snapshot snapshot) {
  if (!snapshots_.empty() &&
      (snapshots_.back().run != snapshot.run || snapshots_.back().start_us != snapshot.start_us))
    snapshots_.clear();
  snapshots_.push_back(std::move(snapshot));
  while (snapshots_.size() > 2 && snapshots_[1].now_us <= snapshots_.back().now_us - kLatenciesOver)
    snapshots_.pop_front();
}

/// The newest that is so old, else the oldest; null when there is only the last.
const Snapshot* TopHistory::before(int64_t us) const {
  if (snapshots_.size() < 2) return nullptr;
  for (size_t i = snapshots_.size() - 1; i-- > 0;)
    if (snapshots_[i].now_us <= snapshots_.back().now_us - us) return &snapshots_[i];
  return &snapshots_.front();
}

TopState TopHistory::state() const {
  TopState s;
  s.now = snapshots_.back();
  const Snapshot* const recent = before(kRatesOver);
  const Snapshot* const older = before(kLatenciesOver);
  const int64_t span = s.now.now_us - (recent ? recent->now_us : s.now.start_us);
  const double seconds = static_cast<double>(span) / 1e6;
  if (span > 0)
    s.cpu = since(recent ? recent->process_cpu_us : 0, s.now.process_cpu_us) /
            static_cast<double>(span);
  std::map<std::string, double, std::less<>> fills;
  for (const metrics::EdgeFigures& e : s.now.edges)
    if (e.fill) {
      double& fill = fills[e.to.substr(0, e.to.rfind('.'))];
      fill = std::max(fill, *e.fill);
    }
  for (size_t i = 0; i < s.now.tasks.size(); ++i) {
    const TaskFigures& t = s.now.tasks[i];
    TaskRates& r = s.rates.emplace_back(rates_of(same_task(recent, i, t), t, seconds));
    if (const auto fill = fills.find(t.task); fill != fills.end()) r.fill = fill->second;
    if (t.watermark_us) r.lag_us = s.now.now_us - *t.watermark_us;
    if (const auto latency = since(same_task(older, i, t), t)) {
      r.p50 = metrics::quantile(*latency, 0.5);
      r.p99 = metrics::quantile(*latency, 0.99);
    }
  }
  return s;
}

std::string top_json(const TopState& s, const std::string& address) {
  const Snapshot& n = s.now;
  const auto seconds = [](int64_t us) { return static_cast<double>(us) / 1e6; };
  nlohmann::ordered_json json;
  json["format"] = 1;
  json["address"] = address;
  json["dag"] = n.dag;
  json["run"] = n.run;
  json["state"] = n.state;
  json["seconds"] = seconds(n.now_us - n.start_us);
  const std::string wrong = metrics::trouble(n);
  json["healthy"] = wrong.empty();
  if (!wrong.empty()) json["trouble"] = wrong;
  json["dead_letters"] = n.dead_letters;
  json["cpu"] = s.cpu;
  json["memory_bytes"] = n.process_memory;
  if (n.checkpoints) {
    const metrics::CheckpointFigures& c = *n.checkpoints;
    nlohmann::ordered_json& to = json["checkpoint"];
    to["epoch"] = c.epoch;
    if (c.time_us) to["age_seconds"] = seconds(n.now_us - *c.time_us);
    if (c.duration_us) to["duration_seconds"] = seconds(*c.duration_us);
    if (c.bytes) to["size_bytes"] = *c.bytes;
    to["committed"] = c.committed;
    to["given_up"] = c.given_up;
    to["postponed"] = c.postponed;
  }
  json["tasks"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < n.tasks.size(); ++i) {
    const TaskFigures& t = n.tasks[i];
    const TaskRates& r = s.rates[i];
    nlohmann::ordered_json task = {
        {"task", t.task},          {"kind", t.kind},         {"state", t.state},
        {"rows_in", t.rows_in},    {"rows_out", t.rows_out}, {"refused", t.refused},
        {"filtered", t.filtered},  {"pending", t.pending},   {"in_per_second", r.in},
        {"out_per_second", r.out}, {"busy", r.busy},         {"backpressured", r.pressured},
        {"memory_bytes", t.memory}};
    if (r.fill) task["queue_fill"] = *r.fill;
    if (r.lag_us) task["watermark_lag_seconds"] = seconds(*r.lag_us);
    if (r.p50) task["latency_p50_seconds"] = *r.p50;
    if (r.p99) task["latency_p99_seconds"] = *r.p99;
    if (t.state_bytes) task["state_bytes"] = *t.state_bytes;
    if (t.timers) task["timers"] = *t.timers;
    json["tasks"].push_back(std::move(task));
  }
  return json_text(json);
}

}  // namespace weirflow::cli
