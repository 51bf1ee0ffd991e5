// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/run.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include "core/clock.h"
#include "core/exit_watch.h"
#include "core/file.h"
#include "core/text.h"
#include "engine/commit.h"
#include "engine/run_card.h"
#include "engine/run_live.h"

namespace weirflow::engine {

using dag::NodeKind;
using dag::PlanRegion;

namespace {

/// A task that does not answer a cancel for so long is named (design 01, Engine 6).
constexpr auto kCancelPatience = std::chrono::seconds(1);

constexpr int64_t kProgressEvery = 200'000;

}  // namespace

std::string make_run_id(int64_t us) {
  const std::time_t seconds = us / 1'000'000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &utc);
  std::random_device random;
  char tail[16];
  std::snprintf(tail, sizeof(tail), "-%06x", random() & 0xffffff);
  return std::string(text) + tail;
}

int64_t default_memory() {
  const int64_t pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0 ? pages * size / 2 : int64_t{1} << 30;
}

void remove_run_folder(const std::string& folder) {
  std::error_code ignored;
  std::vector<std::filesystem::path> attempts;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored) && !CommitManifest::is_durable(entry.path().string()))
      attempts.push_back(entry.path());
  for (const auto& path : attempts) std::filesystem::remove_all(path, ignored);
  const auto left = std::filesystem::directory_iterator(folder, ignored);
  if (std::distance(left, std::filesystem::directory_iterator()) > 1) return;
  std::filesystem::remove(folder + "/lock", ignored);
  std::filesystem::remove(folder, ignored);
}

wf::Status roll_forward_runs(const std::string& home, plugin::Registry& registry,
                             const std::string& except) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home + "/runs", error)) {
    const std::string name = entry.path().filename().string();
    if (name == except || name.starts_with('.') || !entry.is_directory()) continue;
    auto other = lock_file(entry.path().string() + "/lock");
    if (!other.ok()) continue;  // it is running
    const wf::Status recovered = recover_commits(entry.path().string(), registry);
    if (recovered.ok()) remove_run_folder(entry.path().string());
    ::close(*other);
    WF_TRY(wf::Status(recovered));
  }
  return {};
}

Run::Run(const dag::Plan& plan, plugin::Registry& registry, Models* models, RunOptions options)
    : plan_(plan),
      links_(plan),
      registry_(registry),
      models_(models),
      options_(std::move(options)),
      figures_(plan),
      states_(plan.nodes.size(), TaskState::pending),
      ready_(plan.nodes.size(), false),
      tasks_(plan.nodes.size()),
      edges_(plan.edges.size()),
      asked_(plan.nodes.size(), false),
      decided_(plan.nodes.size(), false),
      unsuccessful_(plan.nodes.size()),
      undecided_(plan.regions.size()) {
  if (options_.threads <= 0)
    options_.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (options_.memory <= 0) options_.memory = default_memory();
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    tasks_[i].node = static_cast<int>(i);
    tasks_[i].task = plan.nodes[i].task;
    tasks_[i].kind = plan.nodes[i].kind;
    tasks_[i].component = plan.nodes[i].component.id;
    unsuccessful_[i] = static_cast<int>(plan.nodes[i].after.size());
    if (plan.nodes[i].kind != NodeKind::fit)
      by_name_.insert_or_assign(plan.nodes[i].task, static_cast<int>(i));
    look_again(static_cast<int>(i));
  }
  for (const PlanRegion& region : plan.regions)
    undecided_[static_cast<size_t>(region.id)] = static_cast<int>(region.nodes.size());
  for (size_t i = 0; i < plan.edges.size(); ++i) edges_[i].edge = static_cast<int>(i);
  hold_locked();  // until execute() waits for the first time
}

Run::~Run() {
  pool_.reset();  // joins: nobody notifies an actor any more
  live_.clear();
  leaving_.clear();
  if (lock_ >= 0) ::close(lock_);
}

