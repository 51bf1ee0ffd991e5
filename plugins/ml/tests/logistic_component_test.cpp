// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "logistic_component.h"

#include <cmath>

#include "component_test.h"

namespace weirflow::ml {
namespace {

/// Twelve rows of three features: x0 = (7i mod 5) / 4, x1 = (3i mod 4) / 2, x2 = [3 divides i]; the
/// same in scikit-learn 1.9.1 for the numbers below.
wf::Batch rows() {
  std::string text = "features:sparse y:int64\n";
  for (int i = 0; i < 12; ++i) {
    const double x[3] = {i * 7 % 5 / 4.0, i * 3 % 4 / 2.0, i % 3 == 0 ? 1.0 : 0.0};
    std::string row;
    for (int k = 0; k < 3; ++k)
      if (x[k] != 0)
        row += (row.empty() ? "" : " ") + std::to_string(k) + ":" + std::to_string(x[k]);
    const bool positive = i == 0 || i == 1 || i == 4 || i == 6 || i == 9;
    text += "{" + row + "} | " + (positive ? "1" : "0") + "\n";
  }
  return batch(text);
}

Table with(Table more) {
  more.emplace_back("label", "y");
  return more;
}

/// w x + b of the first two rows.
std::pair<double, double> scores(Table config) {
  const Harness h = fit_and_apply<LogisticRegression>(with(std::move(config)), rows());
  const auto score = h.output()[0].numbers<double>(h.output_schema()->index_of("model_score"));
  return {score[0], score[1]};
}
void expect_scores(Table config, double first, double second, double tolerance) {
  const auto [a, b] = scores(std::move(config));
  EXPECT_NEAR(a, first, tolerance);
  EXPECT_NEAR(b, second, tolerance);
}

// Expected: decision_function of scikit-learn's LogisticRegression with solver newton-cholesky
// (without intercept and with a column of ones for the penalised bias; saga for the elastic net),
// tol 1e-13 or less.
TEST(LogisticComponent, OptionsHaveScikitLearnsOptima) {
  expect_scores({}, 0.011217578135619077, -0.51353419151561, 1e-9);
  expect_scores({{"c", 0.1}}, -0.27996146158395735, -0.3605298814848118, 1e-9);
  expect_scores({{"bias", "none"}, {"solver", "newton_cg"}}, 0.6123981081646419,
                -0.40517879397249545, 1e-9);
  expect_scores({{"bias", "penalised"}, {"solver", "newton_cg"}}, 0.2908019441297934,
                -0.461024474772633, 1e-9);
  expect_scores({{"bias", "penalised"}, {"tolerance", 1e-12}}, 0.2908019441297934,
                -0.461024474772633, 1e-9);
  expect_scores({{"class_weight", "balanced"}}, 0.33219892648592114, -0.20604363925717756, 1e-9);
  expect_scores({{"l1_ratio", 0.5}, {"tolerance", 1e-12}}, 0.1384000313226884, -0.5852408935089924,
                1e-9);
}

// regularisation r is C = 1 / (r rows); standardise is the same fit on x / std.
TEST(LogisticComponent, OptionsOfSpark) {
  expect_scores({{"regularisation", 0.05}}, 0.11229460626817, -0.5795726603425833, 1e-9);
  expect_scores({{"standardise", true}}, 0.2264983658792834, -0.7203080720634922, 1e-9);
}

TEST(LogisticComponent, SolversAgree) {
  for (const char* solver : {"newton_cg", "lbfgs", "auto"})
    expect_scores({{"solver", solver}, {"tolerance", 1e-12}}, 0.011217578135619077,
                  -0.51353419151561, 1e-8);
  for (const int64_t seed : {1, 42})
    expect_scores({{"solver", "dual"}, {"bias", "penalised"}, {"tolerance", 1e-12}, {"seed", seed}},
                  0.2908019441297934, -0.461024474772633, 1e-9);
}

TEST(LogisticComponent, SeedOrdersTheRowsOfDual) {
  const auto after_one_pass = [](int64_t seed) {
    return scores({{"solver", "dual"},
                   {"bias", "penalised"},
                   {"max_iterations", int64_t{1}},
                   {"seed", seed}});
  };
  EXPECT_NE(after_one_pass(1), after_one_pass(2));
  EXPECT_EQ(after_one_pass(2), after_one_pass(2));
}

TEST(LogisticComponent, SaysWhenItStopsEarly) {
  Harness h = Harness::of<LogisticRegression>();
  ASSERT_EQ(said(h.start(with({{"max_iterations", int64_t{1}}}), {rows().schema()})), "ok");
  ASSERT_TRUE(h.fit({rows()}).ok());
  ASSERT_EQ(h.host().logs().size(), 1U);
  EXPECT_EQ(h.host().logs()[0], "stopped after 1 iterations before the tolerance was reached");
  EXPECT_EQ(h.host().metrics().at("iterations"), 1);
  EXPECT_GT(h.host().metrics().at("objective"), 0);
}

TEST(LogisticComponent, AddsItsColumns) {
  const Table config = with({{"score", "s"}, {"contributions", int64_t{0}}});
  const std::string state = *fitted<LogisticRegression>(config, {rows()});
  Harness h = Harness::of<LogisticRegression>();
  h.host().task().model_version = wf::str("m@0123456789abcdef");
  ASSERT_EQ(said(h.configure(config)), "ok");
  ASSERT_EQ(said(h.load(state)), "ok");
  const wf::Batch in = batch("id:int64 features:sparse\n1 | {2:1}\n2 | {}");
  ASSERT_EQ(said(h.bind({in.schema()})), "ok");
  ASSERT_EQ(said(h.open()), "ok");
  ASSERT_EQ(said(h.push(in)), "ok");
  EXPECT_EQ(wf::testing::to_text(*h.output_schema()),
            "id:int64 features:sparse s:float64 probability:float64 decision:bool "
            "threshold:float64 model_version:utf8 contributions:" +
                wf::parse_type(kContributionsType)->to_string());
  const wf::Batch& out = h.output()[0];
  for (int64_t i = 0; i < 2; ++i) {
    const double p = out.numbers<double>(3)[i];
    EXPECT_NEAR(p, 1 / (1 + std::exp(-out.numbers<double>(2)[i])), 1e-15);
    EXPECT_EQ(wf::testing::cell_text(out, 4, i), p > 0.5 ? "true" : "false");
    EXPECT_EQ(wf::testing::cell_text(out, 5, i), "0.5");
    EXPECT_EQ(wf::testing::cell_text(out, 6, i), "m@0123456789abcdef");
    EXPECT_EQ(wf::testing::cell_text(out, 7, i), "[]");
  }
  EXPECT_NE(out.numbers<double>(2)[0], out.numbers<double>(2)[1]);
}

TEST(LogisticComponent, ThresholdDecides) {
  const auto decisions = [](double threshold) {
    return fit_and_apply<LogisticRegression>(with({{"threshold", threshold}}), rows())
        .column("decision");
  };
  EXPECT_EQ(decisions(0.0), std::vector<std::string>(12, "true"));
  EXPECT_EQ(decisions(1.0), std::vector<std::string>(12, "false"));
  EXPECT_EQ(decisions(0.4)[0], "true");
  EXPECT_EQ(decisions(0.4)[1], "false");
}

/// Contributions of one row, each "ngram contribution offsets", for a model with weights of mixed
/// signs.
std::vector<std::string> contributions(Table config, const std::string& header,
                                       const std::string& row) {
  config = with(std::move(config));
  const std::string state = *fitted<LogisticRegression>(
      config, {batch("features:sparse y:bool\n{0:1} | true\n{0:1 1:1} | true\n{1:1} | false\n"
                     "{2:1} | false\n{2:1} | true\n{} | false")});
  const Harness h = applied<LogisticRegression>(config, state, {batch(header + "\n" + row)});
  const wf::Batch& out = h.output()[0];
  const wf::ArrayPtr& column = out.column(out.column_count() - 1);
  const wf::Array& items = *wf::ListView(*column).items();
  const wf::ArrayPtr ngram = wf::struct_member(items, 0), offsets = wf::struct_member(items, 2);
  const wf::Batch parts(std::make_shared<const wf::Schema>(wf::Schema{
                            {"n", wf::Type::utf8}, {"o", wf::DataType::list_of(wf::Type::int32)}}),
                        items.length, {ngram, offsets});
  std::vector<std::string> list;
  for (int64_t i = 0; i < items.length; ++i) list.push_back(wf::testing::row_text(parts, i));
  return list;
}

using Texts = std::vector<std::string>;

TEST(LogisticComponent, ContributionsAddUpToTheScore) {
  const Harness h = fit_and_apply<LogisticRegression>(with({}), rows());
  const wf::Batch& out = h.output()[0];
  const auto score = out.numbers<double>(h.output_schema()->index_of("model_score"));
  const wf::ListView lists(*out.column(h.output_schema()->index_of("contributions")));
  const wf::ArrayPtr parts = wf::struct_member(*lists.items(), 1);
  const wf::NumericView<double> part(*parts);
  double bias[2] = {score[0], score[1]};
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t k = lists.begin(i); k < lists.end(i); ++k) bias[i] -= part[k];
  EXPECT_NEAR(bias[0], -0.807015, 1e-6) << "what is left is scikit-learn's intercept";
  EXPECT_NEAR(bias[1], bias[0], 1e-15);
}

TEST(LogisticComponent, ContributionsNameTheTermsWhereTheyAreKnown) {
  EXPECT_EQ(contributions({}, "features:sparse", "{0:1 1:1 2:1}"),
            (Texts{"#0 | null", "#2 | null", "#1 | null"}));
  EXPECT_EQ(contributions({}, "features:sparse terms:list<utf8>", "{0:1 1:1 2:1} | [a, a b, b]"),
            (Texts{"a | null", "b | null", "a b | null"}));
  EXPECT_EQ(contributions({}, "features:sparse terms:list<utf8>", "{0:1 1:1} | [a]"),
            (Texts{"#0 | null", "#1 | null"}))
      << "a list of another length belongs to something else";
  EXPECT_EQ(contributions({}, "features:sparse terms:utf8", "{0:1} | a"), Texts{"#0 | null"});
  EXPECT_EQ(contributions({{"contributions", int64_t{1}}}, "features:sparse", "{0:1 1:1 2:1}"),
            (Texts{"#0 | null", "#1 | null"}))
      << "one for, one against";
}

TEST(LogisticComponent, ContributionsSayWhereTheNgramsStand) {
  const std::string header =
      "features:sparse terms:list<utf8> tokens:list<utf8> tokens_offsets:list<int32>";
  EXPECT_EQ(
      contributions({}, header, "{0:1 1:1 2:1} | [a, a b, b] | [a, b, a] | [0, 1, 2, 3, 5, 6]"),
      (Texts{"a | [0, 1, 5, 6]", "b | [2, 3]", "a b | [0, 3]"}));
  EXPECT_EQ(contributions({}, header, "{0:1} | [a] | [a] | null"), Texts{"a | null"});
  EXPECT_EQ(contributions({{"tokens", "words"}},
                          "features:sparse terms:list<utf8> words:list<utf8> "
                          "words_offsets:list<int32>",
                          "{0:1} | [a] | [x, a] | [0, 1, 2, 3]"),
            Texts{"a | [2, 3]"});
  EXPECT_EQ(
      contributions({}, "features:sparse terms:list<utf8> tokens:list<utf8>", "{0:1} | [a] | [a]"),
      Texts{"a | null"});
}

TEST(LogisticComponent, RowsOfNoNumberAreRefused) {
  const Table config = with({});
  const std::string state = *fitted<LogisticRegression>(config, {rows()});
  const Harness h = applied<LogisticRegression>(
      config, state,
      {batch("id:int64 features:sparse\n1 | {0:1}\n2 | {1:nan}\n3 | {}\n4 | {0:inf}")});
  EXPECT_EQ(h.column("id"), (Texts{"1", "3"}));
  ASSERT_EQ(h.refused().size(), 2U);
  EXPECT_EQ(h.refused()[0].code, "bad_features");
  EXPECT_EQ(h.refused()[0].row, 1);
  EXPECT_EQ(h.refused()[1].row, 3);
  EXPECT_EQ(h.column("contributions")[1], "[]");
}

TEST(LogisticComponent, FeaturesOfAnotherFitEndTheRun) {
  const Table config = with({});
  Harness h = Harness::of<LogisticRegression>();
  ASSERT_EQ(said(h.configure(config)), "ok");
  ASSERT_EQ(said(h.load(*fitted<LogisticRegression>(config, {rows()}))), "ok");
  const wf::Batch in = batch("features:sparse\n{0:1}\n{3:1}");
  ASSERT_EQ(said(h.bind({in.schema()})), "ok");
  ASSERT_EQ(said(h.open()), "ok");
  EXPECT_EQ(said(h.push(in)),
            "row 1 of a batch has the feature 3, but the model was fitted on 3: its features come "
            "from another fit");
}

TEST(LogisticComponent, TheFieldsSizeCountsColumnsThatNoRowUsed) {
  const wf::Batch plain = rows();
  std::vector<wf::Field> fields = plain.schema().fields();
  fields[0] = wf::sparse_field("features", 5);
  const wf::Batch sized(std::make_shared<const wf::Schema>(std::move(fields)), plain.rows(),
                        plain.columns());
  const Table config = with({});
  const std::string state = *fitted<LogisticRegression>(config, {sized});
  const Harness h = applied<LogisticRegression>(config, state, {batch("features:sparse\n{4:1}")});
  EXPECT_EQ(h.column("model_score").size(), 1U);
}

TEST(LogisticComponent, StateDependsOnTheRowsAlone) {
  for (const Table& config : {with({}), with({{"bias", "penalised"}}), with({{"l1_ratio", 1.0}})}) {
    const std::string state = *fitted<LogisticRegression>(config, {rows()}, 1);
    EXPECT_EQ(*fitted<LogisticRegression>(config, cut(rows(), 5), 2), state);
    EXPECT_EQ(*fitted<LogisticRegression>(config, cut(rows(), 1), 4), state);
    EXPECT_NE(*fitted<LogisticRegression>(config, {rows().slice(0, 11)}), state);
  }
}

TEST(LogisticComponent, EveryTypeOfLabelGivesTheSameState) {
  const auto fit = [](const char* text) {
    return *fitted<LogisticRegression>(with({}), {batch(text)});
  };
  const std::string state = fit("features:sparse y:int64\n{0:1} | 1\n{0:2} | 0");
  EXPECT_EQ(fit("y:bool features:sparse\ntrue | {0:1}\nfalse | {0:2}"), state);
  EXPECT_EQ(fit("features:sparse y:int32\n{0:1} | 1\n{0:2} | 0"), state);
  EXPECT_EQ(fit("features:sparse y:float64\n{0:1} | 1\n{0:2} | 0"), state);
}

TEST(LogisticComponent, FitRefuses) {
  const auto fit = [](std::string_view text) {
    return said(fitted<LogisticRegression>(with({}), {batch(text)}).status());
  };
  EXPECT_EQ(fit("features:sparse y:int64"), "there are no rows to learn from");
  EXPECT_EQ(fit("features:sparse y:int64\n{0:1} | 1\n{0:2} | 1"),
            "all rows have label 1; both classes are needed");
  EXPECT_EQ(fit("features:sparse y:int64\n{} | 1\n{} | 0"), "the rows have no columns");
  EXPECT_EQ(fit("features:sparse y:int64\n{0:1} | 1\n{0:1} | null"), "row 1: the label is null");
  EXPECT_EQ(fit("features:sparse y:float64\n{0:1} | 0.5"), "row 0: the label is neither 0 nor 1");
  EXPECT_EQ(fit("features:sparse y:int64\n{0:1} | 1\n{0:nan} | 0"),
            "row 1: column 0 holds a value that is not finite");
  EXPECT_EQ(fit("features:sparse Y:int64\n{0:1} | 1"),
            "label: there is no column 'y'; the input has features, Y (did you mean 'Y'?)");
  Harness h = Harness::of<LogisticRegression>();
  ASSERT_EQ(said(h.start(with({}), {rows().schema()})), "ok");
  h.cancel();
  EXPECT_EQ(h.fit({rows()}).status().code(), wf::Code::cancelled);
}

TEST(LogisticComponent, BindRefuses) {
  const auto refusal = [](Table config, std::string_view columns) {
    return bound<LogisticRegression>(std::move(config), columns);
  };
  EXPECT_EQ(refusal({}, "features:sparse"), "label: 'label' is required");
  EXPECT_EQ(refusal(with({}), "feature:sparse"),
            "features: there is no column 'features'; the input has feature (did you mean "
            "'feature'?)");
  EXPECT_EQ(refusal(with({}), "features:list<float64>"),
            "features: column 'features' is list<float64>, but must be list<struct<index: int32, "
            "value: float64>>");
  EXPECT_EQ(refusal(with({}), "features:sparse y:utf8"),
            "label: column 'y' is utf8, but must be bool, int32, int64 or float64");
  EXPECT_EQ(refusal(with({}), "features:sparse"), "ok") << "to apply it no label is needed";
  EXPECT_EQ(refusal(with({}), "features:sparse model_score:float64"),
            "score: column 'model_score' exists already");
  EXPECT_EQ(refusal(with({{"score", ""}}), "features:sparse"), "score: a column needs a name");
  EXPECT_EQ(refusal(with({}), "features:sparse decision:bool"), "column 'decision' exists already");
}

TEST(LogisticComponent, SolversThatCannotDoItAreRefused) {
  const auto refusal = [](Table config) {
    return bound<LogisticRegression>(with(std::move(config)), "features:sparse");
  };
  EXPECT_EQ(refusal({{"solver", "dual"}}),
            "solver: solver dual needs bias penalised or none; newton_cg has it free");
  EXPECT_EQ(refusal({{"solver", "newton_cg"}, {"l1_ratio", 0.5}}),
            "solver: solver newton_cg takes no L1 part; set l1_ratio = 0 or solver lbfgs");
  EXPECT_EQ(refusal({{"solver", "dual"}, {"bias", "none"}, {"regularisation", 0.0}}),
            "solver: solver dual needs a regularisation above 0");
}

TEST(LogisticComponent, LoadRefusesWhatIsNoStateOfIt) {
  const std::string state = *fitted<LogisticRegression>(with({}), {rows()});
  EXPECT_EQ(loaded<LogisticRegression>(with({}), state), "ok");
  EXPECT_EQ(loaded<LogisticRegression>(with({}), of_later_version(state)),
            "state: format version 2, this plugin reads 1");
  EXPECT_EQ(loaded<LogisticRegression>(with({}), "no state"), "state: shorter than its header");
  std::string changed = state;
  changed[70] = static_cast<char>(changed[70] ^ 1);
  EXPECT_EQ(loaded<LogisticRegression>(with({}), changed),
            "state: the checksum does not match, bytes were changed");
  Harness h = Harness::of<LogisticRegression>();
  ASSERT_EQ(said(h.start(with({}), {rows().schema()})), "ok");
  EXPECT_EQ(said(h.push(rows())), "ml.logistic_regression is applied without a state");
}

}  // namespace
}  // namespace weirflow::ml
