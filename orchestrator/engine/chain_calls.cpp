// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/chain.h"

#include <algorithm>

#include "core/clock.h"
#include "engine/chain_lane.h"
#include "engine/flight_record.h"

namespace weirflow::engine {

namespace {

using plugin::Step;

/// A source without data waits this long inside next(); wake() ends the wait earlier.
constexpr int64_t kSourceWaitUs = 100'000;

}  // namespace

/// Receives what node `node` emits during one call.
class Chain::NodeOutput final : public plugin::Output {
 public:
  NodeOutput(Chain& chain, Lane& lane, int node) : chain_(chain), lane_(lane), node_(node) {}
  wf::Emit emit(uint32_t port, wf::Batch batch) override {
    return chain_.emit(lane_, node_, port, std::move(batch));
  }
  void count(uint32_t what, int64_t rows) override {
    chain_.nodes_[static_cast<size_t>(node_)].counters->add(what, rows);
  }
  void watermark(int64_t us) override { chain_.take_watermark(lane_, node_, us); }
  void idle() override { chain_.take_idle(lane_, node_); }

 private:
  Chain& chain_;
  Lane& lane_;
  const int node_;
};

wf::Status Chain::perform(Lane& lane, const Work& work) {
  switch (work.kind) {
    case Work::Kind::none:
      return {};
    case Work::Kind::open:
      return open_lane(lane);
    case Work::Kind::source:
      WF_TRY(call(lane, 0, nullptr, [&](plugin::Output& out) {
        auto answer = lane.nodes[0].instance->next(kSourceWaitUs, out);
        if (!answer.ok()) return wf::Result<Step>(answer.error());
        if (*answer == WF_SOURCE_END) {
          const std::lock_guard lock(mutex_);
          source_ended_ = true;
        }
        return wf::Result<Step>(Step::go_on);
      }));
      return pass_own_watermark(lane);
    case Work::Kind::batch:
      lane.rows_since = work.item.value;
      WF_TRY(deliver(lane, 0, work.port, work.item.batch));
      complete(lane, work.sequence);
      WF_TRY(wf::Status(lane.failure));
      WF_TRY(plan_next_timer(lane));
      return pass_own_watermark(lane);
    case Work::Kind::resume:
      for (int node = static_cast<int>(nodes_.size()) - 1; node >= 0; --node)
        if (lane.nodes[static_cast<size_t>(node)].more) {
          WF_TRY(resume(lane, node));
          break;
        }
      complete(lane, work.sequence);
      return lane.failure;
    case Work::Kind::control:
      if (!lane.failure.ok()) return lane.failure;
      lane.rows_since = 0;
      return take_control(lane, work.item);
    case Work::Kind::timer:
      lane.rows_since = 0;
      for (size_t i = 0; i < nodes_.size(); ++i)
        if (lane.nodes[i].timers)
          WF_TRY(fire_timers(lane, i, wf::TimeKind::processing, lane.nodes[i].services->now_us())
                     .status());
      return plan_next_timer(lane);
    case Work::Kind::committed:
      lane.nodes[0].instance->committed(static_cast<uint64_t>(work.item.value));
      return {};
    case Work::Kind::retired:
      lane.nodes[0].instance->retired(static_cast<uint64_t>(work.item.value));
      return {};
    case Work::Kind::pause:
      lane.nodes[0].instance->paused(work.item.value == 1);
      return {};
    case Work::Kind::finish:
      lane.rows_since = 0;
      return finish_step(lane);
  }
  return {};
}

wf::Status Chain::open_lane(Lane& lane) {
  if (ended_before_) return end_chain();
  for (size_t i = 0; i < nodes_.size(); ++i) {
    int64_t zero = 0;
    nodes_[i].counters->started_us.compare_exchange_strong(zero, steady_us());
    lane.busy_node = static_cast<int>(i);
    const InTask in_task(nodes_[i].plan->id);
    wf::Status status = lane.nodes[i].instance->open();
    lane.busy_node = -1;
    if (!status.ok()) {
      lane.failed_node = static_cast<int>(i);
      return status;
    }
  }
  WF_TRY(restore_lane(lane));
  WF_TRY(plan_next_timer(lane));
  const std::lock_guard lock(mutex_);
  // A source that had ended gives no more rows, but is told what is committed.
  if (source_ && restore_ && restore_->ended) source_ended_ = true;
  lane.opened = true;
  return {};
}

wf::Status Chain::deliver(Lane& lane, int node, uint32_t port, const wf::Batch& batch) {
  LaneNode& here = lane.nodes[static_cast<size_t>(node)];
  while (here.more) WF_TRY(resume(lane, node));
  WF_TRY(before_rows(lane, node, batch.rows()));
  TaskCounters& counters = *nodes_[static_cast<size_t>(node)].counters;
  counters.in += batch.rows();
  counters.batches_in += 1;
  return call(lane, node, &batch,
              [&](plugin::Output& out) { return here.instance->process(port, batch, out); });
}

/// A test may have a fault for the task here.
wf::Status Chain::before_rows(Lane& lane, int node, int64_t rows) {
  if (!attempt_.before_rows) return {};
  wf::Status status = attempt_.before_rows(nodes_[static_cast<size_t>(node)].plan->id, rows);
  if (status.ok()) return status;
  lane.failed_node = node;
  return lane.failure = std::move(status);
}

wf::Status Chain::resume(Lane& lane, int node) {
  return call(lane, node, nullptr, [&](plugin::Output& out) {
    return lane.nodes[static_cast<size_t>(node)].instance->resume(0, out);
  });
}

wf::Status Chain::call(Lane& lane, int node, const wf::Batch* input, ComponentCall component) {
  ChainNode& shared = nodes_[static_cast<size_t>(node)];
  LaneNode& here = lane.nodes[static_cast<size_t>(node)];
  const int outer_node = lane.busy_node.exchange(node);
  const InTask in_task(shared.plan->id);
  const int64_t outer_inner = std::exchange(lane.inner_us, 0);
  const bool outermost = outer_node < 0;
  const int64_t start = steady_us(), cpu_start = outermost ? thread_cpu_us() : 0;
  lane.call_since.store(start, std::memory_order_relaxed);
  here.services->begin(input);
  NodeOutput out(*this, lane, node);
  wf::Result<Step> verdict = component(out);
  here.services->begin(nullptr);
  const int64_t end = steady_us(), took = end - start, own = took - lane.inner_us;
  lane.call_since.store(outermost ? 0 : end, std::memory_order_relaxed);
  const int64_t cpu = outermost ? thread_cpu_us() - cpu_start : 0;
  if (outermost && source_) shared.counters->waited_us += std::max<int64_t>(own - cpu, 0);
  shared.counters->busy_us += own;
  here.own_us += own;
  lane.inner_us = outer_inner + took;
  lane.busy_node = outer_node;
  if (outermost) share_cpu(lane, node, cpu);
  if (input && lane.rows_since > 0 && shared.plan->component.kind == plugin::Kind::sink)
    shared.counters->latency.observe(end - lane.rows_since, input->rows());

  // What a node downstream said is the cause; what this one made of it is not.
  if (!lane.failure.ok()) return lane.failure;
  if (!verdict.ok()) {
    lane.failed_node = node;
    return lane.failure = verdict.error();
  }
  auto refused = here.services->take_refused(!shared.errors.edges.empty());
  if (!refused.ok()) {
    lane.failed_node = node;
    return lane.failure = refused.error();
  }
  if (refused->rows() > 0) WF_TRY(leave(lane, {node, dag::kErrorsPort, std::move(*refused)}));
  here.more = *verdict == Step::more;
  if (*verdict == Step::done) {
    here.done = true;
    const std::lock_guard lock(mutex_);
    ask_to_stop(node);
  }
  return {};
}

/// A thread's CPU clock is a system call, so it is read once for all that a call of the node
/// `called` brings about downstream; each node gets the share that it has of the time.
void Chain::share_cpu(Lane& lane, int called, int64_t cpu_us) {
  int64_t busy_us = 0;
  for (const LaneNode& node : lane.nodes) busy_us += node.own_us;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const int64_t own = std::exchange(lane.nodes[i].own_us, 0);
    if (own <= 0) continue;
    const int64_t share = own < busy_us ? cpu_us * own / busy_us : cpu_us;
    nodes_[i].counters->cpu_us += share;
    cpu_us -= share;
    busy_us -= own;
  }
  nodes_[static_cast<size_t>(called)].counters->cpu_us += cpu_us;  // what no whole microsecond took
}

