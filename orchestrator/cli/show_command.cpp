// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "batch/spool.h"
#include "cli/commands.h"
#include "cli/conditions.h"
#include "cli/end_guard.h"
#include "cli/model_adapter.h"
#include "cli/run_output.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "core/scratch_folder.h"
#include "engine/run.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

namespace {

int print_rows(const std::string& path, const Common& common) {
  auto spool = batch::Spool::open(path);
  if (!spool.ok()) {
    complain(spool.error().message());
    return exit_code(spool.error().code());
  }
  std::vector<wf::Batch> batches;
  batch::Spool::Reader reader(*spool);
  for (;;) {
    auto next = reader.next();
    if (!next.ok()) {
      complain(next.error().message());
      return exit_code(next.error().code());
    }
    if (!*next) break;
    batches.push_back(std::move(**next));
  }
  if (common.json) {
    for (const wf::Batch& b : batches)
      for (int64_t i = 0; i < b.rows(); ++i) {
        std::string line;
        wf::append_row_json(b, i, line);
        std::printf("%s\n", line.c_str());
      }
    return kOk;
  }
  if (batches.empty()) batches.push_back(wf::Batch((*spool)->schema_ptr(), 0, {}));
  if (batches[0].rows() == 0) {
    std::printf("no rows; columns: %s\n", (*spool)->schema().to_string().c_str());
    return kOk;
  }
  std::fputs(format_batches(batches, terminal_width()).c_str(), stdout);
  return kOk;
}

}  // namespace

int show_command(const ShowArguments& arguments) {
  const EndGuard guard;
  const std::string home = home_folder(arguments.common, arguments.file);
  plugin::Registry registry = open_registry(arguments.common, home);
  const ScratchFolder scratch("weirflow-show");
  if (scratch.path().empty()) {
    complain(std::string("no folder for the rows can be made: ") + std::strerror(errno));
    return kIoError;
  }
  const std::string path = (scratch.path() / "rows").string();
  DagOptions options;
  options.set = arguments.set;
  options.home = home;
  options.planner.show = arguments.task;
  options.planner.show_rows = arguments.rows;
  options.planner.show_path = path;
  const auto file = load_dag(arguments.file, registry, options);
  print_diagnostics(*file, arguments.common);
  if (!file->plan) return refusal_code(*file);

  engine::RunOptions run_options;
  run_options.home = home;
  run_options.condition = evaluate_condition;
  RunOutput output(arguments.common, true);
  run_options.log = [&](const engine::LogLine& line) { output.log(line); };
  StoredModels models(home);
  engine::Run run(*file->plan, registry, &models, std::move(run_options));
  int code = kOk;
  {
    Signals signals([&] { run.cancel(); });
    EndGuard::renew();
    auto report = run.execute();
    if (!report.ok()) {
      complain(report.error().message());
      return exit_code(report.error().code());
    }
    if (!report->success) {
      output.print(*file->plan, *report);
      code = report->cancelled ? kInterrupted : kRunFailed;
      if (!report->silent.empty()) ::_exit(code);
    }
  }
  return code == kOk ? print_rows(path, arguments.common) : code;
}

}  // namespace weirflow::cli
