// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// The figures of a run, taken while it runs, and against its report when it has ended.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "components.h"
#include "engine/run_card.h"
#include "stream_components.h"

namespace weirflow::engine {
namespace {

using metrics::PluginMetric;
using metrics::Snapshot;
using metrics::TaskFigures;
using testing::world;

constexpr const char* kStream = R"([checkpoint]
interval = "2ms"
[task.a]
uses = "stream.numbers"
with = { first = 0, step = 1 }
[task.odd]
uses = "stream.odd"
from = "a"
with = { refuse = 11 }
[task.windows]
uses = "stream.windows"
from = "odd"
[task.rows]
uses = "stream.txn"
from = "odd"
with = { topic = "rows" }
[task.counts]
uses = "stream.txn"
from = "windows"
with = { topic = "counts" }
)";

class FiguresTest : public testing::EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    testing::reset_world();
    ASSERT_TRUE(registry_.add_builtin(testing::stream_components()).ok());
  }

  static const TaskFigures& task(const Snapshot& s, const std::string& name) {
    for (const TaskFigures& t : s.tasks)
      if (t.task == name) return t;
    ADD_FAILURE() << "no task " << name;
    return s.tasks.front();
  }

  /// Waits for a moment that the run's figures show, a minute at most.
  static bool comes(engine::Run& run, const std::function<bool(const Snapshot&)>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < until) {
      if (condition(run.figures())) return true;
      std::this_thread::yield();
    }
    return false;
  }

  static void expect_as_reported(const Snapshot& s, const RunReport& report) {
    ASSERT_EQ(s.tasks.size(), report.tasks.size());
    for (size_t i = 0; i < s.tasks.size(); ++i) {
      const TaskFigures& t = s.tasks[i];
      const TaskReport& r = report.tasks[i];
      EXPECT_EQ(t.task, r.task);
      EXPECT_EQ(t.state, to_string(r.state)) << t.task;
      EXPECT_EQ(t.attempts, r.attempts) << t.task;
      EXPECT_EQ(t.rows_in, r.in) << t.task;
      EXPECT_EQ(t.rows_out, r.out) << t.task;
      EXPECT_EQ(t.refused, r.refused) << t.task;
      EXPECT_EQ(t.filtered, r.filtered) << t.task;
      EXPECT_EQ(t.pending, 0) << t.task;
      EXPECT_EQ(t.cpu_us, r.cpu_us) << t.task;
      EXPECT_LE(t.busy_us, r.busy_us) << t.task;  // without what a source waited
      if (t.latency) {
        EXPECT_EQ(t.latency->count(), r.in) << t.task;
      }
    }
    ASSERT_EQ(s.edges.size(), report.edges.size());
    for (size_t i = 0; i < s.edges.size(); ++i) {
      EXPECT_EQ(s.edges[i].produced, report.edges[i].produced) << s.edges[i].from;
      EXPECT_EQ(s.edges[i].consumed, report.edges[i].consumed) << s.edges[i].from;
      EXPECT_EQ(s.edges[i].bytes, report.edges[i].bytes) << s.edges[i].from;
      EXPECT_EQ(s.edges[i].produced, s.edges[i].consumed + s.edges[i].discarded + s.edges[i].shed);
    }
    EXPECT_EQ(s.dead_letters, report.dead_letters);
    EXPECT_EQ(s.run, report.run_id);
    EXPECT_EQ(s.start_us, report.start_us);
  }

  /// No counter goes back between two snapshots of an attempt.
  static void expect_risen(const Snapshot& before, const Snapshot& now) {
    for (size_t i = 0; i < now.tasks.size(); ++i) {
      const TaskFigures &b = before.tasks[i], &n = now.tasks[i];
      if (b.attempts != n.attempts) continue;
      for (auto member : {&TaskFigures::rows_in, &TaskFigures::rows_out, &TaskFigures::refused,
                          &TaskFigures::batches_in, &TaskFigures::busy_us, &TaskFigures::idle_us,
                          &TaskFigures::pressured_us, &TaskFigures::cpu_us})
        EXPECT_LE(b.*member, n.*member) << n.task;
      EXPECT_GE(n.watermark_us.value_or(INT64_MAX), b.watermark_us.value_or(INT64_MIN)) << n.task;
    }
    if (before.checkpoints && now.checkpoints) {
      EXPECT_LE(before.checkpoints->epoch, now.checkpoints->epoch);
    }
  }
};

