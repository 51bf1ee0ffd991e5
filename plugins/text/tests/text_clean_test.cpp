// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_clean.h"

#include <gtest/gtest.h>

#include "weirflow/testing/harness.hpp"

namespace weirflow::text {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using wf::testing::schema;

std::string cleaned(Value::Table config, std::string_view rows) {
  auto h = Harness::of<Clean>();
  const wf::Status status = h.run(std::move(config), {batch(rows)});
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().to_string();
  EXPECT_EQ(h.unreleased(), 0);
  return h.text();
}

wf::Status bound(Value::Table config, std::string_view columns) {
  auto h = Harness::of<Clean>();
  const wf::Status status = h.configure(std::move(config));
  return status.ok() ? h.bind({schema(columns)}) : status;
}

TEST(TextClean, CleansInPlaceAndKeepsTheOtherColumns) {
  EXPECT_EQ(cleaned({{"column", "body"}}, R"(id:int64 body:utf8 tags:list<utf8>
      1 | "a &amp;amp; b\r\nc\\d" | [x, y]
      2 | null                    | null
      3 | "x<U+1F600>y"           | []
      4 | ""                      | [z])"),
            "id:int64 body:utf8 tags:list<utf8>\n"
            "1 | a &amp; b cd | [x, y]\n"
            "2 | null | null\n"
            "3 | x U+1F600 y | []\n"
            "4 | \"\" | [z]\n");
}

TEST(TextClean, ReadsBytesAsTheEncodingSays) {
  const char* rows = "b:binary\n\"na\\xefve\"\n\"na\\xc3\\xafve\"\n\"\\x80\\x81\"\nnull";
  EXPECT_EQ(cleaned({{"column", "b"}}, rows), "b:utf8\nnaïve\nnaïve\n€\uFFFD\nnull\n");
  EXPECT_EQ(cleaned({{"column", "b"}, {"encoding", "cp1252"}}, rows),
            "b:utf8\nnaïve\nnaÃ¯ve\n€\uFFFD\nnull\n");
  EXPECT_EQ(cleaned({{"column", "b"}, {"encoding", "utf-8"}, {"bad_utf8", "replace"}}, rows),
            "b:utf8\nna\uFFFDve\nnaïve\n\uFFFD\uFFFD\nnull\n");
}

TEST(TextClean, RefusesRowsThatAreNotUtf8) {
  auto h = Harness::of<Clean>();
  ASSERT_TRUE(h.run({{"column", Value::List{"a", "b"}}, {"encoding", "utf-8"}},
                    {batch("a:utf8 b:binary n:int64\n"
                           "\"x\\xff\" | \"\\xfe\" | 1\nfine | \"\\xc3\\xa9\" | 2\n"
                           "null | \"abc\\xff\" | 3\n&lt; | null | 4")})
                  .ok());
  EXPECT_EQ(h.text(), "a:utf8 b:utf8 n:int64\nfine | é | 2\n< | null | 4\n");
  const auto refused = h.refused();
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].row, 0);
  EXPECT_EQ(refused[0].code, "bad_utf8");
  EXPECT_EQ(refused[0].message, "column 'a' is not UTF-8 at byte 1");
  EXPECT_EQ(refused[1].row, 2);
  EXPECT_EQ(refused[1].message, "column 'b' is not UTF-8 at byte 3");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().to_string();
}

TEST(TextClean, ATextColumnIsNeverReadAsCp1252) {
  auto h = Harness::of<Clean>();
  ASSERT_TRUE(h.run({{"column", "t"}}, {batch("t:utf8\n\"na\\xefve\"")}).ok());
  EXPECT_EQ(h.text(), "t:utf8\n");
  EXPECT_EQ(h.refused().size(), 1U);
  EXPECT_EQ(cleaned({{"column", "t"}, {"bad_utf8", "replace"}}, "t:utf8\n\"na\\xefve\""),
            "t:utf8\nna\uFFFDve\n");
}

