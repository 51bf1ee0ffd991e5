// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The repository's files as the rules see them: paths and texts, nothing else, so that a rule is
/// tried on a made-up tree as easily as on the real one.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weirflow::structure {

/// Path relative to the repository with '/' between the parts -> text.
using Tree = std::map<std::string, std::string, std::less<>>;

/// All text files below `root`, without those that git does not keep (build/, .git/, .weirflow/,
/// node_modules/, __pycache__/) and those with a NUL byte.
Tree read_tree(const std::filesystem::path& root);

/// One include of a file. `line` counts from 1; `quoted` tells "x" from <x>.
struct Include {
  std::string target;
  int line = 0;
  bool quoted = false;
};

/// The includes of a C or C++ text in order. One inside a comment of several lines counts too.
std::vector<Include> includes_of(std::string_view text);

/// The lines of a text without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

/// "folder/part" of "folder/part/file.h"; empty for a file at the top.
std::string_view folder_of(std::string_view path);

/// The first part of a path: "engine" of "engine/edge.h", and the whole when there is no '/'.
std::string_view first_part(std::string_view path);

bool is_header(std::string_view path);  ///< .h, .hpp
bool is_source(std::string_view path);  ///< .c, .cpp and headers

}  // namespace weirflow::structure
