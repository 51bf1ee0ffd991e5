// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Typed parameters of a DAG or of a group: their declaration, and the values that a run, or the
/// task that uses the group, gives them.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/spec.h"

namespace weirflow::dag {

/// Values by name. Absent: required and not given, so not known yet. Null: not required, no
/// default, not given; a key whose value is null counts as unset.
using ParamValues = std::map<std::string, Value>;

/// Reads `[params]`, reporting what is wrong with it.
std::vector<ParamSpec> read_params(const Value& table, const Sources& sources,
                                   Diagnostics& diagnostics);

/// What `[params]` alone gives.
ParamValues default_values(const std::vector<ParamSpec>& params);

/// Checks `value` against the declaration and makes it of its type (an integer given for a float
/// becomes one, a path is marked). Reports at value.range; false after a report. Values that are
/// still templates are accepted as they are: their type shows when the region starts.
bool fit_param(Value& value, const ParamSpec& param, Diagnostics& diagnostics);

/// Applies `--set KEY=TEXT` pairs, KEY being "params.NAME" or "NAME". TEXT is read by the type of
/// the param: strings and paths as they are, others as TOML; relative paths are relative to
/// `working_folder` (absolute). Reports into a text of its own, shown as "--set".
void apply_settings(const std::vector<std::pair<std::string, std::string>>& settings,
                    const std::string& working_folder, const std::vector<ParamSpec>& params,
                    ParamValues& values, Sources& sources, Diagnostics& diagnostics);

/// "a string", "an integer", ... for messages.
std::string_view describe(ParamType type);

}  // namespace weirflow::dag
