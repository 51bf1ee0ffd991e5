// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// ml.logistic_regression: a binary classifier on sparse rows. Objective: logistic_regression.h.

#include <optional>

#include "columns.h"
#include "contributions.h"
#include "linear_model.h"

namespace weirflow::ml {

struct LogisticConfig {
  std::string label;
  std::string features = "features";
  std::string score = "model_score";
  std::string tokens = "tokens";
  std::string bias = "free";
  double c = 1;
  std::optional<double> regularisation;
  double l1_ratio = 0;
  bool standardise = false;
  std::string class_weight = "none";
  std::string solver = "auto";
  double tolerance = 0;
  int64_t max_iterations = 0;
  int64_t seed = 42;
  double threshold = 0.5;
  int64_t contributions = 5;
};

class LogisticRegression final : public wf::Estimator<LogisticConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("ml.logistic_regression")
          .version("1.0.0")
          .concurrent()
          .summary("Learns and predicts the probability of a 0/1 label from sparse features");
  static constexpr auto kConfig = wf::fields(
      wf::field("label", &LogisticConfig::label)
          .required()
          .column()
          .help("Column with the truth, 0 or 1; needed where the model is fitted")
          .example("\"removed\""),
      wf::field("features", &LogisticConfig::features)
          .column()
          .help("Sparse column")
          .example("\"features\""),
      wf::field("score", &LogisticConfig::score)
          .help("Column for w x + b; comments often have a column score of their own")
          .example("\"model_score\""),
      wf::field("tokens", &LogisticConfig::tokens)
          .help("Column of tokens; with its offsets in a column of that name and _offsets behind, "
                "contributions say where an n-gram stands")
          .example("\"tokens\""),
      wf::field("bias", &LogisticConfig::bias)
          .one_of("free", "penalised", "none")
          .help("Intercept: not penalised (scikit-learn, Spark), penalised (LIBLINEAR), or none")
          .example("\"free\""),
      wf::field("c", &LogisticConfig::c)
          .range(1e-12, 1e12)
          .help("Inverse strength of the penalty, as in scikit-learn")
          .example("1.0"),
      wf::field("regularisation", &LogisticConfig::regularisation)
          .range(0, 1e12)
          .help("Strength as Spark's regParam, instead of c")
          .example("0.01"),
      wf::field("l1_ratio", &LogisticConfig::l1_ratio)
          .range(0, 1)
          .help("0 = L2, 1 = L1, between: elastic net")
          .example("0.5"),
      wf::field("standardise", &LogisticConfig::standardise)
          .help("Penalise the weights of features divided by their standard deviation (Spark)")
          .example("true"),
      wf::field("class_weight", &LogisticConfig::class_weight)
          .one_of("none", "balanced")
          .help("balanced: rows of the rarer class count more")
          .example("\"balanced\""),
      wf::field("solver", &LogisticConfig::solver)
          .one_of("auto", "dual", "newton_cg", "lbfgs")
          .help("How the optimum is found")
          .example("\"newton_cg\""),
      wf::field("tolerance", &LogisticConfig::tolerance)
          .range(0, 1)
          .help("When to stop; 0 = the solver's default")
          .example("1e-8"),
      wf::field("max_iterations", &LogisticConfig::max_iterations)
          .range(0, 1e9)
          .help("At most so many; 0 = the solver's default")
          .example("200"),
      wf::field("seed", &LogisticConfig::seed)
          .at_least(0)
          .help("Order of rows in the solver dual")
          .example("42"),
      wf::field("threshold", &LogisticConfig::threshold)
          .range(0, 1)
          .help("decision = probability > threshold")
          .example("0.5"),
      wf::field("contributions", &LogisticConfig::contributions)
          .range(0, 1000)
          .help("So many n-grams that spoke for, and so many that spoke against")
          .example("5"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from(
                    "features", "list<struct<index: int32, value: float64>>", "sparse features"),
                wf::output("out")
                    .column_from("score", "float64")
                    .column("probability", "float64")
                    .column("decision", "bool")
                    .column("threshold", "float64")
                    .column("model_version", "utf8")
                    .column("contributions", kContributionsType));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status fit(const wf::Spool& in, std::string& state) override;
  wf::Status load(std::span<const std::byte> state) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  [[nodiscard]] wf::Result<LogisticOptions> options() const;
  /// Scores of the rows whose score is a number; those rows. The others are refused.
  wf::Result<wf::Batch> score_rows(const wf::Batch& in, wf::Emitter& out,
                                   std::vector<double>& scores) const;
  /// The column `contributions` of these rows.
  [[nodiscard]] wf::ArrayPtr contributions(const wf::Batch& in) const;

  int features_ = -1, label_ = -1, terms_ = -1, tokens_ = -1, token_offsets_ = -1;
  std::optional<LinearModel> model_;
};

}  // namespace weirflow::ml
