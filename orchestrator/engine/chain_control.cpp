// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Barriers, watermarks and timers of a chain.

#include <algorithm>

#include "engine/chain.h"
#include "engine/chain_lane.h"

namespace weirflow::engine {

using plugin::Step;

void Chain::set_up(int id, bool commits, std::optional<ChainRestore> restore) {
  id_ = id;
  commits_ = commits;
  restore_ = std::move(restore);
  ended_before_ = restore_ && restore_->ended && !source_;
  sampled_from_ = nodes_.front().counters->out;
  if (restore_ && restore_->watermark != std::numeric_limits<int64_t>::min())
    gate_.restore_watermark(restore_->watermark);
  for (LaneNode& node : lanes_.front()->nodes)
    if (node.timers) {
      timed_ = true;
      if (restore_) node.timers->set_watermark(restore_->watermark);
    }
}

void Chain::release(int64_t epoch) {
  {
    const std::lock_guard lock(mutex_);
    released_ = std::max(released_, epoch);
    if (held_behind_ == 0 || held_behind_ > released_) return;
    held_behind_ = 0;
  }
  notify();
}

void Chain::replace_at(int64_t epoch, std::vector<Replacement> nodes) {
  const std::lock_guard lock(mutex_);
  replace_at_ = epoch;
  for (Replacement& r : nodes) replacements_.push_back(std::move(r));
}

/// At barrier `epoch`, before its snapshot: what that holds is what the chain goes on with.
wf::Status Chain::replace_nodes(int64_t epoch) {
  std::vector<Replacement> replacements;
  {
    const std::lock_guard lock(mutex_);
    if (replacements_.empty() || epoch < replace_at_) return {};
    replacements.swap(replacements_);
  }
  WF_TRY(take_refusals());
  for (wf::Batch& batch : take_letters()) letters_.push_back(std::move(batch));
  std::vector<LaneNode> old;
  for (Replacement& r : replacements)
    for (size_t lane = 0; lane < lanes_.size(); ++lane) {
      const std::lock_guard lock(instances_);
      old.push_back(std::exchange(lanes_[lane]->nodes[r.place], std::move(r.lanes[lane])));
    }
  // A cancel() that came before the exchange did not reach them.
  if (attempt_.cancelled) cancel();
  if (events_.replaced) events_.replaced(std::move(old));
  return {};
}

wf::Status Chain::restore_lane(Lane& lane) {
  if (!restore_) return {};
  for (size_t i = 0; i < nodes_.size() && i < restore_->nodes.size(); ++i) {
    const ChainRestore::Node& from = restore_->nodes[i];
    LaneNode& node = lane.nodes[i];
    wf::Status status;
    if (from.keyed && node.keyed_state) status = node.keyed_state->restore(*from.keyed);
    if (status.ok() && from.position) status = node.instance->restore(*from.position);
    if (status.ok() && from.state) status = node.instance->restore_state(*from.state);
    if (status.ok()) continue;
    lane.failed_node = static_cast<int>(i);
    return std::move(status).with_context("restoring from the checkpoint");
  }
  return {};
}

wf::Status Chain::take_control(Lane& lane, Item item) {
  if (item.kind == Item::Kind::barrier) return pass_barrier(lane, item.value);
  if (item.kind == Item::Kind::idle) return broadcast(item);
  return broadcast_watermark(lane, 0, item.value);
}

/// Takes a watermark through the nodes from `from` on and out; what the outputs have no room for is
/// taken up again as the chain's next control item.
wf::Status Chain::broadcast_watermark(Lane& lane, size_t from, int64_t us) {
  for (size_t i = from; i < nodes_.size(); ++i) {
    WF_ASSIGN(const bool through, advance_watermark(lane, i, us));
    if (!through) {
      const std::lock_guard lock(mutex_);
      control_ = Item::watermark(us);
      return {};
    }
    nodes_[i].counters->watermark.store(us, std::memory_order_relaxed);
    if (nodes_[i].plan->component.can(WF_ABILITY_WATERMARKS)) return pass_own_watermark(lane);
  }
  return broadcast(Item::watermark(us));
}

/// One node at a watermark: its timers up to it, then itself. False: not through yet.
wf::Result<bool> Chain::advance_watermark(Lane& lane, size_t i, int64_t us) {
  LaneNode& node = lane.nodes[i];
  if (!node.timers) return true;
  node.timers->set_watermark(us);
  WF_ASSIGN(const bool fired, fire_timers(lane, i, wf::TimeKind::event, us));
  if (!fired) return false;
  WF_TRY(call(lane, static_cast<int>(i), nullptr,
              [&](plugin::Output& out) { return node.instance->on_watermark(us, out); }));
  WF_TRY(plan_next_timer(lane));
  return !std::exchange(node.more, false);
}

wf::Result<bool> Chain::fire_timers(Lane& lane, size_t i, wf::TimeKind time, int64_t up_to_us) {
  // A timer that sets itself anew must not keep everything else waiting.
  constexpr int kMostTimers = 4096;
  LaneNode& node = lane.nodes[i];
  for (int fired = 0;; ++fired) {
    if (fired == kMostTimers) return false;
    WF_ASSIGN(const auto due, node.timers->first(time, up_to_us));
    if (!due) return true;
    if (any_output_full()) return false;
    WF_TRY(call(lane, static_cast<int>(i), nullptr, [&](plugin::Output& out) {
      return node.instance->on_timer(time, due->at_us, due->key, out);
    }));
    attempt_.moved.fetch_add(1, std::memory_order_relaxed);
    if (std::exchange(node.more, false)) return false;
    WF_TRY(node.timers->cancel(time, due->at_us, due->key));
  }
}

wf::Status Chain::plan_next_timer(Lane& lane) {
  if (!timed_) return {};
  int64_t next = std::numeric_limits<int64_t>::max();
  for (LaneNode& node : lane.nodes) {
    if (!node.timers) continue;
    WF_ASSIGN(const int64_t timers, node.timers->count());
    nodes_[static_cast<size_t>(&node - lane.nodes.data())].counters->timers = timers;
    WF_ASSIGN(const auto due, node.timers->first(wf::TimeKind::processing));
    if (due) next = std::min(next, due->at_us);
  }
  // Also a later one than before: nobody else wakes the chain for it.
  const int64_t before = next_timer_us_.exchange(next);
  if (next != before && next != std::numeric_limits<int64_t>::max() && attempt_.wake_at)
    attempt_.wake_at(next, nodes_.front().plan->id);
  return {};
}

bool Chain::timer_is_due() const {
  const int64_t next = next_timer_us_.load(std::memory_order_relaxed);
  return next != std::numeric_limits<int64_t>::max() &&
         lanes_.front()->nodes.front().services->now_us() >= next;
}

bool Chain::makes_watermarks(int node) const {
  return source_ || nodes_[static_cast<size_t>(node)].plan->component.can(WF_ABILITY_WATERMARKS);
}

void Chain::take_watermark(Lane& lane, int node, int64_t us) {
  if (!makes_watermarks(node)) return;
  lane.watermark = std::max(lane.watermark, us);
  lane.watermark_node = node;
}

void Chain::take_idle(Lane& lane, int node) { lane.idle = makes_watermarks(node); }

/// What a source, or a task that makes watermarks, emitted during the call that has just ended.
wf::Status Chain::pass_own_watermark(Lane& lane) {
  const bool idle = std::exchange(lane.idle, false);
  if (const int node = std::exchange(lane.watermark_node, -1);
      node >= 0 && lane.watermark > own_watermark_) {
    own_watermark_ = lane.watermark;
    for (size_t i = static_cast<size_t>(node); i < nodes_.size(); ++i)
      nodes_[i].counters->watermark.store(lane.watermark, std::memory_order_relaxed);
    said_idle_ = false;
    attempt_.moved.fetch_add(1, std::memory_order_relaxed);
    WF_TRY(broadcast(Item::watermark(lane.watermark)));
  }
  if (!idle || std::exchange(said_idle_, true)) return {};
  return broadcast(Item::idle());
}

/// Sequence point: no lane is at work.
wf::Status Chain::take_refusals() {
  for (auto& lane : lanes_)
    for (size_t i = 0; i < nodes_.size(); ++i) {
      auto refused = lane->nodes[i].services->take_refused(!nodes_[i].errors.edges.empty());
      if (!refused.ok()) {
        lane->failed_node = static_cast<int>(i);
        return refused.error();
      }
      if (refused->rows() > 0)
        WF_TRY(push({static_cast<int>(i), dag::kErrorsPort, std::move(*refused)}));
    }
  return {};
}

std::vector<wf::Batch> Chain::take_letters() {
  std::vector<wf::Batch> letters;
  for (auto& lane : lanes_)
    for (LaneNode& node : lane->nodes)
      for (wf::Batch& batch : node.services->take_letters()) letters.push_back(std::move(batch));
  return letters;
}

void Chain::settle(int64_t committed, int64_t oldest) {
  if (!source_) return;
  plugin::Instance& instance = *lanes_.front()->nodes.front().instance;
  if (committed > told_committed_) instance.committed(static_cast<uint64_t>(committed));
  if (oldest > 0) instance.retired(static_cast<uint64_t>(oldest));
  (void)instance.close();
}

wf::Result<ChainSnapshot> Chain::take_snapshot(int64_t epoch, bool ended) {
  ChainSnapshot snapshot;
  snapshot.chain = id_;
  snapshot.epoch = epoch;
  snapshot.ended = ended;
  snapshot.watermark = gate_.watermark();
  Lane& lane = *lanes_.front();
  for (size_t i = 0; i < nodes_.size(); ++i) {
    NodeSnapshot& taken = snapshot.nodes.emplace_back();
    taken.node = nodes_[i].plan->id;
    LaneNode& node = lane.nodes[i];
    const auto failed = [&](wf::Status status) {
      lane.failed_node = static_cast<int>(i);
      return std::move(status).with_context("taking the task's part of a checkpoint");
    };
    taken.model_version = node.model_version;
    if (source_ && i == 0) {
      auto position = node.instance->snapshot(static_cast<uint64_t>(epoch));
      if (!position.ok()) return failed(position.error());
      taken.has_position = true;
      taken.position = std::move(*position);
    }
    if (ended) continue;
    if (node.instance->has_state()) {
      auto state = node.instance->freeze(static_cast<uint64_t>(epoch));
      if (!state.ok()) return failed(state.error());
      taken.instance = node.instance.get();
      taken.state = std::move(*state);
    }
    if (node.keyed_state) taken.keyed = node.keyed_state->freeze();
  }
  WF_TRY(take_refusals());
  for (size_t i = 0; i < nodes_.size(); ++i)
    snapshot.nodes[i].counters = counters_of(*nodes_[i].counters);
  snapshot.letters = std::exchange(letters_, {});
  for (wf::Batch& batch : take_letters()) snapshot.letters.push_back(std::move(batch));
  return snapshot;
}

wf::Status Chain::pass_barrier(Lane& lane, int64_t epoch) {
  WF_TRY(replace_nodes(epoch));
  wf::Result<ChainSnapshot> taken = take_snapshot(epoch, false);
  const wf::Code code = taken.status().code();
  if (code == wf::Code::unavailable || code == wf::Code::timeout) {
    // A sink that may leave nothing pending, and whose other side does not answer: once more.
    for (LaneNode& node : lane.nodes) node.services->end_cut();
    if (!std::exchange(postpones_, true)) {
      ++attempt_.postponing;
      nodes_.front().counters->postponed += 1;
    }
    const std::lock_guard lock(mutex_);
    control_ = Item::barrier(epoch);
    return {};
  }
  if (std::exchange(postpones_, false)) --attempt_.postponing;
  WF_TRY(taken.status());
  ChainSnapshot& snapshot = *taken;
  {
    const std::lock_guard lock(mutex_);
    if (commits_ && released_ < epoch) held_behind_ = epoch;
  }
  if (events_.snapshot) events_.snapshot(std::move(snapshot));
  for (LaneNode& node : lane.nodes) node.services->end_cut();
  return broadcast(Item::barrier(epoch));
}

}  // namespace weirflow::engine
