// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// flow.join against all pairs, over random rows, orders of arrival, watermarks and crashes.

#include "join.h"

#include <algorithm>

#include "stream_rows.h"

namespace weirflow::flow {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

Harness make() { return Harness::of<Join>(); }
const std::vector<std::optional<wf::Schema>> kInputs{
    wf::testing::schema("k:int64 t:timestamp v:int64"),
    wf::testing::schema("k:int64 t:timestamp v:int64")};

struct Kind {
  JoinPlan::Kind kind = JoinPlan::Kind::lookup;
  bool keep_left = false;
  int64_t size = 1, offset = 0, before = 0, after = 0;

  [[nodiscard]] Value::Table config() const {
    Value::Table c{{"on", "k"}, {"how", keep_left ? "left" : "inner"}};
    if (kind == JoinPlan::Kind::lookup) {
      c.emplace_back("kind", "lookup");
      return c;
    }
    c.emplace_back("time", "t");
    c.emplace_back("kind", kind == JoinPlan::Kind::window ? "window" : "interval");
    if (kind == JoinPlan::Kind::window) {
      c.emplace_back("size", size);
      c.emplace_back("offset", offset);
    } else {
      c.emplace_back("before", before);
      c.emplace_back("after", after);
    }
    return c;
  }
  [[nodiscard]] int64_t start_of(int64_t t) const {
    int64_t start = t;
    while ((start - offset) % size != 0) --start;
    return start;
  }
  [[nodiscard]] bool is_late(const StreamRow& row, int64_t watermark) const {
    if (kind == JoinPlan::Kind::window) return start_of(row.time) + size <= watermark;
    return kind == JoinPlan::Kind::interval && row.time < watermark;
  }
  [[nodiscard]] bool meet(const StreamRow& left, const StreamRow& right) const {
    if (!left.key || left.key != right.key) return false;
    if (kind == JoinPlan::Kind::window) return start_of(left.time) == start_of(right.time);
    return kind == JoinPlan::Kind::lookup ||
           (right.time >= left.time - before && right.time <= left.time + after);
  }
  [[nodiscard]] std::string line(const StreamRow& left, const StreamRow* right) const {
    std::string out =
        text(left) + " | " +
        (right ? std::to_string(right->time) + " | " + text(right->value) : "null | null");
    if (kind == JoinPlan::Kind::window)
      out += " | " + std::to_string(start_of(left.time)) + " | " +
             std::to_string(start_of(left.time) + size);
    return out;
  }
  /// All pairs, sorted.
  [[nodiscard]] Strings pairs(const std::vector<StreamRow>& left,
                              const std::vector<StreamRow>& right) const {
    Strings out;
    for (const StreamRow& l : left) {
      bool met = false;
      for (const StreamRow& r : right)
        if (meet(l, r)) {
          met = true;
          out.push_back(line(l, &r));
        }
      if (!met && keep_left) out.push_back(line(l, nullptr));
    }
    std::sort(out.begin(), out.end());
    return out;
  }
};

Kind random_kind() {
  Kind kind;
  kind.kind =
      *rc::gen::element(JoinPlan::Kind::lookup, JoinPlan::Kind::window, JoinPlan::Kind::interval);
  kind.keep_left = pick(0, 2) == 1;
  kind.size = pick<int64_t>(1, 20);
  kind.offset = pick<int64_t>(0, kind.size);
  kind.before = pick<int64_t>(0, 10);
  kind.after = pick<int64_t>(0, 10);
  return kind;
}

TEST(FlowJoin, IsAllPairsThatMeetWithWatermarksAndAfterCrashes) {
  const bool holds = rc::check([] {
    const Kind kind = random_kind();
    const bool crashes = pick(0, 2) == 0;
    const std::vector<StreamRow> rows[2] = {random_stream(5), random_stream(5)};
    std::vector<StreamRow> taken[2];
    Strings late[2];
    size_t at[2] = {0, 0};
    bool right_ended = false;
    int64_t watermark = INT64_MIN;
    Relay task(make, kind.config(), kInputs);
    while (at[0] < rows[0].size() || at[1] < rows[1].size()) {
      auto side = pick<size_t>(0, 2);
      if (at[side] == rows[side].size()) side = 1 - side;
      const size_t n = std::min(rows[side].size() - at[side], pick<size_t>(1, 9));
      std::vector<StreamRow> part;
      for (size_t i = 0; i < n; ++i) part.push_back(rows[side][at[side]++]);
      RC_ASSERT(task->push(batch_of(part), static_cast<int>(side)).ok());
      for (const StreamRow& row : part) {
        if (kind.is_late(row, watermark))
          late[side].push_back(text(row));
        else
          taken[side].push_back(row);
      }
      if (crashes) task.hand_over();
      if (at[1] == rows[1].size() && !right_ended) {
        right_ended = true;
        RC_ASSERT(task->finish_input(1).ok());
        if (crashes) task.hand_over();
      }
      if (pick(0, 2)) {
        const int64_t w = part.back().time - pick<int64_t>(-3, 15);
        RC_ASSERT(task->advance_watermark(w).ok());
        watermark = std::max(watermark, w);
        if (crashes) task.hand_over();
      }
    }
    RC_ASSERT(task->finish().ok());
    Strings given = task.rows(0);
    std::sort(given.begin(), given.end());
    RC_ASSERT(given == kind.pairs(taken[0], taken[1]));
    RC_ASSERT(task.rows(1) == late[0]);
    RC_ASSERT(task.rows(2) == late[1]);
    RC_ASSERT(task.accounted == task.in);
    for (const auto& [table, entries] : task->host().state())
      RC_ASSERT(table == 3 || entries.empty() ||
                (table == 1 && kind.kind == JoinPlan::Kind::lookup));
  });
  EXPECT_TRUE(holds);
}

TEST(FlowJoin, StateGoesWhenTheWatermarkHasPassed) {
  for (const char* kind : {"window", "interval"}) {
    Value::Table config{{"on", "k"}, {"kind", kind}, {"time", "t"}};
    config.emplace_back(kind == std::string("window") ? "size" : "after", 10);
    Harness h = make();
    ASSERT_TRUE(h.start(config, kInputs).ok());
    for (int64_t t = 0; t < 1'000; ++t) {
      ASSERT_TRUE(h.push(batch_of({{t % 3, t, t}}), static_cast<int>(t % 2)).ok());
      ASSERT_TRUE(h.advance_watermark(t).ok());
      ASSERT_LE(h.host().state()[0].size() + h.host().state()[1].size(), 22u) << kind;
    }
  }
}

TEST(FlowJoin, LookupKeepsTheOrderOfTheLeftSide) {
  Harness h = make();
  const wf::Batch left = batch("id:int64 author:utf8\n1 | b\n2 | a\n3 | null\n4 | c"),
                  right = batch(
                      "name:utf8 id:int64 tags:list<utf8>\na | 7 | [x, y]\nb | 8 | "
                      "null\na | 9 | []");
  ASSERT_TRUE(h.start({{"kind", "lookup"}, {"on", "author = name"}, {"how", "left"}},
                      {left.schema(), right.schema()})
                  .ok());
  ASSERT_TRUE(h.push(left.slice(0, 2), 0).ok());
  ASSERT_TRUE(h.push(right, 1).ok());
  EXPECT_TRUE(h.output().empty()) << "the right side may bring more";
  ASSERT_TRUE(h.finish_input(1).ok());
  ASSERT_TRUE(h.push(left.slice(2, 2), 0).ok());
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.text(),
            "id:int64 author:utf8 id_right:int64 tags:list<utf8>\n"
            "1 | b | 8 | null\n2 | a | 7 | [x, y]\n2 | a | 9 | []\n"
            "3 | null | null | null\n4 | c | null | null\n");
  EXPECT_TRUE(h.conservation().ok());
  EXPECT_EQ(h.unreleased(), 0);
}

