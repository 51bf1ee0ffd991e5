// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From tokens to the words that a model counts. In this order, per token: an address becomes one
/// word; lemma; lower case; white space stripped; empty words and single symbols dropped; stop
/// words dropped; stem. An address's word goes through none of the later steps.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lemma.h"
#include "rules.h"
#include "stemmer.h"
#include "stop_words.h"
#include "token_list.h"
#include "tokenizer.h"
#include "weirflow/status.hpp"

namespace weirflow::text {

struct NormalizeOptions {
  bool lower = true;
  /// The word for tokens that look like an address (like_url); empty = they are words as others.
  std::string url_word = "URL";
  std::shared_ptr<const LemmaTable> lemmas = {};     ///< null = none
  std::shared_ptr<const StopWords> stop_words = {};  ///< null = none
  /// Drops words that are exactly one of !"#$%&'()*+,-./:;<=>?@[\]^_`{|}~
  bool drop_symbols = true;
  std::string stem = {};  ///< language of libstemmer; empty = none
};

/// One thread per Normalizer (its stemmer has state).
class Normalizer {
 public:
  /// Errors: invalid_config for an unknown stemmer.
  static wf::Result<Normalizer> make(NormalizeOptions options, std::shared_ptr<const Rules> rules);

  /// Replaces `words` by those of `work.tokens`, tokens of `text`. No allocation once the buffers
  /// have grown, as long as the text is ASCII.
  void normalize(std::string_view text, const Workspace& work, TokenList& words);

 private:
  Normalizer(NormalizeOptions options, std::shared_ptr<const Rules> rules,
             std::optional<Stemmer> stemmer)
      : options_(std::move(options)), rules_(std::move(rules)), stemmer_(std::move(stemmer)) {}
  bool write_word(std::string_view token, const Token& info, std::string& out, size_t start);
  void append_word(std::string_view word, size_t begin, bool is_lemma, std::string& out);

  NormalizeOptions options_;
  std::shared_ptr<const Rules> rules_;
  std::optional<Stemmer> stemmer_;
  std::string lower_;
  /// The whole text in lower case, where it is ASCII; else empty.
  std::string lower_text_;
};

}  // namespace weirflow::text
