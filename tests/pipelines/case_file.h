// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The text tests: what README.md of this folder describes, as data.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::pipelines {

/// What must hold after a command.
struct Check {
  enum class How { same, has, sorted, json, absent };
  int line = 0;
  How how = How::same;
  std::string subject;  ///< stdout, stderr, or the path of a file
  bool is_file = false;
  std::string text;
};

/// A file to write, a path of the repository to copy, or a command with its checks.
struct Step {
  enum class Kind { file, copy, run };
  int line = 0;
  Kind kind = Kind::file;
  std::string argument;  ///< path or command
  std::string bytes;     ///< of a file, as it will be on disk
  int exit_code = 0;
  std::vector<Check> checks;
};

struct CaseFile {
  bool needs_data = false;  ///< reads real comments from WEIRFLOW_DATA
  std::vector<Step> steps;
};

/// Errors: invalid_config, "NAME:LINE: what is wrong"; all rules of README.md are checked.
wf::Result<CaseFile> parse_case(const std::string& name, std::string_view text);

}  // namespace weirflow::pipelines
