// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A fitted linear classifier as a state, and its use.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "blob.h"
#include "csr.h"
#include "logistic_regression.h"

namespace weirflow::ml {

/// Names of the two classes: of label 0 and of label 1.
struct ClassNames {
  std::string negative = "0";
  std::string positive = "1";
};

/// The state of a fitted model: weights, bias, classes, threshold, what was trained and how.
/// Neither threads nor memory of the options are in it. `threshold`: see LinearModel::decide.
std::vector<std::byte> make_linear_state(const LogisticFit& fit, const LogisticOptions& options,
                                         const ClassNames& classes, double threshold);

/// Immutable, thread-safe, move only.
class LinearModel {
 public:
  /// Opens a state in place; `state` must live as long as the model. Everything is checked:
  /// damaged bytes give invalid_data.
  static wf::Result<LinearModel> open(std::span<const std::byte> state);
  /// As open, and owns the bytes.
  static wf::Result<LinearModel> adopt(std::vector<std::byte> state);

  [[nodiscard]] int32_t columns() const { return static_cast<int32_t>(weights_.size()); }
  [[nodiscard]] std::span<const double> weights() const { return weights_; }
  [[nodiscard]] double bias() const { return bias_; }
  [[nodiscard]] double threshold() const { return threshold_; }
  [[nodiscard]] std::string_view class_name(int label) const {
    return classes_[static_cast<size_t>(label)];
  }
  [[nodiscard]] const LogisticOptions& options() const { return options_; }
  [[nodiscard]] const LogisticReport& report() const { return report_; }
  [[nodiscard]] std::span<const std::byte> state() const { return blob_.bytes(); }

  /// w x + b, for a row whose columns are below columns().
  [[nodiscard]] double score(const SparseRow& row) const {
    return sparse_dot(row, weights_.data()) + bias_;
  }
  /// Probability of label 1.
  [[nodiscard]] double probability(const SparseRow& row) const { return sigmoid(score(row)); }
  /// Label 1 if the probability is above the threshold (strictly).
  [[nodiscard]] bool decide(double probability) const { return probability > threshold_; }

  /// Fills `scores` and `probabilities` (either may be empty, else one entry a row), with up to
  /// `threads` threads; the same numbers whatever their number.
  void predict(const CsrView& rows, size_t threads, std::span<double> scores,
               std::span<double> probabilities) const;

 private:
  static wf::Result<LinearModel> from_blob(BlobView blob);

  BlobView blob_;
  std::span<const double> weights_;
  double bias_ = 0;
  double threshold_ = 0.5;
  StringsView classes_;
  LogisticOptions options_;
  LogisticReport report_;
};

}  // namespace weirflow::ml
