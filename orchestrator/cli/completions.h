// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Shell completion: one table of commands and options, and the scripts made from it. A test
/// compares the table with what the commands accept. Threads: pure functions.

#include <string>
#include <string_view>
#include <vector>

namespace weirflow::cli {

/// What may stand at a place.
enum class Complete { nothing, words, dag_file, any_file, folder };

struct OptionInfo {
  std::string_view name;  ///< "--set"
  std::string_view summary;
  bool takes_value = false;
  Complete value = Complete::nothing;
  std::vector<std::string_view> words = {};
};

struct PositionInfo {
  Complete value = Complete::nothing;
  std::vector<std::string_view> words = {};
};

struct CommandInfo {
  std::string_view name, summary;
  std::vector<PositionInfo> positions;
  std::vector<OptionInfo> options;  ///< without --help
};

/// All commands, in the order of `weirflow --help`.
const std::vector<CommandInfo>& command_infos();

/// The script for "bash", "zsh" or "fish"; empty for another shell.
std::string completion_script(std::string_view shell);

/// Prints the script; the exit code.
int completion_command(const std::string& shell);

}  // namespace weirflow::cli
