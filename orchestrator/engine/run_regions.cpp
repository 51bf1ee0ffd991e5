// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/clock.h"
#include "engine/commit.h"
#include "engine/run.h"
#include "engine/run_live.h"

namespace weirflow::engine {

using dag::NodeKind;
using dag::PlanNode;
using dag::PlanRegion;

namespace {

/// Attempts at work at a time: each may hold threads, files and memory. One that waits for its
/// retry does not count.
constexpr size_t kMostAttempts = 256;

/// Recoveries of a region from one epoch before its failure is taken for lasting.
constexpr int kMostRecoveries = 3;

}  // namespace

bool Run::start_ready_regions() {
  bool started = false;
  auto at_work = static_cast<size_t>(std::count_if(
      live_.begin(), live_.end(), [](const auto& live) { return live->retry_at_us == 0; }));
  while (!startable_.empty() && at_work < kMostAttempts) {
    const PlanRegion& region = plan_.regions[static_cast<size_t>(*startable_.begin())];
    startable_.erase(startable_.begin());
    const bool any = std::any_of(region.nodes.begin(), region.nodes.end(), [&](int id) {
      const auto n = static_cast<size_t>(id);
      return ready_[n] && states_[n] == TaskState::pending;
    });
    if (!any) continue;
    started = true;
    ++at_work;
    start_region(region, 1);
  }
  return started;
}

void Run::start_region(const PlanRegion& region, int attempt) {
  auto& live = *live_.emplace_back(std::make_unique<Live>());
  live.region = &region;
  live.attempt = attempt;
  for (const int id : region.nodes)
    if (ready_[static_cast<size_t>(id)] && !is_ended(states_[static_cast<size_t>(id)]))
      live.active.insert(id);
  for (const int id : live.active) {
    tasks_[static_cast<size_t>(id)].attempts = attempt;
    set_state(id, TaskState::running);
    if (tasks_[static_cast<size_t>(id)].started_us == 0)
      tasks_[static_cast<size_t>(id)].started_us =
          std::max<int64_t>(steady_us() - start_steady_us_, 1);
  }
  const PlanNode& first = plan_.nodes[static_cast<size_t>(*live.active.begin())];
  if (first.kind == NodeKind::version) {
    live.ended = true;
    const wf::Status stored = store_version(first);
    if (stored.ok())
      set_state(first.id, TaskState::success);
    else
      set_state(first.id, TaskState::failed, stored.message(), stored.code());
    tasks_[static_cast<size_t>(first.id)].ended_us = steady_us() - start_steady_us_;
    return;
  }
  const std::string folder =
      folder_ + "/region-" + std::to_string(region.id) + "-" + std::to_string(attempt);
  const bool checkpointed = region.checkpointed;
  // A stream has one file, which goes on from start to start.
  live.dead_letters = std::make_unique<DeadLetterFile>(
      options_.home + "/dead_letters/" + plan_.dag + "/" +
      (checkpointed ? std::string(kShard) : options_.run_id + "-" + std::to_string(region.id)) +
      ".jsonl");
  live.late_letters = std::make_unique<DeadLetterFile>(
      options_.home + "/dead_letters/" + plan_.dag + "/" + std::string(kShard) + "-late.jsonl");
  live.late_letters->go_on_at_end();
  AttemptContext& context = live.context;
  context.dag = plan_.dag;
  context.run = options_.run_id;
  context.attempt = attempt;
  context.checkpointed = checkpointed;
  context.ends = !region.endless;
  context.run_start_us = start_us_;
  context.threads = options_.threads;
  context.log = options_.log;
  context.clock = options_.clock;
  context.stillness = options_.stillness;
  context.before_rows = options_.before_rows;
  context.sample_rows = options_.sample_rows;
  context.sources_stopped = sources_stopped_;
  context.dead_letters = live.dead_letters.get();
  context.late_letters = live.late_letters.get();
  context.earlier = options_.earlier;
  context.spill_root = folder + "/spill";
  int64_t holders = 1;  // the budget is divided among the tasks that keep rows
  for (const int id : live.active) {
    const plugin::ComponentInfo& c = plan_.nodes[static_cast<size_t>(id)].component;
    holders += c.cardinality == wf::Cardinality::regroup || c.kind == plugin::Kind::estimator;
  }
  context.task_memory = options_.memory / holders;

  RegionInputs inputs;
  inputs.plan = &plan_;
  inputs.region = &region;
  inputs.active = live.active;
  inputs.links = &links_;
  inputs.is_live = [this](int id) {
    const TaskState s = states_[static_cast<size_t>(id)];
    return s != TaskState::skipped && !is_bad(s);
  };
  inputs.registry = &registry_;
  inputs.pool = pool_.get();
  inputs.attempt = &context;
  inputs.queue = options_.queue;
  inputs.folder = folder;
  inputs.spools = &spools_;
  inputs.config = [this](const PlanNode& n) { return resolve_config(n, template_values()); };
  inputs.state = [this](const PlanNode& n) { return apply_state(n); };
  inputs.models = models_;
  inputs.model_reference = [this](const PlanNode& n) { return model_reference(n); };
  inputs.done = [this, &live] {
    const std::lock_guard lock(mutex_);
    quiet_.push_back(&live);
    hold_locked();
    ++events_;
    changed_.notify_all();
  };
  for (const int id : live.active)
    if (const int64_t limit = plan_.nodes[static_cast<size_t>(id)].timeout_us; limit > 0)
      if (live.deadline_us == 0 || steady_us() + limit < live.deadline_us) {
        live.deadline_us = steady_us() + limit;
        live.timeout_node = id;
      }
  int failed_node = -1;
  wf::Status ready = checkpointed ? set_up_checkpoints(inputs) : wf::Status();
  auto prepared = ready.ok() ? RegionAttempt::prepare(std::move(inputs), failed_node)
                             : wf::Result<std::unique_ptr<RegionAttempt>>(std::move(ready));
  if (!prepared.ok()) {
    region_failed(live, prepared.error(), failed_node);
    return;
  }
  live.run = std::move(*prepared);
  figures_.attach(*live.run);
  if (live.run->was_finished()) return region_succeeded(live);
  live.run->start();
  if (streams_stopped_ && !context.ends) live.run->stop();
}

wf::Status Run::set_up_checkpoints(RegionInputs& inputs) {
  WF_ASSIGN(const std::string home, home_id(options_.home));
  inputs.checkpoints.store = checkpoints_.get();
  inputs.checkpoints.options.interval_us = plan_.checkpoints.interval_us;
  inputs.checkpoints.options.timeout_us = plan_.checkpoints.timeout_us;
  inputs.checkpoints.options.keep = plan_.checkpoints.keep;
  inputs.checkpoints.figures = &figures_.checkpoints();
  inputs.checkpoints.choice = options_.recovery;
  inputs.checkpoints.cancelled = [this] { return cancel_ || stop_; };
  inputs.checkpoints.shard = "weirflow." + home + "." + plan_.dag + "." + std::string(kShard);
  // The choice is for the first start: a further attempt goes on from what that has committed.
  options_.recovery.from_checkpoint.reset();
  return {};
}

/// A commit of unknown outcome: begun again from what recovery finds, unless that does not help.
bool Run::may_recover(Live& live) const {
  return !cancel_ && live.run && live.run->wants_recovery();
}

void Run::region_ended(Live& live) {
  wf::Status status = live.run->end(spools_);
  if (status.ok() && live.run->is_stopped()) stopped_ = true;
  if (!status.ok()) {
    keep_outcome(live);
    return region_failed(live, status, live.run->failed_node());
  }
  region_succeeded(live);
}

void Run::region_succeeded(Live& live) {
  keep_outcome(live);
  live.ended = true;
  for (const int id : live.active) {
    set_state(id, TaskState::success);
    if (plan_.nodes[static_cast<size_t>(id)].kind == NodeKind::fit)
      fitted_[id] = live.run->fitted_state();
  }
  for (const DeadLetterFile* letters : {live.dead_letters.get(), live.late_letters.get()})
    if (const int64_t rows = letters->rows(); rows > 0) {
      dead_letters_ += rows;
      dead_letter_files_.push_back(letters->path());
    }
}

bool Run::may_retry(const Live& live, const wf::Status& status, int node) const {
  if (cancel_ || node < 0) return false;
  if (live.attempt > plan_.nodes[static_cast<size_t>(node)].retries) return false;
  if (status.retry() == wf::Status::Retry::no) return false;
  // What the user wrote, or a defect, does not change by itself.
  const wf::Code code = status.code();
  const bool by_itself = code != wf::Code::invalid_config && code != wf::Code::internal &&
                         code != wf::Code::not_implemented;
  if (status.retry() == wf::Status::Retry::by_code && !by_itself) return false;
  return !live.run || !live.run->wrote_duplicates();
}

void Run::region_failed(Live& live, const wf::Status& status, int node) {
  const std::string name = node < 0 ? "" : plan_.nodes[static_cast<size_t>(node)].task;
  if (may_recover(live)) {
    recoveries_ = live.run->has_progressed() ? 1 : recoveries_ + 1;
    if (recoveries_ <= kMostRecoveries) {
      live.next_attempt = live.attempt;
      live.retry_at_us = steady_us() + 100'000 * (int64_t{1} << recoveries_);
      for (const int id : live.active) set_state(id, TaskState::up_for_retry);
      return;
    }
  }
  if (may_retry(live, status, node)) {
    const PlanNode& n = plan_.nodes[static_cast<size_t>(node)];
    double delay =
        static_cast<double>(n.retry_delay_us) * std::pow(n.retry_backoff, live.attempt - 1);
    if (n.max_retry_delay_us > 0)
      delay = std::min(delay, static_cast<double>(n.max_retry_delay_us));
    live.next_attempt = live.attempt + 1;
    live.retry_at_us = std::max<int64_t>(steady_us() + static_cast<int64_t>(delay), 1);
    for (const int id : live.active) set_state(id, TaskState::up_for_retry);
    if (options_.log)
      options_.log({wall_us(), wf::LogLevel::warning, name,
                    "attempt " + std::to_string(live.attempt) +
                        " failed, will be retried: " + status.message()});
    return;
  }
  live.ended = true;
  std::set<int> downstream;
  if (node >= 0) {
    downstream.insert(node);
    for (const int id : live.region->nodes)  // topological order: one pass suffices
      for (const int edge : links_.in[static_cast<size_t>(id)])
        if (downstream.count(plan_.edges[static_cast<size_t>(edge)].from)) downstream.insert(id);
  }
  const bool cancelled = status.code() == wf::Code::cancelled && node < 0;
  for (const int id : live.active) {
    if (id == node)
      set_state(id, TaskState::failed, status.message(), status.code());
    else if (downstream.count(id))
      set_state(id, TaskState::upstream_failed, name + " failed");
    else
      set_state(id, TaskState::cancelled,
                cancelled      ? "the run was cancelled"
                : name.empty() ? status.message()
                               : name + " failed");
  }
  if (node < 0 && !cancelled && first_error_.empty()) {
    first_error_ = status.message();
    first_code_ = status.code();
  }
}

}  // namespace weirflow::engine
