// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/run.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "batch/row_digest.h"
#include "core/file.h"
#include "core/text.h"
#include "engine/clock.h"
#include "engine/commit.h"

namespace weirflow::engine {

using dag::EdgeKind;
using dag::NodeKind;
using dag::PlanEdge;
using dag::PlanNode;
using dag::PlanRegion;

namespace {

/// A task that does not answer a cancel for so long is named (design 01, Engine 6).
constexpr auto kCancelPatience = std::chrono::seconds(1);

constexpr int64_t kProgressEvery = 200'000;

/// Attempts at work at a time: each may hold threads, files and memory. One that waits for its
/// retry does not count.
constexpr size_t kMostAttempts = 256;

/// "20261122T030000Z-1a2b3c": sorts by time, does not collide.
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

/// The columns of the first edge into a group, if they were known when it was planned.
std::optional<wf::Schema> schema_into(const dag::Plan& plan, const std::string& group) {
  for (const PlanEdge& edge : plan.edges) {
    const PlanNode& from = plan.nodes[static_cast<size_t>(edge.from)];
    const PlanNode& to = plan.nodes[static_cast<size_t>(edge.to)];
    if (to.group != group || from.group == group || edge.from_port < 0) continue;
    const auto port = static_cast<size_t>(edge.from_port);
    if (port < from.output_schemas.size()) return from.output_schemas[port];
  }
  return std::nullopt;
}

}  // namespace

int64_t default_memory() {
  const int64_t pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0 ? pages * size / 2 : int64_t{1} << 30;
}

/// Spools, spill files and what was committed; a commit that is still to be rolled forward stays.
/// Precondition: the folder's lock is held.
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

/// A running or ended attempt of a region.
struct Run::Live {
  const PlanRegion* region = nullptr;
  int attempt = 1;
  std::set<int> active;
  AttemptContext context;
  std::unique_ptr<DeadLetterFile> dead_letters;
  std::unique_ptr<RegionAttempt> run;  ///< null: waits for its retry, or a version node
  int64_t deadline_us = 0;             ///< steady; 0 = none
  int timeout_node = -1;
  bool timed_out = false;
  int64_t retry_at_us = 0;  ///< steady; 0 = not waiting
  bool ended = false;
};

Run::Run(const dag::Plan& plan, plugin::Registry& registry, Models* models, RunOptions options)
    : plan_(plan),
      links_(plan),
      registry_(registry),
      models_(models),
      options_(std::move(options)),
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
}

Run::~Run() {
  pool_.reset();  // joins: nobody notifies an actor any more
  live_.clear();
  leaving_.clear();
  if (lock_ >= 0) ::close(lock_);
}

void Run::cancel() {
  cancel_ = true;
  const std::lock_guard lock(mutex_);
  ++events_;
  changed_.notify_all();
}

wf::Status Run::begin() {
  start_us_ = wall_us();
  start_steady_us_ = steady_us();
  if (options_.run_id.empty()) options_.run_id = make_run_id(start_us_);
  if (options_.record) options_.record->set_run_id(options_.run_id);
  const std::string runs = options_.home + "/runs";
  WF_TRY(make_folders(runs));
  folder_ = runs + "/" + options_.run_id;
  WF_TRY(make_folders(folder_));
  WF_ASSIGN(lock_, lock_file(folder_ + "/lock"));
  // What an earlier run left behind its commit point is rolled forward before anything is read.
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(runs, error)) {
    if (entry.path() == folder_ || !entry.is_directory()) continue;
    auto other = lock_file(entry.path().string() + "/lock");
    if (!other.ok()) continue;  // it is running
    const wf::Status recovered = recover_commits(entry.path().string(), registry_);
    if (recovered.ok()) remove_run_folder(entry.path().string());
    ::close(*other);
    WF_TRY(wf::Status(recovered));
  }
  pool_ = std::make_unique<Pool>(options_.threads);
  return {};
}

