// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Streams with checkpoints: starts that are cut off anywhere, faults at each step of the commit.

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <thread>

#include "components.h"
#include "core/virtual_clock.h"
#include "engine/checkpoint_store.h"
#include "stream_components.h"

namespace weirflow::engine {
namespace {

using testing::world;

constexpr const char* kHead = "[checkpoint]\ninterval = \"2ms\"\n";

std::string task(const std::string& name, const std::string& uses, const std::string& from,
                 const std::string& with = "") {
  return "[task." + name + "]\nuses = \"" + uses + "\"\n" +
         (from.empty() ? "" : "from = " + from + "\n") +
         (with.empty() ? "" : "with = { " + with + " }\n");
}

/// Two partitions, a refusing concurrent map, windows and a sum, three kinds of sinks.
const std::string kAll =
    kHead + task("a", "stream.numbers", "", "first = 0, step = 2") +
    task("b", "stream.numbers", "", "first = 1, step = 2") +
    task("odd", "stream.odd", R"(["a", "b"])", "refuse = 11") +
    task("windows", "stream.windows", "\"odd\"") + task("sum", "stream.sum", "\"odd\"") +
    task("rows", "stream.txn", "\"odd\"", "topic = \"rows\"") +
    task("counts", "stream.txn", "\"windows\"", "topic = \"counts\"") +
    task("sums", "stream.txn", "\"sum\"", "topic = \"sums\"") +
    task("shown", "stream.staged", "\"odd\"") + task("later", "stream.later", "\"odd\"");

class StreamTest : public testing::EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    testing::reset_world();
    const wf::Status added = registry_.add_builtin(testing::stream_components());
    ASSERT_TRUE(added.ok()) << added.message();
    // Printed with a test that fails.
    options_.log = [this](const LogLine& line) {
      const std::lock_guard lock(log_mutex_);
      log_ += line.task + ": " + line.message + "\n";
    };
  }
  void TearDown() override {
    if (HasFailure()) std::cout << log_;
    EngineTest::TearDown();
  }
  std::mutex log_mutex_;
  std::string log_;

  /// A start that is cut off after some time, as a crash would do it.
  RunReport start(
      const dag::Plan& plan, std::chrono::microseconds cut_after,
      const std::function<void(engine::Run&)>& cut = [](engine::Run& r) { r.cancel(); }) {
    engine::Run run(plan, registry_, &models_, options_);
    std::thread cutter([&] {
      std::this_thread::sleep_for(cut_after);
      cut(run);
    });
    auto report = run.execute();
    cutter.join();
    EXPECT_TRUE(report.ok()) << report.status().to_string();
    return report.ok() ? *report : RunReport();
  }
  /// Until the numbers that there are have ended.
  RunReport finish(const dag::Plan& plan) {
    {
      const std::lock_guard lock(world().mutex);
      world().ends = true;
    }
    return run_plan(plan);
  }

  static std::vector<int64_t> sorted(std::vector<int64_t> values) {
    std::sort(values.begin(), values.end());
    return values;
  }
  /// Everything exactly once, of numbers below `end` without multiples of 11.
  void expect_all(int64_t end) {
    std::vector<int64_t> rows, counts;
    int64_t sum = 0;
    std::map<int64_t, int64_t> by_window;
    for (int64_t n = 0; n < end; ++n) {
      if (n % 11 == 0) continue;
      rows.push_back(n);
      sum += n;
      ++by_window[n / 10];
    }
    for (const auto& [window, count] : by_window) counts.push_back(window * 1000 + count);
    EXPECT_EQ(sorted(world().committed["rows"]), rows);
    EXPECT_EQ(sorted(world().committed["counts"]), counts);
    EXPECT_EQ(world().committed["sums"], std::vector<int64_t>{sum});
    EXPECT_EQ(sorted(world().shown), rows);
    std::vector<int64_t> once = sorted(world().delivered);
    once.erase(std::unique(once.begin(), once.end()), once.end());
    EXPECT_EQ(once, rows);
    EXPECT_EQ(dead_letters(), (end + 10) / 11);
  }
  int64_t dead_letters() const {
    std::ifstream in(options_.home + "/dead_letters/test/0.jsonl");
    int64_t lines = 0;
    for (std::string line; std::getline(in, line);) ++lines;
    return lines;
  }
};

