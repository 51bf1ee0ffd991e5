// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "calibrate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "logistic_regression.h"

namespace weirflow::ml {
namespace {

constexpr uint32_t kRecord = section_tag("CALB");
constexpr uint32_t kScores = section_tag("SCOR");
constexpr uint32_t kValues = section_tag("VALU");

struct Record {
  uint32_t method, zero;
  double a, b;
};
static_assert(sizeof(Record) == 24);

struct Sample {
  double score, target, weight;
};

wf::Status check(std::span<const uint8_t> labels, std::span<const double> scores,
                 std::span<const double> weights) {
  if (labels.empty()) return wf::invalid_data("there are no rows to calibrate on").retryable(false);
  if (scores.size() != labels.size() || (!weights.empty() && weights.size() != labels.size())) {
    return wf::invalid_data("labels, scores and weights differ in length");
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    const bool good_weight = weights.empty() || (std::isfinite(weights[i]) && weights[i] >= 0);
    if (labels[i] <= 1 && std::isfinite(scores[i]) && good_weight) continue;
    return wf::invalid_data("row " + std::to_string(i) + ": label, score or weight out of range")
        .at_row(static_cast<int64_t>(i));
  }
  return {};
}

/// Weighted cross-entropy of 1 / (1 + exp(a s + b)) against soft targets.
struct Platt {
  const std::vector<Sample>& samples;

  [[nodiscard]] double loss(double a, double b) const {
    double sum = 0;
    for (const Sample& s : samples) {
      const double m = -(a * s.score + b);
      sum += s.weight * (log1p_exp(m) - s.target * m);
    }
    return sum;
  }
  /// Gradient (2) and Hessian (3: aa, ab, bb).
  void derivatives(double a, double b, double* gradient, double* hessian) const {
    std::fill_n(gradient, 2, 0.0);
    std::fill_n(hessian, 3, 0.0);
    for (const Sample& s : samples) {
      const double m = -(a * s.score + b);
      const double p = sigmoid(m);
      const double slope = s.weight * (s.target - p);
      const double bend = s.weight * p * sigmoid(-m);
      gradient[0] += slope * s.score;
      gradient[1] += slope;
      hessian[0] += bend * s.score * s.score;
      hessian[1] += bend * s.score;
      hessian[2] += bend;
    }
  }
};

void fit_platt(const std::vector<Sample>& samples, double positives, double negatives,
               Record& out) {
  constexpr int kMostSteps = 200;
  constexpr double kRidge = 1e-12;  // keeps the Hessian invertible when all scores are equal
  const Platt platt{samples};
  double a = 0, b = std::log((negatives + 1) / (positives + 1));
  double loss = platt.loss(a, b);
  for (int round = 0; round < kMostSteps; ++round) {
    double g[2], h[3];
    platt.derivatives(a, b, g, h);
    if (std::max(std::abs(g[0]), std::abs(g[1])) <= 1e-10 * static_cast<double>(samples.size()))
      break;
    h[0] += kRidge;
    h[2] += kRidge;
    const double determinant = h[0] * h[2] - h[1] * h[1];
    const double step_a = -(h[2] * g[0] - h[1] * g[1]) / determinant;
    const double step_b = -(h[0] * g[1] - h[1] * g[0]) / determinant;
    const double slope = g[0] * step_a + g[1] * step_b;
    double step = 1, next = 0;
    for (; step > 1e-12; step /= 2) {
      next = platt.loss(a + step * step_a, b + step * step_b);
      if (next <= loss + 1e-4 * step * slope + 1e-13 * std::abs(loss)) break;
    }
    if (step <= 1e-12) break;
    a += step * step_a;
    b += step * step_b;
    loss = next;
  }
  out.a = a;
  out.b = b;
}

/// Pools adjacent violators; fills the corners of the step function.
void fit_isotonic(std::vector<Sample> samples, std::vector<double>& scores,
                  std::vector<double>& values) {
  struct Block {
    double low, high, mean, weight;
  };
  std::stable_sort(samples.begin(), samples.end(),
                   [](const Sample& x, const Sample& y) { return x.score < y.score; });
  std::vector<Block> blocks;
  const auto join = [&](const Block& next) {
    Block& last = blocks.back();
    const double weight = last.weight + next.weight;
    last.mean = (last.mean * last.weight + next.mean * next.weight) / weight;
    last.weight = weight;
    last.high = next.high;
  };
  for (size_t i = 0; i < samples.size();) {
    Block block{samples[i].score, samples[i].score, 0, 0};
    double sum = 0;
    for (; i < samples.size() && samples[i].score == block.low; ++i) {
      sum += samples[i].weight * samples[i].target;
      block.weight += samples[i].weight;
    }
    if (block.weight == 0) continue;
    block.mean = sum / block.weight;
    blocks.push_back(block);
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean >= blocks.back().mean) {
      const Block top = blocks.back();
      blocks.pop_back();
      join(top);
    }
  }
  for (const Block& block : blocks) {
    scores.push_back(block.low);
    values.push_back(std::clamp(block.mean, 0.0, 1.0));
    if (block.high == block.low) continue;
    scores.push_back(block.high);
    values.push_back(values.back());
  }
}

}  // namespace

