// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "contributions.h"

#include "component_test.h"

namespace weirflow::ml {
namespace {

/// Where the n-gram stands in row 0 of a batch of tokens and their offsets, as "[b, e, b, e]".
std::string places(const std::string& row, std::string_view ngram) {
  const wf::Batch in = batch("tokens:list<utf8> tokens_offsets:list<int32>\n" + row);
  WordPlaces where(*in.column(0), *in.column(1));
  if (!where.open_row(0)) return "unknown";
  wf::ListBuilder<wf::Int32Builder> list;
  where.find(ngram, list.items());
  list.append();
  const wf::ArrayPtr found = list.finish();
  return wf::testing::cell_text(
      wf::Batch(std::make_shared<const wf::Schema>(wf::Schema{{"at", found->type}}), 1, {found}), 0,
      0);
}

// "the cat, the  cat sat": the comma was dropped by the tokenizer.
constexpr const char* kCats = "[the, cat, the, cat, sat] | [0, 3, 4, 7, 9, 12, 14, 17, 18, 21]";

TEST(WordPlaces, AnNgramStandsFromItsFirstWordToItsLast) {
  EXPECT_EQ(places(kCats, "the"), "[0, 3, 9, 12]");
  EXPECT_EQ(places(kCats, "the cat"), "[0, 7, 9, 17]");
  EXPECT_EQ(places(kCats, "cat the"), "[4, 12]") << "over the dropped comma";
  EXPECT_EQ(places(kCats, "cat the cat sat"), "[4, 21]");
  EXPECT_EQ(places(kCats, "sat"), "[18, 21]");
}

TEST(WordPlaces, WhatIsNotThereHasNoPlace) {
  EXPECT_EQ(places(kCats, "sat the"), "[]") << "behind the last word";
  EXPECT_EQ(places(kCats, "ca"), "[]");
  EXPECT_EQ(places(kCats, "cats"), "[]");
  EXPECT_EQ(places(kCats, "the "), "[]");
  EXPECT_EQ(places("[] | []", "the"), "[]");
}

TEST(WordPlaces, UnknownWithoutOffsetsForEachToken) {
  EXPECT_EQ(places("[a, b] | [0, 1]", "a"), "unknown");
  EXPECT_EQ(places("[a] | null", "a"), "unknown");
  EXPECT_EQ(places("null | []", "a"), "unknown");
}

TEST(WordPlaces, TokensMayHoldSpacesAndNulls) {
  EXPECT_EQ(places("[new york, is, null, big] | [0, 8, 9, 11, 11, 11, 12, 15]", "new york is"),
            "[0, 11]");
  EXPECT_EQ(places("[new york, is, null, big] | [0, 8, 9, 11, 11, 11, 12, 15]", "is big"),
            "[9, 15]");
}

// text.tokenize with ngrams = [1, 2] gives "a", "b", "a", "b", "a b", "b a", "a b" of "a b a b".
TEST(WordPlaces, NgramsAsTokensAreFoundOnce) {
  const std::string row = "[a, b, a, b, a b, b a, a b] | [0,1, 2,3, 4,5, 6,7, 0,3, 2,5, 4,7]";
  EXPECT_EQ(places(row, "a b"), "[0, 3, 4, 7]");
  EXPECT_EQ(places(row, "b"), "[2, 3, 6, 7]");
  EXPECT_EQ(places(row, "b a b"), "[2, 7]");
  EXPECT_EQ(places(row, "b a b b a"), "[]") << "overlapping n-grams do not follow each other";
}

TEST(WordPlaces, FirstTen) {
  std::string words, offsets;
  for (int i = 0; i < 40; ++i) {
    words += i ? ", x" : "x";
    offsets += (i ? ", " : "") + std::to_string(2 * i) + ", " + std::to_string(2 * i + 1);
  }
  const std::string found = places("[" + words + "] | [" + offsets + "]", "x");
  EXPECT_TRUE(found.ends_with("16, 17, 18, 19]")) << found;
}

TEST(ContributionsBuilder, MakesTheColumn) {
  const wf::Batch in = batch(std::string("tokens:list<utf8> tokens_offsets:list<int32>\n") + kCats);
  WordPlaces where(*in.column(0), *in.column(1));
  ASSERT_TRUE(where.open_row(0));
  wf::ListBuilder<ContributionsBuilder> list;
  list.items().append("sat", 0.5, &where);
  list.items().append("#7", -1, nullptr);
  list.append();
  list.append();
  const wf::ArrayPtr made = list.finish();
  EXPECT_TRUE(made->type == *wf::parse_type(kContributionsType));
  const wf::Batch out(std::make_shared<const wf::Schema>(wf::Schema{{"c", made->type}}), 2, {made});
  EXPECT_EQ(wf::testing::row_text(out, 0), "[{sat, 0.5, [18, 21]}, {#7, -1, null}]");
  EXPECT_EQ(wf::testing::row_text(out, 1), "[]");
}

}  // namespace
}  // namespace weirflow::ml
