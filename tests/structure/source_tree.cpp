// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "source_tree.h"

#include <fstream>
#include <iterator>
#include <set>
#include <utility>

namespace weirflow::structure {
namespace {

std::string_view trimmed_left(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text = trimmed_left(text.substr(prefix.size()));
  return true;
}

}  // namespace

Tree read_tree(const std::filesystem::path& root) {
  static const std::set<std::string> kNotOurs = {".git", ".weirflow", "node_modules",
                                                 "__pycache__"};
  Tree tree;
  for (auto it = std::filesystem::recursive_directory_iterator(root);
       it != std::filesystem::recursive_directory_iterator(); ++it) {
    const std::filesystem::path& path = it->path();
    const bool is_build = it.depth() == 0 && path.filename() == "build";
    if (it->is_directory() && (is_build || kNotOurs.contains(path.filename().string()))) {
      it.disable_recursion_pending();
    }
    if (!it->is_regular_file() || path.filename() == ".git") continue;
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.find('\0') != std::string::npos) continue;
    tree.emplace(path.lexically_relative(root).generic_string(), std::move(text));
  }
  return tree;
}

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  int number = 0;
  for (std::string_view line : lines_of(text)) {
    ++number;
    line = trimmed_left(line);
    if (!take(line, "#") || !take(line, "include") || line.empty()) continue;
    const char open = line.front();
    if (open != '"' && open != '<') continue;
    const std::size_t end = line.find(open == '"' ? '"' : '>', 1);
    if (end == std::string_view::npos) continue;
    found.push_back({std::string(line.substr(1, end - 1)), number, open == '"'});
  }
  return found;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view first_part(std::string_view path) { return path.substr(0, path.find('/')); }

bool is_header(std::string_view path) { return path.ends_with(".h") || path.ends_with(".hpp"); }

bool is_source(std::string_view path) {
  return is_header(path) || path.ends_with(".c") || path.ends_with(".cpp");
}

}  // namespace weirflow::structure
