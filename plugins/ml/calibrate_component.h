// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// ml.calibrate: from scores to probabilities that can be taken at their word. The maps:
/// calibrate.h.

#include <optional>

#include "calibrate.h"
#include "columns.h"

namespace weirflow::ml {

struct CalibrateConfig {
  std::string label;
  std::string score = "model_score";
  std::string method = "sigmoid";
  std::string into = "calibrated_probability";
  bool allow_training_rows = false;
};

class Calibrate final : public wf::Estimator<CalibrateConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("ml.calibrate")
          .version("1.0.0")
          .concurrent()
          .summary("Learns which probability a score stands for, and adds it")
          .docs(
              "Fit it on rows that the model behind the score was not fitted on. A row whose score "
              "is null gets a null; one whose score is NaN or infinite is refused (`bad_score`).");
  static constexpr auto kConfig = wf::fields(
      wf::field("label", &CalibrateConfig::label)
          .required()
          .column()
          .help("Column with the truth, 0 or 1; needed where the map is fitted")
          .example("\"removed\""),
      wf::field("score", &CalibrateConfig::score)
          .column()
          .help("Column with the score; higher means label 1")
          .example("\"model_score\""),
      wf::field("method", &CalibrateConfig::method)
          .one_of("sigmoid", "isotonic")
          .help("sigmoid: Platt's curve, for few rows; isotonic: any rising steps, from about "
                "1,000 rows on")
          .example("\"isotonic\""),
      wf::field("into", &CalibrateConfig::into)
          .help("Column for the probability of label 1")
          .example("\"calibrated_probability\""),
      wf::field("allow_training_rows", &CalibrateConfig::allow_training_rows)
          .help("Fit also on rows that the model behind the score was fitted on")
          .example("true"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from("score", "float64", "scores"),
                wf::output("out").column_from("into", "float64"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status fit(const wf::Spool& in, std::string& state) override;
  wf::Status load(std::span<const std::byte> state) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  int label_ = -1, score_ = -1;
  std::optional<Calibration> calibration_;
};

}  // namespace weirflow::ml
