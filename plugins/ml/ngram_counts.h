// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counts of n-grams and of the documents that hold them.
///
/// A term is the text of n tokens joined by one space. It is kept as a path in a tree: the pieces
/// between its spaces, each a number in a token table, hung below its prefix by one hash table with
/// the key (prefix node, piece). As tokens without spaces are their own piece, the n-grams of a
/// document need no text; a token that contains spaces is cut into its pieces, so that two ways to
/// the same text are one term.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "token_table.h"
#include "tokens.h"

namespace weirflow::ml {

/// A term with its occurrences and the number of documents that hold it.
struct TermCount {
  std::string_view term;
  uint64_t count = 0;
  uint64_t documents = 0;
};

/// The order in which for_each_in_order visits: byte order with the space as the smallest byte.
/// Negative, zero or positive.
int compare_terms(std::string_view a, std::string_view b);

/// Not thread-safe.
class NgramCounts {
 public:
  /// Counts all n-grams with min_n <= n <= max_n; 1 <= min_n <= max_n.
  NgramCounts(uint32_t min_n, uint32_t max_n);

  /// Counts one document.
  void add_document(std::span<const std::string_view> tokens);
  void add_document(const TokenBatch& batch, size_t document);

  /// Adds the counts of another one, whose documents are different documents.
  void add(const NgramCounts& other);

  /// The most bytes that the next document of ordinary length or for_each_in_order can need.
  [[nodiscard]] size_t peak_memory() const;
  /// True when numbers or counters could overflow with the next document, or when the counts of
  /// `sharing` such objects are added up: write and clear() first.
  [[nodiscard]] bool full(size_t sharing) const;
  [[nodiscard]] bool empty() const { return tokens_.size() == 0; }
  void clear();

  /// Visits all terms with a count, in any order. `term()` makes the text of the term visited.
  using Visit = std::function<void(uint64_t count, uint64_t documents,
                                   const std::function<std::string_view()>& term)>;
  void for_each(const Visit& visit) const;

  /// Visits all terms with a count in the order of compare_terms.
  void for_each_in_order(const std::function<void(const TermCount&)>& visit) const;

 private:
  /// Where counts are kept of a node: 12 bytes, one run's worth.
  struct Stats {
    uint32_t count = 0;
    uint32_t documents = 0;
    uint32_t last_document = kNever;
  };
  struct Slot {
    uint64_t key = kFree;
    Stats stats;
    uint32_t id = 0;
  };
  static constexpr uint32_t kNever = 0xffffffffU;
  static constexpr uint64_t kFree = ~uint64_t{0};
  /// Set in a node number that means a path of two or more pieces.
  static constexpr uint32_t kDeep = 0x80000000U;
  static constexpr size_t kFirstSlots = 4096;

  static uint64_t key_of(uint32_t prefix, uint32_t piece) { return uint64_t{prefix} << 32 | piece; }
  uint32_t add_token(std::string_view token);
  void count_document();
  void count_level(uint32_t n, size_t positions);
  void count_with_spaces();
  void count_by_pieces(size_t first, uint32_t n);
  Slot& find_or_insert(uint64_t key);
  void grow();
  void bump(Stats& stats) const {
    ++stats.count;
    if (stats.last_document != document_) {
      stats.last_document = document_;
      ++stats.documents;
    }
  }
  [[nodiscard]] std::vector<uint64_t> keys_by_id() const;
  [[nodiscard]] std::vector<Stats> stats_by_id() const;
  void append_text(const std::vector<uint64_t>& keys, uint32_t node, std::string& out) const;

  uint32_t min_n_;
  uint32_t max_n_;
  TokenTable tokens_;
  std::vector<Stats> token_stats_;
  std::vector<uint8_t> spaced_;  // of a token: it contains a space, so it is no piece
  std::vector<Slot> slots_;
  uint32_t deep_nodes_ = 0;
  uint32_t document_ = 0;
  uint64_t total_ = 0;

  // Of the document at hand.
  std::vector<uint32_t> ids_;
  std::vector<uint32_t> nodes_;
  std::vector<uint64_t> keys_;
  bool any_spaced_ = false;
};

}  // namespace weirflow::ml
