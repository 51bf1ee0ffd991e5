// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/coordinator.h"

#include <algorithm>
#include <chrono>

#include "core/clock.h"

namespace weirflow::engine {

namespace {

constexpr int kMostFailures = 3;
/// A record that the other side keeps as a committed offset would expire in some days.
constexpr int64_t kRenewal = int64_t{24} * 3600 * 1'000'000;
/// Between two calls of a prepare that was postponed; grows to the latter.
constexpr auto kPostponed = std::chrono::milliseconds(50),
               kLongestPostponed = std::chrono::milliseconds(1000);

/// Of a chain that has finished: it has no views.
ChainSnapshot ended_copy(const ChainSnapshot& from) {
  ChainSnapshot copy;
  copy.chain = from.chain;
  copy.ended = true;
  copy.watermark = from.watermark;
  copy.edges = from.edges;
  for (const NodeSnapshot& node : from.nodes) {
    NodeSnapshot& n = copy.nodes.emplace_back();
    n.node = node.node;
    n.counters = node.counters;
    n.model_version = node.model_version;
    n.has_position = node.has_position;
    n.position = node.position;
  }
  return copy;
}

std::chrono::steady_clock::time_point time_point(int64_t steady) {
  return std::chrono::steady_clock::time_point(std::chrono::microseconds(steady));
}

}  // namespace

Coordinator::Coordinator(CoordinatorInputs inputs) : in_(std::move(inputs)), asked_(in_.epoch) {
  committed_ = in_.epoch;
}

Coordinator::~Coordinator() {
  cancel();
  join();
}

Committing* Coordinator::decider() const {
  for (Committing& c : *in_.committing)
    if (c.mode == wf::CommitMode::decides) return &c;
  return nullptr;
}

void Coordinator::log(wf::LogLevel level, const std::string& message, int node) const {
  if (!in_.attempt->log) return;
  const std::string task =
      node < 0 ? "checkpoints" : in_.plan->nodes[static_cast<size_t>(node)].task;
  in_.attempt->log({wall_us(), level, task, message});
}

wf::Status Coordinator::start() {
  decided_at_ = now_us();
  began_ = steady_us();
  WF_ASSIGN(kept_, in_.store->list());
  if (in_.record_first && in_.restored_epoch >= 0) {
    WF_TRY(decider()->committer->commit(static_cast<uint64_t>(in_.restored_epoch),
                                        in_.restored_hash, ""));
  } else if (in_.record_first) {
    // Without a record nobody could tell a crash in the first epoch from a lost record.
    WF_ASSIGN(const std::string hash, write(in_.epoch, Epoch::ordinary));
    WF_TRY(commit(in_.epoch, hash));
  }
  in_.activity->enter();
  thread_ = std::thread([this] { run(); });
  return {};
}

void Coordinator::run() {
  wf::Status status = run_epochs();
  if (!status.ok() && status.code() != wf::Code::cancelled) in_.failed(-1, std::move(status));
  collected_.clear();
  in_.activity->leave();
}

void Coordinator::take(ChainSnapshot snapshot) {
  if (!snapshot.ended) in_.figures->barrier_passed(snapshot);
  const std::lock_guard lock(mutex_);
  auto& chains = snapshot.ended ? ended_ : arrived_;
  const int chain = snapshot.chain;
  chains.insert_or_assign(chain, std::move(snapshot));
  wake_locked();
}

void Coordinator::pressure(int node, bool rest, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  if (rest)
    pressure_[node] = reason;
  else
    pressure_.erase(node);
  wake_locked();
}

std::optional<std::pair<std::string, std::string>> Coordinator::rests_for_task() const {
  const std::lock_guard lock(mutex_);
  if (pressure_.empty()) return std::nullopt;
  const auto& [node, why] = *pressure_.begin();
  return std::pair(in_.plan->nodes[static_cast<size_t>(node)].task, why);
}

void Coordinator::stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  wake_locked();
}

void Coordinator::checkpoint() {
  const std::lock_guard lock(mutex_);
  wanted_ = true;
  wake_locked();
}

