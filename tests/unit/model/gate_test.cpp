// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/gate.h"

#include <gtest/gtest.h>

#include <limits>

namespace weirflow::model {
namespace {

using wf::Value;

Value table(Value::Table items) { return Value(std::move(items)); }

std::string refusal(const Gate& gate, const Value& metrics, const Value& baseline = {}) {
  const wf::Status status = evaluate_gate(gate, metrics, baseline);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), wf::Code::invalid_data);
  EXPECT_FALSE(status.retryable());
  const std::string head = "the gate refuses: ";
  EXPECT_TRUE(status.message().starts_with(head)) << status.message();
  return status.message().substr(head.size());
}

const Gate kMin{{"auc", {.min = 0.7}}};
const Gate kDrop{{"auc", {.max_drop = 0.02}}};

TEST(Gate, AbsoluteLimitsAreInclusive) {
  EXPECT_EQ(refusal(kMin, table({{"auc", 0.7}})), "");
  EXPECT_EQ(refusal(kMin, table({{"auc", 1}})), "");
  EXPECT_EQ(refusal(kMin, table({{"auc", 0.65}})), "`auc` is 0.65, 0.05 below the minimum of 0.7");
  const Gate max{{"log_loss", {.max = 0.5}}};
  EXPECT_EQ(refusal(max, table({{"log_loss", 0.5}})), "");
  EXPECT_EQ(refusal(max, table({{"log_loss", 0.75}})),
            "`log_loss` is 0.75, 0.25 above the maximum of 0.5");
}

TEST(Gate, ChangesAreAgainstTheBaseline) {
  EXPECT_EQ(refusal(kDrop, table({{"auc", 0.73}}), table({{"auc", 0.75}})), "")
      << "exactly the limit";
  EXPECT_EQ(refusal(kDrop, table({{"auc", 0.9}}), table({{"auc", 0.75}})), "");
  EXPECT_EQ(refusal(kDrop, table({{"auc", 0.7}}), table({{"auc", 0.75}})),
            "`auc` went from 0.75 to 0.7, a drop of 0.05, 0.03 more than the 0.02 allowed");
  const Gate rise{{"log_loss", {.max_rise = 0.1}}};
  EXPECT_EQ(refusal(rise, table({{"log_loss", 0.5}}), table({{"log_loss", 0.25}})),
            "`log_loss` went from 0.25 to 0.5, a rise of 0.25, 0.15 more than the 0.1 allowed");
}

TEST(Gate, ANegativeDropDemandsARise) {
  const Gate better{{"auc", {.max_drop = -0.01}}};
  EXPECT_EQ(refusal(better, table({{"auc", 0.77}}), table({{"auc", 0.75}})), "");
  EXPECT_EQ(refusal(better, table({{"auc", 0.755}}), table({{"auc", 0.75}})),
            "`auc` went from 0.75 to 0.755, and must rise by at least 0.01: 0.005 too little");
}

TEST(Gate, WithoutBaselineOnlyAbsoluteLimitsApply) {
  EXPECT_EQ(refusal(kDrop, table({{"auc", 0.1}})), "");
  const Gate both{{"auc", {.min = 0.7, .max_drop = 0.02}}};
  EXPECT_EQ(refusal(both, table({{"auc", 0.8}})), "");
  EXPECT_NE(refusal(both, table({{"auc", 0.6}})), "");
}

TEST(Gate, WhatIsMissingIsARefusal) {
  EXPECT_EQ(refusal(kMin, Value()), "the metrics table has no `auc`");
  EXPECT_EQ(refusal(kMin, table({{"f1", 0.9}})), "the metrics table has no `auc`");
  EXPECT_EQ(refusal(kMin, table({{"auc", "good"}})), "`auc` of the metrics table is no number");
  EXPECT_EQ(refusal(kMin, table({{"auc", std::numeric_limits<double>::quiet_NaN()}})),
            "`auc` of the metrics table is nan");
  EXPECT_EQ(refusal(kDrop, table({{"auc", 0.9}}), table({{"f1", 0.9}})),
            "the baseline has no `auc`");
  EXPECT_EQ(refusal(kMin, table({{"auc", 0.9}}), table({{"f1", 0.9}})), "") << "no change is gated";
}

TEST(Gate, SaysAllThatDoesNotHold) {
  const Gate gate{{"auc", {.min = 0.7, .max_drop = 0.1}}, {"f1", {.min = 0.5}}};
  EXPECT_EQ(refusal(gate, table({{"auc", 0.5}}), table({{"auc", 0.75}})),
            "`auc` is 0.5, 0.2 below the minimum of 0.7; "
            "`auc` went from 0.75 to 0.5, a drop of 0.25, 0.15 more than the 0.1 allowed; "
            "the metrics table has no `f1`");
}

TEST(Gate, MetricsInTablesAreNamedByPath) {
  const Gate gate{{"class_1.f1", {.min = 0.5}}};
  EXPECT_EQ(refusal(gate, table({{"class_1", table({{"f1", 0.6}})}})), "");
  EXPECT_EQ(refusal(gate, table({{"class_1.f1", 0.6}})), "") << "a key with a dot";
  EXPECT_NE(refusal(gate, table({{"class_1", 0.6}})), "");
}

TEST(Gate, DifferentRowsCannotBeCompared) {
  const Value metrics = table({{"auc", 0.9}, {"rows", 545}});
  EXPECT_EQ(refusal(kDrop, metrics, table({{"auc", 0.9}, {"rows", 500}})),
            "the metrics are of 545 rows and the baseline of 500: they cannot be compared");
  EXPECT_EQ(refusal(kDrop, metrics, table({{"auc", 0.9}, {"rows", 545}})), "");
  EXPECT_EQ(refusal(kMin, metrics, table({{"auc", 0.9}, {"rows", 500}})), "");
}

TEST(Gate, RefusesLimitsThatMeanNothing) {
  const auto code = [](const Gate& gate) { return check_gate(gate).code(); };
  EXPECT_EQ(code({{"auc", {}}}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"auc", {.min = 0.8, .max = 0.7}}}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"auc", {.min = std::numeric_limits<double>::infinity()}}}),
            wf::Code::invalid_config);
  EXPECT_EQ(code({}), wf::Code::ok);
  EXPECT_EQ(refusal({}, Value()), "") << "no gate, no refusal";
}

}  // namespace
}  // namespace weirflow::model
