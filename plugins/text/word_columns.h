// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The result of text.tokenize: a column of words (list<utf8>) and, if wanted, one of offsets
/// (list<int32>). Row by row; finish() hands both over and starts again. One thread.

#include <cstdint>
#include <string_view>
#include <vector>

#include "ngrams.h"
#include "token_list.h"
#include "tokenizer.h"
#include "weirflow/builder.hpp"

namespace weirflow::text {

class WordColumns {
 public:
  /// Precondition: 1 <= ngrams.min <= ngrams.max.
  WordColumns(NgramRange ngrams, bool offsets) : ngrams_(ngrams), with_offsets_(offsets) {}
  void reserve(int64_t rows, int64_t bytes) { words_.items().reserve(rows, bytes); }

  /// A row of the n-grams of `words`, which were made from `tokens` of `text`. Their offsets are
  /// two numbers each: code points of `text` before the n-gram's first and past its last.
  void append(const TokenList& words, const std::vector<Token>& tokens, std::string_view text);
  void append_null();

  /// Words so far.
  [[nodiscard]] int64_t items() { return words_.items().length(); }
  struct Columns {
    wf::ArrayPtr words;
    wf::ArrayPtr offsets;  ///< null without offsets
  };
  Columns finish();

 private:
  void append_offsets(const TokenList& words, const std::vector<Token>& tokens,
                      std::string_view text);

  NgramRange ngrams_;
  bool with_offsets_;
  wf::ListBuilder<wf::StringBuilder> words_;
  wf::ListBuilder<wf::Int32Builder> offsets_;
  std::vector<uint32_t> bytes_, code_points_;  // begin and end of each word
};

}  // namespace weirflow::text
