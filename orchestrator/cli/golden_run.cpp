// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_run.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "cli/conditions.h"
#include "cli/golden_driver.h"
#include "cli/golden_rows.h"
#include "core/clock.h"
#include "core/text.h"

namespace weirflow::cli {

namespace fs = std::filesystem;

wf::Result<GoldenFault> parse_fault(const std::string& text) {
  GoldenFault fault;
  fault.text = text;
  const size_t at = text.rfind('@'), colon = text.rfind(':', at);
  const auto wrong = [&](const std::string& why) {
    return wf::invalid_config("--inject: `" + text + "`: " + why);
  };
  if (colon == std::string::npos || colon == 0)
    return wrong("it is TASK:crash@N, TASK:fail@N or TASK:slow@N");
  fault.task = text.substr(0, colon);
  const std::string kind = text.substr(colon + 1, at == std::string::npos ? at : at - colon - 1);
  static const std::vector<std::string> kKinds = {"crash", "fail", "slow"};
  const auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  if (found == kKinds.end()) {
    const auto near = nearest_name(kind, kKinds);
    return wrong("`" + kind + "` is no fault; " +
                 (near ? "did you mean `" + *near + "`?" : "there is " + join_choices(kKinds)));
  }
  fault.kind = static_cast<GoldenFault::Kind>(found - kKinds.begin());
  if (at == std::string::npos) return fault;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + at + 1, end, fault.at);
  if (read.ec != std::errc() || read.ptr != end || fault.at < 1)
    return wrong("behind @ stands the number of a row, 1 or more");
  return fault;
}

void GoldenRunner::interrupt() {
  interrupted_ = true;
  const std::lock_guard lock(mutex_);
  if (at_work_) at_work_->cancel();
}

namespace {

/// The first lines of the dead letters that a run has left.
std::vector<std::string> dead_letters(const fs::path& home) {
  std::vector<std::string> lines;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(home / "dead_letters", ignored)) {
    if (!entry.is_regular_file(ignored)) continue;
    std::ifstream in(entry.path());
    for (std::string line; lines.size() < 3 && std::getline(in, line);)
      lines.push_back(std::move(line));
  }
  return lines;
}

GoldenFinding finding(dag::SourceRange range, std::string at, std::string message) {
  GoldenFinding f;
  f.range = range;
  f.at = std::move(at);
  f.message = std::move(message);
  return f;
}

/// What a run said of itself, against what the case expects of it.
void check_report(const GoldenCase& test, const GoldenDag& dag, const engine::RunReport& report,
                  const fs::path& home, GoldenResult& result) {
  const std::string error =
      (report.failed_task.empty() ? "" : report.failed_task + ": ") + report.error;
  const bool failed = !report.success && !report.cancelled;
  if (test.failure && !failed) {
    result.findings.push_back(
        finding(test.failure->range, "", "the run was expected to fail, and did not"));
  } else if (test.failure) {
    const GoldenFailure& expected = *test.failure;
    if (!expected.task.value.empty() && expected.task.value != report.failed_task)
      result.findings.push_back(finding(
          expected.task.range, "",
          "`" + expected.task.value + "` was expected to fail, but the run failed with: " + error));
    else if (report.error.find(expected.contains.value) == std::string::npos)
      result.findings.push_back(finding(expected.contains.range, "",
                                        "the run failed, but with another message: " + error));
  } else if (failed) {
    result.findings.push_back(finding(test.name.range, "", "the run failed: " + error));
  }
  for (const engine::TaskReport& task : report.tasks) {
    const dag::PlanNode& node = dag.file->plan->nodes[static_cast<size_t>(task.node)];
    const bool handed_on = std::any_of(
        dag.file->plan->edges.begin(), dag.file->plan->edges.end(),
        [&](const auto& e) { return e.from == node.id && e.from_port == dag::kErrorsPort; });
    if (task.refused == 0 || handed_on || node.on_error != dag::OnError::dead_letter) continue;
    GoldenFinding refused = finding(
        test.name.range, task.task,
        "it refused " + std::to_string(task.refused) + (task.refused == 1 ? " row" : " rows") +
            ", and the case expects none (expect.refused." + task.task + ")");
    for (std::string& line : dead_letters(home)) {
      GoldenDifference d;
      d.message = std::move(line);
      d.range = test.name.range;
      refused.differences.push_back(std::move(d));
    }
    result.findings.push_back(std::move(refused));
  }
}

}  // namespace

GoldenResult GoldenRunner::run(GoldenSuite& suite, const GoldenCase& test,
                               const GoldenFault* fault) {
  GoldenResult result;
  const int64_t began = steady_us();
  GoldenBed bed;
  const std::string home = !suite.file.home.empty() ? suite.file.home
                           : !home_.empty()         ? home_
                                                    : home_folder({}, suite.file.dag);
  auto dag = make_golden_dag(suite, test, registry_, home, bed, result.problems);
  GoldenDriver driver(*this, suite, test, fault, bed);
  if (!dag || !driver.prepare(*dag, home, result)) {
    result.state = GoldenResult::State::invalid;
    return result;
  }
  driver.play(result);
  result.seconds = static_cast<double>(steady_us() - began) / 1e6;
  for (const int64_t collector : dag->expected)
    result.collected.push_back(bed.collected(collector));
  if (result.state == GoldenResult::State::passed) {
    check_report(test, *dag, driver.report(), driver.home(), result);
    const bool broken = !result.findings.empty();
    for (size_t i = 0; i < test.expected.size(); ++i) {
      if (broken && !result.collected[i].schema) continue;  // said already: the run failed
      for (GoldenFinding& f : compare_rows(test.expected[i], result.collected[i]))
        result.findings.push_back(std::move(f));
    }
    for (size_t i = 0; i < test.refused.size(); ++i)
      for (GoldenFinding& f : compare_refusals(test.refused[i], bed.collected(dag->refused[i])))
        result.findings.push_back(std::move(f));
  }
  if (!result.findings.empty() && result.state == GoldenResult::State::passed)
    result.state = GoldenResult::State::failed;
  return result;
}

}  // namespace weirflow::cli
