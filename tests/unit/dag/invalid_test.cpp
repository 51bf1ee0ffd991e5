// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Every file in dags/invalid is refused with exactly the text of the .expected file beside it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "dag/expand.h"
#include "dag/reader.h"

namespace weirflow::dag {
namespace {

namespace fs = std::filesystem;

fs::path folder() { return fs::path(std::getenv("WEIRFLOW_SOURCE_DIR")) / "dags" / "invalid"; }

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder()))
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string refusal(const std::string& name, size_t* errors) {
  Sources sources;
  Diagnostics diagnostics;
  const Loaded loaded =
      read_dag((folder() / (name + ".toml")).string(), name + ".toml", sources, diagnostics);
  if (diagnostics.errors() == 0) expand(loaded, {}, sources, diagnostics);
  *errors = diagnostics.errors();
  return render(diagnostics, sources);
}

/// The first line that differs, with the two before it.
std::string difference(const std::string& expected, const std::string& actual) {
  std::istringstream a(expected), b(actual);
  std::string line_a, line_b, shown;
  for (int number = 1;; ++number) {
    const bool more_a = static_cast<bool>(std::getline(a, line_a));
    const bool more_b = static_cast<bool>(std::getline(b, line_b));
    if (!more_a && !more_b) return shown;
    if (more_a && more_b && line_a == line_b) continue;
    return "line " + std::to_string(number) + "\n  expected: " + (more_a ? line_a : "(end)") +
           "\n  actual:   " + (more_b ? line_b : "(end)");
  }
}

class Invalid : public ::testing::TestWithParam<std::string> {};

TEST_P(Invalid, IsRefusedAsExpected) {
  size_t errors = 0;
  const std::string actual = refusal(GetParam(), &errors);
  EXPECT_GT(errors, 0u) << "nothing is refused";
  const fs::path file = folder() / (GetParam() + ".expected");
  ASSERT_TRUE(fs::exists(file)) << "no " << file.filename() << "; the text is:\n" << actual;
  const std::string expected = contents(file);
  EXPECT_TRUE(expected == actual) << difference(expected, actual) << "\nwhole text:\n" << actual;
}

INSTANTIATE_TEST_SUITE_P(Files, Invalid, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

TEST(InvalidFolder, EveryExpectedTextHasItsFile) {
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() != ".expected") continue;
    fs::path toml = entry.path();
    EXPECT_TRUE(fs::exists(toml.replace_extension(".toml"))) << entry.path();
  }
  EXPECT_GE(cases().size(), 40u);
}

}  // namespace
}  // namespace weirflow::dag
