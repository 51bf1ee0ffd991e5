// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>

#include "system_error.h"
#include "weirflow/io/input.hpp"

namespace wf::io {
namespace {

bool exists(const std::string& path) {
  struct stat s {};
  return ::stat(path.c_str(), &s) == 0;
}

Result<std::vector<std::string>> matches_of(const std::string& pattern) {
  glob_t found{};
  const int answer = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths(found.gl_pathv,
                                 found.gl_pathv + (answer == 0 ? found.gl_pathc : 0));
  ::globfree(&found);
  if (answer == GLOB_NOMATCH) return not_found(pattern + ": no file matches this pattern");
  if (answer != 0) return io_error(pattern + ": the folder cannot be searched");
  std::erase_if(paths, [](const std::string& path) {
    struct stat s {};
    return ::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode);
  });
  if (paths.empty()) return not_found(pattern + ": only folders match this pattern");
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

Result<std::vector<std::string>> expand_paths(const std::vector<std::string>& patterns) {
  std::vector<std::string> paths;
  for (const std::string& pattern : patterns) {
    if (pattern == "-" || pattern.find_first_of("*?[") == std::string::npos || exists(pattern)) {
      paths.push_back(pattern);
      continue;
    }
    WF_ASSIGN(std::vector<std::string> found, matches_of(pattern));
    paths.insert(paths.end(), found.begin(), found.end());
  }
  if (paths.empty()) return invalid_config("there is no file to read");
  if (paths.size() > 1 && std::find(paths.begin(), paths.end(), "-") != paths.end())
    return invalid_config("standard input ('-') cannot stand beside other files");
  return paths;
}

}  // namespace wf::io
