// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Task states and the thirteen trigger rules (Airflow's, by the same names; design 04). A rule is
/// a pure function of the states of the tasks that it reads.

#include <string_view>
#include <vector>

#include "dag/plan.h"

namespace weirflow::engine {

enum class TaskState {
  pending,
  running,
  up_for_retry,  // not ended
  success,
  failed,
  skipped,
  upstream_failed,
  cancelled,  // ended
};
std::string_view to_string(TaskState state);
constexpr bool is_ended(TaskState s) { return s >= TaskState::success; }
/// Failed, upstream_failed or cancelled: what `failed` means to a rule.
constexpr bool is_bad(TaskState s) {
  return s == TaskState::failed || s == TaskState::upstream_failed || s == TaskState::cancelled;
}

enum class TriggerAnswer { wait, run, skip, upstream_failed };

/// What a task with this rule does, given the states of the tasks that it start-depends on. Without
/// any, every rule answers run. Setup tasks do not exist yet, so all_done_setup_success is
/// all_done.
TriggerAnswer evaluate(dag::TriggerRule rule, const std::vector<TaskState>& states);

}  // namespace weirflow::engine
