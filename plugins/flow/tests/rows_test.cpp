// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Components that look at each row by itself: select, filter, map, route, union, limit.

#include <gtest/gtest.h>

#include "filter.h"
#include "limit.h"
#include "map.h"
#include "route.h"
#include "select.h"
#include "union.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::flow {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;

constexpr const char* kRows = R"(id:int64 score:int32 body:utf8
1 | 10   | hello
2 | null | world
3 | -5   | null
4 | 0    | again)";

/// One task over kRows, cut after `cut` rows; the batches balance.
template <typename T>
Harness ran(Value::Table config, int64_t cut = 4) {
  Harness h = Harness::of<T>();
  const wf::Batch all = batch(kRows);
  std::vector<wf::Batch> parts;
  for (int64_t at = 0; at < 4; at += cut) parts.push_back(all.slice(at, std::min(cut, 4 - at)));
  const wf::Status status = h.run(std::move(config), parts);
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().to_string();
  EXPECT_EQ(h.unreleased(), 0);
  return h;
}

/// Why bind refuses, as "key@offset+length: message (hint)".
template <typename T>
std::string refusal(Value::Table config) {
  Harness h = Harness::of<T>();
  const wf::Status status = h.start(std::move(config), {batch(kRows).schema()});
  if (status.ok()) return "accepted";
  const wf::Status::Place* place = status.place();
  if (!place) return status.message();
  return place->key + "@" + std::to_string(place->offset) + "+" + std::to_string(place->length) +
         ": " + status.message() + (place->hint.empty() ? "" : " (" + place->hint + ")");
}

TEST(FlowSelect, KeepsOrdersDropsAndRenames) {
  EXPECT_EQ(ran<Select>({{"columns", Value::List{"body", "id"}}}).text(),
            "body:utf8 id:int64\nhello | 1\nworld | 2\nnull | 3\nagain | 4\n");
  EXPECT_EQ(
      ran<Select>({{"drop", "body"}, {"rename", Value::Table{{"points", "score"}}}}, 3).text(),
      "id:int64 points:int32\n1 | 10\n2 | null\n3 | -5\n4 | 0\n");
  // Two names may change places.
  EXPECT_EQ(
      ran<Select>({{"drop", "body"}, {"rename", Value::Table{{"id", "score"}, {"score", "id"}}}})
          .text(),
      "score:int64 id:int32\n1 | 10\n2 | null\n3 | -5\n4 | 0\n");
}

TEST(FlowSelect, Refusals) {
  EXPECT_EQ(refusal<Select>({{"columns", "bdy"}}),
            "columns[0]@0+0: there is no column 'bdy'; the input has id, score, body (did you mean "
            "'body'?)");
  EXPECT_EQ(refusal<Select>({{"columns", "id"}, {"drop", "id"}}),
            "drop@0+0: `columns` and `drop` exclude each other");
  EXPECT_EQ(refusal<Select>({{"rename", Value::Table{{"id", "score"}}}}),
            "rename@0+0: column 'id' exists already");
  EXPECT_EQ(refusal<Select>({{"columns", "id"}, {"rename", Value::Table{{"x", "score"}}}}),
            "rename.x@0+0: column 'score' is renamed but not kept");
}

TEST(FlowFilter, KeepsWhatIsTrue) {
  EXPECT_EQ(ran<Filter>({{"where", "score >= 0"}}, 1).text(),
            "id:int64 score:int32 body:utf8\n1 | 10 | hello\n4 | 0 | again\n");
  EXPECT_EQ(ran<Filter>({{"where", "null"}}).text(), "id:int64 score:int32 body:utf8\n");
  EXPECT_EQ(ran<Filter>({{"where", "true"}}).output()[0].rows(), 4);
}

TEST(FlowFilter, RefusesRowsThatCannotBeComputed) {
  const Harness h = ran<Filter>({{"where", "10 / score > 0"}});
  EXPECT_EQ(h.text(), "id:int64 score:int32 body:utf8\n1 | 10 | hello\n");
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "expression");
  EXPECT_EQ(h.refused()[0].row, 3);
  EXPECT_EQ(h.refused()[0].message, "where: division by zero");
}

