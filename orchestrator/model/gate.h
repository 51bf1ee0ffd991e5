// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whether a version is good enough for its alias: limits per metric, against its own metrics and
/// those of a baseline computed in the same run on the same rows.
///
/// Threads: pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace weirflow::model {

/// Limits of one metric, inclusive; both values are in the metric's own unit. A negative max_drop
/// (max_rise) demands a rise (drop) of at least that much.
struct Limits {
  std::optional<double> min = std::nullopt;  ///< of the value itself
  std::optional<double> max = std::nullopt;
  std::optional<double> max_drop = std::nullopt;  ///< of baseline - value
  std::optional<double> max_rise = std::nullopt;  ///< of value - baseline
};

/// Metric -> limits, in the order of the file. A metric is a key of the metrics table, or a path
/// into tables below it: "class_1.f1".
using Gate = std::vector<std::pair<std::string, Limits>>;

/// invalid_config for a metric without limits, a limit that is no number, or min over max.
wf::Status check_gate(const Gate& gate);

/// The verdict: ok, or invalid_data (not retryable) whose message says of every metric that did not
/// hold which limit, the values, and by how much. `metrics` and `baseline` are tables, or null when
/// there are none.
///
/// - A gated metric that is missing, no number, NaN or infinite is a refusal.
/// - Without a baseline only min and max apply. With one, a gated change whose metric the baseline
///   lacks is a refusal.
/// - Both tables having an integer `rows`, the two must be equal: a change between different rows
///   means nothing.
/// - Values are compared with a slack of 1e-12 of their size, so that 0.75 to 0.73 is a drop of
/// 0.02.
wf::Status evaluate_gate(const Gate& gate, const wf::Value& metrics, const wf::Value& baseline);

/// The metric of that key or path, or null.
const wf::Value* find_metric(const wf::Value& metrics, std::string_view name);

}  // namespace weirflow::model
