// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the build put what these tests load.

#include <cstdlib>
#include <filesystem>
#include <string>

namespace weirflow::plugin::test {

inline std::filesystem::path built(const std::string& below) {
  const char* folder = std::getenv("WEIRFLOW_BINARY_DIR");
  return std::filesystem::path(folder ? folder : ".") / "tests" / below;
}
inline std::filesystem::path bad(const std::string& name) {
  return built("bad_plugins/" + name + ".so");
}
inline std::filesystem::path helper() { return built("weirflow-plugin-helper"); }

/// An empty folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "weirflow-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace weirflow::plugin::test
