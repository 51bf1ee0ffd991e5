// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// `dead-letters replay`, killed with kill -9 at each of its steps, and again: every row once.

#include <csignal>
#include <cstdlib>
#include <map>

#include "kill_at.h"

namespace weirflow::faults {
namespace {

constexpr int kRefused = 40;

std::string dag(const std::string& ratio) {
  return R"([dag]
name = "letters"
[task.rows]
uses = "file.csv"
with = { path = "in.csv" }
[task.ratio]
uses = "flow.map"
from = "rows"
on_error = "dead_letter"
with = { set = { ratio = ")" +
         ratio + R"(" } }
[task.good]
uses = "file.csv_sink"
from = "ratio"
with = { path = "good.csv" }
[task.copy]
uses = "file.jsonl_sink"
from = "ratio"
with = { path = "copy.jsonl" }
)";
}

/// Rows whose `n` is 0 were refused.
void prepare(const Folder& folder) {
  std::string csv = "id,n\n";
  for (int i = 0; i < kRefused; ++i)
    csv += "r" + std::to_string(i) + ",0\nk" + std::to_string(i) + ",2\n";
  folder.write("in.csv", csv);
  folder.write("broken.toml", dag("12 / n"));
  folder.write("fixed.toml", dag("case when n = 0 then 0 else 12 / n end"));
  ASSERT_EQ(shell(folder, "$W run -q broken.toml").code, 3);
}

/// How often each id stands in the files that replays have shown.
std::map<std::string, int> shown(const Folder& folder, const std::string& name) {
  std::map<std::string, int> ids;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with(name + "-replay-")) continue;
    const std::string text = *folder.read(file);
    for (size_t at = text.find('r'); at != std::string::npos; at = text.find('r', at + 1)) {
      size_t end = at + 1;
      while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
      if (end > at + 1) ++ids[text.substr(at, end - at)];
    }
  }
  return ids;
}

/// Letters that wait, as the command counts them.
int waiting(const Folder& folder) {
  const Ran list = shell(folder, "$W dead-letters list letters --json");
  const size_t at = list.out.find("\"waiting\": ");
  return at == std::string::npos ? -1 : std::atoi(list.out.c_str() + at + 11);
}

std::vector<std::string> replay(const std::string& file) {
  return {"dead-letters", "replay", file, "-q", "--task", "ratio"};
}

#ifdef __SANITIZE_ADDRESS__
constexpr int kStride = 4;
#else
constexpr int kStride = 1;
#endif
constexpr int kMostSteps = 300;

TEST(Replay, KilledAtEachStepAndAgain) {
  const Folder before;
  ASSERT_NO_FATAL_FAILURE(prepare(before));
  int undone = 0, done = 0;
  for (int step = 1;; step += kStride) {
    ASSERT_LT(step, kMostSteps);
    const Folder folder;
    fs::copy(before.path(), folder.path(), fs::copy_options::recursive);
    const KilledRun first = run_killed_at(folder, replay("fixed.toml"), step);
    (shown(folder, "good").empty() ? undone : done) += first.killed;
    // Again, somewhere else; it may have nothing left to do.
    const KilledRun second = run_killed_at(folder, replay("fixed.toml"), 1 + step * 7 % 40);
    const Ran last = shell(folder, "$W dead-letters replay fixed.toml -q --task ratio");
    EXPECT_EQ(last.code, 0) << last.out;
    for (const std::string name : {"good", "copy"}) {
      const auto ids = shown(folder, name);
      EXPECT_EQ(ids.size(), static_cast<size_t>(kRefused)) << name << ", step " << step;
      for (const auto& [id, times] : ids)
        EXPECT_EQ(times, 1) << id << " in " << name << ", step " << step << ", then "
                            << (second.killed ? "killed again" : "not killed");
    }
    EXPECT_EQ(waiting(folder), 0) << step;
    if (HasFailure() || !first.killed) break;
  }
  // Both sides of the commit point were met.
  EXPECT_GE(undone, 1);
  EXPECT_GE(done, 1);
}

TEST(Replay, WhatIsRefusedAgainWaitsOnce) {
  const Folder before;
  ASSERT_NO_FATAL_FAILURE(prepare(before));
  for (int step = 1;; step += kStride) {
    ASSERT_LT(step, kMostSteps);
    const Folder folder;
    fs::copy(before.path(), folder.path(), fs::copy_options::recursive);
    const KilledRun first = run_killed_at(folder, replay("broken.toml"), step);
    EXPECT_TRUE(first.killed || first.ran.code == 3) << first.ran.out;
    const Ran last = shell(folder, "$W dead-letters replay broken.toml -q --task ratio");
    EXPECT_EQ(last.code, 3) << last.out;
    EXPECT_EQ(waiting(folder), kRefused) << step;
    if (HasFailure() || !first.killed) break;
  }
}

TEST(Replay, OneAtATime) {
  const Folder folder;
  ASSERT_NO_FATAL_FAILURE(prepare(folder));
  const Ran second = shell(folder,
                           "exec 9>.weirflow/dead_letters/letters/lock; flock 9; "
                           "$W dead-letters replay fixed.toml --task ratio");
  EXPECT_EQ(second.code, 69) << second.out;
  EXPECT_TRUE(second.says("dead letters of `letters` are being replayed already")) << second.out;
}

}  // namespace
}  // namespace weirflow::faults
