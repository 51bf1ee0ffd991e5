// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "normalizer.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "unicode.h"

namespace weirflow::text {
namespace {

using Words = std::vector<std::string>;

Words normalized(std::string_view text, NormalizeOptions options) {
  auto normalizer = Normalizer::make(std::move(options), Rules::english());
  EXPECT_TRUE(normalizer.ok());
  Workspace work;
  TokenList words;
  EXPECT_TRUE(Tokenizer(Rules::english()).tokenize(text, work).ok());
  normalizer.value().normalize(text, work, words);
  Words result;
  for (size_t i = 0; i < words.size(); ++i) result.emplace_back(words[i]);
  return result;
}

TEST(Normalizer, DefaultsAreThePublishedRun) {
  EXPECT_EQ(normalized("See http://a.com, (The  CAT)... don't\n!!! :( end.it", {}),
            (Words{"see", "URL", "the", "cat", "...", "do", "n't", ":(", "URL"}));
}

TEST(Normalizer, EachOptionCanBeSwitchedOff) {
  EXPECT_EQ(normalized("The x.com, A", {.lower = false}), (Words{"The", "URL", "A"}));
  EXPECT_EQ(normalized("The x.com, A", {.url_word = ""}), (Words{"the", "x.com", "a"}));
  EXPECT_EQ(normalized("The x.com, A", {.url_word = "<url>"}), (Words{"the", "<url>", "a"}));
  EXPECT_EQ(normalized("The x.com, A", {.drop_symbols = false}), (Words{"the", "URL", ",", "a"}));
}

// Expected: Python's str.lower.
TEST(Normalizer, LowerIsFullUnicode) {
  const auto lower = [](std::string_view text) {
    std::string out = "kept ";
    append_lower(out, text);
    return out.substr(5);
  };
  EXPECT_EQ(lower("ÀÉÎ ẞ ΑΣ ΣΑ ΑΣ. İI ǅ Ⅷ"), "àéî ß ας σα ας. i̇i ǆ ⅷ");
  EXPECT_EQ(lower(std::string(1000, 'A') + "İ"), std::string(1000, 'a') + "i̇");
  EXPECT_EQ(lower("[@Z`{]"), "[@z`{]");
  EXPECT_EQ(lower(""), "");
}

// Eight at a time, so each byte stands at each place of eight, beside each neighbour.
TEST(Normalizer, LowerOfAsciiIsThatOfEachByte) {
  for (int c = 0; c < 0x80; ++c)
    for (const char beside : {'\0', 'A', 'Z', 'a', '@', '[', '\x7F'})
      for (size_t at = 0; at < 19; ++at) {
        std::string text(19, beside);
        text[at] = static_cast<char>(c);
        std::string expected = text, lower;
        for (char& each : expected)
          if (each >= 'A' && each <= 'Z') each = static_cast<char>(each + 'a' - 'A');
        append_lower(lower, text);
        ASSERT_EQ(lower, expected);
      }
}

// A text with a letter beyond ASCII is made lower case word by word, any other as a whole.
RC_GTEST_PROP(Normalizer, AsciiTextHasTheWordsOfAnyText, ()) {
  const std::vector<std::string> parts{"The",   "Mice", "DON'T", "x.com", "U.S.A.", "(A)",
                                       "\tTab", ":-)",  "e.g.",  "ran",   " ",      "..."};
  const auto chosen =
      *rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, parts.size()));
  std::string text;
  for (const size_t part : chosen) text += parts[part] + " ";
  for (const auto& lemmas : {std::shared_ptr<const LemmaTable>(), LemmaTable::wordnet()}) {
    Words expected = normalized(text + "é", {.lemmas = lemmas});
    expected.pop_back();
    RC_ASSERT(normalized(text, {.lemmas = lemmas}) == expected);
  }
}

TEST(Normalizer, WhiteSpaceOfAnyKindIsDropped) {
  EXPECT_EQ(normalized(" \n a \u00A0\u2003 b\t", {}), (Words{"a", "b"}));
}

TEST(Normalizer, OnlySingleAsciiSymbolsAreDropped) {
  EXPECT_EQ(normalized("§ £ — -- = + ^ ~ | \\ 5 é", {}), (Words{"§", "£", "—", "--", "5", "é"}));
}

