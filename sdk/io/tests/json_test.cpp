// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/json.hpp"

#include <gtest/gtest.h>

#include "read_all.h"
#include "weirflow/io/output.hpp"

namespace wf::io {
namespace {

using testing::read_jsonl;
using Lines = std::vector<std::string>;

TEST(Jsonl, InfersColumnsInOrderOfAppearance) {
  const auto got = read_jsonl(
      "{\"id\":1,\"t\":\"x\\u00e9\\n\",\"ok\":true,\"when\":\"2016-06-26T00:00:00Z\"}\n\r\n"
      "{\"t\":null,\"score\":1.5,\"id\":2,\"tags\":[\"a\",\"b\"],\"o\":{\"k\":[1, 2]}}\n"
      "{\"score\":2,\"v\":[{\"index\":3,\"value\":0.5}],\"tags\":[]}");
  ASSERT_TRUE(got.status.ok()) << got.status.message();
  EXPECT_EQ(got.text,
            "id:int64 t:utf8 ok:bool when:timestamp score:float64 tags:list<utf8> o:utf8 v:sparse\n"
            "1 | \"xé\\n\" | true | 1466899200000000 | null | null | null | null\n"
            "2 | null | null | null | 1.5 | [a, b] | \"{\\\"k\\\":[1, 2]}\" | null\n"
            "null | null | null | null | 2 | [] | null | {3:0.5}\n");
}

TEST(Jsonl, DeclaredColumnsByPointer) {
  JsonlOptions options;
  options.columns = {{"body", "/data/body", Type::utf8, false},
                     {"kind", "", Type::utf8, true},
                     {"first", "/list/0", Type::int64, false},
                     {"odd", "/a~1b/c~0d", Type::float64, false}};
  const auto got = read_jsonl(
      "{\"kind\":\"t1\",\"data\":{\"x\":[1,{\"body\":0}],\"body\":\"hi\"},\"list\":[7,8],\"a/"
      "b\":{\"c~d\":2}}\n"
      "{\"kind\":\"t2\",\"data\":5,\"list\":[]}\n"
      "{\"data\":{\"body\":\"no kind\"}}\n",
      options);
  EXPECT_EQ(
      got.text,
      "body:utf8 kind:utf8 first:int64 odd:float64\nhi | t1 | 7 | 2\nnull | t2 | null | null\n");
  EXPECT_EQ(got.bad, (Lines{"3 missing_value column 'kind' has no value"}));
}

TEST(Jsonl, WrongTypesBigNumbersAndDuplicates) {
  JsonlOptions options;
  options.columns = {{"n", "", Type::int64, false}};
  const std::string text =
      "{\"n\":1}\n{\"n\":2.0}\n{\"n\":2.5}\n{\"n\":\"3\"}\n{\"n\":9223372036854775807}\n"
      "{\"n\":9223372036854775808}\n{\"n\":123456789012345678901234567890}\n{\"n\":4,\"n\":5}\n"
      "{\"m\":99999999999999999999999999,\"n\":6}\n";
  auto got = read_jsonl(text, options);
  EXPECT_EQ(got.text, "n:int64\n1\n2\n9223372036854775807\n5\n6\n");
  EXPECT_EQ(
      got.bad,
      (Lines{"3 bad_value column 'n': a number (2.5) is no int64",
             "4 bad_value column 'n': a string (3) is no int64",
             "6 bad_value column 'n': a number (9223372036854775808) is no int64",
             "7 bad_value column 'n': a number (123456789012345678901234567890) is no int64"}));
  options.misfits_are_null = true;
  EXPECT_EQ(read_jsonl(text, options).rows, 9);
  options.columns = {{"n", "", Type::utf8, false}};
  EXPECT_EQ(read_jsonl("{\"n\":123456789012345678901234567890}\n{\"n\":[1, {}]}\n{\"n\":false}\n",
                       options)
                .text,
            "n:utf8\n123456789012345678901234567890\n\"[1, {}]\"\nfalse\n");
  EXPECT_EQ(read_jsonl("{\"n\":123456789012345678901234567890}\n").text,
            "n:utf8\n123456789012345678901234567890\n");
}

TEST(Jsonl, BadLines) {
  JsonlOptions options;
  options.columns = {{"a", "", Type::int64, false}};
  const Lines bad{"{\"a\":1",
                  "{\"a\":1}}",
                  "{\"a\":1} x",
                  "[1]",
                  "17",
                  "{\"a\":01}",
                  "{\"a\":tru}",
                  "{\"b\":tru,\"a\":1}",
                  "{\"b\":1.,\"a\":1}",
                  "{\"a\" 1}",
                  "{\"a\":\"x}",
                  "{a:1}",
                  "{\"a\":1,}",
                  "{\"a\":\"\\q\"}",
                  "{\"a\":\"\x01\"}",
                  "nope"};
  std::string text;
  for (const std::string& line : bad) text += line + "\n";
  const auto got = read_jsonl(text + "{\"a\":2}\n", options);
  EXPECT_EQ(got.text, "a:int64\n2\n");
  ASSERT_EQ(got.bad.size(), bad.size());
  for (size_t i = 0; i < bad.size(); ++i) {
    EXPECT_EQ(got.raw[i], bad[i]);
    EXPECT_EQ(got.bad[i].substr(0, got.bad[i].find(' ', 4)), std::to_string(i + 1) + " bad_json");
  }
  options.bad_lines = BadLines::fail;
  EXPECT_EQ(read_jsonl(text, options).status.message().substr(0, 11), "in.jsonl:1:");
}

TEST(Jsonl, EncodingsPerLine) {
  JsonlOptions options;
  options.columns = {{"a", "", Type::utf8, false}};
  const std::string text = "{\"a\":\"caf\xE9\"}\n{\"a\":\"é\"}\n";
  EXPECT_EQ(read_jsonl(text, options).bad.size(), 1u);
  options.encoding = *EncodingList::parse("utf-8|cp1252");
  EXPECT_EQ(read_jsonl(text, options).text, "a:utf8\ncafé\né\n");
}

TEST(Jsonl, OversizedLineIsPassedOver) {
  JsonlOptions options;
  options.columns = {{"a", "", Type::utf8, false}};
  options.max_record = 100;
  options.buffer_size = 16;
  const auto got = read_jsonl(
      "{\"a\":\"1\"}\n{\"a\":\"" + std::string(1'000'000, 'x') + "\"}\n{\"a\":\"3\"}\n", options);
  EXPECT_EQ(got.text, "a:utf8\n1\n3\n");
  EXPECT_EQ(got.bad.size(), 1u);
  EXPECT_EQ(got.bad[0].substr(0, 11), "2 too_large");
}

TEST(Jsonl, NestedTypes) {
  const Schema schema = wf::testing::schema(
      "l:list<int32> s:struct<a:int64, b:utf8> ls:list<struct<k:utf8, v:float64>> b:binary "
      "v:sparse");
  const auto got = read_jsonl(
      "{\"l\":[1,null,3],\"s\":{\"b\":\"x\",\"c\":1},\"ls\":[{\"k\":\"q\",\"v\":2},null],\"b\":"
      "\"aGk=\",\"v\":[{\"index\":1,\"value\":2}]}\n"
      "{\"l\":[1.5]}\n{\"l\":[\"1\"]}\n{\"s\":[]}\n{\"b\":\"?\"}\n{\"l\":[],\"s\":{}}\n",
      {}, schema);
  EXPECT_EQ(got.bad.size(), 4u);
  EXPECT_EQ(got.text.substr(got.text.find('\n') + 1),
            "[1, null, 3] | {null, x} | [{q, 2}, null] | hi | {1:2}\n"
            "[] | {null, null} | null | null | null\n");
}

TEST(Jsonl, WriterEscapesAndKeepsTypes) {
  const Batch batch = wf::testing::batch(
      "t:utf8 f:float64 l:list<float64> v:sparse w:timestamp n:int64\n"
      "\"a\\\"\\\\\\n\\x01é\" | 1 | [1.5, null] | {0:1.5 7:2} | 1466899200000000 | null\n"
      "null | nan | null | {} | null | 5\n");
  std::string text;
  (*make_jsonl_encoder(batch.schema(), {}))->append(batch, 0, 2, &text);
  EXPECT_EQ(text,
            "{\"t\":\"a\\\"\\\\\\n\\u0001é\",\"f\":1.0,\"l\":[1.5,null],\"v\":[{\"index\":0,"
            "\"value\":1.5},"
            "{\"index\":7,\"value\":2.0}],\"w\":\"2016-06-26T00:00:00Z\",\"n\":null}\n"
            "{\"t\":null,\"f\":null,\"l\":null,\"v\":[],\"w\":null,\"n\":5}\n");
  text.clear();
  (*make_jsonl_encoder(batch.schema(), {false}))->append(batch, 1, 1, &text);
  EXPECT_EQ(text, "{\"f\":null,\"v\":[],\"n\":5}\n");
}

TEST(Jsonl, WrongOptions) {
  JsonlOptions options;
  options.columns = {{"a", "x", {}, false}};
  EXPECT_FALSE(check_jsonl_options(options).ok());
  options.columns = {{"a", "/x", {}, false}, {"b", "/x/y", {}, false}};
  EXPECT_FALSE(check_jsonl_options(options).ok());
  options.columns = {{"a", "/x", {}, false}, {"a", "/y", {}, false}};
  EXPECT_FALSE(check_jsonl_options(options).ok());
  EXPECT_EQ(read_jsonl("\n\n").status.code(), Code::invalid_data);
}

}  // namespace
}  // namespace wf::io