TEST(FlowJoin, ManyPairsComeInPieces) {
  std::vector<StreamRow> rows;
  for (int64_t i = 0; i < 100; ++i) rows.push_back({1, i, i});
  Harness h = make();
  ASSERT_TRUE(
      h.start({{"kind", "window"}, {"on", "k"}, {"time", "t"}, {"size", 100}}, kInputs).ok());
  h.pause_outputs(true);
  ASSERT_TRUE(h.push(batch_of(rows), 0).ok() && h.push(batch_of(rows), 1).ok());
  ASSERT_TRUE(h.advance_watermark(100).ok());
  EXPECT_EQ(h.column("k").size(), 10'000u);
  EXPECT_EQ(h.output().size(), 3u);
}

TEST(FlowJoin, OneBatchMeetsManyInPieces) {
  std::vector<StreamRow> few, many;
  for (int64_t i = 0; i < 10; ++i) few.push_back({1, i, i});
  for (int64_t i = 0; i < 3'000; ++i) many.push_back({1, i % 10, i});
  for (const char* kind : {"lookup", "interval"}) {
    Value::Table config{{"kind", kind}, {"on", "k"}};
    if (kind == std::string("interval")) {
      config.emplace_back("time", "t");
      config.emplace_back("after", 100);
      config.emplace_back("before", 100);
    }
    Harness h = make();
    ASSERT_TRUE(h.start(config, kInputs).ok());
    h.pause_outputs(true);
    ASSERT_TRUE(h.push(batch_of(many), 1).ok());
    if (kind == std::string("lookup")) {
      ASSERT_TRUE(h.finish_input(1).ok());
    }
    ASSERT_TRUE(h.push(batch_of(few), 0).ok());
    EXPECT_EQ(h.column("k").size(), 30'000u) << kind;
    for (const wf::Batch& b : h.output()) EXPECT_LE(b.rows(), 4096) << kind;
    ASSERT_TRUE(h.finish().ok());
    EXPECT_TRUE(h.conservation().ok());
    EXPECT_EQ(h.unreleased(), 0);
  }
}

TEST(FlowJoin, BatchesOfWideRowsAreSmall) {
  wf::StringBuilder wide;
  wf::Int64Builder keys;
  for (int64_t i = 0; i < 40; ++i) {
    wide.append(std::string(200'000, 'x'));
    keys.append(i);
  }
  const wf::Batch in(std::make_shared<const wf::Schema>(wf::testing::schema("k:int64 s:utf8")), 40,
                     {keys.finish(), wide.finish()});
  Harness h = make();
  ASSERT_TRUE(h.start({{"kind", "lookup"}, {"on", "k"}}, {in.schema(), in.schema()}).ok());
  ASSERT_TRUE(h.push(in, 1).ok() && h.push(in, 0).ok() && h.finish().ok());
  EXPECT_EQ(h.column("k").size(), 40u);
  for (const wf::Batch& b : h.output()) EXPECT_LE(b.rows(), 3);
}

TEST(FlowJoin, EveryTypeOfColumnComesBack) {
  const wf::Batch in = batch(
      "k:int32 b:bool i:int32 l:int64 f:float32 d:float64 s:utf8 x:binary w:timestamp "
      "a:list<list<int32>> r:struct<p: utf8, q: bool> v:sparse\n"
      "1 | true | -3 | 9007199254740993 | 1.5 | -0 | \"a\\x00b\" | \"\\xff\" | -5 | [[1, 2], []] | "
      "{x, true} | {1:0.5 7:2}\n"
      "2 | null | null | null | null | null | null | null | null | null | null | {}\n"
      "3 | false | 0 | 0 | nan | inf | é | \"\" | 1 | [null, [null]] | {null, null} | {0:1}");
  Harness h = make();
  ASSERT_TRUE(h.start({{"kind", "lookup"}, {"on", "k"}}, {in.schema(), in.schema()}).ok());
  ASSERT_TRUE(h.push(in.slice(0, 1), 1).ok() && h.push(in.slice(1, 2), 1).ok());
  ASSERT_TRUE(h.push(in, 0).ok() && h.finish().ok());
  ASSERT_EQ(h.output().size(), 1u);
  for (int64_t i = 0; i < 3; ++i) {
    const std::string row = wf::testing::row_text(in, i);
    EXPECT_EQ(wf::testing::row_text(h.output()[0], i), row + row.substr(row.find(" | ")));
  }
}

std::string refusal(Value::Table config, const char* left, const char* right) {
  Harness h = make();
  const wf::Status status =
      h.start(std::move(config), {wf::testing::schema(left), wf::testing::schema(right)});
  if (status.ok()) return "accepted";
  const wf::Status::Place* place = status.place();
  return (place ? place->key : "") + ": " + status.message() +
         (place && !place->hint.empty() ? " (" + place->hint + ")" : "");
}

TEST(FlowJoin, Refusals) {
  const char *left = "author:utf8 created:timestamp score:int64", *right = "name:utf8 age:int64";
  const auto why = [&](Value::Table config) { return refusal(std::move(config), left, right); };
  EXPECT_EQ(why({{"kind", "lookup"}, {"on", "author = nam"}}),
            "on[0]: input right: there is no column 'nam'; the input has name, age (did you mean "
            "'name'?)");
  EXPECT_EQ(why({{"kind", "lookup"}, {"on", "autor = name"}}),
            "on[0]: input left: there is no column 'autor'; the input has author, created, score "
            "(did you mean 'author'?)");
  EXPECT_EQ(why({{"kind", "lookup"}, {"on", "author = age"}}),
            "on[0]: 'author' is utf8 on the left and 'age' int64 on the right (make them alike "
            "before, with flow.map: cast(...))");
  EXPECT_EQ(why({{"kind", "lookup"}, {"on", "author = name"}, {"time", "created"}}),
            "time: `time` goes with kind = \"window\" or \"interval\"");
  EXPECT_EQ(why({{"kind", "lookup"}, {"on", "author = name"}, {"size", 5}}),
            "size: `size` goes with kind = \"window\"");
  EXPECT_EQ(why({{"kind", "window"}, {"on", "author = name"}, {"time", "created"}}),
            "size: kind = \"window\" needs the `size` of a window");
  EXPECT_EQ(why({{"kind", "interval"}, {"on", "author = name"}, {"time", "created"}}),
            "before: kind = \"interval\" needs `before`, `after`, or both");
  EXPECT_EQ(why({{"kind", "interval"}, {"on", "author = name"}, {"before", 5}}),
            "time: kind = \"interval\" needs the column of event times");
  EXPECT_EQ(why({{"kind", "interval"},
                 {"on", "author = name"},
                 {"before", 5},
                 {"time", "created"},
                 {"right_time", "age"}}),
            "right_time: column 'age' is int64; event times are of type timestamp (convert it "
            "before, with flow.map: cast(age as timestamp))");
  EXPECT_EQ(refusal({{"kind", "lookup"}, {"on", "k"}, {"suffix", ""}}, "k:int64 v:int64",
                    "k:int64 v:int64"),
            "suffix: column 'v' exists already");
}

}  // namespace
}  // namespace weirflow::flow
