// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_tokenize.h"

#include <algorithm>

#include "embedded.h"
#include "lines.h"
#include "unicode.h"

namespace weirflow::text {
namespace {

/// Says at which key of the configuration the fault lies.
template <typename T>
wf::Result<T> at_key(wf::Result<T> result, std::string_view key) {
  if (result.ok()) return result;
  return std::move(result).status().at({std::string(key), 0, 0, ""});
}

wf::Status check_stem(const std::string& language, bool lower) {
  if (language == "none") return {};
  const wf::Result<Stemmer> stemmer = Stemmer::make(language);
  if (!stemmer.ok())
    return stemmer.status().at({"stem", 0, 0, wf::did_you_mean(language, Stemmer::languages())});
  if (lower) return {};
  return wf::invalid_config("stems are made of words in lower case: 'stem' needs 'lower'")
      .at({"stem", 0, 0, ""});
}

wf::Status check_words(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (is_utf8(word) && !word.empty() && word.find_first_of(" \t\r\n") == std::string::npos)
      continue;
    return wf::invalid_config("'" + word + "' is no stop word: each is one word without blanks")
        .at({"more_stop_words", 0, 0, ""});
  }
  return {};
}

}  // namespace

wf::Status Tokenize::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(column_, require_text(in, config().column, "column"));
  WF_ASSIGN(ngrams_, ngram_range(config().ngrams));
  WF_TRY(check_stem(config().stem, config().lower));
  WF_TRY(check_words(config().more_stop_words));
  if (config().lemma_file && config().lemma != "none") {
    return wf::invalid_config("'lemma' and 'lemma_file' exclude each other")
        .at({"lemma_file", 0, 0, ""});
  }
  WF_TRY(add_column(out, {config().into, wf::DataType::list_of(wf::Type::utf8)}, "into"));
  if (!config().offsets) return {};
  return add_column(out, {config().into + "_offsets", wf::DataType::list_of(wf::Type::int32)},
                    "offsets");
}

wf::Status Tokenize::open() {
  std::shared_ptr<const Rules> rules;
  if (config().rules_file) {
    WF_ASSIGN(rules, at_key(Rules::load(*config().rules_file), "rules_file"));
  } else {
    rules = Rules::english();
  }
  NormalizeOptions options;
  options.lower = config().lower;
  options.url_word = config().url_word;
  options.drop_symbols = config().drop_symbols;
  if (config().stem != "none") options.stem = config().stem;
  WF_ASSIGN(options.lemmas, load_lemmas());
  WF_ASSIGN(options.stop_words, load_stop_words());
  tokenizer_.emplace(rules);
  WF_ASSIGN(normalizer_, Normalizer::make(std::move(options), std::move(rules)));
  return {};
}

wf::Result<std::shared_ptr<const LemmaTable>> Tokenize::load_lemmas() const {
  if (config().lemma_file) return at_key(LemmaTable::load(*config().lemma_file), "lemma_file");
  return config().lemma == "wordnet" ? LemmaTable::wordnet() : nullptr;
}

wf::Result<std::shared_ptr<const StopWords>> Tokenize::load_stop_words() const {
  std::string words;
  if (config().stop_words == "english") words += embedded_english_stop_words();
  if (config().stop_word_file) {
    WF_ASSIGN(const std::string file,
              at_key(read_file(*config().stop_word_file), "stop_word_file"));
    if (!is_utf8(file)) {
      return wf::invalid_config("'" + *config().stop_word_file + "' is not UTF-8")
          .at({"stop_word_file", 0, 0, ""});
    }
    words += '\n' + file;
  }
  for (const std::string& word : config().more_stop_words) words += '\n' + word;
  if (words.empty()) return std::shared_ptr<const StopWords>();
  return StopWords::parse(words);
}

wf::Status Tokenize::process(const wf::Batch& in, wf::Emitter& out) {
  KeptRows kept(in.rows());
  refuse_rows(in.strings(column_), out, kept);
  const wf::Batch rows = kept.of(in);
  if (rows.rows() == 0) return {};
  const wf::StringView texts = rows.strings(column_);
  WordColumns columns(ngrams_, config().offsets);
  columns.reserve(texts.size() * 32, text_bytes(texts));
  for (int64_t i = 0; i < texts.size(); ++i) {
    if (texts.is_null(i)) {
      columns.append_null();
      continue;
    }
    std::string_view text = texts[i];
    if (config().bad_utf8 == kReplace && !is_utf8(text)) {
      repaired_.clear();
      append_repaired(repaired_, text);
      text = repaired_;
    }
    WF_TRY(tokenizer_->tokenize(text, work_));
    normalizer_->normalize(text, work_, words_);
    columns.append(words_, work_.tokens, text);
  }
  host().count("words", static_cast<double>(columns.items()));
  WordColumns::Columns made = columns.finish();
  std::vector<wf::ArrayPtr> more{std::move(made.words)};
  if (made.offsets) more.push_back(std::move(made.offsets));
  out.emit(rows.with_columns(out.schema(), std::move(more)));
  return {};
}

void Tokenize::refuse_rows(const wf::StringView& texts, wf::Emitter& out, KeptRows& kept) const {
  for (int64_t i = 0; i < texts.size(); ++i) {
    if (texts.is_null(i)) continue;
    // A bad byte becomes the three of U+FFFD.
    const size_t size = texts[i].size();
    if (size < Tokenizer::kMaxBytes / 3) continue;
    if (size < Tokenizer::kMaxBytes && (config().bad_utf8 != kReplace || is_utf8(texts[i])))
      continue;
    kept.refuse(out, i, "text_too_long",
                "a text of " + std::to_string(size) + " bytes is too long to tokenize");
  }
  if (config().bad_utf8 == kRefuse) kept.refuse_bad_utf8(out, texts, config().column);
}

}  // namespace weirflow::text
