// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Oracle: spaCy 3.8.18 on real comments, through the components as a run drives them.

#include <gtest/gtest.h>

#include "comment_batches.h"
#include "goldens.h"
#include "text_clean.h"
#include "text_tokenize.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::text {
namespace {

using wf::testing::Harness;

std::vector<std::string> words_of(const wf::Batch& rows, int column, int64_t row) {
  const wf::ListView lists = rows.lists(column);
  const wf::StringView items(*lists.items());
  std::vector<std::string> words;
  for (int64_t k = lists.begin(row); k < lists.end(row); ++k) words.emplace_back(items[k]);
  return words;
}

// Batches of odd sizes, every second one a slice.
TEST(ComponentGolden, CleanAndTokenizeAllComments) {
  const auto bodies = read_bodies();
  const auto rows = read_json_lines("golden/normalised_rscience.jsonl.gz");
  ASSERT_EQ(rows.size(), 5453U);
  ASSERT_EQ(bodies.size(), rows.size());
  auto cleaner = Harness::of<Clean>();
  ASSERT_TRUE(cleaner.run({{"column", "body"}}, body_batches(bodies, 777)).ok());
  auto tokenizer = Harness::of<Tokenize>();
  std::vector<wf::Batch> cleaned;
  for (const wf::Batch& batch : cleaner.output()) {
    const int64_t half = batch.rows() / 2;
    cleaned.push_back(batch.slice(0, half));
    cleaned.push_back(batch.slice(half, batch.rows() - half));
  }
  ASSERT_TRUE(tokenizer.run({{"column", "body"}}, cleaned).ok());
  EXPECT_TRUE(tokenizer.conservation().ok());
  size_t i = 0, words = 0;
  for (const wf::Batch& batch : tokenizer.output()) {
    const int column = batch.schema().index_of("tokens");
    for (int64_t row = 0; row < batch.rows(); ++row, ++i) {
      ASSERT_LT(i, rows.size());
      const auto made = words_of(batch, column, row);
      EXPECT_EQ(made, rows[i]["tokens"].get<std::vector<std::string>>()) << "row " << i;
      words += made.size();
    }
  }
  EXPECT_EQ(i, rows.size());
  EXPECT_EQ(words, 296371U);
}

// All tokens but white space, with nothing done to them, where spaCy says they start.
TEST(ComponentGolden, OffsetsOf500Comments) {
  const auto rows = read_json_lines("golden/tokens_rscience.jsonl");
  std::vector<std::string> texts;
  for (const auto& row : rows) texts.push_back(row["text"].get<std::string>());
  auto h = Harness::of<Tokenize>();
  ASSERT_TRUE(h.run({{"column", "body"},
                     {"offsets", true},
                     {"lower", false},
                     {"drop_symbols", false},
                     {"url_word", ""}},
                    body_batches(texts, 200, wf::Type::utf8))
                  .ok());
  size_t i = 0, compared = 0;
  for (const wf::Batch& batch : h.output()) {
    const wf::ListView lists = batch.lists(batch.schema().index_of("tokens_offsets"));
    const wf::NumericView<int32_t> offsets(*lists.items());
    for (int64_t row = 0; row < batch.rows(); ++row, ++i) {
      const auto tokens = rows[i]["tokens"].get<std::vector<std::string>>();
      const auto starts = rows[i]["start"].get<std::vector<int32_t>>();
      std::vector<std::string> words;
      std::vector<int32_t> places;
      for (size_t k = 0; k < tokens.size(); ++k) {
        if (tokens[k].find_first_not_of(" \t\r\n") == std::string::npos) continue;
        words.push_back(tokens[k]);
        const auto code_points = std::count_if(tokens[k].begin(), tokens[k].end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        });
        places.push_back(starts[k]);
        places.push_back(starts[k] + static_cast<int32_t>(code_points));
      }
      EXPECT_EQ(words_of(batch, batch.schema().index_of("tokens"), row), words) << "row " << i;
      std::vector<int32_t> made(offsets.data() + lists.begin(row), offsets.data() + lists.end(row));
      EXPECT_EQ(made, places) << "row " << i;
      compared += words.size();
    }
  }
  EXPECT_EQ(i, 500U);
  EXPECT_GT(compared, 25000U);
}

}  // namespace
}  // namespace weirflow::text
