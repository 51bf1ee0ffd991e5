// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "normalizer.h"

#include "unicode.h"
#include "url.h"

namespace weirflow::text {
namespace {

bool is_symbol(std::string_view word) {
  if (word.size() != 1) return false;
  const auto c = static_cast<unsigned char>(word.front());
  return c > ' ' && c < 0x7F && !is_ascii_letter(c) && (c < '0' || c > '9');
}

std::string_view strip(std::string_view word) {
  const char* begin = word.data();
  const char* end = begin + word.size();
  while (begin < end) {
    const CodePoint c = decode(begin, end);
    if (!is_space(c.value)) break;
    begin += c.bytes;
  }
  while (begin < end) {
    const CodePoint c = decode_before(begin, end);
    if (!is_space(c.value)) break;
    end -= c.bytes;
  }
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

wf::Result<Normalizer> Normalizer::make(NormalizeOptions options,
                                        std::shared_ptr<const Rules> rules) {
  std::optional<Stemmer> stemmer;
  if (!options.stem.empty()) {
    WF_ASSIGN(stemmer, Stemmer::make(options.stem));
  }
  return Normalizer(std::move(options), std::move(rules), std::move(stemmer));
}

void Normalizer::normalize(std::string_view text, const Workspace& work, TokenList& words) {
  words.clear();
  lower_text_.clear();
  if (options_.lower && is_ascii(text)) append_ascii_lower(lower_text_, text);
  for (uint32_t i = 0; i < work.tokens.size(); ++i) {
    const Token& info = work.tokens[i];
    if ((info.flags & kSpace) != 0) continue;
    const std::string_view token = text_of(info, text);
    const bool letters = (info.flags & kLetters) != 0;
    if (!letters && !options_.url_word.empty() && like_url(token, *rules_)) {
      words.add(options_.url_word, i);
      continue;
    }
    words.begin_word();
    if (write_word(token, info, words.buffer(), words.word_start())) {
      words.end_word(i);
    } else {
      words.drop_word();
    }
  }
}

/// Appends a token's word, in lower case if so wanted. ASCII text was made that as a whole: then a
/// character becomes one, so a token that is its own word stands at the same place of lower_text_.
void Normalizer::append_word(std::string_view word, size_t begin, bool is_lemma, std::string& out) {
  if (!options_.lower) {
    out += word;
  } else if (!is_lemma && !lower_text_.empty()) {
    out += std::string_view(lower_text_).substr(begin, word.size());
  } else {
    append_lower(out, word);
  }
}

/// Appends the word to `out`, which has `start` bytes. False when it is to be dropped.
bool Normalizer::write_word(std::string_view token, const Token& info, std::string& out,
                            size_t start) {
  bool letters = (info.flags & kLetters) != 0;
  const std::string_view word_of_token = options_.lemmas ? options_.lemmas->lemma(token) : token;
  const bool is_lemma = word_of_token.data() != token.data();
  letters = letters && !is_lemma;
  append_word(word_of_token, info.begin, is_lemma, out);
  std::string_view word = std::string_view(out).substr(start);
  if (!letters) {
    const std::string_view inner = strip(word);
    if (inner.size() != word.size()) {
      out.replace(start, word.size(), std::string(inner));
      word = std::string_view(out).substr(start);
    }
    if (word.empty() || (options_.drop_symbols && is_symbol(word))) return false;
  }
  if (options_.stop_words) {
    lower_.clear();
    if (!options_.lower) append_lower(lower_, word);
    if (options_.stop_words->contains(options_.lower ? word : std::string_view(lower_))) {
      return false;
    }
  }
  if (stemmer_) {
    const std::string_view stem = stemmer_->stem(word);
    if (stem.empty()) return false;
    out.replace(start, word.size(), stem);
  }
  return true;
}

}  // namespace weirflow::text
