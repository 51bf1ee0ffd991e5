// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Golden cases without a run: reading them, comparing rows, writing them back, reports.

#include <gtest/gtest.h>

#include <fstream>

#include "cli/golden_compare.h"
#include "cli/golden_file.h"
#include "cli/golden_output.h"
#include "cli/golden_rows.h"
#include "cli/golden_run.h"
#include "cli/golden_update.h"
#include "dag/toml_tree.h"
#include "program.h"

namespace weirflow::cli {
namespace {

struct Read {
  std::optional<GoldenFile> file;
  std::string said;
};

Read read(const std::string& text) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "x.test.toml").string();
  std::ofstream(path) << text;
  dag::Sources sources;
  dag::Diagnostics diagnostics;
  Read answer;
  answer.file = read_golden_file(path, sources, diagnostics);
  answer.said = dag::render(diagnostics, sources);
  return answer;
}

const std::string kHead = "[test]\ndag = \"x.toml\"\n";

/// A case that reads well around `lines`.
std::string with(const std::string& lines) {
  return kHead + "[case.a]\n" + lines + "\nexpect.out.count = 1\n";
}

TEST(GoldenFile, EveryKeyIsRead) {
  const Read r = read(R"(
[test]
dag       = "sub/x.toml"
params    = { a = 1 }
keep      = ["table"]
start     = 2024-05-01T00:00:00Z
tolerance = 0.5
patience  = "2s"

[case.first]
about   = "all"
params  = { b = "two" }
keep    = ["out"]
select  = ["counts"]
ends    = false
model.scored = "m@champion"
replace.rows = { columns = { id = "int64", tags = "list<utf8>" }, time = "at", out_of_order = "5s", endless = true, rows = [{ id = 1 }] }
steps = [
  { watermark = 2024-01-01T00:00:10Z },
  { advance = "1m" },
  { checkpoint = true }, { crash = true }, { idle = true }, { end = true },
]
expect.counts.rows = [{ id = 1 }]
expect.counts.order = true
expect.window.late = [{ id = 2 }]
expect.window.out = { count = 0, tolerance = 1e-3 }
expect.refused.parse = [{ code = "bad" }, { contains = "x", row = "y" }]
expect.fails = { task = "t", contains = "c" }

[case.second]
start = 2024-06-01T00:00:00Z
tolerance = 0
expect.counts = []
)");
  ASSERT_TRUE(r.file) << r.said;
  EXPECT_TRUE(r.file->dag.ends_with("/sub/x.toml"));
  EXPECT_EQ(r.file->patience_us, 2'000'000);
  ASSERT_EQ(r.file->cases.size(), 2u);
  const GoldenCase& first = r.file->cases[0];
  EXPECT_EQ(first.start_us, 1'714'521'600'000'000);
  EXPECT_EQ(first.params.size(), 2u);
  EXPECT_EQ(first.keep.size(), 2u);
  EXPECT_FALSE(first.ends);
  ASSERT_EQ(first.models.size(), 1u);
  EXPECT_EQ(first.models[0].second.value, "m@champion");
  ASSERT_EQ(first.sources.size(), 1u);
  EXPECT_EQ(first.sources[0].out_of_order, 5'000'000);
  EXPECT_EQ(first.sources[0].columns->at(1).type.to_string(), "list<utf8>");
  ASSERT_EQ(first.steps.size(), 7u);
  EXPECT_EQ(first.steps[0].kind, GoldenStep::Kind::rows);
  EXPECT_EQ(first.steps[1].us, 1'704'067'210'000'000);
  EXPECT_EQ(first.steps[1].source.value, "rows");
  EXPECT_EQ(first.steps[2].us, 60'000'000);
  EXPECT_EQ(first.steps[6].kind, GoldenStep::Kind::end);
  ASSERT_EQ(first.expected.size(), 3u);
  EXPECT_TRUE(first.expected[0].order);
  EXPECT_EQ(first.expected[0].tolerance, 0.5);
  EXPECT_EQ(first.expected[1].at.value, "window.late");
  EXPECT_EQ(first.expected[2].count, 0);
  EXPECT_EQ(first.expected[2].tolerance, 1e-3);
  ASSERT_EQ(first.refused.size(), 1u);
  EXPECT_EQ(first.refused[0].rows[1].row.value, "y");
  EXPECT_EQ(first.failure->task.value, "t");
  EXPECT_EQ(r.file->cases[1].expected[0].tolerance, 0);
  EXPECT_TRUE(r.file->cases[1].ends);
}

TEST(GoldenFile, WhatIsWrongIsSaidWithItsPlaceAndWhatIsMeant) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "a test file begins with [test]"},
      {"[test]\n", "`dag` is missing"},
      {kHead, "there is no case"},
      {kHead + "[case.a]\n", "case `a` expects nothing"},
      {kHead + "[cas.a]\n", "did you mean `case`?"},
      {"[test]\ndagg = \"x\"\n", "did you mean `dag`?"},
      {"[test]\ndag = 3\n", "`dag` is a string, not an integer"},
      {kHead + "patience = \"soon\"\n", "no duration"},
      {kHead + "start = \"soon\"\n", "`soon` is no time"},
      {kHead + "tolerance = -1\n", "`tolerance` is a number of 0 or more"},
      {with("end = false"), "did you mean `ends`?"},
      {with("ends = 1"), "`ends` is true or false, not an integer"},
      {with("keep = \"x\""), "`keep` is a list"},
      {with("replace.r = 3"), "`r` is a table"},
      {with("replace.r.row = []"), "did you mean `rows`?"},
      {with("replace.r.rows = [3]"), "a row is a table, not an integer"},
      {with("replace.r.columns = { a = \"int46\" }"), "did you mean 'int64'?"},
      {with("replace.r.out_of_order = \"1s\""), "`out_of_order` needs `time`"},
      {with("steps = [{ rows = [] }]"), "no source is replaced in this case"},
      {with("replace.r = {}\nreplace.s = {}\nsteps = [{ rows = [] }]"), "which source?"},
      {with("replace.rows = {}\nsteps = [{ source = \"row\", rows = [] }]"),
       "did you mean `rows`?"},
      {with("replace.r = {}\nsteps = [{ row = [] }]"), "did you mean `rows`?"},
      {with("replace.r = {}\nsteps = [{ rows = [], end = true }]"), "a step does one thing"},
      {with("replace.r = {}\nsteps = [{}]"), "a step without anything to do"},
      {with("replace.r = {}\nsteps = [3]"), "a step is a table"},
      {with("replace.r = {}\nsteps = [{ crash = false }]"), "`crash` is true, or is not there"},
      {with("replace.r = {}\nsteps = [{ advance = 5 }]"), "`advance` is a string"},
      {with("replace.r = {}\nsteps = [{ source = \"r\", crash = true }]"), "the whole DAG"},
      {with("replace.r.steps = []\nreplace.s.steps = []"), "the order of steps is open"},
      {with("expect.x.order = true"), "nothing is expected of `x`"},
      {with("expect.x.count = -1"), "a number of 0 or more"},
      {with("expect.x = 3"), "`x` is a table"},
      {with("expect.refused.x = [{ cod = \"y\" }]"), "did you mean `code`?"},
      {with("expect.fails = { tusk = \"y\" }"), "did you mean `task`?"},
  };
  for (const auto& [text, said] : cases) {
    const Read r = read(text);
    EXPECT_FALSE(r.file) << text;
    EXPECT_NE(r.said.find(said), std::string::npos) << text << "\n--- " << r.said;
    EXPECT_NE(r.said.find("x.test.toml:"), std::string::npos) << text;
  }
}

