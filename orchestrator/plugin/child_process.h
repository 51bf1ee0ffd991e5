// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Running foreign code at arm's length: one child process, its output, its end, a time limit.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::plugin {

struct ChildRequest {
  std::filesystem::path program;
  std::vector<std::string> arguments;  ///< without the program's name
  std::filesystem::path folder;        ///< working folder; empty: this process's own
  std::chrono::milliseconds limit{5000};
};

/// How a child ended and what it wrote (each stream cut at 16 MiB).
struct ChildResult {
  bool timed_out = false;  ///< killed at the limit
  int signal = 0;          ///< that ended it, or 0
  int exit_code = 0;       ///< when signal is 0
  std::string out, err;

  /// "crashed (signal 11, Segmentation fault)", "did not end within 5s", "ended with code 3";
  /// empty when it ended with code 0.
  [[nodiscard]] std::string failure(std::chrono::milliseconds limit) const;
};

/// Starts the program in a process group of its own with no input, and waits until it has ended;
/// at the limit the group is killed. unavailable when it cannot be started. Threads: any.
wf::Result<ChildResult> run_child(const ChildRequest& request);

}  // namespace weirflow::plugin
