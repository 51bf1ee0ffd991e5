// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "calibrate.h"
#include "explain.h"
#include "golden.h"
#include "logistic_regression.h"

namespace weirflow::ml {
namespace {

/// Sixty rows with ties, the same that scikit-learn 1.9 and SciPy got for the numbers below.
struct Sample {
  std::vector<double> scores, probabilities, weights;
  std::vector<uint8_t> labels, decisions;
  Sample() {
    for (int i = 0; i < 60; ++i) {
      const double raw = ((i * 37) % 101) / 10.0 - 5;
      scores.push_back(raw);
      labels.push_back(raw + ((i * 53) % 17 - 8) / 2.0 > 0);
      weights.push_back(1 + (i % 3) * 0.5);
    }
    scores[7] = scores[3];
    scores[20] = scores[11];
    for (const double s : scores) {
      probabilities.push_back(sigmoid(s));
      decisions.push_back(s > 0);
    }
  }
};

Evaluation evaluated(const Sample& s, const EvaluationOptions& options = {}) {
  auto out = evaluate(s.labels, s.scores, s.probabilities, s.decisions, options);
  EXPECT_TRUE(out.ok()) << out.status().to_string();
  return std::move(out).value();
}

class GoldenMetrics : public testing::TestWithParam<const char*> {};

TEST_P(GoldenMetrics, AreThoseOfScikitLearn) {
  const std::string size = GetParam();
  const auto model = golden::json("logreg_" + size + ".json.gz");
  for (const std::string kind : {"newton", "liblinear"}) {
    const auto expected = golden::json("metrics.json")["models"][size]["metrics_" + kind];
    const auto labels = model["test"]["removed"].get<std::vector<uint8_t>>();
    const auto p = model["test"]["p_" + kind].get<std::vector<double>>();
    std::vector<double> scores;
    std::vector<uint8_t> decisions;
    for (const double x : p) {
      scores.push_back(std::log(x / (1 - x)));
      decisions.push_back(x > 0.5);
    }
    const auto e = evaluate(labels, scores, p, decisions);
    ASSERT_TRUE(e.ok());
    const auto same = [&](double own, const char* name) {
      EXPECT_NEAR(own, expected[name].get<double>(), 1e-12) << kind << ' ' << name;
    };
    EXPECT_EQ(e->rows, expected["n"]);
    EXPECT_EQ(e->positives, expected["pos"]);
    EXPECT_EQ(e->confusion.true_positives, expected["tp"]);
    EXPECT_EQ(e->confusion.false_positives, expected["fp"]);
    EXPECT_EQ(e->confusion.false_negatives, expected["fn"]);
    EXPECT_EQ(e->confusion.true_negatives, expected["tn"]);
    same(e->accuracy.value, "accuracy");
    same(e->auc.value, "auc_scores");
    same(e->auc_hard.value, "auc_hard");
    same(e->log_loss, "log_loss");
    same(e->of_class[1].precision.value, "precision_removed");
    same(e->of_class[1].recall.value, "recall_removed");
    same(e->of_class[0].precision.value, "precision_kept");
    same(e->of_class[0].recall.value, "recall_kept");
    same(e->of_class[1].f1, "f1_removed");
  }
}
INSTANTIATE_TEST_SUITE_P(Sizes, GoldenMetrics, testing::Values("1000", "10000", "all"));

TEST(Evaluate, ScoresAndCurvesOfScikitLearn) {
  const Sample sample;
  EvaluationOptions options;
  options.calibration_bins = 5;
  const Evaluation e = evaluated(sample, options);
  EXPECT_EQ(e.positives, 30U);
  EXPECT_NEAR(e.auc.value, 0.8572222222222222, 1e-15);
  EXPECT_NEAR(e.log_loss, 0.537253565401508, 1e-14);
  EXPECT_NEAR(e.brier, 0.17167024693809124, 1e-15);
  const std::vector<double> rates{0.2173913, 0.4, 0.33333333, 0.6, 0.85714286};
  const std::vector<double> means{0.0501616, 0.27493682, 0.48769452, 0.72840483, 0.94355545};
  ASSERT_EQ(e.calibration.size(), 5U);
  double error = 0;
  for (size_t b = 0; b < 5; ++b) {
    EXPECT_NEAR(e.calibration[b].positive_rate, rates[b], 1e-8);
    EXPECT_NEAR(e.calibration[b].mean_probability, means[b], 1e-8);
    error += static_cast<double>(e.calibration[b].rows) / 60 * std::abs(rates[b] - means[b]);
  }
  EXPECT_NEAR(e.calibration_error, error, 1e-8);
  EXPECT_EQ(e.roc.size(), 59U) << "58 distinct scores and the start";
  EXPECT_EQ(e.precision_recall.size(), 58U);
  EXPECT_EQ(e.roc.front().x, 0);
  EXPECT_EQ(e.roc.back().y, 1);
  EXPECT_NEAR(e.precision_recall.back().y, 0.5, 1e-15);
  double area = 0;
  for (size_t i = 1; i < e.roc.size(); ++i) {
    area += (e.roc[i].x - e.roc[i - 1].x) * (e.roc[i].y + e.roc[i - 1].y) / 2;
  }
  EXPECT_NEAR(area, e.auc.value, 1e-14) << "ties count half";
}

TEST(Evaluate, IntervalsOfSciPyAndOfDeLongByDefinition) {
  EXPECT_NEAR(normal_two_sided(0.95), 1.959963984540054, 1e-13);
  EXPECT_NEAR(normal_two_sided(0.99), 2.5758293035489004, 1e-13);
  EXPECT_NEAR(normal_two_sided(0.9999999), 5.326723886384500, 1e-6);
  const auto wilson = [](uint64_t k, uint64_t n, double low, double high) {
    EXPECT_NEAR(wilson_interval(k, n, 0.95).low, low, 1e-14);
    EXPECT_NEAR(wilson_interval(k, n, 0.95).high, high, 1e-14);
  };
  wilson(7, 10, 0.39677814746114526, 0.892208732593699);
  wilson(0, 5, 0, 0.43448246478317476);
  wilson(50, 50, 0.9286524008666412, 1);
  wilson(0, 0, 0, 1);
  const Evaluation e = evaluated(Sample());
  EXPECT_NEAR(e.auc.interval.low, e.auc.value - 1.959963984540054 * 0.04721737635717748, 1e-14);
  EXPECT_NEAR(e.auc.interval.high, e.auc.value + 1.959963984540054 * 0.04721737635717748, 1e-14);
  EXPECT_EQ(e.accuracy.interval.low,
            wilson_interval(e.confusion.true_positives + e.confusion.true_negatives, 60, 0.95).low);
}

TEST(Evaluate, HardAucIsTheMeanOfTheRecalls) {
  const Evaluation e = evaluated(Sample());
  EXPECT_NEAR(e.auc_hard.value, (e.of_class[0].recall.value + e.of_class[1].recall.value) / 2,
              1e-15);
}

TEST(Evaluate, CurvesAreBoundedAndKeepTheirEnds) {
  std::mt19937 random(1);
  Sample s;
  for (int i = 0; i < 5000; ++i) {
    s.scores.push_back(std::uniform_real_distribution<double>(-3, 3)(random));
    s.probabilities.push_back(sigmoid(s.scores.back()));
    s.labels.push_back(random() % 2);
    s.decisions.push_back(0);
  }
  EvaluationOptions options;
  options.curve_points = 50;
  const Evaluation e = evaluated(s, options);
  ASSERT_EQ(e.roc.size(), 50U);
  ASSERT_EQ(e.precision_recall.size(), 50U);
  EXPECT_EQ(e.roc.front().x + e.roc.front().y, 0);
  EXPECT_EQ(e.roc.back().x + e.roc.back().y, 2);
  for (size_t i = 1; i < 50; ++i) {
    EXPECT_GE(e.roc[i].x, e.roc[i - 1].x);
    EXPECT_LT(e.roc[i].threshold, e.roc[i - 1].threshold);
  }
}

TEST(Evaluate, OneClassOnlyHasNoAuc) {
  const std::vector<uint8_t> labels{1, 1}, decisions{1, 0};
  const std::vector<double> scores{1, -1}, p{0.9, 0};
  const auto e = evaluate(labels, scores, p, decisions);
  ASSERT_TRUE(e.ok());
  EXPECT_TRUE(std::isnan(e->auc.value));
  EXPECT_EQ(e->auc.interval.high, 1);
  EXPECT_EQ(e->of_class[0].recall.value, 0);
  EXPECT_EQ(e->of_class[1].recall.value, 0.5);
  EXPECT_NEAR(e->log_loss, (-std::log(0.9) + 52 * std::log(2.0)) / 2, 1e-12)
      << "p = 0 is kept off 0";
}

TEST(Evaluate, RefusesWhatIsOutOfRange) {
  const auto code = [](auto change) {
    Sample s;
    EvaluationOptions options;
    change(s, options);
    return evaluate(s.labels, s.scores, s.probabilities, s.decisions, options).status().code();
  };
  EXPECT_EQ(code([](auto&, auto&) {}), wf::Code::ok);
  EXPECT_EQ(code([](auto& s, auto&) { s.labels[5] = 2; }), wf::Code::invalid_data);
  EXPECT_EQ(code([](auto& s, auto&) { s.decisions[5] = 2; }), wf::Code::invalid_data);
  EXPECT_EQ(code([](auto& s, auto&) { s.scores[5] = NAN; }), wf::Code::invalid_data);
  EXPECT_EQ(code([](auto& s, auto&) { s.probabilities[5] = 1.1; }), wf::Code::invalid_data);
  EXPECT_EQ(code([](auto& s, auto&) { s.scores.pop_back(); }), wf::Code::invalid_data);
  EXPECT_EQ(code([](auto& s, auto&) {
              s.labels.clear(), s.scores.clear(), s.probabilities.clear(), s.decisions.clear();
            }),
            wf::Code::invalid_data);
  EXPECT_EQ(code([](auto&, auto& o) { o.confidence = 1; }), wf::Code::invalid_config);
  EXPECT_EQ(code([](auto&, auto& o) { o.curve_points = 1; }), wf::Code::invalid_config);
  EXPECT_EQ(code([](auto&, auto& o) { o.calibration_bins = 0; }), wf::Code::invalid_config);
}

Calibration calibrated(CalibrationMethod method, const Sample& s, bool weighted = false) {
  auto state =
      fit_calibration(method, s.labels, s.scores,
                      weighted ? std::span<const double>(s.weights) : std::span<const double>());
  EXPECT_TRUE(state.ok()) << state.status().to_string();
  auto out = Calibration::adopt(std::move(state).value());
  EXPECT_TRUE(out.ok()) << out.status().to_string();
  return std::move(out).value();
}

TEST(Calibrate, SigmoidIsScikitLearnsAndStationary) {
  const Sample s;
  const Calibration c = calibrated(CalibrationMethod::sigmoid, s);
  EXPECT_NEAR(c.a(), -0.49621627, 1e-6);
  EXPECT_NEAR(c.b(), -0.0934966, 1e-6);
  double by_a = 0, by_b = 0;
  for (size_t i = 0; i < 60; ++i) {
    const double target = s.labels[i] ? 31.0 / 32 : 1.0 / 32;
    by_a += (target - c.probability(s.scores[i])) * s.scores[i];
    by_b += target - c.probability(s.scores[i]);
  }
  EXPECT_NEAR(by_a, 0, 1e-8);
  EXPECT_NEAR(by_b, 0, 1e-8);
}

TEST(Calibrate, IsotonicIsScikitLearns) {
  const std::vector<double> at{-9, -4.05, -2, -1.23, 0, 0.31, 1.17, 2.5, 3.3, 9};
  const std::vector<double> plain{0, 0.1, 0.25, 0.4, 0.5, 0.5, 0.5849999999999999, 0.75, 1, 1};
  const std::vector<double> weighted{0,
                                     0.09375,
                                     0.3,
                                     0.43333333333333335,
                                     0.46153846153846156,
                                     0.46153846153846156,
                                     0.6593749999999998,
                                     0.7692307692307693,
                                     1,
                                     1};
  const Sample s;
  const Calibration a = calibrated(CalibrationMethod::isotonic, s);
  const Calibration b = calibrated(CalibrationMethod::isotonic, s, true);
  for (size_t i = 0; i < at.size(); ++i) {
    EXPECT_NEAR(a.probability(at[i]), plain[i], 1e-12) << at[i];
    EXPECT_NEAR(b.probability(at[i]), weighted[i], 1e-12) << at[i];
  }
}

TEST(Calibrate, DegenerateRows) {
  const std::vector<uint8_t> ones{1, 1}, mixed{0, 1};
  const std::vector<double> scores{0, 1}, equal{2, 2}, bad{0, INFINITY};
  EXPECT_FALSE(fit_calibration(CalibrationMethod::sigmoid, ones, scores).ok());
  EXPECT_FALSE(fit_calibration(CalibrationMethod::sigmoid, {}, {}).ok());
  EXPECT_FALSE(fit_calibration(CalibrationMethod::isotonic, mixed, bad).ok());
  EXPECT_FALSE(fit_calibration(CalibrationMethod::isotonic, mixed, scores, bad).ok());
  auto state = fit_calibration(CalibrationMethod::isotonic, mixed, equal);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(Calibration::adopt(std::move(state).value())->probability(7), 0.5);
  state = fit_calibration(CalibrationMethod::sigmoid, mixed, equal);
  ASSERT_TRUE(state.ok());
  EXPECT_NEAR(Calibration::adopt(std::move(state).value())->probability(2), 0.5, 1e-9);
}

TEST(Calibrate, DamagedStatesAreRefusedOrHarmless) {
  const Sample s;
  for (const auto method : {CalibrationMethod::sigmoid, CalibrationMethod::isotonic}) {
    const auto state = std::move(fit_calibration(method, s.labels, s.scores)).value();
    for (size_t size = 0; size < state.size(); ++size) {
      EXPECT_FALSE(Calibration::open(std::span(state).first(size)).ok());
    }
    std::mt19937 random(6);
    for (size_t round = 0; round < 10000; ++round) {
      auto bytes = state;
      bytes[round % state.size()] ^= static_cast<std::byte>(1 + random() % 255);
      EXPECT_FALSE(Calibration::open(bytes).ok());
      reseal_blob(bytes);
      const auto c = Calibration::open(bytes);
      if (!c.ok()) continue;
      const double p = c->probability(0.4);
      EXPECT_TRUE(p >= 0 && p <= 1) << p;
    }
  }
}

TEST(Explain, ContributionsAddUpAndAreOrdered) {
  const std::vector<int32_t> index{0, 2, 3, 5, 6};
  const std::vector<double> values{1, 2, 3, 0.5, 1};
  const std::vector<double> weights{2, 9, -1, 1, 0, -4, 2};
  const SparseRow row{index.data(), values.data(), index.size()};
  const Explanation all = explain(row, weights, 10);
  double sum = 0;
  for (const auto* list : {&all.raising, &all.lowering}) {
    for (const Contribution& c : *list) sum += c.contribution;
  }
  EXPECT_NEAR(sum, sparse_dot(row, weights.data()), 1e-15);
  ASSERT_EQ(all.raising.size(), 3U);
  EXPECT_EQ(all.raising[0].column, 3);
  EXPECT_EQ(all.raising[1].column, 0) << "the lower of two equals";
  EXPECT_EQ(all.raising[2].column, 6);
  ASSERT_EQ(all.lowering.size(), 2U);
  EXPECT_EQ(all.lowering[0].column, 2);
  EXPECT_EQ(explain(row, weights, 1).raising.size(), 1U);
  EXPECT_TRUE(explain(row, weights, 0).lowering.empty());
}

}  // namespace
}  // namespace weirflow::ml
