// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// A model's version is a hash of its bytes. The same rows must give the same version on every
// machine, whatever the threads, the batches and the home; other rows must give another.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weirflow {
namespace {

namespace fs = std::filesystem;
using program::ScratchFolder;

/// What the program prints; fails the test when it does not end with 0.
std::string output(const std::string& line, const fs::path& folder) {
  const auto ran = program::run_shell(line, {folder, program::user_environment(folder)});
  if (!ran.ok() || ran->code != 0) {
    ADD_FAILURE() << line << ": " << (ran.ok() ? ran->err : ran.status().message());
    return "{}";
  }
  return ran->out;
}

/// Versions of the two models, "free@... penalised@...", learned in a home of their own.
std::string versions(const std::string& comments, const std::string& options) {
  const ScratchFolder scratch;
  EXPECT_TRUE(program::write_bytes(scratch.path() / "comments.csv", comments).ok());
  const fs::path dag = program::source_folder() / "tests/pipelines/goldens/reproducible.toml";
  const auto run = nlohmann::json::parse(output(
      "weirflow run --json '" + dag.string() + "' --set params.comments=comments.csv " + options,
      scratch.path()));
  std::string out;
  for (const auto& task : run.value("tasks", nlohmann::json::array()))
    if (task.contains("version")) out += task["version"].get<std::string>() + " ";
  return out;
}

class Reproducibility : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const ScratchFolder scratch;
    const fs::path dag = program::source_folder() / "dags/demo/comments.toml";
    output("weirflow run -q '" + dag.string() +
               "' --set params.out=comments.csv --set params.rows=4000",
           scratch.path());
    comments_ = program::read_bytes(scratch.path() / "comments.csv");
    first_ = versions(comments_, "--threads 1");
  }
  static std::string comments_, first_;
};
std::string Reproducibility::comments_, Reproducibility::first_;

TEST_F(Reproducibility, BothModelsHaveAVersion) {
  EXPECT_GT(comments_.size(), 100'000U);
  EXPECT_TRUE(first_.starts_with("free@")) << first_;
  EXPECT_NE(first_.find(" penalised@"), std::string::npos) << first_;
}

TEST_F(Reproducibility, ThreadsDoNotMatter) {
  EXPECT_EQ(versions(comments_, "--threads 2"), first_);
  EXPECT_EQ(versions(comments_, "--threads 5"), first_);
}

TEST_F(Reproducibility, BatchesDoNotMatter) {
  EXPECT_EQ(versions(comments_, "--threads 1 --set params.batch_rows=17"), first_);
  EXPECT_EQ(versions(comments_, "--threads 2 --set params.batch_rows=400"), first_);
}

TEST_F(Reproducibility, MemoryDoesNotMatter) {
  EXPECT_EQ(versions(comments_, "--threads 2 --memory 64MiB"), first_);
}

TEST_F(Reproducibility, OneOtherWordGivesOtherVersions) {
  const size_t word = comments_.find(" the ", comments_.size() / 2);
  ASSERT_NE(word, std::string::npos);
  std::string changed = comments_;
  changed.replace(word, 5, " you ");
  const std::string other = versions(changed, "--threads 1");
  EXPECT_TRUE(other.starts_with("free@")) << other;
  EXPECT_NE(other.substr(0, other.find(' ')), first_.substr(0, first_.find(' ')));
  EXPECT_NE(other.substr(other.find(' ')), first_.substr(first_.find(' ')));
}

}  // namespace
}  // namespace weirflow
