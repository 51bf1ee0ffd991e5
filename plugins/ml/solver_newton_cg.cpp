// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "hessian.h"

namespace weirflow::ml {
namespace {

/// Vectors over the columns carry the bias as a last entry, which stays 0 without one.
class NewtonCg {
 public:
  NewtonCg(const Problem& problem, Design& design)
      : p_(problem),
        design_(design),
        columns_(static_cast<size_t>(problem.columns)),
        hessian_(problem, design),
        point_(columns_ + 1),
        gradient_(columns_ + 1),
        step_(columns_ + 1),
        margins_(problem.rows()),
        step_margins_(problem.rows()),
        trial_(problem.rows()) {}

  wf::Result<Solution> solve(double tolerance, uint32_t max_iterations) {
    Solution best;
    best.violation = std::numeric_limits<double>::infinity();
    double first_length = 0;
    for (uint32_t iteration = 0;; ++iteration) {
      WF_TRY(update_gradient());
      const double violation = largest_gradient() / p_.cost_sum;
      const bool better = violation < best.violation;
      const bool much_better = violation < 0.5 * best.violation;
      if (better) keep(best, violation);
      best.iterations = iteration;
      best.converged = best.violation <= tolerance;
      // Rounding ends the decrease: what was reached is the best that doubles allow.
      if (best.converged || iteration == max_iterations || (in_noise_ && !much_better)) break;
      const double length = std::sqrt(dot(gradient_, gradient_));
      if (iteration == 0) first_length = length;
      WF_TRY(hessian_.update(margins_));
      // Superlinear convergence, but no digits that the tolerance does not ask for.
      const double enough = std::max(std::min(0.1, std::sqrt(length / first_length)) * length,
                                     0.1 * tolerance * p_.cost_sum);
      WF_TRY(hessian_.solve(gradient_, {}, enough, kMostProducts, step_));
      WF_TRY(design_.margins(weights(step_), step_[columns_], step_margins_));
      if (!line_search()) break;
    }
    return best;
  }

 private:
  static constexpr size_t kMostProducts = 1000;

  [[nodiscard]] std::span<const double> weights(const std::vector<double>& v) const {
    return std::span(v).first(columns_);
  }
  void keep(Solution& best, double violation) const {
    best.violation = violation;
    best.weights.assign(point_.begin(), point_.end() - 1);
    best.bias = point_[columns_];
  }
  [[nodiscard]] double penalty(double step) const {
    double sum = 0;
    for (size_t j = 0; j < columns_; ++j) {
      const double w = point_[j] + step * step_[j];
      sum += w * w;
    }
    const double b = point_[columns_] + step * step_[columns_];
    return 0.5 * (p_.l2 * sum + p_.bias_l2 * b * b);
  }

  wf::Status update_gradient() {
    WF_TRY(design_.margins(weights(point_), point_[columns_], margins_));
    loss_gradient(p_, margins_, trial_);
    WF_TRY(design_.transposed(trial_, std::span(gradient_).first(columns_)));
    for (size_t j = 0; j < columns_; ++j) gradient_[j] += p_.l2 * point_[j];
    gradient_[columns_] = 0;
    if (p_.has_bias) {
      for (const double r : trial_) gradient_[columns_] += r;
      gradient_[columns_] += p_.bias_l2 * point_[columns_];
    }
    return {};
  }
  [[nodiscard]] double largest_gradient() const {
    double largest = 0;
    for (const double g : gradient_) largest = std::max(largest, std::abs(g));
    return largest;
  }

  /// Halves the step until the objective falls enough; false when no step does.
  bool line_search() {
    const double slope = dot(gradient_, step_);
    const double before = penalty(0) + total_loss(p_, margins_);
    in_noise_ = std::abs(slope) <= 1e-11 * std::abs(before);
    double step = 1;
    for (int halvings = 0; !in_noise_; ++halvings, step /= 2) {
      if (halvings == 60) return false;
      for (size_t i = 0; i < trial_.size(); ++i) trial_[i] = margins_[i] + step * step_margins_[i];
      if (penalty(step) + total_loss(p_, trial_) <= before + 1e-4 * step * slope) break;
    }
    for (size_t j = 0; j < point_.size(); ++j) point_[j] += step * step_[j];
    return true;
  }

  const Problem& p_;
  Design& design_;
  size_t columns_;
  Hessian hessian_;
  std::vector<double> point_, gradient_, step_;
  std::vector<double> margins_, step_margins_, trial_;
  bool in_noise_ = false;
};

}  // namespace

wf::Result<Solution> solve_newton_cg(const Problem& problem, Design& design, double tolerance,
                                     uint32_t max_iterations) {
  return NewtonCg(problem, design).solve(tolerance, max_iterations);
}

}  // namespace weirflow::ml
