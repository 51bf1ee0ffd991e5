// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Charts as inline SVG with the classes of the page of a run (html_report.cpp). Threads: pure
/// functions.

#include <cstdint>
#include <string>
#include <vector>

#include "cli/layout.h"
#include "weirflow/value.hpp"

namespace weirflow::cli {

/// A curve in the unit square.
struct Curve {
  std::string title, x_label, y_label;
  std::vector<Point> points;
  bool diagonal = false;  ///< the line of chance, or of perfect calibration
  bool dots = false;      ///< mark the points
};
std::string curve_svg(const Curve& curve);

/// A task in time.
struct Bar {
  std::string name, state, text;
  int64_t start_us = 0, end_us = 0;
};
/// `total_us`: the length of the axis, at least 1.
std::string gantt_svg(const std::vector<Bar>& bars, int64_t total_us);

/// Points of a result: a list whose items are lists or tables; x and y are the members `x` and `y`,
/// else the first two numbers. Items without two finite numbers are left out.
std::vector<Point> points_of(const wf::Value& value);

}  // namespace weirflow::cli
