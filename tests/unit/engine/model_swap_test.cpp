// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Streams whose model follows its alias: versions change at barriers, for a whole group at once.

#include <chrono>
#include <iostream>
#include <random>
#include <thread>

#include "components.h"
#include "stream_components.h"

namespace weirflow::engine {
namespace {

using testing::world;

constexpr int64_t kFar = 1'000'000'000;  ///< between what two versions make of a number

class ModelSwapTest : public testing::EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    testing::reset_world();
    ASSERT_TRUE(registry_.add_builtin(testing::stream_components()).ok());
    options_.log = [this](const LogLine& line) {
      const std::lock_guard lock(mutex_);
      log_ += line.message + "\n";
    };
    write_group(0);
    for (int64_t version = 0; version < 2; ++version) fit(version);
    made_ = plan(std::string("[checkpoint]\ninterval = \"2ms\"\n") + R"(
      [task.in]
      uses = "stream.numbers"
      [task.scored]
      group = "group.toml"
      from = "in"
      mode = "apply"
      model = "m@champion"
      [task.out]
      uses = "stream.txn"
      from = "scored"
      with = { topic = "rows" })");
    ASSERT_TRUE(made_);
  }

  /// Two members: version v takes v * kFar away, in two parts.
  void write_group(int64_t shift) {
    write("group.toml", R"(
      [group]
      inputs  = { in = "shift.in" }
      outputs = { out = "second.out" }
      [task.shift]
      uses = "test.add"
      with = { by = )" + std::to_string(shift) +
                            R"( }
      [task.first]
      uses = "test.mean"
      from = "shift"
      [task.second]
      uses = "test.mean"
      from = "first")");
  }
  void fit(int64_t version) {
    const auto report = run(R"(
      [task.numbers]
      uses = "test.numbers"
      with = { rows = 1 }
      [task.far]
      uses = "test.add"
      from = "numbers"
      with = { by = )" + std::to_string(version * kFar) +
                            R"( }
      [task.model]
      group = "group.toml"
      from = "far"
      mode = "fit"
      model = "m")");
    ASSERT_TRUE(report.success) << report.error;
  }

  void TearDown() override {
    if (HasFailure()) std::cout << log_;
    EngineTest::TearDown();
  }

  RunReport start(const std::function<void(engine::Run&)>& meanwhile) {
    engine::Run run(*made_, registry_, &models_, options_);
    std::thread other([&] { meanwhile(run); });
    auto report = run.execute();
    other.join();
    EXPECT_TRUE(report.ok()) << report.status().to_string();
    return report.ok() ? *report : RunReport();
  }
  static void offer(int64_t more) {
    const std::lock_guard lock(world().mutex);
    world().available += more;
  }
  static std::vector<int64_t> committed() {
    const std::lock_guard lock(world().mutex);
    return world().committed["rows"];
  }
  static bool wait_for(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  bool logged(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return log_.find(text) != std::string::npos;
  }
  /// The version that made the committed row, which is number n.
  static int64_t version_of(int64_t row, int64_t n) { return (n - row) / kFar; }
  /// Every number once, by one of the versions; answers them.
  static std::vector<int64_t> versions() {
    std::vector<int64_t> versions, rows = committed();
    for (size_t n = 0; n < rows.size(); ++n) {
      versions.push_back(version_of(rows[n], static_cast<int64_t>(n)));
      EXPECT_EQ(rows[n], static_cast<int64_t>(n) - versions.back() * kFar);
    }
    return versions;
  }

  std::optional<dag::Plan> made_;
  std::mutex mutex_;
  std::string log_;
};

TEST_F(ModelSwapTest, APromotedVersionTakesOverBetweenTwoRows) {
  const RunReport report = start([&](engine::Run& run) {
    offer(1000);
    EXPECT_TRUE(wait_for([] { return committed().size() == 1000; }));
    models_.set_champion(1);
    // Also while nothing flows: the next row is the new version's.
    EXPECT_TRUE(wait_for([&] { return logged("m@1 works instead of m@0"); }));
    EXPECT_TRUE(wait_for([&] {
      offer(100);
      const auto rows = committed();
      return version_of(rows.back(), static_cast<int64_t>(rows.size()) - 1) == 1;
    }));
    run.stop();
  });
  EXPECT_TRUE(report.success) << report.error;
  const auto by = versions();
  EXPECT_TRUE(std::is_sorted(by.begin(), by.end()));
  EXPECT_EQ(by.front(), 0);
  EXPECT_EQ(by.back(), 1);
}

TEST_F(ModelSwapTest, AStartGoesOnWithTheVersionOfTheCheckpoint) {
  const auto until = [&](size_t rows) {
    return [&, rows](engine::Run& run) {
      offer(100);
      EXPECT_TRUE(wait_for([&] { return committed().size() == rows; }));
      run.stop();
    };
  };
  start(until(100));
  models_.set_champion(1);
  models_.lose_aliases(true);  // it is not followed for the time being
  start(until(200));
  EXPECT_TRUE(logged("m@0 goes on, m@champion cannot be followed: the aliases cannot be read"));
  EXPECT_EQ(versions(), std::vector<int64_t>(200, 0));
  models_.lose_aliases(false);
  start([&](engine::Run& run) {
    EXPECT_TRUE(wait_for([&] { return logged("m@1 works instead of m@0"); }));
    until(300)(run);
  });
  EXPECT_EQ(versions().back(), 1);
}

TEST_F(ModelSwapTest, AVersionThatDoesNotFitIsRefusedAndTheOldOneGoesOn) {
  write_group(7);
  fit(1);  // m@2, of another group
  models_.set_champion(2);
  models_.set_champion(0);
  start([&](engine::Run& run) {
    offer(100);
    EXPECT_TRUE(wait_for([] { return committed().size() == 100; }));
    models_.set_champion(2);
    EXPECT_TRUE(wait_for([&] { return logged("m@2 was fitted with another group"); }));
    offer(100);
    EXPECT_TRUE(wait_for([] { return committed().size() == 200; }));
    models_.set_champion(1);
    EXPECT_TRUE(wait_for([&] { return logged("m@1 works instead of m@0"); }));
    run.stop();
  });
  EXPECT_EQ(versions(), std::vector<int64_t>(200, 0));
}

TEST_F(ModelSwapTest, CutOffAnywhereWhileTheAliasMoves) {
  std::mt19937 random(3);
  for (int i = 0; i < 60; ++i) {
    options_.threads = 1 + static_cast<int>(random() % 4);
    const auto wait = std::chrono::microseconds(random() % 30'000);
    const size_t champion = random() % 2;
    const auto more = static_cast<int64_t>(random() % 400);
    start([&](engine::Run& run) {
      offer(more);
      std::this_thread::sleep_for(wait / 2);
      models_.set_champion(champion);
      std::this_thread::sleep_for(wait / 2);
      run.cancel();
    });
  }
  {
    const std::lock_guard lock(world().mutex);
    world().ends = true;
  }
  EXPECT_TRUE(run_plan(*made_).success);
  const auto by = versions();
  EXPECT_EQ(static_cast<int64_t>(by.size()), world().available);
  EXPECT_EQ(std::set<int64_t>(by.begin(), by.end()), (std::set<int64_t>{0, 1}));
}

}  // namespace
}  // namespace weirflow::engine
