// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "weirflow/abi/entry.h"
#include "weirflow/testing/harness.hpp"

extern "C" const wf_entry* wf_plugin_entry_v1(void);

namespace weirflow::run {
namespace {

using wf::Value;
using wf::testing::Harness;

class CommandTest : public ::testing::Test {
 protected:
  wf::Status run(Value::Table config) {
    WF_TRY(harness.start(std::move(config)));
    return harness.act();
  }
  wf::Status shell(const std::string& script, Value::Table more = {}) {
    Value::Table config{{"program", "sh"}, {"args", Value::List{"-c", script}}};
    for (auto& item : more) config.push_back(std::move(item));
    return run(std::move(config));
  }
  Harness harness{wf_plugin_entry_v1()->components[0]};
};

TEST_F(CommandTest, LogsLinesAndTellsTheExitCode) {
  ASSERT_TRUE(shell("echo one; printf two").ok());
  EXPECT_EQ(harness.host().logs(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(harness.result("exit_code"), Value(0));
  EXPECT_EQ(harness.result("stdout"), Value()) << "only when asked for";
}

TEST_F(CommandTest, ArgumentsMayBeNumbers) {
  ASSERT_TRUE(run({{"program", "echo"},
                   {"args", Value::List{"--rows", 10, 0.5, true}},
                   {"keep_stdout", 100}})
                  .ok());
  EXPECT_EQ(harness.result("stdout"), Value("--rows 10 0.5 true\n"));
}

TEST_F(CommandTest, AnArgumentWithoutTextIsAnError) {
  const wf::Status status = run({{"program", "echo"}, {"args", Value::List{"a", Value()}}});
  EXPECT_EQ(status.code(), wf::Code::invalid_config);
  EXPECT_NE(status.message().find("args[1]"), std::string::npos) << status.message();
}

TEST_F(CommandTest, AFailureSaysWhy) {
  const wf::Status status = shell("echo before; echo 'cannot do it' >&2; exit 4");
  EXPECT_EQ(status.code(), wf::Code::io_error);
  EXPECT_EQ(status.retry(), wf::Status::Retry::by_code);
  EXPECT_EQ(status.message(), "`sh` ended with exit code 4: cannot do it");
  EXPECT_EQ(harness.result("exit_code"), Value(4));
}

TEST_F(CommandTest, ASignalIsAFailure) {
  const wf::Status status = shell("kill -KILL $$");
  EXPECT_EQ(status.message(), "`sh` was ended by signal 9 (Killed)");
  EXPECT_EQ(harness.result("exit_code"), Value(137));
}

TEST_F(CommandTest, ExitCodesMeanWhatTheTaskSays) {
  EXPECT_TRUE(shell("exit 99", {{"ok", Value::List{0, 99}}}).ok());
  EXPECT_EQ(harness.result("exit_code"), Value(99));
}

TEST_F(CommandTest, SomeExitCodesAreWorthARetry) {
  EXPECT_EQ(shell("exit 75", {{"retry", Value::List{75}}}).retry(), wf::Status::Retry::yes);
  EXPECT_EQ(shell("exit 74", {{"retry", Value::List{75}}}).retry(), wf::Status::Retry::no);
}

TEST_F(CommandTest, TheEnvironmentIsTheTasks) {
  setenv("WEIRFLOW_SECRET_X", "hidden", 1);
  setenv("FROM_OUTSIDE", "outside", 1);
  ASSERT_TRUE(shell("echo "
                    "$WEIRFLOW_DAG/$WEIRFLOW_TASK/$WEIRFLOW_RUN/$WEIRFLOW_ATTEMPT/$N/"
                    "$WEIRFLOW_SECRET_X/$FROM_OUTSIDE",
                    {{"env", Value::Table{{"N", 3}}}, {"keep_stdout", 200}})
                  .ok());
  EXPECT_EQ(harness.result("stdout"), Value("test/task/run/1/3//outside\n"));
}

TEST_F(CommandTest, ACleanEnvironmentHasLittle) {
  setenv("FROM_OUTSIDE", "outside", 1);
  ASSERT_TRUE(
      shell("echo \"$FROM_OUTSIDE/$LANG\"",
            {{"clean_env", true}, {"env", Value::Table{{"LANG", "C"}}}, {"keep_stdout", 200}})
          .ok());
  EXPECT_EQ(harness.result("stdout"), Value("/C\n"));
}

TEST_F(CommandTest, InputFolderAndEndOfOutput) {
  ASSERT_TRUE(
      shell("pwd; cat", {{"stdin", "from the task"}, {"cwd", "/usr"}, {"keep_stdout", 8}}).ok());
  EXPECT_EQ(harness.result("stdout"), Value("the task"));
}

TEST_F(CommandTest, CancelStopsIt) {
  ASSERT_TRUE(
      harness.start({{"program", "sh"}, {"args", Value::List{"-c", "echo ready; exec sleep 1000"}}})
          .ok());
  std::thread canceller([&] {
    while (harness.host().logs().empty()) std::this_thread::yield();
    harness.cancel();
  });
  const auto start = std::chrono::steady_clock::now();
  const wf::Status status = harness.act();
  canceller.join();
  EXPECT_EQ(status.code(), wf::Code::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(100));
}

TEST_F(CommandTest, TheTimeLimitIsATimeout) {
  const wf::Status status = shell("exec sleep 1000", {{"time_limit", int64_t{20'000}}});
  EXPECT_EQ(status.code(), wf::Code::timeout);
  EXPECT_EQ(status.message(), "`sh` was stopped after its time limit of 0.02 s");
}

TEST_F(CommandTest, WrongConfigurationIsSaidAtPlan) {
  const auto code = [&](Value::Table config) {
    Harness h(wf_plugin_entry_v1()->components[0]);
    return h.start(std::move(config)).code();
  };
  EXPECT_EQ(code({}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"program", ""}}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"program", "sh"}, {"env", Value::Table{{"A=B", "c"}}}}),
            wf::Code::invalid_config);
  EXPECT_EQ(code({{"program", "sh"}, {"ok", Value::List{256}}}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"program", "sh"}, {"retry", Value::List{-1}}}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"program", "no-such-program"}}), wf::Code::ok)
      << "only the machine that runs it must have it";
}

TEST_F(CommandTest, AProgramThatIsNotThereIsNotFound) {
  EXPECT_EQ(run({{"program", "no-such-program"}}).code(), wf::Code::not_found);
}

}  // namespace
}  // namespace weirflow::run
