// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Oracle: spaCy 3.8.18, spacy.blank("en"), on real comments.

#include <gtest/gtest.h>

#include "clean.h"
#include "goldens.h"
#include "normalizer.h"
#include "tokenizer.h"
#include "url.h"

namespace weirflow::text {
namespace {

std::vector<std::string> texts_of(const Workspace& work, std::string_view text) {
  std::vector<std::string> result;
  for (const Token& token : work.tokens) result.emplace_back(text_of(token, text));
  return result;
}

std::vector<std::string> all_words(const TokenList& words) {
  std::vector<std::string> result;
  for (size_t i = 0; i < words.size(); ++i) result.emplace_back(words[i]);
  return result;
}

TEST(TokenizerGolden, TokensOffsetsAndAddressesOf500Comments) {
  const auto rows = read_json_lines("golden/tokens_rscience.jsonl");
  ASSERT_EQ(rows.size(), 500U);
  const Tokenizer tokenizer(Rules::english());
  Workspace work;
  size_t tokens = 0;
  for (const auto& row : rows) {
    const auto text = row["text"].get<std::string>();
    ASSERT_TRUE(tokenizer.tokenize(text, work).ok());
    EXPECT_EQ(texts_of(work, text), row["tokens"].get<std::vector<std::string>>()) << row["row"];
    std::vector<uint32_t> begins;
    std::vector<uint32_t> starts;
    std::vector<uint32_t> addresses;
    for (uint32_t i = 0; i < work.tokens.size(); ++i) {
      begins.push_back(work.tokens[i].begin);
      if (like_url(text_of(work.tokens[i], text), tokenizer.rules())) addresses.push_back(i);
    }
    code_point_offsets(text, begins, starts);
    EXPECT_EQ(starts, row["start"].get<std::vector<uint32_t>>()) << row["row"];
    EXPECT_EQ(addresses, row["url"].get<std::vector<uint32_t>>()) << row["row"];
    tokens += work.tokens.size();
  }
  EXPECT_EQ(tokens, 28443U);
}

TEST(TokenizerGolden, FinalWordsOfAllComments) {
  const auto bodies = read_bodies();
  const auto rows = read_json_lines("golden/normalised_rscience.jsonl.gz");
  ASSERT_EQ(rows.size(), 5453U);
  ASSERT_EQ(bodies.size(), rows.size());
  const Tokenizer tokenizer(Rules::english());
  auto normalizer = Normalizer::make({}, Rules::english());
  ASSERT_TRUE(normalizer.ok());
  Workspace work;
  TokenList words;
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string text = clean(bodies[i]);
    ASSERT_TRUE(tokenizer.tokenize(text, work).ok());
    normalizer.value().normalize(text, work, words);
    EXPECT_EQ(all_words(words), rows[i]["tokens"].get<std::vector<std::string>>()) << "row " << i;
    kept += words.size();
  }
  EXPECT_EQ(kept, 296371U);
}

// The goldens' lemmas come from another table; with a table of the words that differ there, the
// steps around the look-up must give the same words.
TEST(TokenizerGolden, LemmaVariantWithAUserTable) {
  const auto rows = read_json_lines("golden/tokens_rscience.jsonl");
  const auto table = LemmaTable::parse("was\tbe\nis\tbe\nare\tbe\nhas\thave\n");
  ASSERT_TRUE(table.ok());
  const Tokenizer tokenizer(Rules::english());
  auto normalizer = Normalizer::make({.lemmas = table.value()}, Rules::english());
  ASSERT_TRUE(normalizer.ok());
  Workspace work;
  TokenList words;
  size_t replaced = 0;
  for (const auto& row : rows) {
    const auto text = row["text"].get<std::string>();
    ASSERT_TRUE(tokenizer.tokenize(text, work).ok());
    normalizer.value().normalize(text, work, words);
    const auto lemma = row["lemma"].get<std::vector<std::string>>();
    const auto norm = row["norm"].get<std::vector<std::string>>();
    ASSERT_EQ(words.size(), norm.size()) << row["row"];
    if (lemma.size() != norm.size()) continue;  // a lemma that is a symbol was dropped there
    for (size_t i = 0; i < norm.size(); ++i) {
      const std::string_view token = text_of(work.tokens[words.source(i)], text);
      const bool listed = table.value()->lemma(token) != token;
      EXPECT_EQ(words[i], listed ? lemma[i] : norm[i]) << row["row"];
      replaced += listed ? 1 : 0;
    }
  }
  EXPECT_GT(replaced, 500U);
}

// WordNet's words are not that table's: a floor that a broken list falls below.
TEST(TokenizerGolden, WordNetLemmasMostlyAgree) {
  const auto rows = read_json_lines("golden/tokens_rscience.jsonl");
  const Tokenizer tokenizer(Rules::english());
  auto normalizer = Normalizer::make({.lemmas = LemmaTable::wordnet()}, Rules::english());
  ASSERT_TRUE(normalizer.ok());
  Workspace work;
  TokenList words;
  size_t equal = 0;
  size_t count = 0;
  for (const auto& row : rows) {
    const auto text = row["text"].get<std::string>();
    ASSERT_TRUE(tokenizer.tokenize(text, work).ok());
    normalizer.value().normalize(text, work, words);
    const auto lemma = row["lemma"].get<std::vector<std::string>>();
    for (size_t i = 0; i < std::min(lemma.size(), words.size()); ++i) {
      equal += words[i] == lemma[i] ? 1 : 0;
      ++count;
    }
  }
  EXPECT_GT(static_cast<double>(equal) / static_cast<double>(count), 0.94);
}

}  // namespace
}  // namespace weirflow::text
