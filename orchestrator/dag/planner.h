// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From an expanded DAG and the plugins to a checked Plan: components and their configuration,
/// ports, phases, regions, chains, and the columns along every edge.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/expand.h"
#include "dag/plan.h"
#include "plugin/registry.h"

namespace weirflow::dag {

/// Dead letters of a task that go through it again: `weirflow dead-letters replay`.
struct ReplayOptions {
  std::string task, port;     ///< port: an input of the task; empty when it has one
  std::string rows;           ///< spool file
  std::string marks, target;  ///< of `replay.mark`
  /// Configuration of the ends of groups by their task: which columns leave a group is known from
  /// the whole DAG alone.
  std::map<std::string, wf::Value::Table> boundaries;
};

struct PlannerOptions {
  /// A file that a source would read need not be there yet: a warning instead of an error.
  bool missing_inputs_allowed = false;
  /// Only these tasks and what they need; empty: all.
  std::vector<std::string> select;
  /// Ends the plan with `show.rows` behind this output ("task" or "task.port"): `weirflow show`.
  std::string show;
  int64_t show_rows = 0;
  std::string show_path;  ///< the spool file that gets the rows
  std::optional<ReplayOptions> replay;
  /// Do not create instances: columns stay unknown. For pictures and for tests of structure.
  bool bind = true;
};

/// Reports everything that is wrong; nothing when there was an error. `expanded` was made without
/// keep_params and without errors, `canonical` is the version text of the DAG's files.
std::optional<Plan> make_plan(const Expanded& expanded, const std::string& canonical,
                              const Sources& sources, const plugin::Registry& registry,
                              const PlannerOptions& options, Diagnostics& diagnostics);

/// For a file that has errors already, so that there can be no plan: which components and options
/// of its tasks are wrong as well. Params stay as they are written.
void check_tasks(const Loaded& loaded, const Sources& sources, const plugin::Registry& registry,
                 Diagnostics& diagnostics);

}  // namespace weirflow::dag
