// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace weirflow::ml {
namespace {

double ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

Measured proportion(uint64_t part, uint64_t whole, double confidence) {
  return {ratio(part, whole), wilson_interval(part, whole, confidence)};
}

wf::Status check(std::span<const uint8_t> labels, std::span<const double> scores,
                 std::span<const double> probabilities, std::span<const uint8_t> decisions,
                 const EvaluationOptions& options) {
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return wf::invalid_config("confidence must be above 0 and below 1");
  }
  if (options.calibration_bins < 1 || options.calibration_bins > 10000) {
    return wf::invalid_config("calibration_bins must be from 1 to 10000");
  }
  if (options.curve_points < 2 || options.curve_points > 100000) {
    return wf::invalid_config("curve_points must be from 2 to 100000");
  }
  const size_t n = labels.size();
  if (n == 0) return wf::invalid_data("there are no rows to evaluate").retryable(false);
  if (scores.size() != n || probabilities.size() != n || decisions.size() != n) {
    return wf::invalid_data("labels, scores, probabilities and decisions differ in length");
  }
  for (size_t i = 0; i < n; ++i) {
    const char* what = nullptr;
    if (labels[i] > 1) what = "the label is neither 0 nor 1";
    if (decisions[i] > 1) what = "the decision is neither 0 nor 1";
    if (!std::isfinite(scores[i])) what = "the score is not finite";
    if (!(probabilities[i] >= 0 && probabilities[i] <= 1))
      what = "the probability is not in 0 to 1";
    if (what) {
      return wf::invalid_data("row " + std::to_string(i) + ": " + what)
          .at_row(static_cast<int64_t>(i));
    }
  }
  return {};
}

ClassQuality class_quality(uint64_t hits, uint64_t decided, uint64_t support, double confidence) {
  ClassQuality out;
  out.precision = proportion(hits, decided, confidence);
  out.recall = proportion(hits, support, confidence);
  out.f1 = ratio(2 * hits, decided + support);
  out.support = support;
  return out;
}

void fill_probabilities(std::span<const uint8_t> labels, std::span<const double> probabilities,
                        uint32_t bins, Evaluation& out) {
  constexpr double kEdge = std::numeric_limits<double>::epsilon();
  std::vector<double> sums(bins);
  std::vector<uint64_t> positives(bins), rows(bins);
  const auto n = static_cast<double>(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    const double p = probabilities[i];
    const double kept = std::clamp(p, kEdge, 1 - kEdge);
    out.log_loss -= labels[i] ? std::log(kept) : std::log1p(-kept);
    const double off = p - labels[i];
    out.brier += off * off;
    const auto bin = std::min(static_cast<size_t>(p * bins), size_t{bins} - 1);
    sums[bin] += p;
    positives[bin] += labels[i];
    ++rows[bin];
  }
  out.log_loss /= n;
  out.brier /= n;
  for (size_t b = 0; b < bins; ++b) {
    if (rows[b] == 0) continue;
    const auto count = static_cast<double>(rows[b]);
    const CalibrationBin bin{sums[b] / count, ratio(positives[b], rows[b]), rows[b]};
    out.calibration_error += count / n * std::abs(bin.positive_rate - bin.mean_probability);
    out.calibration.push_back(bin);
  }
}

/// Takes `most` of the points, evenly, the first and the last among them.
std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& points, size_t most) {
  if (points.size() <= most) return points;
  std::vector<CurvePoint> out;
  for (size_t i = 0; i < most; ++i) out.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return out;
}

void fill_curves(std::span<const uint8_t> labels, std::span<const double> scores, size_t most,
                 Evaluation& out) {
  std::vector<uint32_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
  const uint64_t positives = out.positives, negatives = out.rows - out.positives;
  std::vector<CurvePoint> roc{{0, 0, std::numeric_limits<double>::infinity()}}, precision_recall;
  uint64_t hits = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    hits += labels[order[i]];
    if (i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]]) continue;
    const double threshold = scores[order[i]];
    roc.push_back({ratio(i + 1 - hits, negatives), ratio(hits, positives), threshold});
    precision_recall.push_back({ratio(hits, positives), ratio(hits, i + 1), threshold});
  }
  out.roc = thinned(roc, most);
  out.precision_recall = thinned(precision_recall, most);
}

