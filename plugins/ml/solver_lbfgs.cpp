// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "hessian.h"

namespace weirflow::ml {
namespace {

double sign(double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0); }

/// Vectors carry the bias behind the columns, as in Hessian.
class Lbfgs {
 public:
  Lbfgs(const Problem& problem, Design& design)
      : p_(problem),
        design_(design),
        columns_(static_cast<size_t>(problem.columns)),
        size_(columns_ + 1),
        has_l1_(problem.l1 > 0),
        hessian_(problem, design),
        point_(size_),
        gradient_(size_),
        pseudo_(size_),
        step_(size_),
        trial_point_(size_),
        margins_(problem.rows()),
        trial_margins_(problem.rows()),
        row_gradient_(problem.rows()) {}

  wf::Result<Solution> solve(double tolerance, uint32_t max_iterations) {
    Solution best;
    best.violation = std::numeric_limits<double>::infinity();
    WF_TRY(design_.margins(weights(point_), point_[columns_], margins_));
    WF_TRY(update_gradient());
    double first = 0;
    for (uint32_t iteration = 0;; ++iteration) {
      const double violation = largest(pseudo_) / p_.cost_sum;
      if (iteration == 0) first = violation;
      if (violation < best.violation) {
        keep(best, violation);
        noise_steps_ = 0;
      }
      best.iterations = iteration;
      best.converged = best.violation <= tolerance;
      if (best.converged || iteration == max_iterations) break;
      // When the zeros stay where they are, Newton's steps beat quasi-Newton ones; until then they
      // are long, run into the border of the orthant, and are cut to nothing.
      const bool newton = has_l1_ && violation <= 1e-2 * first && --wait_ < 0;
      if (newton) {
        WF_TRY(newton_step(violation / first));
      } else {
        quasi_newton_step();
      }
      WF_ASSIGN(bool moved, line_search());
      if (newton) {
        trusted_ = moved && halvings_ == 0;
        pause_ = trusted_ ? 0 : std::clamp(2 * pause_, 8, 256);
        wait_ = pause_;
      }
      if (!moved && (newton || !pairs_.empty())) {
        pairs_.clear();
        quasi_newton_step();
        WF_ASSIGN(moved, line_search());
      }
      if (!moved) break;
      WF_TRY(advance());
    }
    return best;
  }

 private:
  struct Pair {
    std::vector<double> s, y;
    double product;
  };
  static constexpr size_t kPairs = 10;
  static constexpr int kNoiseSteps = 20;  // taken on trust without an improvement

  [[nodiscard]] std::span<const double> weights(const std::vector<double>& v) const {
    return std::span(v).first(columns_);
  }
  [[nodiscard]] double l1(size_t j) const { return j < columns_ ? p_.l1 : p_.bias_l1; }
  [[nodiscard]] double l2(size_t j) const { return j < columns_ ? p_.l2 : p_.bias_l2; }
  static double largest(const std::vector<double>& v) {
    double out = 0;
    for (const double x : v) out = std::max(out, std::abs(x));
    return out;
  }
  void keep(Solution& best, double violation) const {
    best.violation = violation;
    best.weights.assign(point_.begin(), point_.end() - 1);
    best.bias = point_[columns_];
  }
  [[nodiscard]] double objective(const std::vector<double>& at,
                                 std::span<const double> margins) const {
    double sum = 0;
    for (size_t j = 0; j < size_; ++j) sum += 0.5 * l2(j) * at[j] * at[j] + l1(j) * std::abs(at[j]);
    return sum + total_loss(p_, margins);
  }

  /// Gradient of the smooth part, and the one-sided derivative of all that descends most.
  wf::Status update_gradient() {
    loss_gradient(p_, margins_, row_gradient_);
    WF_TRY(design_.transposed(row_gradient_, std::span(gradient_).first(columns_)));
    gradient_[columns_] = 0;
    if (p_.has_bias) {
      for (const double r : row_gradient_) gradient_[columns_] += r;
    }
    for (size_t j = 0; j < size_; ++j) {
      gradient_[j] += l2(j) * point_[j];
      const double g = gradient_[j];
      if (point_[j] != 0) {
        pseudo_[j] = g + l1(j) * sign(point_[j]);
      } else {
        pseudo_[j] = g + l1(j) < 0 ? g + l1(j) : (g - l1(j) > 0 ? g - l1(j) : 0);
      }
    }
    return {};
  }

