// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// The thirteen trigger rules against their definitions, over all combinations of three states.

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/trigger.h"

namespace weirflow::engine {
namespace {

using dag::TriggerRule;

constexpr TaskState kStates[] = {TaskState::running, TaskState::success, TaskState::failed,
                                 TaskState::upstream_failed, TaskState::skipped};

struct Counts {
  int success = 0, failed = 0, skipped = 0, ended = 0, total = 0;
  explicit Counts(const std::vector<TaskState>& states) : total(static_cast<int>(states.size())) {
    for (const TaskState s : states) {
      success += s == TaskState::success;
      failed += is_bad(s);
      skipped += s == TaskState::skipped;
      ended += is_ended(s);
    }
  }
};

/// Airflow's words: does the rule let the task run, once everything has ended?
bool runs_at_the_end(TriggerRule rule, const Counts& c) {
  switch (rule) {
    case TriggerRule::all_success:
      return c.success == c.total;
    case TriggerRule::all_failed:
      return c.failed == c.total;
    case TriggerRule::all_done:
      return true;
    case TriggerRule::all_done_min_one_success:
      return c.success >= 1;
    case TriggerRule::all_skipped:
      return c.skipped == c.total;
    case TriggerRule::one_failed:
      return c.failed >= 1;
    case TriggerRule::one_success:
      return c.success >= 1;
    case TriggerRule::one_done:
      return c.success + c.failed >= 1;
    case TriggerRule::none_failed:
      return c.failed == 0;
    case TriggerRule::none_failed_min_one_success:
      return c.failed == 0 && c.success >= 1;
    case TriggerRule::none_skipped:
      return c.skipped == 0;
    case TriggerRule::always:
      return true;
    case TriggerRule::all_done_setup_success:
      return true;
  }
  return false;
}

TEST(Trigger, EveryRuleOnEveryCombination) {
  for (int r = 0; r <= static_cast<int>(TriggerRule::all_done_setup_success); ++r) {
    const auto rule = static_cast<TriggerRule>(r);
    for (const TaskState a : kStates)
      for (const TaskState b : kStates)
        for (const TaskState c : kStates) {
          const std::vector<TaskState> states{a, b, c};
          const Counts counts(states);
          const TriggerAnswer answer = evaluate(rule, states);
          if (counts.ended == counts.total) {
            EXPECT_EQ(answer == TriggerAnswer::run, runs_at_the_end(rule, counts)) << r;
            EXPECT_NE(answer, TriggerAnswer::wait) << r;
          } else if (answer == TriggerAnswer::run) {
            // Running early is only right when nothing that still comes can change the answer.
            EXPECT_TRUE(rule == TriggerRule::always || rule == TriggerRule::one_failed ||
                        rule == TriggerRule::one_success || rule == TriggerRule::one_done)
                << r;
          } else if (answer != TriggerAnswer::wait) {
            // A refusal before the end: no completion of the others would have run it.
            for (const TaskState last :
                 {TaskState::success, TaskState::failed, TaskState::skipped}) {
              std::vector<TaskState> rest = states;
              std::replace_if(
                  rest.begin(), rest.end(), [](TaskState s) { return !is_ended(s); }, last);
              EXPECT_FALSE(runs_at_the_end(rule, Counts(rest))) << r;
            }
          }
        }
  }
}

TEST(Trigger, WithoutDependenciesEveryRuleRuns) {
  EXPECT_EQ(evaluate(TriggerRule::all_failed, {}), TriggerAnswer::run);
}

TEST(Trigger, AllSuccessPassesSkippingOn) {
  EXPECT_EQ(evaluate(TriggerRule::all_success, {TaskState::success, TaskState::skipped}),
            TriggerAnswer::skip);
  EXPECT_EQ(evaluate(TriggerRule::all_success, {TaskState::running, TaskState::failed}),
            TriggerAnswer::upstream_failed);
}

}  // namespace
}  // namespace weirflow::engine
