// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From scores to calibrated probabilities, learned on rows that the scorer was not trained on.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "blob.h"
#include "weirflow/status.hpp"

namespace weirflow::ml {

enum class CalibrationMethod : uint32_t {
  sigmoid = 1,   ///< 1 / (1 + exp(a s + b)): Platt's, for few rows (below about 1,000)
  isotonic = 2,  ///< a rising step function, linear between its points
};

/// Learns a map and gives its state. `labels` 0 or 1, `scores` finite, `weights` empty or finite
/// and >= 0.
/// - sigmoid: Newton's method with backtracking on Platt's regularised targets (Lin, Lin, Weng,
///   Machine Learning 68, 2007); gradient to 1e-10 x rows. Both classes are needed.
/// - isotonic: least squares among rising functions by pooling adjacent violators; rows of equal
///   score are one point (as scikit-learn's IsotonicRegression).
/// Errors: invalid_data for no rows, one class (sigmoid), lengths that differ, values out of range.
wf::Result<std::vector<std::byte>> fit_calibration(CalibrationMethod method,
                                                   std::span<const uint8_t> labels,
                                                   std::span<const double> scores,
                                                   std::span<const double> weights = {});

/// A learned map. Immutable, thread-safe, move only.
class Calibration {
 public:
  /// Opens a state in place (it must outlive the object); invalid_data when it is damaged.
  static wf::Result<Calibration> open(std::span<const std::byte> state);
  /// As open, and owns the bytes.
  static wf::Result<Calibration> adopt(std::vector<std::byte> state);

  /// The probability for a finite score; scores outside of what was learned get the end's value.
  [[nodiscard]] double probability(double score) const;
  [[nodiscard]] CalibrationMethod method() const { return method_; }
  /// a and b of the sigmoid; 0 otherwise.
  [[nodiscard]] double a() const { return a_; }
  [[nodiscard]] double b() const { return b_; }
  /// Points of the isotonic map, scores ascending, values not falling.
  [[nodiscard]] std::span<const double> scores() const { return scores_; }
  [[nodiscard]] std::span<const double> values() const { return values_; }
  [[nodiscard]] std::span<const std::byte> state() const { return blob_.bytes(); }

 private:
  static wf::Result<Calibration> from_blob(BlobView blob);

  BlobView blob_;
  CalibrationMethod method_ = CalibrationMethod::sigmoid;
  double a_ = 0;
  double b_ = 0;
  std::span<const double> scores_;
  std::span<const double> values_;
};

}  // namespace weirflow::ml