/// Whoever gives the thread something to do counts for it from now on.
void Coordinator::wake_locked() {
  if (std::exchange(resting_, false) && in_.attempt->stillness) in_.attempt->stillness->enter();
  changed_.notify_all();
}

int64_t Coordinator::now_us() const {
  return in_.attempt->clock ? in_.attempt->clock->now_us() : steady_us();
}

void Coordinator::cancel() {
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return;
    cancelled_ = true;
    wake_locked();
  }
  for (Committing& c : *in_.committing) c.committer->cancel();
}

void Coordinator::join() {
  if (thread_.joinable()) thread_.join();
}

void Coordinator::forget() {
  arrived_.clear();
  ended_.clear();
  collected_.clear();
}

wf::Status Coordinator::run_epochs() {
  next_at_ = now_us() + in_.options.interval_us;
  for (;;) {
    switch (wait_for_work()) {
      case Wake::cancelled:
        return wf::cancelled("cancelled");
      case Wake::ended:
        WF_TRY(in_.check_rows());
        WF_TRY(take_checkpoint(Epoch::final));
        if (committed_ < asked_) continue;  // given up: once more
        WF_TRY(await_deliveries(committed_));
        finished_ = true;
        return {};
      case Wake::stop: {
        in_.attempt->rest = true;
        WF_TRY(take_checkpoint(Epoch::ordinary));
        if (committed_ < asked_) continue;
        stopped_ = true;
        return {};
      }
      case Wake::due:
        WF_TRY(take_checkpoint(Epoch::ordinary));
    }
  }
}

/// Waits until a checkpoint is due and there is something new in it, or for an end.
Coordinator::Wake Coordinator::wait_for_work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (cancelled_) return Wake::cancelled;
    if (static_cast<int>(ended_.size()) == in_.chains) return Wake::ended;
    if (stop_) return Wake::stop;
    // Who asks for rest gets it behind a barrier; it ends without one.
    const bool rest = !pressure_.empty();
    if (rest && !in_.attempt->rest) {
      in_.attempt->rest = true;
      return Wake::due;
    }
    if (!rest && in_.attempt->rest) {
      in_.attempt->rest = false;
      lock.unlock();
      in_.wake_sources();
      lock.lock();
      continue;
    }
    if (std::exchange(wanted_, false)) return Wake::due;
    if (in_.options.interval_us > 0 && now_us() >= next_at_) {
      if (has_moved()) return Wake::due;
      next_at_ = now_us() + in_.options.interval_us;
    }
    wait_locked(lock);
    lock.unlock();
    settle_deliveries();
    lock.lock();
  }
}

/// There is something new for a checkpoint, or its record is to be renewed.
bool Coordinator::has_moved() const {
  return in_.attempt->moved.load() != moved_ || (decider() && now_us() - decided_at_ > kRenewal);
}

/// With a clock of the run's own: the thread is woken by it, but not for nothing.
void Coordinator::set_alarm_locked() {
  if (!in_.wake_at || in_.options.interval_us <= 0 || wakes_at_ == next_at_) return;
  wakes_at_ = next_at_;
  in_.wake_at(next_at_, [this] {
    const std::lock_guard lock(mutex_);
    if (!resting_ || now_us() < next_at_) return;
    if (has_moved()) return wake_locked();
    next_at_ = now_us() + in_.options.interval_us;
    set_alarm_locked();
  });
}

void Coordinator::wait_locked(std::unique_lock<std::mutex>& lock) {
  set_alarm_locked();
  if (!std::exchange(resting_, true) && in_.attempt->stillness) in_.attempt->stillness->leave();
  if (in_.options.interval_us > 0 && !in_.wake_at)
    changed_.wait_until(lock, time_point(next_at_));
  else
    changed_.wait(lock);
}

