// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "cli/commands.h"
#include "dag/schema.h"

namespace weirflow::cli {

int validate_command(const ValidateArguments& arguments) {
  if (arguments.schema) {
    std::fputs(dag::json_schema().c_str(), stdout);
    return kOk;
  }
  const std::string home = home_folder(arguments.common, arguments.file);
  const plugin::Registry registry = open_registry(arguments.common, home);
  DagOptions options;
  options.set = arguments.set;
  options.home = home;
  options.planner.missing_inputs_allowed = true;
  const auto file = load_dag(arguments.file, registry, options);
  if (arguments.common.json) {
    std::printf("{\"valid\": %s, \"diagnostics\": %s}\n", file->plan ? "true" : "false",
                dag::render_json(file->diagnostics, file->sources).c_str());
    return file->plan ? static_cast<int>(kOk) : refusal_code(*file);
  }
  print_diagnostics(*file, arguments.common);
  if (!file->plan) {
    std::fprintf(stderr, "%s: %zu error%s\n", arguments.file.c_str(), file->diagnostics.errors(),
                 file->diagnostics.errors() == 1 ? "" : "s");
    return refusal_code(*file);
  }
  std::printf("%s is valid: %zu tasks in %zu regions\n", arguments.file.c_str(),
              file->plan->nodes.size(), file->plan->regions.size());
  for (const dag::PlanNode& node : file->plan->nodes) {
    if (node.kind == dag::NodeKind::version) continue;
    for (size_t i = 0; i < node.outputs.size(); ++i)
      if (i >= node.output_schemas.size() || !node.output_schemas[i])
        std::printf("columns of %s.%s are checked when the run gets there\n", node.task.c_str(),
                    node.outputs[i].c_str());
  }
  return kOk;
}

}  // namespace weirflow::cli
