// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <set>

#include "core/clock.h"
#include "engine/run.h"
#include "engine/run_live.h"

namespace weirflow::engine {

using dag::PlanEdge;

void Run::keep_outcome(Live& live) {
  figures_.detach(*live.run);
  for (const int id : live.active) {
    TaskReport& t = tasks_[static_cast<size_t>(id)];
    const TaskCounters& c = live.run->counters(id);
    const bool source = plan_.nodes[static_cast<size_t>(id)].component.kind == plugin::Kind::source;
    t.in = source ? c.read.load() : c.in.load();
    t.out = c.out;
    t.refused = c.refused;
    t.filtered = c.filtered;
    t.busy_us = c.busy_us;
    t.cpu_us = c.cpu_us;
    t.peak_memory = c.peak_memory;
    t.bytes_out = c.bytes_out;
    t.ended_us = c.ended_us > 0 ? c.ended_us - start_steady_us_ : steady_us() - start_steady_us_;
    if (c.started_us > 0) t.started_us = std::max<int64_t>(c.started_us - start_steady_us_, 1);
    t.results = live.run->outcome(id).results();
    t.metrics = live.run->outcome(id).metrics();
  }
  std::set<int> edges;
  for (const int id : live.active)
    for (const auto* of :
         {&links_.in[static_cast<size_t>(id)], &links_.out[static_cast<size_t>(id)]})
      edges.insert(of->begin(), of->end());
  for (const int id : edges) {
    EdgeReport& e = edges_[static_cast<size_t>(id)];
    if (!live.run->has_edge(e.edge)) continue;
    const EdgeCounters& c = live.run->edge(e.edge);
    const PlanEdge& plan = plan_.edges[static_cast<size_t>(e.edge)];
    if (live.active.count(plan.from)) {
      e.produced = c.produced;
      e.spilled = c.spilled;
      e.bytes = c.bytes;
      e.batches = c.batches;
      e.shed = c.shed;
    }
    if (live.active.count(plan.to)) {
      e.consumed = c.consumed;
      e.discarded = c.discarded;
    }
  }
}

RunReport Run::report() {
  RunReport r;
  r.run_id = options_.run_id;
  r.folder = folder_;
  r.cancelled = cancel_;
  r.stopped = stopped_;
  r.start_us = start_us_;
  r.duration_us = steady_us() - start_steady_us_;
  for (size_t i = 0; i < states_.size(); ++i)
    if (!is_ended(states_[i]))
      set_state(static_cast<int>(i), TaskState::cancelled, "never started");
  r.success = !cancel_ && first_error_.empty() &&
              std::none_of(states_.begin(), states_.end(), [](TaskState s) { return is_bad(s); });
  figures_.set_run_state(cancel_     ? "cancelled"
                         : stopped_  ? "stopped"
                         : r.success ? "succeeded"
                                     : "failed");
  r.error = first_error_;
  r.code = first_code_;
  r.failed_task = failed_task_;
  r.dead_letters = dead_letters_;
  r.dead_letter_files = dead_letter_files_;
  r.tasks = tasks_;
  r.edges = edges_;
  r.silent = silent_;
  if (silent_.empty()) {
    spools_.clear();
    remove_run_folder(folder_);
  }
  return r;
}

Progress Run::progress() const {
  Progress p;
  p.elapsed_us = steady_us() - start_steady_us_;
  p.tasks = static_cast<int>(states_.size());
  p.tasks_done = tasks_done_;
  for (const auto& live : live_) {
    if (live->ended || !live->run) continue;
    const int64_t read = live->run->read_bytes(), total = live->run->total_bytes();
    if (read >= 0 && total > 0) {
      p.read_bytes = std::max<int64_t>(p.read_bytes, 0) + read;
      p.total_bytes = std::max<int64_t>(p.total_bytes, 0) + total;
    }
    for (const int id : live->active)
      if (plan_.nodes[static_cast<size_t>(id)].component.kind == plugin::Kind::source)
        p.rows_read += live->run->counters(id).out;
    for (const std::string& name : live->run->busy_tasks())
      if (p.running.size() < 40) p.running += (p.running.empty() ? "" : ", ") + name;
  }
  return p;
}

}  // namespace weirflow::engine