TEST(FlowFilter, Refusals) {
  EXPECT_EQ(
      refusal<Filter>({{"where", "score > 1 and bdy is null"}}),
      "where@14+3: there is no column 'bdy'; the input has id, score, body (did you mean 'body'?)");
  EXPECT_EQ(refusal<Filter>({{"where", "score + 1"}}),
            "where@0+9: a condition is needed (bool); this is int64 (compare it, as in x > 0)");
  EXPECT_EQ(refusal<Filter>({}), "where@0+0: 'where' is required");
}

TEST(FlowMap, AddsAndReplacesColumns) {
  const Harness h = ran<Map>(
      {{"set",
        Value::Table{{"n", "length(body)"}, {"score", "coalesce(score, 0) * 2"}, {"id", "id"}}}},
      3);
  EXPECT_EQ(h.text(),
            "id:int64 score:int64 body:utf8 n:int64\n1 | 20 | hello | 5\n2 | 0 | world | 5\n3 | "
            "-10 | null | null\n4 | 0 | again | 5\n");
}

TEST(FlowMap, RefusesARowOnce) {
  const Harness h =
      ran<Map>({{"set", Value::Table{{"a", "1 / score"}, {"b", "cast(body as int64)"}}}});
  EXPECT_EQ(h.text(),
            "id:int64 score:int32 body:utf8 a:float64 b:int64\n3 | -5 | null | -0.2 | null\n");
  ASSERT_EQ(h.refused().size(), 3u);
  EXPECT_EQ(h.refused()[0].message, "a: division by zero");
  EXPECT_EQ(h.refused()[1].message, "b: 'hello' is no int64");
  EXPECT_EQ(h.refused()[2].row, 1);
}

TEST(FlowMap, Refusals) {
  EXPECT_EQ(refusal<Map>({{"set", Value::Table{{"n", "lenght(body)"}}}}),
            "set.n@0+6: there is no function 'lenght' (did you mean 'length'?)");
}

TEST(FlowRoute, FirstTrueConditionTakesTheRow) {
  const Harness h = ran<Route>(
      {{"routes",
        Value::Table{{"high", "score > 5"}, {"any", "score > -100"}, {"rest", "body = 'world'"}}}},
      2);
  const std::string header = "id:int64 score:int32 body:utf8\n";
  EXPECT_EQ(h.text(0), header + "1 | 10 | hello\n");
  EXPECT_EQ(h.text(1), header + "3 | -5 | null\n4 | 0 | again\n");
  EXPECT_EQ(h.text(2), header + "2 | null | world\n");
}

TEST(FlowRoute, UnmatchedRowsAreDroppedOrRefused) {
  const Value routes = Value::Table{{"high", "score > 5"}};
  EXPECT_EQ(ran<Route>({{"routes", routes}}).counters().filtered, 3);
  const Harness h = ran<Route>({{"routes", routes}, {"unmatched", "refuse"}});
  ASSERT_EQ(h.refused().size(), 3u);
  EXPECT_EQ(h.refused()[0].code, "unmatched");
}

TEST(FlowRoute, ALaterConditionMayFailForRowsTakenBefore) {
  const Harness h =
      ran<Route>({{"routes", Value::Table{{"zero", "score = 0"}, {"other", "10 / score < 100"}}}});
  EXPECT_TRUE(h.refused().empty());
  EXPECT_EQ(h.column("id", 0), (std::vector<std::string>{"4"}));
  EXPECT_EQ(h.column("id", 1), (std::vector<std::string>{"1", "3"}));
}

wf::Status unite(Harness& h, Value::Table config, const std::vector<wf::Batch>& inputs) {
  std::vector<std::optional<wf::Schema>> schemas;
  std::vector<std::string> names{"left", "right", "third"};
  names.resize(inputs.size());
  for (const wf::Batch& b : inputs) schemas.emplace_back(b.schema());
  h.input_names(names);
  WF_TRY(h.start(std::move(config), schemas));
  for (size_t i = 0; i < inputs.size(); ++i) WF_TRY(h.push(inputs[i], static_cast<int>(i)));
  WF_TRY(h.finish());
  WF_TRY(h.close());
  return h.conservation();
}

