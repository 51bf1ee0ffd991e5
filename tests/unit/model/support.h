// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A registry in a folder of the test's own.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "model/registry.h"

namespace weirflow::model::testing {

class TemporaryHome {
 public:
  TemporaryHome() {
    std::string name = (std::filesystem::temp_directory_path() / "weirflow-model-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  ~TemporaryHome() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
/// Also over a read-only file.
inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

inline NewVersion some_version(std::string_view tfidf = "idf bytes") {
  NewVersion version;
  version.model = "comment-classifier";
  version.group_text = "[task.tfidf]\nuses = \"ml.tfidf\"\n";
  version.states = {{"tfidf", "ml.tfidf", "1.0.0", tfidf},
                    {"score", "ml.logistic_regression", "1.0.0", "weights"}};
  version.input = wf::Schema{{"body", wf::Type::utf8}, {"removed", wf::Type::int64}};
  version.output = wf::Schema{{"body", wf::Type::utf8}, {"score", wf::Type::float64, false}};
  version.training_data = std::string(64, 'a');
  version.training_rows = 17;
  return version;
}

/// A clock that a test moves.
struct Clock {
  std::shared_ptr<int64_t> now = std::make_shared<int64_t>(1'700'000'000'000'000);
  [[nodiscard]] RegistryOptions options() const {
    return {[at = now] { return (*at)++; }, {}};
  }
};

}  // namespace weirflow::model::testing
