// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "drift.h"

#include <algorithm>
#include <cmath>

namespace weirflow::ml {
namespace {

std::vector<double> counts(std::span<const double> values, std::span<const double> borders) {
  std::vector<double> bins(borders.size() + 1, 0.5);
  for (const double v : values)
    ++bins[static_cast<size_t>(std::lower_bound(borders.begin(), borders.end(), v) -
                               borders.begin())];
  return bins;
}

}  // namespace

std::vector<double> quantile_borders(std::span<const double> sorted, size_t bins) {
  std::vector<double> borders;
  for (size_t i = 1; i < bins; ++i) {
    const double border = sorted[(i * sorted.size() - 1) / bins];
    // Above the last border there must be something.
    if (border < sorted.back() && (borders.empty() || border > borders.back()))
      borders.push_back(border);
  }
  return borders;
}

double population_stability_index(std::span<const double> reference, std::span<const double> sample,
                                  std::span<const double> borders) {
  const std::vector<double> p = counts(sample, borders), q = counts(reference, borders);
  const double extra = 0.5 * static_cast<double>(p.size());
  const double all_p = static_cast<double>(sample.size()) + extra;
  const double all_q = static_cast<double>(reference.size()) + extra;
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double a = p[i] / all_p, b = q[i] / all_q;
    sum += (a - b) * std::log(a / b);
  }
  return sum;
}

double kolmogorov_smirnov(std::span<const double> a, std::span<const double> b) {
  size_t i = 0, j = 0;
  double most = 0;
  while (i < a.size() && j < b.size()) {
    const double at = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == at) ++i;
    while (j < b.size() && b[j] == at) ++j;
    most = std::max(most, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                   static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return most;
}

double kolmogorov_smirnov_p(double statistic, size_t a, size_t b) {
  const double n = static_cast<double>(a) * static_cast<double>(b) / static_cast<double>(a + b);
  const double root = std::sqrt(n), x = (root + 0.12 + 0.11 / root) * statistic;
  // The series does not converge near 0, where it is 1 to many digits.
  if (x < 0.2) return 1;
  double sum = 0;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    sum += k % 2 ? term : -term;
    if (term < 1e-16) break;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

}  // namespace weirflow::ml
