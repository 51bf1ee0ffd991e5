// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Answers of bounded size over any number of values. All are deterministic: the same values in the
/// same order give the same answer, however they are cut into batches.
///
///   TDigest       quantiles: Dunning and Ertl, "Computing extremely accurate quantiles using
///                 t-digests" (arXiv 1902.04023), the merging form, centroids limited to
///                 4 n q (1 - q) / 100 values. Exact up to 256 values.
///   HyperLogLog   different values: Ertl, "New cardinality estimation algorithms for HyperLogLog
///                 sketches" (arXiv 1702.01284), 4,096 registers; standard error 1.6 %.
///   (top values: SpaceSaving, Metwally, Agrawal, El Abbadi 2005, in sketch_accumulators.cpp)

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weirflow::flow {

class TDigest {
 public:
  void add(double value);
  void merge(const TDigest& other);
  [[nodiscard]] bool empty() const { return count_ + nans_ == 0 && recent_.empty(); }
  /// 0 <= q <= 1; NaN counts as above all numbers. Precondition: not empty.
  [[nodiscard]] double quantile(double q) const;
  [[nodiscard]] int64_t bytes() const;
  void save(std::string& out) const;
  [[nodiscard]] bool restore(std::string_view& in);

 private:
  struct Centroid {
    double mean = 0, weight = 0;
  };
  void compress();
  std::vector<Centroid> centroids_;  ///< by mean
  std::vector<double> recent_;       ///< not yet among the centroids
  double count_ = 0;                 ///< of what the centroids hold
  double low_ = 0, high_ = 0;        ///< of what the centroids hold
  int64_t nans_ = 0;
};

class HyperLogLog {
 public:
  /// 64 well mixed bits of a value.
  void add(uint64_t hash);
  void merge(const HyperLogLog& other);
  [[nodiscard]] int64_t estimate() const;
  [[nodiscard]] int64_t bytes() const;
  void save(std::string& out) const;
  [[nodiscard]] bool restore(std::string_view& in);

 private:
  static constexpr int kBits = 12, kRegisters = 1 << kBits, kLongest = 64 - kBits;
  /// Entries while few registers are set: index * 64 + value, by index.
  static constexpr size_t kMostFew = 512;
  void raise(uint32_t index, uint8_t value);
  void spread();
  std::vector<uint32_t> few_;
  std::vector<uint8_t> all_;  ///< empty while `few_` suffices
};

}  // namespace weirflow::flow
