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
      : p_(problem), weights_(static_cast<size_t>(problem.columns)), rows_(problem.rows()) {
    const CsrView entries = p_.scale.empty() ? rows : copy_scaled(rows);
    for (size_t i = 0; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      row.entries = entries.row(i);
      row.length = p_.has_bias ? 1 : 0;
      for (size_t k = 0; k < row.entries.size; ++k)
        row.length += row.entries.values[k] * row.entries.values[k];
      row.counts = p_.costs[i] > 0;
      row.positive = p_.labels[i] != 0;
      row.cost = p_.costs[i] / p_.l2;
      row.alpha = row.cost * sigmoid(row.logit);
      add_row(row, row.alpha);
    }
  }

  Solution solve(double tolerance, uint32_t max_iterations, uint64_t seed) {
    std::vector<uint32_t> order(rows_.size());
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

  /// All that an update reads besides the entries, in one cache line: the rows come in any order.
  struct alignas(64) Row {
    SparseRow entries;
    double cost = 0;    ///< C_i
    double length = 0;  ///< squared, with the bias
    double logit = kFirstLogit;
    double alpha = 0;
    bool positive = false;
    bool counts = false;  ///< its weight is above 0
  };

  CsrView copy_scaled(const CsrView& rows) {
    scaled_.append(rows);
    for (size_t k = 0; k < scaled_.values.size(); ++k) {
      scaled_.values[k] *= p_.scale[static_cast<size_t>(scaled_.indices[k])];
    }
    return scaled_.view();
  }
  void add_row(const Row& row, double change) {
    const double signed_change = row.positive ? change : -change;
    sparse_add(row.entries, signed_change, weights_.data());
    if (p_.has_bias) bias_ += signed_change;
  }

  /// One update of each row, in the given order; the largest violation met.
  double pass(const std::vector<uint32_t>& order, double inner) {
    constexpr size_t kAhead = 4;
    double largest = 0;
    for (size_t k = 0; k < order.size(); ++k) {
      if (k + 2 * kAhead < order.size()) __builtin_prefetch(&rows_[order[k + 2 * kAhead]], 1);
      if (k + kAhead < order.size()) fetch(rows_[order[k + kAhead]].entries);
      Row& row = rows_[order[k]];
      if (!row.counts) continue;
      const double score = sparse_dot(row.entries, weights_.data()) + bias_;
      const double margin = row.positive ? score : -score;
      const double violation = std::abs(margin + row.logit);
      largest = std::max(largest, violation);
      if (violation > inner) update(row, margin, inner);
    }
    return largest;
  }
  static void fetch(const SparseRow& row) {
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
  void update(Row& row, double margin, double inner) {
    const double c = row.cost, q = row.length, old = row.alpha;
    double low = -margin - q * (c - old), high = -margin + q * old;
    double t = row.logit, alpha = old, f = margin + t;
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
    row.logit = t;
    row.alpha = alpha;
    add_row(row, alpha - old);
  }

  const Problem& p_;
  CsrMatrix scaled_;
  std::vector<double> weights_;
  double bias_ = 0;
  std::vector<Row> rows_;
};

}  // namespace

Solution solve_dual(const Problem& problem, const CsrView& rows, double tolerance,
                    uint32_t max_iterations, uint64_t seed) {
  return DualDescent(problem, rows).solve(tolerance, max_iterations, seed);
}

}  // namespace weirflow::ml
