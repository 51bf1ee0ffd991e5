// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs programs the way a user does: a shell, a folder, an environment.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "weirflow/status.hpp"

namespace weirflow::program {

struct Ran {
  int code =
      -1;  ///< exit code, 128 + the signal's number, or -1: it ran out of time and was killed
  std::string out;
  std::string err;
};

/// What a shell line is run with. All but `folder` may stay as it is.
struct Surroundings {
  std::filesystem::path folder;                  ///< where it runs
  std::map<std::string, std::string> variables;  ///< on top of the environment of this process
  std::chrono::seconds limit{120};
};

/// Runs `line` by /bin/sh with empty standard input. A program that does not end within the limit
/// is killed with all that it started. Errors: it cannot be started.
wf::Result<Ran> run_shell(const std::string& line, const Surroundings& surroundings);

/// The environment of a user of this build who has a home folder of his own below `folder`:
/// `weirflow` is on the PATH, plain tables of 100 columns, UTC, WEIRFLOW_HOME = folder/home. What
/// is known of the plugins is shared with other tests of this build, so that each starts quickly.
std::map<std::string, std::string> user_environment(const std::filesystem::path& folder);

/// Folder of the sources, folder of the build.
std::filesystem::path source_folder();
std::filesystem::path binary_folder();

/// All bytes of a file; empty when it cannot be read.
std::string read_bytes(const std::filesystem::path& path);

/// Writes a file and the folders above it.
wf::Status write_bytes(const std::filesystem::path& path, const std::string& bytes);

/// An empty folder that goes with the object, unless WEIRFLOW_KEEP is set: then it stays, to look
/// at.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace weirflow::program