TEST(TextClean, EachStepCanBeSwitchedOff) {
  const char* rows = "t:utf8\n\"&lt;U+41> \\r\\n \\\\\"";
  EXPECT_EQ(cleaned({{"column", "t"}}, rows), "t:utf8\n\" U+41    \"\n");
  EXPECT_EQ(cleaned({{"column", "t"}, {"html", false}}, rows), "t:utf8\n\"&lt;U+41>   \"\n");
  EXPECT_EQ(cleaned({{"column", "t"}, {"line_breaks", false}}, rows),
            "t:utf8\n\" U+41  \\r\\n \"\n");
  EXPECT_EQ(cleaned({{"column", "t"}, {"code_points", false}}, rows), "t:utf8\n\"<U+41>   \"\n");
  EXPECT_EQ(cleaned({{"column", "t"}, {"backslashes", false}}, rows),
            "t:utf8\n\" U+41    \\\\\"\n");
}

TEST(TextClean, IntoNewColumns) {
  EXPECT_EQ(cleaned({{"column", Value::List{"b", "a"}}, {"into", Value::List{"c", "d"}}},
                    "a:utf8 b:utf8\n&lt; | &gt;"),
            "a:utf8 b:utf8 c:utf8 d:utf8\n&lt; | &gt; | > | <\n");
}

TEST(TextClean, NoRowsNullsSlicesAndLargeText) {
  EXPECT_EQ(cleaned({{"column", "t"}}, "t:utf8"), "t:utf8\n");
  EXPECT_EQ(cleaned({{"column", "t"}}, "t:utf8\nnull\nnull"), "t:utf8\nnull\nnull\n");
  EXPECT_EQ(cleaned({{"column", "t"}}, "t:binary\nnull"), "t:utf8\nnull\n");
  auto h = Harness::of<Clean>();
  const wf::Batch all = batch("n:int64 t:utf8\n1|first\n2|\"b\\xff\"\n3|null\n4|&amp;\n5|last");
  ASSERT_TRUE(h.run({{"column", "t"}}, {all.slice(1, 3), all.slice(4, 1)}).ok());
  EXPECT_EQ(h.text(), "n:int64 t:utf8\n3 | null\n4 | &\n5 | last\n");
  ASSERT_EQ(h.refused().size(), 1U);
  EXPECT_EQ(h.refused()[0].row, 0);

  auto large = std::make_shared<wf::Array>();
  large->type = wf::Type::large_utf8;
  large->length = 2;
  wf::BufferBuilder<int64_t> offsets;
  for (const int64_t at : {0, 5, 8}) offsets.push_back(at);
  wf::BufferBuilder<char> bytes;
  bytes.append("&lt;xab\\", 8);
  large->buffers[1] = offsets.finish();
  large->buffers[2] = bytes.finish();
  auto columns = std::make_shared<wf::Schema>(wf::Schema{{"t", wf::Type::large_utf8}});
  auto l = Harness::of<Clean>();
  ASSERT_TRUE(l.run({{"column", "t"}}, {wf::Batch(columns, 2, {large})}).ok());
  EXPECT_EQ(l.text(), "t:utf8\n<x\nab\n");
}

TEST(TextClean, SaysWhatIsWrongWithTheConfiguration) {
  const auto message = [](Value::Table config) {
    const wf::Status status = bound(std::move(config), "id:int64 body:utf8 raw:binary");
    return status.message() + (status.place() ? " @" + status.place()->key : "");
  };
  EXPECT_EQ(message({}), "'column' is required @column");
  EXPECT_EQ(message({{"column", "bdy"}}),
            "there is no column 'bdy'; the input has id, body, raw @column");
  EXPECT_EQ(message({{"column", "id"}}), "column 'id' is int64, not utf8 or binary @column");
  EXPECT_EQ(message({{"column", Value::List{"body", "body"}}}),
            "column 'body' is named twice @column");
  EXPECT_EQ(message({{"column", "body"}, {"into", "raw"}}), "column 'raw' exists already @into");
  EXPECT_EQ(message({{"column", "body"}, {"into", ""}}), "a column needs a name @into");
  EXPECT_EQ(message({{"column", "body"}, {"into", Value::List{"x", "y"}}}),
            "'into' names 2 columns, 'column' 1 @into");
  EXPECT_EQ(message({{"column", "body"}}), "");
}

}  // namespace
}  // namespace weirflow::text
