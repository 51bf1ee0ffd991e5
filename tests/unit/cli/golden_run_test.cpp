// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Golden cases on the components of the engine's stream tests (stream_components.h): time, windows,
// checkpoints, crashes and faults.

#include <gtest/gtest.h>

#include <fstream>

#include "cli/golden_output.h"
#include "cli/golden_run.h"
#include "program.h"
#include "stream_components.h"

namespace weirflow::cli {
namespace {

const std::string kWindows = R"(
[dag]
name = "w"
[checkpoint]
interval = "10s"
[task.rows]
uses = "stream.numbers"
[task.odd]
uses = "stream.odd"
from = "rows"
with = { refuse = 7 }
[task.windows]
uses = "stream.windows"
from = "odd"
[task.ticks]
uses = "stream.ticks"
from = "odd"
[task.sum]
uses = "stream.sum"
from = "odd"
[task.out]
uses = "stream.staged"
from = "windows"
)";

class GoldenRunTest : public ::testing::Test {
 protected:
  GoldenRunTest() : registry_(plugin::Registry::scan({}, "")) {
    EXPECT_TRUE(registry_.add_builtin(testing::stream_components()).ok());
    EXPECT_TRUE(registry_.add_builtin(golden_components()).ok());
    write("w.toml", kWindows);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name) << text;
  }
  /// "" when the case passes, else all that is said of it.
  std::string run(const std::string& lines, const std::string& fault = "") {
    write("w.test.toml", "[test]\ndag = \"w.toml\"\npatience = \"20s\"\n[case.a]\n" + lines);
    GoldenSuite suite;
    auto file = read_golden_file((folder_.path() / "w.test.toml").string(), suite.sources,
                                 suite.diagnostics);
    if (file) {
      suite.file = std::move(*file);
      std::optional<GoldenFault> parsed;
      if (!fault.empty()) parsed = *parse_fault(fault);
      GoldenRunner runner(registry_, (folder_.path() / "home").string());
      GoldenReport report;
      report.result = runner.run(suite, suite.file.cases[0], parsed ? &*parsed : nullptr);
      if (report.result.state == GoldenResult::State::passed) return "";
      locate(report, suite.file.cases[0], suite.sources);
      return golden_text_report(report, false) + dag::render(suite.diagnostics, suite.sources);
    }
    return dag::render(suite.diagnostics, suite.sources);
  }
  /// All but the first line.
  void expect_said(const std::string& lines, const std::string& said,
                   const std::string& fault = "") {
    const std::string text = run(lines, fault);
    EXPECT_NE(text.find(said), std::string::npos) << lines << "\n--- " << text;
  }

  const TemporaryFolder folder_;
  plugin::Registry registry_;
};

const std::string kLate = R"(
replace.rows = { columns = { n = "int64" } }
steps = [
  { rows = [{ n = 1 }, { n = 2 }] },
  { checkpoint = true },
  { rows = [{ n = 3 }, { n = 12 }] },
  { watermark = "1970-01-01T00:00:10Z" },
  { crash = true },
  { rows = [{ n = 5 }] },
]
expect.out.order = true
expect.out.rows = [{ n = 3 }, { n = 1 }, { n = 1001 }]
)";

TEST_F(GoldenRunTest, WindowsCloseAtTheWatermarkAndStateOutlivesACrash) {
  // A row behind the watermark opens its window anew, which the end closes at once.
  EXPECT_EQ(run(kLate), "");
}

TEST_F(GoldenRunTest, WithAnyFaultTheRowsAreTheSame) {
  for (const char* fault :
       {"rows:crash@1", "rows:crash@3", "rows:crash@5", "windows:crash@1", "windows:crash@4",
        "odd:crash@2", "out:crash@1", "out:crash@2", "rows:fail@3", "windows:fail@5", "out:fail@2",
        "odd:fail@4", "windows:slow@1", "odd:slow@3", "rows:slow@2", "sum:crash@5"})
    EXPECT_EQ(run(kLate, fault), "") << fault;
}

TEST_F(GoldenRunTest, AlwaysTheSame) {
  for (int i = 0; i < 50; ++i) ASSERT_EQ(run(kLate, i % 2 ? "windows:crash@4" : ""), "") << i;
}

