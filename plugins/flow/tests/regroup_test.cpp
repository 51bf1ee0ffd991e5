// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Components that see more than one row: split, sample, sort, deduplicate, count, aggregate.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "aggregate.h"
#include "count.h"
#include "deduplicate.h"
#include "sample.h"
#include "sort.h"
#include "split.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::flow {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

/// n rows: id 0 .. n-1, a label that is 1 for a quarter of them, a value with nulls.
wf::Batch numbered(int64_t n) {
  wf::Int64Builder id, label;
  wf::Float64Builder value;
  for (int64_t i = 0; i < n; ++i) {
    id.append(i);
    label.append(i % 4 == 0);
    if (i % 7 == 0)
      value.append_null();
    else
      value.append(static_cast<double>((i * 37) % 101) / 4);
  }
  return wf::Batch(
      std::make_shared<const wf::Schema>(wf::Schema{{"id", wf::Type::int64, true, {}},
                                                    {"label", wf::Type::int64, true, {}},
                                                    {"value", wf::Type::float64, true, {}}}),
      n, {id.finish(), label.finish(), value.finish()});
}

std::vector<wf::Batch> cut(const wf::Batch& all, int64_t size) {
  std::vector<wf::Batch> parts;
  for (int64_t at = 0; at < all.rows(); at += size)
    parts.push_back(all.slice(at, std::min(size, all.rows() - at)));
  return parts;
}

template <typename T>
Harness ran(Value::Table config, const std::vector<wf::Batch>& batches,
            int64_t budget = 256 << 20) {
  Harness h = Harness::of<T>();
  h.host().memory_budget = budget;
  const wf::Status status = h.run(std::move(config), batches);
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().to_string();
  EXPECT_EQ(h.unreleased(), 0);
  EXPECT_EQ(h.host().memory_held(), 0);
  return h;
}

template <typename T>
std::string refusal(Value::Table config, const wf::Batch& in) {
  Harness h = Harness::of<T>();
  const wf::Status status = h.start(std::move(config), {in.schema()});
  if (status.ok()) return "accepted";
  const wf::Status::Place* place = status.place();
  if (!place) return status.message();
  return place->key + "@" + std::to_string(place->offset) + "+" + std::to_string(place->length) +
         ": " + status.message() + (place->hint.empty() ? "" : " (" + place->hint + ")");
}

