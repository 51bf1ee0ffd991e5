// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/actor.h"

#include "core/exit_watch.h"

namespace weirflow::engine {

Pool::Pool(int threads) {
  for (int i = 0; i < threads; ++i) {
    std::atomic<uint64_t>& calls = calls_.emplace_back(0);
    threads_.emplace_back([this, &calls] { work(calls); });
  }
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& t : threads_) t.join();
}

void Pool::submit(Actor* actor) {
  {
    const std::lock_guard lock(mutex_);
    ready_.push_back(actor);
  }
  wake_.notify_one();
}

Pool::Moment Pool::now() const {
  Moment moment;
  for (const auto& calls : calls_) moment.push_back(calls.load(std::memory_order_acquire));
  return moment;
}

bool Pool::has_passed(const Moment& moment) const {
  for (size_t i = 0; i < moment.size(); ++i)
    if (moment[i] % 2 == 1 && calls_[i].load(std::memory_order_acquire) == moment[i]) return false;
  return true;
}

void Pool::work(std::atomic<uint64_t>& calls) {
  for (;;) {
    Actor* actor = nullptr;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !ready_.empty(); });
      if (ready_.empty()) return;
      actor = ready_.front();
      ready_.pop_front();
    }
    calls.fetch_add(1, std::memory_order_acq_rel);
    actor->execute();
    calls.fetch_add(1, std::memory_order_release);
  }
}

Actor::~Actor() { stop(); }

void Actor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Actor::notify() {
  int state = state_.load(std::memory_order_acquire);
  for (;;) {
    if (state == scheduled || state == running_again) return;
    const int next = state == idle ? scheduled : running_again;
    if (state_.compare_exchange_weak(state, next, std::memory_order_acq_rel)) break;
  }
  if (state == running) return;  // whoever runs it sees running_again
  activity_.enter();
  if (pool_) {
    pool_->submit(this);
    return;
  }
  const std::lock_guard lock(mutex_);
  due_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { own_thread(); });
  wake_.notify_all();
}

void Actor::own_thread() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return due_ || stop_; });
      if (!due_) return;
      due_ = false;
    }
    execute();
  }
}

void Actor::execute() {
  const ExitWatch watch;
  state_.store(running, std::memory_order_release);
  run();
  int expected = running;
  if (!state_.compare_exchange_strong(expected, idle, std::memory_order_acq_rel)) {
    // Notified meanwhile: to the back of the queue, so that others get their turn.
    state_.store(scheduled, std::memory_order_release);
    if (pool_) {
      pool_->submit(this);
    } else {
      const std::lock_guard lock(mutex_);
      due_ = true;
    }
    return;
  }
  activity_.leave();
}

}  // namespace weirflow::engine