TEST_F(StreamTest, AllOfItOnceWithoutTrouble) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  world().available = 1000;
  const RunReport report = finish(*made);
  EXPECT_TRUE(report.success) << report.error;
  EXPECT_EQ(report.dead_letters, 91);
  expect_all(1000);
  ASSERT_FALSE(world().acknowledged.empty());
  EXPECT_EQ(world().epoch, static_cast<int64_t>(world().acknowledged.back()));
}

TEST_F(StreamTest, ATimerThatSetsTheNextNeedsNothingElseToWakeIt) {
  const auto made =
      plan("[checkpoint]\ninterval = \"1h\"\n" + task("a", "stream.numbers", "") +
           task("ticks", "stream.ticks", "\"a\"") + task("later", "stream.later", "\"ticks\""));
  ASSERT_TRUE(made);
  world().available = 1;
  engine::Run run(*made, registry_, nullptr, options_);
  std::thread runs([&] { EXPECT_TRUE(run.execute().ok()); });
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const auto ticks = [] {
    const std::lock_guard lock(world().mutex);
    return world().delivered.size();
  };
  // The sink is one behind: of five, four.
  while (ticks() < 4 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(ticks(), 4u);
  run.cancel();
  runs.join();
}

/// Nothing waits for real time here: an hour passes at once.
TEST_F(StreamTest, WithAClockOfItsOwnTimeStandsStillUntilItIsToldToGoOn) {
  const auto made =
      plan("[checkpoint]\ninterval = \"10m\"\n" + task("a", "stream.numbers", "") +
           task("ticks", "stream.ticks", "\"a\"") + task("later", "stream.later", "\"ticks\""));
  ASSERT_TRUE(made);
  world().available = 1;
  VirtualClock clock(1'000'000);
  options_.clock = &clock;
  engine::Run run(*made, registry_, nullptr, options_);
  std::thread runs([&] { EXPECT_TRUE(run.execute().ok()); });
  const auto wait = [&](const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return condition();
  };
  const auto next_is = [&](int64_t us) { return [&clock, us] { return clock.next_us() == us; }; };
  const auto commits = [] {
    const std::lock_guard lock(world().mutex);
    return world().acknowledged.size();
  };
  ASSERT_TRUE(wait(next_is(1'002'000)));  // the first tick, set when the row came
  for (const int64_t at : {1'002'000, 1'004'000, 1'006'000, 1'008'000}) {
    ASSERT_TRUE(wait(next_is(at)));
    clock.advance_to(at);
  }
  ASSERT_TRUE(wait(next_is(1'010'000)));
  clock.advance_to(1'010'000);
  ASSERT_TRUE(wait(next_is(601'000'000)));  // all ticks are over, what comes is the checkpoint
  EXPECT_EQ(commits(), 0u);
  clock.advance_to(601'000'000);
  EXPECT_TRUE(wait([&] { return commits() == 1; }));
  run.checkpoint();  // whatever the interval
  EXPECT_TRUE(wait([&] { return commits() == 2; }));
  run.cancel();
  runs.join();
}

TEST_F(StreamTest, CutOffAnywhereAndStartedAgain) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  std::mt19937 random(1);
  int64_t end = 0;
  for (int i = 0; i < 40; ++i) {
    end += static_cast<int64_t>(random() % 400);
    {
      const std::lock_guard lock(world().mutex);
      world().available = end;
    }
    options_.threads = 1 + static_cast<int>(random() % 4);
    start(*made, std::chrono::microseconds(random() % 25'000));
  }
  const RunReport report = finish(*made);
  EXPECT_TRUE(report.success) << report.error;
  expect_all(end);
}

TEST_F(StreamTest, StoppedBehindACheckpointNothingIsRepeated) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  int64_t end = 0;
  for (int i = 0; i < 5; ++i) {
    end += 300;
    {
      const std::lock_guard lock(world().mutex);
      world().available = end;
    }
    const RunReport report =
        start(*made, std::chrono::milliseconds(i * 4), [](engine::Run& r) { r.stop(); });
    EXPECT_TRUE(report.success && report.stopped) << report.error;
  }
  EXPECT_TRUE(finish(*made).success);
  expect_all(end);
}

struct Fault {
  std::string name;
  int times;
};
class EachFault : public StreamTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(EachFault, LosesAndDoublesNothing) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  world().available = 600;
  world().faults[GetParam().name] = GetParam().times;
  const RunReport first = start(*made, std::chrono::milliseconds(40));
  EXPECT_TRUE(first.cancelled) << first.error;
  {
    const std::lock_guard lock(world().mutex);
    world().available = 900;
    world().faults[GetParam().name] = GetParam().times;
  }
  const RunReport report = finish(*made);
  EXPECT_TRUE(report.success) << report.error;
  expect_all(900);
}
INSTANTIATE_TEST_SUITE_P(
    All, EachFault,
    ::testing::Values(Fault{"prepare is postponed", 3}, Fault{"prepare fails", 1},
                      Fault{"commit is lost", 1}, Fault{"commit is not heard", 1},
                      Fault{"process fails", 1}, Fault{"flush is postponed", 3},
                      Fault{"staging fails", 2}, Fault{"showing is postponed", 3}),
    [](const auto& fault) {
      std::string name = fault.param.name;
      std::replace(name.begin(), name.end(), ' ', '_');
      return name;
    });

