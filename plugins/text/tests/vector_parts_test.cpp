// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// n-grams and hashing: what a vectoriser builds on.

#include <gtest/gtest.h>

#include "murmur3.h"
#include "ngrams.h"

namespace weirflow::text {
namespace {

using std::string_literals::operator""s;
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

// Test vectors of the algorithm's reference implementation.
TEST(Murmur3, ReferenceVectors) {
  EXPECT_EQ(murmur3_32("", 0), 0U);
  EXPECT_EQ(murmur3_32("", 1), 0x514E28B7U);
  EXPECT_EQ(murmur3_32("\xFF\xFF\xFF\xFF", 0), 0x76293B50U);
  EXPECT_EQ(murmur3_32("!Ce\x87", 0), 0xF55B516BU);
  EXPECT_EQ(murmur3_32("!Ce", 0), 0x7E4A8634U);
  EXPECT_EQ(murmur3_32("!C", 0), 0xA0F7B07AU);
  EXPECT_EQ(murmur3_32("!", 0), 0x72661CF4U);
}

// Expected: Python's mmh3 with seed 42 as a signed number, modulo in Python's way; a, b, c among
// 10 features are 7, 5, 8 as in the documentation of PySpark's HashingTF.
TEST(Murmur3, SparkFeatureIndex) {
  EXPECT_EQ(spark_feature_index("a", 10), 7U);
  EXPECT_EQ(spark_feature_index("b", 10), 5U);
  EXPECT_EQ(spark_feature_index("c", 10), 8U);
  const std::vector<std::tuple<std::string, uint32_t, uint32_t>> known = {
      {"", 249180, 372},      {"a", 107107, 467},      {"b", 148981, 165},
      {"c", 74920, 768},      {"ab", 69191, 919},      {"abc", 204392, 976},
      {"abcd", 58828, 100},   {"spark", 173558, 286},  {"hello world", 39929, 609},
      {"naïve", 149954, 586}, {"日本語", 188088, 400}, {"the quick brown", 137335, 951},
      {"ÿ\0x"s, 139703, 855},
  };
  for (const auto& [term, index, of_1000] : known) {
    EXPECT_EQ(spark_feature_index(term), index) << term;
    EXPECT_EQ(spark_feature_index(term, 1000), of_1000) << term;
  }
}

}  // namespace
}  // namespace weirflow::text
