// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_driver.h"

#include <algorithm>
#include <limits>

#include "cli/conditions.h"
#include "cli/golden_rows.h"
#include "core/text.h"

namespace weirflow::cli {

namespace {

/// Lines of the log that are kept for a case that fails.
constexpr size_t kMostSaid = 20;
/// Times that a clock may stop at on its way; a timer that sets itself anew never ends otherwise.
constexpr int64_t kMostStops = 100'000'000;

}  // namespace

wf::Result<std::string> GoldenModels::resolve(std::string_view reference) {
  auto own = own_.resolve(reference);
  return own.ok() ? std::move(own) : stored_.resolve(reference);
}

wf::Result<std::shared_ptr<const engine::FittedModel>> GoldenModels::open(
    std::string_view reference) {
  auto own = own_.open(reference);
  return own.ok() ? std::move(own) : stored_.open(reference);
}

GoldenDriver::GoldenDriver(GoldenRunner& runner, GoldenSuite& suite, const GoldenCase& test,
                           const GoldenFault* fault, GoldenBed& bed)
    : runner_(runner),
      suite_(suite),
      case_(test),
      fault_(fault),
      bed_(bed),
      scratch_("weirflow-test"),
      clock_(test.start_us) {}

GoldenDriver::~GoldenDriver() { stop(); }

bool GoldenDriver::prepare(GoldenDag& dag, const std::string& home, GoldenResult& result) {
  dag_ = &dag;
  const size_t before = suite_.diagnostics.errors();
  if (scratch_.path().empty()) {
    result.problems += "no folder for the run can be made\n";
    return false;
  }
  models_ = std::make_unique<GoldenModels>(home, scratch_.path().string());
  for (const GoldenStep& step : case_.steps) {
    wf::Batch& batch = rows_.emplace_back();
    if (step.kind != GoldenStep::Kind::rows) continue;
    const wf::SchemaPtr schema = bed_.schema(dag.sources.at(step.source.value));
    if (auto made = golden_batch(schema, step.rows, suite_.diagnostics)) batch = std::move(*made);
  }
  for (const GoldenSource& source : case_.sources) {
    const auto number = dag.sources.find(source.task.value);
    if (source.time.value.empty() || number == dag.sources.end()) continue;
    const wf::SchemaPtr schema = bed_.schema(number->second);
    const int column = schema->index_of(source.time.value);
    if (column >= 0 && schema->field(column).type == wf::Type::timestamp) continue;
    suite_.diagnostics
        .error("bad-test", source.time.range,
               column < 0 ? "there is no column `" + source.time.value + "`"
                          : "column `" + source.time.value + "` is " +
                                schema->field(column).type.to_string() + ", no timestamp")
        .hint = "its columns: " + schema->to_string();
  }
  if (fault_) {
    std::vector<std::string> names;
    for (const dag::PlanNode& node : dag.file->plan->nodes) {
      if (node.task == fault_->task && node.kind != dag::NodeKind::fit) fault_node_ = node.id;
      names.push_back(node.task);
    }
    if (fault_node_ < 0) {
      const auto near = nearest_name(fault_->task, names);
      result.problems += "--inject: the DAG has no task `" + fault_->task + "`" +
                         (near ? "; did you mean `" + *near + "`?" : "") + "\n";
    }
  }
  return suite_.diagnostics.errors() == before && result.problems.empty();
}

void GoldenDriver::play(GoldenResult& result) {
  bool goes_on = start(result);
  for (size_t i = 0; goes_on && i < case_.steps.size() && !over_; ++i) goes_on = step(i, result);
  if (goes_on && !over_ && case_.ends) goes_on = give_ends(result);
  stop();
  if (goes_on && fault_ && !fault_happened_)
    fail(case_.name.range,
         "the fault never happened: `" + fault_->task + "` was given " +
             std::to_string(rows_before_fault_.load()) + " rows, and the fault is at row " +
             std::to_string(fault_->at),
         result);
  const std::lock_guard lock(said_mutex_);
  result.said = said_;
  if (runner_.is_interrupted()) result.state = GoldenResult::State::interrupted;
  if (!report_.silent.empty()) result.state = GoldenResult::State::stuck;
}

bool GoldenDriver::start(GoldenResult& result) {
  engine::RunOptions options;
  options.home = scratch_.path().string();
  options.condition = evaluate_condition;
  options.threads = std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
  options.log = [this](const engine::LogLine& line) { note(line); };
  options.clock = &clock_;
  options.stillness = &bed_.stillness();
  if (fault_)
    options.before_rows = [this](int node, int64_t rows) { return before_rows(node, rows); };
  over_ = false;
  run_ = std::make_unique<engine::Run>(*dag_->file->plan, runner_.registry_, models_.get(),
                                       std::move(options));
  {
    const std::lock_guard lock(runner_.mutex_);
    runner_.at_work_ = run_.get();
    if (runner_.interrupted_) run_->cancel();
  }
  thread_ = std::thread([this] {
    auto report = run_->execute();
    if (report.ok())
      report_ = std::move(*report);
    else
      broken_ = report.error();
    over_ = true;
    run_->let_go();
  });
  return settle(result);
}

/// The run is cut off, or has ended: another goes on from its last checkpoint. What sources had
/// given behind it they give again, one step after the other.
bool GoldenDriver::again(GoldenResult& result) {
  stop();
  if (!report_.silent.empty() || !broken_.ok()) return false;
  bed_.take_back();
  if (!start(result)) return false;
  while (!over_ && bed_.give_again())
    if (!settle(result)) return false;
  return true;
}

void GoldenDriver::stop() {
  if (!run_) return;
  if (!over_) run_->cancel();
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(runner_.mutex_);
    runner_.at_work_ = nullptr;
  }
  // A component that does not come back must not be waited for: the process ends without it.
  if (report_.silent.empty())
    run_.reset();
  else
    (void)run_.release();
}

