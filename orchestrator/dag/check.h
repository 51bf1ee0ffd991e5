// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks of one file that need all of it, and the groups that it uses: names that tasks, params
/// and ports are called by, and cycles. In these a group counts as one task.

#include <map>
#include <string>

#include "dag/diagnostics.h"
#include "dag/spec.h"

namespace weirflow::dag {

using Groups = std::map<std::string, GroupSpec>;

/// Tasks in `from`, `after` and templates exist; params exist; ports of groups exist and are fed;
/// the params given to a group are its own and of their type; the graph has no cycle. `groups`
/// holds the groups that could be read; nothing is said about others.
void check_dag(const DagSpec& dag, const Groups& groups, Diagnostics& diagnostics);

/// The same for a group; and its `inputs` and `outputs` name members and their ports.
void check_group(const GroupSpec& group, const Groups& groups, Diagnostics& diagnostics);

/// The output of `group` that `port` means ("" = the only one, or "out"), or nullptr.
const GroupOutputSpec* find_output(const GroupSpec& group, const std::string& port);
/// The input of `group` that `port` means ("" = the only one, or "in"), or nullptr.
const GroupInputSpec* find_input(const GroupSpec& group, const std::string& port);

}  // namespace weirflow::dag
