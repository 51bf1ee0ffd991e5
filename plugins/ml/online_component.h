// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// ml.online_logistic_regression: a classifier that learns from a stream while it scores it.
/// Method: ftrl.h.

#include <optional>
#include <vector>

#include "columns.h"
#include "ftrl.h"

namespace weirflow::ml {

struct OnlineConfig {
  std::string label;
  std::string features = "features";
  std::string score = "model_score";
  int64_t size = 0;
  double alpha = 0.1, beta = 1, l1 = 0, l2 = 0;
  std::string bias = "free";
  double threshold = 0.5;
};

/// Each row is scored with what the rows before it have taught, then learned if it has a label. So
/// `progressive_loss` is an honest figure. The state of a checkpoint is the whole model.
class OnlineLogisticRegression final : public wf::Transform<OnlineConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("ml.online_logistic_regression")
          .version("1.0.0")
          .stateful()
          .summary("Scores rows of a stream, and learns from those that have a label");
  static constexpr bool kHasState = true;
  static constexpr auto kConfig =
      wf::fields(wf::field("label", &OnlineConfig::label)
                     .required()
                     .column()
                     .help("Column with the truth, 0 or 1; a row where it is null is only scored")
                     .example("\"removed\""),
                 wf::field("features", &OnlineConfig::features)
                     .column()
                     .help("Sparse column")
                     .example("\"features\""),
                 wf::field("score", &OnlineConfig::score)
                     .help("Column for w x + b")
                     .example("\"model_score\""),
                 wf::field("size", &OnlineConfig::size)
                     .range(0, 1 << 28)
                     .help("Number of features; 0: as the features column says")
                     .example("262144"),
                 wf::field("alpha", &OnlineConfig::alpha)
                     .range(1e-9, 1e6)
                     .help("Learning rate")
                     .example("0.1"),
                 wf::field("beta", &OnlineConfig::beta)
                     .range(0, 1e6)
                     .help("Makes the first steps of a feature smaller")
                     .example("1.0"),
                 wf::field("l1", &OnlineConfig::l1)
                     .range(0, 1e9)
                     .help("Strength of the L1 penalty: features with little to say have no weight")
                     .example("0.5"),
                 wf::field("l2", &OnlineConfig::l2)
                     .range(0, 1e9)
                     .help("Strength of the L2 penalty")
                     .example("0.01"),
                 wf::field("bias", &OnlineConfig::bias)
                     .one_of("free", "none")
                     .help("With an intercept, which is not penalised, or without")
                     .example("\"free\""),
                 wf::field("threshold", &OnlineConfig::threshold)
                     .range(0, 1)
                     .help("decision = probability > threshold")
                     .example("0.5"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from(
                    "features", "list<struct<index: int32, value: float64>>", "sparse features"),
                wf::output("out")
                    .column_from("score", "float64")
                    .column("probability", "float64")
                    .column("decision", "bool")
                    .column("threshold", "float64")
                    .column("rows_learned", "int64"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status open() override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;

 private:
  /// Why the row cannot be taken: code and text; nothing when it can.
  [[nodiscard]] std::optional<std::pair<const char*, std::string>> problem(const SparseRow& row,
                                                                           int label) const;

  int features_ = -1, label_ = -1;
  int32_t size_ = 0;
  std::optional<Ftrl> model_;
};

}  // namespace weirflow::ml