void Run::stop() {
  stop_ = true;
  figures_.set_run_state("stopping");
  wake();
}

void Run::checkpoint() {
  checkpoint_ = true;
  wake();
}

void Run::wake() {
  const std::lock_guard lock(mutex_);
  hold_locked();
  ++events_;
  changed_.notify_all();
}

void Run::hold_locked() {
  if (options_.stillness && !std::exchange(held_, true)) options_.stillness->enter();
}

void Run::let_go() {
  const std::lock_guard lock(mutex_);
  if (options_.stillness && std::exchange(held_, false)) options_.stillness->leave();
}

void Run::take_checkpoints() {
  if (!checkpoint_.exchange(false)) return;
  for (auto& live : live_)
    if (!live->ended && live->run) live->run->checkpoint();
}

void Run::stop_streams() {
  if (!stop_ || streams_stopped_) return;
  streams_stopped_ = true;
  for (auto& live : live_)
    if (!live->ended && live->run && !live->context.ends) live->run->stop();
}

void Run::cancel() {
  cancel_ = true;
  figures_.set_run_state("stopping");
  wake();
}

wf::Status Run::begin() {
  start_us_ = wall_us();
  start_steady_us_ = steady_us();
  if (options_.run_id.empty()) options_.run_id = make_run_id(start_us_);
  if (options_.record) options_.record->set_run_id(options_.run_id);
  figures_.begin(options_.run_id, start_us_);
  const std::string runs = options_.home + "/runs";
  WF_TRY(make_folders(runs));
  // A folder is locked before it has its name: one without an owner is taken for a crash's.
  const std::string unnamed = runs + "/." + options_.run_id;
  if (::mkdir(unnamed.c_str(), 0777) != 0) return errno_status("cannot make folder " + unnamed);
  WF_ASSIGN(lock_, lock_file(unnamed + "/lock"));
  // A full disk will be told by who needs it.
  (void)write_all(lock_, run_card({::getpid(), plan_.dag, start_us_, options_.metrics_url}),
                  unnamed + "/lock");
  folder_ = runs + "/" + options_.run_id;
  WF_TRY(rename_durably(unnamed, folder_));
  // What an earlier run left behind its commit point is rolled forward before anything is read.
  WF_TRY(roll_forward_runs(options_.home, registry_, options_.run_id));
  if (std::any_of(plan_.regions.begin(), plan_.regions.end(),
                  [](const PlanRegion& region) { return region.checkpointed; })) {
    WF_ASSIGN(checkpoints_, CheckpointStore::open(options_.home, plan_.dag, std::string(kShard)));
    WF_TRY(checkpoints_->lock());
  }
  pool_ = std::make_unique<Pool>(options_.threads);
  if (!stop_ && !cancel_) figures_.set_run_state("running");
  return {};
}

wf::Result<RunReport> Run::execute() {
  const ExitWatch watch;
  WF_TRY(begin());
  std::unique_lock lock(mutex_);
  int64_t next_progress = 0;
  for (;;) {
    const int seen = events_;
    lock.unlock();
    const bool more = cancel_ ? false : advance();
    lock.lock();
    if (!more) break;
    if (events_ != seen) continue;
    if (options_.stillness && held_ && std::none_of(live_.begin(), live_.end(), [](const auto& l) {
          return l->retry_at_us > 0;
        })) {
      held_ = false;
      options_.stillness->leave();
    }
    int64_t next = 0;
    for (const auto& live : live_)
      for (const int64_t at : {live->deadline_us, live->retry_at_us})
        if (at > 0 && (next == 0 || at < next)) next = at;
    if (options_.until_us > 0 && !sources_stopped_) {
      const int64_t at = start_steady_us_ + options_.until_us;
      next = next == 0 ? at : std::min(next, at);
    }
    if (options_.on_progress) {
      if (steady_us() >= next_progress) {
        lock.unlock();
        options_.on_progress(progress());
        lock.lock();
        next_progress = steady_us() + kProgressEvery;
      }
      next = next == 0 ? next_progress : std::min(next, next_progress);
    }
    const auto changed = [&] { return events_ != seen; };
    if (next == 0)
      changed_.wait(lock, changed);
    else
      changed_.wait_for(lock, std::chrono::microseconds(std::max<int64_t>(next - steady_us(), 0)),
                        changed);
  }
  hold_locked();
  lock.unlock();
  if (cancel_) finish_cancel();
  return report();
}

