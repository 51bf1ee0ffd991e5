// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/templates.h"

#include <fstream>
#include <iterator>

#include "program.h"

namespace weirflow::cli {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class EachTemplate : public ::testing::TestWithParam<size_t> {};

TEST_P(EachTemplate, IsWrittenAndRuns) {
  const Template& chosen = templates()[GetParam()];
  const TemporaryFolder folder;
  const Ran made = shell(program() + " init " + std::string(chosen.kind) + " made", folder.path());
  ASSERT_EQ(made.code, 0) << made.out;
  for (const TemplateFile& file : chosen.files)
    EXPECT_EQ(content(folder.path() / "made" / file.path), file.text);
  for (const std::string_view dag : chosen.runs) {
    const Ran ran = shell(program() + " run -q " + std::string(dag), folder.path() / "made");
    EXPECT_EQ(ran.code, 0) << dag << '\n' << ran.out;
  }
}
INSTANTIATE_TEST_SUITE_P(All, EachTemplate, ::testing::Range(size_t{0}, templates().size()),
                         [](const auto& chosen) {
                           std::string name(templates()[chosen.param].kind);
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

TEST(Init, RefusesToOverwrite) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "README.md") << "mine";
  const Ran ran = shell(program() + " init hello .", folder.path());
  EXPECT_EQ(ran.code, 73);
  EXPECT_NE(ran.out.find("README.md is there already; nothing was written"), std::string::npos)
      << ran.out;
  EXPECT_EQ(content(folder.path() / "README.md"), "mine");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hello.toml"));
}

TEST(Init, NamesTheNearestTemplate) {
  const TemporaryFolder folder;
  const Ran ran = shell(program() + " init clasifier", folder.path());
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.out.find("did you mean `classifier`?"), std::string::npos) << ran.out;
}

TEST(Classifier, SaysWhatItsModelLooksAt) {
  const TemporaryFolder folder;
  ASSERT_EQ(shell(program() + " init classifier .", folder.path()).code, 0);
  for (const char* dag : {"make_data.toml", "train.toml"})
    ASSERT_EQ(shell(program() + " run -q " + dag, folder.path()).code, 0);
  const std::string explain = program() + " model explain text-classifier --home .weirflow";
  const Ran text = shell(explain + " --top 3", folder.path());
  EXPECT_EQ(text.code, 0) << text.out;
  EXPECT_NE(text.out.find("speaks for 1"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("speaks for 0"), std::string::npos) << text.out;
  const Ran json = shell(explain + " --json", folder.path());
  EXPECT_NE(json.out.find("\"strongest\""), std::string::npos) << json.out;
}

TEST(Hello, WritesWhatItPromises) {
  const TemporaryFolder folder;
  ASSERT_EQ(shell(program() + " init hello", folder.path()).code, 0);
  ASSERT_EQ(
      shell(program() + " run -q hello.toml --set params.rows=200", folder.path() / "hello").code,
      0);
  const std::string rows = content(folder.path() / "hello" / "popular.jsonl");
  EXPECT_GT(std::count(rows.begin(), rows.end(), '\n'), 0);
  EXPECT_NE(rows.find("\"score\""), std::string::npos);
}

}  // namespace
}  // namespace weirflow::cli
