// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The layout of a vectoriser's state: sections, options, and the tables of pieces of terms by text
/// and of longer paths by (prefix, piece). Internal to the vectoriser.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "blob.h"
#include "hashing.h"

namespace weirflow::ml {

/// Sections of the state.
inline constexpr uint32_t kOptions = section_tag("OPTS");
inline constexpr uint32_t kDocuments = section_tag("DOCS");
inline constexpr uint32_t kTermOffsets = section_tag("TOFF");
inline constexpr uint32_t kTermBytes = section_tag("TBYT");
inline constexpr uint32_t kCounts = section_tag("CNTS");
inline constexpr uint32_t kDocumentCounts = section_tag("DCNT");
inline constexpr uint32_t kIdf = section_tag("IDFW");
inline constexpr uint32_t kPieceOffsets = section_tag("POFF");
inline constexpr uint32_t kPieceBytes = section_tag("PBYT");
inline constexpr uint32_t kPieceColumns = section_tag("PCOL");
inline constexpr uint32_t kPieceSlots = section_tag("PSLT");
inline constexpr uint32_t kNodeSlots = section_tag("NSLT");

/// Most terms of a state: piece and node numbers stay below kDeepNode.
inline constexpr size_t kMaxTerms = 0x70000000;

/// The options as they lie in the state.
struct OptionsRecord {
  uint32_t min_n, max_n;
  uint32_t min_df_share, max_df_share;
  double min_df, max_df;
  uint64_t max_features;
  uint32_t sublinear_tf, binary;
  uint32_t idf, norm;
  uint64_t idf_min_documents;
  double min_tf;
  uint32_t hash_features, zero;
};
static_assert(sizeof(OptionsRecord) == 80);

inline constexpr uint32_t kNoNode = 0xffffffffU;
/// Set in a node number that means a path of two or more pieces.
inline constexpr uint32_t kDeepNode = 0x80000000U;

/// Open addressing, linear probing, a power of two of slots, never full.
struct PieceSlot {
  uint32_t tag = 0;       ///< high half of the hash
  uint32_t id = kNoNode;  ///< number of the piece, or free
};
struct NodeSlot {
  uint64_t key = ~uint64_t{0};  ///< prefix node << 32 | piece, or free
  uint32_t id = kNoNode;        ///< node number without kDeepNode
  int32_t column = -1;          ///< -1: only a prefix of terms
};
static_assert(sizeof(PieceSlot) == 8 && sizeof(NodeSlot) == 16);

inline uint64_t node_key(uint32_t prefix, uint32_t piece) { return uint64_t{prefix} << 32 | piece; }

/// Number of a piece, or kNoNode.
inline uint32_t find_piece(std::span<const PieceSlot> slots, const StringsView& pieces,
                           std::string_view text) {
  const uint64_t hash = hash_bytes(text);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const PieceSlot& slot = slots[at];
    if (slot.id == kNoNode) return kNoNode;
    if (slot.tag == tag && pieces[slot.id] == text) return slot.id;
  }
}

/// The slot of a path, or a free one.
inline const NodeSlot& find_node(std::span<const NodeSlot> slots, uint64_t key) {
  const size_t mask = slots.size() - 1;
  size_t at = spread(key) & mask;
  while (slots[at].key != key && slots[at].key != ~uint64_t{0}) at = (at + 1) & mask;
  return slots[at];
}

/// Calls piece(text, is_first) for the pieces between the spaces of a term.
template <typename Piece>
void for_each_piece(std::string_view term, const Piece& piece) {
  size_t from = 0;
  for (bool first = true;; first = false) {
    const size_t to = std::min(term.find(' ', from), term.size());
    piece(term.substr(from, to - from), first);
    if (to == term.size()) return;
    from = to + 1;
  }
}

}  // namespace weirflow::ml
