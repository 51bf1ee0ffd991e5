// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The second derivative of the training objective at a point, and Newton directions by conjugate
/// gradients with its diagonal as preconditioner. Internal to the logistic regression.
///
/// Vectors carry the bias behind the columns; without a bias that entry stays 0.

#include <cstdint>
#include <span>
#include <vector>

#include "problem.h"

namespace weirflow::ml {

/// Sum of products, in order.
double dot(std::span<const double> a, std::span<const double> b);

class Hessian {
 public:
  Hessian(const Problem& problem, Design& design);

  /// Moves to the point with these margins.
  wf::Status update(std::span<const double> margins);

  /// step = -H^-1 gradient, until the residual's length is at most `enough` or after
  /// `most_products` products. `free`: empty, or one entry a column and bias; where it is 0, step
  /// is 0 and the gradient ignored.
  wf::Status solve(std::span<const double> gradient, std::span<const uint8_t> free, double enough,
                   size_t most_products, std::vector<double>& step);

 private:
  wf::Status multiply(const std::vector<double>& v, std::span<const uint8_t> free,
                      std::vector<double>& out);

  const Problem& p_;
  Design& design_;
  size_t columns_;
  std::vector<double> curvature_, diagonal_, residual_, direction_, product_;
};

}  // namespace weirflow::ml
