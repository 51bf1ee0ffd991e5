// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Who works when. An actor is a piece of work that runs on at most one thread at a time and is
/// woken by notify(); between wakes it holds no thread. There are no polling loops: an actor that
/// cannot go on returns, and whoever changes what it waits for notifies it.
///
/// What may run in parallel: different actors, always. One actor, never with itself. A notify()
/// during run() makes run() be called once more, so no wake is lost.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/stillness.h"

namespace weirflow::engine {

class Actor;

/// Counts the actors that are scheduled or running; tells when none is (the region is quiet: it is
/// complete, or, if it is not, nothing will ever move it again).
class Activity {
 public:
  /// `stillness` may be null.
  explicit Activity(std::function<void()> on_quiet, Stillness* stillness = nullptr)
      : on_quiet_(std::move(on_quiet)), stillness_(stillness) {}
  void enter() {
    active_.fetch_add(1, std::memory_order_acq_rel);
    if (stillness_) stillness_->enter();
  }
  void leave() {
    Stillness* const stillness = stillness_;
    if (active_.fetch_sub(1, std::memory_order_acq_rel) == 1) on_quiet_();
    if (stillness) stillness->leave();
  }

 private:
  std::atomic<int64_t> active_{0};
  std::function<void()> on_quiet_;
  Stillness* const stillness_;
};

/// A fixed number of threads that run notified actors in the order of their notification.
class Pool {
 public:
  explicit Pool(int threads);
  /// Runs what is queued, then joins. No actor may be notified any more.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  [[nodiscard]] int threads() const { return static_cast<int>(threads_.size()); }

  /// A moment. An actor that was idle then may still have a thread on its way out of it; once the
  /// moment has passed for all threads it has none, and may be destroyed.
  using Moment = std::vector<uint64_t>;
  [[nodiscard]] Moment now() const;
  [[nodiscard]] bool has_passed(const Moment& moment) const;

 private:
  friend class Actor;
  void submit(Actor* actor);
  void work(std::atomic<uint64_t>& calls);
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Actor*> ready_;
  bool stop_ = false;
  std::deque<std::atomic<uint64_t>> calls_;  ///< by thread; odd while it is in an actor
  std::vector<std::thread> threads_;
};

class Actor {
 public:
  /// `pool` null: the actor has a thread of its own (it blocks on I/O), started by the first
  /// notify().
  Actor(Pool* pool, Activity& activity) : pool_(pool), activity_(activity) {}
  virtual ~Actor();
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  /// [any] There may be something to do.
  void notify();
  /// Joins the own thread, if any. Precondition: the actor is idle and is not notified any more.
  void stop();

 protected:
  /// Does what can be done now and returns.
  virtual void run() = 0;

 private:
  friend class Pool;
  enum State : int { idle, scheduled, running, running_again };
  void execute();
  void own_thread();
  Pool* const pool_;
  Activity& activity_;
  std::atomic<int> state_{idle};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool due_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace weirflow::engine
