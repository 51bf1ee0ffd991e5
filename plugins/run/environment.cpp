// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "environment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

extern char** environ;  // NOLINT: POSIX

namespace weirflow::run {

namespace {

constexpr std::array<std::string_view, 7> kClean = {"PATH",   "HOME", "USER",  "LANG",
                                                    "LC_ALL", "TZ",   "TMPDIR"};
constexpr std::string_view kSecret = "WEIRFLOW_SECRET_";

bool is_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

Variables inherited_variables(bool clean) {
  Variables variables;
  for (char** at = environ; at && *at; ++at) {
    const std::string_view entry = *at;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos || entry.starts_with(kSecret)) continue;
    const std::string_view name = entry.substr(0, equals);
    if (!clean || std::find(kClean.begin(), kClean.end(), name) != kClean.end())
      variables.emplace_back(name, entry.substr(equals + 1));
  }
  return variables;
}

void set_variable(Variables& variables, std::string_view name, std::string value) {
  for (auto& [known, old] : variables)
    if (known == name) {
      old = std::move(value);
      return;
    }
  variables.emplace_back(name, std::move(value));
}

wf::Result<std::string> find_program(const std::string& name, const Variables& variables,
                                     const std::string& cwd) {
  const auto denied = [](const std::string& path) {
    return wf::Status(wf::Code::permission_denied, path + " is not executable");
  };
  if (name.find('/') != std::string::npos) {
    const std::string path = name[0] == '/' || cwd.empty() ? name : cwd + "/" + name;
    if (!is_file(path)) return wf::not_found("there is no program " + path);
    if (::access(path.c_str(), X_OK) != 0) return denied(path);
    return path;
  }
  std::string folders, seen;
  for (const auto& [variable, value] : variables)
    if (variable == "PATH") folders = value;
  for (size_t start = 0; start <= folders.size() && !folders.empty();) {
    const size_t end = std::min(folders.find(':', start), folders.size());
    const std::string folder = folders.substr(start, end - start);
    const std::string path = (folder.empty() ? "." : folder) + "/" + name;
    if (is_file(path)) {
      if (::access(path.c_str(), X_OK) == 0) return path;
      if (seen.empty()) seen = path;
    }
    start = end + 1;
  }
  if (!seen.empty()) return denied(seen);
  return wf::not_found("there is no program `" + name + "` in the folders of PATH (" + folders +
                       ")");
}

}  // namespace weirflow::run
