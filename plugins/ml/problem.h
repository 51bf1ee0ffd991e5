// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the solvers share: the training problem in its canonical form, and the products with the
/// matrix of rows, in memory or in passes. Internal to the logistic regression.

#include <memory>
#include <span>
#include <vector>

#include "csr.h"
#include "logistic_regression.h"

namespace weirflow::ml {

/// The problem after class weights, strength and standardisation are worked in. Solvers work on
/// columns x * scale; `scale` is empty without standardisation.
struct Problem {
  int32_t columns = 0;
  std::vector<uint8_t> labels;
  std::vector<double> costs;  ///< c_i
  double cost_sum = 0;
  double l1 = 0;
  double l2 = 0;
  bool has_bias = true;
  double bias_l1 = 0;
  double bias_l2 = 0;
  std::vector<double> scale;
  uint64_t positives = 0;

  [[nodiscard]] size_t rows() const { return labels.size(); }
};

/// Reads the rows once (twice with standardisation), checks them, and makes the problem.
wf::Result<Problem> make_problem(RowSource& source, const LogisticOptions& options);

/// Products with the matrix X of scaled rows. Every sum runs over the rows, or over the entries of
/// a row, in their order: all implementations give the same bits.
class Design {
 public:
  Design() = default;
  Design(const Design&) = delete;
  Design& operator=(const Design&) = delete;
  virtual ~Design() = default;

  /// out = X w + b; one entry a row.
  virtual wf::Status margins(std::span<const double> w, double b, std::span<double> out) = 0;
  /// out = X' r; one entry a column.
  virtual wf::Status transposed(std::span<const double> r, std::span<double> out) = 0;
  /// out_j = sum_i d_i x_ij^2.
  virtual wf::Status squares(std::span<const double> d, std::span<double> out) = 0;
  /// out = X' D (X w + b), out_b = sum of D (X w + b).
  virtual wf::Status normal(std::span<const double> d, std::span<const double> w, double b,
                            std::span<double> out, double& out_b) = 0;
};

/// Rows in memory (borrowed), with threads.
std::unique_ptr<Design> memory_design(const CsrView& rows, int32_t columns,
                                      std::span<const double> scale, size_t threads);
/// Rows in passes of `source` (borrowed), one thread.
std::unique_ptr<Design> pass_design(RowSource& source, std::span<const double> scale);

/// A solution in the space of scaled columns.
struct Solution {
  std::vector<double> weights;
  double bias = 0;
  uint32_t iterations = 0;
  bool converged = false;
  double violation = 0;
};

/// The sum of losses; `margins` has one entry a row.
double total_loss(const Problem& problem, std::span<const double> margins);
/// c_i (p_i - y_i), the derivative of row i's loss by its margin.
void loss_gradient(const Problem& problem, std::span<const double> margins, std::span<double> out);

/// Newton's method with conjugate gradients (Lin, Weng, Keerthi, JMLR 9, 2008, with a line search
/// and a diagonal preconditioner). Requires l1 = 0.
wf::Result<Solution> solve_newton_cg(const Problem& problem, Design& design, double tolerance,
                                     uint32_t max_iterations);

/// L-BFGS (Nocedal, Wright, Numerical Optimization, 7.2); with an L1 part OWL-QN (Andrew, Gao, ICML
/// 2007) followed by Newton steps on the weights that are not zero.
wf::Result<Solution> solve_lbfgs(const Problem& problem, Design& design, double tolerance,
                                 uint32_t max_iterations);

/// Dual coordinate descent (Yu, Huang, Lin, Machine Learning 85, 2011). Requires l1 = 0, l2 > 0 and
/// bias_l2 = l2 if there is a bias. `rows` are those of the source, not scaled.
Solution solve_dual(const Problem& problem, const CsrView& rows, double tolerance,
                    uint32_t max_iterations, uint64_t seed);

}  // namespace weirflow::ml
