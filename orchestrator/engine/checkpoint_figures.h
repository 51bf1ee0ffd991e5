// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a run knows of its checkpoints, over all attempts at their region. Threads: atomics; the
/// coordinator writes, but for barrier_passed(), which is [any]; figures() is [any].

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "engine/chain_snapshot.h"
#include "metrics/snapshot.h"

namespace weirflow::engine {

class CheckpointFigures {
 public:
  explicit CheckpointFigures(size_t nodes) : state_bytes_(nodes), barrier_us_(nodes) {
    for (auto* list : {&state_bytes_, &barrier_us_})
      for (auto& value : *list) value = kNone;
  }

  /// The region goes on from `epoch`; before the first of the functions below.
  void go_on(int region, int64_t interval_us, int64_t epoch) {
    region_ = region;
    interval_us_ = interval_us;
    epoch_ = epoch;
    known_ = true;
  }
  void begin() { begun_us_ = steady_us(); }
  /// The barrier has passed a chain, or all.
  void barrier_passed(const ChainSnapshot& chain) {
    const int64_t took = steady_us() - begun_us_;
    for (const NodeSnapshot& node : chain.nodes) barrier_us_[static_cast<size_t>(node.node)] = took;
  }
  void barriers_passed() { last_barrier_us_ = steady_us() - begun_us_; }
  void add_state(int node, int64_t bytes) { state_bytes_[static_cast<size_t>(node)] = bytes; }
  void set_bytes(int64_t bytes) { bytes_ = bytes; }
  /// Its commit point is passed.
  void commit(int64_t epoch) {
    epoch_ = epoch;
    time_us_ = wall_us();
    ++committed_;
    failures_ = 0;
  }
  /// All of it is done.
  void end() {
    const int64_t took = steady_us() - begun_us_;
    duration_us_ = took;
    durations_.observe(took);
  }
  void give_up() {
    ++given_up_;
    ++failures_;
  }
  void postpone() { ++postponed_; }

  /// Nothing before go_on().
  [[nodiscard]] std::optional<metrics::CheckpointFigures> figures() const {
    if (!known_) return std::nullopt;
    metrics::CheckpointFigures f;
    f.region = region_;
    f.interval_us = interval_us_;
    f.epoch = epoch_;
    f.committed = committed_;
    f.given_up = given_up_;
    f.failures = failures_;
    f.postponed = postponed_;
    f.time_us = known(time_us_);
    f.duration_us = known(duration_us_);
    f.barrier_us = known(last_barrier_us_);
    f.bytes = known(bytes_);
    f.durations = durations_.values();
    return f;
  }
  [[nodiscard]] std::optional<int64_t> state_bytes(int node) const {
    return known(state_bytes_[static_cast<size_t>(node)]);
  }
  [[nodiscard]] std::optional<int64_t> barrier_us(int node) const {
    return known(barrier_us_[static_cast<size_t>(node)]);
  }

 private:
  static constexpr int64_t kNone = -1;
  static std::optional<int64_t> known(const std::atomic<int64_t>& value) {
    const int64_t v = value;
    return v == kNone ? std::nullopt : std::optional<int64_t>(v);
  }
  std::atomic<bool> known_{false};
  std::atomic<int> region_{0};
  std::atomic<int64_t> interval_us_{0}, epoch_{0}, begun_us_{0};
  std::atomic<int64_t> committed_{0}, given_up_{0}, failures_{0}, postponed_{0};
  std::atomic<int64_t> time_us_{kNone}, duration_us_{kNone}, last_barrier_us_{kNone};
  std::atomic<int64_t> bytes_{kNone};
  metrics::DurationHistogram durations_;
  std::vector<std::atomic<int64_t>> state_bytes_, barrier_us_;
};

}  // namespace weirflow::engine
