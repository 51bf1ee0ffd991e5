// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "cli/commands.h"
#include "cli/conditions.h"
#include "cli/html_report.h"
#include "cli/model_adapter.h"
#include "cli/run_output.h"
#include "cli/signals.h"
#include "core/text.h"
#include "engine/run.h"

namespace weirflow::cli {

int run_command(const RunArguments& arguments) {
  const std::string home = home_folder(arguments.common, arguments.file);
  plugin::Registry registry = open_registry(arguments.common, home);
  DagOptions options;
  options.set = arguments.set;
  options.planner.select = arguments.select;
  options.planner.missing_inputs_allowed = arguments.dry_run;
  const auto file = load_dag(arguments.file, registry, options);
  print_diagnostics(*file, arguments.common);
  if (!file->plan) return kConfig;
  if (arguments.dry_run) {
    print_plan(*file->plan, arguments.common);
    return kOk;
  }

  engine::RunOptions run_options;
  run_options.home = home;
  run_options.threads = arguments.threads;
  run_options.sample_rows = arguments.sample;
  if (!arguments.memory.empty()) {
    auto bytes = parse_size(arguments.memory);
    if (!bytes.ok()) {
      complain("--memory: " + bytes.error().message());
      return kUsage;
    }
    run_options.memory = *bytes;
  }
  RunOutput output(arguments.common, arguments.quiet);
  run_options.log = [&](const engine::LogLine& line) { output.log(line); };
  run_options.on_progress = [&](const engine::Progress& p) { output.progress(p); };
  run_options.condition = evaluate_condition;

  StoredModels models(home);
  engine::Run run(*file->plan, registry, &models, std::move(run_options));
  Signals signals([&] { run.cancel(); });
  auto report = run.execute();
  output.end_progress();
  if (!report.ok()) {
    complain(report.error().message());
    return exit_code(report.error().code());
  }
  output.print(*file->plan, *report);
  if (!arguments.report.empty()) {
    if (wf::Status s = write_html_report(*file->plan, *report, arguments.report); !s.ok()) {
      complain("--report: " + s.message());
      return exit_code(s.code());
    }
  }
  int code = kOk;
  if (report->cancelled)
    code = kInterrupted;
  else if (!report->success)
    code = kRunFailed;
  else if (report->dead_letters > 0)
    code = kDeadLetters;
  if (!report->silent.empty()) {
    // A component does not come back: nothing of the run is committed, and no destructor may wait.
    std::string names;
    for (const std::string& name : report->silent) names += (names.empty() ? "" : ", ") + name;
    complain("these tasks did not stop within a second: " + names);
    ::fflush(nullptr);
    ::_exit(code);
  }
  return code;
}

}  // namespace weirflow::cli
