// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_tokenize.h"

#include <gtest/gtest.h>

#include <fstream>

#include "weirflow/testing/harness.hpp"

namespace weirflow::text {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using wf::testing::schema;
using Cells = std::vector<std::string>;

/// Runs over rows of a column `t` and gives one column of the result.
Cells column_of(Value::Table config, std::string_view rows, std::string_view name = "tokens") {
  config.emplace_back("column", "t");
  auto h = Harness::of<Tokenize>();
  const wf::Status status = h.run(std::move(config), {batch("t:utf8\n" + std::string(rows))});
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().to_string();
  return h.column(name);
}

std::string fault(Value::Table config) {
  config.emplace_back("column", "t");
  auto h = Harness::of<Tokenize>();
  const wf::Status status = h.start(std::move(config), {schema("t:utf8 used:int64 raw:binary")});
  return status.message() + (status.place() ? " @" + status.place()->key : "");
}

/// A file of the test's own, gone at the end.
class File {
 public:
  File(const std::string& name, std::string_view bytes) : path_(testing::TempDir() + name) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~File() { std::remove(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(TextTokenize, DefaultsAreThoseOfThePublishedRun) {
  auto h = Harness::of<Tokenize>();
  ASSERT_TRUE(h.run({{"column", "body"}},
                    {batch("id:int64 body:utf8\n1 | \"Don't see https://x.org/a, (NOT) that...\"\n"
                           "2 | null\n3 | \"\"\n4 | \" - ! \"")})
                  .ok());
  EXPECT_EQ(
      h.text(),
      "id:int64 body:utf8 tokens:list<utf8>\n"
      "1 | \"Don't see https://x.org/a, (NOT) that...\" | [do, n't, see, URL, not, that, ...]\n"
      "2 | null | null\n3 | \"\" | []\n4 | \" - ! \" | []\n");
  EXPECT_EQ(h.host().metrics().at("words"), 7);
}

TEST(TextTokenize, EachOption) {
  const char* row = "\"The MICE, ran to www.b.com!\"";
  EXPECT_EQ(column_of({}, row), Cells{"[the, mice, ran, to, URL]"});
  EXPECT_EQ(column_of({{"lower", false}}, row), Cells{"[The, MICE, ran, to, URL]"});
  EXPECT_EQ(column_of({{"url_word", ""}}, row), Cells{"[the, mice, ran, to, www.b.com]"});
  EXPECT_EQ(column_of({{"url_word", "<link>"}}, row), Cells{"[the, mice, ran, to, <link>]"});
  EXPECT_EQ(column_of({{"drop_symbols", false}}, row),
            Cells{"[the, mice, \",\", ran, to, URL, !]"});
  EXPECT_EQ(column_of({{"stop_words", "english"}}, row), Cells{"[mice, ran, URL]"});
  EXPECT_EQ(column_of({{"more_stop_words", Value::List{"Mice", "ran"}}}, row),
            Cells{"[the, to, URL]"});
  EXPECT_EQ(column_of({{"lemma", "wordnet"}}, "\"mice ran\""), Cells{"[mouse, run]"});
  EXPECT_EQ(column_of({{"stem", "english"}}, "\"running nations\""), Cells{"[run, nation]"});
  EXPECT_EQ(column_of({{"into", "words"}}, row, "words"), Cells{"[the, mice, ran, to, URL]"});
}

TEST(TextTokenize, FilesOfTheUsersOwn) {
  const File lemmas("weirflow_lemmas.tsv", "# my table\nmice\tMouse\n");
  const File stops("weirflow_stops.txt", "# not these\nRAN to\n");
  const File rules("weirflow_my.rules", "prefix mark text <\nsuffix mark text >\n");
  const char* row = "\"<the> mice ran to\"";
  EXPECT_EQ(column_of({{"lemma_file", lemmas.path()}}, row), Cells{"[the, mouse, ran, to]"});
  EXPECT_EQ(column_of({{"stop_word_file", stops.path()}}, row), Cells{"[the, mice]"});
  EXPECT_EQ(column_of({{"stop_word_file", stops.path()},
                       {"stop_words", "english"},
                       {"more_stop_words", "mice"}},
                      row),
            Cells{"[]"});
  EXPECT_EQ(column_of({{"rules_file", rules.path()}, {"drop_symbols", false}}, "\"<it's>, ok\""),
            Cells{"[<, \"it's>,\", ok]"});
}

TEST(TextTokenize, OffsetsAreCodePointsOfTheText) {
  const char* rows = "\"na\u00EFve \U0001F600 can't: www.x.org\"\nnull\n\"\"";
  EXPECT_EQ(column_of({{"offsets", true}}, rows),
            (Cells{"[naïve, 😀, ca, n't, URL]", "null", "[]"}));
  EXPECT_EQ(column_of({{"offsets", true}}, rows, "tokens_offsets"),
            (Cells{"[0, 5, 6, 7, 8, 10, 10, 13, 15, 24]", "null", "[]"}));
  EXPECT_EQ(column_of({{"offsets", true}, {"ngrams", Value::List{2}}}, rows, "tokens_offsets"),
            (Cells{"[0, 7, 6, 10, 8, 13, 10, 24]", "null", "[]"}));
}

TEST(TextTokenize, NgramsShorterFirst) {
  EXPECT_EQ(column_of({{"ngrams", Value::List{1, 3}}}, "\"a b c\"\nx"),
            (Cells{"[a, b, c, a b, b c, a b c]", "[x]"}));
  EXPECT_EQ(column_of({{"ngrams", 2}}, "\"a b c\"\nx"), (Cells{"[a b, b c]", "[]"}));
}

TEST(TextTokenize, TextThatIsNotUtf8IsRefusedOrRepaired) {
  const wf::Batch rows = batch("n:int64 t:utf8\n1 | \"bad \\xff\"\n2 | good\n3 | null");
  auto h = Harness::of<Tokenize>();
  ASSERT_TRUE(h.run({{"column", "t"}}, {rows}).ok());
  EXPECT_EQ(h.text(), "n:int64 t:utf8 tokens:list<utf8>\n2 | good | [good]\n3 | null | null\n");
  ASSERT_EQ(h.refused().size(), 1U);
  EXPECT_EQ(h.refused()[0].code, "bad_utf8");
  EXPECT_EQ(h.refused()[0].message, "column 't' is not UTF-8 at byte 4");
  EXPECT_TRUE(h.conservation().ok());
  EXPECT_EQ(column_of({{"bad_utf8", "replace"}}, "\"a\\xff b\""), Cells{"[a, \uFFFD, b]"});
  EXPECT_EQ(
      column_of({{"bad_utf8", "replace"}, {"offsets", true}}, "\"a\\xff b\"", "tokens_offsets"),
      Cells{"[0, 1, 1, 2, 3, 4]"});
}

TEST(TextTokenize, NoRowsNullsAndSlices) {
  EXPECT_EQ(column_of({{"offsets", true}}, ""), Cells{});
  EXPECT_EQ(column_of({}, "null\nnull"), (Cells{"null", "null"}));
  auto h = Harness::of<Tokenize>();
  const wf::Batch all = batch("t:utf8 n:int64\none|1\ntwo two|2\nnull|3\nfour|4\n\"\\xff\"|5");
  ASSERT_TRUE(h.run({{"column", "t"}}, {all.slice(1, 3), all.slice(4, 1), all.slice(0, 1)}).ok());
  EXPECT_EQ(h.text(),
            "t:utf8 n:int64 tokens:list<utf8>\ntwo two | 2 | [two, two]\nnull | 3 | null\n"
            "four | 4 | [four]\none | 1 | [one]\n");
  EXPECT_EQ(h.refused().size(), 1U);
}

TEST(TextTokenize, SaysWhatIsWrongWithTheConfiguration) {
  EXPECT_EQ(fault({}), "");
  EXPECT_EQ(fault({{"into", "used"}}), "column 'used' exists already @into");
  EXPECT_EQ(fault({{"ngrams", Value::List{3, 1}}}),
            "'ngrams' is one number, or the smallest and the largest, from 1 on: 2 or [1, 3] "
            "@ngrams");
  EXPECT_EQ(fault({{"ngrams", 0}}).substr(0, 8), "'ngrams'");
  EXPECT_EQ(fault({{"stem", "english"}, {"lower", false}}),
            "stems are made of words in lower case: 'stem' needs 'lower' @stem");
  EXPECT_EQ(fault({{"lemma", "wordnet"}, {"lemma_file", "x.tsv"}}),
            "'lemma' and 'lemma_file' exclude each other @lemma_file");
  EXPECT_EQ(fault({{"lemma_file", "no/such.tsv"}}), "cannot open 'no/such.tsv' @lemma_file");
  EXPECT_EQ(fault({{"stop_word_file", "no/such.txt"}}),
            "cannot open 'no/such.txt' @stop_word_file");
  EXPECT_EQ(fault({{"rules_file", "no/such.rules"}}), "cannot open 'no/such.rules' @rules_file");
  EXPECT_EQ(fault({{"more_stop_words", "two words"}}),
            "'two words' is no stop word: each is one word without blanks @more_stop_words");
  const File bytes("weirflow_bytes.txt", "caf\xE9");
  EXPECT_EQ(fault({{"stop_word_file", bytes.path()}}),
            "'" + bytes.path() + "' is not UTF-8 @stop_word_file");
  const File rules("weirflow_bad.rules", "class\n");
  EXPECT_TRUE(fault({{"rules_file", rules.path()}}).ends_with(" @rules_file"));
}

TEST(TextTokenize, HintsAtTheNextStep) {
  auto h = Harness::of<Tokenize>();
  ASSERT_TRUE(h.configure({{"column", "raw"}, {"stem", "englsh"}}).ok());
  const wf::Status bytes = h.bind({schema("raw:binary")});
  EXPECT_EQ(bytes.message(), "column 'raw' is binary, not utf8");
  ASSERT_NE(bytes.place(), nullptr);
  EXPECT_EQ(bytes.place()->hint, "text.clean makes text of bytes");
  const wf::Status stem = h.bind({schema("raw:utf8")});
  ASSERT_NE(stem.place(), nullptr);
  EXPECT_EQ(stem.place()->key, "stem");
  EXPECT_EQ(stem.place()->hint, "did you mean 'english'?");
}

}  // namespace
}  // namespace weirflow::text
