// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Folders to begin with, compiled in: `weirflow init KIND`. Threads: immutable.

#include <string>
#include <string_view>
#include <vector>

namespace weirflow::cli {

struct TemplateFile {
  std::string_view path;  ///< below the folder
  const char* text;
};

struct Template {
  std::string_view kind, summary;
  std::vector<TemplateFile> files;
  std::vector<std::string_view> runs;  ///< DAG files, in the order to run them
};

const std::vector<Template>& templates();

}  // namespace weirflow::cli
