// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// kill -9 of the whole program at every step of a commit and of a publication.

#include <csignal>

#include "kill_at.h"
#include "training.h"

namespace weirflow::faults {
namespace {

/// More steps than any of these runs has.
constexpr int kMostSteps = 400;

/// Each step; under a sanitizer, where a run takes long, every third.
#ifdef __SANITIZE_ADDRESS__
constexpr int kStride = 3;
#else
constexpr int kStride = 1;
#endif

constexpr const char* kTwoSinks = R"([dag]
name = "two"
[task.rows]
uses = "file.csv"
with = { path = "in.csv" }
[task.one]
uses = "file.csv_sink"
from = "rows"
with = { path = "one.csv" }
[task.two]
uses = "file.csv_sink"
from = "rows"
with = { path = "two.csv" }
)";

TEST(KillAtEachStep, OfACommitOfTwoSinks) {
  const Folder folder;
  folder.write("copy.toml", kCopyDag);
  folder.write("two.toml", kTwoSinks);
  folder.write("in.csv", numbers(1000));
  ASSERT_EQ(shell(folder, "$W plugins list").code, 0);  // the libraries are inspected beforehand
  int old = 0, rolled_forward = 0, step = 1;
  for (;; ++step) {
    ASSERT_LT(step, kMostSteps);
    folder.write("one.csv", "old\n");
    folder.write("two.csv", "old\n");
    const KilledRun run = run_killed_at(folder, {"run", "-q", "two.toml"}, step);
    if (!run.killed) {
      EXPECT_EQ(run.ran.code, 0) << run.ran.out;
      break;
    }
    EXPECT_EQ(run.ran.code, 128 + SIGKILL);
    const auto one = folder.read("one.csv"), two = folder.read("two.csv");
    for (const auto& file : {one, two})
      EXPECT_TRUE(file == "old\n" || file == numbers(1000)) << "half a file at step " << step;
    // The next run, of whatever DAG, ends the commit or finds that there was none.
    const Ran next = shell(folder, "$W run -q copy.toml");
    EXPECT_EQ(next.code, 0) << "step " << step << ": " << next.out;
    const auto after = folder.read("one.csv");
    EXPECT_EQ(after, folder.read("two.csv")) << "one of two sinks at step " << step;
    EXPECT_TRUE(after == "old\n" || after == numbers(1000)) << step;
    if (one == numbers(1000)) {
      EXPECT_EQ(after, one);
    }
    (after == "old\n" ? old : rolled_forward) += 1;
    for (const std::string& name : folder.unfinished()) fs::remove(folder / name);
  }
  // Both sides of the commit point were met, the one in front of it at each of the prepares.
  EXPECT_GE(old, 4);
  EXPECT_GE(rolled_forward, 3);
  EXPECT_EQ(folder.read("one.csv"), numbers(1000));
  EXPECT_EQ(folder.read("two.csv"), numbers(1000));
}

TEST(KillAtEachStep, OfAFitAndItsPublication) {
  int step = 1;
  for (;; step += kStride) {
    ASSERT_LT(step, kMostSteps);
    const Folder folder;
    const Training training(folder);
    const KilledRun run = run_killed_at(folder, {"run", "-q", "train.toml"}, step);
    training.expect_sound();
    if (!run.killed) {
      EXPECT_EQ(run.ran.code, 0) << run.ran.out;
      break;
    }
    training.expect_run_publishes();
    if (::testing::Test::HasFailure()) FAIL() << "killed at step " << step;
  }
  EXPECT_GE(step, 10);
}

/// The same where a champion is there already: it is the old one or the new one.
TEST(KillAtEachStep, OfAFurtherPublication) {
  const Folder folder;
  const Training training(folder);
  training.expect_run_publishes();
  const std::string rows = folder.read("fruit.csv").value_or("");
  for (int step = 1;; step += kStride) {
    ASSERT_LT(step, kMostSteps);
    folder.write("fruit.csv", rows + "a bitter melon " + std::to_string(step) + ",1\n");
    const KilledRun run = run_killed_at(folder, {"run", "-q", "train.toml"}, step);
    training.expect_sound();
    const Ran champion = shell(folder, "$W model show fruit@champion");
    ASSERT_EQ(champion.code, 0) << "killed at step " << step << ": " << champion.out;
    if (!run.killed) {
      EXPECT_EQ(run.ran.code, 0) << run.ran.out;
      break;
    }
  }
  training.expect_run_publishes();
}

}  // namespace
}  // namespace weirflow::faults
