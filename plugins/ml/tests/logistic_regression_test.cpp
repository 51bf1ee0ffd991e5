// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "logistic_regression.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "golden.h"
#include "linear_model.h"
#include "vectoriser_fit.h"

namespace weirflow::ml {
namespace {

/// Training and test rows of the comments, as the goldens have them.
struct Features {
  CsrMatrix train, test;
  int32_t columns = 0;
};

const Features& features(uint64_t max_features) {
  static std::map<uint64_t, Features> cache;
  const auto found = cache.find(max_features);
  if (found != cache.end()) return found->second;
  VectoriserOptions options;
  options.max_n = 3;
  options.min_df = {false, 3};
  options.sublinear_tf = true;
  options.max_features = max_features;
  auto fit = std::move(VectoriserFit::make(options, {})).value();
  EXPECT_TRUE(fit->add(golden::comments().train.batch()).ok());
  const Vectoriser v = std::move(Vectoriser::adopt(std::move(fit->finish()).value())).value();
  Features& out = cache[max_features];
  v.transform(golden::comments().train.batch(), 1, out.train);
  v.transform(golden::comments().test.batch(), 1, out.test);
  out.columns = v.columns();
  return out;
}

/// Owned rows with labels.
struct Data {
  CsrMatrix rows;
  std::vector<uint8_t> labels;
  std::vector<double> weights;
  int32_t columns = 0;
  [[nodiscard]] RowBlock block() const { return {rows.view(), labels, weights}; }
};

/// Hands rows out in blocks of a given size, without a whole().
class BlockSource final : public RowSource {
 public:
  BlockSource(const RowBlock& all, int32_t columns, size_t step)
      : all_(all), columns_(columns), step_(step) {}
  [[nodiscard]] int32_t columns() const override { return columns_; }
  wf::Status rewind() override {
    at_ = 0;
    ++passes;
    return {};
  }
  wf::Result<bool> next(RowBlock& block) override {
    if (at_ == all_.rows.rows()) return false;
    const size_t count = std::min(step_, all_.rows.rows() - at_);
    block.rows = all_.rows.slice(at_, count);
    block.labels = all_.labels.subspan(at_, count);
    block.weights = all_.weights.empty() ? all_.weights : all_.weights.subspan(at_, count);
    at_ += count;
    return true;
  }
  int passes = 0;

 private:
  RowBlock all_;
  int32_t columns_;
  size_t step_;
  size_t at_ = 0;
};

wf::Result<LogisticFit> train(const RowBlock& block, int32_t columns,
                              const LogisticOptions& options) {
  MemorySource source(block, columns);
  return fit_logistic_regression(source, options);
}

LogisticFit trained(const RowBlock& block, int32_t columns, const LogisticOptions& options) {
  auto fit = train(block, columns, options);
  EXPECT_TRUE(fit.ok()) << fit.status().to_string();
  EXPECT_TRUE(fit->report.converged) << fit->report.violation;
  return std::move(fit).value();
}

Data random_data(uint32_t seed, size_t rows, int32_t columns, double density = 0.3) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::normal_distribution<double> normal;
  std::vector<double> truth;
  for (int32_t j = 0; j < columns; ++j) truth.push_back(normal(random));
  Data data;
  data.columns = columns;
  for (size_t i = 0; i < rows; ++i) {
    std::vector<int32_t> indices;
    std::vector<double> values;
    double score = 0.3;
    for (int32_t j = 0; j < columns; ++j) {
      if (uniform(random) > density) continue;
      indices.push_back(j);
      values.push_back(normal(random) * (1 + j % 3) + 0.2);
      score += values.back() * truth[static_cast<size_t>(j)];
    }
    data.rows.append(indices, values);
    data.labels.push_back(uniform(random) < sigmoid(score));
    data.weights.push_back(0.5 + uniform(random));
  }
  return data;
}

/// The objective's parts, written down from the header's formula without the solvers' code.
struct Objective {
  const Data& data;
  LogisticOptions options;
  std::vector<double> costs, penalty_scale;
  double l1 = 0, l2 = 0, cost_sum = 0;

