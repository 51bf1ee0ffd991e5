// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What `weirflow doctor` looks at. Every check answers findings, in order, and changes nothing but
/// a file that it makes and removes to see whether a folder may be written. Threads: one.

#include <string>
#include <vector>

#include "cli/session.h"

namespace weirflow::cli {

enum class Verdict { ok, warn, fail };

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string check;  ///< "plugins", "home", ...
  std::string text;   ///< what was found
  std::string fix;    ///< what helps; empty when ok
};

std::vector<Finding> check_plugins(const plugin::Registry& registry);
/// The home, and the folder for temporary files: made, writable, with room.
std::vector<Finding> check_folders(const std::string& home);
/// Not before this program was built, steady, told by the network, with a zone that exists.
std::vector<Finding> check_clock();
/// Of this process: open files, address space, size of a file.
std::vector<Finding> check_limits();

/// The file as `validate` sees it, its secrets, its checkpoints and dead letters, and which hosts
/// were not tried.
std::vector<Finding> check_dag(const DagFile& file, const std::string& home);

}  // namespace weirflow::cli
