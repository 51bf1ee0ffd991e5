// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Components that go on for ever: deduplicate within a time, count_by, watermark.

#include <map>
#include <set>

#include "count_by.h"
#include "deduplicate.h"
#include "stream_rows.h"
#include "watermark.h"

namespace weirflow::flow {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

const std::vector<std::optional<wf::Schema>> kInput{
    wf::testing::schema("k:int64 t:timestamp v:int64")};

/// The rows cut at random, with watermarks and crashes between.
template <typename Row, typename Mark>
void feed(Relay& task, const std::vector<StreamRow>& rows, Row&& row, Mark&& mark) {
  const bool crashes = pick(0, 2) == 0;
  for (size_t at = 0; at < rows.size();) {
    std::vector<StreamRow> part;
    for (auto n = pick(1, 12); n > 0 && at < rows.size(); --n) part.push_back(rows[at++]);
    RC_ASSERT(task->push(batch_of(part)).ok());
    for (const StreamRow& r : part) row(r);
    if (crashes) task.hand_over();
    if (pick(0, 2)) {
      const int64_t w = part.back().time - pick<int64_t>(-3, 20);
      RC_ASSERT(task->advance_watermark(w).ok());
      mark(w);
      if (crashes) task.hand_over();
    }
  }
  RC_ASSERT(task->finish().ok());
}

TEST(FlowDeduplicateWithin, IsTheNaiveAnswer) {
  const bool holds = rc::check([] {
    const auto within = pick<int64_t>(1, 30);
    const std::vector<StreamRow> rows = random_stream(8);
    Relay task([] { return Harness::of<Deduplicate>(); },
               {{"key", "k"}, {"within", within}, {"time", "t"}}, kInput);
    std::set<std::pair<std::optional<int64_t>, int64_t>> kept;
    Strings wanted;
    feed(
        task, rows,
        [&](const StreamRow& row) {
          for (const auto& [key, time] : kept)
            if (key == row.key && std::abs(row.time - time) < within) return;
          wanted.push_back(text(row));
          kept.emplace(row.key, row.time);
        },
        [&](int64_t w) {
          std::erase_if(kept, [&](const auto& entry) { return entry.second + within <= w; });
        });
    RC_ASSERT(task.rows() == wanted);
    RC_ASSERT(task.accounted == task.in);
    RC_ASSERT(task->conservation().ok());
    RC_ASSERT(task->advance_watermark(INT64_MAX).ok());
    for (const auto& [table, entries] : task->host().state()) RC_ASSERT(entries.empty());
  });
  EXPECT_TRUE(holds);
}

TEST(FlowDeduplicateWithin, InATaskWithCheckpointsKeysAreInItsState) {
  const auto make = [] {
    Harness h = Harness::of<Deduplicate>();
    h.host().task().checkpointed = 1;
    return h;
  };
  const bool holds = rc::check([&] {
    const auto remember = pick<int64_t>(0, 4);
    const std::vector<StreamRow> rows = random_stream(3);
    Relay task(make, {{"key", "k"}, {"remember", remember}}, kInput);
    Harness in_memory = Harness::of<Deduplicate>();
    RC_ASSERT(in_memory.run({{"key", "k"}, {"remember", remember}}, {batch_of(rows)}).ok());
    feed(
        task, rows, [](const StreamRow&) {}, [](int64_t) {});
    Strings wanted;
    for (const wf::Batch& b : in_memory.output())
      for (int64_t i = 0; i < b.rows(); ++i) wanted.push_back(wf::testing::row_text(b, i));
    RC_ASSERT(task.rows() == wanted);
    RC_ASSERT(task.accounted == task.in);
  });
  EXPECT_TRUE(holds);
}

TEST(FlowDeduplicateWithin, RefusesRowsWithoutATime) {
  Harness h = Harness::of<Deduplicate>();
  const wf::Batch in = batch("k:int64 t:timestamp\n1 | null\n1 | 5\n1 | 6\nnull | 5");
  ASSERT_TRUE(h.start({{"key", "k"}, {"within", 10}, {"time", "t"}}, {in.schema()}).ok());
  ASSERT_TRUE(h.push(in).ok() && h.finish().ok());
  EXPECT_EQ(h.text(), "k:int64 t:timestamp\n1 | 5\nnull | 5\n");
  EXPECT_EQ(h.counters().refused, 1);
  EXPECT_EQ(h.counters().filtered, 1);
  EXPECT_TRUE(h.conservation().ok());
}

template <typename T>
std::string refusal(Value::Table config) {
  Harness h = Harness::of<T>();
  const wf::Status status =
      h.start(std::move(config), {wf::testing::schema("k:utf8 created:timestamp l:list<int32>")});
  if (status.ok()) return "accepted";
  return (status.place() ? status.place()->key : "") + ": " + status.message();
}

TEST(FlowDeduplicateWithin, Refusals) {
  EXPECT_EQ(refusal<Deduplicate>({{"within", 5}}), "time: `within` and `time` go together");
  EXPECT_EQ(refusal<Deduplicate>({{"time", "created"}}), "within: `within` and `time` go together");
  EXPECT_EQ(refusal<Deduplicate>({{"within", 5}, {"time", "created"}, {"remember", 5}}),
            "within: `within` goes with keep = \"first\" and without `remember`");
  EXPECT_EQ(refusal<Deduplicate>({{"within", 5}, {"time", "k"}}),
            "time: column 'k' is utf8; event times are of type timestamp");
}

Harness make_count() { return Harness::of<CountBy>(); }

TEST(FlowCountBy, CountsEachRowAsItComes) {
  const bool holds = rc::check([] {
    const std::vector<StreamRow> rows = random_stream(3);
    Relay task(make_count, {{"by", "k"}, {"column", "n"}}, kInput);
    std::map<std::optional<int64_t>, int64_t> counts;
    Strings wanted;
    feed(
        task, rows,
        [&](const StreamRow& row) {
          wanted.push_back(text(row) + " | " + std::to_string(++counts[row.key]));
        },
        [](int64_t) {});
    RC_ASSERT(task.rows() == wanted);
    RC_ASSERT(task.accounted == task.in);
  });
  EXPECT_TRUE(holds);
}

TEST(FlowCountBy, EverySoOftenTheKeysThatChanged) {
  Relay task(make_count, {{"by", "k"}, {"every", 10'000'000}}, kInput);
  const int64_t begin = task->host().now_us;
  ASSERT_TRUE(task->push(batch_of({{2, 0, 1}, {1, 0, 1}, {2, 0, 1}, {{}, 0, 1}})).ok());
  task.hand_over();
  ASSERT_TRUE(task->advance_time(begin + 9'000'000).ok());
  EXPECT_TRUE(task.rows().empty());
  ASSERT_TRUE(task->advance_time(begin + 10'000'000).ok());
  EXPECT_EQ(task.rows(), (Strings{"1 | 1", "2 | 2", "null | 1"}));
  ASSERT_TRUE(task->advance_time(begin + 50'000'000).ok());
  EXPECT_EQ(task.rows().size(), 3u) << "nothing changed";
  ASSERT_TRUE(task->push(batch_of({{2, 0, 1}})).ok());
  task.hand_over();
  ASSERT_TRUE(task->finish().ok());
  EXPECT_EQ(task.rows().back(), "2 | 3");
  EXPECT_EQ(task->text().substr(0, 20), "k:int64 count:int64\n");
}

TEST(FlowCountBy, Refusals) {
  EXPECT_EQ(refusal<CountBy>({{"by", Value::List{"kk"}}}),
            "by[0]: there is no column 'kk'; the input has k, created, l");
  EXPECT_EQ(refusal<CountBy>({{"by", "l"}}),
            "by[0]: column 'l' is a list<int32>; it cannot be a key");
  EXPECT_EQ(refusal<CountBy>({{"by", "k"}, {"column", "created"}}),
            "column: column 'created' exists already");
}

Harness make_watermark() { return Harness::of<Watermark>(); }

TEST(FlowWatermark, FollowsTheHighestTime) {
  Relay task(make_watermark, {{"time", "t"}, {"out_of_order", 5}}, kInput, true);
  ASSERT_TRUE(task->push(batch_of({{1, 10, 1}, {1, 20, 1}, {1, 7, 1}})).ok());
  ASSERT_TRUE(task->push(batch_of({{1, 18, 1}})).ok());
  EXPECT_EQ(task->watermarks(), (std::vector<int64_t>{15}));
  task.hand_over();
  ASSERT_TRUE(task->push(batch_of({{1, 19, 1}})).ok());
  ASSERT_TRUE(task->push(batch_of({{1, 30, 1}})).ok());
  EXPECT_EQ(task->watermarks().back(), 25);
  EXPECT_EQ(task.rows().size(), 6u);
  EXPECT_TRUE(task->conservation().ok());
}

TEST(FlowWatermark, RowsWithoutATimePass) {
  Harness h = make_watermark();
  const wf::Batch in = batch("t:timestamp\nnull\n3\n9223372036854775807");
  ASSERT_TRUE(h.run({{"time", "t"}}, {in, batch("t:timestamp\nnull")}).ok());
  EXPECT_EQ(h.column("t").size(), 4u);
  EXPECT_EQ(h.watermarks(), (std::vector<int64_t>{3}));
}

TEST(FlowWatermark, TheSlowestSplitDecidesUntilItIsIdle) {
  Relay task(make_watermark, {{"time", "t"}, {"split", "k"}, {"idle_after", 1'000'000}}, kInput,
             true);
  int64_t clock = task->host().now_us;
  ASSERT_TRUE(task->push(batch_of({{1, 100, 1}, {2, 50, 1}})).ok());
  EXPECT_EQ(task->watermarks(), (std::vector<int64_t>{50}));
  task.hand_over();
  clock += 900'000;
  ASSERT_TRUE(task->advance_time(clock).ok());
  ASSERT_TRUE(task->push(batch_of({{1, 200, 1}})).ok());
  EXPECT_EQ(task->watermarks(), (std::vector<int64_t>{50})) << "split 2 holds it back";
  clock += 1'000'000;
  ASSERT_TRUE(task->advance_time(clock).ok());
  ASSERT_TRUE(task->push(batch_of({{1, 300, 1}})).ok());
  EXPECT_EQ(task->watermarks().back(), 300) << "split 2 had its time since the restore";
  ASSERT_TRUE(task->push(batch_of({{2, 60, 1}, {1, 400, 1}})).ok());
  EXPECT_EQ(task->watermarks().back(), 300) << "split 2 counts again, and time does not go back";
  clock += 1'200'000;
  ASSERT_TRUE(task->advance_time(clock).ok());
  EXPECT_EQ(task->watermarks().back(), 300) << "all are idle";
  ASSERT_TRUE(task->push(batch_of({{2, 350, 1}})).ok());
  EXPECT_EQ(task->watermarks().back(), 350) << "split 1 is idle";
  clock += 500'000;
  ASSERT_TRUE(task->advance_time(clock).ok());
  ASSERT_TRUE(task->push(batch_of({{1, 500, 1}})).ok());
  EXPECT_EQ(task->watermarks().back(), 350);
  clock += 700'000;
  ASSERT_TRUE(task->advance_time(clock).ok());
  EXPECT_EQ(task->watermarks().back(), 500) << "split 2 is idle: the clock alone shows it";
}

TEST(FlowWatermark, SplitsOfAnyName) {
  Harness h = make_watermark();
  const wf::Batch in = batch("s:utf8 t:timestamp\n\"a\\nb\" | 5\n\"a\\\\nb\" | 3\nnull | 9");
  ASSERT_TRUE(h.start({{"time", "t"}, {"split", "s"}}, {in.schema()}).ok());
  ASSERT_TRUE(h.push(in).ok());
  EXPECT_EQ(h.watermarks(), (std::vector<int64_t>{3}));
  Harness next = make_watermark();
  ASSERT_TRUE(next.start({{"time", "t"}, {"split", "s"}}, {in.schema()}).ok());
  ASSERT_TRUE(next.restore(*h.snapshot()).ok());
  ASSERT_TRUE(next.push(batch("s:utf8 t:timestamp\n\"a\\\\nb\" | 7")).ok());
  EXPECT_EQ(next.watermarks().back(), 5);
  EXPECT_FALSE(next.restore("x").ok());
}

TEST(FlowWatermark, Refusals) {
  EXPECT_EQ(refusal<Watermark>({{"time", "created"}, {"split", "kk"}}),
            "split: there is no column 'kk'; the input has k, created, l");
  EXPECT_EQ(refusal<Watermark>({{"time", "k"}}),
            "time: column 'k' is utf8; event times are of type timestamp");
  EXPECT_EQ(refusal<Watermark>({{"time", "created"}, {"idle_after", 5'000}}),
            "idle_after: `idle_after` goes with `split`: alone, a stream without rows leaves the "
            "watermark where it is");
}

}  // namespace
}  // namespace weirflow::flow
