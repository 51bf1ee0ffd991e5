// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// text.tokenize: text to words, see tokenizer.h and normalizer.h.

#include <optional>
#include <string>
#include <vector>

#include "component_parts.h"
#include "normalizer.h"
#include "tokenizer.h"
#include "word_columns.h"

namespace weirflow::text {

struct TokenizeConfig {
  std::string column;
  std::string into = "tokens";
  bool offsets = false;
  std::vector<int32_t> ngrams = {1, 1};
  std::optional<std::string> rules_file;
  std::string url_word = "URL";
  std::string lemma = "none";
  std::optional<std::string> lemma_file;
  bool lower = true;
  bool drop_symbols = true;
  std::string stop_words = "none";
  std::optional<std::string> stop_word_file;
  std::vector<std::string> more_stop_words;
  std::string stem = "none";
  std::string bad_utf8 = std::string(kRefuse);
};

/// Map. Null text gives a null list. Files are read when the task opens. Rows are refused as
/// "bad_utf8" (as that key says) and "text_too_long" (1 GiB and more).
class Tokenize : public wf::Transform<TokenizeConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("text.tokenize")
          .version("1.0.0")
          .concurrent()
          .summary("Cuts text into words as spaCy's English tokenizer does, and normalises them")
          .docs(
              "Per token, in this order: address word, lemma, lower case, white space stripped, "
              "symbols dropped, stop words dropped, stem. An address's word skips the rest. "
              "Null text gives a null list.");
  static constexpr auto kConfig = wf::fields(
      wf::field("column", &TokenizeConfig::column)
          .required()
          .column()
          .help("Column with the text.")
          .example("\"body\""),
      wf::field("into", &TokenizeConfig::into)
          .help("New column for the words, list<utf8>.")
          .example("\"words\""),
      wf::field("offsets", &TokenizeConfig::offsets)
          .help("Add a column named as `into` with `_offsets` behind it, list<int32>: where each "
                "word stands in the text, as two numbers, begin and end, in code points.")
          .example("true"),
      wf::field("ngrams", &TokenizeConfig::ngrams)
          .range(1, 2)
          .help("Fewest and most words of an n-gram; one number: exactly so many. n-grams are "
                "joined by one space, shorter ones first.")
          .example("[1, 3]"),
      wf::field("rules_file", &TokenizeConfig::rules_file)
          .path()
          .help("Rules of the tokenizer, format in the plugin's README. Default: built-in English.")
          .example("\"german.rules\""),
      wf::field("url_word", &TokenizeConfig::url_word)
          .help("Word for what looks like a web address; empty: keep the address.")
          .example("\"\""),
      wf::field("lemma", &TokenizeConfig::lemma)
          .one_of("none", "wordnet")
          .help("Built-in table of lemmas: `wordnet` makes `mice` to `mouse`.")
          .example("\"wordnet\""),
      wf::field("lemma_file", &TokenizeConfig::lemma_file)
          .path()
          .help("Your own table instead: lines `form<TAB>lemma`, exact case.")
          .example("\"lemmas.tsv\""),
      wf::field("lower", &TokenizeConfig::lower).help("Lower case.").example("false"),
      wf::field("drop_symbols", &TokenizeConfig::drop_symbols)
          .help("Drop words that are one ASCII punctuation character; `...` and `:(` stay.")
          .example("false"),
      wf::field("stop_words", &TokenizeConfig::stop_words)
          .one_of("none", "english")
          .help("Built-in list of words to leave out.")
          .example("\"english\""),
      wf::field("stop_word_file", &TokenizeConfig::stop_word_file)
          .path()
          .help("Further words to leave out, separated by white space, in any case.")
          .example("\"stop.txt\""),
      wf::field("more_stop_words", &TokenizeConfig::more_stop_words)
          .help("Further words to leave out, in any case.")
          .example("[\"reddit\", \"subreddit\"]"),
      wf::field("stem", &TokenizeConfig::stem)
          .help("Language of a Snowball stemmer (`english`, `porter`, `german`, ...), or `none`. "
                "Needs `lower`.")
          .example("\"english\""),
      wf::field("bad_utf8", &TokenizeConfig::bad_utf8)
          .one_of(kRefuse, kReplace)
          .help("What becomes of text that is not UTF-8: its row is refused, or each bad byte "
                "counts as U+FFFD in the words; the text itself goes on as it is.")
          .example("\"replace\""));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").summary("Rows with a text").column_from("column", "utf8", "Text"),
                wf::output("out")
                    .summary("The rows with their words")
                    .column_from("into", "list<utf8>", "Words or n-grams"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status open() override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  wf::Result<std::shared_ptr<const LemmaTable>> load_lemmas() const;
  wf::Result<std::shared_ptr<const StopWords>> load_stop_words() const;
  void refuse_rows(const wf::StringView& texts, wf::Emitter& out, KeptRows& kept) const;

  int column_ = -1;
  NgramRange ngrams_;
  std::optional<Tokenizer> tokenizer_;
  std::optional<Normalizer> normalizer_;
  Workspace work_;
  TokenList words_;
  std::string repaired_;
};

}  // namespace weirflow::text
