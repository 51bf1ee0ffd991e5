// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/expand.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "dag/canonical.h"
#include "support.h"

namespace weirflow::dag {
namespace {

namespace fs = std::filesystem;

const std::string kHead = "[dag]\nname = \"d\"\n";

/// A folder of group files, removed at the end.
class Expand : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "weirflow-dag-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    write("inner.toml", R"([group]
inputs = { in = ["clean", "count.in"] }
outputs = { out = { port = "clean", add = ["score"] } }
[params]
column = { type = "string", required = true }
words = { type = "path", default = "words.txt" }
[task.clean]
uses = "text.clean"
with = { column = "{{ params.column }}", words = "{{ params.words }}", label = "c={{ params.column }}" }
[task.count]
uses = "flow.count"
after = "clean"
)");
    write("outer.toml", R"([group]
inputs = { in = "first" }
outputs = { out = "second.out" }
[params]
name = "body"
[defaults]
retries = 7
[task.first]
group = "inner.toml"
with = { column = "{{ params.name }}" }
timeout = "5s"
[task.second]
group = "inner.toml"
from = "first"
with = { column = "other" }
retries = 9
)");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(fs::path(folder_) / name) << text;
  }
  std::string folder_;
};

const std::string kNested = kHead + R"([defaults]
retries = 1
backoff = "constant"
[task.rows]
uses = "demo.comments"
[task.g]
group = "outer.toml"
from = { in = { edge = "rows.out", when_full = "spill", limit = "1MiB" } }
retry_delay = "3s"
[task.sink]
uses = "file.jsonl"
from = "g"
[task.dead]
uses = "file.jsonl"
from = "g.errors"
after = ["g"]
)";

TEST_F(Expand, NestedGroupsBecomeTheirMembers) {
  const Case c(kNested, folder_);
  ASSERT_EQ(c.text(), "");
  std::vector<std::string> names;
  for (const ExpandedTask& task : c.expanded.tasks) names.push_back(task.name);
  EXPECT_EQ(names, (std::vector<std::string>{"rows", "g.first.clean", "g.first.count",
                                             "g.second.clean", "g.second.count", "sink", "dead"}));
  EXPECT_EQ(c.group("g").first_task, 1u);
  EXPECT_EQ(c.group("g").end_task, 5u);
  EXPECT_EQ(c.group("g.second").parent, c.expanded.find("g").index);

  const ExpandedEdge& in = c.task("g.first.count").inputs.at(0).edges.at(0);
  EXPECT_EQ(c.task("g.first.count").inputs[0].port.value, "in");
  EXPECT_EQ(c.expanded.tasks[in.from].name, "rows");
  EXPECT_EQ(in.port, "out");
  EXPECT_EQ(in.enters,
            (std::vector<uint32_t>{c.expanded.find("g").index, c.expanded.find("g.first").index}));
  EXPECT_EQ(in.when_full, WhenFull::spill);
  EXPECT_EQ(*in.limit, 1 << 20);

  const ExpandedEdge& out = c.task("sink").inputs.at(0).edges.at(0);
  EXPECT_EQ(c.expanded.tasks[out.from].name, "g.second.clean");
  ASSERT_EQ(out.leaves.size(), 2u);
  EXPECT_EQ(out.leaves[0].group, c.expanded.find("g.second").index);
  EXPECT_EQ(c.group("g.second").outputs[0].add->at(0).value, "score");
  EXPECT_FALSE(c.group("g").outputs[0].add.has_value());

  EXPECT_EQ(c.task("dead").inputs.at(0).edges.size(), 4u);  // errors of every member
  ASSERT_EQ(c.task("dead").dependencies.size(), 1u);
  EXPECT_EQ(c.task("dead").dependencies[0].on, c.expanded.find("g"));
  EXPECT_EQ(c.task("g.first.count").dependencies.at(0).on, c.expanded.find("g.first.clean"));
}

TEST_F(Expand, NearestPolicyWins) {
  const Case c(kNested, folder_);
  ASSERT_EQ(c.text(), "");
  const Policy& first = c.task("g.first.clean").policy;
  EXPECT_EQ(first.retries, 7);                  // [defaults] of the group file
  EXPECT_EQ(first.retry_delay, 3'000'000);      // the task that uses the group
  EXPECT_EQ(first.backoff, Backoff::constant);  // [defaults] of the DAG
  EXPECT_EQ(*first.timeout, 5'000'000);
  EXPECT_EQ(c.task("g.second.clean").policy.retries, 9);
  EXPECT_EQ(c.task("sink").policy.retries, 1);
  EXPECT_EQ(c.task("sink").policy.retry_delay, 10'000'000);
}

