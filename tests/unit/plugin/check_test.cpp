// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "built_files.h"

namespace weirflow::plugin {
namespace {

using test::bad;

CheckOptions options(std::vector<std::string> only = {}) {
  CheckOptions made;
  made.program = test::helper();
  made.only = std::move(only);
  return made;
}

/// Sanitizers make loading slow; they are no part of what the check measures.
bool is_timed(const CheckResult& result) { return result.name == "scans-fast"; }

void expect_all_pass(const std::filesystem::path& file) {
  const auto results = check_library(file, options());
  ASSERT_EQ(results.size(), checks().size());
  for (const CheckResult& result : results) {
    EXPECT_TRUE(result.passed || is_timed(result)) << result.name << ": " << result.detail;
    EXPECT_FALSE(result.summary.empty());
    if (result.passed) {
      EXPECT_EQ(result.detail, "") << result.name;
    }
  }
}

TEST(Check, SoundPluginsPassAll) {
  expect_all_pass(bad("good"));
  expect_all_pass(test::built("example_plugins/hello.so"));
  expect_all_pass(test::built("example_plugins/flag.so"));
}

TEST(Check, NamesAreStable) {
  std::string names;
  for (const CheckInfo& check : checks()) names += std::string(check.name) + " ";
  EXPECT_EQ(names,
            "loads-now exports-only-entry scans-fast unknown-ids-answer-null descriptor-stable "
            "bind-is-pure config-fuzz zero-row-batch null-and-sliced-batches error-then-reuse "
            "two-instances inputs-released-once ");
}

struct Caught {
  const char* plugin;
  const char* check;
  const char* detail;  ///< how it begins
};
void PrintTo(const Caught& caught, std::ostream* out) { *out << caught.plugin; }
class Catches : public testing::TestWithParam<Caught> {};

TEST_P(Catches, TheBadPlugin) {
  const auto& [plugin, check, detail] = GetParam();
  CheckOptions with = options({check});
  if (std::string_view(plugin) == "hang_at_load") with.limit = std::chrono::milliseconds(300);
  const auto results = check_library(bad(plugin), with);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_FALSE(results[0].passed);
  EXPECT_EQ(results[0].detail.substr(0, std::string_view(detail).size()), detail);
}

INSTANTIATE_TEST_SUITE_P(
    Checks, Catches,
    testing::Values(
        Caught{"undefined_symbol", "loads-now", "undefined symbol `weirflow_nobody_defines_this`"},
        Caught{"check_exports", "exports-only-entry",
               "exports 1 symbols besides the entry: `weirflow_left_over`"},
        Caught{"check_slow", "scans-fast", "loading took "},
        Caught{"check_answers_all", "unknown-ids-answer-null",
               "`bad.pass`: answers something for the unknown id \"wf.nothing/1\""},
        Caught{"check_changes", "descriptor-stable",
               "the entry describes the library differently when called again"},
        Caught{"check_bind_writes", "bind-is-pure", "`bad.pass`: bind wrote the file `bind.log`"},
        Caught{"check_bind_differs", "bind-is-pure",
               "`bad.pass`: bind answers differently when called again"},
        Caught{"check_config_crash", "config-fuzz", "crashed (signal 11, Segmentation fault)"},
        Caught{"check_config_code", "config-fuzz",
               "`bad.pass`: configure answered -99, which is no code"},
        Caught{"check_zero_rows", "zero-row-batch", "crashed (signal 6, Aborted)"},
        Caught{"check_offset", "null-and-sliced-batches",
               "`bad.pass`: a sliced batch gives other rows than a copy of it:"},
        Caught{"check_poisoned", "error-then-reuse",
               "`bad.pass`: works no more after an error of another instance: cancelled: stopped"},
        Caught{"check_single", "two-instances", "there is an instance already"},
        Caught{"check_wears_out", "two-instances",
               "`bad.pass`: create number 50: no handle is left"},
        Caught{"check_keeps", "inputs-released-once",
               "`bad.pass`: 1 input batches were not released by close"},
        Caught{"check_double_release", "inputs-released-once",
               "`bad.pass`: an input batch was released twice"},
        Caught{"check_miscounts", "inputs-released-once",
               "`bad.pass`: counters: in = passed + absorbed + filtered + refused does not hold"},
        Caught{"hang_at_load", "loads-now", "did not end within"}),
    [](const auto& each) {
      std::string name = std::string(each.param.plugin) + "_" + each.param.check;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace weirflow::plugin
