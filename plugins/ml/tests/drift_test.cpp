// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "drift.h"

#include <cmath>
#include <random>

#include "component_test.h"
#include "drift_component.h"

namespace weirflow::ml {
namespace {

using Values = std::vector<double>;

TEST(DriftFunctions, BordersAreQuantilesWithoutRepetition) {
  EXPECT_EQ(quantile_borders(Values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5), (Values{2, 4, 6, 8}));
  EXPECT_EQ(quantile_borders(Values{0, 0, 0, 0, 1}, 10), Values{0});
  EXPECT_EQ(quantile_borders(Values{3, 3, 3}, 10), Values{});
}

TEST(DriftFunctions, StabilityIndexByHand) {
  // Shares with half a value more in each of two bins: (1.5, 3.5) / 5 and (3.5, 1.5) / 5.
  const Values border{5};
  const double by_hand = (0.3 - 0.7) * std::log(0.3 / 0.7) + (0.7 - 0.3) * std::log(0.7 / 0.3);
  EXPECT_NEAR(population_stability_index(Values{1, 2, 3, 9}, Values{1, 7, 8, 9}, border), by_hand,
              1e-15);
  EXPECT_EQ(population_stability_index(Values{1, 9}, Values{2, 8}, border), 0);
}

TEST(DriftFunctions, KolmogorovSmirnov) {
  EXPECT_EQ(kolmogorov_smirnov(Values{1, 2, 3}, Values{1, 2, 3}), 0);
  EXPECT_EQ(kolmogorov_smirnov(Values{1, 2}, Values{3, 4, 5}), 1);
  EXPECT_NEAR(kolmogorov_smirnov(Values{1, 2, 3, 4}, Values{2, 2, 5}), 1.0 / 3, 1e-15);
  // The distribution's own table: Q(1.36) = 0.0495, Q(1.22) = 0.1019.
  EXPECT_NEAR(kolmogorov_smirnov_p(1.36 / std::sqrt(5e5), 1'000'000, 1'000'000), 0.0495, 2e-4);
  EXPECT_NEAR(kolmogorov_smirnov_p(1.22 / std::sqrt(5e5), 1'000'000, 1'000'000), 0.1019, 2e-4);
  EXPECT_EQ(kolmogorov_smirnov_p(0, 10, 10), 1);
}

/// `moved` rows from `from` on are shifted by one standard deviation.
wf::Batch rows(int n, int from, int moved) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  std::string text = "score:float64 flag:bool\n";
  for (int i = 0; i < n; ++i) {
    const double value = normal(random) + (i >= from && i < from + moved ? 1 : 0);
    text += std::to_string(value) + " | " + (i % 2 ? "true" : "false") + "\n";
  }
  return batch(text);
}

Table config() {
  return {{"columns", Value::List{"score", "flag"}},
          {"reference_rows", 1000},
          {"window_rows", 200},
          {"windows", 2}};
}

struct Told {
  std::string column;
  bool moved, drift;
  bool operator==(const Told&) const = default;
};
std::vector<Told> told(const Harness& h) {
  std::vector<Told> all;
  for (const wf::Batch& out : h.output()) {
    const wf::StringView column(*out.column(0));
    const wf::BoolView moved(*out.column(9)), drift(*out.column(10));
    for (int64_t i = 0; i < out.rows(); ++i)
      all.push_back({std::string(column[i]), moved[i], drift[i]});
  }
  return all;
}

TEST(DriftComponent, TellsWindowsThatMovedAndDrift) {
  Harness h = Harness::of<Drift>();
  ASSERT_TRUE(h.run(config(), {rows(2050, 1200, 400)}).ok());
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  EXPECT_EQ(told(h), (std::vector<Told>{{"score", false, false},
                                        {"flag", false, false},
                                        {"score", true, false},
                                        {"flag", false, false},
                                        {"score", true, true},
                                        {"flag", false, false},
                                        {"score", false, false},
                                        {"flag", false, false},
                                        {"score", false, false},
                                        {"flag", false, false}}));
}

TEST(DriftComponent, GoesOnFromASnapshotAtAnyRow) {
  const wf::Batch all = rows(1900, 1100, 800);
  Harness whole = Harness::of<Drift>();
  ASSERT_TRUE(whole.run(config(), {all}).ok());
  for (const int64_t at : {1, 999, 1000, 1001, 1333, 1600}) {
    Harness first = Harness::of<Drift>(), second = Harness::of<Drift>();
    ASSERT_TRUE(first.start(config(), {all.schema()}).ok());
    ASSERT_TRUE(first.push(all.slice(0, at)).ok());
    const auto state = first.snapshot(1);
    ASSERT_TRUE(state.ok());
    ASSERT_TRUE(second.start(config(), {all.schema()}).ok());
    ASSERT_TRUE(second.restore(*state).ok());
    ASSERT_TRUE(second.push(all.slice(at, all.rows() - at)).ok());
    auto joined = told(first);
    for (const Told& t : told(second)) joined.push_back(t);
    EXPECT_EQ(joined, told(whole)) << at;
  }
}

TEST(DriftComponent, AColumnThatBecomesNullHasMoved) {
  std::string text = "x:float64\n";
  for (int i = 0; i < 10; ++i) text += std::to_string(i) + "\n";
  for (int i = 0; i < 10; ++i) text += "null\n";
  Harness h = Harness::of<Drift>();
  ASSERT_TRUE(h.run({{"columns", Value::List{"x"}}, {"reference_rows", 10}, {"window_rows", 10}},
                    {batch(text)})
                  .ok());
  EXPECT_EQ(told(h), (std::vector<Told>{{"x", true, false}}));
  EXPECT_EQ(h.output()[0].numbers<int64_t>(3)[0], 10);
}

TEST(DriftComponent, WrongConfiguration) {
  EXPECT_EQ(bound<Drift>({{"columns", Value::List{}}}, "x:float64"), "columns: names no column");
  EXPECT_NE(bound<Drift>({{"columns", Value::List{"y"}}}, "x:float64"), "ok");
  EXPECT_NE(bound<Drift>({{"columns", Value::List{"x"}}}, "x:utf8"), "ok");
}

}  // namespace
}  // namespace weirflow::ml