TEST(GoldenFault, IsTaskKindAndRow) {
  const auto fault = parse_fault("model.clean:fail@12");
  ASSERT_TRUE(fault.ok());
  EXPECT_EQ(fault->task, "model.clean");
  EXPECT_EQ(fault->kind, GoldenFault::Kind::fail);
  EXPECT_EQ(fault->at, 12);
  EXPECT_EQ(parse_fault("a:slow")->at, 1);
  for (const char* wrong : {"a", "a@3", ":crash@1", "a:crash@0", "a:crash@", "a:crash@3x"})
    EXPECT_FALSE(parse_fault(wrong).ok()) << wrong;
  EXPECT_NE(parse_fault("a:crush@1").error().message().find("did you mean `crash`?"),
            std::string::npos);
}

/// Rows of a few types, from TOML to a batch and back.
class GoldenRowsTest : public ::testing::Test {
 protected:
  dag::Value rows(const std::string& list) {
    auto value = dag::parse_toml_value(list);
    EXPECT_TRUE(value) << list;
    return value ? std::move(*value) : dag::Value();
  }
  std::optional<wf::Batch> batch(const std::string& list) {
    diagnostics_ = {};
    return golden_batch(schema_, rows(list), diagnostics_);
  }
  GoldenBed::Collected collected(const std::string& list) {
    auto made = batch(list);
    EXPECT_TRUE(made) << list;
    return {schema_, {std::move(*made)}};
  }
  GoldenRows expected(const std::string& list) {
    GoldenRows e;
    e.at.value = "out";
    e.rows = rows(list);
    return e;
  }
  /// "-" missing, "+" unexpected, "~" different.
  static std::string marks(const std::vector<GoldenFinding>& findings) {
    std::string text;
    for (const GoldenFinding& f : findings)
      for (const GoldenDifference& d : f.differences) text += "-+~!"[static_cast<size_t>(d.kind)];
    return text;
  }
  std::string compare(const std::string& e, const std::string& came, bool order = false,
                      double tolerance = 0) {
    GoldenRows wanted = expected(e);
    wanted.order = order;
    wanted.tolerance = tolerance;
    return marks(compare_rows(wanted, collected(came)));
  }

