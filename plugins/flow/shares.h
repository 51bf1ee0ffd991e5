// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which part of a split a row belongs to.
///
/// A row's place is u = hash(seed, strata values, identity values) / 2^64 (weirflow/row_hash.hpp):
/// below `test` it is in test, below `test + validation` in validation, else in train. So a row's
/// side depends on nothing but itself and the seed, and never changes as data grows. The exact form
/// takes in each stratum the round(share x rows) rows of the smallest hashes (or the last rows, by
/// position), which needs all rows first.

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "key_encoder.h"

namespace weirflow::flow {

enum Part : uint8_t { kTrain = 0, kTest = 1, kValidation = 2 };

struct Shares {
  double test = 0;
  double validation = 0;
};

/// Hash of the seed and the columns of every row; equal rows have equal hashes.
std::vector<uint64_t> identity_hashes(const wf::Batch& batch, int64_t seed,
                                      std::span<const int> columns);

/// u in [0, 1) of a hash.
inline double unit(uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1p-53; }

Part part_of(uint64_t hash, const Shares& shares);

/// Collects one entry per row (12 bytes and the strata), then says the part of each.
class ExactSplit {
 public:
  enum class By { hash, position };
  ExactSplit(Shares shares, By by) : shares_(shares), by_(by) {}
  /// The next rows: their hashes, and the encoded values of their strata (may be empty: one
  /// stratum).
  void add(std::span<const uint64_t> hashes, const std::vector<std::string>& strata);
  /// The parts of all rows, in the order of arrival.
  [[nodiscard]] std::vector<uint8_t> finish() const;
  [[nodiscard]] int64_t bytes() const;

 private:
  Shares shares_;
  By by_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> stratum_;
  std::unordered_map<std::string, uint32_t> strata_;
};

/// The `rows` rows of a stream with the smallest hash of seed and position: every row has the same
/// chance, and the choice does not depend on batch boundaries. Holds at most about twice the rows.
class Reservoir {
 public:
  Reservoir(int64_t rows, int64_t seed) : wanted_(rows), seed_(seed) {}
  void add(const wf::Batch& batch);
  /// The chosen rows in the order of arrival; empty when there were none.
  std::vector<wf::Batch> finish();
  [[nodiscard]] int64_t bytes() const { return bytes_; }

 private:
  struct Held {
    uint64_t hash;
    int64_t position;
    size_t batch;
    int64_t row;
  };
  void shrink();
  int64_t wanted_, seed_, seen_ = 0, bytes_ = 0;
  uint64_t bound_ = UINT64_MAX;  ///< no row above it can be chosen any more
  std::vector<wf::Batch> batches_;
  std::vector<Held> held_;
};

}  // namespace weirflow::flow
