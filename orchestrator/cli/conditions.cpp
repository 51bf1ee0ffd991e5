// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/conditions.h"

#include "weirflow/expr.hpp"

namespace weirflow::cli {

wf::Result<bool> evaluate_condition(const dag::PlanNode& node,
                                    const engine::TemplateValues& values) {
  WF_ASSIGN(const wf::ParsedExpression parsed, wf::Expression::parse_only(node.when));
  wf::Value::Table names;
  for (const std::string& name : parsed.columns) {
    constexpr std::string_view kTasks = "tasks.", kResult = ".result";
    const size_t end = name.find(kResult);
    if (!name.starts_with(kTasks) || end == std::string::npos)
      return wf::invalid_config("'" + name +
                                "' is no result of a task; write tasks.NAME.result.KEY");
    const std::string task = name.substr(kTasks.size(), end - kTasks.size());
    const size_t key = end + kResult.size() + 1;
    auto value = values.result(task, key <= name.size() ? name.substr(key) : "");
    names.emplace_back(name, value.ok() ? std::move(*value) : wf::Value());
  }
  WF_ASSIGN(const wf::Value answer, wf::evaluate_expression(node.when, names));
  if (answer.is_null()) return false;
  if (const bool* holds = answer.boolean()) return *holds;
  return wf::invalid_config("the condition is " + std::string(answer.type_name()) +
                            ", not true or false");
}

}  // namespace weirflow::cli
