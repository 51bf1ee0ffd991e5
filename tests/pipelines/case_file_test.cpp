// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "case_file.h"

#include <gtest/gtest.h>

namespace weirflow::pipelines {
namespace {

std::string refusal(std::string_view text) {
  const auto parsed = parse_case("x.test", text);
  return parsed.ok() ? "" : parsed.error().message();
}

TEST(CaseFile, FilesCommandsAndChecks) {
  const auto parsed = parse_case("x.test", R"(# What this shows.

--- needs data
--- file a/in.csv
x,y

1,2

--- file b.csv escaped
x\r
\x01y\\\
--- copy dags
--- run weirflow run  "a b"
--- exit 3
--- stdout
--- output out.csv sorted
z
--- absent tmp
)");
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_TRUE(parsed->needs_data);
  ASSERT_EQ(parsed->steps.size(), 4u);
  EXPECT_EQ(parsed->steps[0].argument, "a/in.csv");
  EXPECT_EQ(parsed->steps[0].bytes, "x,y\n\n1,2\n");
  EXPECT_EQ(parsed->steps[1].bytes, "x\r\n\x01y\\");
  EXPECT_EQ(parsed->steps[2].kind, Step::Kind::copy);
  const Step& run = parsed->steps[3];
  EXPECT_EQ(run.argument, "weirflow run  \"a b\"");
  EXPECT_EQ(run.exit_code, 3);
  ASSERT_EQ(run.checks.size(), 3u);
  EXPECT_EQ(run.checks[0].text, "");
  EXPECT_EQ(run.checks[1].subject, "out.csv");
  EXPECT_EQ(run.checks[1].how, Check::How::sorted);
  EXPECT_EQ(run.checks[2].how, Check::How::absent);
}

TEST(CaseFile, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal("text\n"), "x.test:1: before the first directive stand comments only");
  EXPECT_EQ(refusal("--- file a\n"), "x.test:1: nothing is run");
  EXPECT_EQ(refusal("--- walk\n"), "x.test:1: 'walk' is no directive");
  EXPECT_EQ(refusal("#\n--- stdout\n"), "x.test:2: stdout belongs behind a run");
  EXPECT_EQ(refusal("--- run\n"), "x.test:1: run takes one line, the command");
  EXPECT_EQ(refusal("--- run a\nb\n"), "x.test:1: run takes one line, the command");
  EXPECT_EQ(refusal("--- run a\n--- exit x\n"), "x.test:2: exit takes a number");
  EXPECT_EQ(refusal("--- run a\n--- stdout like\n"),
            "x.test:2: 'like' is no way to compare: has, sorted, json");
  EXPECT_EQ(refusal("--- run a\n--- stdout has\n"), "x.test:2: has needs lines to look for");
  EXPECT_EQ(refusal("--- file a escaped\n\\q\n"), "x.test:1: \\q means nothing");
  EXPECT_EQ(refusal("--- file a packed\n"),
            "x.test:1: 'packed' is no form of a file: escaped, gzip, zstd");
}

}  // namespace
}  // namespace weirflow::pipelines