  Objective(const Data& d, const LogisticOptions& o) : data(d), options(o) {
    double of_class[2] = {0, 0}, total = 0;
    for (size_t i = 0; i < d.labels.size(); ++i) {
      costs.push_back(d.weights.empty() ? 1 : d.weights[i]);
      of_class[d.labels[i]] += costs[i];
    }
    for (size_t i = 0; i < costs.size(); ++i) {
      const int label = d.labels[i];
      if (o.class_weighting == ClassWeighting::given) costs[i] *= o.class_weights[label];
      if (o.class_weighting == ClassWeighting::balanced) {
        costs[i] *= (of_class[0] + of_class[1]) / (2 * of_class[label]);
      }
      total += costs[i];
    }
    const double strength = o.regularisation >= 0 ? o.regularisation : 1;
    l1 = strength * o.l1_ratio;
    l2 = strength * (1 - o.l1_ratio);
    for (double& c : costs) cost_sum += c = o.regularisation >= 0 ? c / total : c * o.c;
    penalty_scale.assign(static_cast<size_t>(d.columns), 1.0);
    if (o.standardise) set_deviations();
  }
  void set_deviations() {
    for (size_t j = 0; j < penalty_scale.size(); ++j) {
      double sum = 0, squares = 0, weight = 0, weight_squares = 0;
      std::vector<double> column(data.labels.size(), 0.0);
      for (size_t i = 0; i < column.size(); ++i) {
        const SparseRow row = data.rows.view().row(i);
        for (size_t k = 0; k < row.size; ++k) {
          if (static_cast<size_t>(row.indices[k]) == j) column[i] = row.values[k];
        }
        const double w = data.weights.empty() ? 1 : data.weights[i];
        sum += w * column[i];
        weight += w;
        weight_squares += w * w;
      }
      for (size_t i = 0; i < column.size(); ++i) {
        const double w = data.weights.empty() ? 1 : data.weights[i];
        squares += w * (column[i] - sum / weight) * (column[i] - sum / weight);
      }
      penalty_scale[j] = std::sqrt(squares / (weight - weight_squares / weight));
    }
  }
  /// The largest violation of the optimality (KKT) conditions, each in units of its own column.
  [[nodiscard]] double violation(const LogisticFit& fit) const {
    std::vector<double> gradient(penalty_scale.size());
    double bias_gradient = 0;
    for (size_t i = 0; i < costs.size(); ++i) {
      const SparseRow row = data.rows.view().row(i);
      double score = fit.bias;
      for (size_t k = 0; k < row.size; ++k) {
        score += row.values[k] * fit.weights[static_cast<size_t>(row.indices[k])];
      }
      const double r = costs[i] * (1 / (1 + std::exp(-score)) - data.labels[i]);
      bias_gradient += r;
      for (size_t k = 0; k < row.size; ++k) {
        gradient[static_cast<size_t>(row.indices[k])] += r * row.values[k];
      }
    }
    double worst = 0;
    const auto one = [&](double g, double w, double lambda1, double lambda2) {
      const double smooth = g + lambda2 * w;
      const double off = w != 0 ? std::abs(smooth + (w > 0 ? lambda1 : -lambda1))
                                : std::max(0.0, std::abs(smooth) - lambda1);
      worst = std::max(worst, off);
    };
    for (size_t j = 0; j < gradient.size(); ++j) {
      const double scale = penalty_scale[j];
      if (scale == 0) {
        worst = std::max(worst, std::abs(fit.weights[j]));
      } else {
        one(gradient[j] / scale, fit.weights[j] * scale, l1, l2);
      }
    }
    const bool penalised = options.bias == Bias::penalised;
    if (options.bias != Bias::none)
      one(bias_gradient, fit.bias, penalised ? l1 : 0, penalised ? l2 : 0);
    EXPECT_TRUE(options.bias != Bias::none || fit.bias == 0);
    return worst / cost_sum;
  }
};

double largest_difference(std::span<const double> a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double out = 0;
  for (size_t i = 0; i < b.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]));
  return out;
}

std::vector<double> probabilities(const LogisticFit& fit, const CsrMatrix& rows) {
  auto model = LinearModel::adopt(make_linear_state(fit, {}, {}, 0.5));
  EXPECT_TRUE(model.ok());
  std::vector<double> out(rows.rows());
  model->predict(rows.view(), 1, {}, out);
  return out;
}

class Golden : public testing::TestWithParam<int> {
 protected:
  [[nodiscard]] std::string name() const {
    return GetParam() ? "logreg_" + std::to_string(GetParam()) + ".json.gz" : "logreg_all.json.gz";
  }
  [[nodiscard]] const Features& rows() const { return features(static_cast<uint64_t>(GetParam())); }
  [[nodiscard]] LogisticFit fit(const LogisticOptions& options) const {
    return trained({rows().train.view(), golden::comments().train_labels, {}}, rows().columns,
                   options);
  }
};

