// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the documents (*.md) promise must be there: commands and linked files.

#include <set>
#include <string>
#include <vector>

#include "source_tree.h"

namespace weirflow::structure {

/// A command line of a document: from a block marked sh or console, without a leading "$ ", lines
/// that end with a backslash joined. Comments and empty lines are left out, and so is what a
/// console block shows as output.
struct DocumentCommand {
  std::string path;
  int line = 0;
  std::string text;
};

/// All command lines of all documents, in the order of paths and lines.
std::vector<DocumentCommand> commands_of(const Tree& tree);

/// The words of `commands=(...)` in the script `dev`; empty when it has none.
std::set<std::string> dev_commands(const Tree& tree);

/// "path:line: what is wrong" for each command that is none of ./dev's or weirflow's or of a short
/// list of tools, and for each block that shows such commands without being marked sh or console.
std::vector<std::string> command_violations(const Tree& tree);

/// The same for links to files of the repository that are not there. Links into code spans and to
/// other sites are not looked at.
std::vector<std::string> link_violations(const Tree& tree);

}  // namespace weirflow::structure
