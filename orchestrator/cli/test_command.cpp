// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/commands.h"
#include "cli/end_guard.h"
#include "cli/golden_output.h"
#include "cli/golden_run.h"
#include "cli/golden_update.h"
#include "cli/signals.h"
#include "core/file.h"

namespace weirflow::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSuffix = ".test.toml";

/// The test files of the places, each once, those of a folder by name.
wf::Result<std::vector<std::string>> test_files(const std::vector<std::string>& places) {
  std::vector<std::string> files;
  for (const std::string& place : places) {
    std::error_code error;
    if (!fs::is_directory(place, error)) {
      if (!fs::exists(place, error)) return wf::not_found(place + ": no such file or folder");
      files.push_back(place);
      continue;
    }
    std::vector<std::string> found;
    for (auto it = fs::recursive_directory_iterator(place, error);
         !error && it != fs::recursive_directory_iterator(); it.increment(error))
      if (it->path().filename().string().ends_with(kSuffix)) found.push_back(it->path().string());
    if (error) return wf::io_error(place + ": " + error.message());
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  std::vector<std::string> once;
  for (const std::string& file : files)
    if (std::find(once.begin(), once.end(), file) == once.end()) once.push_back(file);
  if (once.empty())
    return wf::not_found("no file NAME" + std::string(kSuffix) + " is in " + places.front());
  return once;
}

class TestCommand {
 public:
  TestCommand(const TestArguments& arguments, GoldenRunner& runner, std::vector<GoldenFault> faults)
      : arguments_(arguments),
        runner_(runner),
        faults_(std::move(faults)),
        color_(wants_color(arguments.common, STDOUT_FILENO)) {}

  void run_file(const std::string& path) {
    GoldenSuite suite;
    auto file = read_golden_file(path, suite.sources, suite.diagnostics);
    if (!file) {
      say_wrong(suite);
      return;
    }
    suite.file = std::move(*file);
    std::vector<GoldenEdit> edits;
    for (const GoldenCase& test : suite.file.cases) {
      if (test.name.value.find(arguments_.filter) == std::string::npos) continue;
      if (stops()) return;
      GoldenReport& plain = run_case(suite, test, nullptr);
      if (arguments_.update && plain.result.state == GoldenResult::State::failed)
        add_edits(test, plain, edits);
      print(plain);
      if (plain.result.state != GoldenResult::State::passed) continue;
      for (const GoldenFault& fault : faults_)
        if (!stops()) print(run_case(suite, test, &fault));
    }
    if (suite.diagnostics.errors() > 0) say_wrong(suite);
    if (!edits.empty()) write(suite, edits);
  }

  int finish() {
    if (stuck_) complain("a component does not come back, the remaining cases are not run");
    if (!arguments_.junit.empty())
      if (wf::Status s = write_file_durably(arguments_.junit, golden_junit(reports_)); !s.ok()) {
        complain("--junit: " + s.message());
        return exit_code(s.code());
      }
    if (arguments_.common.json) std::fputs(golden_json(reports_).c_str(), stdout);
    if (runner_.is_interrupted()) return kInterrupted;
    if (reports_.empty() && !wrong_) {
      complain("no case has `" + arguments_.filter + "` in its name");
      return kUsage;
    }
    if (!arguments_.common.json && !reports_.empty())
      std::fputs(golden_summary(reports_).c_str(), stdout);
    if (wrong_) return kUsage;
    return std::all_of(reports_.begin(), reports_.end(),
                       [](const GoldenReport& r) {
                         return r.updated || r.result.state == GoldenResult::State::passed;
                       })
               ? kOk
               : kRunFailed;
  }

  /// A component holds a thread of a run for good: the process ends without cleaning up.
  [[nodiscard]] bool is_stuck() const { return stuck_; }
  [[nodiscard]] bool stops() const { return stuck_ || runner_.is_interrupted(); }

 private:
  GoldenReport& run_case(GoldenSuite& suite, const GoldenCase& test, const GoldenFault* fault) {
    GoldenReport& report = reports_.emplace_back();
    report.file = suite.file.path;
    report.name = test.name.value + (fault ? " [inject " + fault->text + "]" : "");
    report.result = runner_.run(suite, test, fault);
    if (report.result.state == GoldenResult::State::stuck) stuck_ = true;
    if (report.result.state == GoldenResult::State::invalid) wrong_ = true;
    locate(report, test, suite.sources);
    return report;
  }

  void print(const GoldenReport& report) {
    if (arguments_.common.json) return;
    std::fputs(golden_text_report(report, color_).c_str(), stdout);
    std::fflush(stdout);
  }

  void say_wrong(const GoldenSuite& suite) {
    wrong_ = true;
    dag::RenderOptions render;
    render.color = wants_color(arguments_.common, STDERR_FILENO);
    std::fputs(dag::render(suite.diagnostics, suite.sources, render).c_str(), stderr);
  }

  /// Rows alone are taken over; a run that failed, or refused rows, stays a failure.
  static void add_edits(const GoldenCase& test, GoldenReport& report,
                        std::vector<GoldenEdit>& edits) {
    std::vector<GoldenEdit> own;
    for (const GoldenFinding& f : report.result.findings) {
      size_t i = 0;
      while (i < test.expected.size() && test.expected[i].at.range != f.range) ++i;
      if (i == test.expected.size() || !test.expected[i].rows.list() || test.expected[i].count ||
          !report.result.collected[i].schema || !test.expected[i].columns.empty())
        return;
      own.push_back({&test.expected[i], report.result.collected[i]});
    }
    edits.insert(edits.end(), own.begin(), own.end());
    report.updated = true;
  }

  void write(const GoldenSuite& suite, const std::vector<GoldenEdit>& edits) {
    auto text = updated_text(suite.sources.text(suite.file.file), edits);
    const wf::Status written =
        text.ok() ? write_file_durably(suite.file.path, *text) : text.error();
    if (written.ok()) return;
    complain(suite.file.path + ": --update: " + written.message());
    wrong_ = true;
  }

  const TestArguments& arguments_;
  GoldenRunner& runner_;
  const std::vector<GoldenFault> faults_;
  const bool color_;
  GoldenReports reports_;
  bool wrong_ = false, stuck_ = false;
};

}  // namespace