  wf::SchemaPtr schema_ = std::make_shared<const wf::Schema>(
      wf::Schema{{"id", wf::Type::int64},
                 {"x", wf::Type::float64},
                 {"small", wf::Type::int32},
                 {"f", wf::Type::float32},
                 {"text", wf::Type::utf8},
                 {"raw", wf::Type::binary},
                 {"ok", wf::Type::boolean},
                 {"at", wf::Type::timestamp},
                 {"tags", wf::DataType::list_of(wf::Type::utf8)},
                 {"both", wf::DataType::struct_of({{"a", wf::Type::int64, true, {}},
                                                   {"b", wf::Type::utf8, true, {}}})}});
  dag::Diagnostics diagnostics_;
};

TEST_F(GoldenRowsTest, EveryTypeGoesThereAndBack) {
  const std::string text =
      R"([{ id = -5, x = 1.5, small = 7, f = 0.1, text = "a\"b", raw = "YQ==", ok = true, )"
      R"(at = "2024-01-01T00:00:00.25Z", tags = ["p", "q"], both = { a = 1, b = "z" } }, {}])";
  const auto made = batch(text);
  ASSERT_TRUE(made);
  std::vector<std::string> names;
  for (const wf::Field& f : schema_->fields()) names.push_back(f.name);
  EXPECT_EQ(
      golden_row_text(*made, 0, names),
      R"({ id = -5, x = 1.5, small = 7, f = 0.1, text = "a\"b", raw = "WVE9PQ==", ok = true, )"
      R"(at = 2024-01-01T00:00:00.25Z, tags = ["p", "q"], both = { a = 1, b = "z" } })");
  EXPECT_EQ(golden_row_text(*made, 1, names), "{}");
  EXPECT_EQ(compare(text, text), "");
  EXPECT_EQ(compare(text, text, true), "");
}