TEST_F(Expand, GroupParamsAndPaths) {
  const Case c(kNested, folder_);
  ASSERT_EQ(c.text(), "");
  const Value& with = c.task("g.first.clean").with;
  EXPECT_EQ(*with.find("column")->value.string(), "body");
  EXPECT_EQ(*with.find("label")->value.string(), "c=body");
  const Value& words = with.find("words")->value;
  EXPECT_TRUE(words.is_path);
  EXPECT_EQ(resolve_path(*words.string(), c.sources.folder(words.base)), folder_ + "/words.txt");
}

TEST_F(Expand, SettingsAreTypedAndRelativeToTheWorkingFolder) {
  const std::string text = kHead + R"([params]
path = { type = "path", default = "a.csv" }
n = 5
x = 0.5
on = false
list = ["a"]
kind = { allowed = ["one", "two"] }
unset = { type = "string" }
[task.rows]
uses = "file.csv"
with = { path = "{{ params.path }}", n = "{{ params.n }}", x = "{{ params.x }}", on = "{{ params.on }}", list = "{{ params.list }}", mixed = "n{{ params.n }}-{{ params.path }}", gone = "{{ params.unset }}" }
)";
  ExpandOptions options;
  options.set = {{"params.path", "sub/b.csv"},
                 {"n", "7"},
                 {"params.x", "2"},
                 {"params.on", "true"},
                 {"params.list", "[\"p\", \"q\"]"},
                 {"params.kind", "two"}};
  options.working_folder = "/somewhere/ann";
  const Case c(text, "/dags", options);
  ASSERT_EQ(c.text(), "");
  const Value& with = c.task("rows").with;
  const Value& path = with.find("path")->value;
  EXPECT_EQ(resolve_path(*path.string(), c.sources.folder(path.base)), "/somewhere/ann/sub/b.csv");
  EXPECT_EQ(*with.find("n")->value.integer(), 7);
  EXPECT_EQ(*with.find("x")->value.floating(), 2.0);
  EXPECT_TRUE(*with.find("on")->value.boolean());
  EXPECT_EQ(with.find("list")->value.list()->size(), 2u);
  EXPECT_EQ(*with.find("mixed")->value.string(), "n7-/somewhere/ann/sub/b.csv");
  EXPECT_EQ(with.find("gone"), nullptr);

  const Case plain(text, "/dags");
  const Value& fallback = plain.task("rows").with.find("path")->value;
  EXPECT_EQ(resolve_path(*fallback.string(), plain.sources.folder(fallback.base)), "/dags/a.csv");
}

TEST_F(Expand, BadSettingsPointAtTheCommandLine) {
  ExpandOptions options;
  options.set = {{"params.n", "many"}, {"params.m", "1"}, {"kind", "tow"}};
  const Case c(kHead +
                   "[params]\nn = 5\nkind = { allowed = [\"one\", \"two\"] }\n[task.rows]\nuses = "
                   "\"demo.comments\"\n",
               "/", options);
  EXPECT_EQ(c.text(), R"(--set:1:10: error: param `n` is an integer, not a string [param-type]
   |
 1 | params.n=many
   |          ^^^^

--set:1:1: error: the DAG has no param `m` [unknown-param]
   |
 1 | params.m=1
   | ^^^^^^^^
   = hint: its params are `n` and `kind`

--set:1:6: error: param `kind` cannot be "tow" [bad-value]
   |
 1 | kind=tow
   |      ^^^
   = hint: did you mean `two`?
)");
}

TEST_F(Expand, RequiredParamsStayOpenUntilGiven) {
  const std::string text = kHead +
                           "[params]\nn = { type = \"int\", required = true }\n[task.rows]\nuses = "
                           "\"demo.comments\"\nwith = { count = \"{{ params.n }}\" }\n";
  const Case open(text);
  ASSERT_EQ(open.text(), "");
  EXPECT_EQ(missing_params(open.expanded).at(0)->name, "n");
  EXPECT_NE(open.task("rows").with.find("count")->value.templated(), nullptr);
  ExpandOptions options;
  options.set = {{"params.n", "3"}};
  const Case given(text, "/", options);
  EXPECT_TRUE(missing_params(given.expanded).empty());
  EXPECT_EQ(*given.task("rows").with.find("count")->value.integer(), 3);
}

