// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "cli/commands.h"
#include "cli/conditions.h"
#include "cli/end_guard.h"
#include "cli/html_report.h"
#include "cli/isolated_run.h"
#include "cli/model_adapter.h"
#include "cli/run_output.h"
#include "cli/signals.h"
#include "core/clock.h"
#include "core/text.h"
#include "engine/run.h"
#include "metrics/endpoint.h"
#include "weirflow/io/values.hpp"
#include "worker/worker.h"

namespace weirflow::cli {

namespace {

/// `--until`: a number of rows, a duration, or a time.
wf::Status set_until(const std::string& text, engine::RunOptions& options) {
  if (text.empty()) return {};
  constexpr std::string_view kRows = "rows=";
  if (text.starts_with(kRows)) {
    int64_t rows = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + kRows.size(), end, rows);
    if (read.ec != std::errc() || read.ptr != end || rows <= 0)
      return wf::invalid_config("--until: `" + text + "`: a number of rows is 1 or more");
    options.sample_rows = options.sample_rows > 0 ? std::min(options.sample_rows, rows) : rows;
    return {};
  }
  if (const auto duration = parse_duration(text); duration.ok() && *duration > 0) {
    options.until_us = *duration;
    return {};
  }
  const auto time = wf::io::parse_timestamp(text);
  if (!time)
    return wf::invalid_config("--until: `" + text +
                              "` is neither rows=N, nor a duration (90s, 10m), nor a time "
                              "(2026-11-23T06:00:00Z)");
  options.until_us = *time - wall_us();
  if (options.until_us <= 0) return wf::invalid_config("--until: " + text + " has passed");
  return {};
}

wf::Result<engine::RunOptions> run_options(const RunArguments& arguments, const std::string& home) {
  engine::RunOptions options;
  options.home = home;
  options.threads = arguments.threads;
  options.sample_rows = arguments.sample;
  if (!arguments.from_checkpoint.empty())
    options.recovery.from_checkpoint = arguments.from_checkpoint;
  options.recovery.accept_duplicates = arguments.accept_duplicates;
  options.recovery.allow_dropped_state = arguments.allow_dropped_state;
  options.condition = evaluate_condition;
  WF_TRY(set_until(arguments.until, options));
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

/// The endpoint that was asked for, or null.
wf::Result<std::unique_ptr<metrics::Endpoint>> serve_metrics(const RunArguments& arguments) {
  if (arguments.metrics.empty()) return std::unique_ptr<metrics::Endpoint>();
  WF_ASSIGN(const metrics::Address address, metrics::parse_address(arguments.metrics));
  if (!address.is_loopback() && !arguments.metrics_remote)
    return wf::invalid_config(
        "other machines may reach " + address.host +
        ", and what they read there is not protected; if that is meant, add --metrics-remote");
  WF_ASSIGN(auto endpoint, metrics::Endpoint::start(address, WEIRFLOW_VERSION));
  std::fprintf(stderr, "metrics: %s/metrics\n", endpoint->url().c_str());
  return endpoint;
}

}  // namespace

int run_command(const RunArguments& arguments) {
  const bool is_worker = arguments.flight_record >= 0;
  if (arguments.isolate && !is_worker && !arguments.dry_run) return run_isolated(arguments);
  if (is_worker)
    if (wf::Status s = worker::enter_worker(arguments.flight_record); !s.ok()) return fail(s);
  std::optional<EndGuard> guard(std::in_place);
  const std::string home = home_folder(arguments.common, arguments.file);
  auto options = run_options(arguments, home);
  if (!options.ok()) {
    complain(options.error().message());
    return kUsage;
  }
  plugin::Registry registry = open_registry(arguments.common, home);
  DagOptions dag_options;
  dag_options.set = arguments.set;
  dag_options.home = home;
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

  // Not after hours of work.
  if (!arguments.report.empty())
    if (wf::Status s = check_report_place(arguments.report); !s.ok()) {
      complain("--report: " + s.message());
      return exit_code(s.code());
    }

  Recording recording;
  if (is_worker) guard.reset();  // the record says more
  if (is_worker)
    if (wf::Status s = recording.begin(arguments.flight_record, *file->plan, options->memory);
        !s.ok())
      return fail(s);
  options->record = recording.get();
  RunOutput output(arguments.common, arguments.quiet);
  options->log = [&](const engine::LogLine& line) { output.log(line); };
  options->on_progress = [&](const engine::Progress& p) { output.progress(p); };

  auto endpoint = serve_metrics(arguments);
  if (!endpoint.ok()) {
    complain("--metrics: " + endpoint.error().message());
    return endpoint.error().code() == wf::Code::invalid_config ? static_cast<int>(kUsage)
                                                               : exit_code(endpoint.error().code());
  }
  if (*endpoint) options->metrics_url = (*endpoint)->url();
  StoredModels models(home);
  engine::Run run(*file->plan, registry, &models, std::move(*options));
  std::optional<metrics::Endpoint::Serving> serving;
  if (*endpoint) serving.emplace(**endpoint, [&run] { return run.figures(); });
  // What has no end stops where it can go on from.
  Signals signals([&] { file->plan->bounded ? run.cancel() : run.stop(); });
  if (guard) EndGuard::renew();
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
