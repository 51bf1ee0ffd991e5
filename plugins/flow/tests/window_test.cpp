// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// flow.window against a naive answer, over random rows, cuts into batches, watermarks and crashes.

#include "window.h"

#include <set>

#include "naive_windows.h"

namespace weirflow::flow {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

const Value::Table kAggregates{{"n", "count()"},  {"s", "sum(v)"},  {"low", "min(v)"},
                               {"f", "first(v)"}, {"l", "last(v)"}, {"m", "median(v)"}};

Value::Table window_config(const WindowSpec& spec, Value::Table more = {}) {
  Value::Table config{{"time", "t"}, {"by", "k"}, {"aggregates", kAggregates}};
  if (spec.gap > 0) config.emplace_back("gap", spec.gap);
  if (spec.size > 0) config.emplace_back("size", spec.size);
  if (spec.slide > 0 && spec.slide != spec.size) config.emplace_back("slide", spec.slide);
  if (spec.offset > 0) config.emplace_back("offset", spec.offset);
  if (spec.lateness > 0) config.emplace_back("allowed_lateness", spec.lateness);
  for (auto& entry : more) config.push_back(std::move(entry));
  return config;
}

WindowSpec random_spec() {
  WindowSpec spec;
  if (pick(0, 5) < 2) {
    spec.gap = pick<int64_t>(1, 15);
  } else {
    spec.slide = pick<int64_t>(1, 12);
    spec.size = *rc::gen::element<int64_t>(1, 1, 2, 3) * spec.slide + pick(0, 2);
    spec.offset = pick<int64_t>(0, spec.slide);
  }
  if (pick(0, 2)) spec.lateness = pick<int64_t>(1, 25);
  return spec;
}

Harness make() { return Harness::of<Window>(); }
const std::vector<std::optional<wf::Schema>> kInput{
    wf::testing::schema("k:int64 t:timestamp v:int64")};

TEST(FlowWindow, IsTheNaiveAnswerWithWatermarksAndAfterCrashes) {
  const bool holds = rc::check([] {
    const WindowSpec spec = random_spec();
    const bool early = pick(0, 3) == 0;
    const bool crashes = pick(0, 2) == 0;
    const std::vector<StreamRow> rows = random_stream(*rc::gen::element<int64_t>(0, 3, 15));
    Naive naive(spec);
    naive.tells_final = early || spec.lateness > 0;
    Relay task(make, window_config(spec, early ? Value::Table{{"early", 10'000}} : Value::Table()),
               kInput, true);
    int64_t clock = task->host().now_us;
    for (size_t at = 0; at < rows.size();) {
      const size_t n = std::min(rows.size() - at, pick<size_t>(1, 12));
      const std::vector<StreamRow> part(rows.begin() + static_cast<std::ptrdiff_t>(at),
                                        rows.begin() + static_cast<std::ptrdiff_t>(at + n));
      at += n;
      RC_ASSERT(task->push(batch_of(part)).ok());
      for (const StreamRow& row : part) naive.add(row);
      if (crashes) task.hand_over();
      if (early && pick(0, 2)) {
        clock += 10'000;
        RC_ASSERT(task->advance_time(clock).ok());
        naive.show_changed();
        if (crashes) task.hand_over();
      }
      if (pick(0, 2)) {
        const int64_t w = part.back().time - pick<int64_t>(-3, 20);
        RC_ASSERT(task->advance_watermark(w).ok());
        naive.advance(w);
        if (crashes) task.hand_over();
      }
    }
    RC_ASSERT(task->advance_watermark(INT64_MAX).ok());
    naive.advance(INT64_MAX);
    RC_ASSERT(task->finish().ok());
    RC_ASSERT(task.rows(0) == naive.out);
    RC_ASSERT(task.rows(1) == naive.late);
    RC_ASSERT(task.in == static_cast<int64_t>(rows.size()));
    RC_ASSERT(task.accounted == task.in);
    // Nothing is left behind but what is known of the task itself.
    for (const auto& [table, entries] : task->host().state())
      RC_ASSERT(table == 2 || entries.empty());
  });
  EXPECT_TRUE(holds);
}

TEST(FlowWindow, AStreamGivesTheWindowsOfABatch) {
  const bool holds = rc::check([] {
    const WindowSpec spec = random_spec();
    std::vector<StreamRow> rows = random_stream(6);
    Harness bounded = make();
    RC_ASSERT(bounded.run(window_config(spec), {batch_of(rows)}).ok());
    Relay stream(make, window_config(spec), kInput, true);
    int64_t highest = INT64_MIN;
    for (size_t i = 0; i < rows.size(); ++i) {
      RC_ASSERT(stream->push(batch_of({rows[i]})).ok());
      // No row is late: none comes that is below the watermark.
      highest = INT64_MAX;
      for (size_t k = i + 1; k < rows.size(); ++k) highest = std::min(highest, rows[k].time);
      RC_ASSERT(stream->advance_watermark(highest).ok());
      stream.hand_over();
    }
    RC_ASSERT(stream->finish().ok());
    RC_ASSERT(stream.rows(1).empty());
    Strings wanted = bounded.text().empty() ? Strings() : Strings();
    for (const wf::Batch& b : bounded.output())
      for (int64_t i = 0; i < b.rows(); ++i) wanted.push_back(wf::testing::row_text(b, i));
    Strings given;
    for (const std::string& line : stream.rows(0))
      if (!line.ends_with(" | false")) given.push_back(line);
    // The order is by end, then key, within what one watermark closes; ends only grow.
    RC_ASSERT(given == wanted);
  });
  EXPECT_TRUE(holds);
}

Harness started(Value::Table config, const wf::Batch& in) {
  Harness h = make();
  const wf::Status status = h.start(std::move(config), {in.schema()});
  EXPECT_TRUE(status.ok()) << status.to_string();
  return h;
}

TEST(FlowWindow, ResultsComeAtTheWatermarkThatReachesTheEnd) {
  const wf::Batch in = batch("k:utf8 t:timestamp v:float64\nb | 3 | 1.5\na | 9 | 2\na | 10 | 4");
  Harness h = started({{"time", "t"},
                       {"by", "k"},
                       {"size", 10},
                       {"aggregates", Value::Table{{"n", "count()"}, {"s", "sum(v)"}}}},
                      in);
  ASSERT_TRUE(h.push(in).ok());
  ASSERT_TRUE(h.advance_watermark(9).ok());
  EXPECT_TRUE(h.output().empty());
  ASSERT_TRUE(h.advance_watermark(10).ok());
  EXPECT_EQ(h.text(),
            "k:utf8 window_start:timestamp window_end:timestamp n:int64 s:float64\n"
            "a | 0 | 10 | 1 | 2\nb | 0 | 10 | 1 | 1.5\n");
  ASSERT_TRUE(h.push(batch("k:utf8 t:timestamp v:float64\nc | 9 | 7\nc | 10 | 8")).ok());
  EXPECT_EQ(h.text(1),
            "k:utf8 t:timestamp v:float64 window_start:timestamp window_end:timestamp\n"
            "c | 9 | 7 | 0 | 10\n");
  EXPECT_EQ(h.host().metrics()["late_rows"], 1);
  ASSERT_TRUE(h.advance_watermark(INT64_MAX).ok());
  EXPECT_EQ(h.column("k"), (Strings{"a", "b", "a", "c"}));
  ASSERT_TRUE(h.finish().ok());
  EXPECT_TRUE(h.conservation().ok());
  EXPECT_EQ(h.column("k").size(), 4u) << "nothing comes twice";
}

TEST(FlowWindow, EveryTypeOfKeyComesBack) {
  const wf::Batch in = batch(
      "b:bool i:int32 l:int64 f:float32 d:float64 s:utf8 x:binary w:timestamp t:timestamp\n"
      "true | -3 | 9007199254740993 | 1.5 | -1e300 | \"a\\x00b\" | \"\\xff\\x00\" | -5 | 0\n"
      "false | 2147483647 | -1 | -0.25 | inf | \"\" | x | 7 | 0\n"
      "null | null | null | null | null | null | null | null | 0\n"
      "true | 0 | 0 | nan | nan | é | \"\\x00\" | 0 | 0");
  Harness h = started({{"time", "t"},
                       {"by", Value::List{"b", "i", "l", "f", "d", "s", "x", "w"}},
                       {"size", 10},
                       {"aggregates", Value::Table{{"n", "count()"}}}},
                      in);
  ASSERT_TRUE(h.push(in).ok() && h.finish().ok());
  std::multiset<std::string> wanted, given;
  for (int64_t i = 0; i < in.rows(); ++i) {
    std::string line = wf::testing::row_text(in, i);
    wanted.insert(line.substr(0, line.rfind(" | ")));
    line = wf::testing::row_text(h.output()[0], i);
    ASSERT_TRUE(line.ends_with(" | 0 | 10 | 1")) << line;
    given.insert(line.substr(0, line.size() - std::string(" | 0 | 10 | 1").size()));
  }
  EXPECT_EQ(given, wanted);
}

TEST(FlowWindow, EveryAggregateIsTheSameWhereverTheStateWasSaved) {
  Value::Table aggregates;
  for (const char* function :
       {"count()", "count(v)", "count_distinct(v)", "sum(v)", "sum(v / 3)", "min(v)", "max(v / 7)",
        "mean(v)", "first(v)", "last(v)", "median(v)", "quantile(v, 0.3)", "stddev(v)",
        "variance(v)", "approx_quantile(v, 0.9)", "approx_distinct(v)", "top_k(v, 3)",
        "top_k(cast(v as utf8), 2)", "max(cast(v as utf8))"})
    aggregates.emplace_back("a" + std::to_string(aggregates.size()), function);
  const Value::Table config{{"time", "t"}, {"size", 1000}, {"aggregates", aggregates}, {"by", "k"}};
  std::vector<StreamRow> rows;
  for (int64_t i = 0; i < 3'000; ++i)
    rows.push_back({i % 3, (i * 37) % 1000, i % 11 ? std::optional(i * i % 1009) : std::nullopt});
  Relay whole(make, config, kInput);
  ASSERT_TRUE(whole->push(batch_of(rows)).ok() && whole->finish().ok());
  Relay parts(make, config, kInput, true);
  for (size_t at = 0; at < rows.size(); at += 70) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at);
    const auto n = static_cast<std::ptrdiff_t>(std::min<size_t>(70, rows.size() - at));
    ASSERT_TRUE(parts->push(batch_of({begin, begin + n})).ok());
    parts.hand_over();
  }
  ASSERT_TRUE(parts->finish().ok());
  EXPECT_EQ(parts.rows(), whole.rows());
  EXPECT_EQ(whole.rows().size(), 3u);
}

TEST(FlowWindow, IsTheSameWithLittleMemory) {
  WindowSpec spec;
  spec.size = 1000;
  spec.slide = 250;
  std::vector<StreamRow> rows;
  for (int64_t i = 0; i < 20'000; ++i) rows.push_back({i * 7919 % 500, i / 10, i});
  Strings answers[2];
  for (const size_t little : {0, 1}) {
    Harness h = make();
    if (little) h.host().memory_budget = 64 << 10;
    ASSERT_TRUE(h.start(window_config(spec), kInput).ok());
    for (size_t at = 0; at < rows.size(); at += 1'000) {
      const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at);
      ASSERT_TRUE(h.push(batch_of({begin, begin + 1'000})).ok());
      ASSERT_TRUE(h.advance_watermark(begin->time).ok());
      if (little) {
        EXPECT_LE(h.host().memory_held(), 16 << 10);
      }
    }
    ASSERT_TRUE(h.finish().ok());
    for (const wf::Batch& b : h.output())
      for (int64_t i = 0; i < b.rows(); ++i) answers[little].push_back(wf::testing::row_text(b, i));
    ASSERT_TRUE(h.close().ok());
    EXPECT_EQ(h.host().memory_held(), 0);
  }
  EXPECT_GT(answers[0].size(), 5'000u);
  EXPECT_EQ(answers[1], answers[0]);
}

TEST(FlowWindow, DamagedSnapshotsAreRefused) {
  WindowSpec spec;
  spec.size = spec.slide = 10;
  const wf::Batch in = batch_of({{1, 5, 1}, {2, 25, 3}});
  Harness first = started(window_config(spec), in);
  ASSERT_TRUE(first.push(in).ok());
  const std::string whole = *first.snapshot();
  for (size_t cut = 1; cut < whole.size(); ++cut) {
    Harness second = started(window_config(spec), in);
    second.host().state() = first.host().state();
    ASSERT_TRUE(second.restore(whole.substr(0, cut)).ok());
    const wf::Status status = second.push(in);
    // A whole number of windows cannot be told from all of them.
    if (!status.ok()) {
      EXPECT_EQ(status.code(), wf::Code::invalid_data) << cut;
    }
    EXPECT_EQ(status.ok(), cut == whole.size() / 2) << cut;
  }
  Harness third = started(window_config(spec), in);
  third.host().state() = first.host().state();
  ASSERT_TRUE(third.restore(whole + whole).ok());
  EXPECT_EQ(third.push(in).code(), wf::Code::invalid_data);
}

TEST(FlowWindow, HandsOnInPiecesAndStaysWhereItWas) {
  std::vector<StreamRow> rows;
  for (int64_t i = 0; i < 10'000; ++i) rows.push_back({i, i % 10, 1});
  for (const int64_t lateness : {int64_t{0}, int64_t{100}}) {
    WindowSpec spec;
    spec.size = spec.slide = 10;
    spec.lateness = lateness;
    Harness h = started(window_config(spec), batch_of(rows));
    ASSERT_TRUE(h.push(batch_of(rows)).ok());
    h.pause_outputs(true);
    ASSERT_TRUE(h.advance_watermark(50).ok());
    EXPECT_EQ(h.output().size(), 3u);
    EXPECT_EQ(h.column("k").size(), 10'000u);
    ASSERT_TRUE(h.advance_watermark(INT64_MAX).ok());
    EXPECT_EQ(h.column("k").size(), lateness ? 20'000u : 10'000u);
  }
}

TEST(FlowWindow, RefusesRowsThatItCannotPlace) {
  const wf::Batch in =
      batch("t:timestamp v:int64\nnull | 1\n9223372036854775807 | 1\n5 | 0\n6 | 2\nnull | 0");
  Harness h = started(
      {{"time", "t"}, {"size", 10}, {"aggregates", Value::Table{{"s", "sum(10 / v)"}}}}, in);
  ASSERT_TRUE(h.push(in).ok() && h.finish().ok());
  EXPECT_EQ(h.column("s"), (Strings{"5"}));
  Strings codes;
  for (const auto& refused : h.refused()) codes.push_back(refused.code);
  EXPECT_EQ(codes, (Strings{"no_time", "bad_time", "no_time", "expression"}));
  EXPECT_TRUE(h.conservation().ok());
}

TEST(FlowWindow, LateRowsAreThoseThatCame) {
  const wf::Batch in = batch("t:timestamp v:int64 s:utf8\nnull | 1 | a\n5 | 0 | b\n6 | 2 | c");
  Harness h = started(
      {{"time", "t"}, {"size", 10}, {"aggregates", Value::Table{{"s", "sum(10 / v)"}}}}, in);
  ASSERT_TRUE(h.advance_watermark(100).ok());
  ASSERT_TRUE(h.push(in).ok());
  EXPECT_EQ(h.text(1),
            "t:timestamp v:int64 s:utf8 window_start:timestamp window_end:timestamp\n"
            "6 | 2 | c | 0 | 10\n");
}

TEST(FlowWindow, StateOfOtherWindowsIsRefused) {
  const wf::Batch in = batch_of({{1, 5, 1}});
  const Value::Table config{
      {"time", "t"}, {"size", 10}, {"aggregates", Value::Table{{"n", "count()"}}}};
  Harness first = make();
  first.host().memory_budget = 0;  // nothing is held besides the state
  ASSERT_TRUE(first.start(config, {in.schema()}).ok());
  ASSERT_TRUE(first.push(in).ok());
  ASSERT_EQ(first.host().state()[0].size(), 1u);
  Value::Table other = config;
  other[1].second = Value(20);
  Harness second = started(other, in);
  second.host().state() = first.host().state();
  const wf::Status status = second.push(in);
  EXPECT_EQ(status.code(), wf::Code::invalid_config);
  EXPECT_NE(status.message().find("size 10 slide 10"), std::string::npos) << status.message();
  Harness third = started(config, in);
  third.host().state() = first.host().state();
  third.host().state()[0].begin()->second += "x";
  EXPECT_EQ(third.push(in).code(), wf::Code::invalid_data);
}

std::string refusal(Value::Table config) {
  Harness h = make();
  config.emplace_back("aggregates", Value::Table{{"n", "count()"}});
  const wf::Status status =
      h.start(std::move(config), {wf::testing::schema("k:utf8 created:timestamp n:int64")});
  if (status.ok()) return "accepted";
  const wf::Status::Place* place = status.place();
  return (place ? place->key : "") + ": " + status.message() +
         (place && !place->hint.empty() ? " (" + place->hint + ")" : "");
}

TEST(FlowWindow, Refusals) {
  EXPECT_EQ(refusal({{"time", "creatd"}, {"size", 1}}),
            "time: there is no column 'creatd'; the input has k, created, n (did you mean "
            "'created'?)");
  EXPECT_EQ(refusal({{"time", "k"}, {"size", 1}}),
            "time: column 'k' is utf8; event times are of type timestamp (convert it before, with "
            "flow.map: cast(k as timestamp))");
  EXPECT_EQ(refusal({{"time", "created"}}),
            "size: a window needs its `size`, or the `gap` that ends a session");
  EXPECT_EQ(refusal({{"time", "created"}, {"size", 1}, {"gap", 1}}),
            "gap: a window has a `size` or is a session with a `gap`, not both");
  EXPECT_EQ(refusal({{"time", "created"}, {"slide", 1}, {"gap", 1}}),
            "slide: `slide` goes with `size`, not `gap`");
  EXPECT_EQ(refusal({{"time", "created"}, {"size", 10}, {"slide", 11}}),
            "slide: `slide` is more than `size`: rows between windows would be lost");
  EXPECT_EQ(refusal({{"time", "created"}, {"size", 10'000}, {"slide", 1}}),
            "slide: a row would be in 10000 windows; at most 1000 are possible (a larger `slide`)");
  EXPECT_EQ(refusal({{"time", "created"}, {"size", 1}, {"by", Value::List{"kk"}}}),
            "by[0]: there is no column 'kk'; the input has k, created, n");
  EXPECT_EQ(refusal({{"time", "created"}, {"size", 1}, {"by", "n"}}),
            "aggregates.n: column 'n' exists already");
}

}  // namespace
}  // namespace weirflow::flow
