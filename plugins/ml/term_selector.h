// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which of the counted terms become columns.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ngram_counts.h"

namespace weirflow::ml {

/// Keeps the terms within the bounds of documents, and of these the `max_features` (0 = all) with
/// the highest counts, among equals the first in byte order. Memory: about twice what is kept.
class TermSelector {
 public:
  TermSelector(double least_documents, double most_documents, uint64_t max_features);

  /// False when the term cannot be kept, whatever its text.
  [[nodiscard]] bool wants(uint64_t count, uint64_t documents) const;
  /// A term that wants() accepted. Each term once, in any order.
  void add(std::string_view term, uint64_t count, uint64_t documents);
  /// The kept terms in byte order, valid as long as the selector. Call once, at the end.
  const std::vector<TermCount>& finish();

 private:
  struct Term {
    std::string text;
    uint64_t count;
    uint64_t documents;
  };
  void prune();

  double least_documents_;
  double most_documents_;
  uint64_t limit_;
  uint64_t least_count_ = 0;
  std::vector<Term> kept_;
  std::vector<TermCount> sorted_;
};

}  // namespace weirflow::ml
