// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Logistic regression that learns row by row: FTRL-proximal with a learning rate per column
/// (McMahan et al., "Ad Click Prediction", KDD 2013, algorithm 1).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "csr.h"
#include "logistic_regression.h"
#include "weirflow/status.hpp"

namespace weirflow::ml {

struct FtrlOptions {
  double alpha = 0.1;  ///< learning rate, > 0
  double beta = 1;     ///< >= 0; makes the first steps smaller
  double l1 = 0;       ///< >= 0; the bias is not penalised
  double l2 = 0;       ///< >= 0
  bool bias = true;
  double class_weights[2] = {1, 1};  ///< finite, > 0

  /// Errors: invalid_config with the option's name.
  [[nodiscard]] wf::Status validate() const;
};

/// Not thread-safe. The result depends on the rows and their order, not on how they are cut into
/// blocks.
class Ftrl {
 public:
  /// An untrained model of that many columns (>= 1). Errors: invalid_config.
  static wf::Result<Ftrl> make(int32_t columns, const FtrlOptions& options);
  /// Goes on from a state. Errors: invalid_data when it is damaged.
  static wf::Result<Ftrl> from_state(std::span<const std::byte> state);

  /// Learns the rows in their order. A block that is refused (invalid_data, see check_rows) changes
  /// nothing.
  wf::Status partial_fit(const RowBlock& block);

  /// w x + b with the weights of now.
  [[nodiscard]] double score(const SparseRow& row) const {
    return sparse_dot(row, weights_.data()) + bias_;
  }
  [[nodiscard]] std::span<const double> weights() const { return weights_; }
  [[nodiscard]] double bias() const { return bias_; }
  [[nodiscard]] int32_t columns() const { return static_cast<int32_t>(weights_.size()); }
  [[nodiscard]] uint64_t rows_seen() const { return rows_; }
  /// Mean log-loss of each row before it was learned; 0 without rows.
  [[nodiscard]] double progressive_loss() const;
  /// The model as it is now, for make_linear_state; converged is false: there is no end to reach.
  [[nodiscard]] LogisticFit model() const;
  /// All that is needed to go on learning, as a blob.
  [[nodiscard]] std::vector<std::byte> state() const;

 private:
  Ftrl(size_t columns, const FtrlOptions& options)
      : options_(options), weights_(columns), z_(columns), n_(columns) {}
  void learn(const SparseRow& row, bool positive, double weight);
  void update(double gradient, double l1, double l2, double& w, double& z, double& n) const;

  FtrlOptions options_;
  std::vector<double> weights_, z_, n_;
  double bias_ = 0, bias_z_ = 0, bias_n_ = 0;
  uint64_t rows_ = 0;
  uint64_t positives_ = 0;
  double loss_ = 0;
  double loss_weight_ = 0;
};

}  // namespace weirflow::ml
