// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What the documents show works: every command runs, every DAG is valid, every task names
// components and options that exist.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "document.h"
#include "program.h"

namespace weirflow::docs {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> documents() {
  const fs::path root = program::source_folder();
  std::vector<std::string> out = {"README.md", "CONTRIBUTING.md"};
  for (const char* folder : {"orchestrator/docs", "plugins", "sdk/docs", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".md")
        out.push_back(entry.path().lexically_relative(root).generic_string());
  std::sort(out.begin(), out.end());
  return out;
}

/// A folder as a reader has it after a build: the DAGs to run, the SDK, comments to work on.
class Document : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const fs::path root = program::source_folder();
    fs::create_directories(work() / "build");
    fs::create_directories(work() / "tests");
    fs::copy(root / "dags", work() / "dags", fs::copy_options::recursive);
    fs::create_directory_symlink(root / "sdk", work() / "sdk");
    fs::create_directory_symlink(root / "tests/example_plugins", work() / "tests/example_plugins");
    fs::create_directory_symlink(program::binary_folder(), work() / "build/release");
  }

  /// Comments under the names that the documents use.
  void make_comments() {
    const std::string make = "weirflow run -q dags/demo/comments.toml --set params.rows=3000 ";
    const auto made = run(make + "--set params.out=dags/reddit/comments.csv && " + make +
                          "--set params.seed=7 --set params.out=my_comments.csv && "
                          "cp my_comments.csv mine.csv && "
                          "cp my_comments.csv dags/files/comments.csv");
    ASSERT_EQ(made.code, 0) << made.err;
  }

  [[nodiscard]] program::Ran run(const std::string& command) const {
    program::Surroundings user{work(), program::user_environment(scratch_.path()), {}};
    user.limit = std::chrono::seconds(300);
    auto ran = program::run_shell(command, user);
    return ran.ok() ? std::move(*ran) : program::Ran{-1, "", ran.error().message()};
  }

  [[nodiscard]] std::string place(int line) const {
    return GetParam() + ":" + std::to_string(line) + ": ";
  }

  /// What is wrong with a piece of a DAG file, beside what only the whole can say.
  void check_tasks(const Block& block) const {
    const std::set<std::string> of_the_whole = {"unknown-task", "unknown-param", "missing-input",
                                                "not-found",    "no-tasks",      "file-not-found"};
    const std::string head = "[dag]\nname = \"piece\"\n";
    ASSERT_TRUE(program::write_bytes(work() / "piece.toml", head + block.text).ok());
    const auto ran = run("weirflow validate piece.toml --json");
    const auto answer = nlohmann::json::parse(ran.out, nullptr, false);
    ASSERT_TRUE(answer.contains("diagnostics")) << place(block.line) << ran.out << ran.err;
    for (const auto& d : answer["diagnostics"])
      EXPECT_TRUE(of_the_whole.contains(d.value("code", "")))
          << place(block.line) << d.value("message", "") << " [" << d.value("code", "") << "]";
  }

  [[nodiscard]] fs::path work() const { return scratch_.path() / "work"; }

  program::ScratchFolder scratch_;
};

TEST_P(Document, CommandsRun) {
  const auto blocks = blocks_of(program::read_bytes(program::source_folder() / GetParam()));
  const bool any = std::any_of(blocks.begin(), blocks.end(), [](const Block& b) {
    return b.not_run.empty() && !commands_of(b).empty();
  });
  if (any) make_comments();
  for (const Block& block : blocks) {
    if (!block.file.empty()) {
      ASSERT_TRUE(program::write_bytes(work() / block.file, block.text).ok());
    }
    if (!block.not_run.empty()) continue;
    for (const Command& command : commands_of(block)) {
      const auto ran = run(command.text);
      ASSERT_EQ(ran.code, 0) << place(command.line) << command.text << '\n' << ran.out << ran.err;
    }
  }
}

TEST_P(Document, DagsAreValid) {
  for (const Block& block : blocks_of(program::read_bytes(program::source_folder() / GetParam()))) {
    if (!block.file.empty()) continue;  // a command uses it
    if (block.language != "toml" || block.text.find("uses") == std::string::npos) continue;
    if (block.text.find("[dag]") == std::string::npos) {
      if (block.text.find("[task.") != std::string::npos &&
          block.text.find("[group]") == std::string::npos)
        check_tasks(block);
      continue;
    }
    ASSERT_TRUE(program::write_bytes(work() / "shown.toml", block.text).ok());
    const auto ran = run("weirflow validate shown.toml");
    EXPECT_EQ(ran.code, 0) << place(block.line) << '\n' << ran.err;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Document, ::testing::ValuesIn(documents()), [](const auto& test) {
  std::string name = test.param;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

}  // namespace
}  // namespace weirflow::docs
