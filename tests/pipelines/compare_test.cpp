// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "compare.h"

#include <gtest/gtest.h>

namespace weirflow::pipelines {
namespace {

TEST(Matches, AGapStandsForAnyText) {
  EXPECT_TRUE(matches("run {*} failed in {*} ms", "run 12-a failed in 3 ms"));
  EXPECT_TRUE(matches("{*}", ""));
  EXPECT_TRUE(matches("a{*}b{*}c", "a b b c"));
  EXPECT_FALSE(matches("a{*}b", "a c"));
  EXPECT_FALSE(matches("plain", "plain "));
}

TEST(CompareLines, ShowsWhatIsMissingAndWhatIsTooMuch) {
  EXPECT_EQ(compare_lines("a\nb\n", "a\nb"), "");
  EXPECT_EQ(compare_lines("", ""), "");
  EXPECT_EQ(compare_lines("a\nb\nc\n", "a\nx\nc\n"), "  a\n- b\n+ x\n  c\n");
  EXPECT_EQ(compare_lines("", "x\n"), "+ x\n");
  EXPECT_EQ(compare_lines("x\n", ""), "- x\n");
  EXPECT_NE(compare_lines("a\n", "a\na\n"), "");
}

TEST(CompareSorted, OrderDoesNotMatter) {
  EXPECT_EQ(compare_sorted("b\na\n", "a\nb\n"), "");
  EXPECT_NE(compare_sorted("b\na\na\n", "a\nb\n"), "");
}

TEST(FindLines, InOrder) {
  EXPECT_EQ(find_lines("a\nc\n", "a\nb\nc\n"), "");
  EXPECT_NE(find_lines("c\na\n", "a\nb\nc\n"), "");
  EXPECT_NE(find_lines("a\na\n", "a\nb\n"), "");
}

TEST(CompareJson, PointersAndValues) {
  const char* text = R"({"a": [1, {"b": "x"}], "c": null})";
  EXPECT_EQ(compare_json("/a/0 1\n/a/1/b \"x\"\n/c null\n/a {*}\n", text), "");
  EXPECT_NE(compare_json("/a/0 2\n", text), "");
  EXPECT_NE(compare_json("/d {*}\n", text), "");
  EXPECT_NE(compare_json("/c x\n", text), "");
  EXPECT_NE(compare_json("", "{} {}"), "");
}

}  // namespace
}  // namespace weirflow::pipelines