/// One epoch, or the account of its failure; an error ends the region.
wf::Status Coordinator::take_checkpoint(Epoch kind) {
  const int64_t epoch = asked_ + 1;
  began_ = steady_us();
  next_at_ = now_us() + in_.options.interval_us;
  moved_ = in_.attempt->moved.load();
  wf::Status status = checkpoint(epoch, kind);
  collected_.clear();  // a view must be gone before its task is frozen again
  if (status.ok()) {
    failures_ = 0;
    return {};
  }
  if (recover_ || status.code() == wf::Code::cancelled) return status;
  return give_up(epoch, std::move(status));
}

wf::Status Coordinator::checkpoint(int64_t epoch, Epoch kind) {
  in_.figures->begin();
  WF_TRY(collect(epoch));
  in_.figures->barriers_passed();
  WF_TRY(prepare(epoch));
  WF_ASSIGN(const std::string hash, write(epoch, kind));
  WF_TRY(commit(epoch, hash));
  in_.figures->end();
  settle_deliveries();
  retire();
  return {};
}

/// Barrier `epoch` at the sources, and what the chains hand over.
wf::Status Coordinator::collect(int64_t epoch) {
  {
    const std::lock_guard lock(mutex_);
    arrived_.clear();
  }
  asked_ = epoch;
  if (in_.replace) in_.replace(epoch);
  in_.attempt->barrier = epoch;
  in_.wake_sources();
  WF_TRY(await_barrier(epoch));
  const std::lock_guard lock(mutex_);
  // One that has ended since is taken as it was at the barrier: what it refused behind that comes
  // with the next checkpoint.
  for (auto& [id, chain] : ended_) {
    if (arrived_.count(id)) continue;
    take_letters(chain);
    collected_.push_back(ended_copy(chain));
  }
  for (auto& [id, chain] : arrived_) {
    take_letters(chain);
    collected_.push_back(std::move(chain));
  }
  arrived_.clear();
  return {};
}

void Coordinator::take_letters(ChainSnapshot& chain) {
  for (wf::Batch& batch : std::exchange(chain.letters, {})) letters_.push_back(std::move(batch));
}

wf::Status Coordinator::await_barrier(int64_t epoch) {
  std::unique_lock lock(mutex_);
  const auto all = [&] {
    if (cancelled_) return true;
    for (int chain = 0; chain < in_.chains; ++chain) {
      const auto at = arrived_.find(chain);
      if (!ended_.count(chain) && (at == arrived_.end() || at->second.epoch != epoch)) return false;
    }
    return true;
  };
  // While a sink waits for its other side that is no fault of the checkpoint.
  while (!changed_.wait_until(lock, time_point(steady_us() + in_.options.timeout_us), all))
    if (pressure_.empty() && in_.attempt->postponing == 0)
      return wf::timed_out("not all tasks answered within the checkpoint's timeout");
  return cancelled_ ? wf::cancelled("cancelled") : wf::Status();
}

wf::Status Coordinator::prepare(int64_t epoch) {
  prepared_.clear();
  for (const bool decides : {false, true}) {
    for (Committing& c : *in_.committing) {
      if ((c.mode == wf::CommitMode::decides) != decides) continue;
      wf::Result<std::string> blob = prepare_one(c, epoch);
      if (!blob.ok() && decides && blob.error().code() != wf::Code::cancelled) recover_ = true;
      if (!blob.ok())
        return wf::Status(blob.error())
            .with_context(in_.plan->nodes[static_cast<size_t>(c.node)].task);
      const dag::PlanNode& node = in_.plan->nodes[static_cast<size_t>(c.node)];
      Prepared p;
      p.entry = {node.task, node.component.id, c.key, epoch, decides, {}};
      p.blob = std::move(*blob);
      p.by = &c;
      prepared_.push_back(std::move(p));
    }
    if (!decides) in_.release(epoch, false);
  }
  return {};
}