bool GoldenDriver::fail(dag::SourceRange range, std::string message, GoldenResult& result) {
  GoldenFinding finding;
  finding.range = range;
  finding.message = std::move(message);
  result.findings.push_back(std::move(finding));
  result.state = GoldenResult::State::failed;
  return false;
}

/// Until nothing moves, and no timer is due.
bool GoldenDriver::settle(GoldenResult& result) {
  for (int64_t stops = 0;; ++stops) {
    if (!settle_once(result)) return false;
    if (over_) break;
    const auto due = clock_.next_us();
    if (!due || *due > clock_.now_us()) break;
    if (stops == kMostStops)
      return fail(case_.name.range, "timers are due again and again at the same time", result);
    clock_.advance_to(clock_.now_us());
  }
  const bool crashed = fault_ && fault_happened_ && fault_->kind != GoldenFault::Kind::slow;
  if (!crashed || !over_ || std::exchange(fault_survived_, true)) return broken_.ok();
  return again(result);
}

bool GoldenDriver::settle_once(GoldenResult& result) {
  const std::chrono::milliseconds patience(std::max<int64_t>(suite_.file.patience_us / 1000, 1));
  if (bed_.stillness().wait(patience)) {
    if (!broken_.ok())
      return fail(case_.name.range, "the run could not begin: " + broken_.message(), result);
    return !runner_.is_interrupted();
  }
  if (runner_.is_interrupted()) return false;
  return fail(case_.name.range,
              "a step was not over after " + format_duration(suite_.file.patience_us) +
                  " ([test] patience)",
              result);
}

