// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// `weirflow run --isolate`: what is said when the worker process does not end by itself.

#include <csignal>
#include <fstream>
#include <thread>

#include "program.h"

namespace weirflow::cli {
namespace {

namespace fs = std::filesystem;

class IsolatedRun : public ::testing::Test {
 protected:
  void write(const std::string& how, int rows = 100, const std::string& more = "") {
    std::ofstream(folder_.path() / "dag.toml")
        << "[dag]\nname = \"ends\"\n\n[task.comments]\nuses = \"demo.comments\"\nwith = { rows = "
        << rows
        << " }\n\n[task.guilty]\nuses = \"ends.process\"\nfrom = \"comments\"\nretries = "
           "2\nretry_delay = \"1ms\"\n"
        << more << "with = { how = \"" << how
        << "\" }\n\n[task.out]\nuses = \"file.jsonl_sink\"\nfrom = \"guilty\"\n"
           "with = { path = \"out.jsonl\" }\n";
  }
  Ran run(const std::string& options = "--isolate") {
    const char* build = std::getenv("WEIRFLOW_BINARY_DIR");
    return shell("WEIRFLOW_HOME=home " + program() + " run dag.toml --plugins '" + build +
                     "/tests/worker_plugins' " + options,
                 folder_.path());
  }
  bool wrote() { return fs::exists(folder_.path() / "out.jsonl"); }
  TemporaryFolder folder_;
};

TEST_F(IsolatedRun, ARunThatEndsWellIsLikeAnyOther) {
  write("");
  const Ran ran = run();
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_NE(ran.out.find("succeeded"), std::string::npos) << ran.out;
  EXPECT_TRUE(wrote());
}

struct Way {
  std::string how, said;
};
class EachWay : public IsolatedRun, public ::testing::WithParamInterface<Way> {};

TEST_P(EachWay, NamesTheTask) {
  write(GetParam().how);
  const Ran ran = run();
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.out.find("weirflow: guilty failed: " + GetParam().said), std::string::npos)
      << ran.out;
  EXPECT_FALSE(wrote());
  if (GetParam().how == "exit") {
    EXPECT_NE(ran.out.find("last words"), std::string::npos) << ran.out;
    EXPECT_EQ(ran.out.find("statics destroyed"), std::string::npos) << ran.out;
  }

  // The next run finds nothing in its way.
  write("");
  EXPECT_EQ(run().code, 0);
  EXPECT_TRUE(wrote());
}
INSTANTIATE_TEST_SUITE_P(
    All, EachWay,
    ::testing::Values(Way{"segv", "crashed (signal 11, Segmentation fault)"},
                      Way{"abort", "crashed (signal 6, Aborted)"},
                      Way{"overflow", "crashed (signal 11, Segmentation fault)"},
                      Way{"exit", "ended the process by exit(7)"},
                      Way{"_exit", "the worker process ended with code 7 in the middle of the run"},
                      Way{"kill", "the worker process was killed (signal 9, Killed)"}),
    [](const auto& way) { return way.param.how; });

TEST_F(IsolatedRun, WithoutItTheEndIsStillSaid) {
  write("exit");
  Ran ran = run("");
  EXPECT_EQ(ran.code, 70) << ran.out;
  EXPECT_NE(ran.out.find("a component ended the process by exit(); `run --isolate` says which"),
            std::string::npos)
      << ran.out;
  EXPECT_EQ(ran.out.find("statics destroyed"), std::string::npos) << ran.out;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  write("segv");
  ran = run("");
  EXPECT_EQ(ran.code, 128 + SIGSEGV) << ran.out;
  EXPECT_NE(ran.out.find("a component crashed; `run --isolate` says which"), std::string::npos)
      << ran.out;
#endif
  EXPECT_FALSE(wrote());
}

TEST_F(IsolatedRun, TheResultIsAlsoJson) {
  write("segv");
  const Ran ran = run("--isolate --json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("\"state\": \"failed\""), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("\"task\": \"guilty\""), std::string::npos) << ran.out;
}

TEST_F(IsolatedRun, ATaskOfTheDagMayAskForIt) {
  write("segv", 100, "isolation = \"process\"\n");
  const Ran ran = run("");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.out.find("guilty failed: crashed"), std::string::npos) << ran.out;
}

TEST_F(IsolatedRun, AnErrorInTheDagIsTheWorkersToSay) {
  write("segw");
  const Ran ran = run();
  EXPECT_EQ(ran.code, 78) << ran.out;
  EXPECT_NE(ran.out.find("segv"), std::string::npos) << ran.out;
}

TEST_F(IsolatedRun, AStopSignalReachesTheWorker) {
  write("", 2'000'000'000);
  const char* build = std::getenv("WEIRFLOW_BINARY_DIR");
  // The row count of a run that is on its way shows that the worker has begun.
  const Ran ran = shell(
      "WEIRFLOW_HOME=home " + program() + " run dag.toml --isolate --plugins '" + build +
          "/tests/worker_plugins' & pid=$!; until ls home/runs/*/lock >/dev/null 2>&1; do :; done; "
          "kill -TERM $pid; wait $pid",
      folder_.path());
  EXPECT_EQ(ran.code, 130) << ran.out;
  EXPECT_NE(ran.out.find("cancelled"), std::string::npos) << ran.out;
  EXPECT_FALSE(wrote());
}

TEST_F(IsolatedRun, AWorkerEndsWithWhoStartedIt) {
  write("", 2'000'000'000);
  const char* build = std::getenv("WEIRFLOW_BINARY_DIR");
  const Ran ran =
      shell("WEIRFLOW_HOME=home " + program() + " run dag.toml --isolate --plugins '" + build +
                "/tests/worker_plugins' >/dev/null 2>&1 & pid=$!; "
                "until ls home/runs/*/lock >/dev/null 2>&1; do :; done; "
                "kill -KILL $pid; wait $pid; l=$(echo home/runs/*/lock); "
                "timeout 20 flock $l true || [ ! -e $l ] && echo gone",
            folder_.path());
  EXPECT_NE(ran.out.find("gone"), std::string::npos) << ran.out;
  EXPECT_FALSE(wrote());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(IsolatedRun, MemoryBeyondTheBudgetFailsTheTaskAlone) {
  write("memory");
  const Ran ran = run("--isolate --memory 64MiB");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.out.find("guilty failed: "), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("memory"), std::string::npos) << ran.out;
}
#endif

}  // namespace
}  // namespace weirflow::cli
