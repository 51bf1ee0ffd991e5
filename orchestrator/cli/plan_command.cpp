// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "cli/commands.h"
#include "cli/plan_text.h"
#include "cli/run_output.h"

namespace weirflow::cli {

void print_plan(const dag::Plan& plan, const Common& common) {
  if (common.json)
    std::printf("%s\n", plan_json(plan).c_str());
  else
    std::fputs(plan_text(plan, terminal_width()).c_str(), stdout);
}

int plan_command(const FileArguments& arguments) {
  const std::string home = home_folder(arguments.common, arguments.file);
  const plugin::Registry registry = open_registry(arguments.common, home);
  DagOptions options;
  options.set = arguments.set;
  options.home = home;
  options.planner.missing_inputs_allowed = true;
  const auto file = load_dag(arguments.file, registry, options);
  print_diagnostics(*file, arguments.common);
  if (!file->plan) return refusal_code(*file);
  print_plan(*file->plan, arguments.common);
  return kOk;
}

}  // namespace weirflow::cli