TEST_F(FiguresTest, OfAStreamBalanceWithItsReport) {
  const auto made = plan(kStream);
  ASSERT_TRUE(made);
  world().available = 2000;
  engine::Run run(*made, registry_, nullptr, options_);
  EXPECT_EQ(run.figures().state, "starting");
  EXPECT_EQ(task(run.figures(), "a").state, "pending");
  std::atomic<bool> ended{false};
  std::thread watcher([&] {
    Snapshot before = run.figures();
    while (!ended) {
      Snapshot now = run.figures();
      expect_risen(before, now);
      before = std::move(now);
    }
  });
  std::thread stopper([&] {
    // Of 2,000 rows 182 are refused; the last window is still open.
    EXPECT_TRUE(comes(run, [&](const Snapshot& s) {
      return task(s, "rows").rows_in == 1818 && s.checkpoints && s.checkpoints->committed > 1;
    }));
    EXPECT_TRUE(comes(run, [&](const Snapshot& s) {
      return task(s, "windows").watermark_us == 1'999'000'000 && task(s, "windows").timers == 1 &&
             task(s, "windows").memory > 0 && task(s, "a").watermark_us == 1'999'000'000;
    }));
    const Snapshot s = run.figures();
    EXPECT_EQ(s.state, "running");
    EXPECT_EQ(task(s, "a").state, "running");
    EXPECT_EQ(s.dag, "test");
    EXPECT_GT(s.process_memory, 1 << 20);
    EXPECT_GE(s.process_threads, 3);
    EXPECT_GT(s.process_cpu_us, 0);
    EXPECT_EQ(metrics::trouble(s), "");
    const std::lock_guard lock(world().mutex);
    world().ends = true;
  });
  const auto report = run.execute();
  stopper.join();
  ended = true;
  watcher.join();
  ASSERT_TRUE(report.ok() && report->success);
  const Snapshot s = run.figures();
  expect_as_reported(s, *report);
  EXPECT_EQ(s.state, "succeeded");
  EXPECT_EQ(task(s, "odd").refused, 182);
  EXPECT_EQ(s.dead_letters, 182);
  ASSERT_TRUE(s.checkpoints);
  EXPECT_EQ(s.checkpoints->epoch, world().epoch);
  EXPECT_EQ(s.checkpoints->committed, s.checkpoints->durations.count() + 1)  // epoch 0 has none
      << s.checkpoints->epoch;
  EXPECT_GE(s.checkpoints->duration_us.value_or(-1), s.checkpoints->barrier_us.value_or(0));
  EXPECT_TRUE(task(s, "windows").barrier_us);
  EXPECT_TRUE(task(s, "a").state_bytes);
}

