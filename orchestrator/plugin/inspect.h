// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What is in a library that nobody trusts yet: it is loaded in a child process under a time limit,
/// and the child says what it found. The child is this program itself, started with a hidden
/// sub-command; main() begins with
///
///   if (const auto code = weirflow::plugin::run_hidden_command(argc, argv)) return *code;

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "plugin/component_info.h"
#include "weirflow/status.hpp"

namespace weirflow::plugin {

struct InspectOptions {
  /// A program whose main() calls run_hidden_command(); empty: this process's own executable.
  std::filesystem::path program;
  std::chrono::milliseconds limit{5000};
};

/// Loads `path` in a child. Errors as Library::load, and: internal it crashed (with the signal) or
/// ended the process; timeout it did not answer within the limit; unavailable the child could not
/// be started, which says nothing of the file. The message does not name the file. Threads: any.
wf::Result<LibraryInfo> inspect(const std::filesystem::path& path,
                                const InspectOptions& options = {});

/// The child's side: loads the file and writes its LibraryInfo or the refusal as one line of JSON
/// to standard output; what the library prints goes to standard error. Answers the exit code, 0
/// also for a refusal.
int inspect_main(const std::filesystem::path& path);

/// Runs the hidden sub-commands `__inspect FILE` and `__check NAME FILE`; nothing when the
/// arguments are others.
std::optional<int> run_hidden_command(int argc, char** argv);

/// /proc/self/exe resolved, or empty.
std::filesystem::path own_executable();

/// In a child that runs foreign code: crashes end it by their own signal and leave no core file,
/// and it does not outlive its parent. Answers a descriptor for what it wants to say, standard
/// output being redirected to standard error.
int enter_child();
/// Writes all of `text`; false when it cannot.
bool write_all(int fd, std::string_view text);

}  // namespace weirflow::plugin