TEST_F(GoldenRowsTest, WhatDoesNotFitAColumnIsSaid) {
  for (const char* wrong :
       {"[{ id = 1.5 }]", "[{ id = \"1\" }]", "[{ small = 3000000000 }]", "[{ at = \"x\" }]",
        "[{ ok = 1 }]", "[{ text = 1 }]", "[{ tags = \"p\" }]", "[{ tags = [1] }]",
        "[{ both = 1 }]", "[{ both = { a = \"x\" } }]", "[{ x = true }]"}) {
    EXPECT_FALSE(batch(wrong)) << wrong;
    EXPECT_EQ(diagnostics_.errors(), 1u) << wrong;
  }
  EXPECT_FALSE(batch("[{ idd = 1 }]"));
  EXPECT_EQ(diagnostics_.items()[0].hint, "did you mean `id`?");
}

TEST_F(GoldenRowsTest, OneDifferenceIsOne) {
  EXPECT_EQ(compare("[{ id = 1 }]", "[{ id = 1, x = 3.0 }]"), "");  // x is not looked at
  EXPECT_EQ(compare("[{ id = 1, x = 3 }, { id = 2 }]", "[{ id = 1, x = 3 }, { id = 2, x = 1 }]"),
            "~");  // x is null in the second
  EXPECT_EQ(compare("[]", "[]"), "");
  EXPECT_EQ(compare("[]", "[{ id = 1 }]"), "+");
  EXPECT_EQ(compare("[{ id = 1 }]", "[]"), "-");
  EXPECT_EQ(compare("[{ id = 1 }, { id = 1 }]", "[{ id = 1 }]"), "-");
  EXPECT_EQ(compare("[{ id = 1, text = \"a\" }]", "[{ id = 1, text = \"b\" }]"), "~");
  EXPECT_EQ(compare("[{ id = 1, text = \"a\" }]", "[{ id = 2, text = \"b\" }]"), "-+");
  EXPECT_EQ(compare("[{ tags = [\"p\"] }]", "[{ tags = [\"p\", \"q\"] }]"), "-+");
  EXPECT_EQ(compare("[{ both = { a = 1 } }]", "[{ both = { a = 1, b = \"z\" } }]"), "-+");
  EXPECT_EQ(compare("[{ at = \"2024-01-01T01:00:00+01:00\" }]", "[{ at = \"2024-01-01\" }]"), "");
  EXPECT_EQ(compare("[{ ok = false }]", "[{}]"), "-+");
}

TEST_F(GoldenRowsTest, OrderCountsWhenItIsAskedFor) {
  EXPECT_EQ(compare("[{ id = 2 }, { id = 1 }]", "[{ id = 1 }, { id = 2 }]"), "");
  EXPECT_NE(compare("[{ id = 2 }, { id = 1 }]", "[{ id = 1 }, { id = 2 }]", true), "");
  // One row too many at the front leaves the rest as it is.
  EXPECT_EQ(compare("[{ id = 1 }, { id = 2 }, { id = 3 }]",
                    "[{ id = 0 }, { id = 1 }, { id = 2 }, { id = 3 }]", true),
            "+");
  EXPECT_EQ(compare("[{ id = 1, x = 1 }, { id = 2, x = 1 }]",
                    "[{ id = 1, x = 5 }, { id = 2, x = 1 }]", true),
            "~");
}

TEST_F(GoldenRowsTest, ToleranceIsAbsoluteForSmallNumbersAndAPartOfLargeOnes) {
  EXPECT_EQ(compare("[{ x = 0.3 }]", "[{ x = 0.30000000000000004 }]"), "-+");
  EXPECT_EQ(compare("[{ x = 0.3 }]", "[{ x = 0.30000000000000004 }]", false, 1e-9), "");
  EXPECT_EQ(compare("[{ x = 1e9 }]", "[{ x = 1000000001.0 }]", false, 1e-8), "");
  EXPECT_EQ(compare("[{ x = 1e9 }]", "[{ x = 1000000001.0 }]", false, 1e-10), "-+");
  EXPECT_EQ(compare("[{ x = 3 }]", "[{ x = 3.0 }]"), "");
  EXPECT_EQ(compare("[{ x = nan }]", "[{ x = nan }]"), "");
  EXPECT_EQ(compare("[{ x = nan }]", "[{ x = 1.0 }]", false, 1), "-+");
  EXPECT_EQ(compare("[{ f = 0.1 }]", "[{ f = 0.1 }]"), "");
  EXPECT_EQ(compare("[{ id = 10 }]", "[{ id = 11 }]", false, 0.01), "-+");
}

