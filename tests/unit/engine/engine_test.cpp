// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Shapes of graphs, conservation, refusals, fits: what a run does with rows.

#include <algorithm>
#include <numeric>

#include "components.h"

namespace weirflow::testing {
namespace {

using engine::TaskState;

std::vector<int64_t> range(int64_t from, int64_t to, int64_t step = 1) {
  std::vector<int64_t> values;
  for (int64_t i = from; i < to; i += step) values.push_back(i);
  return values;
}
std::vector<int64_t> sorted(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

TEST_F(EngineTest, AChainKeepsTheOrderOnSeveralLanes) {
  options_.threads = 4;
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 5000, batch = 7 }
    [task.one]
    uses = "test.add"
    from = "numbers"
    [task.two]
    uses = "test.add"
    from = "one"
    with = { by = 10 }
    [task.keep]
    uses = "test.keep"
    from = "two"
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out"), range(11, 5011));
}

TEST_F(EngineTest, FanOutGivesEveryReaderEveryRow) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 100 }
    [task.a]
    uses = "test.keep"
    from = "numbers"
    with = { name = "a" }
    [task.odd]
    uses = "test.odd"
    from = "numbers"
    [task.b]
    uses = "test.keep"
    from = "odd"
    with = { name = "b" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("a"), range(0, 100));
  EXPECT_EQ(rows_of("b"), range(1, 100, 2));
}

TEST_F(EngineTest, UnionOfRoutesLosesNothing) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 1000 }
    [task.parts]
    uses = "test.split3"
    from = "numbers"
    [task.keep]
    uses = "test.keep"
    from = ["parts.a", "parts.b", "parts.c"]
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(sorted(rows_of("out")), range(0, 1000));
}

TEST_F(EngineTest, AComponentMayAskToBeCalledAgain) {
  options_.queue.batches = 1;
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 50, batch = 5 }
    [task.double]
    uses = "test.double"
    from = "numbers"
    [task.keep]
    uses = "test.keep"
    from = "double"
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out").size(), 100u);
}

TEST_F(EngineTest, DoneEndsItsSourceAndTheRestIsDiscarded) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 1000000 }
    [task.first]
    uses = "test.first"
    from = "numbers"
    with = { rows = 5 }
    [task.keep]
    uses = "test.keep"
    from = "first"
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out"), range(0, 5));
  EXPECT_LT(report.tasks[0].out, 1000000);
  EXPECT_EQ(report.edges[0].produced, report.edges[0].consumed + report.edges[0].discarded);
}

TEST_F(EngineTest, OrderAfterADataEdgeMaterialisesIt) {
  // numbers -> x, numbers -> y, y after x: a queue would deadlock.
  const auto text = R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 100000, batch = 100 }
    [task.x]
    uses = "test.sum"
    from = "numbers"
    [task.y]
    uses = "test.keep"
    from = "numbers"
    after = ["x"]
    with = { name = "y" })";
  options_.queue.batches = 1;
  const auto made = plan(text);
  ASSERT_TRUE(made);
  const auto& edges = made->edges;
  EXPECT_EQ(std::count_if(edges.begin(), edges.end(),
                          [](const auto& e) { return e.kind == dag::EdgeKind::materialised; }),
            1);
  const auto report = run_plan(*made);
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("y"), range(0, 100000));
}

TEST_F(EngineTest, AFitReadsItsSpoolAndIsAppliedInTheSameDag) {
  write("group.toml", R"(
    [group]
    inputs  = { in = "shift.in" }
    outputs = { out = "mean.out" }
    [task.shift]
    uses = "test.add"
    with = { by = 100 }
    [task.mean]
    uses = "test.mean"
    from = "shift")");
  const auto text = R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 11 }
    [task.model]
    group = "group.toml"
    from = "numbers"
    mode = "fit"
    model = "m"
    [task.check]
    group = "group.toml"
    from = "numbers"
    mode = "apply"
    model = "{{ tasks.model.version }}"
    [task.keep]
    uses = "test.keep"
    from = "check"
    with = { name = "out" })";
  const auto report = run(text);
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out"), range(-5, 6));
  ASSERT_EQ(models_.stored.size(), 1u);
  EXPECT_EQ(models_.stored[0].training_rows, 11);
  const std::string digest = models_.stored[0].training_data;
  options_.threads = 1;
  options_.queue.batches = 1;
  ASSERT_TRUE(run(text).success);
  EXPECT_EQ(models_.stored[1].training_data, digest);
}