TEST_F(GoldenRunTest, ProcessingTimersFireAtTheirTimeAndNoOther) {
  const std::string rows = "replace.rows = { columns = { n = \"int64\" } }\nends = false\n";
  EXPECT_EQ(run(rows + "steps = [{ rows = [{ n = 1 }] }]\nexpect.ticks = []\n"), "");
  EXPECT_EQ(run(rows + "steps = [{ rows = [{ n = 1 }] }, { advance = \"1ms\" }]\n"
                       "expect.ticks = []\n"),
            "");
  EXPECT_EQ(run(rows + "steps = [{ rows = [{ n = 1 }] }, { advance = \"4ms\" }]\n"
                       "expect.ticks = [{ n = 1 }, { n = 2 }]\n"),
            "");
  EXPECT_EQ(
      run(rows + "steps = [{ rows = [{ n = 1 }] }, { advance = \"1h\" }]\n"
                 "expect.ticks.rows = [{ n = 1 }, { n = 2 }, { n = 3 }, { n = 4 }, { n = 5 }]\n"
                 "expect.ticks.order = true\n"),
      "");
}

TEST_F(GoldenRunTest, ATimerThatWasSetBeforeACrashFiresOnce) {
  EXPECT_EQ(run("replace.rows = { columns = { n = \"int64\" } }\nends = false\n"
                "steps = [{ rows = [{ n = 1 }] }, { advance = \"3ms\" }, { checkpoint = true },\n"
                "  { crash = true }, { advance = \"1ms\" }]\n"
                "expect.ticks = [{ n = 1 }, { n = 2 }]\n"),
            "");
}

TEST_F(GoldenRunTest, CheckpointsAreTakenAtTheirIntervalOfTheClock) {
  // What came before the checkpoint is not given again: the sum would not show it, the count of
  // rows that the source has given does.
  const std::string rows = "replace.rows = { columns = { n = \"int64\" } }\n";
  EXPECT_EQ(run(rows + "steps = [{ rows = [{ n = 1 }] }, { advance = \"10s\" }, { crash = true }]\n"
                       "expect.sum = [{ n = 1 }]\n"),
            "");
  EXPECT_EQ(run(rows + "steps = [{ rows = [{ n = 1 }] }, { crash = true }, { crash = true }]\n"
                       "expect.sum = [{ n = 1 }]\n"),
            "");
}

TEST_F(GoldenRunTest, RefusedRowsAreExpectedOrLetItFail) {
  const std::string rows =
      "replace.rows = { columns = { n = \"int64\" } }\nsteps = [{ rows = [{ n = 7 }, { n = 8 }] "
      "}]\n";
  EXPECT_EQ(
      run(rows + "expect.odd = [{ n = 8 }]\nexpect.refused.odd = [{ code = \"multiple\" }]\n"), "");
  expect_said(rows + "expect.odd = [{ n = 8 }]\n", "odd: it refused 1 row");
  expect_said(rows + "expect.refused.odd = []\n", "odd refuses: 0 refused rows expected, 1 came");
  expect_said(rows + "expect.refused.odd = [{ contains = \"other\" }]\n", "- missing");
  EXPECT_EQ(run(rows + "expect.odd.errors = [{ task = \"odd\", code = \"multiple\" }]\n"), "");
}

TEST_F(GoldenRunTest, DifferencesAreShownWithTheirPlace) {
  expect_said(
      "replace.rows = { columns = { n = \"int64\" } }\nsteps = [{ rows = [{ n = 1 }] }]\n"
      "expect.odd = [\n  { n = 2 },\n]\n",
      "w.test.toml:7:8: odd: 1 row expected, 1 came, 2 differences\n    - missing     { n = 2 }  "
      "(");
}

