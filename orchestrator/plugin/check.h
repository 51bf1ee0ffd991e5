// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The conformance checks of `weirflow plugins check FILE`: each runs in a child process of its
/// own, in an empty temporary folder, under a time limit. Names are stable: scripts may depend on
/// them.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/inspect.h"

namespace weirflow::plugin {

struct CheckOptions {
  /// As InspectOptions::program.
  std::filesystem::path program;
  std::chrono::milliseconds limit{20'000};  ///< of each check
  std::vector<std::string> only;            ///< names; empty: all
};

/// What a check proves, in one line.
struct CheckInfo {
  std::string_view name, summary;
};
/// All checks, in the order they run.
const std::vector<CheckInfo>& checks();

struct CheckResult {
  std::string name, summary;
  bool passed = false;
  /// Failed: what was seen. Passed: empty, or components that could not be driven and why.
  std::string detail;
  double seconds = 0;
};

/// Runs the checks on a file. Never fails itself: a check that could not be run has failed.
/// Threads: any; one child at a time.
std::vector<CheckResult> check_library(const std::filesystem::path& file,
                                       const CheckOptions& options = {});

/// The child's side: one check, its result as JSON on standard output. Answers the exit code.
int check_main(std::string_view name, const std::filesystem::path& file);

}  // namespace weirflow::plugin
