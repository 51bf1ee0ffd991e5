// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Every file in dags/invalid/components is refused by `weirflow validate`, plugins and all, with
// the text of the .expected file beside it. Those of dags/invalid itself need no plugins and are
// checked by tests/unit/dag.

#include <gtest/gtest.h>

#include <algorithm>

#include "compare.h"
#include "program.h"

namespace weirflow::pipelines {
namespace {

namespace fs = std::filesystem;

fs::path folder() { return program::source_folder() / "dags" / "invalid" / "components"; }

std::vector<std::string> names(const std::string& extension) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder()))
    if (entry.path().extension() == extension) out.push_back(entry.path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

class InvalidComponent : public ::testing::TestWithParam<std::string> {};

TEST_P(InvalidComponent, IsRefusedAsExpected) {
  const program::ScratchFolder scratch;
  program::Surroundings user{folder(), program::user_environment(scratch.path()), {}};
  user.limit = std::chrono::seconds(60);
  const auto ran = program::run_shell("weirflow validate " + GetParam() + ".toml", user);
  ASSERT_TRUE(ran.ok()) << ran.error().message();
  EXPECT_EQ(ran->code, 78);
  EXPECT_EQ(ran->out, "");
  const fs::path expected = folder() / (GetParam() + ".expected");
  ASSERT_TRUE(fs::exists(expected)) << "no " << expected.filename() << "; the text is:\n"
                                    << ran->err;
  const std::string found = compare_lines(program::read_bytes(expected), ran->err);
  EXPECT_TRUE(found.empty()) << found;
}

INSTANTIATE_TEST_SUITE_P(Files, InvalidComponent, ::testing::ValuesIn(names(".toml")),
                         [](const auto& test) { return test.param; });

TEST(InvalidComponents, EveryExpectedTextHasItsFile) {
  EXPECT_EQ(names(".toml"), names(".expected"));
  EXPECT_GE(names(".toml").size(), 50u);
}

}  // namespace
}  // namespace weirflow::pipelines
