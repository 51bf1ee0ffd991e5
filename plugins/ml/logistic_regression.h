// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Binary logistic regression on sparse rows.
///
/// minimise  l2/2 ||w||^2 + l1 ||w||_1 [+ the same of the bias]  +  sum_i c_i ln(1 + exp(-s_i m_i))
/// with m_i = w x_i + b and s_i = +1 for label 1, -1 for label 0.
///
/// - Strength `C` (scikit-learn, LIBLINEAR): c_i = C v_i, l2 = 1 - l1_ratio, l1 = l1_ratio.
/// - Strength `regularisation` (Spark): c_i = v_i / sum v, l2 = regularisation (1 - l1_ratio),
///   l1 = regularisation l1_ratio.
/// where v_i = sample weight x weight of the class. With `standardise` the penalty is on the
/// weights of x / std (sample standard deviation, n - 1), and the weights returned are those of x;
/// a column that is constant gets weight 0 (Spark's LogisticRegression).
///
/// Results depend on the rows, their order, and the options; not on threads, memory or how the rows
/// are cut into blocks.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "csr.h"
#include "weirflow/status.hpp"

namespace weirflow::ml {

enum class Solver : uint32_t {
  automatic = 0,  ///< lbfgs with an L1 part; newton_cg with a free bias; else dual
  dual = 1,       ///< dual coordinate descent; needs L2 only, and a bias penalised or absent
  newton_cg = 2,  ///< Newton steps by preconditioned conjugate gradients; L2 or no penalty
  lbfgs = 3,      ///< L-BFGS; OWL-QN when there is an L1 part
};

enum class Bias : uint32_t {
  none = 0,       ///< b = 0
  free = 1,       ///< not penalised: scikit-learn (except liblinear), Spark
  penalised = 2,  ///< penalised like a weight of a column of ones: LIBLINEAR
};

enum class ClassWeighting : uint32_t {
  none = 0,
  balanced = 1,  ///< all / (2 x those of the class), counted with sample weights
  given = 2,     ///< class_weights
};

struct LogisticOptions {
  Solver solver = Solver::automatic;
  Bias bias = Bias::free;
  double c = 1;                ///< > 0; used when regularisation < 0
  double regularisation = -1;  ///< >= 0: Spark's regParam instead of C
  double l1_ratio = 0;         ///< 0 = L2 .. 1 = L1
  bool standardise = false;
  ClassWeighting class_weighting = ClassWeighting::none;
  double class_weights[2] = {1, 1};  ///< finite, > 0
  /// Stop: newton_cg and lbfgs when the largest entry of the (pseudo-)gradient is at most this
  /// times sum c_i; dual when the largest violation of a pass (in units of the margin) is. 0 = the
  /// solver's default: newton_cg 1e-10, lbfgs 1e-7, dual 1e-3.
  double tolerance = 0;
  uint32_t max_iterations = 0;  ///< 0 = default: newton_cg 100, lbfgs 2000, dual 1000
  uint64_t seed = 42;           ///< order of the rows in dual

  /// Without influence on the result.
  size_t threads = 1;
  /// Bytes up to which rows that can only be read in passes are copied to memory.
  size_t memory = size_t{1} << 30;

  /// Errors: invalid_config with the option's name.
  [[nodiscard]] wf::Status validate() const;
  /// What `automatic` means with these options.
  [[nodiscard]] Solver chosen_solver() const;
};

/// How a training went.
struct LogisticReport {
  Solver solver = Solver::automatic;
  uint32_t iterations = 0;
  bool converged = false;  ///< the tolerance was reached
  double violation = 0;    ///< what the tolerance is compared with, at the end
  double objective = 0;    ///< the function above
  uint64_t rows = 0;
  uint64_t positives = 0;  ///< rows with label 1
};

struct LogisticFit {
  std::vector<double> weights;  ///< one a column, for the rows as given
  double bias = 0;
  LogisticReport report;
};

/// Trains. Reads `rows` once or more (see RowSource). A training that stops at max_iterations is
/// not an error: see report.converged.
/// Errors: invalid_config; invalid_data for no rows, no columns, rows of one class only, values
/// that are not finite, columns twice in a row; resource_exhausted when `dual` finds more rows than
/// `memory`; and those of the source.
wf::Result<LogisticFit> fit_logistic_regression(RowSource& rows, const LogisticOptions& options);

/// 1 / (1 + exp(-score)), without overflow.
double sigmoid(double score);
/// ln(1 + exp(x)), without overflow.
double log1p_exp(double x);

}  // namespace weirflow::ml
