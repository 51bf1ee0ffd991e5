// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/conditions.h"
#include "cli/html_report.h"
#include "cli/isolated_run.h"
#include "cli/model_adapter.h"
#include "cli/run_output.h"
#include "cli/signals.h"
#include "core/text.h"
#include "engine/run.h"
#include "worker/worker.h"

namespace weirflow::cli {

namespace {

wf::Result<engine::RunOptions> run_options(const RunArguments& arguments, const std::string& home) {
  engine::RunOptions options;
  options.home = home;
  options.threads = arguments.threads;
  options.sample_rows = arguments.sample;
  options.condition = evaluate_condition;
  if (!arguments.memory.empty()) {
    auto bytes = parse_size(arguments.memory);
    if (!bytes.ok()) return wf::invalid_config("--memory: " + bytes.error().message());
    options.memory = *bytes;
  } else {
    options.memory = engine::default_memory();
  }
  return options;
}

/// The worker's side of an isolated run. However run_command() is left, the run is over by then.
class Recording {
 public:
  wf::Status begin(int fd, const dag::Plan& plan, int64_t memory) {
    WF_ASSIGN(record_, engine::FlightRecord::begin(fd, plan));
    // What the tasks share, and as much again as the program itself may need.
    return worker::cap_memory(memory + std::max(memory / 2, int64_t{512} << 20));
  }
  ~Recording() { finish(); }
  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  void finish() {
    if (record_) record_->finish();
  }
  [[nodiscard]] engine::FlightRecord* get() const { return record_.get(); }

 private:
  std::unique_ptr<engine::FlightRecord> record_;
};

bool asks_for_a_worker(const DagFile& file) {
  return std::any_of(file.expanded.tasks.begin(), file.expanded.tasks.end(), [](const auto& task) {
    return task.policy.isolation == dag::Isolation::process;
  });
}

int code_of(const engine::RunReport& report) {
  if (report.cancelled) return kInterrupted;
  if (!report.success) return kRunFailed;
  return report.dead_letters > 0 ? kDeadLetters : kOk;
}

int fail(const wf::Status& status) {
  complain(status.message());
  return exit_code(status.code());
}

}  // namespace

int run_command(const RunArguments& arguments) {
  const bool is_worker = arguments.flight_record >= 0;
  if (arguments.isolate && !is_worker && !arguments.dry_run) return run_isolated(arguments);
  if (is_worker)
    if (wf::Status s = worker::enter_worker(arguments.flight_record); !s.ok()) return fail(s);
  const std::string home = home_folder(arguments.common, arguments.file);
  auto options = run_options(arguments, home);
  if (!options.ok()) {
    complain(options.error().message());
    return kUsage;
  }
  plugin::Registry registry = open_registry(arguments.common, home);
  DagOptions dag_options;
  dag_options.set = arguments.set;
  dag_options.planner.select = arguments.select;
  dag_options.planner.missing_inputs_allowed = arguments.dry_run;
  const auto file = load_dag(arguments.file, registry, dag_options);
  const bool hand_over = file->plan && !is_worker && !arguments.dry_run && asks_for_a_worker(*file);
  if (hand_over) return run_isolated(arguments);
  print_diagnostics(*file, arguments.common);
  if (!file->plan) return refusal_code(*file);
  if (arguments.dry_run) {
    print_plan(*file->plan, arguments.common);
    return kOk;
  }

  Recording recording;
  if (is_worker)
    if (wf::Status s = recording.begin(arguments.flight_record, *file->plan, options->memory);
        !s.ok())
      return fail(s);
  options->record = recording.get();
  RunOutput output(arguments.common, arguments.quiet);
  options->log = [&](const engine::LogLine& line) { output.log(line); };
  options->on_progress = [&](const engine::Progress& p) { output.progress(p); };

  StoredModels models(home);
  engine::Run run(*file->plan, registry, &models, std::move(*options));
  Signals signals([&] { run.cancel(); });
  auto report = run.execute();
  output.end_progress();
  if (!report.ok()) return fail(report.error());
  output.print(*file->plan, *report);
  if (!arguments.report.empty())
    if (wf::Status s = write_html_report(*file->plan, *report, arguments.report); !s.ok()) {
      complain("--report: " + s.message());
      return exit_code(s.code());
    }
  const int code = code_of(*report);
  if (!report->silent.empty()) {
    // A component does not come back: nothing of the run is committed, and no destructor may wait.
    std::string names;
    for (const std::string& name : report->silent) names += (names.empty() ? "" : ", ") + name;
    complain("these tasks did not stop within a second: " + names);
    recording.finish();
    ::fflush(nullptr);
    ::_exit(code);
  }
  return code;
}

}  // namespace weirflow::cli
