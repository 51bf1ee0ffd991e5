// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Ctrl-C, once and twice, and kill -9 while a file is being written.

#include <sys/stat.h>
#include <sys/syscall.h>

#include <chrono>
#include <csignal>

#include "support.h"

namespace weirflow::faults {
namespace {

/// More rows than any machine writes before it is stopped.
constexpr const char* kEndless = R"([dag]
name = "endless"
[task.rows]
uses = "demo.comments"
with = { rows = 1000000000 }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "out.csv" }
)";

/// True once a file with bytes stands under its hidden name.
bool is_writing(const Folder& folder) {
  return wait_until([&] {
    for (const std::string& name : folder.unfinished())
      if (fs::file_size(folder / name) > 0) return true;
    return false;
  });
}

void expect_next_run_works(const Folder& folder) {
  folder.write("copy.toml", kCopyDag);
  folder.write("in.csv", numbers(100));
  const Ran next = shell(folder, "$W run -q copy.toml");
  EXPECT_EQ(next.code, 0) << next.out;
  EXPECT_EQ(folder.read("out.csv"), numbers(100));
}

TEST(Interrupt, CommitsNothingAndSays130) {
  for (const int number : {SIGINT, SIGTERM}) {
    const Folder folder;
    folder.write("endless.toml", kEndless);
    folder.write("out.csv", "before\n");
    Process process(folder, {"run", "endless.toml"});
    ASSERT_TRUE(is_writing(folder)) << process.wait().out;
    process.signal(number);
    const Ran ran = process.wait();
    EXPECT_EQ(ran.code, 130) << ran.out;
    EXPECT_TRUE(ran.says("the run was cancelled; nothing that was not committed yet is kept"))
        << ran.out;
    EXPECT_EQ(folder.read("out.csv"), "before\n");
    EXPECT_TRUE(folder.unfinished().empty());
    expect_next_run_works(folder);
  }
}

/// A task that hears nothing: it waits for somebody to write into a pipe.
class Deaf : public ::testing::Test {
 protected:
  Deaf() {
    folder_.write("deaf.toml", R"([dag]
name = "deaf"
[task.first]
uses = "run.command"
with = { program = "touch", args = ["begun"] }
[task.rows]
uses = "file.csv"
after = ["first"]
with = { path = "pipe", select = ["n"], columns = { n = "int64" } }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "out.csv" }
)");
    ::mkfifo((folder_ / "pipe").c_str(), 0600);
  }
  /// The sink is open, and the source is opening its pipe.
  [[nodiscard]] bool has_begun(const Process& process) const {
    return wait_until(
        [&] { return !folder_.unfinished().empty() && process.is_inside(SYS_openat); });
  }
  Folder folder_;
};

TEST_F(Deaf, IsNamedAfterASecond) {
  Process process(folder_, {"run", "deaf.toml"});
  ASSERT_TRUE(has_begun(process)) << process.wait().out;
  process.signal(SIGINT);
  const Ran ran = process.wait();
  EXPECT_EQ(ran.code, 130) << ran.out;
  EXPECT_TRUE(ran.says("did not stop within a second: rows")) << ran.out;
  EXPECT_FALSE(folder_.read("out.csv"));
  expect_next_run_works(folder_);
}

TEST_F(Deaf, EndsAtOnceAtTheSecondSignal) {
  Process process(folder_, {"run", "deaf.toml"});
  ASSERT_TRUE(has_begun(process)) << process.wait().out;
  // Two signals of one number that are both pending are one.
  process.signal(SIGINT);
  process.signal(SIGTERM);
  const Ran ran = process.wait();
  EXPECT_EQ(ran.code, 130) << ran.out;
  EXPECT_FALSE(ran.says("did not stop within a second")) << ran.out;
  EXPECT_FALSE(folder_.read("out.csv"));
  expect_next_run_works(folder_);
}

TEST(Kill, LeavesNothingThatLooksWhole) {
  const Folder folder;
  folder.write("endless.toml", kEndless);
  folder.write("out.csv", "before\n");
  Process process(folder, {"run", "endless.toml"});
  ASSERT_TRUE(is_writing(folder)) << process.wait().out;
  process.signal(SIGKILL);
  EXPECT_EQ(process.wait().code, 128 + SIGKILL);
  EXPECT_EQ(folder.read("out.csv"), "before\n");
  // What was left is no input of a glob either.
  EXPECT_FALSE(folder.unfinished().empty());
  folder.write("glob.toml", R"([dag]
name = "glob"
[task.rows]
uses = "file.csv"
with = { path = "*out*" }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "globbed.csv" }
)");
  const Ran globbed = shell(folder, "rm -f output; $W run -q glob.toml");
  EXPECT_EQ(globbed.code, 0) << globbed.out;
  EXPECT_EQ(folder.read("globbed.csv"), "before\n") << globbed.out;
  expect_next_run_works(folder);
  EXPECT_TRUE(folder.unfinished().empty()) << "the next writer of out.csv removes what was left";
}

}  // namespace
}  // namespace weirflow::faults
