// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// How far a sample has moved from a reference. Pure functions; NaN must not be among the values.

#include <cstddef>
#include <span>
#include <vector>

namespace weirflow::ml {

/// Inner borders of `bins` bins that hold about equally many values each; ascending, without
/// repetition, so there may be fewer bins. `sorted` is ascending and not empty; bins >= 2.
std::vector<double> quantile_borders(std::span<const double> sorted, size_t bins);

/// Population stability index over the bins between the borders: sum of (p - q) ln(p / q), p and q
/// the shares of the two samples (Siddiqi, "Credit Risk Scorecards", 2006). Half a value is added
/// to each bin, so that an empty one gives no infinity. Below 0.1 is taken for stable, above 0.25
/// for changed. Neither sample is empty.
double population_stability_index(std::span<const double> reference, std::span<const double> sample,
                                  std::span<const double> borders);

/// Two-sample Kolmogorov-Smirnov statistic: largest distance of the two distribution functions,
/// 0 to 1. Both are ascending and not empty.
double kolmogorov_smirnov(std::span<const double> a, std::span<const double> b);

/// The chance of a distance of at least `statistic` between samples of these sizes from one
/// distribution; the asymptotic series with the correction of Stephens (1970).
double kolmogorov_smirnov_p(double statistic, size_t a, size_t b);

}  // namespace weirflow::ml
