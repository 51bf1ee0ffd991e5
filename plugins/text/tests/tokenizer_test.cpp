// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tokenizer.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "goldens.h"
#include "url.h"

namespace weirflow::text {
namespace {

using std::string_literals::operator""s;
using Words = std::vector<std::string>;

const Tokenizer& english() {
  static const Tokenizer tokenizer(Rules::english());
  return tokenizer;
}

Words cut(std::string_view text) {
  Workspace work;
  EXPECT_TRUE(english().tokenize(text, work).ok());
  Words words;
  for (const Token& token : work.tokens) words.emplace_back(text_of(token, text));
  return words;
}

Words rules_of(std::string_view text) {
  Words rules;
  const auto explained = english().explain(text);
  for (const auto& each : explained.value()) rules.push_back(each.rule);
  return rules;
}

// spacy_cases.jsonl: one text a line, by rule group, with the tokens of spaCy 3.8.18,
// spacy.blank("en").
TEST(Tokenizer, EveryRuleGroupCutsAsSpacy) {
  const char* root = std::getenv("WEIRFLOW_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  std::ifstream file(std::string(root) + "/plugins/text/tests/spacy_cases.jsonl");
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto row = nlohmann::json::parse(line);
    EXPECT_EQ(cut(row["text"].get<std::string>()), row["tokens"].get<Words>())
        << row["group"] << ": " << row["text"];
  }
  EXPECT_GE(count, 100U);
}

TEST(Tokenizer, MarksTheSpaceAfterAToken) {
  Workspace work;
  ASSERT_TRUE(english().tokenize("a b,  c", work).ok());
  ASSERT_EQ(work.tokens.size(), 5U);
  EXPECT_EQ(work.tokens[0].flags, kLetters | kSpaceAfter);
  EXPECT_EQ(work.tokens[1].flags, kLetters);
  EXPECT_EQ(work.tokens[2].flags, kSpaceAfter);
  EXPECT_EQ(work.tokens[3].flags, kSpace);
  EXPECT_EQ(work.tokens[4].flags, kLetters);
}

TEST(Tokenizer, ExplainsEachToken) {
  EXPECT_EQ(rules_of("(don't 5km, a-b www.x.org/y he's:)  ..."),
            (Words{"prefix punct", "special", "special", "token", "suffix unit", "suffix punct",
                   "token", "infix hyphen", "token", "url", "joined", "joined", "joined", "space",
                   "prefix ellipsis"}));
}

// A special case that begins with what looks like a prefix is taken whole behind a suffix.
TEST(Tokenizer, ASpecialCaseBehindASuffixKeepsItsStart) {
  EXPECT_EQ(rules_of("'em."), (Words{"special", "suffix dot"}));
  EXPECT_EQ(rules_of("(:-)"), (Words{"prefix punct", "special"}));
}

TEST(Tokenizer, BrokenUtf8IsOneTokenPerByteOrPartOfAWordButNeverLost) {
  for (const std::string& text : {"a\xFF b"s, "\xC3"s, "\xE2\x82"s, "x\xF0\x9F\x98 y"s,
                                  "\x80\x80\x80"s, "ok\xED\xA0\x80!"s}) {
    Workspace work;
    ASSERT_TRUE(english().tokenize(text, work).ok());
    uint32_t at = 0;
    for (const Token& token : work.tokens) {
      EXPECT_EQ(token.begin, at);
      at = token.end + ((token.flags & kSpaceAfter) != 0 ? 1 : 0);
    }
    EXPECT_EQ(at, text.size());
  }
}

TEST(Tokenizer, NulBytesAreOrdinaryCharacters) {
  EXPECT_EQ(cut("a\0b c\0"s), (Words{"a\0b"s, "c\0"s}));
}

TEST(Tokenizer, EmptyText) {
  Workspace work;
  ASSERT_TRUE(english().tokenize("old text", work).ok());
  ASSERT_TRUE(english().tokenize("", work).ok());
  EXPECT_TRUE(work.tokens.empty());
}

TEST(Tokenizer, TooLongATextIsRefused) {
  // Never read: only the length is looked at.
  const char byte = 'x';
  Workspace work;
  const wf::Status status = english().tokenize(std::string_view(&byte, Tokenizer::kMaxBytes), work);
  EXPECT_EQ(status.code(), wf::Code::invalid_data);
}

// One chunk of a megabyte, of every kind that could make a loop start over: anything but linear
// time meets the test's time limit.
TEST(Tokenizer, OneHugeChunkTakesLinearTime) {
  const size_t size = 1 << 20;
  for (const std::string unit :
       {"x",   ".",   ")",    "(",  "a.",         "a-",       "..(",    ")..",
        "a,b", "@",   "a@",   "1.", ":",          "://",      "\u0301", "'s",
        "°",   "5km", "a.b:", "-.", "https://a.", "\xE2\x82", "£",      "x'"}) {
    std::string text;
    while (text.size() < size) text += unit;
    Workspace work;
    ASSERT_TRUE(english().tokenize(text, work).ok());
    ASSERT_FALSE(work.tokens.empty()) << unit;
    EXPECT_EQ(work.tokens.front().begin, 0U);
    EXPECT_EQ(work.tokens.back().end, text.size());
    for (size_t i = 0; i < std::min<size_t>(work.tokens.size(), 3); ++i) {
      (void)like_url(text_of(work.tokens[i], text), english().rules());
    }
  }
}

void expect_explained_alike(const std::string& text) {
  Workspace work;
  ASSERT_TRUE(english().tokenize(text, work).ok());
  const auto explained = english().explain(text).value();
  ASSERT_EQ(explained.size(), work.tokens.size()) << text;
  for (size_t i = 0; i < explained.size(); ++i) {
    EXPECT_EQ(explained[i].token.begin, work.tokens[i].begin) << text;
    EXPECT_EQ(explained[i].token.end, work.tokens[i].end) << text;
    EXPECT_EQ(explained[i].token.rule, work.tokens[i].rule) << text;
    EXPECT_EQ(explained[i].token.flags, work.tokens[i].flags) << text;
  }
}

RC_GTEST_PROP(TokenizerProperty, ExplainAgreesWithTheFastPath, ()) {
  static const std::vector<std::string> parts = [] {
    std::vector<std::string> all = {" ",  " ", "  ", "\n",   "\u00A0", "a",    "dont", "word",
                                    "X",  "é", "中", "U",    "US$",    "5",    "km",   ".",
                                    "..", ",", "!",  "-",    "'",      "’",    "(",    ")",
                                    ":",  "/", "@",  "www.", "com",    "\xFF", "s"};
    for (const auto& entry : Rules::english()->special_cases().entries()) {
      all.push_back(entry.text);
    }
    return all;
  }();
  const auto picks =
      *rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, parts.size()));
  std::string text;
  for (const size_t pick : picks) text += parts[pick];
  expect_explained_alike(text);
  RC_ASSERT(!testing::Test::HasFailure());
}