int test_command(const TestArguments& arguments) {
  const EndGuard guard;
  std::vector<GoldenFault> faults;
  for (const std::string& text : arguments.inject) {
    auto fault = parse_fault(text);
    if (!fault.ok()) {
      complain(fault.error().message());
      return kUsage;
    }
    faults.push_back(std::move(*fault));
  }
  if (arguments.update && !faults.empty()) {
    complain("--update and --inject: rows are written from cases without a fault");
    return kUsage;
  }
  const auto files = test_files(arguments.places);
  if (!files.ok()) {
    complain(files.error().message());
    return kUsage;
  }
  plugin::Registry registry = open_registry(arguments.common, home_folder(arguments.common, ""));
  if (wf::Status added = registry.add_builtin(golden_components()); !added.ok())
    complain(added.message());
  // Without a home that is named, each DAG has its own.
  const char* named = std::getenv("WEIRFLOW_HOME");
  const bool has_home = !arguments.common.home.empty() || (named && *named);
  GoldenRunner runner(registry, has_home ? home_folder(arguments.common, "") : "");
  TestCommand command(arguments, runner, std::move(faults));
  int code = kOk;
  {
    Signals signals([&] { runner.interrupt(); });
    EndGuard::renew();
    for (const std::string& file : *files)
      if (!command.stops()) command.run_file(file);
    code = command.finish();
    if (command.is_stuck()) {
      std::fflush(nullptr);
      ::_exit(code);
    }
  }
  return code;
}

}  // namespace weirflow::cli
