// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "vectoriser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "column_sort.h"
#include "parallel.h"
#include "vectoriser_tables.h"
#include "weirflow/murmur3.hpp"

namespace weirflow::ml {
namespace {

constexpr size_t kAhead = 8;         // table lines fetched ahead of their use
constexpr size_t kSmallCounts = 64;  // counts whose logarithm is kept

const std::array<double, kSmallCounts>& sublinear_table() {
  static const std::array<double, kSmallCounts> table = [] {
    std::array<double, kSmallCounts> t{};
    for (size_t n = 1; n < kSmallCounts; ++n) t[n] = 1 + std::log(static_cast<double>(n));
    return t;
  }();
  return table;
}

double sublinear(size_t count) {
  return count < kSmallCounts ? sublinear_table()[count] : 1 + std::log(static_cast<double>(count));
}

}  // namespace

/// Turns documents into rows, one after the other; one per thread, as it keeps its buffers.
class DocumentEncoder {
 public:
  explicit DocumentEncoder(const Vectoriser& vectoriser) : v_(vectoriser) {}

  /// Appends the row of a document; the number of its tokens that occur in no term.
  uint32_t encode(std::span<const std::string_view> tokens, CsrMatrix& rows) {
    hits_.clear();
    const uint32_t unknown = find_hits(tokens, [&](int32_t column, size_t, uint32_t) {
      hits_.push_back(static_cast<uint32_t>(column));
    });
    append_row(tokens.size(), rows);
    return unknown;
  }

  template <typename Hit>
  uint32_t find_hits(std::span<const std::string_view> tokens, const Hit& hit) {
    if (v_.options_.hash_features > 0) {
      hash_all(tokens, hit);
      return 0;
    }
    bool spaced = false;
    uint32_t unknown = 0;
    ids_.resize(tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i) {
      ids_[i] = find_piece(v_.piece_slots_, v_.pieces_, tokens[i]);
      if (ids_[i] != kNoNode) continue;
      ++unknown;
      spaced |= tokens[i].find(' ') != std::string_view::npos;
    }
    if (spaced) {
      look_up_texts(tokens, hit);
    } else {
      walk(hit);
    }
    return unknown;
  }

 private:
  template <typename Hit>
  void walk(const Hit& hit) {
    const VectoriserOptions& options = v_.options_;
    if (options.min_n == 1) {
      for (size_t i = 0; i < ids_.size(); ++i) {
        if (ids_[i] != kNoNode && v_.piece_columns_[ids_[i]] >= 0) {
          hit(v_.piece_columns_[ids_[i]], i, 1U);
        }
      }
    }
    open_.clear();
    for (uint32_t i = 0; i < ids_.size(); ++i) {
      if (ids_[i] != kNoNode) open_.push_back({0, i, ids_[i]});
    }
    for (uint32_t n = 2; n <= options.max_n && n <= ids_.size(); ++n) walk_level(n, hit);
  }

  /// Lengthens the paths that lead on; open_ holds those of n - 1 tokens, then those of n.
  template <typename Hit>
  void walk_level(uint32_t n, const Hit& hit) {
    size_t kept = 0;
    for (const Path& path : open_) {
      const size_t last = path.first + n - 1;
      if (last >= ids_.size() || ids_[last] == kNoNode) continue;
      open_[kept++] = {node_key(path.node, ids_[last]), path.first, path.node};
    }
    open_.resize(kept);
    const size_t mask = v_.node_slots_.size() - 1;
    kept = 0;
    for (size_t i = 0; i < open_.size(); ++i) {
      if (i + kAhead < open_.size()) {
        __builtin_prefetch(&v_.node_slots_[spread(open_[i + kAhead].key) & mask]);
      }
      const NodeSlot& slot = find_node(v_.node_slots_, open_[i].key);
      if (slot.id == kNoNode) continue;
      if (slot.column >= 0 && n >= v_.options_.min_n) hit(slot.column, open_[i].first, n);
      open_[kept++] = {0, open_[i].first, slot.id | kDeepNode};
    }
    open_.resize(kept);
  }

  template <typename Hit>
  void look_up_texts(std::span<const std::string_view> tokens, const Hit& hit) {
    for_each_text(tokens, [&](std::string_view text, size_t first, uint32_t n) {
      const int32_t column = v_.find_in_tables(text);
      if (column >= 0) hit(column, first, n);
    });
  }

  template <typename Hit>
  void hash_all(std::span<const std::string_view> tokens, const Hit& hit) {
    for_each_text(tokens, [&](std::string_view text, size_t first, uint32_t n) {
      hit(wf::spark_feature_index(text, v_.options_.hash_features), first, n);
    });
  }