/// Ranks from 1, equal values sharing the mean of their ranks.
std::vector<double> mid_ranks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t i = 0; i < order.size();) {
    size_t end = i + 1;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double rank = 0.5 * static_cast<double>(i + end - 1) + 1;
    for (size_t k = i; k < end; ++k) ranks[order[k]] = rank;
    i = end;
  }
  return ranks;
}

/// Variance of the parts (rank among all - rank among the own class) / size of the other class.
double part_variance(const std::vector<double>& ranks, const std::vector<double>& own_ranks,
                     double other) {
  const auto n = static_cast<double>(ranks.size());
  double mean = 0;
  for (size_t i = 0; i < ranks.size(); ++i) mean += (ranks[i] - own_ranks[i]) / other / n;
  double sum = 0;
  for (size_t i = 0; i < ranks.size(); ++i) {
    const double off = (ranks[i] - own_ranks[i]) / other - mean;
    sum += off * off;
  }
  return sum / (n - 1);
}

}  // namespace

double normal_two_sided(double confidence) {
  // Newton on erfc, whose relative precision holds far out; the start is never beyond the root.
  const double tail = 1 - confidence;
  double x = 0;
  for (int i = 0; i < 200; ++i) {
    const double f = std::erfc(x) - tail;
    const double step = f / (2 / std::sqrt(M_PI) * std::exp(-x * x));
    x += step;
    if (std::abs(step) < 1e-15 * (1 + x)) break;
  }
  return x * std::sqrt(2.0);
}

Interval wilson_interval(uint64_t successes, uint64_t trials, double confidence) {
  if (trials == 0) return {0, 1};
  const double z = normal_two_sided(confidence);
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Measured auc_delong(std::span<const uint8_t> labels, std::span<const double> scores,
                    double confidence) {
  std::vector<double> of_class[2], ranks_of[2];
  const std::vector<double> ranks = mid_ranks(scores);
  for (size_t i = 0; i < labels.size(); ++i) {
    of_class[labels[i]].push_back(scores[i]);
    ranks_of[labels[i]].push_back(ranks[i]);
  }
  const auto negatives = static_cast<double>(of_class[0].size());
  const auto positives = static_cast<double>(of_class[1].size());
  if (negatives == 0 || positives == 0) {
    return {std::numeric_limits<double>::quiet_NaN(), {0, 1}};
  }
  const double sum = std::accumulate(ranks_of[1].begin(), ranks_of[1].end(), 0.0);
  const double auc = (sum - positives * (positives + 1) / 2) / (positives * negatives);
  if (negatives < 2 || positives < 2) return {auc, {0, 1}};
  const double variance =
      part_variance(ranks_of[1], mid_ranks(of_class[1]), negatives) / positives +
      part_variance(ranks_of[0], mid_ranks(of_class[0]), positives) / negatives;
  const double half = normal_two_sided(confidence) * std::sqrt(variance);
  return {auc, {std::max(0.0, auc - half), std::min(1.0, auc + half)}};
}

wf::Result<Evaluation> evaluate(std::span<const uint8_t> labels, std::span<const double> scores,
                                std::span<const double> probabilities,
                                std::span<const uint8_t> decisions,
                                const EvaluationOptions& options) {
  WF_TRY(check(labels, scores, probabilities, decisions, options));
  Evaluation out;
  out.rows = labels.size();
  uint64_t cells[2][2] = {{0, 0}, {0, 0}};
  for (size_t i = 0; i < labels.size(); ++i) ++cells[labels[i]][decisions[i]];
  out.confusion = {cells[1][1], cells[0][1], cells[1][0], cells[0][0]};
  out.positives = cells[1][0] + cells[1][1];
  out.accuracy = proportion(cells[0][0] + cells[1][1], out.rows, options.confidence);
  for (int c = 0; c < 2; ++c) {
    out.of_class[c] = class_quality(cells[c][c], cells[0][c] + cells[1][c],
                                    cells[c][0] + cells[c][1], options.confidence);
  }
  out.auc = auc_delong(labels, scores, options.confidence);
  const std::vector<double> hard(decisions.begin(), decisions.end());
  out.auc_hard = auc_delong(labels, hard, options.confidence);
  fill_probabilities(labels, probabilities, options.calibration_bins, out);
  fill_curves(labels, scores, options.curve_points, out);
  return out;
}

}  // namespace weirflow::ml