TEST_F(GoldenRowsTest, ColumnsAndCount) {
  GoldenRows e = expected("[{ idd = 1 }]");
  const auto findings = compare_rows(e, collected("[{ id = 1 }]"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].differences[0].message.find("did you mean `id`?"), std::string::npos);
  e = expected("[]");
  e.columns = {{"id", {}}, {"none", {}}};
  EXPECT_EQ(marks(compare_rows(e, collected("[]"))), std::string(10, '!'));  // 1 absent, 9 others
  e = GoldenRows();
  e.count = 2;
  EXPECT_EQ(compare_rows(e, collected("[{}, {}]")).size(), 0u);
  EXPECT_EQ(compare_rows(e, collected("[{}]")).at(0).message, "2 rows expected, 1 came");
  EXPECT_EQ(compare_rows(e, {}).at(0).message, "it never started");
}

TEST_F(GoldenRowsTest, UpdateWritesTheRowsAndNothingElse) {
  const std::string text = kHead +
                           "[case.a]  # a comment\n"
                           "  expect.out = [ { id = 1 } ] # another\n"
                           "  [case.a.expect.late]\n"
                           "  rows = [\n    { id = 3 },\n  ]\n  order = true\n";
  const Read r = read(text);
  ASSERT_TRUE(r.file) << r.said;
  const GoldenCase& test = r.file->cases[0];
  ASSERT_EQ(test.expected.size(), 2u);
  const auto updated =
      updated_text(text, {{&test.expected[0], collected("[{ id = 7, x = 1.0 }, { id = 8 }]")},
                          {&test.expected[1], collected("[]")}});
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(*updated, kHead +
                          "[case.a]  # a comment\n"
                          "  expect.out = [\n    { id = 7 },\n    { id = 8 },\n  ] # another\n"
                          "  [case.a.expect.late]\n"
                          "  rows = []\n  order = true\n");
  EXPECT_TRUE(read(*updated).file);
}

TEST_F(GoldenRowsTest, AnArrayOfTablesIsNotRewritten) {
  const std::string text = kHead + "[case.a]\n[[case.a.expect.out.rows]]\nid = 1\n";
  const Read r = read(text);
  ASSERT_TRUE(r.file) << r.said;
  EXPECT_FALSE(updated_text(text, {{&r.file->cases[0].expected[0], collected("[]")}}).ok());
}

TEST_F(GoldenRowsTest, JunitKeepsItsForm) {
  GoldenReports reports(2);
  reports[0].file = reports[1].file = "a.test.toml";
  reports[0].name = "good";
  reports[1].name = "bad <&\">";
  reports[1].result.state = GoldenResult::State::failed;
  reports[1].result.findings =
      compare_rows(expected("[{ text = \"<\\u0001>\" }]"), collected("[]"));
  reports[1].places = {"a.test.toml:3:1"};
  reports[1].difference_places = {{"a.test.toml:4:1"}};
  const std::string xml = golden_junit(reports);
  EXPECT_NE(xml.find("tests=\"2\" failures=\"1\" errors=\"0\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("name=\"bad &lt;&amp;&quot;&gt;\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("a.test.toml:3:1: out: 1 row expected, 0 came"), std::string::npos) << xml;
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
  EXPECT_NE(golden_json(reports).find("\"kind\": \"missing\""), std::string::npos);
  EXPECT_EQ(golden_summary(reports), "1 passed, 1 failed in 0.00 s\n");
}

}  // namespace
}  // namespace weirflow::cli