wf::Result<std::vector<std::byte>> fit_calibration(CalibrationMethod method,
                                                   std::span<const uint8_t> labels,
                                                   std::span<const double> scores,
                                                   std::span<const double> weights) {
  WF_TRY(check(labels, scores, weights));
  std::vector<Sample> samples;
  double of_class[2] = {0, 0};
  for (size_t i = 0; i < labels.size(); ++i) {
    samples.push_back(
        {scores[i], static_cast<double>(labels[i]), weights.empty() ? 1 : weights[i]});
    of_class[labels[i]] += samples.back().weight;
  }
  if (of_class[0] + of_class[1] == 0)
    return wf::invalid_data("all rows have weight 0").retryable(false);
  Record record{};
  record.method = static_cast<uint32_t>(method);
  std::vector<double> points, values;
  if (method == CalibrationMethod::sigmoid) {
    if (of_class[0] == 0 || of_class[1] == 0) {
      return wf::invalid_data("all rows have one label; the sigmoid needs both classes")
          .retryable(false);
    }
    const double high = (of_class[1] + 1) / (of_class[1] + 2), low = 1 / (of_class[0] + 2);
    for (Sample& s : samples) s.target = s.target > 0 ? high : low;
    fit_platt(samples, of_class[1], of_class[0], record);
  } else {
    fit_isotonic(std::move(samples), points, values);
  }
  BlobWriter writer(BlobKind::calibration);
  writer.add_one(kRecord, record);
  writer.add<double>(kScores, points);
  writer.add<double>(kValues, values);
  return writer.finish();
}

wf::Result<Calibration> Calibration::open(std::span<const std::byte> state) {
  WF_ASSIGN(BlobView blob, BlobView::open(state, BlobKind::calibration));
  return from_blob(std::move(blob));
}

wf::Result<Calibration> Calibration::adopt(std::vector<std::byte> state) {
  WF_ASSIGN(BlobView blob, BlobView::adopt(std::move(state), BlobKind::calibration));
  return from_blob(std::move(blob));
}

wf::Result<Calibration> Calibration::from_blob(BlobView blob) {
  Calibration out;
  out.blob_ = std::move(blob);
  WF_ASSIGN(const Record record, out.blob_.one<Record>(kRecord));
  WF_ASSIGN(out.scores_, out.blob_.section<double>(kScores));
  WF_ASSIGN(out.values_, out.blob_.section<double>(kValues));
  const bool isotonic = record.method == static_cast<uint32_t>(CalibrationMethod::isotonic);
  if ((!isotonic && record.method != static_cast<uint32_t>(CalibrationMethod::sigmoid)) ||
      !std::isfinite(record.a) || !std::isfinite(record.b) ||
      out.scores_.size() != out.values_.size() || out.scores_.empty() == isotonic) {
    return wf::invalid_data("state: settings of the calibration out of range");
  }
  for (size_t i = 0; i < out.scores_.size(); ++i) {
    const bool rises =
        i == 0 || (out.scores_[i - 1] < out.scores_[i] && out.values_[i - 1] <= out.values_[i]);
    if (!rises || !std::isfinite(out.scores_[i]) || !(out.values_[i] >= 0 && out.values_[i] <= 1)) {
      return wf::invalid_data("state: the calibration's points do not rise");
    }
  }
  out.method_ = static_cast<CalibrationMethod>(record.method);
  out.a_ = record.a;
  out.b_ = record.b;
  return out;
}

double Calibration::probability(double score) const {
  if (method_ == CalibrationMethod::sigmoid) return sigmoid(-(a_ * score + b_));
  const auto above = std::upper_bound(scores_.begin(), scores_.end(), score);
  if (above == scores_.begin()) return values_.front();
  const auto i = static_cast<size_t>(above - scores_.begin()) - 1;
  if (above == scores_.end()) return values_[i];
  const double share = (score - scores_[i]) / (scores_[i + 1] - scores_[i]);
  return values_[i] + share * (values_[i + 1] - values_[i]);
}

}  // namespace weirflow::ml
