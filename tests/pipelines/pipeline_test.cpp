// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Runs the .test files of this folder, each in an empty folder of its own.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "case_file.h"
#include "compare.h"
#include "program.h"

namespace weirflow::pipelines {
namespace {

namespace fs = std::filesystem;
using program::Ran;

fs::path folder() { return program::source_folder() / "tests" / "pipelines"; }

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder()))
    if (entry.path().extension() == ".test")
      names.push_back(entry.path().lexically_relative(folder()).replace_extension().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string difference(const Check& check, const Ran& ran, const fs::path& work) {
  std::string actual = check.subject == "stderr" ? ran.err : ran.out;
  if (check.is_file) {
    const fs::path path = work / check.subject;
    if (check.how == Check::How::absent) return fs::exists(path) ? "the file is there\n" : "";
    if (!fs::is_regular_file(path)) return "there is no such file\n";
    actual = program::read_bytes(path);
  }
  switch (check.how) {
    case Check::How::has:
      return find_lines(check.text, actual);
    case Check::How::sorted:
      return compare_sorted(check.text, actual);
    case Check::How::json:
      return compare_json(check.text, actual);
    default:
      return compare_lines(check.text, actual);
  }
}

class Case : public ::testing::TestWithParam<std::string> {
 protected:
  void run(const Step& step, const std::string& file) {
    const std::string place = file + ":" + std::to_string(step.line) + ": ";
    program::Surroundings surroundings{work(), program::user_environment(scratch_.path()), {}};
    surroundings.limit = std::chrono::seconds(300);
    const auto ran = program::run_shell(step.argument, surroundings);
    ASSERT_TRUE(ran.ok()) << place << ran.error().message();
    bool well = ran->code == step.exit_code;
    EXPECT_EQ(ran->code, step.exit_code) << place << step.argument;
    for (const Check& check : step.checks) {
      const std::string found = difference(check, *ran, work());
      EXPECT_TRUE(found.empty()) << file << ":" << check.line << ": " << check.subject << '\n'
                                 << found;
      well = well && found.empty();
    }
    EXPECT_TRUE(well) << "--- stdout\n" << ran->out << "--- stderr\n" << ran->err;
  }

  [[nodiscard]] fs::path work() const { return scratch_.path() / "work"; }

  program::ScratchFolder scratch_;
};

TEST_P(Case, Holds) {
  const std::string file = "tests/pipelines/" + GetParam() + ".test";
  const auto parsed = parse_case(file, program::read_bytes(program::source_folder() / file));
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  fs::create_directories(work());
  for (const Step& step : parsed->steps) {
    switch (step.kind) {
      case Step::Kind::file:
        ASSERT_TRUE(program::write_bytes(work() / step.argument, step.bytes).ok());
        break;
      case Step::Kind::copy:
        fs::create_directories((work() / step.argument).parent_path());
        fs::copy(program::source_folder() / step.argument, work() / step.argument,
                 fs::copy_options::recursive);
        break;
      case Step::Kind::run:
        run(step, file);
        break;
    }
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Pipeline, Case, ::testing::ValuesIn(case_names()), [](const auto& test) {
  std::string name = test.param;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

}  // namespace
}  // namespace weirflow::pipelines
