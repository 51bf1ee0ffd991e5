// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// A stream into files, killed with kill -9 again and again, and stopped as a user does it.

#include <csignal>
#include <set>

#include "kill_at.h"

namespace weirflow::faults {
namespace {

constexpr const char* kStream = R"([dag]
name = "stream"
[checkpoint]
interval = "5ms"
[task.comments]
uses = "demo.comments"
with = { rows = 0, batch_rows = 7, pace = 5000 }
[task.out]
uses = "file.jsonl_sink"
from = "comments"
with = { path = "out/rows.jsonl" }
)";

/// The ids in the files that are visible, in the order of their epochs.
std::vector<std::string> ids(const Folder& folder) {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder / "out"))
    if (entry.path().filename().string().starts_with("rows-")) files.insert(entry.path());
  std::vector<std::string> all;
  for (const fs::path& file : files) {
    const std::string text = *folder.read(fs::path("out") / file.filename());
    EXPECT_TRUE(text.ends_with('\n')) << file << " has half a line";
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      const std::string_view line = std::string_view(text).substr(at, end - at);
      const size_t id = line.find("\"id\":\"") + 6;
      all.emplace_back(line.substr(id, line.find('"', id) - id));
      at = end + 1;
    }
  }
  return all;
}

/// The same ids as a run that nothing disturbed gives.
void expect_all_once(const Folder& folder) {
  const std::vector<std::string> seen = ids(folder);
  const std::string rows = std::to_string(seen.size());
  folder.write("whole.toml",
               "[dag]\nname = \"whole\"\n[task.comments]\nuses = \"demo.comments\"\n"
               "with = { rows = " +
                   rows +
                   " }\n[task.out]\nuses = "
                   "\"file.jsonl_sink\"\nfrom = \"comments\"\nwith = { path = "
                   "\"out/rows-whole.jsonl\" }\n");
  const Folder other;
  other.write("whole.toml", *folder.read("whole.toml"));
  ASSERT_EQ(shell(other, "$W run -q whole.toml").code, 0);
  EXPECT_EQ(seen, ids(other));
}

TEST(Stream, KilledAtEachStepOfItsCheckpoints) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  ASSERT_EQ(shell(folder, "$W plugins list").code, 0);  // the libraries are inspected beforehand
#ifdef __SANITIZE_ADDRESS__
  constexpr int kStride = 5;
#else
  constexpr int kStride = 1;
#endif
  // A start, some checkpoints, and the removal of old ones: about 20 steps and 12 a checkpoint.
  for (int step = 1; step <= 60; step += kStride) {
    const KilledRun run = run_killed_at(folder, {"run", "-q", "stream.toml"}, step);
    ASSERT_TRUE(run.killed) << "step " << step << ": " << run.ran.out;
  }
  const Ran last = shell(folder, "$W run -q stream.toml --until rows=50");
  EXPECT_EQ(last.code, 0) << last.out;
  EXPECT_GT(ids(folder).size(), 50U);
  expect_all_once(folder);
}

TEST(Stream, StopsBehindACheckpointAndGoesOn) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  for (const int signal : {SIGINT, SIGTERM, SIGINT}) {
    const size_t before = fs::exists(folder / "out") ? ids(folder).size() : 0;
    Process stream(folder, {"run", "stream.toml"});
    ASSERT_TRUE(
        wait_until([&] { return fs::exists(folder / "out") && ids(folder).size() > before + 20; }));
    const Ran second = shell(folder, "$W run -q stream.toml");
    EXPECT_EQ(second.code, 69) << second.out;
    EXPECT_TRUE(second.says("this DAG is running already, in process ")) << second.out;
    stream.signal(signal);
    const Ran ran = stream.wait();
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_TRUE(ran.says(" stopped in ")) << ran.out;
  }
  expect_all_once(folder);
  EXPECT_TRUE(folder.unfinished().empty());
}

TEST(Stream, WhatIsWrongIsSaid) {
  const Folder folder;
  std::string text = kStream;
  text.replace(text.find("5ms"), 3, "5 ms");
  folder.write("stream.toml", text);
  EXPECT_TRUE(shell(folder, "$W validate stream.toml").says("stream.toml:4:12: error"));
  folder.write("stream.toml", std::string(kStream) +
                                  "[task.more]\nuses = \"demo.comments\"\nwith = { rows = 0 }\n"
                                  "[task.void]\nuses = \"file.jsonl_sink\"\nfrom = \"more\"\n"
                                  "with = { path = \"more.jsonl\" }\n");
  EXPECT_TRUE(shell(folder, "$W validate stream.toml").says("belong to streams that do not meet"));
  folder.write("stream.toml", kStream);
  const Ran plan = shell(folder, "$W plan stream.toml");
  EXPECT_TRUE(plan.says("a checkpoint every 5ms; a start goes on from the last one")) << plan.out;
  EXPECT_TRUE(plan.says("out: exactly once, visible when their checkpoint is committed"));
  EXPECT_TRUE(plan.says("end to end: exactly once")) << plan.out;
  const Ran ran = shell(folder, "$W run -q stream.toml --from-checkpoint 7 --accept-duplicates");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("--from-checkpoint: there is no checkpoint '7'")) << ran.out;
}

}  // namespace
}  // namespace weirflow::faults
