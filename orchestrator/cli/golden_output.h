// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What `weirflow test` says of its cases: text, JSON, JUnit XML. Threads: pure functions.

#include <deque>
#include <string>
#include <vector>

#include "cli/golden_run.h"

namespace weirflow::cli {

/// A case that was run, with or without a fault.
struct GoldenReport {
  std::string file;   ///< as given
  std::string name;   ///< "late_rows", "late_rows [inject counts:crash@3]"
  std::string place;  ///< "flow.test.toml:12:7", of the case
  GoldenResult result;
  bool updated = false;
  /// Of each finding, and of each of its differences.
  std::vector<std::string> places;
  std::vector<std::vector<std::string>> difference_places;
};

/// References to elements stay valid while others are added.
using GoldenReports = std::deque<GoldenReport>;

/// Fills the places from the text of the file.
void locate(GoldenReport& report, const GoldenCase& test, const dag::Sources& sources);

/// One line, and for a case that did not pass what is different.
std::string golden_text_report(const GoldenReport& report, bool color);
/// "3 passed, 1 failed" and the time.
std::string golden_summary(const GoldenReports& reports);
std::string golden_json(const GoldenReports& reports);
/// A `testsuite` a file, as JUnit and what reads its XML have it.
std::string golden_junit(const GoldenReports& reports);

}  // namespace weirflow::cli
