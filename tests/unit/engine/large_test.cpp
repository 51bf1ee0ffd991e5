// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// More tasks than attempts may be at work at a time, lines longer than a chain may be, and when an
// actor that is idle may be destroyed.

#include <future>
#include <numeric>

#include "components.h"
#include "engine/actor.h"

namespace weirflow::testing {
namespace {

using engine::TaskState;

std::string action(int i, const std::string& keys) {
  return "[task.t" + std::to_string(i) + "]\nuses = \"test.set\"\n" + keys;
}

/// `count` actions, and one after all of them under `trigger`.
std::string join(int count, const std::string& trigger) {
  std::string text, all;
  for (int i = 0; i < count; ++i) {
    text += action(i, "");
    all += (all.empty() ? "\"t" : ", \"t") + std::to_string(i) + "\"";
  }
  return text + action(count, "after = [" + all + "]\ntrigger = \"" + trigger + "\"\n");
}

int64_t successes(const engine::RunReport& report) {
  return std::count_if(report.tasks.begin(), report.tasks.end(),
                       [](const auto& t) { return t.state == TaskState::success; });
}

TEST_F(EngineTest, MoreActionsThanMayBeAtWork) {
  for (const char* trigger : {"all_success", "all_done", "one_success"}) {
    const auto report = run(join(700, trigger));
    ASSERT_TRUE(report.success) << report.error;
    EXPECT_EQ(successes(report), 701) << trigger;
  }
}

TEST_F(EngineTest, ALongSequenceEndsInOrder) {
  std::string text;
  for (int i = 0; i < 600; ++i)
    text += action(i, i == 0 ? "" : "after = \"t" + std::to_string(i - 1) + "\"\n");
  const auto report = run(text);
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_EQ(successes(report), 600);
  for (size_t i = 1; i < report.tasks.size(); ++i)
    EXPECT_GE(report.tasks[i].started_us, report.tasks[i - 1].ended_us) << i;
}

TEST_F(EngineTest, ALineLongerThanAChain) {
  options_.threads = 3;
  std::string text = R"(
    [task.t0]
    uses = "test.numbers"
    with = { rows = 50, batch = 7 }
)";
  for (int i = 1; i <= 300; ++i)
    text += "[task.t" + std::to_string(i) + "]\nuses = \"test.add\"\nfrom = \"t" +
            std::to_string(i - 1) + "\"\n";
  text += "[task.keep]\nuses = \"test.keep\"\nfrom = \"t300\"\nwith = { name = \"out\" }\n";
  const auto report = run(text);
  ASSERT_TRUE(report.success) << report.error;
  std::vector<int64_t> expected(50);
  std::iota(expected.begin(), expected.end(), 300);
  EXPECT_EQ(rows_of("out"), expected);
}

/// Says when it has begun, and stays until it is let go.
class Gate final : public engine::Actor {
 public:
  using Actor::Actor;
  std::promise<void> begun, go;

 protected:
  void run() override {
    begun.set_value();
    go.get_future().wait();
  }
};

TEST(PoolTest, AMomentPassesWhenItsCallsHaveEnded) {
  std::promise<void> quiet;
  engine::Activity activity([&] { quiet.set_value(); });
  engine::Pool pool(2);
  EXPECT_TRUE(pool.has_passed(pool.now()));
  Gate gate(&pool, activity);
  gate.notify();
  gate.begun.get_future().wait();
  const engine::Pool::Moment inside = pool.now();
  EXPECT_FALSE(pool.has_passed(inside));
  gate.go.set_value();
  quiet.get_future().wait();
  while (!pool.has_passed(inside)) std::this_thread::yield();
  EXPECT_TRUE(pool.has_passed(pool.now()));
}

}  // namespace
}  // namespace weirflow::testing