RC_GTEST_PROP(TokenizerProperty, TokensCoverTheTextInOrder, (const std::string& text)) {
  Workspace work;
  RC_ASSERT(english().tokenize(text, work).ok());
  uint32_t at = 0;
  for (const Token& token : work.tokens) {
    RC_ASSERT(token.begin == at);
    RC_ASSERT(token.end > token.begin);
    at = token.end + ((token.flags & kSpaceAfter) != 0 ? 1 : 0);
  }
  RC_ASSERT(at == text.size());
}

TEST(TokenizerGolden, ExplainAgreesOnRealComments) {
  for (const auto& row : read_json_lines("golden/tokens_rscience.jsonl")) {
    expect_explained_alike(row["text"].get<std::string>());
  }
}

TEST(Tokenizer, AWorkspaceStopsGrowing) {
  const std::string text = "It's the same (old) text: don't grow, he's:) please... ok?";
  Workspace work;
  ASSERT_TRUE(english().tokenize(text, work).ok());
  const auto* tokens = work.tokens.data();
  const auto* rebuilt = work.rebuilt.data();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(english().tokenize(text, work).ok());
  // The second pass swaps the two.
  EXPECT_TRUE(work.tokens.data() == tokens || work.tokens.data() == rebuilt);
}

// Expected: spaCy's Token.like_url.
TEST(LikeUrl, AsSpacy) {
  const Rules& rules = english().rules();
  for (const char* yes : {"http://", "https://x", "www.x", "end.it", "word.so", "a.com:80", "a.b/",
                          "8.8.8.8", "x.y.photography", "1.1.1.1:8080/x?y", "ftp://a.travelx/q",
                          "a_b.photography", "223.1.1.1", "1.255.0.254", "a.bcd:65535/"}) {
    EXPECT_TRUE(like_url(yes, rules)) << yes;
  }
  for (const char* no :
       {"www.",      "a.",        ".com",           "me@a.com",        "nodot",
        "3.14",      "10.0.0.1",  "192.168.1.1",    "a.COM",           "a..b",
        "x.y.P",     "http:/x",   "a-.photography", "-a.photography",  "224.1.1.1",
        "1.256.0.1", "1.1.1.255", "172.31.0.1",     "a.photography:1", "a.photography:123456",
        "1.1.1"}) {
    EXPECT_FALSE(like_url(no, rules)) << no;
  }
}

}  // namespace
}  // namespace weirflow::text
