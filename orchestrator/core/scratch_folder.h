// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A folder of this user alone, below the one for temporary files. One thread.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace weirflow {

/// Empty at first, gone with the object.
class ScratchFolder {
 public:
  /// "NAME-" and six characters of the system's choice.
  explicit ScratchFolder(const std::string& name) {
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / (name + "-XXXXXX")).string();
    if (!error && ::mkdtemp(path.data())) path_ = path;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  /// Empty when it could not be made: then errno says why, right after the constructor.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace weirflow
