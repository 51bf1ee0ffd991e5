// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The reasons for a score as a column: which n-grams, how much each added, where each stands.

#include <cstdint>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"
#include "weirflow/builder.hpp"

namespace weirflow::ml {

/// A row's list of them. `offsets` has two numbers for each place of the n-gram in the text, as
/// `<tokens>_offsets` of text.tokenize: code points before its first, and up to its last; null
/// where nobody knows.
inline constexpr const char* kContributionsType =
    "list<struct<ngram: utf8, contribution: float64, offsets: list<int32>>>";

/// Where words stand in the texts of a batch, row by row. One thread.
class WordPlaces {
 public:
  /// Places of an n-gram at most.
  static constexpr size_t kMost = 10;

  /// `tokens`: list<utf8>; `offsets`: list<int32>, two numbers for each token. Both are borrowed.
  WordPlaces(const wf::Array& tokens, const wf::Array& offsets);
  /// Goes to a row. False, and find() may not be called, when it has not two offsets for each
  /// token.
  bool open_row(int64_t row);
  /// Appends the first places, in order, where consecutive tokens of the row, joined by one space,
  /// spell `ngram`. Tokens that overlap (n-grams as tokens) are not consecutive. Precondition: the
  /// row is open.
  void find(std::string_view ngram, wf::Int32Builder& to) const;

 private:
  struct Word {
    std::string_view text;
    int32_t begin, end;
    char first;  ///< of text, 0 when it is empty
  };
  /// The end of the n-gram that begins with this word, or -1.
  [[nodiscard]] int32_t match(size_t at, std::string_view ngram) const;

  wf::ListView tokens_, offsets_;
  wf::StringView texts_;
  wf::NumericView<int32_t> numbers_;
  std::vector<Word> words_;
};

/// Items for a wf::ListBuilder.
class ContributionsBuilder {
 public:
  /// `places`: open at this row, or null when they are not known.
  void append(std::string_view ngram, double contribution, const WordPlaces* places);
  [[nodiscard]] int64_t length() const { return ngram_.length(); }
  wf::ArrayPtr finish();

 private:
  wf::StringBuilder ngram_;
  wf::Float64Builder contribution_;
  wf::ListBuilder<wf::Int32Builder> offsets_;
};

}  // namespace weirflow::ml
