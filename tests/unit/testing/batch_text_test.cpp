// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/testing/batch_text.hpp"

#include <gtest/gtest.h>

namespace {

using wf::testing::batch;
using wf::testing::parse_batch;
using wf::testing::to_text;

TEST(BatchText, ReadsEveryType) {
  const wf::Batch b = batch(R"(
    id:int64 n:int32 ok:bool x:float64 f:float32 s:utf8 z:binary t:timestamp
    1 | -2 | true  | 0.5  | 1.5  | hello there | "\x00\xff" | 1700000000000000
    2 | null | null | null | null | null       | null       | null
  )");
  ASSERT_EQ(b.rows(), 2);
  EXPECT_EQ(b.numbers<int64_t>(0)[1], 2);
  EXPECT_EQ(b.numbers<int32_t>(1)[0], -2);
  EXPECT_TRUE(b.bools(2)[0]);
  EXPECT_EQ(b.numbers<double>(3)[0], 0.5);
  EXPECT_EQ(b.numbers<float>(4)[0], 1.5F);
  EXPECT_EQ(b.strings(5)[0], "hello there");
  EXPECT_EQ(b.strings(6)[0], std::string_view("\0\xff", 2));
  EXPECT_EQ(b.numbers<int64_t>(7)[0], 1700000000000000);
  for (int c = 1; c < b.column_count(); ++c) EXPECT_TRUE(b.column(c)->is_null(1)) << c;
}

TEST(BatchText, RoundTripsNestedAndQuotedText) {
  const char* text =
      "s:utf8 tags:list<utf8> p:struct<a: int64, b: utf8> v:sparse e:list<float64>\n"
      "\"a | b\\n\" | [x, \"y, z\", null] | {1, two} | {0:1.5 7:-2} | []\n"
      "\"\" | null | null | {} | [0.1, nan]\n"
      "\"null\" | [] | {null, \"\"} | {3:1e-300} | null\n";
  EXPECT_EQ(to_text(batch(text)), text);
}

TEST(BatchText, ASliceIsItsOwnRows) {
  const wf::Batch b =
      batch("t:list<utf8> p:struct<a: int64>\n[a]|{1}\n[b, c]|{2}\nnull|null\n[d]|{4}");
  EXPECT_EQ(to_text(b.slice(1, 3)),
            "t:list<utf8> p:struct<a: int64>\n[b, c] | {2}\nnull | null\n[d] | {4}\n");
}

TEST(BatchText, NamesTheRowThatIsWrong) {
  const auto error = [](const char* text) { return parse_batch(text).status().message(); };
  EXPECT_EQ(error("id:int64\n1\nx"), "row 2 of the batch text: 'x' is no int64");
  EXPECT_EQ(error("a:int64 b:int64\n1"), "row 1 of the batch text: a '|' is missing");
  EXPECT_EQ(error("a:int64\n1 | 2"), "row 1 of the batch text: too many cells");
  EXPECT_EQ(error("a"), "'a' is not name:type");
  EXPECT_THROW(batch("a:bool\n1"), std::invalid_argument);
}

}  // namespace