TEST_P(Golden, NewtonWithFreeBiasIsScikitLearnsNewtonCholesky) {
  const auto expected = golden::json(name());
  LogisticOptions options;
  options.tolerance = 1e-14;
  const LogisticFit own = fit(options);
  EXPECT_EQ(own.report.solver, Solver::newton_cg);
  EXPECT_LT(largest_difference(own.weights, expected["newton"]["weights"]), 1e-9);
  EXPECT_NEAR(own.bias, expected["newton"]["bias"].get<double>(), 1e-9);
  EXPECT_LT(largest_difference(probabilities(own, rows().test), expected["test"]["p_newton"]),
            1e-9);
}

TEST_P(Golden, DualWithPenalisedBiasIsLiblinear) {
  const auto expected = golden::json(name());
  LogisticOptions options;
  options.bias = Bias::penalised;
  options.tolerance = 1e-10;
  const LogisticFit own = fit(options);
  EXPECT_EQ(own.report.solver, Solver::dual);
  EXPECT_LT(largest_difference(own.weights, expected["liblinear"]["weights"]), 1e-5);
  EXPECT_NEAR(own.bias, expected["liblinear"]["bias"].get<double>(), 1e-5);
  EXPECT_LT(largest_difference(probabilities(own, rows().test), expected["test"]["p_liblinear"]),
            3e-6);
}

TEST_P(Golden, AllSolversFindTheSameOptimum) {
  LogisticOptions options;
  options.bias = Bias::penalised;
  options.solver = Solver::newton_cg;
  options.tolerance = 1e-13;
  const LogisticFit exact = fit(options);
  options.solver = Solver::lbfgs;
  options.tolerance = 1e-10;
  EXPECT_LT(largest_difference(fit(options).weights, exact.weights), 1e-6);
  options.solver = Solver::dual;
  EXPECT_LT(largest_difference(fit(options).weights, exact.weights), 1e-8);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Golden, testing::Values(1000, 10000, 0));

TEST(LogisticRegressionGolden, BothOptimaOfTheFullModelTo1e9) {
  const auto expected = golden::json("model_nolemma.json.gz");
  std::istringstream lines(golden::read("proba_nolemma.csv.gz"));
  std::string line;
  std::getline(lines, line);
  std::vector<double> p[2];
  while (std::getline(lines, line)) {
    double free = 0, penalised = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%*[^,],%*d,%lf,%lf", &free, &penalised), 2) << line;
    p[0].push_back(free);
    p[1].push_back(penalised);
  }
  ASSERT_EQ(p[0].size(), 1091U);
  const Features& rows = features(0);
  for (const bool penalised : {false, true}) {
    const std::string kind = penalised ? "penalised" : "unpenalised";
    LogisticOptions options;
    options.solver = Solver::newton_cg;
    options.bias = penalised ? Bias::penalised : Bias::free;
    options.tolerance = 1e-14;
    const LogisticFit own =
        trained({rows.train.view(), golden::comments().train_labels, {}}, rows.columns, options);
    EXPECT_LT(largest_difference(own.weights, expected["weights_" + kind]), 1e-9);
    EXPECT_NEAR(own.bias, expected["bias_" + kind].get<double>(), 1e-9);
    EXPECT_LT(largest_difference(probabilities(own, rows.test), p[penalised]), 1e-9);
  }
}

TEST(LogisticRegressionGolden, LemmaModelScoresItsRows) {
  const auto expected = golden::json("model_lemma.json.gz");
  LogisticFit fit;
  fit.weights = expected["weights_unpenalised"].get<std::vector<double>>();
  fit.bias = expected["bias_unpenalised"].get<double>();
  const auto model = LinearModel::adopt(make_linear_state(fit, {}, {"kept", "removed"}, 0.5));
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->class_name(1), "removed");
  std::istringstream lines(golden::read("proba_lemma.csv.gz"));
  std::string line;
  std::getline(lines, line);
  size_t checked = 0;
  for (const auto& row : golden::json_lines("rows_lemma.jsonl.gz")) {
    ASSERT_TRUE(std::getline(lines, line));
    double p = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%*[^,],%*d,%lf", &p), 1);
    const auto index = row["index"].get<std::vector<int32_t>>();
    const auto values = row["tfidf"].get<std::vector<double>>();
    EXPECT_NEAR(model->probability({index.data(), values.data(), index.size()}), p, 1e-9);
    ++checked;
  }
  EXPECT_EQ(checked, 50U);
}

