// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fitting a vectoriser in one pass over the documents, in bounded memory.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "term_runs.h"
#include "tokens.h"
#include "vectoriser.h"
#include "weirflow/status.hpp"

namespace weirflow::ml {

/// What a fit may use. None of it has an influence on the result.
struct FitResources {
  size_t threads = 1;
  /// Bytes for the counts of all threads. Beyond it the counts go to `spill_descriptor` and are
  /// merged at the end. One document may exceed it, and so does the vocabulary that is kept.
  size_t memory = size_t{256} << 20;
  /// A temporary file, open for reading and writing, empty, the caller's; -1 = none, then a fit
  /// that needs more memory fails with resource_exhausted.
  int spill_descriptor = -1;
};

/// Collects documents; used by one thread. After an error only destruction is allowed.
class VectoriserFit {
 public:
  /// Errors: invalid_config.
  static wf::Result<std::unique_ptr<VectoriserFit>> make(const VectoriserOptions& options,
                                                         const FitResources& resources);

  wf::Status add_document(std::span<const std::string_view> tokens);
  /// All documents of a batch, with up to resources.threads threads.
  wf::Status add(const TokenBatch& batch);

  /// The state (vectoriser.h). Errors: invalid_data when there was no document or no term is left.
  /// Call once.
  wf::Result<std::vector<std::byte>> finish();

 private:
  /// What one thread counts: terms, or documents by hashed column.
  struct Shard {
    explicit Shard(const VectoriserOptions& options);
    NgramCounts terms;
    std::vector<uint64_t> column_documents;
    uint64_t documents = 0;
    std::unique_ptr<Vectoriser> hasher;
    CsrMatrix row;
    wf::Status status;
  };

  VectoriserFit(const VectoriserOptions& options, const FitResources& resources);
  void add_one(Shard& shard, std::span<const std::string_view> tokens);
  void spill_if_large(Shard& shard);
  wf::Result<std::vector<std::byte>> finish_hashing();

  VectoriserOptions options_;
  FitResources resources_;
  TermRuns runs_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace weirflow::ml