TEST(Normalizer, StopWordsInAnyCaseButAddressesStay) {
  const auto english = StopWords::english();
  EXPECT_EQ(english->size(), 326U);
  EXPECT_EQ(normalized("The cat DID n't see US www.x.org", {.stop_words = english}),
            (Words{"cat", "URL"}));
  EXPECT_EQ(normalized("The Cat", {.lower = false, .stop_words = english}), (Words{"Cat"}));
  const auto own = StopWords::parse("# own list\nCat  dog\n\nurl\n");
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(normalized("the CAT x.com", {.stop_words = own.value()}), (Words{"the", "URL"}));
  EXPECT_EQ(StopWords::parse("\xFF").status().code(), wf::Code::invalid_config);
}

// Expected: the sample vocabulary on the Snowball site, English (Porter2).
TEST(Normalizer, StemsBySnowball) {
  EXPECT_EQ(
      normalized("Consigned consigning consignment consistency knightly", {.stem = "english"}),
      (Words{"consign", "consign", "consign", "consist", "knight"}));
  EXPECT_EQ(normalized("x.com", {.stem = "english"}), (Words{"URL"}));
  const auto bad = Normalizer::make({.stem = "klingon"}, Rules::english());
  EXPECT_EQ(bad.status().code(), wf::Code::invalid_config);
  EXPECT_NE(bad.status().message().find("english"), std::string::npos);
}

TEST(Lemma, UserTableInExactCaseBeforeLowering) {
  const auto table = LemmaTable::parse("# form, lemma\ncats\tCAT\nCats\tfeline\nwas\tbe\r\n");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(normalized("cats Cats CATS was x", {.lemmas = table.value()}),
            (Words{"cat", "feline", "cats", "be", "x"}));
  EXPECT_EQ(normalized("cats", {.lower = false, .lemmas = table.value()}), (Words{"CAT"}));
}

TEST(Lemma, ALemmaThatIsASymbolIsDroppedAndOneWithSpacesStripped) {
  const auto table = LemmaTable::parse("dash\t-\npad\t \u00A0x y \n");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(normalized("a dash pad b", {.lemmas = table.value()}), (Words{"a", "x y", "b"}));
}

TEST(Lemma, RefusalsNameTheLine) {
  EXPECT_EQ(LemmaTable::parse("a\tb\nc d\n").status().to_string(),
            "invalid_config: line 2: expected a form, a tab and a lemma in UTF-8");
  EXPECT_FALSE(LemmaTable::parse("\tb\n").ok());
  EXPECT_FALSE(LemmaTable::parse("a\t\n").ok());
  EXPECT_FALSE(LemmaTable::parse("a\t\xFF\n").ok());
}

TEST(Lemma, TablesAndListsLoadFromFiles) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("weirflow-text-lemmas-" + std::to_string(::getpid()));
  std::ofstream(path) << "mice\tmouse\n";
  const auto table = LemmaTable::load(path.string());
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table.value()->lemma("mice"), "mouse");
  EXPECT_TRUE(StopWords::load(path.string()).ok());
  std::filesystem::remove(path);
  EXPECT_EQ(LemmaTable::load(path.string()).status().code(), wf::Code::not_found);
  EXPECT_EQ(StopWords::load(path.string()).status().code(), wf::Code::not_found);
}

TEST(Lemma, WordNetKnowsIrregularAndRegularForms) {
  const LemmaTable& table = *LemmaTable::wordnet();
  EXPECT_GT(table.size(), 50000U);
  const std::vector<std::pair<std::string, std::string>> known = {
      {"was", "be"},      {"went", "go"},       {"mice", "mouse"},   {"women", "woman"},
      {"years", "year"},  {"studies", "study"}, {"boxes", "box"},    {"making", "make"},
      {"seeing", "see"},  {"carried", "carry"}, {"stopped", "stop"}, {"used", "use"},
      {"better", "good"}, {"larger", "large"},  {"going", "go"},     {"data", "datum"}};
  for (const auto& [form, lemma] : known) EXPECT_EQ(table.lemma(form), lemma) << form;
  for (const char* same : {"evening", "seed", "feed", "this", "news", "number", "as", "species",
                           "science", "zzz", "Cats"}) {
    EXPECT_EQ(table.lemma(same), same);
  }
}

}  // namespace
}  // namespace weirflow::text
