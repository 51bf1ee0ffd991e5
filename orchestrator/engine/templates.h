// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Templates that are resolved when a region starts.

#include <functional>

#include "dag/plan.h"

namespace weirflow::engine {

/// Where the values come from. Null values stand for skipped tasks; an error for what is wrong.
struct TemplateValues {
  std::function<wf::Result<wf::Value>(const std::string& task)> version;
  std::function<wf::Result<wf::Value>(const std::string& task, const std::string& key)> result;
  std::function<wf::Result<wf::Value>(const std::string& name)> secret;
};

/// One part of another kind than text keeps the value's type; several make a string. Null when the
/// only part is null; an error when null, a list or a table stands inside text.
wf::Result<wf::Value> resolve(const std::vector<dag::TemplatePart>& parts,
                              const TemplateValues& values);

/// The node's configuration with every deferred part resolved; a key that becomes null is unset.
wf::Result<wf::Value::Table> resolve_config(const dag::PlanNode& node,
                                            const TemplateValues& values);

/// WEIRFLOW_SECRET_<NAME> of the environment; not_found names the variable.
wf::Result<wf::Value> secret_from_environment(const std::string& name);

}  // namespace weirflow::engine
