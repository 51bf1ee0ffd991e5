// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What a run does when tasks fail, are skipped, take too long or are cancelled.

#include <thread>

#include "components.h"

namespace weirflow::testing {
namespace {

using engine::TaskState;

constexpr const char* kFailing = R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 20 }
    [task.fail]
    uses = "test.fail"
    from = "numbers"
    retries = 2
    retry_delay = "1ms"
    with = { name = "f", at = 7, times = TIMES, how = "HOW" }
    [task.keep]
    uses = "test.keep"
    from = "fail"
    with = { name = "out" }
    [task.then]
    uses = "test.set"
    after = ["keep"]
    with = { value = 1 }
    [task.else]
    uses = "test.set"
    after = ["keep"]
    trigger = "one_failed"
    with = { value = 2 }
)";

std::string failing(int times, const std::string& how = "unavailable") {
  std::string text = kFailing;
  text.replace(text.find("TIMES"), 5, std::to_string(times));
  text.replace(text.find("HOW"), 3, how);
  return text;
}

TEST_F(EngineTest, ARegionIsRetriedAsAWhole) {
  const auto report = run(failing(2));
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out").size(), 20u);
  EXPECT_EQ(report.tasks[1].attempts, 3);
  EXPECT_EQ(state(report, "then"), TaskState::success);
  EXPECT_EQ(state(report, "else"), TaskState::skipped);
}

TEST_F(EngineTest, RetriesRunOut) {
  const auto report = run(failing(3));
  EXPECT_FALSE(report.success);
  EXPECT_EQ(report.failed_task, "fail");
  EXPECT_EQ(report.error, "not now");
  EXPECT_EQ(state(report, "keep"), TaskState::upstream_failed);
  EXPECT_EQ(state(report, "numbers"), TaskState::cancelled);
  EXPECT_EQ(state(report, "then"), TaskState::upstream_failed);
  EXPECT_EQ(state(report, "else"), TaskState::success);
}

TEST_F(EngineTest, WhatCannotWorkIsNotRetried) {
  const auto report = run(failing(1, "config"));
  EXPECT_FALSE(report.success);
  EXPECT_EQ(report.tasks[1].attempts, 1);
}

TEST_F(EngineTest, WhatSaysSoItselfIsNotRetried) {
  const auto report = run(failing(1, "final"));
  EXPECT_FALSE(report.success);
  EXPECT_EQ(report.error, "never");
  EXPECT_EQ(report.tasks[1].attempts, 1);
}

TEST_F(EngineTest, AnExceptionIsAnError) {
  const auto report = run(failing(9, "throw"));
  EXPECT_FALSE(report.success);
  EXPECT_NE(report.error.find("thrown"), std::string::npos);
}

TEST_F(EngineTest, ResultsReachLaterTasks) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 5 }
    [task.sum]
    uses = "test.sum"
    from = "numbers"
    [task.whole]
    uses = "test.set"
    with = { value = "{{ tasks.sum.result }}" }
    [task.text]
    uses = "test.set"
    with = { value = "sum is {{ tasks.sum.result.sum }}" }
    [task.skipped]
    uses = "test.set"
    after = ["sum"]
    trigger = "all_failed"
    [task.of_skipped]
    uses = "test.set"
    trigger = "all_done"
    after = ["skipped"]
    with = { value = "{{ tasks.skipped.result.value }}" })");
  ASSERT_TRUE(report.success) << report.error;
  for (const auto& t : report.tasks) {
    const wf::Value results(t.results);
    if (t.task == "whole") {
      EXPECT_EQ(*results.find("value"),
                wf::Value(wf::Value::Table{{"sum", wf::Value(int64_t{10})}}));
    } else if (t.task == "text") {
      EXPECT_EQ(*results.find("value"), wf::Value("sum is 10"));
    } else if (t.task == "of_skipped") {
      EXPECT_TRUE(results.find("value")->is_null());
    }
  }
}

TEST_F(EngineTest, SkippedProducersSkipTheirReaders) {
  const auto report = run(R"(
    [task.a]
    uses = "test.set"
    [task.never]
    uses = "test.numbers"
    after = ["a"]
    trigger = "all_failed"
    [task.keep]
    uses = "test.keep"
    from = "never"
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(state(report, "never"), TaskState::skipped);
  EXPECT_EQ(state(report, "keep"), TaskState::skipped);
}

TEST_F(EngineTest, ATaskThatTakesTooLongIsStopped) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    [task.stuck]
    uses = "test.stuck"
    from = "numbers"
    timeout = "50ms"
    [task.keep]
    uses = "test.keep"
    from = "stuck"
    with = { name = "out" })");
  EXPECT_FALSE(report.success);
  EXPECT_EQ(report.failed_task, "stuck");
  EXPECT_EQ(report.code, wf::Code::timeout);
  EXPECT_TRUE(report.silent.empty());
}

TEST_F(EngineTest, CancelEndsARunWithinASecond) {
  const auto made = plan(R"(
    [task.numbers]
    uses = "test.numbers"
    [task.stuck]
    uses = "test.stuck"
    from = "numbers"
    [task.keep]
    uses = "test.keep"
    from = "stuck"
    with = { name = "out" })");
  ASSERT_TRUE(made);
  engine::Run run(*made, registry_, &models_, options_);
  std::thread stopper([&] { run.cancel(); });
  const auto start = std::chrono::steady_clock::now();
  auto report = run.execute();
  stopper.join();
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->cancelled);
  EXPECT_FALSE(report->success);
  EXPECT_TRUE(report->silent.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST_F(EngineTest, AResultOverTheLimitIsRefused) {
  const auto report = run("[task.big]\nuses = \"test.set\"\nwith = { value = \"" +
                          std::string(70000, 'x') + "\" }\n");
  EXPECT_FALSE(report.success);
}

TEST_F(EngineTest, MissingModelsFailOrSkip) {
  write("group.toml", R"(
    [group]
    inputs  = { in = "mean.in" }
    outputs = { out = "mean.out" }
    [task.mean]
    uses = "test.mean")");
  const auto text = [](const std::string& missing) {
    return R"(
    [task.numbers]
    uses = "test.numbers"
    [task.scored]
    group = "group.toml"
    from = "numbers"
    mode = "apply"
    model = "nothing@champion"
    )" + missing +
           R"(
    [task.keep]
    uses = "test.keep"
    from = "scored"
    with = { name = "out" })";
  };
  auto report = run(text(""));
  EXPECT_FALSE(report.success);
  EXPECT_NE(report.error.find("no model nothing@champion"), std::string::npos);
  report = run(text("on_missing = \"skip\""));
  EXPECT_TRUE(report.success) << report.error;
  EXPECT_EQ(state(report, "keep"), TaskState::skipped);
}

}  // namespace
}  // namespace weirflow::testing
