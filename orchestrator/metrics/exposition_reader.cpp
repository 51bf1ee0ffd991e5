// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// The exposition back into a snapshot.

#include <charconv>
#include <cmath>
#include <map>

#include "metrics/exposition.h"
#include "metrics/families.h"
#include "metrics/text_format.h"

namespace weirflow::metrics {

namespace {

int int_of(std::string_view text) {
  int n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

int64_t whole(double value, Unit unit) {
  const double scaled = unit == Unit::micros ? value * 1e6 : value;
  constexpr double kLargest = 9.2e18;
  if (!(scaled > -kLargest && scaled < kLargest)) return 0;
  return std::llround(scaled);
}

template <typename Owner, size_t n>
bool read_one(const Family<Owner> (&families)[n], const Sample& s, Owner& owner) {
  for (const Family<Owner>& f : families) {
    if (f.name != s.name) continue;
    if (f.sometimes)
      owner.*f.sometimes = whole(s.value, f.unit);
    else
      owner.*f.always = whole(s.value, f.unit);
    return true;
  }
  return false;
}

/// Buckets come in ascending order and cumulative.
void read_histogram(const Sample& s, std::string_view part, Histogram& h) {
  if (part == "_sum") h.sum = s.value;
  if (part != "_bucket") return;
  const std::string_view le = s.label("le");
  int64_t below = 0;
  for (const int64_t count : h.counts) below += count;
  h.counts.push_back(whole(s.value, Unit::one) - below);
  if (le == "+Inf") return;
  double bound = 0;
  std::from_chars(le.data(), le.data() + le.size(), bound);
  h.bounds.push_back(bound);
}

class Reader {
 public:
  void take(const Sample& s) {
    const std::string_view name = s.name;
    if (name.starts_with("weirflow_task_"))
      task(s);
    else if (name.starts_with("weirflow_edge_"))
      edge(s);
    else if (name.starts_with("weirflow_checkpoint"))
      checkpoint(s);
    else
      run(s);
  }
  wf::Result<Snapshot> finish() {
    if (!is_run_)
      return wf::invalid_data("there is no weirflow_run_info: this is not the metrics of a run");
    snapshot_.now_us = snapshot_.start_us + duration_us_;
    return std::move(snapshot_);
  }

 private:
  void run(const Sample& s) {
    if (read_one(kRunFamilies, s, snapshot_)) return;
    if (s.name == "weirflow_build_info") snapshot_.version = s.label("version");
    if (s.name == "weirflow_run_state") snapshot_.state = s.label("state");
    if (s.name == "weirflow_run_duration_seconds") duration_us_ = whole(s.value, Unit::micros);
    if (s.name == "weirflow_run_paused") {
      snapshot_.paused_by = s.label("task");
      snapshot_.paused_why = s.label("reason");
    }
    if (s.name != "weirflow_run_info") return;
    is_run_ = true;
    snapshot_.dag = s.label("dag");
    snapshot_.run = s.label("run");
    snapshot_.dag_version = s.label("dag_version");
  }

  void task(const Sample& s) {
    const auto key = std::pair(std::string(s.label("task")), std::string(s.label("kind")));
    const auto [at, added] = tasks_.try_emplace(key, snapshot_.tasks.size());
    if (added) {
      TaskFigures& t = snapshot_.tasks.emplace_back();
      t.task = key.first;
      t.kind = key.second;
    }
    TaskFigures& t = snapshot_.tasks[at->second];
    if (read_one(kTaskFamilies, s, t)) return;
    constexpr std::string_view kLatency = "weirflow_task_latency_seconds";
    if (s.name == "weirflow_task_info") {
      t.component = s.label("component");
      t.region = int_of(s.label("region"));
    } else if (s.name == "weirflow_task_state") {
      t.state = s.label("state");
    } else if (s.name == "weirflow_task_attempts") {
      t.attempts = static_cast<int>(whole(s.value, Unit::one));
    } else if (s.name == "weirflow_task_lanes") {
      t.lanes = static_cast<int>(whole(s.value, Unit::one));
    } else if (s.name.starts_with(kLatency)) {
      if (!t.latency) t.latency.emplace();
      read_histogram(s, std::string_view(s.name).substr(kLatency.size()), *t.latency);
    }
  }

  void edge(const Sample& s) {
    const int id = int_of(s.label("edge"));
    const auto [at, added] = edges_.try_emplace(id, snapshot_.edges.size());
    if (added) {
      EdgeFigures& e = snapshot_.edges.emplace_back();
      e.edge = id;
      e.from = s.label("from");
      e.to = s.label("to");
    }
    EdgeFigures& e = snapshot_.edges[at->second];
    if (read_one(kEdgeFamilies, s, e)) return;
    if (s.name == "weirflow_edge_info") e.kind = s.label("kind");
    if (s.name == "weirflow_edge_queue_fill_ratio") e.fill = s.value;
  }

  void checkpoint(const Sample& s) {
    if (!snapshot_.checkpoints) snapshot_.checkpoints.emplace();
    CheckpointFigures& c = *snapshot_.checkpoints;
    c.region = int_of(s.label("region"));
    if (read_one(kCheckpointFamilies, s, c)) return;
    constexpr std::string_view kDurations = "weirflow_checkpoint_duration_seconds";
    if (s.name.starts_with(kDurations))
      read_histogram(s, std::string_view(s.name).substr(kDurations.size()), c.durations);
  }

  Snapshot snapshot_;
  bool is_run_ = false;
  int64_t duration_us_ = 0;
  std::map<std::pair<std::string, std::string>, size_t> tasks_;
  std::map<int, size_t> edges_;
};

}  // namespace

wf::Result<Snapshot> from_text(std::string_view text) {
  WF_ASSIGN(const std::vector<Sample> samples, read_text(text));
  Reader reader;
  for (const Sample& s : samples) reader.take(s);
  return reader.finish();
}

}  // namespace weirflow::metrics