TEST_F(FiguresTest, TimesAddUp) {
  const auto made = plan(kStream);
  ASSERT_TRUE(made);
  world().available = 3000;
  engine::Run run(*made, registry_, nullptr, options_);
  std::thread stopper([&] {
    EXPECT_TRUE(comes(run, [](const Snapshot& s) { return task(s, "rows").idle_us > 300'000; }));
    const std::lock_guard lock(world().mutex);
    world().ends = true;
  });
  const auto report = run.execute();
  stopper.join();
  ASSERT_TRUE(report.ok() && report->success);
  const Snapshot s = run.figures();
  for (size_t i = 0; i < s.tasks.size(); ++i) {
    const TaskFigures& t = s.tasks[i];
    const TaskReport& r = report->tasks[i];
    const int64_t all = t.busy_us + t.pressured_us + t.idle_us;
    EXPECT_GT(t.lanes, 0) << t.task;
    // A task without an end of its own, as a source, ends in both at the moment of asking.
    EXPECT_NEAR(static_cast<double>(all),
                static_cast<double>((r.ended_us - r.started_us) * t.lanes), 1e5 * t.lanes)
        << t.task;
    EXPECT_GE(all, t.busy_us);
  }
}

TEST_F(FiguresTest, WhoHoldsUpWhomIsSeen) {
  const auto made = plan(R"(
    [task.a]
    uses = "test.numbers"
    with = { rows = 1000000 }
    [task.stuck]
    uses = "test.stuck"
    from = "a"
    [task.keep]
    uses = "test.keep"
    from = "stuck"
    with = { name = "out" })");
  ASSERT_TRUE(made);
  engine::Run run(*made, registry_, nullptr, options_);
  std::thread watcher([&] {
    EXPECT_TRUE(comes(run, [](const Snapshot& s) {
      const auto full = [](const metrics::EdgeFigures& e) {
        // A batch may have been taken since it was full: of that the source is not told.
        return e.to == "stuck.in" && e.fill.value_or(0) > 0.9 && e.queued_rows.value_or(0) > 0;
      };
      return task(s, "a").pressured_us > 1000 && task(s, "stuck").busy_us > 1000 &&
             std::any_of(s.edges.begin(), s.edges.end(), full);
    }));
    // The call that does not come back counts as it goes on.
    const int64_t busy = task(run.figures(), "stuck").busy_us;
    EXPECT_TRUE(comes(run, [&](const Snapshot& s) {
      return task(s, "stuck").busy_us > busy + 1000 && task(s, "keep").busy_us == 0;
    }));
    run.cancel();
  });
  const auto report = run.execute();
  watcher.join();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(run.figures().state, "cancelled");
  EXPECT_EQ(metrics::trouble(run.figures()), "the run was cancelled");
}

TEST_F(FiguresTest, CheckpointsThatFailAreCounted) {
  const auto made = plan(kStream);
  ASSERT_TRUE(made);
  world().available = 100;
  world().faults["prepare is postponed"] = 2;
  world().faults["flush is postponed"] = 0;
  engine::Run run(*made, registry_, nullptr, options_);
  std::thread stopper([&] {
    EXPECT_TRUE(comes(run, [](const Snapshot& s) {
      return s.checkpoints && s.checkpoints->postponed > 0 && s.checkpoints->committed > 1;
    }));
    const std::lock_guard lock(world().mutex);
    world().ends = true;
  });
  const auto report = run.execute();
  stopper.join();
  ASSERT_TRUE(report.ok() && report->success);
  EXPECT_EQ(run.figures().checkpoints->postponed, 1);  // one checkpoint, asked three times
  EXPECT_EQ(run.figures().checkpoints->given_up, 0);
}

TEST_F(FiguresTest, OfARetryAreThoseOfTheLastAttempt) {
  const auto made = plan(R"(
    [task.a]
    uses = "test.numbers"
    with = { rows = 10000 }
    [task.fail]
    uses = "test.fail"
    from = "a"
    retries = 3
    retry_delay = "1ms"
    with = { at = 5000, times = 2, name = "figures", how = "unavailable" }
    [task.keep]
    uses = "test.keep"
    from = "fail"
    with = { name = "figures" })");
  ASSERT_TRUE(made);
  engine::Run run(*made, registry_, nullptr, options_);
  const auto report = run.execute();
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->success) << report->error;
  EXPECT_EQ(task(run.figures(), "fail").attempts, 3);
  expect_as_reported(run.figures(), *report);
}

TEST_F(FiguresTest, AnAddressIsFoundInTheFolder) {
  const auto made = plan(kStream);
  ASSERT_TRUE(made);
  options_.metrics_url = "http://127.0.0.1:9464";
  world().available = 10;
  engine::Run run(*made, registry_, nullptr, options_);
  std::thread stopper([&] {
    EXPECT_TRUE(comes(run, [](const Snapshot& s) { return task(s, "rows").rows_in > 0; }));
    const std::vector<FoundRun> found = find_runs(options_.home);
    EXPECT_EQ(found.size(), 1U);
    if (!found.empty()) {
      EXPECT_EQ(found[0].run, run.figures().run);
      EXPECT_EQ(found[0].card.pid, ::getpid());
      EXPECT_EQ(found[0].card.dag, "test");
      EXPECT_EQ(found[0].card.metrics_url, "http://127.0.0.1:9464");
      EXPECT_TRUE(found[0].alive);
    }
    const std::lock_guard lock(world().mutex);
    world().ends = true;
  });
  const auto report = run.execute();
  stopper.join();
  ASSERT_TRUE(report.ok() && report->success);
  EXPECT_TRUE(find_runs(options_.home).empty());
  // What is no card of a run is passed over.
  for (const char* run_folder : {"empty", "other", ".unnamed", "dead"})
    std::filesystem::create_directories(folder_ / "home/runs" / run_folder);
  write("home/runs/empty/lock", "");
  write("home/runs/other/lock", "[1, 2]");
  write("home/runs/.unnamed/lock", run_card({1, "x", 0, ""}));
  write("home/runs/dead/lock", run_card({INT32_MAX, "x\xff", 7, ""}));
  const std::vector<FoundRun> found = find_runs((folder_ / "home").string());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].run, "dead");
  EXPECT_FALSE(found[0].alive);
}

TEST(TaskOutcome, KeepsEachKindOfMetric) {
  TaskOutcome outcome;
  outcome.add_metric("rows", 2);
  outcome.add_metric("rows", 3);
  outcome.set_metric("lag", 7);
  outcome.set_metric("lag", 5);
  outcome.observe_metric("call_seconds", 0.02);
  outcome.observe_metric("call_seconds", 0.03);
  outcome.observe_metric("size", 100);
  const std::map<std::string, double> expected = {
      {"rows", 5},       {"lag", 5},       {"call_seconds_count", 2}, {"call_seconds_sum", 0.05},
      {"size_count", 1}, {"size_sum", 100}};
  EXPECT_EQ(outcome.metrics(), expected);
  for (const PluginMetric& m : outcome.figures()) {
    if (m.name == "rows") {
      EXPECT_EQ(m.kind, PluginMetric::Kind::counter);
    }
    if (m.name == "lag") {
      EXPECT_EQ(m.kind, PluginMetric::Kind::gauge);
    }
    if (m.name == "call_seconds") {
      EXPECT_EQ(m.histogram.bounds.front(), 0.00001);
    }
    if (m.name == "size") {
      EXPECT_EQ(*metrics::quantile(m.histogram, 1), 256);
    }
  }
  EXPECT_EQ(outcome.figures().size(), 4U);
}

}  // namespace
}  // namespace weirflow::engine
