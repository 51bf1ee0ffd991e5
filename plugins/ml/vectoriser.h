// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From tokens to sparse TF-IDF rows.
///
/// Semantics of scikit-learn's TfidfVectorizer on ready tokens (n-grams joined by one space, terms
/// in UTF-8 byte order, idf = ln((1 + N) / (1 + df)) + 1, Euclidean norm), or of Spark's NGram +
/// CountVectorizer/HashingTF + IDF as a preset (idf = ln((N + 1) / (df + 1)), raw counts, no norm).
/// Sources: scikit-learn user guide "Text feature extraction" and feature_extraction.text; Spark
/// MLlib guide "Extracting, transforming and selecting features".
///
/// Fitting is in vectoriser_fit.h. A fitted state is one blob (blob.h), used in place.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "blob.h"
#include "csr.h"
#include "ngram_counts.h"
#include "tokens.h"
#include "weirflow/status.hpp"

namespace weirflow::ml {

/// What each row is divided by: nothing, the sum of absolute values, the Euclidean length.
/// A row of zeros stays as it is.
enum class Norm : uint32_t { none = 0, l1 = 1, l2 = 2 };

/// Weight of a term that df of N documents hold.
enum class Idf : uint32_t {
  none = 0,    ///< 1
  smooth = 1,  ///< ln((1 + N) / (1 + df)) + 1, scikit-learn's default
  plain = 2,   ///< ln(N / df) + 1, scikit-learn with smooth_idf = false
  spark = 3,   ///< ln((N + 1) / (df + 1))
};

/// A bound on the number of documents with a term, inclusive: a count, or a share of all.
struct DocumentBound {
  bool share = false;
  double value = 1;
};

/// The longest n-gram, in tokens.
inline constexpr uint32_t kMaxNgram = 64;

/// How to vectorise. The defaults are those of scikit-learn.
struct VectoriserOptions {
  uint32_t min_n = 1;               ///< shortest n-gram, >= 1
  uint32_t max_n = 1;               ///< longest n-gram, min_n .. kMaxNgram
  DocumentBound min_df{false, 1};   ///< terms in fewer documents are dropped
  DocumentBound max_df{true, 1.0};  ///< terms in more documents are dropped
  uint64_t max_features = 0;        ///< keep the most frequent terms; 0 = all. By occurrences in
                                    ///< all documents; among equals the alphabetical first
  bool sublinear_tf = false;        ///< 1 + ln(count) instead of the count
  bool binary = false;              ///< every count is 1
  Idf idf = Idf::smooth;
  uint64_t idf_min_documents = 0;  ///< terms in fewer documents get idf 0 (Spark's minDocFreq)
  Norm norm = Norm::l2;
  double min_tf = 0;           ///< at transform: drop terms with a smaller count in the
                               ///< document; below 1: share of the document's n-grams
  uint32_t hash_features = 0;  ///< 0 = vocabulary; else columns = non-negative MurmurHash3
                               ///< (seed 42) of the term modulo this, no vocabulary

  /// Spark's NGram(n), CountVectorizer(vocabSize 2^18), IDF.
  static VectoriserOptions spark(uint32_t n);
  /// Spark's NGram(n), HashingTF(2^18), IDF.
  static VectoriserOptions spark_hashing(uint32_t n);
  /// Errors: invalid_config with the option's name.
  [[nodiscard]] wf::Status validate() const;
};

/// An n-gram of a document that is a term: its column and which tokens made it.
struct NgramMatch {
  int32_t column = 0;
  uint32_t first_token = 0;
  uint32_t tokens = 0;
};

struct PieceSlot;
struct NodeSlot;

/// A fitted vectoriser. Immutable, thread-safe, move only.
class Vectoriser {
 public:
  /// Opens a state in place; `state` must live as long as the vectoriser. Everything is checked,
  /// so damaged bytes give invalid_data.
  static wf::Result<Vectoriser> open(std::span<const std::byte> state);
  /// As open, and owns the bytes.
  static wf::Result<Vectoriser> adopt(std::vector<std::byte> state);

  [[nodiscard]] const VectoriserOptions& options() const { return options_; }
  /// Number of documents of the fit.
  [[nodiscard]] uint64_t documents() const { return documents_; }
  /// Number of columns: terms, or hash_features.
  [[nodiscard]] int32_t columns() const;
  /// Number of terms; 0 with hashing.
  [[nodiscard]] size_t terms() const { return terms_.size(); }
  /// Text of a column. Precondition: column < terms().
  [[nodiscard]] std::string_view term(size_t column) const { return terms_[column]; }
  /// Column of a term.
  [[nodiscard]] std::optional<int32_t> find(std::string_view term) const;
  /// Occurrences of each term in the documents of the fit; empty with hashing.
  [[nodiscard]] std::span<const uint64_t> counts() const { return counts_; }
  /// Documents with each column; empty with hashing without idf.
  [[nodiscard]] std::span<const uint64_t> document_frequencies() const { return document_counts_; }
  /// Weight of each column; empty when all are 1 (hashing without idf).
  [[nodiscard]] std::span<const double> idf() const { return idf_; }
  [[nodiscard]] std::span<const std::byte> state() const { return blob_.bytes(); }

  /// Appends one row a document to `rows`, with up to `threads` threads; the same rows whatever
  /// their number. `unknown_tokens`, if given, gets for each document how many of its tokens occur
  /// in no term (0 with hashing).
  void transform(const TokenBatch& batch, size_t threads, CsrMatrix& rows,
                 std::vector<uint32_t>* unknown_tokens = nullptr) const;
  /// Appends the row of one document.
  void transform(std::span<const std::string_view> tokens, CsrMatrix& rows) const;

  /// All n-grams of the document that are columns, by length, then position.
  [[nodiscard]] std::vector<NgramMatch> matches(std::span<const std::string_view> tokens) const;

 private:
  friend class DocumentEncoder;

  static wf::Result<Vectoriser> from_blob(BlobView blob);
  wf::Status read_terms();
  wf::Status read_tables();
  [[nodiscard]] wf::Status check_terms() const;
  [[nodiscard]] int32_t find_in_tables(std::string_view term) const;

  BlobView blob_;
  VectoriserOptions options_;
  uint64_t documents_ = 0;
  StringsView terms_{{kNoOffset, 1}, {}};
  std::span<const uint64_t> counts_;
  std::span<const uint64_t> document_counts_;
  std::span<const double> idf_;
  StringsView pieces_{{kNoOffset, 1}, {}};
  std::span<const int32_t> piece_columns_;
  std::span<const PieceSlot> piece_slots_;
  std::span<const NodeSlot> node_slots_;

  static constexpr uint64_t kNoOffset[1] = {0};
};

/// The state of a vectoriser with these terms (strictly ascending in byte order, none twice).
/// `idf`: empty = by the formula of the options; else one weight a term (import of a model that was
/// fitted elsewhere). Errors: invalid_config, invalid_data.
wf::Result<std::vector<std::byte>> make_vectoriser_state(const VectoriserOptions& options,
                                                         uint64_t documents,
                                                         std::span<const TermCount> terms,
                                                         std::span<const double> idf = {});

/// The state of a hashing vectoriser. `document_counts`: empty when options.idf is none, else
/// hash_features entries.
wf::Result<std::vector<std::byte>> make_hashing_state(const VectoriserOptions& options,
                                                      uint64_t documents,
                                                      std::span<const uint64_t> document_counts);

}  // namespace weirflow::ml
