// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// ml.explain: the contributions of a prediction as one line of text.

#include "columns.h"
#include "contributions.h"

namespace weirflow::ml {

struct ExplainConfig {
  std::string contributions = "contributions";
  std::string into = "evidence";
  int64_t most = 8;
};

class Explain final : public wf::Transform<ExplainConfig> {
 public:
  static constexpr auto kInfo = wf::component("ml.explain")
                                    .version("1.0.0")
                                    .concurrent()
                                    .summary(
                                        "Says in a line which n-grams made a prediction, strongest "
                                        "first, and where they stand");
  static constexpr auto kConfig = wf::fields(
      wf::field("contributions", &ExplainConfig::contributions)
          .column()
          .help("Column of ml.logistic_regression")
          .example("\"contributions\""),
      wf::field("into", &ExplainConfig::into).help("Column for the text").example("\"evidence\""),
      wf::field("most", &ExplainConfig::most).range(1, 1000).help("N-grams at most").example("8"));
  static constexpr auto kPorts = wf::ports(
      wf::input("in").column_from("contributions", kContributionsType), wf::output("out"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  int column_ = -1;
};

}  // namespace weirflow::ml
