// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Components for engine tests, and a fixture that runs DAG text on them.
///
///   test.numbers   source of n: int64 = 0..rows-1
///   test.add       map, concurrent: n + by
///   test.odd       filter: keeps odd n; refuses n that are in `refuse`
///   test.split3    route by n modulo 3 to a, b, c
///   test.double    expand: each row twice
///   test.sum       regroup: one row with the sum and the count
///   test.first     ends after `rows` rows (DONE)
///   test.mean      estimator: state = mean of n; applied: n - mean
///   test.keep      sink: keeps the rows under a name, see kept()
///   test.fail      fails at row `at`, `times` times
///   test.set       action: sets the result `value`
///   test.liar      map that says more than it passes: breaks the conservation check
///   test.stuck     map that waits until cancelled

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>

#include "dag/canonical.h"
#include "dag/planner.h"
#include "dag/reader.h"
#include "engine/run.h"
#include "weirflow/component.hpp"

namespace weirflow::testing {

/// What sinks kept, by name; and how often things failed.
struct Kept {
  std::mutex mutex;
  std::map<std::string, std::vector<int64_t>> rows;
  std::map<std::string, int> failures;
};
Kept& kept();
std::vector<int64_t> rows_of(const std::string& name);
const wf_entry* test_components();

/// Models in memory. Threads: any.
class MemoryModels final : public engine::Models {
 public:
  wf::Result<std::string> resolve(std::string_view reference) override;
  wf::Result<std::shared_ptr<const engine::FittedModel>> open(std::string_view reference) override;
  wf::Result<std::string> store(const engine::FittedGroup& group) override;
  /// Where every model's champion stands.
  void set_champion(size_t version);
  /// Makes resolve() fail.
  void lose_aliases(bool lost);
  std::vector<engine::FittedGroup> stored;

 private:
  std::mutex mutex_;
  size_t champion_ = 0;
  bool lost_ = false;
};

class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
  /// Plans the text; empty after a failure, which is printed.
  std::optional<dag::Plan> plan(const std::string& text);
  /// Runs it; fails the test when it cannot be planned or begun.
  engine::RunReport run(const std::string& text);
  engine::RunReport run_plan(const dag::Plan& plan);
  static engine::TaskState state(const engine::RunReport& report, const std::string& task);
  void write(const std::string& name, const std::string& text);

  std::filesystem::path folder_;
  plugin::Registry registry_;
  MemoryModels models_;
  engine::RunOptions options_;
};

}  // namespace weirflow::testing
