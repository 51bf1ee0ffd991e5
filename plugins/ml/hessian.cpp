// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "hessian.h"

#include <algorithm>
#include <cmath>

namespace weirflow::ml {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Hessian::Hessian(const Problem& problem, Design& design)
    : p_(problem),
      design_(design),
      columns_(static_cast<size_t>(problem.columns)),
      curvature_(problem.rows()),
      diagonal_(columns_ + 1),
      residual_(columns_ + 1),
      direction_(columns_ + 1),
      product_(columns_ + 1) {}

wf::Status Hessian::update(std::span<const double> margins) {
  double sum = 0;
  for (size_t i = 0; i < margins.size(); ++i) {
    curvature_[i] = p_.costs[i] * sigmoid(margins[i]) * sigmoid(-margins[i]);
    sum += curvature_[i];
  }
  WF_TRY(design_.squares(curvature_, std::span(diagonal_).first(columns_)));
  for (size_t j = 0; j < columns_; ++j) diagonal_[j] += p_.l2;
  diagonal_[columns_] = sum + p_.bias_l2;
  for (double& d : diagonal_) {
    if (!(d > 0)) d = 1;
  }
  return {};
}

wf::Status Hessian::multiply(const std::vector<double>& v, std::span<const uint8_t> free,
                             std::vector<double>& out) {
  double out_b = 0;
  WF_TRY(design_.normal(curvature_, std::span(v).first(columns_), v[columns_],
                        std::span(out).first(columns_), out_b));
  for (size_t j = 0; j < columns_; ++j) out[j] += p_.l2 * v[j];
  out[columns_] = p_.has_bias ? out_b + p_.bias_l2 * v[columns_] : 0;
  for (size_t j = 0; j < free.size(); ++j) {
    if (!free[j]) out[j] = 0;
  }
  return {};
}

wf::Status Hessian::solve(std::span<const double> gradient, std::span<const uint8_t> free,
                          double enough, size_t most_products, std::vector<double>& step) {
  const size_t size = columns_ + 1;
  step.assign(size, 0.0);
  double rho = 0;
  for (size_t j = 0; j < size; ++j) {
    residual_[j] = free.empty() || free[j] ? -gradient[j] : 0.0;
    direction_[j] = residual_[j] / diagonal_[j];
    rho += residual_[j] * direction_[j];
  }
  for (size_t k = 0; k < most_products && rho > 0; ++k) {
    WF_TRY(multiply(direction_, free, product_));
    const double curved = dot(direction_, product_);
    if (!(curved > 0)) break;
    const double alpha = rho / curved;
    double length = 0;
    double next_rho = 0;
    for (size_t j = 0; j < size; ++j) {
      step[j] += alpha * direction_[j];
      residual_[j] -= alpha * product_[j];
      length += residual_[j] * residual_[j];
      next_rho += residual_[j] * residual_[j] / diagonal_[j];
    }
    if (std::sqrt(length) <= enough) break;
    const double beta = next_rho / rho;
    rho = next_rho;
    for (size_t j = 0; j < size; ++j) {
      direction_[j] = residual_[j] / diagonal_[j] + beta * direction_[j];
    }
  }
  return {};
}

}  // namespace weirflow::ml