wf::Result<RunReport> Run::execute() {
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
      start_region(*live.region, live.attempt + 1);
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

// --- start conditions ---------------------------------------------------------------------------

void Run::decide_nodes() {
  while (!open_questions_.empty()) {
    const auto id = static_cast<size_t>(open_questions_.front());
    open_questions_.pop_front();
    asked_[id] = false;
    if (states_[id] == TaskState::pending && !ready_[id]) (void)decide(plan_.nodes[id]);
  }
}

/// decide() may answer otherwise than before.
void Run::look_again(int node) {
  const auto n = static_cast<size_t>(node);
  if (asked_[n] || decided_[n]) return;
  asked_[n] = true;
  open_questions_.push_back(node);
}

/// A node has ended: what waits for it is looked at again.
void Run::announce(int node) {
  const bool success = states_[static_cast<size_t>(node)] == TaskState::success;
  for (const int id : links_.dependents[static_cast<size_t>(node)]) {
    // One success of many cannot decide all_success, and a join may have very many.
    const bool is_last = success && --unsuccessful_[static_cast<size_t>(id)] == 0;
    const bool waits_for_all =
        plan_.nodes[static_cast<size_t>(id)].trigger == dag::TriggerRule::all_success;
    if (!success || is_last || !waits_for_all) look_again(id);
  }
  for (const int edge : links_.out[static_cast<size_t>(node)])
    look_again(plan_.edges[static_cast<size_t>(edge)].to);
}

void Run::set_ready(int node) {
  ready_[static_cast<size_t>(node)] = true;
  set_decided(node);
  for (const int edge : links_.out[static_cast<size_t>(node)])
    look_again(plan_.edges[static_cast<size_t>(edge)].to);
}

void Run::set_decided(int node) {
  if (decided_[static_cast<size_t>(node)]) return;
  decided_[static_cast<size_t>(node)] = true;
  const int region = plan_.nodes[static_cast<size_t>(node)].region;
  if (--undecided_[static_cast<size_t>(region)] == 0) startable_.insert(region);
}

/// True when the node is decided now: ready, skipped or upstream_failed.
bool Run::decide(const PlanNode& node) {
  const auto end = [&](TriggerAnswer answer, const std::string& why) {
    set_state(node.id,
              answer == TriggerAnswer::skip ? TaskState::skipped : TaskState::upstream_failed, why);
    return true;
  };
  std::vector<TaskState> read;
  const std::set<int> trigger_on(node.trigger_on.begin(), node.trigger_on.end());
  for (const int dep : node.after) {
    const TaskState state = states_[static_cast<size_t>(dep)];
    const bool by_rule = trigger_on.count(dep) > 0;
    if (by_rule) {
      read.push_back(state);
      continue;
    }
    const std::string& name = plan_.nodes[static_cast<size_t>(dep)].task;
    if (is_bad(state)) return end(TriggerAnswer::upstream_failed, name + " did not succeed");
    if (state == TaskState::skipped) return end(TriggerAnswer::skip, name + " was skipped");
    if (state != TaskState::success) return false;
  }
  TriggerAnswer answer = evaluate(node.trigger, read);
  if (answer == TriggerAnswer::wait) return false;
  if (answer != TriggerAnswer::run)
    return end(answer, "trigger rule " + std::string(dag::to_string(node.trigger)));
  answer = data_answer(node);
  if (answer == TriggerAnswer::wait) return false;
  if (answer != TriggerAnswer::run)
    return end(answer,
               answer == TriggerAnswer::skip ? "its input was skipped" : "its input failed");
  if (!node.when.empty()) {
    wf::Result<bool> holds = options_.condition ? options_.condition(node, template_values())
                                                : wf::internal_error("conditions are not set up");
    if (!holds.ok()) {
      set_state(node.id, TaskState::failed, "when: " + holds.error().message(),
                holds.error().code());
      return true;
    }
    if (!*holds) return end(TriggerAnswer::skip, "when: " + node.when);
  }
  auto by_model = model_answer(node);
  if (!by_model.ok()) {
    set_state(node.id, TaskState::failed, by_model.error().message(), by_model.error().code());
    return true;
  }
  if (*by_model == TriggerAnswer::skip)
    return end(TriggerAnswer::skip, "there is no such model yet");
  set_ready(node.id);
  return true;
}

/// Data inputs are always required: run when every required port has a producer left.
TriggerAnswer Run::data_answer(const PlanNode& node) const {
  bool waits = false, skips = false;
  for (size_t port = 0; port < node.inputs.size(); ++port) {
    int producers = 0, skipped = 0;
    for (const int id : links_.in[static_cast<size_t>(node.id)]) {
      const PlanEdge& e = plan_.edges[static_cast<size_t>(id)];
      if (e.to_port != static_cast<int>(port)) continue;
      ++producers;
      const auto from = static_cast<size_t>(e.from);
      if (is_bad(states_[from])) return TriggerAnswer::upstream_failed;
      if (states_[from] == TaskState::skipped)
        ++skipped;
      else if (e.kind == EdgeKind::materialised)
        waits = waits || states_[from] != TaskState::success;
      else
        waits = waits || (states_[from] == TaskState::pending && !ready_[from]);
    }
    const bool optional = port < node.input_optional.size() && node.input_optional[port];
    if (producers > 0 && skipped == producers && !optional) skips = true;
  }
  if (skips) return TriggerAnswer::skip;
  return waits ? TriggerAnswer::wait : TriggerAnswer::run;
}

wf::Result<TriggerAnswer> Run::model_answer(const PlanNode& node) {
  if (!node.model || node.kind != NodeKind::work) return TriggerAnswer::run;
  auto opened = model(node);
  if (opened.ok()) return TriggerAnswer::run;
  if (node.model->on_missing == dag::OnMissing::skip &&
      opened.error().code() == wf::Code::not_found)
    return TriggerAnswer::skip;
  return opened.error();
}

wf::Result<std::shared_ptr<const FittedModel>> Run::model(const PlanNode& node) {
  WF_ASSIGN(const wf::Value value, resolve(node.model->reference, template_values()));
  const std::string* reference = value.string();
  if (!reference) return wf::not_found("model of " + node.task + ": there is no version");
  auto& pinned = opened_[*reference];
  if (!pinned) {
    if (!models_) return wf::internal_error("no model registry is set up");
    WF_ASSIGN(pinned, models_->open(*reference));
  }
  for (const dag::PlanGroup& g : plan_.groups)
    if (g.task == node.model->group && g.text != pinned->group_text())
      return wf::invalid_data(pinned->version() + " was fitted with another group than `" + g.task +
                              "` was planned with; name the version in the DAG, or run again");
  return pinned;
}

wf::Result<RegionInputs::ApplyState> Run::apply_state(const PlanNode& node) {
  if (!node.model) return RegionInputs::ApplyState{};
  if (node.kind == NodeKind::apply) {
    for (const int dep : node.after)
      if (const PlanNode& fit = plan_.nodes[static_cast<size_t>(dep)];
          fit.kind == NodeKind::fit && fit.task == node.task) {
        const wf::Buffer& state = fitted_.at(fit.id);
        return RegionInputs::ApplyState{{state.as<char>(), state.size}, "", state.owner};
      }
    return wf::internal_error("no fit of " + node.task);
  }
  WF_ASSIGN(auto opened, model(node));
  const auto state = opened->state(node.model->member);
  if (state.data() == nullptr)
    return wf::invalid_data("model " + opened->version() + " has no state of '" +
                            node.model->member + "'");
  return RegionInputs::ApplyState{
      {reinterpret_cast<const char*>(state.data()), state.size()}, opened->version(), opened};
}

TemplateValues Run::template_values() {
  TemplateValues values;
  values.secret = options_.secret;
  values.version = [this](const std::string& task) -> wf::Result<wf::Value> {
    const auto found = versions_.find(task);
    return found == versions_.end() ? wf::Value() : wf::Value(found->second);
  };
  values.result = [this](const std::string& task, const std::string& key) -> wf::Result<wf::Value> {
    const auto node = by_name_.find(task);
    const TaskReport* report =
        node == by_name_.end() ? nullptr : &tasks_[static_cast<size_t>(node->second)];
    if (!report || report->state != TaskState::success) return wf::Value();
    wf::Value at(report->results);
    for (size_t start = 0; start < key.size();) {
      const size_t dot = std::min(key.find('.', start), key.size());
      const wf::Value* next = at.find(key.substr(start, dot - start));
      if (!next) return wf::not_found("the result of " + task + " has no '" + key + "'");
      at = wf::Value(*next);
      start = dot + 1;
    }
    return at;
  };
  return values;
}

void Run::set_state(int node, TaskState state, const std::string& reason, wf::Code code) {
  const bool ends = is_ended(state) && !is_ended(states_[static_cast<size_t>(node)]);
  states_[static_cast<size_t>(node)] = state;
  if (ends) {
    ++tasks_done_;
    set_decided(node);
    announce(node);
  }
  TaskReport& report = tasks_[static_cast<size_t>(node)];
  report.state = state;
  if (!reason.empty()) report.reason = reason;
  report.code = code;
  if (options_.record) options_.record->set_state(node, state, report.attempts);
  if (state == TaskState::failed && first_error_.empty()) {
    first_error_ = reason;
    first_code_ = code;
    failed_task_ = report.task;
  }
}

// --- regions
// --------------------------------------------------------------------------------------

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
  live.dead_letters = std::make_unique<DeadLetterFile>(options_.home + "/dead_letters/" +
                                                       plan_.dag + "/" + options_.run_id + "-" +
                                                       std::to_string(region.id) + ".jsonl");
  AttemptContext& context = live.context;
  context.dag = plan_.dag;
  context.run = options_.run_id;
  context.attempt = attempt;
  context.run_start_us = start_us_;
  context.threads = options_.threads;
  context.log = options_.log;
  context.sample_rows = options_.sample_rows;
  context.sources_stopped = sources_stopped_;
  context.dead_letters = live.dead_letters.get();
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
  inputs.done = [this, &live] {
    const std::lock_guard lock(mutex_);
    quiet_.push_back(&live);
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
  auto prepared = RegionAttempt::prepare(std::move(inputs), failed_node);
  if (!prepared.ok()) {
    region_failed(live, prepared.error(), failed_node);
    return;
  }
  live.run = std::move(*prepared);
  live.run->start();
}

void Run::region_ended(Live& live) {
  wf::Status status = live.run->end(spools_);
  keep_outcome(live);
  if (!status.ok()) return region_failed(live, status, live.run->failed_node());
  live.ended = true;
  for (const int id : live.active) {
    set_state(id, TaskState::success);
    if (plan_.nodes[static_cast<size_t>(id)].kind == NodeKind::fit)
      fitted_[id] = live.run->fitted_state();
  }
  if (const int64_t rows = live.dead_letters->rows(); rows > 0) {
    dead_letters_ += rows;
    dead_letter_files_.push_back(live.dead_letters->path());
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
  if (may_retry(live, status, node)) {
    const PlanNode& n = plan_.nodes[static_cast<size_t>(node)];
    double delay =
        static_cast<double>(n.retry_delay_us) * std::pow(n.retry_backoff, live.attempt - 1);
    if (n.max_retry_delay_us > 0)
      delay = std::min(delay, static_cast<double>(n.max_retry_delay_us));
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

wf::Status Run::store_version(const PlanNode& node) {
  if (!models_) return wf::internal_error("no model registry is set up");
  FittedGroup group;
  WF_ASSIGN(const wf::Value name, resolve(node.model->reference, template_values()));
  if (!name.string()) return wf::invalid_config("the model has no name");
  group.model = *name.string();
  group.dag = plan_.dag;
  group.run = options_.run_id;
  for (const dag::PlanGroup& g : plan_.groups)
    if (g.task == node.task) {
      group.group_text = g.text;
      group.group_source = g.source;
    }
  bool first = true;
  for (const int id : std::set<int>(node.after.begin(), node.after.end())) {  // in plan order
    const PlanNode& fit = plan_.nodes[static_cast<size_t>(id)];
    if (fit.kind != NodeKind::fit || fit.group != node.task) continue;
    const wf::Buffer& state = fitted_.at(fit.id);
    group.states.push_back({fit.model->member, fit.component.id, fit.component.version,
                            std::string(state.as<char>(), state.size)});
    if (const auto& results = tasks_[static_cast<size_t>(fit.id)].results; !results.empty())
      group.results.emplace_back(fit.model->member, wf::Value(results));
    for (const int edge : links_.in[static_cast<size_t>(fit.id)]) {
      const PlanEdge& e = plan_.edges[static_cast<size_t>(edge)];
      if (!first) continue;
      const auto& spool = spools_.at({e.from, e.from_port}).spool;
      batch::RowDigest digest;
      batch::Spool::Reader reader(spool);
      for (;;) {
        WF_ASSIGN(auto rows, reader.next());
        if (!rows) break;
        digest.update(*rows);
      }
      group.training_data = digest.hex();
      group.training_rows = spool->rows();
      // What the group is given, not what its estimator is.
      group.input = schema_into(plan_, node.task).value_or(spool->schema());
      first = false;
    }
    if (!fit.output_schemas.empty() && fit.output_schemas[0]) group.output = *fit.output_schemas[0];
  }
  WF_ASSIGN(const std::string version, models_->store(group));
  versions_[node.task] = version;
  tasks_[static_cast<size_t>(node.id)].version = version;
  return {};
}

// --- report
// ---------------------------------------------------------------------------------------

void Run::keep_outcome(Live& live) {
  for (const int id : live.active) {
    TaskReport& t = tasks_[static_cast<size_t>(id)];
    const TaskCounters& c = live.run->counters(id);
    const bool source = plan_.nodes[static_cast<size_t>(id)].component.kind == plugin::Kind::source;
    t.in = source ? c.read.load() : c.in.load();
    t.out = c.out;
    t.refused = c.refused;
    t.filtered = c.filtered;
    t.busy_us = c.busy_us;
    t.cpu_us = c.cpu_us;
    t.peak_memory = c.peak_memory;
    t.bytes_out = c.bytes_out;
    t.ended_us = c.ended_us > 0 ? c.ended_us - start_steady_us_ : steady_us() - start_steady_us_;
    if (c.started_us > 0) t.started_us = std::max<int64_t>(c.started_us - start_steady_us_, 1);
    t.results = live.run->outcome(id).results();
    t.metrics = live.run->outcome(id).metrics();
  }
  std::set<int> edges;
  for (const int id : live.active)
    for (const auto* of :
         {&links_.in[static_cast<size_t>(id)], &links_.out[static_cast<size_t>(id)]})
      edges.insert(of->begin(), of->end());
  for (const int id : edges) {
    EdgeReport& e = edges_[static_cast<size_t>(id)];
    if (!live.run->has_edge(e.edge)) continue;
    const EdgeCounters& c = live.run->edge(e.edge);
    const PlanEdge& plan = plan_.edges[static_cast<size_t>(e.edge)];
    if (live.active.count(plan.from)) {
      e.produced = c.produced;
      e.spilled = c.spilled;
      e.bytes = c.bytes;
      e.batches = c.batches;
      e.shed = c.shed;
    }
    if (live.active.count(plan.to)) {
      e.consumed = c.consumed;
      e.discarded = c.discarded;
    }
  }
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

RunReport Run::report() {
  RunReport r;
  r.run_id = options_.run_id;
  r.folder = folder_;
  r.cancelled = cancel_;
  r.start_us = start_us_;
  r.duration_us = steady_us() - start_steady_us_;
  for (size_t i = 0; i < states_.size(); ++i)
    if (!is_ended(states_[i]))
      set_state(static_cast<int>(i), TaskState::cancelled, "never started");
  r.success = !cancel_ && first_error_.empty() &&
              std::none_of(states_.begin(), states_.end(), [](TaskState s) { return is_bad(s); });
  r.error = first_error_;
  r.code = first_code_;
  r.failed_task = failed_task_;
  r.dead_letters = dead_letters_;
  r.dead_letter_files = dead_letter_files_;
  r.tasks = tasks_;
  r.edges = edges_;
  r.silent = silent_;
  if (silent_.empty()) {
    spools_.clear();
    remove_run_folder(folder_);
  }
  return r;
}

Progress Run::progress() const {
  Progress p;
  p.elapsed_us = steady_us() - start_steady_us_;
  p.tasks = static_cast<int>(states_.size());
  p.tasks_done = tasks_done_;
  for (const auto& live : live_) {
    if (live->ended || !live->run) continue;
    const int64_t read = live->run->read_bytes(), total = live->run->total_bytes();
    if (read >= 0 && total > 0) {
      p.read_bytes = std::max<int64_t>(p.read_bytes, 0) + read;
      p.total_bytes = std::max<int64_t>(p.total_bytes, 0) + total;
    }
    for (const int id : live->active)
      if (plan_.nodes[static_cast<size_t>(id)].component.kind == plugin::Kind::source)
        p.rows_read += live->run->counters(id).out;
    for (const std::string& name : live->run->busy_tasks())
      if (p.running.size() < 40) p.running += (p.running.empty() ? "" : ", ") + name;
  }
  return p;
}

}  // namespace weirflow::engine