void Run::stop_sources_in_time() {
  if (sources_stopped_ || options_.until_us <= 0) return;
  if (steady_us() < start_steady_us_ + options_.until_us) return;
  sources_stopped_ = true;
  for (auto& live : live_)
    if (!live->ended && live->run) live->run->stop_sources();
}

/// Ends what has ended, starts what can start. False when nothing runs or waits any more.
bool Run::advance() {
  stop_sources_in_time();
  stop_streams();
  take_checkpoints();
  std::vector<Live*> quiet;
  {
    const std::lock_guard lock(mutex_);
    quiet.swap(quiet_);
  }
  for (Live* live : quiet) region_ended(*live);
  const size_t attempts = live_.size();  // a retry adds one
  for (size_t i = 0; i < attempts; ++i) {
    Live& live = *live_[i];
    if (live.ended) continue;
    if (live.retry_at_us > 0) {
      if (steady_us() < live.retry_at_us) continue;
      live.retry_at_us = 0;
      live.ended = true;
      start_region(*live.region, live.next_attempt);
    } else if (live.run && live.deadline_us > 0 && steady_us() >= live.deadline_us) {
      if (!live.timed_out) {
        live.timed_out = true;
        live.deadline_us = steady_us() + 1'000'000;
        live.run->cancel_at(
            live.timeout_node,
            wf::timed_out(
                "ran longer than its timeout of " +
                format_duration(plan_.nodes[static_cast<size_t>(live.timeout_node)].timeout_us)));
        continue;
      }
      silent_ = live.run->busy_tasks();  // asked a second ago, and still busy
      cancel_ = true;
      return false;
    }
  }
  while (true) {
    retire_ended();
    decide_nodes();
    if (!start_ready_regions()) break;
  }
  return !live_.empty();
}

/// Takes ended attempts out of live_, and destroys those that no thread can be in any more.
void Run::retire_ended() {
  const auto ended = std::partition(live_.begin(), live_.end(), [](auto& l) { return !l->ended; });
  for (auto live = ended; live != live_.end(); ++live)
    leaving_.emplace_back(pool_->now(), std::move(*live));
  live_.erase(ended, live_.end());
  while (!leaving_.empty() && pool_->has_passed(leaving_.front().first)) leaving_.pop_front();
}

void Run::finish_cancel() {
  for (auto& live : live_)
    if (!live->ended && live->run) live->run->cancel(wf::cancelled("the run was cancelled"));
  const auto until = std::chrono::steady_clock::now() + kCancelPatience;
  std::unique_lock lock(mutex_);
  const auto all_done = [&] {
    return std::all_of(live_.begin(), live_.end(),
                       [](const auto& l) { return l->ended || !l->run || l->run->is_done(); });
  };
  changed_.wait_until(lock, until, all_done);
  lock.unlock();
  for (auto& live : live_) {
    if (live->ended) continue;
    if (live->run && !live->run->is_done()) {
      for (std::string& name : live->run->busy_tasks()) silent_.push_back(std::move(name));
      for (const int id : live->active)
        set_state(id, TaskState::cancelled, "the run was cancelled");
      continue;
    }
    if (live->run) {
      const wf::Status status = live->run->end(spools_);
      keep_outcome(*live);
      region_failed(*live, status.ok() ? wf::cancelled("the run was cancelled") : status,
                    live->run->failed_node());
    } else {
      region_failed(*live, wf::cancelled("the run was cancelled"), -1);
    }
    live->retry_at_us = 0;
  }
}

}  // namespace weirflow::engine
