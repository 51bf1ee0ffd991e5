// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Expected n-grams: scikit-learn's order. Expected places: Python's mmh3, as in vector_parts_test.

#include <gtest/gtest.h>

#include "text_hash.h"
#include "text_ngrams.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::text {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using wf::testing::schema;

template <typename Component>
std::string result_of(Value::Table config, const std::vector<wf::Batch>& rows) {
  auto h = Harness::of<Component>();
  const wf::Status status = h.run(std::move(config), rows);
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().to_string();
  EXPECT_EQ(h.unreleased(), 0);
  return h.text();
}

template <typename Component>
std::string fault(Value::Table config, std::string_view columns) {
  auto h = Harness::of<Component>();
  const wf::Status status = h.start(std::move(config), {schema(columns)});
  return status.message() + (status.place() ? " @" + status.place()->key : "");
}

const char* const kRows =
    "n:int64 tokens:list<utf8>\n1 | [a, b, c]\n2 | [x]\n3 | []\n4 | null\n5 | [a, null, c]";

TEST(TextNgrams, RangesNullsAndPlaces) {
  EXPECT_EQ(result_of<Ngrams>({}, {batch(kRows)}),
            "n:int64 tokens:list<utf8> ngrams:list<utf8>\n"
            "1 | [a, b, c] | [a, b, c, a b, b c]\n2 | [x] | [x]\n3 | [] | []\n"
            "4 | null | null\n5 | [a, null, c] | [a, c, a c]\n");
  EXPECT_EQ(result_of<Ngrams>({{"ngrams", 2}, {"into", "tokens"}}, {batch(kRows)}),
            "n:int64 tokens:list<utf8>\n1 | [a b, b c]\n2 | []\n3 | []\n4 | null\n5 | [a c]\n");
}

TEST(TextNgrams, SlicesAndNoRows) {
  const wf::Batch all = batch(kRows);
  EXPECT_EQ(result_of<Ngrams>({{"ngrams", Value::List{2, 3}}, {"into", "tokens"}},
                              {all.slice(3, 2), all.slice(0, 1), all.slice(2, 0)}),
            "n:int64 tokens:list<utf8>\n4 | null\n5 | [a c]\n1 | [a b, b c, a b c]\n");
}

TEST(TextNgrams, SaysWhatIsWrongWithTheConfiguration) {
  EXPECT_EQ(fault<Ngrams>({}, "words:list<utf8>"),
            "there is no column 'tokens'; the input has words @column");
  EXPECT_EQ(fault<Ngrams>({{"column", "body"}}, "body:utf8"),
            "column 'body' is utf8, not list<utf8> @column");
  EXPECT_EQ(fault<Ngrams>({}, "tokens:list<int32>"),
            "column 'tokens' is list<int32>, not list<utf8> @column");
  EXPECT_EQ(fault<Ngrams>({}, "tokens:list<utf8> ngrams:utf8"),
            "column 'ngrams' exists already @into");
  EXPECT_TRUE(fault<Ngrams>({{"ngrams", -1}}, "tokens:list<utf8>").ends_with("@ngrams"));
  EXPECT_TRUE(
      fault<Ngrams>({{"ngrams", Value::List{1, 2, 3}}}, "tokens:list<utf8>").ends_with("@ngrams"));
}

TEST(TextHash, CountsByPlaceInAscendingOrder) {
  const wf::Batch rows =
      batch("tokens:list<utf8>\n[a, b, c, a]\n[naïve, \"hello world\"]\n[]\nnull\n[null, a]");
  EXPECT_EQ(result_of<Hash>({{"size", 1000}}, {rows}),
            "tokens:list<utf8> features:sparse\n"
            "[a, b, c, a] | {165:1 467:2 768:1}\n[naïve, hello world] | {586:1 609:1}\n"
            "[] | {}\nnull | {}\n[null, a] | {467:1}\n");
  EXPECT_EQ(result_of<Hash>({{"size", 1}, {"into", "v"}}, {rows.slice(0, 1)}),
            "tokens:list<utf8> v:sparse\n[a, b, c, a] | {0:4}\n");
  EXPECT_EQ(result_of<Hash>({{"binary", true}}, {rows.slice(3, 1), rows.slice(0, 1)}),
            "tokens:list<utf8> features:sparse\nnull | {}\n"
            "[a, b, c, a] | {74920:1 107107:1 148981:1}\n");
  EXPECT_EQ(result_of<Hash>({}, {rows.slice(0, 0)}), "tokens:list<utf8> features:sparse\n");
}

TEST(TextHash, TheColumnSaysItsSize) {
  auto h = Harness::of<Hash>();
  ASSERT_TRUE(h.start({{"size", 1000}}, {schema("tokens:list<utf8>")}).ok());
  const wf::Field& field = h.output_schema()->field(1);
  EXPECT_EQ(field.meta(wf::kExtensionName), wf::kSparseExtension);
  EXPECT_EQ(field.meta(wf::kExtensionMetadata), R"({"v":1,"size":1000})");
  EXPECT_EQ(fault<Hash>({{"into", "tokens"}}, "tokens:list<utf8>"),
            "column 'tokens' exists already @into");
}

}  // namespace
}  // namespace weirflow::text
