// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "online_component.h"

#include <cmath>

#include "component_test.h"

namespace weirflow::ml {
namespace {

/// Feature 0 speaks for the label, feature 1 against it, feature 2 for nothing; the last rows have
/// no label.
wf::Batch rows(int n, int without_label = 0) {
  std::string text = "features:sparse y:int64\n";
  for (int i = 0; i < n; ++i) {
    const int label = i % 2;
    text += "{" + std::to_string(1 - label) + ":1 2:" + std::to_string(1 + i % 3) + "} | " +
            (i >= n - without_label ? "null" : std::to_string(label)) + "\n";
  }
  return batch(text);
}

Table config(Table more = {}) {
  more.emplace_back("label", "y");
  more.emplace_back("size", 4);
  return more;
}

std::vector<double> probabilities(const Harness& h) {
  std::vector<double> all;
  for (const wf::Batch& out : h.output()) {
    const auto column = out.numbers<double>(h.output_schema()->index_of("probability"));
    for (int64_t i = 0; i < out.rows(); ++i) all.push_back(column[i]);
  }
  return all;
}

TEST(OnlineComponent, EachRowIsScoredByWhatCameBeforeIt) {
  Harness h = Harness::of<OnlineLogisticRegression>();
  ASSERT_TRUE(h.run(config(), {rows(400)}).ok());
  ASSERT_TRUE(h.conservation().ok()) << h.conservation().message();
  const auto p = probabilities(h);
  ASSERT_EQ(p.size(), 400U);
  EXPECT_EQ(p[0], 0.5);
  EXPECT_LT(p[398], 0.2);
  EXPECT_GT(p[399], 0.8);
  EXPECT_EQ(h.host().metrics()["rows_learned"], 400);
  EXPECT_LT(h.host().metrics()["progressive_loss"], 0.4);
}

TEST(OnlineComponent, RowsWithoutALabelTeachNothing) {
  Harness h = Harness::of<OnlineLogisticRegression>();
  ASSERT_TRUE(h.run(config(), {rows(50, 20)}).ok());
  EXPECT_EQ(h.host().metrics()["rows_learned"], 30);
  const auto learned = h.output()[0].numbers<int64_t>(h.output_schema()->index_of("rows_learned"));
  EXPECT_EQ(learned[29], 29);
  EXPECT_EQ(learned[30], 30);
  EXPECT_EQ(learned[49], 30);
}

TEST(OnlineComponent, GoesOnFromASnapshotAtAnyCut) {
  Harness whole = Harness::of<OnlineLogisticRegression>();
  ASSERT_TRUE(whole.run(config({{"l1", 0.1}}), {rows(60)}).ok());
  const auto expected = probabilities(whole);
  for (const int64_t at : {1, 7, 30, 59}) {
    Harness first = Harness::of<OnlineLogisticRegression>();
    ASSERT_TRUE(first.start(config({{"l1", 0.1}}), {rows(1).schema()}).ok());
    ASSERT_TRUE(first.push(rows(60).slice(0, at)).ok());
    const auto state = first.snapshot(1);
    ASSERT_TRUE(state.ok());
    Harness second = Harness::of<OnlineLogisticRegression>();
    ASSERT_TRUE(second.start(config({{"l1", 0.1}}), {rows(1).schema()}).ok());
    ASSERT_TRUE(second.restore(*state).ok());
    ASSERT_TRUE(second.push(rows(60).slice(at, 60 - at)).ok());
    auto p = probabilities(first);
    for (const double x : probabilities(second)) p.push_back(x);
    EXPECT_EQ(p, expected) << at;
  }
}

TEST(OnlineComponent, RefusesWhatItCannotLearnFrom) {
  Harness h = Harness::of<OnlineLogisticRegression>();
  ASSERT_TRUE(h.run(config(), {batch("features:sparse y:int64\n"
                                     "{0:1} | 1\n{0:1} | 2\n{9:1} | 0\n{0:nan} | 0\n{1:1} | 0\n")})
                  .ok());
  ASSERT_EQ(h.refused().size(), 3U);
  EXPECT_EQ(h.refused()[0].code, "bad_label");
  EXPECT_EQ(h.refused()[1].message, "there is no feature 9 among 4");
  EXPECT_EQ(h.refused()[2].code, "bad_features");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST(OnlineComponent, WrongConfiguration) {
  using C = OnlineLogisticRegression;
  EXPECT_EQ(bound<C>({{"label", "y"}}, "features:sparse y:int64"),
            "size: how many features there are is not known from the column features (say it, for "
            "example size = 262144)");
  EXPECT_NE(bound<C>(config(), "features:sparse"), "ok");
  EXPECT_NE(bound<C>({{"label", "y"}, {"size", 4}, {"alpha", 0.0}}, "features:sparse y:int64"),
            "ok");
  Harness h = Harness::of<C>();
  ASSERT_TRUE(h.start(config(), {rows(1).schema()}).ok());
  EXPECT_EQ(h.restore("x").code(), wf::Code::invalid_data);
}

}  // namespace
}  // namespace weirflow::ml
