// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "evaluate_component.h"

#include <cmath>
#include <map>

#include "component_test.h"

namespace weirflow::ml {
namespace {

const std::string kHeader = "label:int64 model_score:float64 probability:float64 decision:bool\n";
const std::string kRows = kHeader +
                          "1 | 2    | 0.9 | true\n"
                          "0 | 1    | 0.6 | true\n"
                          "1 | 0.5  | 0.5 | false\n"
                          "0 | -1   | 0.2 | false\n";
const Table kConfig{{"label", "label"}};

Table with(const char* key, Value value) {
  Table t = kConfig;
  t.emplace_back(key, std::move(value));
  return t;
}

/// A run over these rows; the counters balance.
Harness ran(Table config, const std::string& rows, int64_t size = 100) {
  Harness h = Harness::of<Evaluate>();
  EXPECT_EQ(said(h.run(std::move(config), cut(batch(rows), size))), "ok");
  EXPECT_EQ(said(h.conservation()), "ok");
  EXPECT_EQ(h.unreleased(), 0);
  return h;
}

/// The measures as `metric` to "value | low | high".
std::map<std::string, std::string> measures(const Harness& h) {
  std::map<std::string, std::string> out;
  for (const wf::Batch& b : h.output())
    for (int64_t i = 0; i < b.rows(); ++i) {
      const std::string row = wf::testing::row_text(b, i);
      out[row.substr(0, row.find(" | "))] = row.substr(row.find(" | ") + 3);
    }
  return out;
}
double value(const Harness& h, const char* metric) {
  const Value result = h.result(metric);
  return result.number() ? *result.number() : std::nan("");
}

// By hand: of the four pairs (1 against 0) three are in order; tp 1, fp 1, fn 1, tn 1.
TEST(EvaluateComponent, MeasuresOfFourRows) {
  const Harness h = ran(kConfig, kRows);
  EXPECT_EQ(wf::testing::to_text(*h.output_schema()),
            "metric:utf8 value:float64 low:float64 high:float64");
  const auto m = measures(h);
  EXPECT_EQ(m.size(), 18U);
  EXPECT_EQ(value(h, "auc"), 0.75);
  for (const char* half :
       {"auc_hard", "accuracy", "precision", "recall", "f1", "precision_0", "recall_0", "f1_0"})
    EXPECT_EQ(value(h, half), 0.5) << half;
  EXPECT_NEAR(value(h, "log_loss"),
              -(std::log(0.9) + std::log(0.4) + std::log(0.5) + std::log(0.8)) / 4, 1e-15);
  EXPECT_NEAR(value(h, "brier"), (0.01 + 0.36 + 0.25 + 0.04) / 4, 1e-15);
  EXPECT_EQ(m.at("rows"), "4 | null | null");
  EXPECT_EQ(m.at("positives"), "2 | null | null");
  for (const char* one : {"true_positives", "false_positives", "false_negatives", "true_negatives"})
    EXPECT_EQ(m.at(one), "1 | null | null") << one;
  EXPECT_TRUE(m.at("accuracy").starts_with("0.5 | 0.15"))
      << "Wilson's interval: " + m.at("accuracy");
}

TEST(EvaluateComponent, CurvesAreInTheResult) {
  const Harness h = ran(kConfig, kRows);
  const Value roc = h.result("roc"), pr = h.result("precision_recall"),
              calibration = h.result("calibration");
  ASSERT_TRUE(roc.list() && pr.list() && calibration.list());
  EXPECT_EQ(roc.list()->size(), 5U) << "four scores and the start";
  EXPECT_EQ(pr.list()->size(), 4U);
  EXPECT_EQ(calibration.list()->size(), 4U) << "0.2, 0.5, 0.6 and 0.9 are in bins of their own";
  EXPECT_EQ(roc.list()->back(), Value(Value::List{1.0, 1.0}));
  EXPECT_EQ(ran(with("calibration_bins", int64_t{1}), kRows).result("calibration").list()->size(),
            1U);
  EXPECT_EQ(ran(with("curve_points", int64_t{2}), kRows).result("roc").list()->size(), 2U);
}

TEST(EvaluateComponent, ConfidenceWidensTheInterval) {
  const auto width = [](const Harness& h) {
    const wf::Batch& b = h.output()[0];
    return b.numbers<double>(3)[2] - b.numbers<double>(2)[2];  // accuracy is the third measure
  };
  // Wilson's interval of 2 of 4 at z: +- z sqrt(1/16 + z^2/64) / (1 + z^2/4).
  for (const auto& [level, z] : {std::pair{0.95, 1.959963984540054}, {0.99, 2.5758293035489004}})
    EXPECT_NEAR(width(ran(with("confidence", level), kRows)),
                2 * z * std::sqrt(1.0 / 16 + z * z / 64) / (1 + z * z / 4), 1e-13);
}

TEST(EvaluateComponent, OtherColumnsAndTypes) {
  const Harness h = ran({{"label", "y"}, {"score", "s"}, {"probability", "p"}, {"decision", "d"}},
                        "d:float64 p:float64 s:float64 y:bool\n1 | 0.7 | 3 | true\n"
                        "0 | 0.3 | 1 | false");
  EXPECT_EQ(value(h, "auc"), 1);
  EXPECT_EQ(value(h, "accuracy"), 1);
}

TEST(EvaluateComponent, BatchesDoNotMatter) {
  EXPECT_EQ(ran(kConfig, kRows, 1).text(), ran(kConfig, kRows).text());
}

TEST(EvaluateComponent, RefusesRowsItCannotMeasure) {
  const Harness h = ran(kConfig, kRows +
                                     "null | 1 | 0.5 | true\n"
                                     "2 | 1 | 0.5 | true\n"
                                     "1 | 1 | 0.5 | null\n"
                                     "1 | null | 0.5 | true\n"
                                     "1 | nan | 0.5 | true\n"
                                     "1 | 1 | null | true\n"
                                     "1 | 1 | nan | true\n"
                                     "1 | 1 | 1.5 | true\n"
                                     "1 | inf | 1 | true\n");
  EXPECT_EQ(value(h, "rows"), 4) << "the others count";
  EXPECT_EQ(value(h, "auc"), 0.75);
  const auto refused = h.refused();
  ASSERT_EQ(refused.size(), 9U);
  for (size_t i = 0; i < refused.size(); ++i) {
    EXPECT_EQ(refused[i].row, static_cast<int64_t>(i) + 4);
    EXPECT_EQ(refused[i].code, i < 3 ? "bad_label" : "bad_score");
  }
  EXPECT_EQ(refused[0].message, "label or decision is null");
  EXPECT_EQ(refused[1].message, "label or decision is neither 0 nor 1");
  EXPECT_EQ(refused[2].message, "label or decision is null");
  EXPECT_EQ(refused[3].message, "score or probability is missing or out of range");
}

TEST(EvaluateComponent, OneClassHasNoAuc) {
  const Harness h = ran(kConfig, kHeader + "1 | 2 | 0.9 | true\n1 | 1 | 0.4 | false");
  EXPECT_TRUE(h.result("auc").is_null());
  EXPECT_EQ(measures(h).at("auc"), "null | 0 | 1");
  EXPECT_EQ(value(h, "recall"), 0.5);
}

TEST(EvaluateComponent, NoRowsAreAnError) {
  for (const char* rows : {"", "null | 1 | 0.5 | true\n"}) {
    Harness h = Harness::of<Evaluate>();
    EXPECT_EQ(said(h.run(kConfig, {batch(kHeader + rows)})), "there are no rows to evaluate");
  }
}

TEST(EvaluateComponent, TrainingRowsAreRefusedUnlessAllowed) {
  const std::string columns = kHeader.substr(0, kHeader.size() - 1);
  EXPECT_EQ(bound_training<Evaluate>(kConfig, columns),
            "allow_training_rows: these are the rows that the model was fitted on: the measures "
            "would flatter it (apply the model to other rows, or say allow_training_rows = true)");
  EXPECT_EQ(bound_training<Evaluate>(with("allow_training_rows", true), columns), "ok");
  EXPECT_EQ(bound<Evaluate>(kConfig, columns), "ok");
}

TEST(EvaluateComponent, BindRefuses) {
  EXPECT_EQ(bound<Evaluate>({}, "label:int64"), "label: 'label' is required");
  EXPECT_EQ(bound<Evaluate>(kConfig, "lable:int64"),
            "label: there is no column 'label'; the input has lable (did you mean 'lable'?)");
  EXPECT_EQ(bound<Evaluate>(kConfig, "label:utf8"),
            "label: column 'label' is utf8, but must be bool, int32, int64 or float64");
  EXPECT_EQ(bound<Evaluate>(kConfig, "label:int64 model_score:int64"),
            "score: column 'model_score' is int64, but must be float64");
  EXPECT_EQ(bound<Evaluate>(kConfig, "label:int64 model_score:float64 decision:bool"),
            "probability: there is no column 'probability'; the input has label, model_score, "
            "decision");
  EXPECT_EQ(
      bound<Evaluate>(kConfig, "label:int64 model_score:float64 probability:float64 decision:utf8"),
      "decision: column 'decision' is utf8, but must be bool, int32, int64 or float64");
}

}  // namespace
}  // namespace weirflow::ml