TEST(LogisticRegression, OptimalityConditionsHoldForEveryObjective) {
  const Data data = random_data(1, 300, 12);
  for (const Solver solver : {Solver::automatic, Solver::lbfgs}) {
    for (const Bias bias : {Bias::none, Bias::free, Bias::penalised}) {
      for (const double l1_ratio : {0.0, 0.3, 1.0}) {
        for (const bool standardise : {false, true}) {
          for (const double regularisation : {-1.0, 0.02}) {
            for (const auto weighting :
                 {ClassWeighting::none, ClassWeighting::balanced, ClassWeighting::given}) {
              LogisticOptions options;
              options.solver = solver;
              options.bias = bias;
              options.l1_ratio = l1_ratio;
              options.standardise = standardise;
              options.regularisation = regularisation;
              options.c = 0.1;
              options.class_weighting = weighting;
              options.class_weights[1] = 3;
              options.tolerance = 1e-10;
              options.max_iterations = 20000;
              const LogisticFit fit = trained(data.block(), data.columns, options);
              EXPECT_LT(Objective(data, options).violation(fit), 1e-9)
                  << "solver " << int(solver) << " bias " << int(bias) << " l1 " << l1_ratio
                  << " standardise " << standardise << " regularisation " << regularisation;
            }
          }
        }
      }
    }
  }
}

TEST(LogisticRegressionGolden, LassoOnTheCommentsIsOptimalAndSparse) {
  const Features& rows = features(1000);
  Data data;
  data.rows = rows.train;
  data.labels = golden::comments().train_labels;
  data.columns = rows.columns;
  for (const double l1_ratio : {0.5, 1.0}) {
    LogisticOptions options;
    options.l1_ratio = l1_ratio;
    options.tolerance = 1e-11;
    const LogisticFit fit = trained(data.block(), data.columns, options);
    EXPECT_LT(Objective(data, options).violation(fit), 1e-10);
    const auto zeros = std::count(fit.weights.begin(), fit.weights.end(), 0.0);
    EXPECT_GT(zeros, 300);
    EXPECT_LT(zeros, 1000);
  }
}

TEST(LogisticRegression, WithoutPenaltyTheOptimumIsThatOfTheLikelihood) {
  const Data data = random_data(4, 400, 5);
  LogisticOptions options;
  options.regularisation = 0;
  options.tolerance = 1e-12;
  EXPECT_LT(Objective(data, options).violation(trained(data.block(), data.columns, options)),
            1e-11);
}

TEST(LogisticRegression, ScikitLearnsMappingOfSparksStrength) {
  const Data data = random_data(5, 200, 8);
  LogisticOptions c, mean;
  double total = 0;
  for (const double w : data.weights) total += w;
  c.c = 0.7;
  mean.regularisation = 1 / (total * c.c);
  c.tolerance = mean.tolerance = 1e-13;
  EXPECT_LT(largest_difference(trained(data.block(), 8, c).weights,
                               trained(data.block(), 8, mean).weights),
            1e-10);
}

TEST(LogisticRegression, ConstantColumnsGetNoWeightWhenStandardised) {
  Data data = random_data(6, 100, 3, 1.0);
  for (size_t i = 2; i < data.rows.values.size(); i += 3) data.rows.values[i] = 0.1;
  LogisticOptions options;
  options.standardise = true;
  const LogisticFit fit = trained(data.block(), 3, options);
  EXPECT_EQ(fit.weights[2], 0);
  EXPECT_NE(fit.weights[0], 0);
}

TEST(LogisticRegression, SampleWeightsCountRowsTwice) {
  Data data = random_data(7, 60, 4);
  Data doubled = data;
  doubled.weights.assign(60, 1.0);
  data.weights.assign(60, 1.0);
  for (size_t i = 0; i < 60; i += 3) {
    data.weights[i] = 2;
    const SparseRow row = data.rows.view().row(i);
    const std::vector<int32_t> index(row.indices, row.indices + row.size);
    const std::vector<double> values(row.values, row.values + row.size);
    doubled.rows.append(index, values);
    doubled.labels.push_back(data.labels[i]);
    doubled.weights.push_back(1);
  }
  LogisticOptions options;
  options.class_weighting = ClassWeighting::balanced;
  for (const Bias bias : {Bias::free, Bias::penalised}) {
    options.bias = bias;
    options.tolerance = 1e-11;
    EXPECT_LT(largest_difference(trained(data.block(), 4, options).weights,
                                 trained(doubled.block(), 4, options).weights),
              1e-9);
  }
}