/// The other side may be down for long: then the checkpoint waits, and is no failure.
wf::Result<std::string> Coordinator::prepare_one(Committing& c, int64_t epoch) {
  auto wait = kPostponed;
  for (bool said = false;;) {
    wf::Result<std::string> blob = c.committer->prepare(static_cast<uint64_t>(epoch));
    if (blob.ok()) return blob;
    const wf::Code code = blob.error().code();
    if (code != wf::Code::unavailable && code != wf::Code::timeout) return blob;
    if (!std::exchange(said, true)) {
      in_.figures->postpone();
      log(wf::LogLevel::warning,
          "checkpoint " + std::to_string(epoch) + " is postponed: " + blob.error().message(),
          c.node);
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, wait, [&] { return cancelled_; });
    if (cancelled_) return wf::cancelled("cancelled");
    wait = std::min(2 * wait, kLongestPostponed);
  }
}

/// From here on there is no way back: what fails is found out by recovery.
wf::Status Coordinator::commit(int64_t epoch, const std::string& hash) {
  wf::Status status = commit_all(epoch, hash);
  if (status.ok()) return status;
  recover_ = true;
  log(wf::LogLevel::warning, "the commit of epoch " + std::to_string(epoch) +
                                 " did not end well, the region recovers: " + status.message());
  return std::move(status).with_context("the commit of epoch " + std::to_string(epoch));
}

wf::Status Coordinator::commit_all(int64_t epoch, const std::string& hash) {
  if (Committing* c = decider()) {
    std::string blob;
    for (const Prepared& p : prepared_)
      if (p.by == c) blob = p.blob;
    WF_TRY(c->committer->commit(static_cast<uint64_t>(epoch), hash, blob)
               .with_context(in_.plan->nodes[static_cast<size_t>(c->node)].task));
  }
  WF_TRY(in_.store->mark_committed(epoch));
  committed_ = epoch;
  decided_at_ = now_us();
  in_.figures->commit(epoch);
  kept_.push_back({epoch, true, false, in_.store->folder() + "/" + std::to_string(epoch)});
  in_.attempt->committed = epoch;
  in_.release(epoch, true);
  in_.wake_sources();
  for (auto* list : {&carried_, &prepared_}) {
    for (const Prepared& p : *list)
      if (p.by->mode != wf::CommitMode::decides) WF_TRY(commit_follower(p, hash));
    list->clear();
  }
  return {};
}

/// Behind the commit point nothing is lost any more: the other side may take its time.
wf::Status Coordinator::commit_follower(const Prepared& p, const std::string& hash) {
  auto wait = kPostponed;
  for (bool said = false;;) {
    wf::Status status = p.by->committer->commit(static_cast<uint64_t>(p.entry.epoch), hash, p.blob);
    if (status.code() != wf::Code::unavailable && status.code() != wf::Code::timeout)
      return std::move(status).with_context(p.entry.task);
    if (!std::exchange(said, true))
      log(wf::LogLevel::warning,
          "the commit of epoch " + std::to_string(p.entry.epoch) + " waits: " + status.message(),
          p.by->node);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, wait, [&] { return cancelled_; });
    if (cancelled_) return wf::cancelled("cancelled");
    wait = std::min(2 * wait, kLongestPostponed);
  }
}

/// Epoch `epoch` is given up before its commit point. What followers prepared goes with the next.
wf::Status Coordinator::give_up(int64_t epoch, wf::Status why) {
  ++failures_;
  in_.figures->give_up();
  moved_ = in_.attempt->moved.load() - 1;  // what it would have held is still to be kept
  log(wf::LogLevel::warning,
      "checkpoint " + std::to_string(epoch) + " was given up: " + why.message());
  for (Prepared& p : prepared_)
    if (p.by->mode != wf::CommitMode::decides) carried_.push_back(std::move(p));
  prepared_.clear();
  in_.release(epoch, true);
  // The next barrier only when this one has passed everywhere.
  while (failures_ < kMostFailures) {
    wf::Status passed = await_barrier(epoch);
    if (passed.ok() || passed.code() == wf::Code::cancelled) {
      const std::lock_guard lock(mutex_);
      for (auto& [id, chain] : arrived_) take_letters(chain);
      arrived_.clear();
      return passed;
    }
    why = std::move(passed);
    ++failures_;
  }
  return std::move(why).with_context(std::to_string(failures_) +
                                     " checkpoints in a row failed, the last one");
}

}  // namespace weirflow::engine
