// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A group as a model version keeps it: the texts of its files and the values of its params, so
/// that it can be expanded again where those files have changed or are not there.

#include <string>

#include "dag/expand.h"

namespace weirflow::dag {

/// TOML: `params`, and for each file - the group's own first - its absolute path and its text.
/// Precondition: `expanded` was made without keep_params.
std::string group_source(const Expanded& expanded, uint32_t group, const Sources& sources);

/// Adds the group that group_source() gave to `loaded`, under `key` and shown as `shown`; relative
/// paths in it mean what they meant where it was fitted. Nothing after a report.
std::optional<GroupOverride> add_group_source(const std::string& source, const std::string& key,
                                              const std::string& shown, Loaded& loaded,
                                              Sources& sources, Diagnostics& diagnostics);

}  // namespace weirflow::dag
