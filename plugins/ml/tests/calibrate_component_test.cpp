// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "calibrate_component.h"

#include "component_test.h"

namespace weirflow::ml {
namespace {

constexpr const char* kRows = R"(model_score:float64 label:int64
-2   | 0
-1.5 | 0
-1   | 1
-0.5 | 0
-0.5 | 0
0    | 1
0.25 | 0
0.5  | 1
1    | 1
1.5  | 0
2    | 1
3    | 1)";
constexpr const char* kAsked = "model_score:float64\n-5\n-1.25\n0\n0.3\n2.5\n9";

const Table kSigmoid{{"label", "label"}};
const Table kIsotonic{{"label", "label"}, {"method", "isotonic"}};

std::vector<double> asked(const Table& config) {
  const wf::Result<std::string> state = fitted<Calibrate>(config, {batch(kRows)});
  EXPECT_EQ(said(state.status()), "ok");
  const Harness h = applied<Calibrate>(config, *state, {batch(kAsked)});
  const auto column = h.output()[0].numbers<double>(1);
  return {column.data(), column.data() + column.size()};
}

// Expected: Newton's method in NumPy on Platt's targets to rounding error; scikit-learn 1.9.1's
// _SigmoidCalibration().fit(scores, labels) stops within 1e-8 of it (a -0.5871028757).
TEST(CalibrateComponent, SigmoidIsScikitLearns) {
  const std::vector<double> expected{0.04488385553730473, 0.29815083547663446, 0.4694778969495879,
                                     0.5134693556008617,  0.7933957115968211,  0.9943006386377266};
  const std::vector<double> own = asked(kSigmoid);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(own[i], expected[i], 1e-9) << i;
}

// Expected: scikit-learn 1.9.1's IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1).
TEST(CalibrateComponent, IsotonicIsScikitLearns) {
  const std::vector<double> expected{0, 1.0 / 6, 0.5, 0.5333333333333333, 1, 1};
  const std::vector<double> own = asked(kIsotonic);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(own[i], expected[i], 1e-15) << i;
}

TEST(CalibrateComponent, KeepsTheColumnsAndAddsOne) {
  const Table config{{"label", "truth"}, {"score", "s"}, {"into", "p"}, {"method", "isotonic"}};
  const std::string state =
      *fitted<Calibrate>(config, {batch("s:float64 truth:bool\n1 | false\n2 | true")});
  EXPECT_EQ(applied<Calibrate>(config, state, {batch("id:int64 s:float64\n7 | 1.5\n8 | 9")}).text(),
            "id:int64 s:float64 p:float64\n7 | 1.5 | 0.5\n8 | 9 | 1\n")
      << "no label is needed to apply it";
}

TEST(CalibrateComponent, NullStaysNullAndWhatIsNoNumberIsRefused) {
  const std::string state = *fitted<Calibrate>(kIsotonic, {batch(kRows)});
  const Harness h = applied<Calibrate>(
      kIsotonic, state,
      {batch("model_score:float64\n0\nnan\nnull\ninf\n9"), batch("model_score:float64\n-inf")});
  EXPECT_EQ(h.text(),
            "model_score:float64 calibrated_probability:float64\n0 | 0.5\nnull | null\n9 | 1\n");
  ASSERT_EQ(h.refused().size(), 3U);
  EXPECT_EQ(h.refused()[0].code, "bad_score");
  EXPECT_EQ(h.refused()[0].message, "the score is NaN or infinite");
  EXPECT_EQ(h.refused()[0].row, 1);
  EXPECT_EQ(h.refused()[1].row, 3);
  EXPECT_EQ(h.refused()[2].row, 0);
}

TEST(CalibrateComponent, EveryTypeOfLabelGivesTheSameState) {
  for (const Table& config : {kSigmoid, kIsotonic}) {
    const auto with = [&](const char* rows) { return *fitted<Calibrate>(config, {batch(rows)}); };
    const std::string state = with("model_score:float64 label:int64\n0 | 0\n1 | 1\n2 | 0");
    EXPECT_EQ(with("label:bool model_score:float64\nfalse | 0\ntrue | 1\nfalse | 2"), state);
    EXPECT_EQ(with("model_score:float64 label:int32\n0 | 0\n1 | 1\n2 | 0"), state);
    EXPECT_EQ(with("model_score:float64 label:float64\n0 | 0\n1 | 1\n2 | 0"), state);
  }
}

TEST(CalibrateComponent, StateDependsOnTheRowsAlone) {
  for (const Table& config : {kSigmoid, kIsotonic}) {
    const std::string state = *fitted<Calibrate>(config, {batch(kRows)}, 1);
    EXPECT_EQ(*fitted<Calibrate>(config, cut(batch(kRows), 5), 2), state);
    EXPECT_EQ(*fitted<Calibrate>(config, cut(batch(kRows), 1), 4), state);
    EXPECT_NE(*fitted<Calibrate>(config, {batch(kRows).slice(0, 11)}), state);
  }
  EXPECT_NE(*fitted<Calibrate>(kSigmoid, {batch(kRows)}),
            *fitted<Calibrate>(kIsotonic, {batch(kRows)}));
}

TEST(CalibrateComponent, FitRefuses) {
  const auto fit = [](const Table& config, std::string_view rows) {
    return said(fitted<Calibrate>(config, {batch(rows)}).status());
  };
  const std::string header = "model_score:float64 label:int64\n";
  EXPECT_EQ(fit(kSigmoid, header), "there are no rows to calibrate on");
  EXPECT_EQ(fit(kSigmoid, header + "1 | 1\n2 | 1"),
            "all rows have one label; the sigmoid needs both classes");
  EXPECT_EQ(fit(kIsotonic, header + "1 | 1\n2 | 1"), "ok") << "a map that is 1 everywhere";
  EXPECT_EQ(fit(kSigmoid, header + "1 | 1\n2 | null"), "row 1: the label is null");
  EXPECT_EQ(fit(kSigmoid, header + "1 | 2"), "row 0: the label is neither 0 nor 1");
  EXPECT_EQ(fit(kSigmoid, header + "1 | 0\nnull | 1"), "row 1: the score is null");
  EXPECT_EQ(fit(kSigmoid, header + "1 | 0\nnan | 1"), "row 1: the score is not finite");
  EXPECT_EQ(fit(kSigmoid, "model_score:float64 labels:int64\n1 | 0"),
            "label: there is no column 'label'; the input has model_score, labels (did you mean "
            "'labels'?)");
}

TEST(CalibrateComponent, FitCountsRowsAcrossBatches) {
  const std::vector<wf::Batch> parts =
      cut(batch("model_score:float64 label:int64\n1 | 0\n2 | 1\n3 | null"), 2);
  EXPECT_EQ(said(fitted<Calibrate>(kSigmoid, parts).status()), "row 2: the label is null");
}

TEST(CalibrateComponent, BindRefuses) {
  EXPECT_EQ(bound<Calibrate>({}, "model_score:float64"), "label: 'label' is required");
  EXPECT_EQ(bound<Calibrate>(kSigmoid, "modelscore:float64"),
            "score: there is no column 'model_score'; the input has modelscore (did you mean "
            "'modelscore'?)");
  EXPECT_EQ(bound<Calibrate>(kSigmoid, "model_score:utf8"),
            "score: column 'model_score' is utf8, but must be float64");
  EXPECT_EQ(bound<Calibrate>(kSigmoid, "model_score:float64 label:utf8"),
            "label: column 'label' is utf8, but must be bool, int32, int64 or float64");
  EXPECT_EQ(bound<Calibrate>({{"label", "y"}, {"into", "model_score"}}, "model_score:float64"),
            "into: column 'model_score' exists already");
}

TEST(CalibrateComponent, TrainingRowsFlatter) {
  const std::string columns = "model_score:float64 label:int64";
  EXPECT_EQ(bound_training<Calibrate>(kSigmoid, columns),
            "allow_training_rows: these are the rows that the model behind the score was fitted "
            "on: their scores are too good to learn from (fit ml.calibrate on rows that the model "
            "was applied to, or say allow_training_rows = true)");
  EXPECT_EQ(bound_training<Calibrate>({{"label", "label"}, {"allow_training_rows", true}}, columns),
            "ok");
  Harness h = Harness::of<Calibrate>();
  ASSERT_EQ(said(h.configure(kSigmoid)), "ok");
  ASSERT_EQ(said(h.load(*fitted<Calibrate>(kSigmoid, {batch(kRows)}))), "ok");
  EXPECT_EQ(said(h.bind({wf::Schema(wf::testing::schema(columns).fields(),
                                    {{"weirflow.rows", "training"}})})),
            "ok")
      << "applying it to them is fine";
}

TEST(CalibrateComponent, LoadRefusesWhatIsNoStateOfIt) {
  const std::string state = *fitted<Calibrate>(kIsotonic, {batch(kRows)});
  EXPECT_EQ(loaded<Calibrate>(kSigmoid, state), "ok") << "the method is in the state";
  EXPECT_EQ(loaded<Calibrate>(kSigmoid, of_later_version(state)),
            "state: format version 2, this plugin reads 1");
  EXPECT_EQ(loaded<Calibrate>(kSigmoid, state.substr(0, 200)),
            "state: truncated or with bytes added");
  Harness h = Harness::of<Calibrate>();
  ASSERT_EQ(said(h.start(kSigmoid, {batch(kAsked).schema()})), "ok");
  EXPECT_EQ(said(h.push(batch(kAsked))), "ml.calibrate is applied without a state");
}

}  // namespace
}  // namespace weirflow::ml