  void quasi_newton_step() {
    for (size_t j = 0; j < size_; ++j) step_[j] = -pseudo_[j];
    std::vector<double> factors(pairs_.size());
    for (size_t k = pairs_.size(); k > 0; --k) {
      const Pair& pair = pairs_[k - 1];
      factors[k - 1] = dot(pair.s, step_) / pair.product;
      for (size_t j = 0; j < size_; ++j) step_[j] -= factors[k - 1] * pair.y[j];
    }
    if (!pairs_.empty()) {
      const Pair& last = pairs_.back();
      const double scale = last.product / dot(last.y, last.y);
      for (double& x : step_) x *= scale;
    }
    for (size_t k = 0; k < pairs_.size(); ++k) {
      const double beta = dot(pairs_[k].y, step_) / pairs_[k].product;
      for (size_t j = 0; j < size_; ++j) step_[j] += pairs_[k].s[j] * (factors[k] - beta);
    }
    // OWL-QN: no move against the steepest descent where there is a kink.
    for (size_t j = 0; has_l1_ && j < size_; ++j) {
      if (l1(j) > 0 && step_[j] * pseudo_[j] >= 0) step_[j] = 0;
    }
    first_step_ = pairs_.empty() ? 1 / std::max(1e-300, std::sqrt(dot(pseudo_, pseudo_))) : 1;
  }

  wf::Status newton_step(double progress) {
    const size_t most_products = trusted_ ? 200 : 40;
    std::vector<uint8_t> free(size_);
    for (size_t j = 0; j < size_; ++j) free[j] = point_[j] != 0 || pseudo_[j] != 0;
    WF_TRY(hessian_.update(margins_));
    const double length = std::sqrt(dot(pseudo_, pseudo_));
    first_step_ = 1;
    return hessian_.solve(pseudo_, free, std::min(0.1, progress) * length, most_products, step_);
  }

  /// Finds trial_point_ with a lower objective, inside the orthant of this step; false if none.
  wf::Result<bool> line_search() {
    const double before = objective(point_, margins_);
    double step = first_step_;
    for (halvings_ = 0; halvings_ < 50; ++halvings_, step /= 2) {
      double slope = 0;
      for (size_t j = 0; j < size_; ++j) {
        double x = point_[j] + step * step_[j];
        if (l1(j) > 0 && x != 0) {
          const double orthant = point_[j] != 0 ? sign(point_[j]) : -sign(pseudo_[j]);
          if (sign(x) != orthant) x = 0;
        }
        trial_point_[j] = x;
        slope += pseudo_[j] * (x - point_[j]);
      }
      if (!(slope < 0)) return false;
      WF_TRY(design_.margins(weights(trial_point_), trial_point_[columns_], trial_margins_));
      // Below what rounding lets the objective show, the step is taken on trust.
      const bool in_noise = -slope <= 1e-12 * std::abs(before);
      if (in_noise || objective(trial_point_, trial_margins_) <= before + 1e-4 * slope) {
        if (in_noise && ++noise_steps_ > kNoiseSteps) return false;
        return true;
      }
    }
    return false;
  }

  wf::Status advance() {
    Pair pair{std::vector<double>(size_), gradient_, 0};
    for (size_t j = 0; j < size_; ++j) pair.s[j] = trial_point_[j] - point_[j];
    point_.swap(trial_point_);
    margins_.swap(trial_margins_);
    WF_TRY(update_gradient());
    for (size_t j = 0; j < size_; ++j) pair.y[j] = gradient_[j] - pair.y[j];
    pair.product = dot(pair.s, pair.y);
    if (pair.product > 1e-14 * dot(pair.y, pair.y) && pair.product > 0) {
      pairs_.push_back(std::move(pair));
      if (pairs_.size() > kPairs) pairs_.pop_front();
    }
    return {};
  }

  const Problem& p_;
  Design& design_;
  size_t columns_;
  size_t size_;
  bool has_l1_;
  Hessian hessian_;
  std::vector<double> point_, gradient_, pseudo_, step_, trial_point_;
  std::vector<double> margins_, trial_margins_, row_gradient_;
  std::deque<Pair> pairs_;
  double first_step_ = 1;
  int halvings_ = 0;
  int noise_steps_ = 0;
  int wait_ = 0;  // quasi-Newton steps until the next one of Newton
  int pause_ = 0;
  bool trusted_ = false;  // the last step of Newton was taken in full
};

}  // namespace

wf::Result<Solution> solve_lbfgs(const Problem& problem, Design& design, double tolerance,
                                 uint32_t max_iterations) {
  return Lbfgs(problem, design).solve(tolerance, max_iterations);
}

}  // namespace weirflow::ml