wf::Emit Chain::emit(Lane& lane, int node, uint32_t port, wf::Batch batch) {
  ChainNode& shared = nodes_[static_cast<size_t>(node)];
  if (!lane.failure.ok()) return wf::Emit::closed;
  if (batch.rows() == 0) return wf::Emit::go_on;
  if (source_ && attempt_.sample_rows > 0) {
    const int64_t left =
        std::max<int64_t>(attempt_.sample_rows + sampled_from_ - shared.counters->out, 0);
    if (batch.rows() >= left) {
      const std::lock_guard lock(mutex_);
      source_ended_ = true;
    }
    if (batch.rows() > left) {
      shared.counters->filtered += batch.rows() - left;
      batch = batch.slice(0, left);
      if (left == 0) return wf::Emit::closed;
    }
  }
  if (source_ && node == 0 && !before_rows(lane, node, batch.rows()).ok()) return wf::Emit::closed;
  shared.counters->out += batch.rows();
  shared.counters->batches_out += 1;
  if (source_ && node == 0) lane.rows_since = steady_us();
  if (source_) {
    attempt_.moved.fetch_add(1, std::memory_order_relaxed);
    said_idle_ = false;
  }
  if (static_cast<size_t>(node) + 1 < nodes_.size()) {
    shared.inner->produced += batch.rows();
    if (lane.nodes[static_cast<size_t>(node) + 1].done) {
      shared.inner->discarded += batch.rows();
      return wf::Emit::closed;
    }
    shared.inner->consumed += batch.rows();
    shared.inner->batches += 1;
    if (wf::Status s = deliver(lane, node + 1, 0, batch); !s.ok()) return wf::Emit::closed;
  } else {
    const bool closed = shared.outputs[port].all_closed();
    if (wf::Status s = leave(lane, {node, static_cast<int>(port), std::move(batch)}); !s.ok()) {
      lane.failed_node = node;
      lane.failure = std::move(s);
      return wf::Emit::closed;
    }
    if (closed) return wf::Emit::closed;
  }
  return any_output_full() ? wf::Emit::pause : wf::Emit::go_on;
}