TEST(LogisticRegressionGolden, SameBitsWhateverThreadsBlocksAndMemory) {
  const Features& rows = features(1000);
  const RowBlock block{rows.train.view(), golden::comments().train_labels, {}};
  for (const Solver solver : {Solver::newton_cg, Solver::lbfgs, Solver::dual}) {
    LogisticOptions options;
    options.solver = solver;
    options.bias = Bias::penalised;
    options.standardise = true;
    options.l1_ratio = solver == Solver::lbfgs ? 0.5 : 0;
    options.c = 0.1;
    const LogisticFit expected = trained(block, rows.columns, options);
    const auto state = make_linear_state(expected, options, {}, 0.5);
    for (const size_t threads : {2, 3, 7}) {
      options.threads = threads;
      EXPECT_EQ(make_linear_state(trained(block, rows.columns, options), options, {}, 0.5), state);
    }
    for (const size_t step : {1, 1000}) {
      for (const size_t memory : {size_t{0}, size_t{1} << 30}) {
        if (memory == 0 && (solver == Solver::dual || step == 1)) continue;
        BlockSource source(block, rows.columns, step);
        options.memory = memory;
        const auto fit = fit_logistic_regression(source, options);
        ASSERT_TRUE(fit.ok());
        EXPECT_EQ(make_linear_state(*fit, options, {}, 0.5), state) << "memory " << memory;
        EXPECT_EQ(source.passes > 4, memory == 0) << source.passes;
      }
    }
  }
}

TEST(LogisticRegression, TheSeedDecidesTheOrderOfTheDual) {
  const Data data = random_data(8, 100, 5);
  LogisticOptions options;
  options.bias = Bias::penalised;
  const auto first = trained(data.block(), 5, options).weights;
  EXPECT_EQ(trained(data.block(), 5, options).weights, first);
  options.seed = 43;
  EXPECT_NE(trained(data.block(), 5, options).weights, first);
}

TEST(LogisticRegression, HugeAndTinyStrengthsConverge) {
  const Data data = random_data(9, 80, 6);
  for (const double c : {1e-6, 1e4}) {
    LogisticOptions options;
    options.c = c;
    options.bias = Bias::penalised;
    options.solver = Solver::newton_cg;
    options.tolerance = 1e-13;
    const auto exact = trained(data.block(), 6, options).weights;
    options.solver = Solver::dual;
    options.tolerance = 1e-9;
    options.max_iterations = 1000000;
    EXPECT_LT(largest_difference(trained(data.block(), 6, options).weights, exact), 1e-6);
  }
}

TEST(LogisticRegression, RowsWithoutEntriesOnlyMoveTheBias) {
  Data data;
  data.columns = 2;
  for (int i = 0; i < 10; ++i) {
    data.rows.append({}, {});
    data.labels.push_back(i < 3);
  }
  for (const bool standardise : {false, true}) {
    LogisticOptions options;
    options.standardise = standardise;
    const LogisticFit fit = trained(data.block(), 2, options);
    EXPECT_NEAR(fit.bias, std::log(3.0 / 7), 1e-9);
    EXPECT_EQ(fit.weights, (std::vector<double>{0, 0}));
  }
}

wf::Status refusal(const Data& data, const LogisticOptions& options = {}) {
  return train(data.block(), data.columns, options).status();
}

TEST(LogisticRegression, DegenerateInputsAreRefused) {
  const std::vector<int32_t> index{0, 1};
  const std::vector<double> values{1, 2};
  Data data;
  data.columns = 2;
  EXPECT_EQ(refusal(data).code(), wf::Code::invalid_data) << "no rows";
  data.rows.append(index, values);
  data.labels = {1};
  EXPECT_NE(refusal(data).message().find("both classes"), std::string::npos);
  data.rows.append(index, values);
  data.labels = {1, 0};
  EXPECT_TRUE(refusal(data).ok());
  data.weights = {1, 0};
  EXPECT_NE(refusal(data).message().find("both classes"), std::string::npos) << "weight 0";
  data.weights = {1, -1};
  EXPECT_EQ(refusal(data).row(), 1);
  data.weights = {1};
  EXPECT_FALSE(refusal(data).ok());
  data.weights.clear();
  data.labels = {1, 2};
  EXPECT_EQ(refusal(data).row(), 1);
  data.labels = {1, 0};
  data.columns = 0;
  EXPECT_NE(refusal(data).message().find("no columns"), std::string::npos);
  data.columns = 1;
  EXPECT_EQ(refusal(data).row(), 0) << "column outside";
  data.columns = 2;
  data.rows.values[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal(data).row(), 1);
  data.rows.values[3] = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal(data).row(), 1);
  data.rows.values[3] = 1;
  data.rows.indices[3] = 0;
  EXPECT_NE(refusal(data).message().find("twice"), std::string::npos);
  data.rows.indices[2] = 1;
  EXPECT_NE(refusal(data).message().find("ascending"), std::string::npos);
}

