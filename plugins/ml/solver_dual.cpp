// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "hashing.h"
#include "problem.h"

namespace weirflow::ml {
namespace {

/// A stream of pseudo-random numbers that is the same everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  /// Uniform in 0 .. bound - 1 (bound < 2^32), by the high part of a product.
  uint32_t below(uint32_t bound) {
    state_ += 0x9e3779b97f4a7c15ULL;
    return static_cast<uint32_t>(((mix64(state_) >> 32) * bound) >> 32);
  }

 private:
  uint64_t state_;
};

/// The dual has one variable a_i in (0, C_i) for each row. It is kept as t_i = ln(a_i / (C_i -
/// a_i)), where both ends are equally fine and the optimality condition of a row reads t_i + m_i =
/// 0 with the signed margin m_i = s_i (w x_i + b).
class DualDescent {
 public:
  DualDescent(const Problem& problem, const CsrView& rows)
      : p_(problem),
        rows_(rows),
        weights_(static_cast<size_t>(problem.columns)),
        logits_(problem.rows(), kFirstLogit),
        alphas_(problem.rows()),
        lengths_(problem.rows()) {
    if (!p_.scale.empty()) copy_scaled();
    for (size_t i = 0; i < p_.rows(); ++i) {
      const SparseRow row = rows_.row(i);
      double sum = p_.has_bias ? 1 : 0;
      for (size_t k = 0; k < row.size; ++k) sum += row.values[k] * row.values[k];
      lengths_[i] = sum;
      alphas_[i] = cost(i) * sigmoid(kFirstLogit);
      add_row(i, alphas_[i]);
    }
  }

  Solution solve(double tolerance, uint32_t max_iterations, uint64_t seed) {
    std::vector<uint32_t> order(p_.rows());
    std::iota(order.begin(), order.end(), 0U);
    Random random(seed);
    Solution solution;
    double inner = 1e-2;
    while (solution.iterations < max_iterations && !solution.converged) {
      for (size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[random.below(static_cast<uint32_t>(i))]);
      }
      inner = std::max(inner * 0.1, std::min(1e-8, tolerance * 0.01));
      solution.violation = pass(order, inner);
      ++solution.iterations;
      solution.converged = solution.violation <= tolerance;
    }
    solution.weights = std::move(weights_);
    solution.bias = bias_;
    return solution;
  }

 private:
  static constexpr double kFirstLogit = -18;  // all a_i nearly 0, so w begins at nearly 0

  [[nodiscard]] double cost(size_t i) const { return p_.costs[i] / p_.l2; }
  void copy_scaled() {
    scaled_.append(rows_);
    for (size_t k = 0; k < scaled_.values.size(); ++k) {
      scaled_.values[k] *= p_.scale[static_cast<size_t>(scaled_.indices[k])];
    }
    rows_ = scaled_.view();
  }
  void add_row(size_t i, double change) {
    const double signed_change = p_.labels[i] ? change : -change;
    sparse_add(rows_.row(i), signed_change, weights_.data());
    if (p_.has_bias) bias_ += signed_change;
  }

  /// One update of each row, in the given order; the largest violation met.
  double pass(const std::vector<uint32_t>& order, double inner) {
    constexpr size_t kAhead = 4;
    double largest = 0;
    for (size_t k = 0; k < order.size(); ++k) {
      if (k + kAhead < order.size()) fetch(order[k + kAhead]);
      const size_t i = order[k];
      if (!(p_.costs[i] > 0)) continue;
      const double score = sparse_dot(rows_.row(i), weights_.data()) + bias_;
      const double margin = p_.labels[i] ? score : -score;
      const double violation = std::abs(margin + logits_[i]);
      largest = std::max(largest, violation);
      if (violation > inner) update(i, margin, inner);
    }
    return largest;
  }
  void fetch(size_t i) const {
    const SparseRow row = rows_.row(i);
    const char* values = reinterpret_cast<const char*>(row.values);
    const char* indices = reinterpret_cast<const char*>(row.indices);
    for (size_t at = 0; at < row.size * sizeof(double) && at < 1024; at += 64) {
      __builtin_prefetch(values + at);
    }
    for (size_t at = 0; at < row.size * sizeof(int32_t) && at < 512; at += 64) {
      __builtin_prefetch(indices + at);
    }
  }

  /// Solves f(t) = q (C sigmoid(t) - a) + m + t = 0. f rises everywhere with a slope from 1 to
  /// 1 + q C / 4, and the root lies where the first term is between -q a and q (C - a).
  void update(size_t i, double margin, double inner) {
    const double c = cost(i), q = lengths_[i], old = alphas_[i];
    double low = -margin - q * (c - old), high = -margin + q * old;
    double t = logits_[i], alpha = old, f = margin + t;
    for (int round = 0; round < 100; ++round) {
      (f > 0 ? high : low) = t;
      double next = t - f / (1 + q * alpha * (1 - alpha / c));
      if (!(next > low && next < high)) next = 0.5 * (low + high);
      if (next == t) break;
      t = next;
      alpha = c * sigmoid(t);
      f = q * (alpha - old) + margin + t;
      if (std::abs(f) <= inner) break;
    }
    logits_[i] = t;
    alphas_[i] = alpha;
    add_row(i, alpha - old);
  }

  const Problem& p_;
  CsrView rows_;
  CsrMatrix scaled_;
  std::vector<double> weights_;
  double bias_ = 0;
  std::vector<double> logits_, alphas_, lengths_;
};

}  // namespace

Solution solve_dual(const Problem& problem, const CsrView& rows, double tolerance,
                    uint32_t max_iterations, uint64_t seed) {
  return DualDescent(problem, rows).solve(tolerance, max_iterations, seed);
}

}  // namespace weirflow::ml