/// One call of the end of the chain; the lanes take their turns, then `end` goes out.
wf::Status Chain::finish_step(Lane& lane) {
  if (timed_ && !last_watermark_ && stop_from_ < 0) {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      WF_ASSIGN(const bool through,
                advance_watermark(lane, i, std::numeric_limits<int64_t>::max()));
      if (!through) return {};
    }
    last_watermark_ = true;
  }
  const int first = std::max(stop_from_, 0);
  const int count = static_cast<int>(nodes_.size());
  if (finish_node_ < first) finish_node_ = first;
  if (finish_node_ < count) {
    const int node = finish_node_;
    LaneNode& here = lane.nodes[static_cast<size_t>(node)];
    const int ports = source_ ? 0 : node == 0 ? static_cast<int>(gate_.ports()) : 1;
    WF_TRY(call(lane, node, nullptr, [&](plugin::Output& out) -> wf::Result<Step> {
      if (finish_stage_ < ports)
        return here.instance->finish_input(static_cast<uint32_t>(finish_stage_), out);
      return here.instance->finish(out);
    }));
    if (here.more) return {};
    if (++finish_stage_ > ports) {
      finish_stage_ = 0;
      ++finish_node_;
    }
    return {};
  }
  if (attempt_.checkpointed && source_) {
    WF_ASSIGN(end_, take_snapshot(barrier_, true));
  }
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const InTask in_task(nodes_[i].plan->id);
    // A source is told of the last commit before it is closed, see settle().
    if (attempt_.checkpointed && source_) break;
    if (wf::Status status = lane.nodes[i].instance->close(); !status.ok()) {
      lane.failed_node = static_cast<int>(i);
      return status;
    }
    nodes_[i].counters->ended_us = steady_us();
  }
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    finish_node_ = 0;
    last = ++finish_lane_ == lanes_.size();
  }
  if (!last) {
    notify();
    return {};
  }
  return end_chain();
}

/// All lanes are done, or the chain had ended in the checkpoint that it goes on from.
wf::Status Chain::end_chain() {
  if (ended_before_) {
    gate_.close();
    end_ = ChainSnapshot();
    end_.watermark = restore_->watermark;
  }
  WF_TRY(take_refusals());
  if (events_.snapshot) {
    end_.letters = std::exchange(letters_, {});
    for (wf::Batch& batch : take_letters()) end_.letters.push_back(std::move(batch));
    end_.chain = id_;
    end_.ended = true;
    end_.nodes.resize(nodes_.size());
    for (size_t i = 0; i < nodes_.size(); ++i) {
      end_.nodes[i].node = nodes_[i].plan->id;
      end_.nodes[i].counters = counters_of(*nodes_[i].counters);
    }
    events_.snapshot(std::move(end_));
  }
  WF_TRY(broadcast(Item::end()));
  finished_.store(true, std::memory_order_release);
  if (events_.finished) events_.finished();
  return {};
}

}  // namespace weirflow::engine