TEST_F(GoldenRunTest, WhatTheDagHasNotIsSaid) {
  const std::string rows = "replace.rows = { columns = { n = \"int64\" } }\n";
  expect_said("expect.odd = []\n", "source `rows` (stream.numbers) has no rows in this case");
  expect_said(rows + "expect.ood = []\n", "did you mean `odd`?");
  expect_said(rows + "expect.\"odd.outt\" = []\n", "has no output `outt`");
  expect_said(rows + "replace.rowss = {}\nexpect.odd = []\n", "did you mean `rows`?");
  expect_said(rows + "replace.odd = {}\nexpect.sum = []\n", "only sources are replaced");
  expect_said(rows + "keep = [\"ouut\"]\nexpect.odd = []\n", "did you mean `out`?");
  expect_said(rows + "select = [\"sums\"]\nexpect.odd = []\n", "did you mean `sum`?");
  expect_said(rows + "model.odd = \"m\"\nexpect.odd = []\n", "applied with no model");
  expect_said(rows + "steps = [{ rows = [{ m = 1 }] }]\nexpect.odd = []\n", "no column `m`");
  expect_said("replace.rows = { time = \"n\" }\nexpect.odd = []\n", "is int64, no timestamp");
  expect_said(rows + "expect.odd = []\n", "no task `windos`; did you mean `windows`?",
              "windos:crash@1");
  expect_said(rows + "params = { a = 1 }\nexpect.odd = []\n", "params.a");
  expect_said(
      "replace.rows = { endless = false }\nsteps = [{ checkpoint = true }]\n"
      "expect.odd = []\n",
      "takes no checkpoints");
  expect_said(rows + "steps = [{ end = true }, { rows = [] }]\nexpect.odd = []\n",
              "has ended in an earlier step");
}

TEST_F(GoldenRunTest, AFaultThatNeverHappensIsNoPass) {
  expect_said(
      "replace.rows = { columns = { n = \"int64\" } }\nsteps = [{ rows = [{ n = 1 }] }]\n"
      "expect.sum = [{ n = 1 }]\n",
      "the fault never happened: `sum` was given 1 rows", "sum:crash@2");
}

TEST_F(GoldenRunTest, KeptSinksAreTheOnlyOnesThatWrite) {
  testing::reset_world();
  const std::string rows =
      "replace.rows = { columns = { n = \"int64\" } }\nsteps = [{ rows = [{ n = 1 }] }]\n"
      "expect.out = [{ n = 1 }]\n";
  EXPECT_EQ(run(rows), "");
  EXPECT_TRUE(testing::world().shown.empty());
  EXPECT_EQ(run(rows + "keep = [\"out\"]\n"), "");
  EXPECT_EQ(testing::world().shown, std::vector<int64_t>{1});
}

TEST_F(GoldenRunTest, WhatIsNotSelectedIsLeftOut) {
  write("w.toml", kWindows + R"(
[task.more]
uses = "stream.numbers"
[task.all]
uses = "stream.sum"
from = ["more", "odd"]
)");
  const std::string rows =
      "replace.rows = { columns = { n = \"int64\" } }\nsteps = [{ rows = [{ n = 1 }] }]\n"
      "expect.sum = [{ n = 1 }]\n";
  expect_said(rows, "source `more` (stream.numbers) has no rows in this case");
  EXPECT_EQ(run(rows + "select = [\"odd\"]\n"), "");
}

TEST_F(GoldenRunTest, TheRunThatFailsIsExpectedToOrNot) {
  write("w.toml",
        "[dag]\nname = \"w\"\n[task.rows]\nuses = \"stream.numbers\"\n[task.odd]\n"
        "uses = \"stream.odd\"\nfrom = \"rows\"\nwith = { refuse = 7 }\n"
        "on_error = \"fail\"\n");
  const std::string rows =
      "replace.rows = { columns = { n = \"int64\" } }\nsteps = [{ rows = [{ n = 7 }] }]\n";
  EXPECT_EQ(run(rows + "expect.fails = { task = \"odd\", contains = \"is a multiple\" }\n"), "");
  expect_said(rows + "expect.odd = []\n", "the run failed: odd: ");
  expect_said(rows + "expect.fails = { task = \"rows\" }\n", "`rows` was expected to fail");
  expect_said(rows + "expect.fails = { contains = \"nothing\" }\n", "with another message");
  expect_said("replace.rows = {}\nexpect.fails = true\n", "expected to fail, and did not");
}

}  // namespace
}  // namespace weirflow::cli