TEST(LogisticRegression, ImpossibleOptionsAreRefused) {
  const auto refused = [](auto change) {
    LogisticOptions options;
    change(options);
    return options.validate().code() == wf::Code::invalid_config;
  };
  EXPECT_TRUE(refused([](auto& o) { o.c = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.l1_ratio = 1.1; }));
  EXPECT_TRUE(refused([](auto& o) { o.tolerance = -1; }));
  EXPECT_TRUE(refused([](auto& o) { o.class_weights[0] = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.solver = Solver::dual; }));
  EXPECT_TRUE(refused([](auto& o) { o.solver = Solver::newton_cg, o.l1_ratio = 0.5; }));
  EXPECT_FALSE(refused([](auto& o) { o.solver = Solver::dual, o.bias = Bias::none; }));
}

TEST(LogisticRegression, StoppedEarlyItSaysSo) {
  const Data data = random_data(10, 100, 5);
  LogisticOptions options;
  options.max_iterations = 1;
  const auto fit = train(data.block(), 5, options);
  ASSERT_TRUE(fit.ok());
  EXPECT_FALSE(fit->report.converged);
  EXPECT_EQ(fit->report.iterations, 1U);
}

TEST(LogisticRegression, SigmoidIsStableAtBothEnds) {
  EXPECT_EQ(sigmoid(0), 0.5);
  EXPECT_EQ(sigmoid(1000), 1);
  EXPECT_EQ(sigmoid(-1000), 0);
  EXPECT_NEAR(sigmoid(-700) / std::exp(-700), 1, 1e-12);
  EXPECT_EQ(log1p_exp(1000), 1000);
  EXPECT_NEAR(log1p_exp(-30), std::exp(-30), 1e-25);
}

TEST(LinearModel, KeepsItsSettingsAndDecidesStrictlyAboveTheThreshold) {
  const Data data = random_data(11, 100, 5);
  LogisticOptions options;
  options.class_weighting = ClassWeighting::given;
  options.class_weights[1] = 2.5;
  const LogisticFit fit = trained(data.block(), 5, options);
  const auto model = LinearModel::adopt(make_linear_state(fit, options, {"no", "yes"}, 0.25));
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->options().class_weights[1], 2.5);
  EXPECT_EQ(model->class_name(0), "no");
  EXPECT_EQ(model->report().rows, 100U);
  EXPECT_EQ(model->bias(), fit.bias);
  EXPECT_FALSE(model->decide(0.25));
  EXPECT_TRUE(model->decide(0.2500001));
  std::vector<double> one(100), four(100), p(100);
  model->predict(data.rows.view(), 1, one, p);
  model->predict(data.rows.view(), 4, four, {});
  EXPECT_EQ(one, four);
  EXPECT_EQ(p[3], sigmoid(one[3]));
}

TEST(LinearModel, DamagedStatesAreRefusedOrHarmless) {
  LogisticFit fit;
  fit.weights = {1, -2, 3};
  const auto state = make_linear_state(fit, {}, {"no", "yes"}, 0.5);
  for (size_t size = 0; size < state.size(); ++size) {
    EXPECT_FALSE(LinearModel::open(std::span(state).first(size)).ok());
  }
  std::mt19937 random(5);
  for (size_t round = 0; round < 20000; ++round) {
    auto bytes = state;
    bytes[round % state.size()] ^= static_cast<std::byte>(1 + random() % 255);
    EXPECT_FALSE(LinearModel::open(bytes).ok());
    reseal_blob(bytes);
    const auto model = LinearModel::open(bytes);
    if (!model.ok()) continue;
    const int32_t index[] = {0};
    const double value[] = {1};
    if (model->columns() > 0) {
      EXPECT_FALSE(std::isnan(model->probability({index, value, 1})));
    }
    EXPECT_LE(model->class_name(1).size(), state.size());
  }
}

}  // namespace
}  // namespace weirflow::ml
