// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// n-grams and lists of words: what a vectoriser builds on.

#include <gtest/gtest.h>

#include "ngrams.h"

namespace weirflow::text {
namespace {

using Words = std::vector<std::string>;

TokenList list(const Words& words) {
  TokenList result;
  for (uint32_t i = 0; i < words.size(); ++i) result.add(words[i], i * 10);
  return result;
}

Words ngrams(const TokenList& words, NgramRange range) {
  Words result;
  for_each_ngram(words, range, [&](std::string_view gram, size_t first, size_t n) {
    EXPECT_EQ(gram, words.ngram(first, n));
    result.emplace_back(gram);
  });
  EXPECT_EQ(result.size(), count_ngrams(words.size(), range));
  return result;
}

// Expected order: scikit-learn's CountVectorizer with ngram_range.
TEST(Ngrams, RangeJoinedByOneSpaceShortFirst) {
  const TokenList words = list({"a", "b", "c"});
  EXPECT_EQ(ngrams(words, {1, 3}), (Words{"a", "b", "c", "a b", "b c", "a b c"}));
  EXPECT_EQ(ngrams(words, {2, 2}), (Words{"a b", "b c"}));
  EXPECT_EQ(ngrams(words, {4, 9}), Words{});
  EXPECT_EQ(ngrams(list({}), {1, 3}), Words{});
  EXPECT_EQ(ngrams(list({"x"}), {1, 2}), Words{"x"});
}

TEST(TokenList, WordsAreSlicesOfOneTextAndKnowTheirSource) {
  TokenList words = list({"one", "two"});
  words.begin_word();
  words.buffer() += "dropped";
  words.drop_word();
  words.add("three", 77);
  EXPECT_EQ(words.joined(), "one two three");
  EXPECT_EQ(words[2], "three");
  EXPECT_EQ(words.source(1), 10U);
  EXPECT_EQ(words.source(2), 77U);
  words.clear();
  EXPECT_TRUE(words.empty());
  words.begin_word();
  words.buffer() += "x";
  words.drop_word();
  EXPECT_EQ(words.joined(), "");
}

}  // namespace
}  // namespace weirflow::text
