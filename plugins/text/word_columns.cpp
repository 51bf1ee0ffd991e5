// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "word_columns.h"

#include "unicode.h"

namespace weirflow::text {

void WordColumns::append(const TokenList& words, const std::vector<Token>& tokens,
                         std::string_view text) {
  wf::StringBuilder& items = words_.items();
  for_each_ngram(words, ngrams_,
                 [&](std::string_view ngram, size_t, size_t) { items.append(ngram); });
  words_.append();
  if (with_offsets_) append_offsets(words, tokens, text);
}

void WordColumns::append_null() {
  words_.append_null();
  if (with_offsets_) offsets_.append_null();
}

void WordColumns::append_offsets(const TokenList& words, const std::vector<Token>& tokens,
                                 std::string_view text) {
  bytes_.clear();
  for (size_t i = 0; i < words.size(); ++i) {
    const Token& token = tokens[words.source(i)];
    bytes_.push_back(token.begin);
    bytes_.push_back(token.end);
  }
  code_point_offsets(text, bytes_, code_points_);
  wf::Int32Builder& items = offsets_.items();
  for_each_ngram(words, ngrams_, [&](std::string_view, size_t first, size_t n) {
    items.append(static_cast<int32_t>(code_points_[2 * first]));
    items.append(static_cast<int32_t>(code_points_[2 * (first + n) - 1]));
  });
  offsets_.append();
}

WordColumns::Columns WordColumns::finish() {
  return {words_.finish(), with_offsets_ ? offsets_.finish() : nullptr};
}

}  // namespace weirflow::text
