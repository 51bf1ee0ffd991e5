// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// How good the predictions of a binary classifier are. "Positive" is label 1.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::ml {

/// Rows by truth and decision.
struct Confusion {
  uint64_t true_positives = 0;
  uint64_t false_positives = 0;
  uint64_t false_negatives = 0;
  uint64_t true_negatives = 0;
};

/// A confidence interval at the level asked for.
struct Interval {
  double low = 0;
  double high = 0;
};

/// A quality with its interval.
struct Measured {
  double value = 0;
  Interval interval;
};

/// Of one class as the target. A ratio without cases is 0 (as scikit-learn's zero_division = 0).
struct ClassQuality {
  Measured precision;
  Measured recall;
  double f1 = 0;
  uint64_t support = 0;  ///< rows of the class
};

/// x, y of a curve's point and the score from which on rows count as positive (+inf: none).
struct CurvePoint {
  double x = 0;
  double y = 0;
  double threshold = 0;
};

/// One bin of equal width of the probabilities.
struct CalibrationBin {
  double mean_probability = 0;
  double positive_rate = 0;
  uint64_t rows = 0;
};

struct EvaluationOptions {
  double confidence = 0.95;        ///< level of the intervals, above 0, below 1
  uint32_t calibration_bins = 10;  ///< 1 .. 10,000
  uint32_t curve_points = 200;     ///< at most that many points a curve, 2 .. 100,000
};

struct Evaluation {
  uint64_t rows = 0;
  uint64_t positives = 0;
  Confusion confusion;
  Measured accuracy;
  ClassQuality of_class[2];  ///< of label 0, of label 1
  /// Area under the ROC curve of the scores; equal scores count half.
  Measured auc;
  /// The same of the decisions as scores = mean of the two recalls.
  Measured auc_hard;
  /// Mean of -ln p(truth), p kept within 2^-52 of 0 and 1 (as scikit-learn).
  double log_loss = 0;
  /// Mean of (p - truth)^2 (Brier 1950).
  double brier = 0;
  /// Sum over bins of rows/all x |positive rate - mean probability| (Naeini et al., AAAI 2015).
  double calibration_error = 0;
  std::vector<CurvePoint> roc;  ///< x = false positive rate, y = recall; (0,0) .. (1,1)
  std::vector<CurvePoint> precision_recall;  ///< x = recall, y = precision; by falling threshold
  std::vector<CalibrationBin> calibration;   ///< bins with rows
};

/// Evaluates predictions; all spans have one entry a row. `labels` 0 or 1; `scores` in any unit,
/// finite; `probabilities` from 0 to 1; `decisions` 0 or 1.
///
/// Intervals: accuracy, precision and recall by Wilson's score interval (Wilson, JASA 22, 1927);
/// both AUCs as value +- z x standard error by DeLong, DeLong, Clarke-Pearson (Biometrics 44,
/// 1988), with the ranks of Sun, Xu (IEEE Signal Processing Letters 21, 2014), cut to [0, 1]; they
/// need two rows of each class, else they are [0, 1]. Where a class has no rows AUCs are not
/// defined: NaN, with the interval [0, 1].
///
/// Errors: invalid_config for options out of range; invalid_data for no rows, lengths that differ,
/// or values out of range (with the row).
wf::Result<Evaluation> evaluate(std::span<const uint8_t> labels, std::span<const double> scores,
                                std::span<const double> probabilities,
                                std::span<const uint8_t> decisions,
                                const EvaluationOptions& options = {});

/// Wilson's interval of successes / trials at a confidence level; [0, 1] without trials.
Interval wilson_interval(uint64_t successes, uint64_t trials, double confidence);

/// Area under the ROC curve with DeLong's interval.
Measured auc_delong(std::span<const uint8_t> labels, std::span<const double> scores,
                    double confidence);

/// The z with P(|N(0,1)| <= z) = confidence, to about 1e-13.
double normal_two_sided(double confidence);

}  // namespace weirflow::ml
