// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The job of a region: an action, or the fit of an estimator.

#include "core/clock.h"
#include "engine/flight_record.h"
#include "engine/region.h"
#include "engine/spool_edge.h"

namespace weirflow::engine {

/// A node without rows in a queue: an action, or the fit of an estimator.
class RegionAttempt::Job final : public Actor {
 public:
  Job(RegionAttempt& region, const dag::PlanNode& node, LaneNode lane, Pool* pool)
      : Actor(pool, *region.activity_), node_(node), lane_(std::move(lane)), region_(region) {}
  [[nodiscard]] bool is_finished() const { return finished_; }
  [[nodiscard]] bool is_busy() const { return busy_; }
  [[nodiscard]] const dag::PlanNode& node() const { return node_; }
  void cancel() {
    lane_.instance->cancel();
    lane_.instance->wake();
  }

 protected:
  void run() override {
    if (finished_ || region_.in_.attempt->cancelled) return;
    busy_ = true;
    const InTask in_task(node_.id);
    TaskCounters& counters = region_.counters(node_.id);
    const int64_t start = steady_us(), cpu_start = thread_cpu_us();
    counters.started_us = start;
    wf::Status status = lane_.instance->open();
    if (status.ok()) status = node_.kind == dag::NodeKind::fit ? fit() : act();
    if (wf::Status closed = lane_.instance->close(); status.ok()) status = std::move(closed);
    counters.ended_us = steady_us();
    counters.busy_us += counters.ended_us - start;
    counters.cpu_us += thread_cpu_us() - cpu_start;
    busy_ = false;
    if (!status.ok()) return region_.node_failed(node_.id, std::move(status));
    finished_ = true;
  }

 private:
  class NoOutput final : public plugin::Output {
   public:
    wf::Emit emit(uint32_t, wf::Batch) override { return wf::Emit::closed; }
    void count(uint32_t, int64_t) override {}
  };

  wf::Status act() {
    NoOutput out;
    for (;;) {
      WF_ASSIGN(const plugin::Step step, lane_.instance->resume(0, out));
      if (step != plugin::Step::more) return {};
      if (region_.in_.attempt->cancelled) return wf::cancelled("cancelled");
    }
  }

  wf::Status fit() {
    const std::vector<int>& edges = region_.edges_into(node_.id);
    if (edges.empty()) return wf::internal_error("a fit has no input");
    const dag::PlanEdge* input = &region_.plan_edge(edges.back());
    const SpoolFile& spool = region_.in_.spools->at({input->from, input->from_port});
    const int64_t rows = spool.spool->rows();
    region_.counters(node_.id).in += rows;
    SpoolForFit reread(spool.spool);
    wf::BufferBuilder<char> state;
    WF_TRY(lane_.instance->fit(reread, [&](std::string_view bytes) {
      state.append(bytes.data(), bytes.size());
      return wf::Status();
    }));
    region_.counters(node_.id).absorbed += rows;
    region_.edge(input->id).consumed += rows;
    region_.fitted_ = state.finish();
    return {};
  }

  const dag::PlanNode& node_;
  LaneNode lane_;
  RegionAttempt& region_;
  std::atomic<bool> finished_{false}, busy_{false};
};

}  // namespace weirflow::engine
