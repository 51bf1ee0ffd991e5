// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Markdown documents: the blocks of code in them, and what is said about each just above it.

#include <string>
#include <string_view>
#include <vector>

namespace weirflow::docs {

/// A fenced block. A comment on the line above the fence says what the tests do with it:
/// `<!-- not run: WHY -->`, or `<!-- file: NAME -->`, under which the block is saved.
struct Block {
  std::string language;  ///< behind the fence, or ""
  int line = 0;          ///< of the fence, from 1
  std::string text;
  std::string not_run;  ///< why, or ""
  std::string file;     ///< name, or ""
};

std::vector<Block> blocks_of(std::string_view document);

/// The commands of a block in sh (every line), bash or console (lines behind "$ "); a backslash at
/// the end of a line joins it with the next one; comments and blank lines are none.
struct Command {
  int line = 0;
  std::string text;
};
std::vector<Command> commands_of(const Block& block);

}  // namespace weirflow::docs
