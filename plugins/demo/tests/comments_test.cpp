// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "comments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <unordered_map>

#include "vocabulary.h"
#include "weirflow/kernels.hpp"
#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::demo {
namespace {

using wf::testing::Harness;

/// FNV-1a over the text of rows: the same on every machine.
uint64_t digest(const wf::Batch& batch) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const char c : wf::testing::to_text({batch}))
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return hash;
}

TEST(Comments, SplitMixIsThePublishedOne) {
  // First outputs for state 1234567, as in the reference implementation's test vectors.
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Comments, RowsDoNotDependOnBatches) {
  const wf::Batch whole = make_comments({}, 0, 500);
  for (const int64_t size : {1, 7, 499}) {
    std::vector<wf::Batch> parts;
    for (int64_t at = 0; at < 500; at += size)
      parts.push_back(make_comments({}, at, std::min<int64_t>(size, 500 - at)));
    EXPECT_TRUE(wf::equal(wf::concat(parts), whole));
  }
  CommentSettings other;
  other.seed = 43;
  EXPECT_NE(digest(make_comments(other, 0, 500)), digest(whole));
}

TEST(Comments, LooksLikeComments) {
  const wf::Batch batch = make_comments({}, 0, 20'000);
  const auto id = batch.strings(0), body = batch.strings(4);
  const auto created = batch.numbers<int64_t>(1), removed = batch.numbers<int64_t>(6);
  std::set<std::string> ids;
  int64_t taken = 0, entities = 0, lines = 0, accents = 0;
  for (int64_t i = 0; i < batch.rows(); ++i) {
    ids.emplace(id[i]);
    if (i) {
      EXPECT_GE(created[i], created[i - 1]);
    }
    taken += removed[i];
    EXPECT_FALSE(body[i].empty());
    EXPECT_EQ(body[i].find('$'), std::string_view::npos) << body[i];
    entities += body[i].find("&gt;") != std::string_view::npos;
    lines += body[i].find("\r\n") != std::string_view::npos;
    accents += body[i].find("\xC3\xA9") != std::string_view::npos;
  }
  EXPECT_EQ(ids.size(), 20'000u);
  EXPECT_NEAR(static_cast<double>(taken) / 20'000, 0.40, 0.03);
  EXPECT_GT(entities, 50);
  EXPECT_GT(lines, 1000);
  EXPECT_GT(accents, 50);
}

TEST(Comments, EveryPhraseHasKnownSlots) {
  for (const Words list : {neutral_sentences(), careful_sentences(), rough_sentences(),
                           neutral_one_liners(), rough_one_liners(), ornaments()})
    for (const std::string_view phrase : list)
      for (size_t at = phrase.find('$'); at != std::string_view::npos;
           at = phrase.find('$', at + 1))
        EXPECT_NE(std::string_view("tnavpd").find(phrase.substr(at + 1, 1)), std::string_view::npos)
            << phrase;
}

/// Learnable, and not too easily: naive Bayes over words, counted on the first 16,000 comments,
/// ranks the next 4,000. (scikit-learn's TF-IDF and logistic regression come out close to it.)
TEST(Comments, LabelCanBeLearnedToAnAucOfThreeQuarters) {
  const wf::Batch batch = make_comments({}, 0, 20'000);
  const auto body = batch.strings(4);
  const auto removed = batch.numbers<int64_t>(6);
  const auto each_word = [](std::string_view text, auto&& call) {
    std::string word;
    for (size_t i = 0; i <= text.size(); ++i) {
      const char c = i < text.size() ? text[i] : ' ';
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80))
        word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      else if (!word.empty())
        call(word), word.clear();
    }
  };
  std::unordered_map<std::string, std::array<double, 2>> counts;
  std::array<double, 2> totals{};
  for (int64_t i = 0; i < 16'000; ++i)
    each_word(body[i], [&](const std::string& w) {
      counts[w][static_cast<size_t>(removed[i])] += 1;
      totals[static_cast<size_t>(removed[i])] += 1;
    });
  std::vector<std::pair<double, int64_t>> scored;
  for (int64_t i = 16'000; i < 20'000; ++i) {
    double score = 0;
    each_word(body[i], [&](const std::string& w) {
      const auto found = counts.find(w);
      if (found == counts.end()) return;
      score += std::log((found->second[1] + 1) / totals[1]) -
               std::log((found->second[0] + 1) / totals[0]);
    });
    scored.emplace_back(score, removed[i]);
  }
  std::sort(scored.begin(), scored.end());
  double rank_sum = 0, positives = 0;
  for (size_t i = 0; i < scored.size(); ++i)
    if (scored[i].second) rank_sum += static_cast<double>(i + 1), positives += 1;
  const double negatives = static_cast<double>(scored.size()) - positives;
  const double auc = (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
  EXPECT_GT(auc, 0.74);
  EXPECT_LT(auc, 0.86);
}

TEST(CommentsSource, GivesTheRowsAndGoesOnFromASnapshot) {
  const auto* cls = wf::testing::component_of("demo.comments");
  Harness whole(cls);
  ASSERT_TRUE(whole.start({{"rows", 100}, {"batch_rows", 30}}).ok());
  EXPECT_TRUE(*whole.drain());
  EXPECT_TRUE(whole.conservation().ok());
  const wf::Batch all = wf::concat(whole.output());
  EXPECT_EQ(all.rows(), 100);
  EXPECT_TRUE(wf::equal(all, make_comments({}, 0, 100)));

  Harness first(cls), second(cls);
  ASSERT_TRUE(first.start({{"rows", 100}, {"batch_rows", 30}}).ok());
  ASSERT_TRUE(first.next().ok());
  const auto position = first.snapshot();
  ASSERT_TRUE(second.start({{"rows", 100}, {"batch_rows", 30}}).ok());
  ASSERT_TRUE(second.restore(*position).ok());
  EXPECT_TRUE(*second.drain());
  EXPECT_TRUE(wf::equal(wf::concat(second.output()), all.slice(30, 70)));
  EXPECT_FALSE(second.restore("x").ok());
}

TEST(CommentsSource, EndlessWithoutRows) {
  Harness endless(wf::testing::component_of("demo.comments"));
  ASSERT_TRUE(endless.start({{"rows", 0}, {"rate", 1000.0}, {"start", 0}}).ok());
  EXPECT_FALSE(*endless.drain(5));
  EXPECT_EQ(wf::concat(endless.output()).rows(), 5 * 1024);
  EXPECT_LT(wf::concat(endless.output()).numbers<int64_t>(1)[5000], 6'000'000);
}

}  // namespace
}  // namespace weirflow::demo
