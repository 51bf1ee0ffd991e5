// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "rules.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tokenizer.h"
#include "url.h"

namespace weirflow::text {
namespace {

using Words = std::vector<std::string>;

Words cut(const std::shared_ptr<const Rules>& rules, std::string_view text) {
  Workspace work;
  EXPECT_TRUE(Tokenizer(rules).tokenize(text, work).ok());
  Words words;
  for (const Token& token : work.tokens) words.emplace_back(text_of(token, text));
  return words;
}

std::shared_ptr<const Rules> parsed(std::string_view file) {
  auto rules = Rules::parse(file);
  EXPECT_TRUE(rules.ok()) << rules.status().to_string();
  return rules.ok() ? rules.value() : nullptr;
}

TEST(Rules, EnglishHasWhatItsFileSays) {
  const Rules& rules = *Rules::english();
  size_t cases = 0;
  for (const auto& entry : rules.special_cases().entries()) cases += entry.parts.empty() ? 0 : 1;
  EXPECT_EQ(cases, 1343U);  // spaCy's 1,347 less four of white space, which change nothing
  EXPECT_TRUE(rules.letters_stay_whole());
  EXPECT_TRUE(rules.has_url_class());
  EXPECT_TRUE(rules.is_top_level_domain("com"));
  EXPECT_FALSE(rules.is_top_level_domain("COM"));
  EXPECT_NE(rules.special_cases().find_case("DON'T"), rules.special_cases().find_case("don't"));
}

TEST(Rules, AnEmptyFileCutsAtWhiteSpaceOnly) {
  EXPECT_EQ(cut(parsed(""), "don't (stop). x.com"), (Words{"don't", "(stop).", "x.com"}));
  EXPECT_EQ(cut(parsed("# only a comment\n\n#\n"), "a, b"), (Words{"a,", "b"}));
}

TEST(Rules, EveryDirective) {
  const auto rules = parsed(
      "class digit 0-9\n"
      "class open ( [\n"
      "class close ) U+005D\n"
      "class ends @digit @close\n"
      "prefix bracket any open\n"
      "prefix sign not_before digit text +\n"
      "suffix bracket any close\n"
      "suffix unit after digit text m\n"
      "    mm\n"
      "suffix double after digit ends text ?\n"
      "infix dots run .\n"
      "infix minus after digit before digit text - \\u2212\n"
      "apostrophe \u2019\n"
      "whole title x-y \\u0040\\\\\n"
      "combine title can ai + n't not|now\n"
      "tld test\n");
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(cut(rules, "([a])"), (Words{"(", "[", "a", "]", ")"}));
  EXPECT_EQ(cut(rules, "+a +5"), (Words{"+", "a", "+5"}));
  EXPECT_EQ(cut(rules, "5m 5mm am"), (Words{"5", "m", "5", "mm", "am"}));
  EXPECT_EQ(cut(rules, "11? 1)? a1? )1?"), (Words{"11", "?", "1", ")", "?", "a1?", ")1?"}));
  EXPECT_EQ(cut(rules, "a.b..c"), (Words{"a.b", "..", "c"}));
  EXPECT_EQ(cut(rules, "1-2 1\u22122 1-a"), (Words{"1", "-", "2", "1", "\u2212", "2", "1-a"}));
  EXPECT_EQ(cut(rules, "Can't ain\u2019t canNot"), (Words{"Can't", "ai", "n\u2019t", "canNot"}));
  EXPECT_EQ(cut(rules, "cann't Cannotnow"), (Words{"ca"
                                                   "n",
                                                   "n't", "Can", "not", "now"}));
  EXPECT_EQ(cut(rules, "(X-y @\\)"), (Words{"(", "X-y", "@\\", ")"}));
  EXPECT_TRUE(like_url("a.test", *rules));
  EXPECT_FALSE(like_url("a.com", *rules));  // no url class
}

TEST(Rules, LettersThatARuleCutsTurnTheShortCutOff) {
  const auto rules = parsed("class vowel a e\nsuffix plural after vowel text s\n");
  EXPECT_FALSE(rules->letters_stay_whole());
  EXPECT_EQ(cut(rules, "peas bus"), (Words{"pea", "s", "bus"}));
}

TEST(Rules, ASuffixMayReachIntoTheLetters) {
  const auto rules = parsed("suffix plural text s'\n");
  EXPECT_TRUE(rules->letters_stay_whole());
  EXPECT_EQ(cut(rules, "dogs' dog' s'"), (Words{"dog", "s'", "dog'", "s'"}));
}

TEST(Rules, AnInfixAtTheStartOfTheRestIsLeftOn) {
  EXPECT_EQ(cut(parsed("infix dash text -\n"), "-a-b -"), (Words{"-a", "-", "b", "-"}));
}

TEST(Rules, RefusalsNameTheLineAndTheWord) {
  const auto message = [](std::string_view file) {
    const auto rules = Rules::parse(file);
    return rules.ok() ? "parsed" : rules.status().to_string();
  };
  EXPECT_EQ(message("\nletters a\n"),
            "invalid_config: line 2: unknown directive 'letters'; known: class prefix suffix infix "
            "url apostrophe whole combine tld");
  EXPECT_EQ(message("class a\n"), "invalid_config: line 1: class takes a name and its characters");
  EXPECT_EQ(message("class a b\nclass a c\n"), "invalid_config: line 2: class 'a' stands twice");
  EXPECT_EQ(message("class a @b\n"), "invalid_config: line 1: unknown class 'b'");
  EXPECT_EQ(message("class a z-a\n"),
            "invalid_config: line 1: 'z-a' is neither a character, a range nor @CLASS");
  EXPECT_EQ(message("prefix q any quotes\n"), "invalid_config: line 1: unknown class 'quotes'");
  EXPECT_EQ(message("prefix q some x\n"),
            "invalid_config: line 1: unknown word 'some'; expected after, before, not_before, any, "
            "run or text");
  EXPECT_EQ(message("class d 0-9\nsuffix u after d\n   text\n"),
            "invalid_config: line 2: the rule has no body (any, run or text)");
  EXPECT_EQ(message("suffix u after x text y\n"),
            "invalid_config: line 1: after: no known class follows");
  EXPECT_EQ(message("class d 0-9\ninfix u before d run .\n"),
            "invalid_config: line 2: run cannot stand with before or not_before");
  EXPECT_EQ(message("whole a\\q\n"),
            "invalid_config: line 1: unknown escape in 'a\\q'; known: \\\\ \\uXXXX \\UXXXXXXXX");
  EXPECT_EQ(message("combine a b\n"), "invalid_config: line 1: combine takes STEMS + ENDINGS");
  EXPECT_EQ(message("combine a + b|\n"),
            "invalid_config: line 1: an empty token in a special case");
  EXPECT_EQ(message("  x\n"), "invalid_config: line 1: nothing to continue");
  EXPECT_EQ(message("whole \xFF\n"), "invalid_config: the rules file is not UTF-8");
}

TEST(Rules, LoadReadsAFileOfTheUser) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("weirflow-text-rules-" + std::to_string(::getpid()));
  std::ofstream(path) << "class mark !\nsuffix mark any mark\n";
  const auto rules = Rules::load(path.string());
  ASSERT_TRUE(rules.ok());
  EXPECT_EQ(cut(rules.value(), "a! b."), (Words{"a", "!", "b."}));
  std::ofstream(path) << "nonsense\n";
  EXPECT_TRUE(
      Rules::load(path.string()).status().message().starts_with(path.string() + ": line 1"));
  std::filesystem::remove(path);
  EXPECT_EQ(Rules::load(path.string()).status().code(), wf::Code::not_found);
}

RC_GTEST_PROP(CharGroups, AnswerAsTheRangesDo, ()) {
  const auto code_point =
      rc::gen::oneOf(rc::gen::inRange<char32_t>(0, 0x300), rc::gen::inRange<char32_t>(0, 0x110000));
  std::vector<CharClass> classes(*rc::gen::inRange<size_t>(0, 6));
  std::vector<char32_t> asked{0, 0x7F, 0x80, 0x10FFFF};
  for (CharClass& each : classes)
    for (const auto& [a, b] : *rc::gen::container<std::vector<std::pair<char32_t, char32_t>>>(
             rc::gen::pair(code_point, code_point))) {
      each.push_back({std::min(a, b), std::max(a, b)});
      for (const char32_t c : {a, b})
        for (const uint32_t near : {c - 1U, c + 0U, c + 1U})
          if (near < 0x110000) asked.push_back(near);
    }
  const auto alone = *rc::gen::container<std::vector<char32_t>>(code_point);
  asked.insert(asked.end(), alone.begin(), alone.end());
  const CharGroups groups = CharGroups::build(classes, alone);
  for (const char32_t c : asked) {
    uint64_t expected = 0;
    for (size_t i = 0; i < classes.size(); ++i)
      for (const CodePointRange& range : classes[i])
        if (range.first <= c && c <= range.last) expected |= uint64_t{1} << i;
    RC_ASSERT(groups.classes(c) == expected);
    for (const char32_t other : alone)
      RC_ASSERT((groups.group(c) == groups.group(other)) == (c == other));
  }
}

}  // namespace
}  // namespace weirflow::text
