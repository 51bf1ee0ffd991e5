// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include "compare.h"

namespace weirflow::docs {

namespace {

constexpr std::string_view kFence = "```";

/// The text behind `word` in a comment `<!-- word text -->`, or "".
std::string comment(const std::string& line, const std::string& word) {
  const std::string begin = "<!-- " + word + " ";
  constexpr std::string_view kEnd = " -->";
  if (!line.starts_with(begin) || !line.ends_with(kEnd)) return {};
  return line.substr(begin.size(), line.size() - begin.size() - kEnd.size());
}

}  // namespace

std::vector<Block> blocks_of(std::string_view document) {
  std::vector<Block> blocks;
  bool inside = false;
  int number = 0;
  std::string before;
  for (const std::string& line : pipelines::lines_of(document)) {
    ++number;
    if (!line.starts_with(kFence)) {
      if (inside) blocks.back().text += line + '\n';
    } else if (inside) {
      inside = false;
    } else {
      inside = true;
      blocks.push_back({line.substr(kFence.size()), number, "", comment(before, "not run:"),
                        comment(before, "file:")});
    }
    before = line;
  }
  return blocks;
}

std::vector<Command> commands_of(const Block& block) {
  const bool console = block.language == "console";
  if (!console && block.language != "sh" && block.language != "bash") return {};
  std::vector<Command> commands;
  int number = block.line;
  bool goes_on = false;
  for (std::string line : pipelines::lines_of(block.text)) {
    ++number;
    if (console && !goes_on) {
      if (!line.starts_with("$ ")) continue;
      line.erase(0, 2);
    }
    if (!goes_on && (line.empty() || line[0] == '#')) continue;
    const bool open = line.ends_with('\\');
    if (open) line.pop_back();
    if (goes_on)
      commands.back().text += line;
    else
      commands.push_back({number, line});
    goes_on = open;
  }
  return commands;
}

}  // namespace weirflow::docs