TEST(FlowUnion, EqualColumnsInAnyOrder) {
  Harness h = Harness::of<Union>();
  const wf::Status s = unite(h, {{"source", "origin"}},
                             {batch("a:int64 b:utf8\n1 | x"), batch("b:utf8 a:int64\ny | 2")});
  ASSERT_TRUE(s.ok()) << s.to_string();
  EXPECT_EQ(h.text(), "a:int64 b:utf8 origin:utf8\n1 | x | left\n2 | y | right\n");
}

TEST(FlowUnion, AllAndCommonColumns) {
  const std::vector<wf::Batch> inputs{batch("a:int64 b:utf8 l:list<int32>\n1 | x | [1]"),
                                      batch("c:float64 a:int64\n0.5 | 2")};
  Harness all = Harness::of<Union>();
  ASSERT_TRUE(unite(all, {{"columns", "all"}}, inputs).ok());
  EXPECT_EQ(all.text(),
            "a:int64 b:utf8 l:list<int32> c:float64\n1 | x | [1] | null\n2 | null | null | 0.5\n");
  Harness common = Harness::of<Union>();
  ASSERT_TRUE(unite(common, {{"columns", "common"}}, inputs).ok());
  EXPECT_EQ(common.text(), "a:int64\n1\n2\n");
}

TEST(FlowUnion, Refusals) {
  Harness missing = Harness::of<Union>();
  EXPECT_EQ(unite(missing, {}, {batch("a:int64\n1"), batch("b:int64\n1")}).message(),
            "input 'right' has no column 'a'");
  Harness types = Harness::of<Union>();
  EXPECT_EQ(unite(types, {}, {batch("a:int64\n1"), batch("a:utf8\nx")}).message(),
            "column 'a' is utf8 in input 'right' and int64 in one before; make them alike with "
            "flow.map: cast(a as ...)");
}

TEST(FlowLimit, PassesSomeAndEnds) {
  Harness h = ran<Limit>({{"rows", 2}, {"offset", 1}}, 1);
  EXPECT_EQ(h.column("id"), (std::vector<std::string>{"2", "3"}));
  EXPECT_TRUE(h.is_done());
  EXPECT_EQ(ran<Limit>({{"rows", 0}}).counters().filtered, 4);
  EXPECT_EQ(ran<Limit>({{"rows", 9}}).output()[0].rows(), 4);
}

TEST(FlowRows, LargeTextBecomesPlainText) {
  const wf::Batch large = batch("s:utf8\nab\ncd");
  auto column = std::make_shared<wf::Array>();
  column->type = wf::Type::large_utf8;
  column->length = 2;
  wf::BufferBuilder<int64_t> offsets;
  for (const int64_t at : {0, 2, 4}) offsets.push_back(at);
  column->buffers[1] = offsets.finish();
  column->buffers[2] = large.column(0)->buffers[2];
  const wf::Batch in(
      std::make_shared<const wf::Schema>(wf::Schema{{"s", wf::Type::large_utf8, true, {}}}), 2,
      {column});
  Harness h = Harness::of<Filter>();
  const wf::Status s = h.run({{"where", "s like 'a%' or s = 'cd'"}}, {in});
  ASSERT_TRUE(s.ok()) << s.to_string();
  EXPECT_EQ(h.text(), "s:utf8\nab\ncd\n");
}

TEST(FlowLimit, GoesOnFromItsState) {
  Harness first = Harness::of<Limit>(), second = Harness::of<Limit>();
  const wf::Batch in = batch("x:int64\n1\n2\n3");
  const Value::Table config{{"rows", 3}, {"offset", 2}};
  ASSERT_TRUE(first.start(config, {in.schema()}).ok() && second.start(config, {in.schema()}).ok());
  ASSERT_TRUE(first.push(in).ok());
  EXPECT_EQ(first.text(), "x:int64\n3\n");
  ASSERT_TRUE(second.restore(*first.snapshot()).ok());
  ASSERT_TRUE(second.push(in).ok());
  EXPECT_EQ(second.text(), "x:int64\n1\n2\n");
  EXPECT_TRUE(second.is_done());
  EXPECT_FALSE(second.restore("x").ok());
}

}  // namespace
}  // namespace weirflow::flow
