// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "logistic_regression.h"

#include <cmath>
#include <string>

#include "problem.h"

namespace weirflow::ml {
namespace {

struct Defaults {
  double tolerance;
  uint32_t iterations;
};

Defaults defaults_of(Solver solver) {
  switch (solver) {
    case Solver::dual:
      return {1e-3, 1000};
    case Solver::lbfgs:
      return {1e-7, 2000};
    case Solver::newton_cg:
    case Solver::automatic:
      break;
  }
  return {1e-10, 100};
}

/// Copies rows that come in passes, up to a number of bytes; false when they are more.
wf::Result<bool> copy_rows(RowSource& source, size_t memory, CsrMatrix& out) {
  WF_TRY(source.rewind());
  RowBlock block;
  while (true) {
    WF_ASSIGN(const bool more, source.next(block));
    if (!more) return true;
    const size_t count = block.rows.rows();
    if (count == 0) continue;
    const auto added = static_cast<size_t>(block.rows.offsets[count] - block.rows.offsets[0]);
    if ((out.indices.size() + added) * 12 + (out.rows() + count) * 8 > memory) return false;
    out.append(block.rows);
  }
}

/// The function that is minimised, at a point in the space of scaled columns.
wf::Result<double> objective_at(const Problem& problem, Design& design, const Solution& at) {
  std::vector<double> margins(problem.rows());
  WF_TRY(design.margins(at.weights, at.bias, margins));
  double squares = 0, absolutes = 0;
  for (const double w : at.weights) {
    squares += w * w;
    absolutes += std::abs(w);
  }
  return total_loss(problem, margins) + 0.5 * problem.l2 * squares + problem.l1 * absolutes +
         0.5 * problem.bias_l2 * at.bias * at.bias + problem.bias_l1 * std::abs(at.bias);
}

}  // namespace

wf::Status LogisticOptions::validate() const {
  if (!(c > 0 && std::isfinite(c))) return wf::invalid_config("c must be a number above 0");
  if (!std::isfinite(regularisation)) return wf::invalid_config("regularisation must be finite");
  if (!(l1_ratio >= 0 && l1_ratio <= 1)) return wf::invalid_config("l1_ratio must be from 0 to 1");
  if (!(tolerance >= 0 && std::isfinite(tolerance))) {
    return wf::invalid_config("tolerance must be 0 or more");
  }
  for (const double weight : class_weights) {
    if (!(weight > 0 && std::isfinite(weight))) {
      return wf::invalid_config("class_weights must be numbers above 0");
    }
  }
  const bool has_l1 = l1_ratio > 0 && regularisation != 0;
  if (solver == Solver::newton_cg && has_l1) {
    return wf::invalid_config(
        "solver newton_cg takes no L1 part; set l1_ratio = 0 or solver lbfgs");
  }
  if (solver == Solver::dual) {
    if (has_l1) {
      return wf::invalid_config("solver dual takes no L1 part; set l1_ratio = 0 or solver lbfgs");
    }
    if (bias == Bias::free) {
      return wf::invalid_config("solver dual needs bias penalised or none; newton_cg has it free");
    }
    if (regularisation == 0)
      return wf::invalid_config("solver dual needs a regularisation above 0");
  }
  return {};
}

Solver LogisticOptions::chosen_solver() const {
  if (solver != Solver::automatic) return solver;
  if (l1_ratio > 0 && regularisation != 0) return Solver::lbfgs;
  return bias == Bias::free || regularisation == 0 ? Solver::newton_cg : Solver::dual;
}

wf::Result<LogisticFit> fit_logistic_regression(RowSource& source, const LogisticOptions& options) {
  WF_ASSIGN(const Problem problem, make_problem(source, options));
  const Solver solver = options.chosen_solver();
  CsrMatrix copy;
  const RowBlock* whole = source.whole();
  bool in_memory = whole != nullptr;
  if (!in_memory) {
    WF_ASSIGN(in_memory, copy_rows(source, options.memory, copy));
  }
  const CsrView rows = whole ? whole->rows : copy.view();
  const auto design = in_memory
                          ? memory_design(rows, problem.columns, problem.scale, options.threads)
                          : pass_design(source, problem.scale);
  const Defaults defaults = defaults_of(solver);
  const double tolerance = options.tolerance > 0 ? options.tolerance : defaults.tolerance;
  const uint32_t iterations = options.max_iterations ? options.max_iterations : defaults.iterations;

  Solution solution;
  if (solver == Solver::dual) {
    if (!in_memory) {
      return wf::exhausted("solver dual needs all rows in memory; raise memory or take newton_cg");
    }
    solution = solve_dual(problem, rows, tolerance, iterations, options.seed);
  } else if (solver == Solver::newton_cg) {
    WF_ASSIGN(solution, solve_newton_cg(problem, *design, tolerance, iterations));
  } else {
    WF_ASSIGN(solution, solve_lbfgs(problem, *design, tolerance, iterations));
  }
  WF_ASSIGN(const double objective, objective_at(problem, *design, solution));
  LogisticFit fit;
  fit.report = {solver,    solution.iterations, solution.converged, solution.violation,
                objective, problem.rows(),      problem.positives};
  fit.bias = solution.bias;
  fit.weights = std::move(solution.weights);
  for (size_t j = 0; j < problem.scale.size(); ++j) fit.weights[j] *= problem.scale[j];
  return fit;
}

}  // namespace weirflow::ml