GoldenItem GoldenDriver::item_of(size_t at) {
  const GoldenStep& step = case_.steps[at];
  GoldenItem item;
  switch (step.kind) {
    case GoldenStep::Kind::watermark:
      item.kind = GoldenItem::Kind::watermark;
      item.watermark = step.us;
      return item;
    case GoldenStep::Kind::idle:
      item.kind = GoldenItem::Kind::idle;
      return item;
    case GoldenStep::Kind::end:
      item.kind = GoldenItem::Kind::end;
      return item;
    default:
      break;
  }
  item.rows = rows_[at];
  const auto source =
      std::find_if(case_.sources.begin(), case_.sources.end(),
                   [&](const GoldenSource& s) { return s.task.value == step.source.value; });
  const wf::ArrayPtr times = item.rows.find(source->time.value);
  if (source->time.value.empty() || !times) return item;
  auto [highest, first] =
      highest_.try_emplace(step.source.value, std::numeric_limits<int64_t>::min());
  for (int64_t i = 0; i < item.rows.rows(); ++i)
    if (!times->is_null(i))
      highest->second = std::max(highest->second, wf::NumericView<int64_t>(*times)[i]);
  if (highest->second != std::numeric_limits<int64_t>::min())
    item.watermark = highest->second - source->out_of_order;
  return item;
}

bool GoldenDriver::step(size_t at, GoldenResult& result) {
  const GoldenStep& step = case_.steps[at];
  switch (step.kind) {
    case GoldenStep::Kind::advance:
      return advance(clock_.now_us() + step.us, result);
    case GoldenStep::Kind::checkpoint:
      return checkpoint(step, result);
    case GoldenStep::Kind::crash:
      return again(result);
    default:
      break;
  }
  bed_.give(dag_->sources.at(step.source.value), item_of(at));
  return settle(result);
}

/// From timer to timer, each of which sees the time that it was set for.
bool GoldenDriver::advance(int64_t us, GoldenResult& result) {
  for (int64_t stops = 0; !over_; ++stops) {
    const auto next = clock_.next_us();
    if (!next || *next > us) break;
    if (stops == kMostStops) return fail(case_.name.range, "too many timers in one step", result);
    clock_.advance_to(*next);
    if (!settle(result)) return false;
  }
  clock_.advance_to(us);
  return settle(result);
}

bool GoldenDriver::checkpoint(const GoldenStep& step, GoldenResult& result) {
  const int64_t before = bed_.commits();
  run_->checkpoint();
  if (!settle(result)) return false;
  const bool open = std::any_of(dag_->sources.begin(), dag_->sources.end(),
                                [&](const auto& s) { return !bed_.has_ended(s.second); });
  if (over_ || !open || bed_.commits() > before) return true;
  return fail(step.range, "the checkpoint was not taken", result);
}

bool GoldenDriver::give_ends(GoldenResult& result) {
  for (const GoldenSource& source : case_.sources) {
    const auto number = dag_->sources.find(source.task.value);
    if (over_ || number == dag_->sources.end() || bed_.has_ended(number->second)) continue;
    GoldenItem item;
    item.kind = GoldenItem::Kind::end;
    bed_.give(number->second, std::move(item));
    if (!settle(result)) return false;
  }
  if (over_) return true;
  return fail(case_.name.range, "all replaced sources have ended, and the run goes on", result);
}

/// [worker]
wf::Status GoldenDriver::before_rows(int node, int64_t rows) {
  if (node != fault_node_ || fault_happened_) return {};
  const int64_t before = rows_before_fault_.fetch_add(rows);
  if (before + rows < fault_->at || fault_happened_.exchange(true)) return {};
  switch (fault_->kind) {
    case GoldenFault::Kind::crash:
      run_->cancel();
      return wf::cancelled("cut off by --inject");
    case GoldenFault::Kind::fail:
      return wf::unavailable("failed by --inject");
    case GoldenFault::Kind::slow:
      bed_.stillness().wait_for_others(std::chrono::seconds(1));
      break;
  }
  return {};
}

void GoldenDriver::note(const engine::LogLine& line) {
  if (line.level < wf::LogLevel::warning) return;
  const std::lock_guard lock(said_mutex_);
  if (said_.size() < kMostSaid) said_.push_back(line.task + ": " + line.message);
}

}  // namespace weirflow::cli
