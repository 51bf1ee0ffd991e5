// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/trigger.h"

namespace weirflow::engine {

std::string_view to_string(TaskState state) {
  switch (state) {
    case TaskState::pending:
      return "pending";
    case TaskState::running:
      return "running";
    case TaskState::up_for_retry:
      return "up_for_retry";
    case TaskState::success:
      return "success";
    case TaskState::failed:
      return "failed";
    case TaskState::skipped:
      return "skipped";
    case TaskState::upstream_failed:
      return "upstream_failed";
    case TaskState::cancelled:
      return "cancelled";
  }
  return "unknown";
}

TriggerAnswer evaluate(dag::TriggerRule rule, const std::vector<TaskState>& states) {
  using dag::TriggerRule;
  int success = 0, bad = 0, skipped = 0, ended = 0;
  for (const TaskState s : states) {
    success += s == TaskState::success;
    bad += is_bad(s);
    skipped += s == TaskState::skipped;
    ended += is_ended(s);
  }
  const int total = static_cast<int>(states.size());
  const bool all = ended == total;
  const auto otherwise = [&](bool run, TriggerAnswer no) { return run ? TriggerAnswer::run : no; };
  if (total == 0) return TriggerAnswer::run;
  switch (rule) {
    case TriggerRule::always:
      return TriggerAnswer::run;
    case TriggerRule::all_success:
      if (bad) return TriggerAnswer::upstream_failed;
      if (skipped) return TriggerAnswer::skip;
      break;
    case TriggerRule::all_failed:
      if (success || skipped) return TriggerAnswer::skip;
      break;
    case TriggerRule::all_skipped:
      if (success || bad) return TriggerAnswer::skip;
      break;
    case TriggerRule::none_failed:
      if (bad) return TriggerAnswer::upstream_failed;
      break;
    case TriggerRule::none_skipped:
      if (skipped) return TriggerAnswer::skip;
      break;
    case TriggerRule::none_failed_min_one_success:
      if (bad) return TriggerAnswer::upstream_failed;
      if (all) return otherwise(success > 0, TriggerAnswer::skip);
      break;
    case TriggerRule::one_failed:
      if (bad) return TriggerAnswer::run;
      if (all) return TriggerAnswer::skip;
      return TriggerAnswer::wait;
    case TriggerRule::one_success:
      if (success) return TriggerAnswer::run;
      if (all) return otherwise(false, bad ? TriggerAnswer::upstream_failed : TriggerAnswer::skip);
      return TriggerAnswer::wait;
    case TriggerRule::one_done:
      if (success || bad) return TriggerAnswer::run;
      if (all) return TriggerAnswer::skip;
      return TriggerAnswer::wait;
    case TriggerRule::all_done_min_one_success:
      if (all)
        return otherwise(success > 0, bad ? TriggerAnswer::upstream_failed : TriggerAnswer::skip);
      break;
    case TriggerRule::all_done:
    case TriggerRule::all_done_setup_success:
      break;
  }
  return all ? TriggerAnswer::run : TriggerAnswer::wait;
}

}  // namespace weirflow::engine
