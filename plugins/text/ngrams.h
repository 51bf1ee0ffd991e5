// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// n-grams of the words of a TokenList.

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "token_list.h"

namespace weirflow::text {

struct NgramRange {
  size_t min = 1;
  size_t max = 1;
};

/// Calls fn(std::string_view ngram, size_t first_word, size_t n) for every n-gram of min..max
/// words, shorter ones first, then by position: scikit-learn's order and spelling (joined by one
/// space). A text with fewer than n words has no n-gram of n (Spark's NGram is min = max). No
/// allocation. Precondition: 1 <= min <= max. The view is valid until the list changes.
template <typename Fn>
void for_each_ngram(const TokenList& words, NgramRange range, Fn&& fn) {
  for (size_t n = range.min; n <= std::min(range.max, words.size()); ++n) {
    for (size_t i = 0; i + n <= words.size(); ++i) fn(words.ngram(i, n), i, n);
  }
}

/// How many n-grams that is.
inline size_t count_ngrams(size_t words, NgramRange range) {
  size_t count = 0;
  for (size_t n = range.min; n <= std::min(range.max, words); ++n) count += words - n + 1;
  return count;
}

}  // namespace weirflow::text