TEST(FlowSplit, ByHashIsAPropertyOfTheRowAlone) {
  const wf::Batch all = numbered(20'000);
  const Value::Table config{
      {"test", 0.1}, {"validation", 0.05}, {"stratify", "label"}, {"seed", 42}};
  const Harness whole = ran<Split>(config, {all});
  const Harness pieces = ran<Split>(config, cut(all, 333));
  const Harness half = ran<Split>(config, {all.slice(0, 10'000)});
  for (int port = 0; port < 3; ++port) {
    const Strings ids = whole.column("id", port);
    EXPECT_EQ(pieces.column("id", port), ids);
    Strings first;
    for (const std::string& id : ids)
      if (std::stoll(id) < 10'000) first.push_back(id);
    EXPECT_EQ(half.column("id", port), first) << "a row changed sides as data grew";
  }
  EXPECT_NEAR(static_cast<double>(whole.column("id", 1).size()), 2000, 150);
  EXPECT_NEAR(static_cast<double>(whole.column("id", 2).size()), 1000, 110);
  const Strings labels = whole.column("label", 1);
  EXPECT_NEAR(static_cast<double>(std::count(labels.begin(), labels.end(), "1")), 500, 80);
  EXPECT_NE(ran<Split>({{"test", 0.1}, {"seed", 43}}, {all}).column("id", 1),
            whole.column("id", 1));
}

TEST(FlowSplit, RowsAlikeInTheKeyStayTogether) {
  const Harness h = ran<Split>({{"test", 0.5}, {"key", "label"}}, {numbered(100)});
  const Strings train = h.column("label", 0), test = h.column("label", 1);
  for (const std::string label : {"0", "1"})
    EXPECT_TRUE(std::count(train.begin(), train.end(), label) == 0 ||
                std::count(test.begin(), test.end(), label) == 0);
}

TEST(FlowSplit, ExactCountsInEachStratumWithinAndBeyondMemory) {
  const wf::Batch all = numbered(5'003);
  const Value::Table config{
      {"test", 0.1}, {"validation", 0.25}, {"stratify", "label"}, {"seed", 1}, {"exact", true}};
  const Harness whole = ran<Split>(config, {all});
  Harness spilled = ran<Split>(config, cut(all, 100), 10'000);
  EXPECT_LT(spilled.host().memory_peak(), 120'000);
  std::map<std::string, int> counts;
  for (int port = 0; port < 3; ++port) {
    EXPECT_EQ(spilled.column("id", port), whole.column("id", port));
    for (const std::string& label : whole.column("label", port))
      ++counts[label + "/" + std::to_string(port)];
    Strings ids = whole.column("id", port);
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(),
                               [](auto& a, auto& b) { return std::stoll(a) < std::stoll(b); }));
  }
  // 1,251 rows of label 1 and 3,752 of label 0: test round(0.1 n), held out round(0.35 n).
  EXPECT_EQ(counts["1/1"], 125);
  EXPECT_EQ(counts["1/2"], 438 - 125);
  EXPECT_EQ(counts["0/1"], 375);
  EXPECT_EQ(counts["0/2"], 1313 - 375);
}

TEST(FlowSplit, ByPositionTakesTheLastRows) {
  const Harness h = ran<Split>({{"test", 0.2}, {"by", "position"}}, cut(numbered(5'453), 1000));
  EXPECT_EQ(h.column("id", 0).size(), 4362u);
  ASSERT_EQ(h.column("id", 1).size(), 1091u);
  EXPECT_EQ(h.column("id", 1).front(), "4362");
  EXPECT_EQ(h.column("id", 1).back(), "5452");
}

TEST(FlowSplit, Refusals) {
  EXPECT_EQ(refusal<Split>({{"test", 0.7}, {"validation", 0.7}}, numbered(1)),
            "validation@0+0: `test` and `validation` are more than 1 together");
  EXPECT_EQ(refusal<Split>({{"stratify", "lable"}}, numbered(1)),
            "stratify[0]@0+0: there is no column 'lable'; the input has id, label, value (did you "
            "mean 'label'?)");
}

TEST(FlowSample, FractionByHash) {
  const wf::Batch all = numbered(20'000);
  const Harness h = ran<Sample>({{"fraction", 0.1}, {"seed", 3}}, {all});
  EXPECT_NEAR(static_cast<double>(h.column("id").size()), 2000, 150);
  EXPECT_EQ(ran<Sample>({{"fraction", 0.1}, {"seed", 3}}, cut(all, 77)).column("id"),
            h.column("id"));
  EXPECT_TRUE(ran<Sample>({{"fraction", 0.0}}, {all}).output().empty());
  EXPECT_EQ(ran<Sample>({{"fraction", 1.0}}, {all}).column("id").size(), 20'000u);
}

TEST(FlowSample, ReservoirHasExactlySoManyRowsAllWithTheSameChance) {
  const wf::Batch all = numbered(20'000);
  const Strings ids = ran<Sample>({{"rows", 500}, {"seed", 5}}, {all}).column("id");
  ASSERT_EQ(ids.size(), 500u);
  EXPECT_EQ(ran<Sample>({{"rows", 500}, {"seed", 5}}, cut(all, 999)).column("id"), ids);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(),
                             [](auto& a, auto& b) { return std::stoll(a) < std::stoll(b); }));
  int64_t first_half = 0;
  for (const std::string& id : ids) first_half += std::stoll(id) < 10'000;
  EXPECT_NEAR(static_cast<double>(first_half), 250, 45);
  EXPECT_EQ(ran<Sample>({{"rows", 50}}, {all.slice(0, 20)}).column("id").size(), 20u);
  EXPECT_TRUE(ran<Sample>({{"rows", 0}}, {all}).output().empty());
  EXPECT_EQ(refusal<Sample>({}, all), "fraction@0+0: either `fraction` or `rows` is needed");
}

TEST(FlowSort, KeysDirectionsNullsAndStability) {
  const wf::Batch in = batch(R"(k:utf8 v:float64 n:int64
b    | 2   | 1
a    | nan | 2
null | 1   | 3
a    | -1  | 4
b    | null| 5
a    | nan | 6
)");
  EXPECT_EQ(ran<Sort>({{"by", Value::List{"k", "v"}}}, {in}).column("n"),
            (Strings{"4", "2", "6", "1", "5", "3"}));
  EXPECT_EQ(ran<Sort>({{"by", Value::List{"k desc nulls first", "v desc"}}}, {in}).column("n"),
            (Strings{"3", "1", "5", "2", "6", "4"}));
  EXPECT_EQ(ran<Sort>({{"by", Value::List{"v nulls first"}}}, {in}).column("n"),
            (Strings{"5", "4", "3", "1", "2", "6"}));
  EXPECT_EQ(ran<Sort>({{"by", Value::List{"k asc", "n"}}, {"descending", true}}, {in}).column("n"),
            (Strings{"6", "4", "2", "5", "1", "3"}));
  EXPECT_EQ(ran<Sort>({{"by", Value::List{"k"}}, {"limit", 2}}, cut(in, 1)).column("n"),
            (Strings{"2", "4"}));
}

TEST(FlowSort, Refusals) {
  EXPECT_EQ(refusal<Sort>({{"by", Value::List{"valu desc"}}}, numbered(1)),
            "by[0]@0+4: there is no column 'valu'; the input has id, label, value (did you mean "
            "'value'?)");
  EXPECT_EQ(refusal<Sort>({{"by", Value::List{"l"}}}, batch("l:list<int32>\n[1]")),
            "by[0]@0+1: column 'l' is a list<int32>, which has no order");
}

TEST(FlowSort, ExternalMergeGivesTheOrderOfASortInMemory) {
  const wf::Batch all = numbered(30'000);
  const Harness memory = ran<Sort>({{"by", Value::List{"value desc", "label"}}}, {all});
  Harness disk = ran<Sort>({{"by", Value::List{"value desc", "label"}}}, cut(all, 250), 16'000);
  EXPECT_EQ(disk.column("id"), memory.column("id"));
  // One batch beyond the budget at most; more than 64 runs were merged in between.
  EXPECT_LT(disk.host().memory_peak(), 40'000);
  const Harness top =
      ran<Sort>({{"by", Value::List{"value desc", "label"}}, {"limit", 100}}, cut(all, 250));
  const Strings expected = memory.column("id");
  EXPECT_EQ(top.column("id"), Strings(expected.begin(), expected.begin() + 100));
}

TEST(FlowSort, HandsOnInPieces) {
  Harness h = Harness::of<Sort>();
  h.pause_outputs(true);
  ASSERT_TRUE(h.run({{"by", "id desc"}}, {numbered(10'000)}).ok());
  EXPECT_EQ(h.output().size(), 3u);
  EXPECT_EQ(h.column("id").front(), "9999");
  EXPECT_EQ(h.column("id").back(), "0");
}

TEST(FlowSort, WithoutASpillFolder) {
  Harness h = Harness::of<Sort>();
  h.host().memory_budget = 1000;
  h.host().missing = {WF_EXT_MEMORY};
  EXPECT_TRUE(h.run({{"by", "id"}}, cut(numbered(1000), 100)).ok())
      << "256 MiB without the service";
}

TEST(FlowDeduplicate, FirstLastAndRemember) {
  const wf::Batch in = batch(R"(k:utf8 v:int64
a    | 1
b    | 2
a    | 3
null | 4
b    | 2
null | 5
)");
  EXPECT_EQ(ran<Deduplicate>({{"key", "k"}}, cut(in, 2)).column("v"), (Strings{"1", "2", "4"}));
  EXPECT_EQ(ran<Deduplicate>({{"key", "k"}, {"keep", "last"}}, cut(in, 2)).column("v"),
            (Strings{"3", "2", "5"}));
  EXPECT_EQ(ran<Deduplicate>({}, {in}).column("v"), (Strings{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(ran<Deduplicate>({{"key", "k"}, {"remember", 1}}, {in}).column("v"),
            (Strings{"1", "2", "3", "4", "2", "5"}));
  EXPECT_EQ(refusal<Deduplicate>({{"keep", "last"}, {"remember", 5}}, in),
            "remember@0+0: `remember` goes with keep = \"first\"");
}

TEST(FlowDeduplicate, SaysWhenKeysDoNotFit) {
  Harness h = Harness::of<Deduplicate>();
  h.host().memory_budget = 50'000;
  const wf::Status status = h.run({{"key", "id"}}, cut(numbered(5'000), 500));
  EXPECT_EQ(status.code(), wf::Code::resource_exhausted);
  EXPECT_NE(status.message().find("`remember`"), std::string::npos);
}

TEST(FlowCount, OneRowAndAResult) {
  const Harness h = ran<Count>({{"column", "n"}}, cut(numbered(1'000), 300));
  EXPECT_EQ(h.text(), "n:int64\n1000\n");
  EXPECT_EQ(h.result("rows"), Value(1000));
}

TEST(FlowAggregate, EveryFunction) {
  const wf::Batch in = batch(R"(g:utf8 x:float64 n:int32 s:utf8
b    | 1    | 5    | q
a    | 2    | null | null
b    | 4    | -1   | p
a    | null | 7    | z
null | 3    | 1    | y
a    | 6    | 7    | m
)");
  const Harness h = ran<AggregateRows>({{"by", "g"},
                                        {"aggregates", Value::Table{{"rows", "count()"},
                                                                    {"xs", "count(x)"},
                                                                    {"ns", "count_distinct(n)"},
                                                                    {"total", "sum(n)"},
                                                                    {"sum_x", "sum(x * 2)"},
                                                                    {"low", "min(s)"},
                                                                    {"high", "max(n)"},
                                                                    {"mid", "median(x)"},
                                                                    {"avg", "mean(x)"},
                                                                    {"head", "first(s)"},
                                                                    {"tail", "last(s)"},
                                                                    {"dev", "stddev(x)"},
                                                                    {"var", "variance(x)"},
                                                                    {"q", "quantile(x, 0.25)"}}}},
                                       cut(in, 2));
  EXPECT_EQ(h.text(),
            "g:utf8 rows:int64 xs:int64 ns:int64 total:int64 sum_x:float64 low:utf8 high:int32 "
            "mid:float64 avg:float64 "
            "head:utf8 tail:utf8 dev:float64 var:float64 q:float64\n"
            "a | 3 | 2 | 1 | 14 | 16 | m | 7 | 4 | 4 | z | m | 2.8284271247461903 | 8 | 3\n"
            "b | 2 | 2 | 2 | 4 | 10 | p | 5 | 2.5 | 2.5 | q | p | 2.1213203435596424 | 4.5 | 1.75\n"
            "null | 1 | 1 | 1 | 1 | 6 | y | 1 | 3 | 3 | y | y | null | null | 3\n");
}

TEST(FlowAggregate, WithoutKeysOneRowEvenOfNothing) {
  const Value::Table config{
      {"aggregates", Value::Table{{"n", "count()"}, {"top", "max(id)"}, {"s", "sum(value)"}}}};
  EXPECT_EQ(ran<AggregateRows>(config, {numbered(0)}).text(),
            "n:int64 top:int64 s:float64\n0 | null | null\n");
  EXPECT_EQ(ran<AggregateRows>(config, cut(numbered(5), 2)).text(),
            "n:int64 top:int64 s:float64\n5 | 4 | 42\n");
}

TEST(FlowAggregate, BeyondMemoryTheSameAnswer) {
  const wf::Batch all = numbered(20'000);
  const Value::Table config{
      {"by", Value::List{"key"}},
      {"aggregates",
       Value::Table{
           {"n", "count()"}, {"s", "sum(value)"}, {"f", "first(id)"}, {"m", "median(value)"}}}};
  // 5,000 groups, their rows far apart.
  wf::Int64Builder key;
  for (int64_t i = 0; i < all.rows(); ++i) key.append((i * 7919) % 5000);
  std::vector<wf::Field> fields = all.schema().fields();
  fields.push_back({"key", wf::Type::int64, true, {}});
  const wf::Batch in =
      all.with_columns(std::make_shared<const wf::Schema>(std::move(fields)), {key.finish()});
  const Harness memory = ran<AggregateRows>(config, {in});
  Harness disk = ran<AggregateRows>(config, cut(in, 500), 300'000);
  EXPECT_EQ(memory.column("n").size(), 5'000u);
  EXPECT_EQ(disk.text(), memory.text());
}

TEST(FlowAggregate, RefusesRowsAndSaysWhatDoesNotFit) {
  const Harness h =
      ran<AggregateRows>({{"aggregates", Value::Table{{"s", "sum(1 / id)"}}}}, {numbered(3)});
  EXPECT_EQ(h.text(), "s:float64\n1.5\n");
  EXPECT_EQ(h.refused().size(), 1u);
  Harness big = Harness::of<AggregateRows>();
  EXPECT_EQ(big.run({{"aggregates", Value::Table{{"s", "sum(id)"}}}},
                    {batch("id:int64\n9223372036854775807\n1")})
                .message(),
            "a sum of integers passes the range of int64; sum cast(... as float64)");
  Harness held = Harness::of<AggregateRows>();
  held.host().memory_budget = 100'000;
  std::vector<wf::Batch> many(100, numbered(5'000));
  EXPECT_EQ(held.run({{"aggregates", Value::Table{{"m", "median(id)"}}}}, many).code(),
            wf::Code::resource_exhausted);
}

TEST(FlowAggregate, Refusals) {
  const wf::Batch in = batch("g:utf8 x:float64\na | 1");
  const auto why = [&](const char* text) {
    return refusal<AggregateRows>({{"aggregates", Value::Table{{"y", text}}}}, in);
  };
  EXPECT_EQ(why("meen(x)"),
            "aggregates.y@0+4: there is no aggregate 'meen' (did you mean 'mean'?)");
  EXPECT_EQ(why("x + 1"),
            "aggregates.y@0+5: an aggregate is written function(expression), as in mean(score)");
  EXPECT_EQ(why("mean(1 + z)"), "aggregates.y@9+1: there is no column 'z'; the input has g, x");
  EXPECT_EQ(why("sum(g)"),
            "aggregates.y@4+1: sum() takes numbers, not utf8 (convert it: cast(... as float64))");
  EXPECT_EQ(why("mean()"), "aggregates.y@0+6: mean() takes an expression, as in mean(score)");
  EXPECT_EQ(why("quantile(x, 2)"),
            "aggregates.y@11+2: the share of quantile() is a number from 0 to 1");
  EXPECT_EQ(
      why("quantile(x)"),
      "aggregates.y@0+11: quantile() takes an expression and a share, as in quantile(score, 0.9)");
}

template <typename T>
std::string in_a_stream(Value::Table config) {
  Harness h = Harness::of<T>();
  h.host().task().checkpointed = 1;
  const wf::Status status = h.start(std::move(config), {wf::testing::schema("x:int64")});
  return status.ok() ? "" : status.message().substr(0, status.message().find(" keeps rows"));
}

TEST(FlowInAStream, WhatNoCheckpointHoldsIsRefused) {
  EXPECT_EQ(in_a_stream<Sort>({{"by", "x"}}), "flow.sort");
  EXPECT_EQ(in_a_stream<AggregateRows>({{"aggregates", Value::Table{{"n", "count()"}}}}),
            "flow.aggregate");
  EXPECT_EQ(in_a_stream<Deduplicate>({{"keep", "last"}}), "flow.deduplicate with keep = \"last\"");
  EXPECT_EQ(in_a_stream<Deduplicate>({}), "");
  EXPECT_EQ(in_a_stream<Count>({}), "");
}

TEST(FlowInAStream, CountGoesOnFromItsState) {
  Harness first = Harness::of<Count>(), second = Harness::of<Count>();
  const wf::Batch in = batch("x:int64\n1\n2\n3");
  ASSERT_TRUE(first.start({}, {in.schema()}).ok() && second.start({}, {in.schema()}).ok());
  ASSERT_TRUE(first.push(in).ok());
  ASSERT_TRUE(second.restore(*first.snapshot()).ok());
  ASSERT_TRUE(second.push(in).ok() && second.finish().ok());
  EXPECT_EQ(second.text(), "rows:int64\n6\n");
  EXPECT_FALSE(second.restore("x").ok());
}

}  // namespace
}  // namespace weirflow::flow
