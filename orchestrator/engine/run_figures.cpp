// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/run_figures.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/clock.h"
#include "engine/coordinator.h"
#include "engine/region.h"

namespace weirflow::engine {

namespace {

/// What the kernel says of this process.
void add_process(metrics::Snapshot& snapshot) {
  snapshot.process_cpu_us = read_clock(CLOCK_PROCESS_CPUTIME_ID);
  FILE* const file = std::fopen("/proc/self/stat", "re");
  if (!file) return;
  char text[1024];
  const size_t n = std::fread(text, 1, sizeof(text) - 1, file);
  std::fclose(file);
  text[n] = '\0';
  // Behind the name, which may hold anything: the state is field 3, threads 20, pages 24.
  const char* at = std::max(
      std::find(std::reverse_iterator(text + n), std::reverse_iterator(text + 0), ')').base(),
      text + 0);
  long long threads = 0, pages = 0;
  if (std::sscanf(at,
                  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %lld"
                  " %*d %*u %*u %lld",
                  &threads, &pages) != 2)
    return;
  snapshot.process_threads = threads;
  snapshot.process_memory = pages * ::sysconf(_SC_PAGE_SIZE);
}

/// Times are put together from several clocks and counters, read one after the other: a moment
/// later one could be less by some microseconds, which a counter must not be.
void keep_rising(const metrics::TaskFigures& before, metrics::TaskFigures& now) {
  now.busy_us = std::max(now.busy_us, before.busy_us);
  now.pressured_us = std::max(now.pressured_us, before.pressured_us);
  now.idle_us = std::max(now.idle_us, before.idle_us);
}

}  // namespace

RunFigures::RunFigures(const dag::Plan& plan) : checkpoints_(plan.nodes.size()) {
  kept_.dag = plan.dag;
  kept_.dag_version = plan.version;
  for (const dag::PlanNode& node : plan.nodes) {
    metrics::TaskFigures& t = kept_.tasks.emplace_back();
    t.task = node.task;
    t.kind = dag::to_string(node.kind);
    t.component = node.component.id;
    t.region = node.region;
    t.state = to_string(TaskState::pending);
  }
  for (const dag::PlanEdge& edge : plan.edges) {
    metrics::EdgeFigures& e = kept_.edges.emplace_back();
    e.edge = edge.id;
    e.from = edge_name(plan, edge, true);
    e.to = edge_name(plan, edge, false);
    e.kind = dag::to_string(edge.kind);
  }
}

void RunFigures::begin(const std::string& run, int64_t start_us) {
  const std::lock_guard lock(mutex_);
  kept_.run = run;
  kept_.start_us = start_us;
}

void RunFigures::set_run_state(std::string_view state) {
  const std::lock_guard lock(mutex_);
  kept_.state = state;
}

void RunFigures::set_state(int node, TaskState state, int attempts) {
  const std::lock_guard lock(mutex_);
  metrics::TaskFigures& t = kept_.tasks[static_cast<size_t>(node)];
  t.state = to_string(state);
  t.attempts = attempts;
}

void RunFigures::attach(const RegionAttempt& attempt) {
  const std::lock_guard lock(mutex_);
  attached_.push_back(&attempt);
  for (const int id : attempt.active()) {
    metrics::TaskFigures& t = kept_.tasks[static_cast<size_t>(id)];
    t.busy_us = t.pressured_us = t.idle_us = 0;  // an attempt begins anew
  }
}

void RunFigures::detach(const RegionAttempt& attempt) {
  const std::lock_guard lock(mutex_);
  const auto at = std::find(attached_.begin(), attached_.end(), &attempt);
  if (at == attached_.end()) return;
  attached_.erase(at);
  ask_locked(attempt, kept_);
  dead_letters_[attempt.region()] = attempt.dead_letters();
  for (const int id : attempt.active()) {
    metrics::TaskFigures& t = kept_.tasks[static_cast<size_t>(id)];
    t.timers.reset();
    t.memory = 0;  // what it held is gone with it
  }
  for (metrics::EdgeFigures& e : kept_.edges)
    if (attempt.has_edge(e.edge)) {
      e.queued_rows.reset();
      e.queued_bytes.reset();
      e.fill.reset();
    }
}

void RunFigures::ask_locked(const RegionAttempt& attempt, metrics::Snapshot& snapshot) {
  attempt.add_figures(snapshot);
  for (const int id : attempt.active()) {
    const auto n = static_cast<size_t>(id);
    metrics::TaskFigures& t = snapshot.tasks[n];
    t.state_bytes = checkpoints_.state_bytes(id);
    t.barrier_us = checkpoints_.barrier_us(id);
    keep_rising(kept_.tasks[n], t);
    kept_.tasks[n].busy_us = t.busy_us;
    kept_.tasks[n].pressured_us = t.pressured_us;
    kept_.tasks[n].idle_us = t.idle_us;
  }
}

metrics::Snapshot RunFigures::snapshot() {
  const std::lock_guard lock(mutex_);
  metrics::Snapshot snapshot = kept_;
  std::map<int, int64_t> letters = dead_letters_;
  for (const RegionAttempt* attempt : attached_) {
    ask_locked(*attempt, snapshot);
    letters[attempt->region()] = attempt->dead_letters();
  }
  for (const auto& [region, rows] : letters) snapshot.dead_letters += rows;
  snapshot.checkpoints = checkpoints_.figures();
  add_process(snapshot);
  snapshot.now_us = std::max(wall_us(), snapshot.start_us);
  if (snapshot.start_us == 0) snapshot.start_us = snapshot.now_us;
  return snapshot;
}

}  // namespace weirflow::engine
