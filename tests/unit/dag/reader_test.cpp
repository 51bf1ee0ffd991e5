// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "support.h"

namespace weirflow::dag {
namespace {

const std::string kHead = "[dag]\nname = \"d\"\n";
const std::string kRows = "[task.rows]\nuses = \"demo.comments\"\n";

std::string where(const Sources& sources, SourceRange range) {
  const Location at = sources.locate(range);
  return std::to_string(at.line) + ":" + std::to_string(at.column) + "-" +
         std::to_string(at.end_line) + ":" + std::to_string(at.end_column);
}

TEST(Reader, EveryKeyOfATask) {
  const Case c(kHead + kRows + R"(
[task.t]
uses = "flow.limit"
from = { in = ["rows", { edge = "rows.errors", when_full = "spill", limit = "1GiB" }], side = "rows.out" }
with = { rows = 5, when = 2026-01-02 }
after = "rows"
when = "{{ tasks.rows.result.count }} > 0"
trigger = "all_done"
retries = 3
retry_delay = "1m"
backoff = "constant"
max_retry_delay = "5m"
timeout = "1h30m"
on_error = "dead_letter"
retry_duplicates = true
isolation = "process"
)");
  ASSERT_EQ(c.text(), "");
  const TaskSpec& t = c.loaded.dag.tasks.at(1);
  ASSERT_EQ(t.from.size(), 2u);
  EXPECT_EQ(t.from[0].port.value, "in");
  ASSERT_EQ(t.from[0].edges.size(), 2u);
  EXPECT_EQ(t.from[0].edges[1].port, "errors");
  EXPECT_EQ(t.from[0].edges[1].when_full, WhenFull::spill);
  EXPECT_EQ(t.from[0].edges[1].limit->value, int64_t{1} << 30);
  EXPECT_EQ(t.from[1].edges[0].port, "out");
  EXPECT_EQ(*t.with.find("when")->value.string(), "2026-01-02");
  EXPECT_EQ(t.trigger->value, TriggerRule::all_done);
  EXPECT_EQ(t.policy.retries->value, 3);
  EXPECT_EQ(t.policy.timeout->value, 5'400'000'000);
  EXPECT_EQ(t.policy.on_error->value, OnError::dead_letter);
  EXPECT_EQ(t.policy.isolation->value, Isolation::process);
  EXPECT_TRUE(t.policy.retry_duplicates->value);
  EXPECT_EQ(t.when->templated()->segments.size(), 2u);
}

TEST(Reader, PlacesAreExact) {
  const Case c(kHead +
               "[task.rows]\r\nuses = \"demo.comments\"  # \xC3\xA9\nwith = { \"k\xC3\xA9y\" = [1, "
               "2.5, \"\xE6\xBC\xA2\"], b = true }\n");
  ASSERT_EQ(c.text(), "");
  const TaskSpec& task = c.loaded.dag.tasks.at(0);
  EXPECT_EQ(where(c.sources, task.range), "3:7-3:11");
  EXPECT_EQ(where(c.sources, task.uses.range), "4:8-4:23");
  const Member& list = task.with.table()->at(0);
  EXPECT_EQ(where(c.sources, list.key_range), "5:10-5:15");
  EXPECT_EQ(where(c.sources, list.value.range), "5:18-5:31");
  EXPECT_EQ(c.sources.text(list.value.list()->at(2).range), "\"\xE6\xBC\xA2\"");
  EXPECT_EQ(where(c.sources, task.with.table()->at(1).value.range), "5:37-5:41");
}

TEST(Reader, PlacesInsideStrings) {
  const auto place = [](const std::string& token, size_t offset, size_t length) {
    Sources sources;
    const FileId file = sources.add("f", "/", token);
    return std::string(sources.text(
        sources.inside({file, 0, static_cast<uint32_t>(token.size())}, offset, length)));
  };
  EXPECT_EQ(place("\"abcdef\"", 2, 3), "cde");
  EXPECT_EQ(place("'a\\bcd'", 1, 2), "\\b");               // literal: no escapes
  EXPECT_EQ(place("\"a\\tb\\u00e9c\"", 3, 2), "\\u00e9");  // e-acute is two bytes
  EXPECT_EQ(place("\"a\\tb\\u00e9c\"", 5, 1), "c");
  EXPECT_EQ(place("\"\"\"\nab\\\n   cd\"\"\"", 2, 2), "cd");  // folded line end
  EXPECT_EQ(place("\"\"\"\nab\\\n   cd\"\"\"", 0, 2), "ab\\\n   ");
  EXPECT_EQ(place("'''\r\nxyz'''", 1, 1), "y");
  EXPECT_EQ(place("\"abc\"", 9, 4), "");  // clamped
  EXPECT_EQ(place("123", 1, 1), "123");   // no string: all of it
}

TEST(Reader, ParamsHaveTypes) {
  const Case c(kHead + R"([params]
a = 5
b = { type = "float", default = 1 }
c = { type = "path", required = true }
d = { allowed = ["x", "y"] }
e = ["p", "q"]
f = true
)" + kRows);
  ASSERT_EQ(c.text(), "");
  const auto& p = c.loaded.dag.params;
  EXPECT_EQ(p[0].type, ParamType::integer);
  EXPECT_EQ(*p[1].default_value->floating(), 1.0);
  EXPECT_TRUE(p[2].required);
  EXPECT_EQ(p[3].type, ParamType::string);
  EXPECT_EQ(p[4].type, ParamType::list);
  EXPECT_EQ(p[5].type, ParamType::boolean);
}

TEST(Reader, Schedules) {
  const Case c(kHead + R"([[schedule]]
cron = "0 3 * JAN-MAR MON,WED#2,5L"
timezone = "Europe/London"
on_gap = "before"
on_overlap = "both"
catchup = true
start = 2026-01-01
end = "2026-12-31T03:00:00+01:00"

[[schedule]]
cron = "*/10 0-59/5 * L * ?"

[[schedule]]
every = "15m"
)" + kRows);
  ASSERT_EQ(c.text(), "");
  ASSERT_EQ(c.loaded.dag.schedules.size(), 3u);
  EXPECT_EQ(c.loaded.dag.schedules[0].on_gap.value, "before");
  EXPECT_EQ(c.loaded.dag.schedules[0].start.value, "2026-01-01");
  EXPECT_EQ(c.loaded.dag.schedules[2].every->value, 900'000'000);
}

TEST(Reader, BracesCanBeEscaped) {
  const Case c(kHead +
               "[task.rows]\nuses = \"demo.comments\"\nwith = { a = \"{{{{ x }} }\", b = \"{{{{{{ "
               "params.p }}\" }\n[params]\np = 1\n");
  ASSERT_EQ(c.text(), "");
  const Value& with = c.loaded.dag.tasks[0].with;
  EXPECT_EQ(*with.find("a")->value.string(), "{{ x }} }");
  EXPECT_EQ(*c.task("rows").with.find("b")->value.string(), "{{1");
}

TEST(Reader, LettersOutsideOfQuotesAreRefused) {
  for (const char* letter : {"\xC2\xA1", "\xC3\xA9", "\xD2\x99", "\xE1\x92\x8A", "\xE2\x81\xAF",
                             "\xE2\xB9\x9E", "\xEF\xAC\xA6", "\xF0\x9F\x98\x80", "\xC2\xA0"})
    for (const std::string& line :
         {std::string(letter) + " = 1\n", "x = " + std::string(letter) + "\n",
          "x = 1" + std::string(letter) + "\n", "[x" + std::string(letter) + "]\n",
          "x = { " + std::string(letter) + " = 1 }\n"})
      EXPECT_NE(Case(kHead + line).text().find("toml-syntax"), std::string::npos) << line;
  const Case fine(kHead +
                  "# \xC3\xA9\n[task.rows]\nuses = \"demo.comments\"\nwith = { \"\xC3\xA9\" = "
                  "\"\"\"a\\\n \xC3\xA9\"\"\" } # \xC3\xA9\n");
  EXPECT_EQ(fine.text(), "");
}

TEST(Reader, FileThatIsNotThere) {
  Sources sources;
  Diagnostics diagnostics;
  read_dag("/nowhere/x.toml", "x.toml", sources, diagnostics);
  EXPECT_EQ(render(diagnostics, sources),
            "error: cannot read `x.toml`: No such file or directory [file-not-found]\n");
}

TEST(Reader, JsonSaysTheSame) {
  const Case c(kHead + "[task.rows]\nuse = \"a\\\"b\"\n");
  const auto json = nlohmann::json::parse(render_json(c.diagnostics, c.sources));
  ASSERT_EQ(json.size(), c.diagnostics.items().size());
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[1]["code"], "unknown-key");
  EXPECT_EQ(json[1]["file"], "d.toml");
  EXPECT_EQ(json[1]["line"], 4);
  EXPECT_EQ(json[1]["end_column"], 4);
  EXPECT_EQ(json[1]["hint"], "did you mean `uses`?");
}

TEST(Reader, RendersTabsAndWideLetters) {
  const Case c(kHead +
               "[task.rows]\n\tuses = \"demo.comments\"\nwith = { a = \"\xE6\xBC\xA2\xE5\xAD\x97 "
               "{{ params.x }}\" }\n\tretries = \"\xE6\xBC\xA2\"\n");
  EXPECT_NE(c.text().find(" 5 | with = { a = \"\xE6\xBC\xA2\xE5\xAD\x97 {{ params.x }}\" }\n"
                          "   |                    ^^^^^^^^^^^^^^\n"),
            std::string::npos)
      << c.text();
  EXPECT_NE(c.text().find(" 6 |     retries = \"\xE6\xBC\xA2\"\n   |               ^^^^\n"),
            std::string::npos)
      << c.text();
}

TEST(Reader, ColourOnRequestOnly) {
  const Case c(kHead);
  EXPECT_EQ(c.text().find('\x1b'), std::string::npos);
  EXPECT_NE(render(c.diagnostics, c.sources, {true}).find("\x1b[1;31m"), std::string::npos);
}

TEST(Reader, ManyErrorsAreCountedNotKept) {
  std::string text = kHead;
  for (int i = 0; i < 3000; ++i)
    text += "[task.t" + std::to_string(i) + "]\nuses = \"a.b\"\nfrom = \"nope\"\n";
  const Case c(text);
  EXPECT_EQ(c.diagnostics.items().size(), Diagnostics::kLimit);
  EXPECT_EQ(c.diagnostics.errors(), 3000u);
  EXPECT_NE(c.text().find("2000 more are not shown"), std::string::npos);
}

TEST(Reader, HundredThousandTasks) {
  std::string text = kHead + kRows;
  for (int i = 0; i < 100'000; ++i)
    text += "[task.t" + std::to_string(i) + "]\nuses = \"flow.limit\"\nfrom = \"" +
            (i == 0 ? "rows" : "t" + std::to_string(i - 1)) + "\"\n";
  const Case c(text);
  ASSERT_EQ(c.text(), "");
  EXPECT_EQ(c.expanded.tasks.size(), 100'001u);
}

/// Whatever the bytes, the reader answers: it neither crashes nor points outside of the text.
void check_total(const std::string& text) {
  const Case c(text);
  const std::string shown = c.text();
  for (const Diagnostic& d : c.diagnostics.items()) {
    if (!d.range.known()) continue;
    RC_ASSERT(d.range.begin <= d.range.end);
    RC_ASSERT(d.range.end <= c.sources.text(d.range.file).size() + 1);
  }
  RC_ASSERT(c.diagnostics.errors() == 0 || !shown.empty());
}

RC_GTEST_PROP(ReaderProperty, AnyBytes, (const std::string& text)) { check_total(text); }

RC_GTEST_PROP(ReaderProperty, DamagedFiles, ()) {
  std::string text =
      kHead +
      "[params]\np = { type = \"int\", default = 3 }\n[[schedule]]\ncron = \"0 3 * * *\"\n" +
      kRows +
      "[task.t]\nuses = \"flow.limit\"\nfrom = { in = [\"rows\", { edge = \"rows.x\" }] }\n"
      "with = { a = \"{{ params.p }} {{ tasks.rows.result.k }}\", b = [1, 2.5, {c = true}] }\n"
      "after = [\"rows\"]\ntrigger = \"all_done\"\ntimeout = \"1h\"\n";
  const auto edits = *rc::gen::inRange(1, 5);
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<size_t>(0, text.size());
    const auto kind = *rc::gen::inRange(0, 3);
    if (kind == 0)
      text.erase(at, *rc::gen::inRange<size_t>(1, 9));
    else if (kind == 1)
      text.insert(at, 1, *rc::gen::element('"', '{', '}', '[', '=', '.', '\n', '\\', '\xE9', ' '));
    else
      text[at] = *rc::gen::arbitrary<char>();
    if (text.empty()) text = "x";
  }
  check_total(text);
}

}  // namespace
}  // namespace weirflow::dag
