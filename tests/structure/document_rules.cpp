// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "document_rules.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string_view>

namespace weirflow::structure {
namespace {

const std::set<std::string, std::less<>> kWeirflowCommands = {
    "init",         "validate",   "run",    "show",    "test",       "plan",
    "graph",        "plugins",    "model",  "version", "completion", "top",
    "dead-letters", "checkpoint", "doctor", "--help",  "--version"};
const std::set<std::string, std::less<>> kTools = {"git", "cd",  "cmake", "ctest",  "cc",  "c++",
                                                   "gcc", "g++", "cat",   "export", "bash"};

bool is_document(std::string_view path) { return path.ends_with(".md"); }

/// A fenced block of a document.
struct Block {
  std::string language;
  int first_line = 0;  ///< of what is inside
  std::vector<std::string_view> lines;
};

std::vector<Block> blocks_of(std::string_view text) {
  std::vector<Block> blocks;
  bool inside = false;
  int number = 0;
  for (std::string_view line : lines_of(text)) {
    ++number;
    if (line.starts_with("```")) {
      if (!inside) blocks.push_back({std::string(line.substr(3)), number + 1, {}});
      inside = !inside;
    } else if (inside) {
      blocks.back().lines.push_back(line);
    }
  }
  return blocks;
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool is_weirflow(std::string_view word) {
  return word == "weirflow" || word.ends_with("/weirflow");
}

bool looks_like_command(std::string_view line) {
  if (line.starts_with("$ ")) line.remove_prefix(2);
  const std::vector<std::string> words = words_of(line);
  return words.size() > 1 && (words[0] == "./dev" || is_weirflow(words[0]));
}

void append_commands(const std::string& path, const Block& block,
                     std::vector<DocumentCommand>& out) {
  const bool console = block.language == "console";
  bool goes_on = false;
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    std::string_view line = block.lines[i];
    if (console && !goes_on) {
      if (!line.starts_with("$ ")) continue;
      line.remove_prefix(2);
    }
    const bool ends_open = line.ends_with('\\');
    if (ends_open) line.remove_suffix(1);
    if (goes_on) {
      out.back().text += line;
    } else if (!line.empty() && line.front() != '#') {
      out.push_back({path, block.first_line + static_cast<int>(i), std::string(line)});
    } else {
      continue;
    }
    goes_on = ends_open;
  }
}

/// Empty when the command is known.
std::string fault_of(const DocumentCommand& command, const std::set<std::string>& dev) {
  const std::vector<std::string> words = words_of(command.text);
  auto word = std::find_if(words.begin(), words.end(), [](const std::string& w) {
    return w.find('=') == std::string::npos;  // VARIABLE=value before a command
  });
  if (word == words.end()) return {};
  const std::string next = word + 1 == words.end() ? "" : *(word + 1);
  if (*word == "./dev") {
    return dev.contains(next) ? "" : "./dev has no command '" + next + "'";
  }
  if (is_weirflow(*word)) {
    return kWeirflowCommands.contains(next) ? "" : "weirflow has no command '" + next + "'";
  }
  return kTools.contains(*word) ? "" : "'" + *word + "' is no command that a reader has";
}

}  // namespace

std::vector<DocumentCommand> commands_of(const Tree& tree) {
  std::vector<DocumentCommand> commands;
  for (const auto& [path, text] : tree) {
    if (!is_document(path)) continue;
    for (const Block& block : blocks_of(text)) {
      if (block.language == "sh" || block.language == "console") {
        append_commands(path, block, commands);
      }
    }
  }
  return commands;
}

std::set<std::string> dev_commands(const Tree& tree) {
  const auto dev = tree.find("dev");
  if (dev == tree.end()) return {};
  constexpr std::string_view kStart = "\ncommands=(";
  const std::string_view text = dev->second;
  const std::size_t start = text.find(kStart);
  if (start == std::string_view::npos) return {};
  const std::string_view rest = text.substr(start + kStart.size());
  const std::vector<std::string> words = words_of(rest.substr(0, rest.find(')')));
  return {words.begin(), words.end()};
}

std::vector<std::string> command_violations(const Tree& tree) {
  std::vector<std::string> out;
  const std::set<std::string> dev = dev_commands(tree);
  for (const DocumentCommand& command : commands_of(tree)) {
    const std::string fault = fault_of(command, dev);
    if (!fault.empty()) {
      out.push_back(command.path + ":" + std::to_string(command.line) + ": " + fault);
    }
  }
  for (const auto& [path, text] : tree) {
    if (!is_document(path)) continue;
    for (const Block& block : blocks_of(text)) {
      const bool marked = !block.language.empty();
      if (!marked && std::any_of(block.lines.begin(), block.lines.end(), looks_like_command)) {
        out.push_back(path + ":" + std::to_string(block.first_line) +
                      ": a block with commands is not marked sh or console");
      }
    }
  }
  return out;
}

std::vector<std::string> link_violations(const Tree& tree) {
  std::vector<std::string> out;
  for (const auto& [path, text] : tree) {
    if (!is_document(path)) continue;
    int number = 0;
    for (std::string_view line : lines_of(text)) {
      ++number;
      for (std::size_t at = line.find("]("); at != std::string_view::npos;
           at = line.find("](", at + 1)) {
        const std::size_t end = line.find(')', at);
        if (end == std::string_view::npos) break;
        std::string target(line.substr(at + 2, end - at - 2));
        target = target.substr(0, target.find('#'));
        if (target.empty() || target.find(':') != std::string::npos) continue;
        const std::filesystem::path file(std::string(folder_of(path)));
        std::string full = (file / target).lexically_normal().generic_string();
        if (full.ends_with('/')) full.pop_back();
        const auto below = tree.lower_bound(full + "/");
        const bool folder = below != tree.end() && below->first.starts_with(full + "/");
        if (!tree.contains(full) && !folder) {
          out.push_back(path + ":" + std::to_string(number) + ": links to " + target +
                        ", which is not there");
        }
      }
    }
  }
  return out;
}

}  // namespace weirflow::structure
