// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// ml.evaluate: how good predictions are. Measures and intervals: evaluate.h.

#include "columns.h"
#include "evaluate.h"

namespace weirflow::ml {

struct EvaluateConfig {
  std::string label;
  std::string score = "model_score";
  std::string probability = "probability";
  std::string decision = "decision";
  double confidence = 0.95;
  int64_t calibration_bins = 10;
  int64_t curve_points = 200;
  bool allow_training_rows = false;
};

class Evaluate final : public wf::Transform<EvaluateConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("ml.evaluate")
          .version("1.0.0")
          .cardinality(wf::Cardinality::regroup)
          .stateful()
          .summary("Measures predictions against the truth: AUC, accuracy, log-loss, curves");
  static constexpr auto kConfig =
      wf::fields(wf::field("label", &EvaluateConfig::label)
                     .required()
                     .column()
                     .help("Column with the truth, 0 or 1")
                     .example("\"removed\""),
                 wf::field("score", &EvaluateConfig::score)
                     .column()
                     .help("Column to rank by")
                     .example("\"model_score\""),
                 wf::field("probability", &EvaluateConfig::probability)
                     .column()
                     .help("Probability of label 1")
                     .example("\"probability\""),
                 wf::field("decision", &EvaluateConfig::decision)
                     .column()
                     .help("Decision, 0 or 1")
                     .example("\"decision\""),
                 wf::field("confidence", &EvaluateConfig::confidence)
                     .range(0.5, 0.9999)
                     .help("Level of the intervals")
                     .example("0.95"),
                 wf::field("calibration_bins", &EvaluateConfig::calibration_bins)
                     .range(1, 10000)
                     .help("Bins of the calibration curve")
                     .example("10"),
                 wf::field("curve_points", &EvaluateConfig::curve_points)
                     .range(2, 1000)
                     .help("Points of a curve at most")
                     .example("200"),
                 wf::field("allow_training_rows", &EvaluateConfig::allow_training_rows)
                     .help("Accept rows that the model was fitted on")
                     .example("true"));
  static constexpr auto kPorts = wf::ports(wf::input("in")
                                               .column_from("label", LabelView::kTypes)
                                               .column_from("score", "float64")
                                               .column_from("probability", "float64")
                                               .column_from("decision", LabelView::kTypes),
                                           wf::output("out")
                                               .summary("One row a measure")
                                               .column("metric", "utf8")
                                               .column("value", "float64")
                                               .column("low", "float64")
                                               .column("high", "float64"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;
  wf::Status finish(wf::Emitter& out) override;

 private:
  int label_ = -1, score_ = -1, probability_ = -1, decision_ = -1;
  std::vector<uint8_t> labels_, decisions_;
  std::vector<double> scores_, probabilities_;
};

}  // namespace weirflow::ml
