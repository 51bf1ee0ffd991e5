// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Disks that are full. kLimited makes each file end at 64 KiB (`ulimit -f`), which every machine
// can do; full_disk_test.cpp has the same on a small file system.

#include "support.h"
#include "training.h"

namespace weirflow::faults {
namespace {

constexpr const char* kLimited = "ulimit -f 128; ";  // blocks of 512 bytes

class Disk : public ::testing::Test {
 protected:
  Disk() {
    folder_.write("copy.toml", kCopyDag);
    folder_.write("in.csv", numbers(50'000));
  }
  Folder folder_;
};

TEST_F(Disk, SinkThatCannotGrow) {
  folder_.write("out.csv", "before\n");
  const Ran ran = shell(folder_, kLimited + std::string("$W run -q copy.toml"));
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("written failed: ")) << ran.out;
  EXPECT_TRUE(ran.says("/out.csv: writing failed: File too large")) << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), "before\n");
  EXPECT_TRUE(folder_.unfinished().empty());
  EXPECT_EQ(shell(folder_, "$W run -q copy.toml").code, 0);
  EXPECT_EQ(folder_.read("out.csv"), numbers(50'000));
}

TEST_F(Disk, CompressedSinkThatCannotGrow) {
  folder_.write("noise.toml", R"([dag]
name = "noise"
[task.rows]
uses = "demo.comments"
with = { rows = 20000 }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "out.csv.gz" }
)");
  const Ran ran = shell(folder_, kLimited + std::string("$W run -q noise.toml"));
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("/out.csv.gz: writing failed: File too large")) << ran.out;
  EXPECT_FALSE(folder_.read("out.csv.gz"));
  EXPECT_TRUE(folder_.unfinished().empty());
}

TEST_F(Disk, OneOfTwoSinksThatCannotGrow) {
  folder_.write("two.toml", R"([dag]
name = "two"
[task.rows]
uses = "file.csv"
with = { path = "in.csv" }
[task.few]
uses = "flow.limit"
from = "rows"
with = { rows = 3 }
[task.small]
uses = "file.csv_sink"
from = "few"
with = { path = "small.csv" }
[task.large]
uses = "file.csv_sink"
from = "rows"
with = { path = "large.csv" }
)");
  // The larger file fails while it is written; the other one at the commit, when it is flushed and
  // the small file is prepared already.
  for (const int rows : {50'000, 20'000}) {
    folder_.write("in.csv", numbers(rows));
    const Ran ran = shell(folder_, kLimited + std::string("$W run -q two.toml"));
    EXPECT_EQ(ran.code, 1) << ran.out;
    EXPECT_TRUE(ran.says("large failed: ")) << ran.out;
    EXPECT_FALSE(folder_.read("small.csv"));
    EXPECT_FALSE(folder_.read("large.csv"));
    EXPECT_TRUE(folder_.unfinished().empty()) << rows;
  }
  EXPECT_EQ(shell(folder_, "$W run -q two.toml").code, 0);
  EXPECT_EQ(folder_.read("small.csv"), numbers(3));
  EXPECT_EQ(folder_.read("large.csv"), numbers(20'000));
}

TEST_F(Disk, FullDevice) {
  const Ran ran = shell(folder_, "$W run -q copy.toml --set params.output=/dev/full");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("written failed: /dev/full: writing failed: No space left on device"))
      << ran.out;
}

/// Rows that go to disk between two phases, or because a sort holds more than its memory.
TEST_F(Disk, SpoolAndSpillThatCannotGrow) {
  folder_.write("spool.toml", R"([dag]
name = "spool"
[task.rows]
uses = "file.csv"
with = { path = "in.csv" }
[task.first]
uses = "run.command"
after = ["counted"]
with = { program = "true" }
[task.counted]
uses = "flow.count"
from = "rows"
[task.kept]
uses = "file.csv_sink"
from = "rows"
after = ["first"]
with = { path = "out.csv" }
)");
  const Ran ran = shell(folder_, kLimited + std::string("$W run -q spool.toml"));
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("File too large")) << ran.out;
  EXPECT_TRUE(ran.says("/.weirflow/runs/")) << ran.out;
  EXPECT_FALSE(folder_.read("out.csv"));
  const Ran next = shell(folder_, "$W run -q spool.toml");
  EXPECT_EQ(next.code, 0) << next.out;
  EXPECT_EQ(folder_.read("out.csv"), numbers(50'000));
}

TEST_F(Disk, RegistryThatCannotGrow) {
  const Training training(folder_);
  const Ran ran = shell(folder_, "ulimit -f 1; $W run -q train.toml");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("File too large")) << ran.out;
  training.expect_no_model();
  training.expect_run_publishes();
}

TEST_F(Disk, HomeThatIsAFile) {
  folder_.write("home", "a file");
  const Ran ran = shell(folder_, "$W run -q copy.toml --home home");
  EXPECT_NE(ran.code, 0);
  EXPECT_TRUE(ran.says("home")) << ran.out;
  EXPECT_TRUE(ran.says("Not a directory")) << ran.out;
  EXPECT_FALSE(folder_.read("out.csv"));
  EXPECT_TRUE(folder_.unfinished().empty());
}

}  // namespace
}  // namespace weirflow::faults
