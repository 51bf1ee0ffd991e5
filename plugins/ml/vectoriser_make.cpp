// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <string>

#include "token_table.h"
#include "vectoriser.h"
#include "vectoriser_tables.h"

namespace weirflow::ml {
namespace {

OptionsRecord to_record(const VectoriserOptions& o) {
  return {o.min_n,
          o.max_n,
          o.min_df.share,
          o.max_df.share,
          o.min_df.value,
          o.max_df.value,
          o.max_features,
          o.sublinear_tf,
          o.binary,
          static_cast<uint32_t>(o.idf),
          static_cast<uint32_t>(o.norm),
          o.idf_min_documents,
          o.min_tf,
          o.hash_features,
          0};
}

double idf_of(const VectoriserOptions& options, uint64_t documents, uint64_t holding) {
  if (options.idf != Idf::none && holding < options.idf_min_documents) return 0;
  const auto n = static_cast<double>(documents);
  const auto df = static_cast<double>(holding);
  switch (options.idf) {
    case Idf::none:
      return 1;
    case Idf::smooth:
      return std::log((1 + n) / (1 + df)) + 1;
    case Idf::plain:
      return std::log(n / df) + 1;
    case Idf::spark:
      return std::log((n + 1) / (df + 1));
  }
  return 1;
}

/// Builds the table of paths; grows at half full.
class NodeTable {
 public:
  NodeTable() : slots_(16) {}
  uint32_t insert(uint64_t key, int32_t** column) {
    if ((size_t{size_} + 1) * 2 > slots_.size()) grow();
    NodeSlot& slot = const_cast<NodeSlot&>(find_node(slots_, key));
    if (slot.id == kNoNode) {
      slot.key = key;
      slot.id = size_++;
    }
    *column = &slot.column;
    return slot.id | kDeepNode;
  }
  [[nodiscard]] std::span<const NodeSlot> slots() const { return slots_; }

 private:
  void grow() {
    std::vector<NodeSlot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const NodeSlot& slot : old) {
      if (slot.id != kNoNode) const_cast<NodeSlot&>(find_node(slots_, slot.key)) = slot;
    }
  }
  std::vector<NodeSlot> slots_;
  uint32_t size_ = 0;
};

std::vector<PieceSlot> piece_table(const TokenTable& pieces) {
  std::vector<PieceSlot> slots(std::bit_ceil(std::max<size_t>(16, size_t{pieces.size()} * 2)));
  for (uint32_t id = 0; id < pieces.size(); ++id) {
    const uint64_t hash = hash_bytes(pieces[id]);
    size_t at = hash & (slots.size() - 1);
    while (slots[at].id != kNoNode) at = (at + 1) & (slots.size() - 1);
    slots[at] = {static_cast<uint32_t>(hash >> 32), id};
  }
  return slots;
}

void add_tables(BlobWriter& writer, std::span<const TermCount> terms) {
  TokenTable pieces;
  std::vector<int32_t> piece_columns;
  NodeTable nodes;
  for (size_t i = 0; i < terms.size(); ++i) {
    uint32_t node = kNoNode;
    int32_t* column = nullptr;
    for_each_piece(terms[i].term, [&](std::string_view text, bool first) {
      const uint32_t id = pieces.intern(text);
      if (id == piece_columns.size()) piece_columns.push_back(-1);
      if (first) {
        node = id;
        column = &piece_columns[id];
      } else {
        node = nodes.insert(node_key(node, id), &column);
      }
    });
    *column = static_cast<int32_t>(i);
  }
  std::vector<std::string> texts;
  for (uint32_t id = 0; id < pieces.size(); ++id) texts.emplace_back(pieces[id]);
  add_strings(writer, kPieceOffsets, kPieceBytes, texts);
  writer.add<int32_t>(kPieceColumns, piece_columns);
  writer.add<PieceSlot>(kPieceSlots, piece_table(pieces));
  writer.add(kNodeSlots, nodes.slots());
}

}  // namespace

wf::Result<std::vector<std::byte>> make_vectoriser_state(const VectoriserOptions& options,
                                                         uint64_t documents,
                                                         std::span<const TermCount> terms,
                                                         std::span<const double> idf) {
  WF_TRY(options.validate());
  if (options.hash_features > 0)
    return wf::invalid_config("hash_features leaves no place for terms");
  if (terms.size() > kMaxTerms) return wf::exhausted("too many terms; set max_features");
  if (!idf.empty() && idf.size() != terms.size()) {
    return wf::invalid_data("there must be one idf for each term");
  }
  std::vector<std::string> texts;
  std::vector<uint64_t> counts, document_counts;
  std::vector<double> weights;
  for (size_t i = 0; i < terms.size(); ++i) {
    if (i > 0 && terms[i - 1].term >= terms[i].term) {
      return wf::invalid_data("terms must be in ascending byte order, none twice: " +
                              std::string(terms[i].term));
    }
    texts.emplace_back(terms[i].term);
    counts.push_back(terms[i].count);
    document_counts.push_back(terms[i].documents);
    weights.push_back(idf.empty() ? idf_of(options, documents, terms[i].documents) : idf[i]);
    if (!std::isfinite(weights.back())) return wf::invalid_data("an idf is not finite");
  }
  BlobWriter writer(BlobKind::vectoriser);
  writer.add_one(kOptions, to_record(options));
  writer.add_one(kDocuments, documents);
  add_strings(writer, kTermOffsets, kTermBytes, texts);
  writer.add<uint64_t>(kCounts, counts);
  writer.add<uint64_t>(kDocumentCounts, document_counts);
  writer.add<double>(kIdf, weights);
  add_tables(writer, terms);
  return writer.finish();
}

wf::Result<std::vector<std::byte>> make_hashing_state(const VectoriserOptions& options,
                                                      uint64_t documents,
                                                      std::span<const uint64_t> document_counts) {
  WF_TRY(options.validate());
  if (options.hash_features == 0) return wf::invalid_config("hash_features must be set");
  const size_t wanted = options.idf == Idf::none ? 0 : options.hash_features;
  if (document_counts.size() != wanted) {
    return wf::invalid_data("there must be one document count for each column");
  }
  std::vector<double> weights;
  for (const uint64_t holding : document_counts) {
    weights.push_back(idf_of(options, documents, holding));
  }
  BlobWriter writer(BlobKind::vectoriser);
  writer.add_one(kOptions, to_record(options));
  writer.add_one(kDocuments, documents);
  writer.add(kDocumentCounts, document_counts);
  writer.add<double>(kIdf, weights);
  return writer.finish();
}

}  // namespace weirflow::ml
