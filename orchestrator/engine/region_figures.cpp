// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What a region counts, read while it works.

#include <algorithm>
#include <limits>

#include "core/clock.h"
#include "engine/region.h"
#include "engine/region_job.h"

namespace weirflow::engine {

namespace {

constexpr auto kNoWatermark = std::numeric_limits<int64_t>::min();
constexpr auto kAllEnded = std::numeric_limits<int64_t>::max();

void add_counters(const TaskCounters& c, const dag::PlanNode& node, metrics::TaskFigures& t) {
  const bool source = node.component.kind == plugin::Kind::source;
  t.rows_in = source ? c.read : c.in;
  t.rows_out = c.out;
  t.refused = c.refused;
  t.filtered = c.filtered;
  t.absorbed = c.absorbed;
  // Read one after the other while they change: a row may be missing on either side.
  t.pending = source ? 0 : t.rows_in - c.passed - t.filtered - t.absorbed - t.refused;
  t.pending = std::max<int64_t>(t.pending, 0);
  t.batches_in = c.batches_in;
  t.batches_out = c.batches_out;
  t.bytes_out = c.bytes_out;
  t.cpu_us = c.cpu_us;
  t.memory = c.memory;
  t.peak_memory = c.peak_memory;
  t.postponed = c.postponed;
  t.busy_us = c.busy_us;  // before what it contains
  t.busy_us = std::max<int64_t>(t.busy_us - c.waited_us, 0);
  if (const int64_t us = c.watermark; us != kNoWatermark && us != kAllEnded) t.watermark_us = us;
  if (node.component.can(WF_ABILITY_STATEFUL)) t.timers = c.timers;
  if (node.component.kind == plugin::Kind::sink) t.latency = c.latency.values();
}

/// What is neither busy nor held up, since the first start.
void add_idle(const TaskCounters& c, int64_t now, metrics::TaskFigures& t) {
  const int64_t from = c.started_us, to = c.ended_us > 0 ? c.ended_us.load() : now;
  if (from == 0) return;
  t.idle_us = std::max<int64_t>((to - from) * t.lanes - t.busy_us - t.pressured_us, 0);
}

}  // namespace

void RegionAttempt::add_figures(metrics::Snapshot& snapshot) const {
  const int64_t now = steady_us();
  const auto figures = [&](const dag::PlanNode& node) -> metrics::TaskFigures& {
    metrics::TaskFigures& t = snapshot.tasks[static_cast<size_t>(node.id)];
    add_counters(*counters_.at(node.id), node, t);
    t.metrics = outcomes_.at(node.id)->figures();
    return t;
  };
  for (const auto& chain : chains_) {
    const Chain::Figures at_work = chain->figures(now);
    for (const ChainNode& node : chain->nodes()) {
      metrics::TaskFigures& t = figures(*node.plan);
      t.lanes = at_work.lanes;
      t.pressured_us = at_work.pressured_us;
      if (at_work.calls.count(node.plan->id)) t.busy_us += at_work.calls.at(node.plan->id);
      add_idle(*counters_.at(node.plan->id), now, t);
    }
  }
  for (const auto& job : jobs_) {
    const TaskCounters& c = *counters_.at(job->node().id);
    metrics::TaskFigures& t = figures(job->node());
    t.lanes = 1;
    if (const int64_t from = c.started_us; from > 0 && c.ended_us == 0) t.busy_us += now - from;
    add_idle(c, now, t);
  }
  for (const auto& [id, c] : edges_) {
    metrics::EdgeFigures& e = snapshot.edges[static_cast<size_t>(id)];
    const dag::PlanEdge& edge = plan_edge(id);
    // Of an edge between regions each side counts its own.
    if (in_.active.count(edge.from)) {
      e.produced = c->produced;
      e.spilled = c->spilled;
      e.batches = c->batches;
      e.bytes = c->bytes;
      e.shed = c->shed;
    }
    if (in_.active.count(edge.to)) {
      e.consumed = c->consumed;
      e.discarded = c->discarded;
    }
  }
  for (const auto& [id, queue] : queues_) {
    const QueueEdge::Fill fill = queue->fill();
    metrics::EdgeFigures& e = snapshot.edges[static_cast<size_t>(id)];
    e.queued_rows = fill.rows;
    e.queued_bytes = fill.bytes;
    e.fill = fill.share;
  }
  if (coordinator_)
    if (const auto rests = coordinator_->rests_for_task()) {
      snapshot.paused_by = rests->first;
      snapshot.paused_why = rests->second;
    }
}

int64_t RegionAttempt::dead_letters() const {
  return in_.attempt->dead_letters ? in_.attempt->dead_letters->rows() : 0;
}

}  // namespace weirflow::engine
