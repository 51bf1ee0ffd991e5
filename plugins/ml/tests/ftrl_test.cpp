// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "ftrl.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "blob.h"
#include "linear_model.h"

namespace weirflow::ml {
namespace {

struct Stream {
  CsrMatrix rows;
  std::vector<uint8_t> labels;
  [[nodiscard]] RowBlock block(size_t first, size_t count) const {
    return {rows.view().slice(first, count), std::span(labels).subspan(first, count), {}};
  }
};

/// Rows of two informative columns out of `columns`, the others noise.
Stream stream(uint32_t seed, size_t rows, int32_t columns) {
  std::mt19937 random(seed);
  Stream out;
  for (size_t i = 0; i < rows; ++i) {
    std::vector<int32_t> index;
    std::vector<double> values;
    double score = -0.5;
    for (int32_t j = 0; j < columns; ++j) {
      if (random() % 3) continue;
      index.push_back(j);
      values.push_back(1);
      score += j == 0 ? 2 : (j == 1 ? -2 : 0);
    }
    out.rows.append(index, values);
    out.labels.push_back(std::uniform_real_distribution<double>(0, 1)(random) < sigmoid(score));
  }
  return out;
}

Ftrl made(int32_t columns, const FtrlOptions& options) {
  return std::move(Ftrl::make(columns, options)).value();
}

TEST(Ftrl, FirstStepsAsThePaperWritesThem) {
  FtrlOptions options;
  options.alpha = 0.5;
  options.beta = 2;
  options.l1 = 0.1;
  options.l2 = 0.3;
  options.bias = false;
  Ftrl model = made(1, options);
  Stream s;
  const std::vector<int32_t> index{0};
  for (const double x : {1.0, 2.0}) {
    s.rows.append(index, std::vector<double>{x});
    s.labels.push_back(1);
  }
  ASSERT_TRUE(model.partial_fit(s.block(0, 2)).ok());
  // Worked from McMahan et al., algorithm 1, in plain steps.
  double z = 0, n = 0, w = 0;
  for (const double x : {1.0, 2.0}) {
    const double g = (1 / (1 + std::exp(-w * x)) - 1) * x;
    const double sigma = (std::sqrt(n + g * g) - std::sqrt(n)) / 0.5;
    z += g - sigma * w;
    n += g * g;
    w = std::abs(z) <= 0.1 ? 0 : -(z - (z > 0 ? 0.1 : -0.1)) / ((2 + std::sqrt(n)) / 0.5 + 0.3);
  }
  EXPECT_NEAR(model.weights()[0], w, 1e-15);
  EXPECT_GT(w, 0);
}

TEST(Ftrl, LearnsAndL1KeepsNoiseAtZero) {
  const Stream s = stream(1, 20000, 20);
  FtrlOptions options;
  options.l1 = 30;
  Ftrl model = made(20, options);
  ASSERT_TRUE(model.partial_fit(s.block(0, 20000)).ok());
  EXPECT_NEAR(model.weights()[0], 2, 0.4);
  EXPECT_NEAR(model.weights()[1], -2, 0.4);
  EXPECT_NEAR(model.bias(), -0.5, 0.3);
  EXPECT_GE(std::count(model.weights().begin(), model.weights().end(), 0.0), 12);
  EXPECT_LT(model.progressive_loss(), 0.58);
}

TEST(Ftrl, SameBitsWhateverBlocksAndStops) {
  const Stream s = stream(2, 500, 10);
  Ftrl whole = made(10, {});
  ASSERT_TRUE(whole.partial_fit(s.block(0, 500)).ok());
  Ftrl parts = made(10, {});
  for (size_t at = 0; at < 500; at += 50) {
    ASSERT_TRUE(parts.partial_fit(s.block(at, 50)).ok());
    parts = std::move(Ftrl::from_state(parts.state())).value();
  }
  EXPECT_EQ(parts.state(), whole.state());
  EXPECT_EQ(parts.rows_seen(), 500U);
}

TEST(Ftrl, ARefusedBlockChangesNothing) {
  Stream s = stream(3, 10, 4);
  Ftrl model = made(4, {});
  ASSERT_TRUE(model.partial_fit(s.block(0, 5)).ok());
  const auto before = model.state();
  s.labels[9] = 3;
  EXPECT_EQ(model.partial_fit(s.block(5, 5)).code(), wf::Code::invalid_data);
  EXPECT_EQ(model.state(), before);
}

TEST(Ftrl, MakesALinearModel) {
  const Stream s = stream(4, 100, 4);
  Ftrl model = made(4, {});
  ASSERT_TRUE(model.partial_fit(s.block(0, 100)).ok());
  const auto linear = LinearModel::adopt(make_linear_state(model.model(), {}, {}, 0.5));
  ASSERT_TRUE(linear.ok());
  EXPECT_EQ(linear->score(s.rows.view().row(3)), model.score(s.rows.view().row(3)));
}

TEST(Ftrl, RefusesBadOptionsAndStates) {
  FtrlOptions options;
  options.alpha = 0;
  EXPECT_FALSE(Ftrl::make(3, options).ok());
  EXPECT_FALSE(Ftrl::make(0, {}).ok());
  options = {};
  options.l1 = -1;
  EXPECT_FALSE(Ftrl::make(3, options).ok());
  const auto state = made(3, {}).state();
  std::mt19937 random(9);
  for (size_t round = 0; round < 5000; ++round) {
    auto bytes = state;
    bytes[round % state.size()] ^= static_cast<std::byte>(1 + random() % 255);
    EXPECT_FALSE(Ftrl::from_state(bytes).ok());
    reseal_blob(bytes);
    auto model = Ftrl::from_state(bytes);
    if (model.ok() && model->columns() == 3) {
      const Stream s = stream(5, 2, 3);
      EXPECT_TRUE(model->partial_fit(s.block(0, 2)).ok());
    }
  }
  for (size_t size = 0; size < state.size(); ++size) {
    EXPECT_FALSE(Ftrl::from_state(std::span(state).first(size)).ok());
  }
}

}  // namespace
}  // namespace weirflow::ml
