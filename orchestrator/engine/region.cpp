// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/region.h"

#include <algorithm>

#include "core/clock.h"
#include "engine/region_job.h"

namespace weirflow::engine {

using dag::PlanNode;

RegionAttempt::RegionAttempt(RegionInputs inputs)
    : in_(std::move(inputs)), timers_(in_.attempt->clock) {
  activity_ = std::make_unique<Activity>([this] { on_quiet(); }, in_.attempt->stillness);
}

RegionAttempt::~RegionAttempt() {
  timers_.stop();
  if (follower_) follower_->stop();
  if (coordinator_) {
    coordinator_->cancel();
    coordinator_->join();
  }
  for (auto& chain : chains_) chain->stop();
  for (auto& job : jobs_) job->stop();
  // Until they are gone sinks may ask the coordinator for rest.
  if (coordinator_) coordinator_->forget();
  follower_.reset();
  committing_.clear();
  chains_.clear();
  made_.clear();
}

wf::Result<std::unique_ptr<RegionAttempt>> RegionAttempt::prepare(RegionInputs inputs,
                                                                  int& failed_node) {
  std::unique_ptr<RegionAttempt> attempt(new RegionAttempt(std::move(inputs)));
  failed_node = attempt->in_.region->nodes.front();
  if (wf::Status status = attempt->make_nodes(); !status.ok()) {
    failed_node = attempt->failed_node_;
    return status;
  }
  WF_TRY(attempt->recover());
  WF_TRY(attempt->restore_versions());
  attempt->make_follower();
  WF_TRY(attempt->make_spool_outputs());
  WF_TRY(attempt->make_chains());
  WF_TRY(attempt->make_coordinator());
  return attempt;
}

void RegionAttempt::start() {
  activity_->enter();  // keeps the region from looking quiet while it is being started
  if (coordinator_)
    if (wf::Status status = coordinator_->start(); !status.ok()) (void)cancel_at(-1, status);
  if (follower_) follower_->start();
  for (auto& chain : chains_) chain->notify();
  for (auto& job : jobs_) job->notify();
  activity_->leave();
}

void RegionAttempt::cancel(wf::Status reason) { (void)cancel_at(-1, std::move(reason)); }

void RegionAttempt::stop_sources() {
  in_.attempt->sources_stopped = true;
  for (auto& chain : chains_) chain->wake_source();
}

void RegionAttempt::node_failed(int node, wf::Status status) {
  // The transaction is lost with it, what came before is not: the region starts again.
  if (coordinator_ && deciding_.count(node) &&
      (status.code() == wf::Code::unavailable || status.code() == wf::Code::timeout))
    coordinator_->lose_decider();
  (void)cancel_at(node, std::move(status));
}

bool RegionAttempt::cancel_at(int node, wf::Status reason) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (failure_.ok() && !quiet_) {
      failure_ = std::move(reason);
      failed_node_ = node;
      first = true;
    }
  }
  in_.attempt->cancelled = true;
  for (auto& chain : chains_) chain->cancel();
  for (auto& job : jobs_) job->cancel();
  if (coordinator_) coordinator_->cancel();
  return first;
}

bool RegionAttempt::all_finished() const {
  return std::all_of(chains_.begin(), chains_.end(),
                     [](const auto& c) { return c->is_finished(); }) &&
         std::all_of(jobs_.begin(), jobs_.end(), [](const auto& j) { return j->is_finished(); });
}

void RegionAttempt::on_quiet() {
  std::function<void()> done = in_.done;
  {
    const std::lock_guard lock(mutex_);
    if (quiet_) return;
    quiet_ = true;
    const bool stopped = coordinator_ && coordinator_->is_stopped();
    if (failure_.ok() && !all_finished() && !stopped) {
      std::string waiting;
      for (const auto& chain : chains_)
        if (!chain->is_finished())
          waiting += (waiting.empty() ? "" : ", ") + chain->nodes().front().plan->task;
      failure_ = wf::internal_error("nothing moves any more while these tasks wait: " + waiting);
    }
  }
  done();
}

bool RegionAttempt::is_done() const {
  const std::lock_guard lock(mutex_);
  return quiet_;
}

int RegionAttempt::failed_node() const {
  const std::lock_guard lock(mutex_);
  return failed_node_;
}

std::vector<std::string> RegionAttempt::busy_tasks() const {
  std::vector<std::string> names;
  for (const auto& chain : chains_)
    if (std::string name = chain->busy_task(); !name.empty()) names.push_back(std::move(name));
  for (const auto& job : jobs_)
    if (job->is_busy()) names.push_back(job->node().task);
  return names;
}

namespace {
template <typename Chains, typename F>
int64_t sum_known(const Chains& chains, F&& bytes) {
  int64_t sum = -1;
  for (const auto& chain : chains) {
    if (chain->nodes().front().plan->component.kind != plugin::Kind::source) continue;
    const int64_t known = bytes(*chain);
    if (known < 0) return -1;
    sum = std::max<int64_t>(sum, 0) + known;
  }
  return sum;
}
}  // namespace

int64_t RegionAttempt::read_bytes() const {
  return sum_known(chains_, [](const Chain& c) { return c.read_bytes(); });
}
int64_t RegionAttempt::total_bytes() const {
  return sum_known(chains_, [](const Chain& c) { return c.total_bytes(); });
}

bool RegionAttempt::wrote_duplicates() const {
  for (const auto& [id, counters] : counters_) {
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(id)];
    if (node.component.kind == plugin::Kind::sink &&
        node.component.replay == WF_REPLAY_DUPLICATES && !node.retry_duplicates && counters->in > 0)
      return true;
  }
  return false;
}

}  // namespace weirflow::engine
