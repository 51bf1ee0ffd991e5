// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/chain.h"

#include <algorithm>

#include "core/clock.h"
#include "engine/chain_lane.h"

namespace weirflow::engine {

namespace {

/// Calls before a lane goes to the back of the pool's queue, so that no chain holds a thread.
constexpr int kTurns = 16;

}  // namespace

Chain::Chain(std::vector<ChainNode> nodes, std::vector<std::vector<LaneNode>> lanes, InputGate gate,
             Pool* pool, Activity& activity, AttemptContext& attempt, ChainEvents events)
    : nodes_(std::move(nodes)),
      gate_(std::move(gate)),
      attempt_(attempt),
      events_(std::move(events)),
      source_(nodes_.front().plan->component.kind == plugin::Kind::source),
      ordered_(lanes.size() > 1) {
  for (const ChainNode& node : nodes_) {
    leaving_.insert(leaving_.end(), node.errors.edges.begin(), node.errors.edges.end());
    for (const OutputPort& port : node.outputs)
      leaving_.insert(leaving_.end(), port.edges.begin(), port.edges.end());
  }
  for (auto& lane_nodes : lanes) {
    auto lane = std::make_unique<Lane>();
    lane->index = lanes_.size();
    lane->nodes = std::move(lane_nodes);
    lane->actor = std::make_unique<LaneActor>(pool, activity, *this, *lane);
    lanes_.push_back(std::move(lane));
  }
}

Chain::~Chain() { stop(); }

void Chain::notify() {
  if (is_finished()) return;
  for (auto& lane : lanes_) lane->actor->notify();
}

void Chain::cancel() {
  const std::lock_guard lock(instances_);
  for (auto& lane : lanes_)
    for (LaneNode& node : lane->nodes) {
      node.instance->cancel();
      node.instance->wake();
    }
}

void Chain::wake_source() {
  if (!source_) return;
  for (auto& lane : lanes_) lane->nodes.front().instance->wake();
  notify();
}

void Chain::stop() {
  for (auto& lane : lanes_) lane->actor->stop();
}

int64_t Chain::read_bytes() const {
  return source_ ? lanes_.front()->nodes.front().instance->read_bytes() : -1;
}
int64_t Chain::total_bytes() const {
  return source_ ? lanes_.front()->nodes.front().instance->total_bytes() : -1;
}

std::string Chain::busy_task() const {
  for (const auto& lane : lanes_)
    if (const int node = lane->busy_node.load(); node >= 0)
      return nodes_[static_cast<size_t>(node)].plan->task;
  return {};
}

void Chain::run_lane(Lane& lane) {
  for (int turns = 0; turns < kTurns; ++turns) {
    Work work;
    {
      const std::lock_guard lock(mutex_);
      work = decide(lane);
      if (work.kind == Work::Kind::none) gate_.rest();
    }
    if (work.kind == Work::Kind::none) return;
    lane.failure = {};
    lane.failed_node = -1;
    wf::Status status = perform(lane, work);
    if (work.kind == Work::Kind::control || work.kind == Work::Kind::timer) {
      {
        const std::lock_guard lock(mutex_);
        control_running_ = false;
      }
      if (lanes_.size() > 1) notify();  // the others have waited for it
    }
    if (!status.ok()) {
      fail(lane.failed_node < 0 ? 0 : lane.failed_node, std::move(status));
      return;
    }
    if (is_finished()) return;
  }
  lane.actor->notify();
}

// --- decide: looks, does not work -------------------------------------------------------------

Chain::Work Chain::decide(Lane& lane) {
  if (finished_ || failed_ || attempt_.cancelled.load(std::memory_order_relaxed)) return {};
  if (!lane.opened) {
    // A chain that had ended before does so again, once.
    if (ended_before_ && lane.index > 0) return {};
    return {Work::Kind::open, -1, 0, {}};
  }
  if (source_ && !finishing_) {
    if (const int64_t epoch = attempt_.committed.load(); epoch > told_committed_) {
      told_committed_ = epoch;
      return {Work::Kind::committed, -1, 0, Item::barrier(epoch)};
    }
    if (const int64_t oldest = attempt_.oldest.load(); oldest > told_oldest_) {
      told_oldest_ = oldest;
      return {Work::Kind::retired, -1, 0, Item::barrier(oldest)};
    }
    // Control does not wait for room.
    if (const int64_t epoch = attempt_.barrier.load(); epoch > barrier_) {
      barrier_ = epoch;
      return {Work::Kind::control, -1, 0, Item::barrier(epoch)};
    }
  }
  const bool full = any_output_full();
  note_pressure(lane, full);
  if (source_ && !finishing_)
    if (const bool pause = full || attempt_.rest.load(); pause != paused_) {
      paused_ = pause;
      return {Work::Kind::pause, -1, 0, Item::barrier(pause ? 1 : 0)};
    }
  if (held_behind_ > 0 || full) return {};
  if (lane.sequence >= 0) return {Work::Kind::resume, lane.sequence, 0, {}};
  if (finishing_) return begin_finish(lane);
  if (all_outputs_closed()) ask_to_stop(static_cast<int>(nodes_.size()));
  if (stop_from_ >= 0) return begin_finish(lane);
  if (!source_) return decide_input(lane);
  if (source_ended_ || attempt_.sources_stopped.load(std::memory_order_relaxed))
    return begin_finish(lane);
  if (attempt_.rest.load()) return {};
  return {Work::Kind::source, -1, 0, {}};
}

Chain::Work Chain::decide_input(Lane& lane) {
  // Results that wait for their turn are bounded too: a lane far ahead of the slowest stops.
  if (ordered_ && next_sequence_ - next_to_leave_ >= static_cast<int64_t>(4 * lanes_.size()))
    return {};
  if (control_running_) return {};
  const bool due = !control_ && in_flight_ == 0 && timer_is_due();
  if (due && (timer_turn_ = !timer_turn_)) return begin_timer();
  if (!control_) {
    auto event = gate_.next();
    if (!event.ok()) {
      Work work{Work::Kind::control, -1, 0, {}};
      lane.failure = event.error();  // reported by perform, outside the lock
      return work;
    }
    if (!*event) return due ? begin_timer() : Work{};
    InputGate::Event& e = **event;
    switch (e.kind) {
      case InputGate::Event::Kind::batch:
        ++in_flight_;
        lane.sequence = next_sequence_++;
        return {Work::Kind::batch, lane.sequence, e.port, std::move(e.item)};
      case InputGate::Event::Kind::port_end:
        return decide_input(lane);
      case InputGate::Event::Kind::all_end:
        finishing_ = true;
        return begin_finish(lane);
      case InputGate::Event::Kind::watermark:
      case InputGate::Event::Kind::idle:
      case InputGate::Event::Kind::barrier:
        control_ = std::move(e.item);
        break;
    }
  }
  if (in_flight_ > 0) return {};
  Work work{Work::Kind::control, -1, 0, std::move(*control_)};
  control_.reset();
  control_running_ = true;
  return work;
}

Chain::Work Chain::begin_timer() {
  control_running_ = true;
  return {Work::Kind::timer, -1, 0, {}};
}

Chain::Work Chain::begin_finish(Lane& lane) {
  finishing_ = true;
  if (in_flight_ > 0 || control_running_ || lane.index != finish_lane_) return {};
  return {Work::Kind::finish, -1, 0, {}};
}

bool Chain::any_output_full() const {
  return std::any_of(leaving_.begin(), leaving_.end(),
                     [](const OutputEdge* e) { return e->is_full(); });
}

bool Chain::all_outputs_closed() const {
  bool any = false;
  for (const OutputPort& port : nodes_.back().outputs) {
    if (port.edges.empty()) continue;
    any = true;
    if (!port.all_closed()) return false;
  }
  return any;
}

void Chain::ask_to_stop(int from_node) {
  stopped_early_ = true;
  stop_from_ = std::max(stop_from_, from_node);
  gate_.close();
  control_.reset();
}

wf::Status Chain::leave(Lane& lane, Emitted emitted) {
  emitted.since = lane.rows_since;
  if (ordered_ && lane.sequence >= 0) {
    lane.emitted.push_back(std::move(emitted));
    return {};
  }
  return push(emitted);
}

wf::Status Chain::push(const Emitted& emitted) {
  const ChainNode& node = nodes_[static_cast<size_t>(emitted.node)];
  const OutputPort& port = emitted.port == dag::kErrorsPort
                               ? node.errors
                               : node.outputs[static_cast<size_t>(emitted.port)];
  if (port.edges.empty()) return {};
  Item item = Item::of(emitted.batch);
  item.value = emitted.since > 0 ? emitted.since : steady_us();
  node.counters->bytes_out += item.bytes;
  for (OutputEdge* edge : port.edges) WF_TRY(edge->push(item));
  return {};
}

void Chain::complete(Lane& lane, int64_t sequence) {
  for (const LaneNode& node : lane.nodes)
    if (node.more) return;
  bool others = false;
  {
    const std::lock_guard lock(mutex_);
    lane.sequence = -1;
    --in_flight_;
    if (ordered_) {
      waiting_[sequence] = std::exchange(lane.emitted, {});
      if (wf::Status s = flush_in_order(); !s.ok()) {
        lane.failed_node = static_cast<int>(nodes_.size()) - 1;
        lane.failure = std::move(s);
      }
      others = true;
    } else {
      next_to_leave_ = sequence + 1;
    }
  }
  if (others) notify();  // another lane may have waited for this turn, or for quiet
}

wf::Status Chain::flush_in_order() {
  while (!waiting_.empty() && waiting_.begin()->first == next_to_leave_) {
    for (const Emitted& e : waiting_.begin()->second) WF_TRY(push(e));
    waiting_.erase(waiting_.begin());
    ++next_to_leave_;
  }
  return {};
}

wf::Status Chain::broadcast(const Item& item) {
  for (const ChainNode& node : nodes_) {
    for (OutputEdge* edge : node.errors.edges) WF_TRY(edge->push(item));
    for (const OutputPort& port : node.outputs)
      for (OutputEdge* edge : port.edges) WF_TRY(edge->push(item));
  }
  return {};
}

void Chain::fail(int node, wf::Status status) {
  if (failed_.exchange(true)) return;
  events_.failed(nodes_[static_cast<size_t>(node)].plan->id, std::move(status));
}

}  // namespace weirflow::engine
