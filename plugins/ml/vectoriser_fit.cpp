// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "vectoriser_fit.h"

#include <algorithm>
#include <string>

#include "parallel.h"
#include "term_selector.h"

namespace weirflow::ml {
VectoriserFit::Shard::Shard(const VectoriserOptions& options)
    : terms(options.min_n, options.max_n) {}

VectoriserFit::VectoriserFit(const VectoriserOptions& options, const FitResources& resources)
    : options_(options), resources_(resources), runs_(resources.spill_descriptor) {}

wf::Result<std::unique_ptr<VectoriserFit>> VectoriserFit::make(const VectoriserOptions& options,
                                                               const FitResources& resources) {
  WF_TRY(options.validate());
  std::unique_ptr<VectoriserFit> fit(new VectoriserFit(options, resources));
  for (size_t i = 0; i < std::max<size_t>(1, resources.threads); ++i) {
    fit->shards_.push_back(std::make_unique<Shard>(options));
    if (options.hash_features == 0) continue;
    VectoriserOptions plain = options;
    plain.idf = Idf::none;
    WF_ASSIGN(std::vector<std::byte> state, make_hashing_state(plain, 0, {}));
    WF_ASSIGN(Vectoriser hasher, Vectoriser::adopt(std::move(state)));
    fit->shards_.back()->hasher = std::make_unique<Vectoriser>(std::move(hasher));
    if (options.idf != Idf::none) {
      fit->shards_.back()->column_documents.resize(options.hash_features);
    }
  }
  return fit;
}

void VectoriserFit::add_one(Shard& shard, std::span<const std::string_view> tokens) {
  ++shard.documents;
  if (!shard.hasher) {
    shard.terms.add_document(tokens);
    spill_if_large(shard);
  } else if (options_.idf != Idf::none) {
    shard.row.clear();
    shard.hasher->transform(tokens, shard.row);
    for (const int32_t column : shard.row.indices) {
      ++shard.column_documents[static_cast<size_t>(column)];
    }
  }
}

void VectoriserFit::spill_if_large(Shard& shard) {
  if (shard.terms.peak_memory() <= resources_.memory / shards_.size() &&
      !shard.terms.full(shards_.size())) {
    return;
  }
  shard.status = runs_.write_run(shard.terms);
  shard.terms.clear();
}

wf::Status VectoriserFit::add_document(std::span<const std::string_view> tokens) {
  add_one(*shards_[0], tokens);
  return shards_[0]->status;
}

wf::Status VectoriserFit::add(const TokenBatch& batch) {
  constexpr size_t kDocumentsPerThread = 64;
  const size_t documents = batch.documents();
  const size_t parts = std::clamp<size_t>(documents / kDocumentsPerThread, 1, shards_.size());
  run_parts(parts, [&](size_t part) {
    Shard& shard = *shards_[part];
    std::vector<std::string_view> tokens;
    const size_t end = part_begin(documents, parts, part + 1);
    for (size_t d = part_begin(documents, parts, part); d < end && shard.status.ok(); ++d) {
      tokens.clear();
      for (int32_t t = batch.list_offsets[d]; t < batch.list_offsets[d + 1]; ++t) {
        tokens.push_back(batch.token(t));
      }
      add_one(shard, tokens);
    }
  });
  for (const auto& shard : shards_) WF_TRY(shard->status);
  return {};
}

wf::Result<std::vector<std::byte>> VectoriserFit::finish() {
  uint64_t documents = 0;
  for (const auto& shard : shards_) documents += shard->documents;
  if (documents == 0) return wf::invalid_data("there is no document to learn terms from");
  if (options_.hash_features > 0) return finish_hashing();

  const auto bound = [&](const DocumentBound& b) {
    return b.share ? b.value * static_cast<double>(documents) : b.value;
  };
  if (bound(options_.max_df) < bound(options_.min_df)) {
    return wf::invalid_data("max_df allows fewer documents than min_df asks for").retryable(false);
  }
  TermSelector selector(bound(options_.min_df), bound(options_.max_df), options_.max_features);
  if (runs_.runs() > 0) {
    for (const auto& shard : shards_) {
      if (!shard->terms.empty()) WF_TRY(runs_.write_run(shard->terms));
      shard->terms.clear();
    }
    WF_TRY(runs_.merge([&](const TermCount& item) {
      if (selector.wants(item.count, item.documents)) {
        selector.add(item.term, item.count, item.documents);
      }
    }));
  } else {
    for (size_t i = 1; i < shards_.size(); ++i) {
      shards_[0]->terms.add(shards_[i]->terms);
      shards_[i]->terms.clear();
    }
    shards_[0]->terms.for_each([&](uint64_t count, uint64_t holding, const auto& term) {
      if (selector.wants(count, holding)) selector.add(term(), count, holding);
    });
    shards_[0]->terms.clear();
  }
  const std::vector<TermCount>& terms = selector.finish();
  if (terms.empty()) {
    return wf::invalid_data(
               "no term is left: the documents hold no n-gram within min_df and max_df")
        .retryable(false);
  }
  return make_vectoriser_state(options_, documents, terms);
}

wf::Result<std::vector<std::byte>> VectoriserFit::finish_hashing() {
  uint64_t documents = 0;
  std::vector<uint64_t> totals(shards_[0]->column_documents.size());
  for (const auto& shard : shards_) {
    documents += shard->documents;
    for (size_t i = 0; i < totals.size(); ++i) totals[i] += shard->column_documents[i];
  }
  return make_hashing_state(options_, documents, totals);
}

}  // namespace weirflow::ml
