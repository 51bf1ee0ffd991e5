// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Every DAG below dags/ is valid and is run by one of the text tests, or, when it needs real
// services, by a test of tests/streams that names it: a new one needs a test.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "case_file.h"
#include "program.h"

namespace weirflow::pipelines {
namespace {

namespace fs = std::filesystem;

/// DAG files by their path in the repository. Groups and golden cases (*.test.toml) are no DAGs,
/// and dags/invalid is refused.
std::vector<std::string> dag_files() {
  const fs::path root = program::source_folder();
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root / "dags")) {
    const std::string path = entry.path().lexically_relative(root).generic_string();
    if (entry.path().extension() != ".toml" || path.starts_with("dags/invalid/")) continue;
    if (path.ends_with(".test.toml")) continue;
    if (program::read_bytes(entry.path()).find("\n[group]\n") == std::string::npos)
      files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Words of all commands that text tests run.
std::set<std::string> words_run() {
  std::set<std::string> words;
  const fs::path folder = program::source_folder() / "tests" / "pipelines";
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    const auto parsed = parse_case(entry.path().string(), program::read_bytes(entry.path()));
    EXPECT_TRUE(parsed.ok()) << parsed.error().message();
    if (!parsed.ok() || parsed->needs_data) continue;  // not run everywhere
    for (const Step& step : parsed->steps) {
      if (step.kind != Step::Kind::run || !step.argument.starts_with("weirflow run ")) continue;
      std::istringstream line(step.argument);
      for (std::string word; line >> word;) words.insert(word);
    }
  }
  return words;
}

TEST(DagFiles, EachIsValid) {
  const program::ScratchFolder scratch;
  const program::Surroundings user{
      program::source_folder(), program::user_environment(scratch.path()), {}};
  const auto files = dag_files();
  EXPECT_GE(files.size(), 12u);
  for (const std::string& file : files) {
    auto surroundings = user;
    surroundings.limit = std::chrono::seconds(60);
    const auto ran = program::run_shell("weirflow validate " + file, surroundings);
    ASSERT_TRUE(ran.ok()) << ran.error().message();
    EXPECT_EQ(ran->code, 0) << file << '\n' << ran->err;
  }
}

TEST(DagFiles, GoldenCasesHold) {
  const program::ScratchFolder scratch;
  program::Surroundings user{
      program::source_folder(), program::user_environment(scratch.path()), {}};
  user.limit = std::chrono::seconds(120);
  const auto ran = program::run_shell("weirflow test dags", user);
  ASSERT_TRUE(ran.ok()) << ran.error().message();
  EXPECT_EQ(ran->code, 0) << ran->out << ran->err;
}

TEST(DagFiles, EachIsRunByATest) {
  const auto words = words_run();
  std::string streams;
  for (const auto& entry : fs::directory_iterator(program::source_folder() / "tests" / "streams"))
    streams += program::read_bytes(entry.path());
  for (const std::string& file : dag_files())
    EXPECT_TRUE(words.contains(file) || streams.find(file) != std::string::npos)
        << file << ": no file of tests/pipelines/dags has '--- run weirflow run ... " << file
        << "', and none of tests/streams names it";
}

}  // namespace
}  // namespace weirflow::pipelines
