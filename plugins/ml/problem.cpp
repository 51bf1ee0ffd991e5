// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "problem.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace weirflow::ml {
namespace {

/// Weighted moments of the columns, zeros included.
struct ColumnMoments {
  std::vector<double> sum, entries_weight, low, high;
  double weight = 0;
  double weight_squares = 0;

  explicit ColumnMoments(size_t columns)
      : sum(columns),
        entries_weight(columns),
        low(columns, std::numeric_limits<double>::infinity()),
        high(columns, -std::numeric_limits<double>::infinity()),
        rows_with(columns) {}

  void add(const SparseRow& row, double w) {
    weight += w;
    weight_squares += w * w;
    ++rows;
    for (size_t i = 0; i < row.size; ++i) {
      const auto j = static_cast<size_t>(row.indices[i]);
      sum[j] += w * row.values[i];
      entries_weight[j] += w;
      ++rows_with[j];
      low[j] = std::min(low[j], row.values[i]);
      high[j] = std::max(high[j], row.values[i]);
    }
  }
  [[nodiscard]] bool constant(size_t j) const {
    if (rows_with[j] == 0) return true;
    const double zero_low = rows_with[j] < rows ? std::min(low[j], 0.0) : low[j];
    const double zero_high = rows_with[j] < rows ? std::max(high[j], 0.0) : high[j];
    return zero_low == zero_high;
  }

  uint64_t rows = 0;
  std::vector<uint64_t> rows_with;
};

template <typename Use>
wf::Status for_each_block(RowSource& source, const Use& use) {
  WF_TRY(source.rewind());
  RowBlock block;
  int64_t first = 0;
  while (true) {
    WF_ASSIGN(const bool more, source.next(block));
    if (!more) return {};
    WF_TRY(use(block, first));
    first += static_cast<int64_t>(block.rows.rows());
  }
}

double weight_of(const RowBlock& block, size_t i) {
  return block.weights.empty() ? 1.0 : block.weights[i];
}

/// 1 / std of each column; 0 for constant ones.
wf::Status fill_scale(RowSource& source, const ColumnMoments& moments, std::vector<double>& scale) {
  const size_t columns = moments.sum.size();
  std::vector<double> squares(columns);
  WF_TRY(for_each_block(source, [&](const RowBlock& block, int64_t) -> wf::Status {
    for (size_t i = 0; i < block.rows.rows(); ++i) {
      const SparseRow row = block.rows.row(i);
      for (size_t k = 0; k < row.size; ++k) {
        const auto j = static_cast<size_t>(row.indices[k]);
        const double off = row.values[k] - moments.sum[j] / moments.weight;
        squares[j] += weight_of(block, i) * off * off;
      }
    }
    return {};
  }));
  const double denominator = moments.weight - moments.weight_squares / moments.weight;
  scale.assign(columns, 0.0);
  for (size_t j = 0; j < columns; ++j) {
    if (moments.constant(j)) continue;
    const double mean = moments.sum[j] / moments.weight;
    const double total = squares[j] + (moments.weight - moments.entries_weight[j]) * mean * mean;
    if (denominator > 0 && total > 0) scale[j] = std::sqrt(denominator / total);
  }
  return {};
}

wf::Status apply_costs(const LogisticOptions& options, Problem& problem) {
  double of_class[2] = {0, 0};
  uint64_t rows_of[2] = {0, 0};
  for (size_t i = 0; i < problem.rows(); ++i) {
    of_class[problem.labels[i]] += problem.costs[i];
    ++rows_of[problem.labels[i]];
  }
  if (problem.rows() == 0)
    return wf::invalid_data("there are no rows to learn from").retryable(false);
  for (int label = 0; label < 2; ++label) {
    if (of_class[label] > 0) continue;
    return wf::invalid_data("all rows have label " + std::to_string(1 - label) +
                            (rows_of[label] ? " or weight 0" : "") + "; both classes are needed")
        .retryable(false);
  }
  problem.positives = rows_of[1];
  double factor[2] = {1, 1};
  for (int label = 0; label < 2; ++label) {
    if (options.class_weighting == ClassWeighting::balanced) {
      factor[label] = (of_class[0] + of_class[1]) / (2 * of_class[label]);
    } else if (options.class_weighting == ClassWeighting::given) {
      factor[label] = options.class_weights[label];
    }
  }
  double total = 0;
  for (size_t i = 0; i < problem.rows(); ++i) {
    problem.costs[i] *= factor[problem.labels[i]];
    total += problem.costs[i];
  }
  const bool by_mean = options.regularisation >= 0;
  const double strength = by_mean ? options.regularisation : 1.0;
  problem.l1 = strength * options.l1_ratio;
  problem.l2 = strength * (1 - options.l1_ratio);
  for (double& cost : problem.costs) {
    cost = by_mean ? cost / total : cost * options.c;
    problem.cost_sum += cost;
  }
  return {};
}

}  // namespace

wf::Result<Problem> make_problem(RowSource& source, const LogisticOptions& options) {
  WF_TRY(options.validate());
  Problem problem;
  problem.columns = source.columns();
  if (problem.columns <= 0) return wf::invalid_data("the rows have no columns");
  ColumnMoments moments(options.standardise ? static_cast<size_t>(problem.columns) : 0);
  const auto take = [&](const RowBlock& block, int64_t first) -> wf::Status {
    WF_TRY(check_rows(block, problem.columns, first));
    problem.labels.insert(problem.labels.end(), block.labels.begin(), block.labels.end());
    for (size_t i = 0; i < block.rows.rows(); ++i) {
      problem.costs.push_back(weight_of(block, i));
      if (options.standardise) moments.add(block.rows.row(i), weight_of(block, i));
    }
    return {};
  };
  WF_TRY(for_each_block(source, take));
  WF_TRY(apply_costs(options, problem));
  if (options.standardise) WF_TRY(fill_scale(source, moments, problem.scale));
  problem.has_bias = options.bias != Bias::none;
  if (options.bias == Bias::penalised) {
    problem.bias_l1 = problem.l1;
    problem.bias_l2 = problem.l2;
  }
  return problem;
}

double sigmoid(double score) {
  if (score >= 0) return 1 / (1 + std::exp(-score));
  const double e = std::exp(score);
  return e / (1 + e);
}

double log1p_exp(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

double total_loss(const Problem& problem, std::span<const double> margins) {
  double sum = 0;
  for (size_t i = 0; i < margins.size(); ++i) {
    sum += problem.costs[i] * log1p_exp(problem.labels[i] ? -margins[i] : margins[i]);
  }
  return sum;
}

void loss_gradient(const Problem& problem, std::span<const double> margins, std::span<double> out) {
  for (size_t i = 0; i < margins.size(); ++i) {
    // p - 1 as -(1 - p): no digits are lost when p is near 1.
    out[i] = problem.labels[i] ? -problem.costs[i] * sigmoid(-margins[i])
                               : problem.costs[i] * sigmoid(margins[i]);
  }
}

}  // namespace weirflow::ml