TEST_F(EngineTest, AUnionBeforeAFitIsReadInListOrder) {
  write("group.toml", R"(
    [group]
    inputs  = { in = "mean.in" }
    outputs = { out = "mean.out" }
    [task.mean]
    uses = "test.mean")");
  std::string digest;
  for (const int threads : {1, 2, 4}) {
    options_.threads = threads;
    options_.queue.batches = threads == 4 ? 64 : 1;
    const auto report = run(R"(
      [task.numbers]
      uses = "test.numbers"
      with = { rows = 3000, batch = 11 }
      [task.parts]
      uses = "test.split3"
      from = "numbers"
      [task.model]
      group = "group.toml"
      from = ["parts.c", "parts.a", "parts.b"]
      mode = "fit"
      model = "m")");
    ASSERT_TRUE(report.success) << report.error;
    if (digest.empty()) digest = models_.stored.back().training_data;
    EXPECT_EQ(models_.stored.back().training_data, digest) << threads;
  }
}

TEST_F(EngineTest, RefusedRowsReachTheErrorsOutput) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 10 }
    [task.odd]
    uses = "test.odd"
    from = "numbers"
    with = { refuse = [3, 4] }
    [task.good]
    uses = "test.keep"
    from = "odd"
    with = { name = "good" }
    [task.bad]
    uses = "test.keep"
    from = "odd.errors"
    with = { name = "bad" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("good"), (std::vector<int64_t>{1, 5, 7, 9}));
  EXPECT_EQ(rows_of("bad").size(), 2u);
}

TEST_F(EngineTest, RefusedRowsFollowThePolicy) {
  const auto text = [](const char* policy) {
    return std::string(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 10 }
    [task.odd]
    uses = "test.odd"
    from = "numbers"
    with = { refuse = [3] }
    on_error = ")") +
           policy + R"("
    [task.keep]
    uses = "test.keep"
    from = "odd"
    with = { name = "out" })";
  };
  auto report = run(text("skip"));
  EXPECT_TRUE(report.success);
  EXPECT_EQ(report.dead_letters, 0);
  report = run(text("dead_letter"));
  EXPECT_TRUE(report.success);
  EXPECT_EQ(report.dead_letters, 1);
  ASSERT_EQ(report.dead_letter_files.size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(report.dead_letter_files[0]));
  report = run(text("fail"));
  EXPECT_FALSE(report.success);
  EXPECT_NE(report.error.find("n is 3"), std::string::npos) << report.error;
  EXPECT_EQ(report.code, wf::Code::invalid_data);
}

TEST_F(EngineTest, AComponentThatLosesRowsIsFound) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    [task.liar]
    uses = "test.liar"
    from = "numbers"
    [task.keep]
    uses = "test.keep"
    from = "liar"
    with = { name = "out" })");
  EXPECT_FALSE(report.success);
  EXPECT_NE(report.error.find("liar: passed 10 rows, but put out 6"), std::string::npos)
      << report.error;
}

TEST_F(EngineTest, ASampleCountsTheRestAsFiltered) {
  options_.sample_rows = 4;
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 1000 }
    [task.keep]
    uses = "test.keep"
    from = "numbers"
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out"), range(0, 4));
}

TEST_F(EngineTest, SourcesStopInTimeAndTheirRowsGoToTheEnd) {
  options_.until_us = 30'000;
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 1000000000000 }
    [task.sum]
    uses = "test.sum"
    from = "numbers"
    [task.keep]
    uses = "test.keep"
    from = "sum"
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out").size(), 1u);
  EXPECT_GE(report.duration_us, 30'000);
  EXPECT_GT(report.tasks[0].out, 0);
  EXPECT_EQ(report.tasks[0].out, report.tasks[1].in);
}

TEST_F(EngineTest, AnEmptySourceEndsEverything) {
  const auto report = run(R"(
    [task.numbers]
    uses = "test.numbers"
    with = { rows = 0 }
    [task.sum]
    uses = "test.sum"
    from = "numbers"
    [task.keep]
    uses = "test.keep"
    from = "sum"
    with = { name = "out" })");
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(rows_of("out"), std::vector<int64_t>{0});
}

}  // namespace
}  // namespace weirflow::testing
