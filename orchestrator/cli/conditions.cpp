// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/conditions.h"

#include "weirflow/expr.hpp"

namespace weirflow::cli {

namespace {

/// Of `tasks.NAME.version` or `tasks.NAME.result.KEY`; null when the task was skipped.
wf::Result<wf::Value> value_of(const std::string& name, const engine::TemplateValues& values) {
  constexpr std::string_view kTasks = "tasks.", kResult = ".result", kVersion = ".version";
  const size_t end = name.find(kResult);
  if (name.starts_with(kTasks) && end != std::string::npos) {
    const size_t key = end + kResult.size() + 1;
    return values.result(name.substr(kTasks.size(), end - kTasks.size()),
                         key <= name.size() ? name.substr(key) : "");
  }
  if (name.starts_with(kTasks) && name.ends_with(kVersion))
    return values.version(
        name.substr(kTasks.size(), name.size() - kTasks.size() - kVersion.size()));
  return wf::invalid_config("'" + name +
                            "' is no result of a task; write {{ tasks.NAME.result.KEY }}");
}

}  // namespace

wf::Result<bool> evaluate_condition(const dag::PlanNode& node,
                                    const engine::TemplateValues& values) {
  WF_ASSIGN(const wf::ParsedExpression parsed, wf::Expression::parse_only(node.when));
  wf::Value::Table names;
  for (const std::string& name : parsed.columns) {
    WF_ASSIGN(wf::Value value, value_of(name, values));
    names.emplace_back(name, std::move(value));
  }
  WF_ASSIGN(const wf::Value answer, wf::evaluate_expression(node.when, names));
  if (answer.is_null()) return false;
  if (const bool* holds = answer.boolean()) return *holds;
  return wf::invalid_config("the condition is " + std::string(answer.type_name()) +
                            ", not true or false");
}

}  // namespace weirflow::cli