TEST_F(StreamTest, ThreeCheckpointsThatFailInARowFailTheRun) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  world().available = 100;
  world().faults["staging fails"] = 1000;
  const RunReport report = finish(*made);
  EXPECT_FALSE(report.success);
  EXPECT_NE(report.error.find("3 checkpoints in a row failed, the last one: shown: no space"),
            std::string::npos)
      << report.error;
}

TEST_F(StreamTest, ALastingFaultOfTheCommitFailsTheRun) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  world().available = 100;
  world().faults["commit is lost"] = 1000;
  const RunReport report = finish(*made);
  EXPECT_FALSE(report.success);
  EXPECT_NE(report.error.find("no answer"), std::string::npos) << report.error;
}

TEST_F(StreamTest, ProcessingTimersFireWithoutRowsAndGoOnAfterACrash) {
  const auto made =
      plan(kHead + task("a", "stream.numbers", "") + task("ticks", "stream.ticks", "\"a\"") +
           task("told", "stream.txn", "\"ticks\"", "topic = \"ticks\""));
  ASSERT_TRUE(made);
  world().available = 1;  // and no more
  const auto ticks = [] {
    const std::lock_guard lock(world().mutex);
    return world().committed["ticks"];
  };
  for (int tries = 0; tries < 200 && ticks().size() < 5; ++tries)
    start(*made, std::chrono::milliseconds(5 + 3 * tries));
  EXPECT_EQ(ticks(), (std::vector<int64_t>{1, 2, 3, 4, 5}));
}

TEST_F(StreamTest, WithoutACommitterThatDecidesTheManifestIs) {
  const auto made =
      plan(kHead + task("a", "stream.numbers", "") + task("shown", "stream.staged", "\"a\"") +
           task("later", "stream.later", "\"a\""));
  ASSERT_TRUE(made);
  std::mt19937 random(2);
  int64_t end = 0;
  for (int i = 0; i < 25; ++i) {
    end += static_cast<int64_t>(random() % 300);
    {
      const std::lock_guard lock(world().mutex);
      world().available = end;
    }
    start(*made, std::chrono::microseconds(random() % 15'000));
  }
  EXPECT_TRUE(finish(*made).success);
  std::vector<int64_t> all;
  for (int64_t n = 0; n < end; ++n) all.push_back(n);
  EXPECT_EQ(sorted(world().shown), all);
}

TEST_F(StreamTest, BehindItsEndAStreamGoesOnWithWhatIsNew) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  world().available = 100;
  EXPECT_TRUE(finish(*made).success);
  EXPECT_EQ(world().committed["rows"].size(), 90U);
  world().available = 200;
  EXPECT_TRUE(finish(*made).success);
  EXPECT_EQ(world().committed["rows"].size(), 181U);
  EXPECT_EQ(world().committed["sums"].size(), 2U) << "sums begin anew";
}

class DamagedTest : public StreamTest {
 protected:
  /// Runs the whole, then damages its last checkpoint.
  void damage(const dag::Plan& made) {
    auto store = CheckpointStore::open(options_.home, "test", "0");
    ASSERT_TRUE(store.ok());
    for (int tries = 0; committed(**store) < 2; ++tries) {
      ASSERT_LT(tries, 100);
      {
        const std::lock_guard lock(world().mutex);
        world().available = std::min<int64_t>(world().available + 20, 200);
      }
      start(made, std::chrono::milliseconds(20));
    }
    world().available = 200;
    std::ofstream(last_.path + "/manifest.json", std::ios::app) << "x";
  }
  /// How many; the newest is last_.
  size_t committed(const CheckpointStore& store) {
    const auto all = store.list();
    size_t count = 0;
    if (all.ok())
      for (const CheckpointStore::Listed& l : *all) {
        if (!l.committed || l.epoch == 0) continue;
        last_ = l;
        ++count;
      }
    return count;
  }
  wf::Status refused(const dag::Plan& made) {
    engine::Run run(made, registry_, nullptr, options_);
    const auto report = run.execute();
    if (!report.ok()) return report.status();
    return report->success ? wf::Status() : wf::Status(report->code, report->error);
  }
  CheckpointStore::Listed last_;
};

TEST_F(DamagedTest, ACommittedOneIsRefusedWithTheChoices) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  damage(*made);
  world().ends = true;
  const wf::Status status = refused(*made);
  const std::string epoch = std::to_string(last_.epoch);
  EXPECT_NE(status.message().find("checkpoint " + epoch + " is the last that was committed"),
            std::string::npos)
      << status.message();
  EXPECT_NE(status.message().find("--from-checkpoint " + std::to_string(last_.epoch - 1) +
                                  " --accept-duplicates"),
            std::string::npos)
      << status.message();
  options_.recovery.from_checkpoint = std::to_string(last_.epoch - 1);
  EXPECT_NE(refused(*made).message().find("add --accept-duplicates"), std::string::npos);
  options_.recovery.accept_duplicates = true;
  EXPECT_TRUE(refused(*made).ok());
  std::vector<int64_t> once = sorted(world().committed["rows"]);
  once.erase(std::unique(once.begin(), once.end()), once.end());
  EXPECT_EQ(once.size(), 181U);
}

