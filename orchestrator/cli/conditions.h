// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// `when` conditions: expressions over the results of tasks, `tasks.quality.result.auc > 0.7`.

#include "dag/plan.h"
#include "engine/templates.h"

namespace weirflow::cli {

/// True, false (null counts as false), or why it cannot be said. Names of tasks that were skipped
/// or have no such result are null.
wf::Result<bool> evaluate_condition(const dag::PlanNode& node,
                                    const engine::TemplateValues& values);

}  // namespace weirflow::cli