  /// An n-gram's text is a part of all tokens joined by spaces, so nothing is built per n-gram.
  template <typename Use>
  void for_each_text(std::span<const std::string_view> tokens, const Use& use) {
    text_.clear();
    starts_.clear();
    for (const std::string_view token : tokens) {
      starts_.push_back(text_.size());
      text_ += token;
      text_ += ' ';
    }
    starts_.push_back(text_.size());
    const std::string_view all(text_);
    for (uint32_t n = v_.options_.min_n; n <= v_.options_.max_n && n <= tokens.size(); ++n) {
      for (size_t first = 0; first + n <= tokens.size(); ++first) {
        use(all.substr(starts_[first], starts_[first + n] - 1 - starts_[first]), first, n);
      }
    }
  }

  void append_row(size_t tokens, CsrMatrix& rows) {
    sorter_.sort(hits_, static_cast<uint32_t>(v_.columns()));
    const VectoriserOptions& options = v_.options_;
    const double least = least_count(tokens);
    const size_t begin = rows.indices.size();
    for (size_t i = 0; i < hits_.size();) {
      size_t end = i + 1;
      while (end < hits_.size() && hits_[end] == hits_[i]) ++end;
      const size_t count = end - i;
      if (static_cast<double>(count) >= least) {
        const size_t used = options.binary ? 1 : count;
        double value = options.sublinear_tf ? sublinear(used) : static_cast<double>(used);
        if (!v_.idf_.empty()) value *= v_.idf_[hits_[i]];
        rows.indices.push_back(static_cast<int32_t>(hits_[i]));
        rows.values.push_back(value);
      }
      i = end;
    }
    normalise(std::span(rows.values).subspan(begin));
    rows.offsets.push_back(static_cast<int64_t>(rows.indices.size()));
  }

  [[nodiscard]] double least_count(size_t tokens) const {
    const VectoriserOptions& options = v_.options_;
    if (options.min_tf >= 1) return options.min_tf;
    size_t ngrams = 0;
    for (uint32_t n = options.min_n; n <= options.max_n && n <= tokens; ++n)
      ngrams += tokens - n + 1;
    return options.min_tf * static_cast<double>(ngrams);
  }

  void normalise(std::span<double> values) const {
    double length = 0;
    switch (v_.options_.norm) {
      case Norm::none:
        return;
      case Norm::l1:
        for (const double value : values) length += std::abs(value);
        break;
      case Norm::l2:
        for (const double value : values) length += value * value;
        length = std::sqrt(length);
        break;
    }
    if (length == 0) return;
    for (double& value : values) value /= length;
  }

  struct Path {
    uint64_t key;
    uint32_t first;
    uint32_t node;
  };

  const Vectoriser& v_;
  std::vector<uint32_t> ids_;
  std::vector<Path> open_;
  std::vector<uint32_t> hits_;
  ColumnSorter sorter_;
  std::string text_;
  std::vector<size_t> starts_;
};

void Vectoriser::transform(const TokenBatch& batch, size_t threads, CsrMatrix& rows,
                           std::vector<uint32_t>* unknown_tokens) const {
  constexpr size_t kDocumentsPerThread = 32;
  const size_t documents = batch.documents();
  const size_t parts =
      std::clamp<size_t>(documents / kDocumentsPerThread, 1, std::max<size_t>(threads, 1));
  std::vector<CsrMatrix> results(parts - 1);
  const size_t first_unknown = unknown_tokens ? unknown_tokens->size() : 0;
  if (unknown_tokens) unknown_tokens->resize(first_unknown + documents);
  const auto encode_part = [&](size_t part) {
    CsrMatrix& out = part == 0 ? rows : results[part - 1];
    DocumentEncoder encoder(*this);
    std::vector<std::string_view> tokens;
    const size_t end = part_begin(documents, parts, part + 1);
    for (size_t d = part_begin(documents, parts, part); d < end; ++d) {
      tokens.clear();
      for (int32_t t = batch.list_offsets[d]; t < batch.list_offsets[d + 1]; ++t) {
        tokens.push_back(batch.token(t));
      }
      const uint32_t unknown = encoder.encode(tokens, out);
      if (unknown_tokens) (*unknown_tokens)[first_unknown + d] = unknown;
    }
  };
  run_parts(parts, encode_part);
  for (const CsrMatrix& result : results) rows.append(result.view());
}

void Vectoriser::transform(std::span<const std::string_view> tokens, CsrMatrix& rows) const {
  DocumentEncoder(*this).encode(tokens, rows);
}

std::vector<NgramMatch> Vectoriser::matches(std::span<const std::string_view> tokens) const {
  std::vector<NgramMatch> out;
  DocumentEncoder(*this).find_hits(tokens, [&](int32_t column, size_t first, uint32_t n) {
    out.push_back({column, static_cast<uint32_t>(first), n});
  });
  return out;
}

}  // namespace weirflow::ml
