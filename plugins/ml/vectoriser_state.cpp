// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <string>

#include "vectoriser.h"
#include "vectoriser_tables.h"
#include "weirflow/murmur3.hpp"

namespace weirflow::ml {
namespace {

wf::Result<VectoriserOptions> from_record(const OptionsRecord& r) {
  if (r.min_df_share > 1 || r.max_df_share > 1 || r.sublinear_tf > 1 || r.binary > 1 ||
      r.idf > static_cast<uint32_t>(Idf::spark) || r.norm > static_cast<uint32_t>(Norm::l2) ||
      r.zero != 0) {
    return wf::invalid_data("state: unknown option of the vectoriser");
  }
  VectoriserOptions o;
  o.min_n = r.min_n;
  o.max_n = r.max_n;
  o.min_df = {r.min_df_share == 1, r.min_df};
  o.max_df = {r.max_df_share == 1, r.max_df};
  o.max_features = r.max_features;
  o.sublinear_tf = r.sublinear_tf == 1;
  o.binary = r.binary == 1;
  o.idf = static_cast<Idf>(r.idf);
  o.norm = static_cast<Norm>(r.norm);
  o.idf_min_documents = r.idf_min_documents;
  o.min_tf = r.min_tf;
  o.hash_features = r.hash_features;
  if (!o.validate().ok()) return wf::invalid_data("state: options out of range");
  return o;
}

template <typename Slot>
bool is_table(std::span<const Slot> slots, size_t& used) {
  if (slots.empty() || !std::has_single_bit(slots.size())) return false;
  used = 0;
  for (const Slot& slot : slots) used += slot.id != kNoNode;
  return used < slots.size();
}

}  // namespace

VectoriserOptions VectoriserOptions::spark(uint32_t n) {
  VectoriserOptions options;
  options.min_n = options.max_n = n;
  options.max_features = uint64_t{1} << 18;
  options.idf = Idf::spark;
  options.norm = Norm::none;
  options.min_tf = 1;
  return options;
}

VectoriserOptions VectoriserOptions::spark_hashing(uint32_t n) {
  VectoriserOptions options = spark(n);
  options.max_features = 0;
  options.hash_features = uint32_t{1} << 18;
  return options;
}

wf::Status VectoriserOptions::validate() const {
  if (min_n < 1) return wf::invalid_config("min_n must be 1 or more");
  if (max_n < min_n) return wf::invalid_config("max_n must not be less than min_n");
  if (max_n > kMaxNgram)
    return wf::invalid_config("max_n must be at most " + std::to_string(kMaxNgram));
  const auto good = [](const DocumentBound& bound) {
    return bound.share ? bound.value >= 0 && bound.value <= 1
                       : bound.value >= 0 && bound.value <= 9e15;
  };
  if (!good(min_df)) return wf::invalid_config("min_df must be a count or a share from 0 to 1");
  if (!good(max_df)) return wf::invalid_config("max_df must be a count or a share from 0 to 1");
  if (!(min_tf >= 0 && std::isfinite(min_tf))) {
    return wf::invalid_config("min_tf must be 0 or more");
  }
  if (hash_features > 0x7fffffffU) return wf::invalid_config("hash_features must be below 2^31");
  if (hash_features > 0 && idf == Idf::plain) {
    return wf::invalid_config(
        "hash_features has columns without documents, so idf cannot be plain");
  }
  return {};
}

wf::Result<Vectoriser> Vectoriser::open(std::span<const std::byte> state) {
  WF_ASSIGN(BlobView blob, BlobView::open(state, BlobKind::vectoriser));
  return from_blob(std::move(blob));
}

wf::Result<Vectoriser> Vectoriser::adopt(std::vector<std::byte> state) {
  WF_ASSIGN(BlobView blob, BlobView::adopt(std::move(state), BlobKind::vectoriser));
  return from_blob(std::move(blob));
}

wf::Result<Vectoriser> Vectoriser::from_blob(BlobView blob) {
  Vectoriser out;
  out.blob_ = std::move(blob);
  WF_ASSIGN(const OptionsRecord record, out.blob_.one<OptionsRecord>(kOptions));
  WF_ASSIGN(out.options_, from_record(record));
  WF_ASSIGN(out.documents_, out.blob_.one<uint64_t>(kDocuments));
  WF_ASSIGN(out.document_counts_, out.blob_.section<uint64_t>(kDocumentCounts));
  WF_ASSIGN(out.idf_, out.blob_.section<double>(kIdf));
  for (const double weight : out.idf_) {
    if (!std::isfinite(weight)) return wf::invalid_data("state: an idf is not finite");
  }
  size_t columns = out.options_.hash_features;
  if (columns > 0) {
    if (out.options_.idf == Idf::none) columns = 0;
  } else {
    WF_TRY(out.read_terms());
    WF_TRY(out.read_tables());
    WF_TRY(out.check_terms());
    columns = out.terms_.size();
  }
  if (out.idf_.size() != columns || out.document_counts_.size() != columns) {
    return wf::invalid_data("state: sections do not have one entry for each column");
  }
  return out;
}

wf::Status Vectoriser::read_terms() {
  WF_ASSIGN(terms_, read_strings(blob_, kTermOffsets, kTermBytes));
  WF_ASSIGN(counts_, blob_.section<uint64_t>(kCounts));
  if (terms_.size() > kMaxTerms || counts_.size() != terms_.size()) {
    return wf::invalid_data("state: sections do not have one entry for each column");
  }
  for (size_t i = 1; i < terms_.size(); ++i) {
    if (terms_[i - 1] >= terms_[i])
      return wf::invalid_data("state: terms are not in ascending order");
  }
  return {};
}

wf::Status Vectoriser::read_tables() {
  WF_ASSIGN(pieces_, read_strings(blob_, kPieceOffsets, kPieceBytes));
  WF_ASSIGN(piece_columns_, blob_.section<int32_t>(kPieceColumns));
  WF_ASSIGN(piece_slots_, blob_.section<PieceSlot>(kPieceSlots));
  WF_ASSIGN(node_slots_, blob_.section<NodeSlot>(kNodeSlots));
  size_t used = 0;
  if (!is_table(piece_slots_, used) || used != pieces_.size() || pieces_.size() > kMaxTerms ||
      piece_columns_.size() != pieces_.size()) {
    return wf::invalid_data("state: the table of tokens is broken");
  }
  size_t with_column = 0;
  const auto good_column = [&](int32_t column) {
    with_column += column >= 0;
    return column >= -1 && column < static_cast<int64_t>(terms_.size());
  };
  for (const PieceSlot& slot : piece_slots_) {
    if (slot.id != kNoNode &&
        (slot.id >= pieces_.size() || !good_column(piece_columns_[slot.id]))) {
      return wf::invalid_data("state: the table of tokens points outside");
    }
  }
  if (!is_table(node_slots_, used))
    return wf::invalid_data("state: the table of n-grams is broken");
  for (const NodeSlot& slot : node_slots_) {
    if ((slot.id == kNoNode) != (slot.key == ~uint64_t{0}) ||
        (slot.id != kNoNode && (slot.id >= used || !good_column(slot.column)))) {
      return wf::invalid_data("state: the table of n-grams points outside");
    }
  }
  if (with_column != terms_.size()) {
    return wf::invalid_data("state: tables and terms do not fit together");
  }
  return {};
}

wf::Status Vectoriser::check_terms() const {
  for (size_t i = 0; i < terms_.size(); ++i) {
    if (find_in_tables(terms_[i]) != static_cast<int32_t>(i)) {
      return wf::invalid_data("state: tables and terms do not fit together");
    }
  }
  return {};
}

int32_t Vectoriser::find_in_tables(std::string_view term) const {
  uint32_t node = kNoNode;
  int32_t column = -1;
  bool lost = false;
  for_each_piece(term, [&](std::string_view text, bool first) {
    const uint32_t piece = lost ? kNoNode : find_piece(piece_slots_, pieces_, text);
    lost = piece == kNoNode;
    if (lost) return;
    if (first) {
      node = piece;
      column = piece_columns_[piece];
      return;
    }
    const NodeSlot& slot = find_node(node_slots_, node_key(node, piece));
    lost = slot.id == kNoNode;
    node = slot.id | kDeepNode;
    column = slot.column;
  });
  return lost ? -1 : column;
}

std::optional<int32_t> Vectoriser::find(std::string_view term) const {
  if (options_.hash_features > 0) return wf::spark_feature_index(term, options_.hash_features);
  const int32_t column = find_in_tables(term);
  return column < 0 ? std::nullopt : std::optional(column);
}

int32_t Vectoriser::columns() const {
  return options_.hash_features > 0 ? static_cast<int32_t>(options_.hash_features)
                                    : static_cast<int32_t>(terms_.size());
}

}  // namespace weirflow::ml