TEST_F(DamagedTest, FromNothingOnRequest) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  damage(*made);
  world().ends = true;
  options_.recovery.from_checkpoint = "none";
  options_.recovery.accept_duplicates = true;
  EXPECT_TRUE(refused(*made).ok());
  EXPECT_GE(world().committed["rows"].size(), 181U);
}

TEST_F(DamagedTest, WithoutSinksThatCommitTheOneBeforeIsUsed) {
  const auto made =
      plan(kHead + task("a", "stream.numbers", "") + task("later", "stream.later", "\"a\""));
  ASSERT_TRUE(made);
  damage(*made);
  std::string said;
  options_.log = [&](const LogLine& line) { said += line.message + "\n"; };
  EXPECT_TRUE(finish(*made).success);
  EXPECT_NE(said.find("the checkpoint before it is used"), std::string::npos) << said;
}

TEST_F(StreamTest, ASecondStartNamesTheFirst) {
  const auto made = plan(kAll);
  ASSERT_TRUE(made);
  auto store = CheckpointStore::open(options_.home, "test", "0");
  ASSERT_TRUE(store.ok() && (*store)->lock().ok());
  engine::Run run(*made, registry_, nullptr, options_);
  const wf::Status status = run.execute().status();
  EXPECT_EQ(status.code(), wf::Code::conflict);
  EXPECT_NE(status.message().find("this DAG is running already, in process " +
                                  std::to_string(::getpid())),
            std::string::npos)
      << status.message();
}

TEST_F(StreamTest, StateOfATaskThatIsGoneIsNotDroppedSilently) {
  const auto before =
      plan(kHead + task("a", "stream.numbers", "") + task("sum", "stream.sum", "\"a\"") +
           task("later", "stream.later", "\"sum\""));
  const auto after =
      plan(kHead + task("a", "stream.numbers", "") + task("later", "stream.later", "\"a\""));
  ASSERT_TRUE(before && after);
  world().available = 50;
  start(*before, std::chrono::microseconds(0), [](engine::Run& run) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    const auto kept = [] {
      const std::lock_guard lock(world().mutex);
      return !world().acknowledged.empty();
    };
    while (!kept() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    run.cancel();
  });
  world().ends = true;
  RunReport report = run_plan(*after);
  EXPECT_FALSE(report.success);
  EXPECT_NE(report.error.find("holds state of sum (stream.sum), which the DAG has not any more"),
            std::string::npos)
      << report.error;
  options_.recovery.allow_dropped_state = true;
  report = run_plan(*after);
  EXPECT_TRUE(report.success) << report.error;
}

}  // namespace
}  // namespace weirflow::engine