TEST_F(Expand, TemplatesGivenToAGroupKeepTheirScope) {
  const Case c(kHead + R"([task.inner_name]
uses = "run.command"
[task.clean]
uses = "run.command"
[task.rows]
uses = "demo.comments"
[task.g]
group = "inner.toml"
from = "rows"
with = { column = "{{ tasks.clean.result.column }}" }
)",
               folder_);
  ASSERT_EQ(c.text(), "");
  const ExpandedTask& clean = c.task("g.clean");
  EXPECT_EQ(clean.with.find("column")->value.templated()->reference().name, "clean");
  EXPECT_EQ(clean.dependencies.at(0).on, c.expanded.find("clean"));
  EXPECT_EQ(to_toml(clean.with.find("label")->value), "\"c={{ tasks.clean.result.column }}\"");
}

std::string canonical(const std::string& text, const std::string& folder = "/") {
  ExpandOptions options;
  options.keep_params = true;
  const Case c(text, folder, options);
  EXPECT_EQ(c.text(), "");
  return canonical_text(c.expanded);
}

TEST_F(Expand, CanonicalFormIgnoresLayoutAndOrder) {
  const std::string a = canonical(kHead + R"(description = "x"
[params]
n = { default = 5, help = "how many" }
[defaults]
retries = 2
[task.rows]
uses = "demo.comments"
with = { seed = 1, count = "{{ params.n }}" }
[task.next]
uses = "flow.limit"
from = "rows"
after = ["rows"]
)");
  const std::string b = canonical(R"(# a comment
dag = { tags = ["t"], name = "d", format = 1 }
params.n = 5
[task.next]
from = ["rows"]
trigger = "all_success"
retries = 2
uses = 'flow.limit'
after = "rows"
[task.rows]
retry_delay = "10000ms"
retries = 2
with.count = "{{params.n}}"
with.seed = 0x1
uses = "demo.comments"
)");
  EXPECT_EQ(a, b);
}

TEST_F(Expand, CanonicalFormSeesWhatMatters) {
  const std::string base = kHead +
                           "[task.rows]\nuses = \"demo.comments\"\nwith = { n = 1 "
                           "}\n[task.next]\nuses = \"flow.limit\"\nfrom = \"rows\"\n";
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = base;
    text.replace(text.find(from), from.size(), to);
    return canonical(text);
  };
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"n = 1", "n = 2"},
                                                        {"n = 1", "n = 1.0"},
                                                        {"n = 1", "n = \"1\""},
                                                        {"\"rows\"\n", "\"rows.errors\"\n"},
                                                        {"flow.limit", "flow.sort"},
                                                        {"next", "last"},
                                                        {"with", "retries = 1\nwith"}})
    EXPECT_NE(canonical(base), changed(from, to)) << to;
}

TEST_F(Expand, CanonicalGroupIsTheSameWhereverItIsUsed) {
  const std::string tail = R"(
[task.more]
uses = "demo.comments"
[task.a]
group = "inner.toml"
from = "rows"
mode = "fit"
model = "m"
with = { column = "{{ params.c }}" }
[task.b]
group = "inner.toml"
from = ["rows", "more"]
mode = "apply"
model = "m@champion"
retries = 5
with = { column = "body" }
[task.c]
group = "inner.toml"
from = "rows"
with = { column = "title" }
)";
  const Case c(kHead + "[params]\nc = \"body\"\n[task.rows]\nuses = \"demo.comments\"\n" + tail,
               folder_);
  ASSERT_EQ(c.text(), "");
  const auto text = [&](const char* name) {
    return canonical_group_text(c.expanded, c.expanded.find(name).index);
  };
  EXPECT_EQ(text("a"), text("b"));
  EXPECT_NE(text("a"), text("c"));
}

TEST(Examples, AreValid) {
  const fs::path dags = fs::path(std::getenv("WEIRFLOW_SOURCE_DIR")) / "dags" / "reddit";
  for (const char* name : {"train.toml", "score_file.toml"}) {
    Sources sources;
    Diagnostics diagnostics;
    const Loaded loaded = read_dag((dags / name).string(), name, sources, diagnostics);
    const Expanded expanded = expand(loaded, {}, sources, diagnostics);
    EXPECT_EQ(render(diagnostics, sources), "");
    EXPECT_NE(expanded.find(name[0] == 't' ? "model.tfidf" : "classified.tfidf").index, kNone);
  }
}

}  // namespace
}  // namespace weirflow::dag
