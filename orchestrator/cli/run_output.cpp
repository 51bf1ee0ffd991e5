// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/run_output.h"

#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/figures.h"
#include "cli/json_value.h"
#include "cli/table.h"
#include "core/text.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

namespace {

/// Plain progress lines come at most so often.
constexpr int64_t kPlainEvery = 10'000'000;

std::string size_text(int64_t bytes) { return bytes > 0 ? bytes_text(bytes) : "-"; }

std::string task_name(const engine::TaskReport& t) {
  switch (t.kind) {
    case dag::NodeKind::fit:
      return t.task + " (fit)";
    case dag::NodeKind::version:
      return t.task + " (version)";
    default:
      return t.task;
  }
}

/// Rows that went nowhere and that no other column of the table shows.
void print_lost(const dag::Plan& plan, const engine::RunReport& report, FILE* out) {
  for (const engine::TaskReport& t : report.tasks) {
    const bool source =
        t.node < static_cast<int>(plan.nodes.size()) &&
        plan.nodes[static_cast<size_t>(t.node)].component.kind == plugin::Kind::source;
    if (source && t.filtered > 0)
      std::fprintf(out, "%s: %s of what it read left out\n", t.task.c_str(),
                   counted(t.filtered, "row").c_str());
  }
  for (const engine::EdgeReport& e : report.edges) {
    if (e.shed == 0) continue;
    const dag::PlanEdge& edge = plan.edges[static_cast<size_t>(e.edge)];
    std::fprintf(out, "%s -> %s: %s shed, the queue was full\n",
                 plan.nodes[static_cast<size_t>(edge.from)].task.c_str(),
                 plan.nodes[static_cast<size_t>(edge.to)].task.c_str(),
                 counted(e.shed, "row").c_str());
  }
}

/// A sink writes to standard output: what a person reads goes to standard error then.
bool takes_stdout(const dag::Plan& plan) {
  for (const dag::PlanNode& node : plan.nodes) {
    if (node.component.kind != plugin::Kind::sink) continue;
    for (const auto& [key, value] : node.config)
      if (key == "path" && value.string() && *value.string() == "-") return true;
  }
  return false;
}

std::string result_text(const wf::Value& value) {
  if (value.string()) return *value.string();
  if (!value.number()) return to_json(value).dump();
  char number[32];
  std::snprintf(number, sizeof(number), "%.4g", *value.number());
  return number;
}

/// "task: name value, name value"; on a terminal further lines when one is not wide enough.
void print_results(const engine::RunReport& report, FILE* out) {
  const size_t width = ::isatty(::fileno(out)) ? static_cast<size_t>(terminal_width()) : 0;
  for (const engine::TaskReport& t : report.tasks) {
    if (!t.version.empty())
      std::fprintf(out, "%s: version %s\n", t.task.c_str(), t.version.c_str());
    if (t.results.empty() || t.state != engine::TaskState::success) continue;
    std::string text, line = t.task + ":";
    bool first = true;
    for (const auto& [key, value] : t.results) {
      if (value.list() || value.table()) continue;  // curves and the like: in --json and the report
      if (value.is_null() || (value.string() && value.string()->empty())) continue;
      const std::string item = key + " " + result_text(value);
      if (!first) line += ",";
      if (!first && width > 0 && line.size() + item.size() + 2 > width) {
        text += line + "\n";
        line = " ";
      }
      line += " " + item;
      first = false;
    }
    if (!first) std::fprintf(out, "%s%s\n", text.c_str(), line.c_str());
  }
}

}  // namespace

RunOutput::RunOutput(const Common& common, bool quiet)
    : common_(common), quiet_(quiet), tty_(::isatty(STDERR_FILENO) != 0) {}

void RunOutput::clear_line() {
  if (!line_shown_) return;
  std::fputs("\r\033[K", stderr);
  line_shown_ = false;
}

void RunOutput::log(const engine::LogLine& line) {
  if (quiet_ && line.level < wf::LogLevel::warning) return;
  if (line.level == wf::LogLevel::debug) return;
  const std::lock_guard lock(mutex_);
  clear_line();
  const char* level = line.level == wf::LogLevel::error     ? "error: "
                      : line.level == wf::LogLevel::warning ? "warning: "
                                                            : "";
  std::fprintf(stderr, "%s: %s%s\n", line.task.c_str(), level, line.message.c_str());
}

void RunOutput::progress(const engine::Progress& p) {
  if (quiet_ || common_.json) return;
  const double elapsed = static_cast<double>(p.elapsed_us) / 1e6;
  std::string text = std::to_string(p.tasks_done) + "/" + std::to_string(p.tasks) + " tasks";
  if (p.rows_read > 0)
    text += ", " + count_text(p.rows_read) + " rows, " +
            count_text(
                static_cast<int64_t>(static_cast<double>(p.rows_read) / std::max(elapsed, 0.001))) +
            " rows/s";
  if (p.total_bytes > 0 && p.read_bytes > 0 && elapsed > 0.5) {
    const double share =
        std::min(1.0, static_cast<double>(p.read_bytes) / static_cast<double>(p.total_bytes));
    text += ", " + std::to_string(static_cast<int>(share * 100)) + " %";
    if (share > 0.01 && share < 1)
      text +=
          ", " + seconds_text(static_cast<int64_t>(elapsed * 1e6 * (1 - share) / share)) + " left";
  }
  if (!p.running.empty()) text += ", " + p.running;
  const std::lock_guard lock(mutex_);
  if (tty_) {
    const auto width = static_cast<size_t>(terminal_width());
    if (text.size() + 1 > width) text.resize(width - 1);
    std::fprintf(stderr, "\r%s\033[K", text.c_str());
    line_shown_ = true;
  } else if (p.elapsed_us - last_plain_us_ >= kPlainEvery) {
    std::fprintf(stderr, "%s: %s\n", seconds_text(p.elapsed_us).c_str(), text.c_str());
    last_plain_us_ = p.elapsed_us;
  }
}

void RunOutput::end_progress() {
  const std::lock_guard lock(mutex_);
  clear_line();
}

void RunOutput::print(const dag::Plan& plan, const engine::RunReport& report) {
  FILE* const out = takes_stdout(plan) ? stderr : stdout;
  if (common_.json) {
    std::fprintf(out, "%s\n", report_json(plan, report).c_str());
    return;
  }
  if (!quiet_) {
    const std::vector<TableColumn> columns = {{"TASK"},      {"STATE"},         {"IN", true},
                                              {"OUT", true}, {"REFUSED", true}, {"TIME", true},
                                              {"CPU", true}, {"MEMORY", true}};
    std::vector<std::vector<std::string>> rows;
    for (const engine::TaskReport& t : report.tasks) {
      const bool ran = t.attempts > 0;
      const auto n = [&](int64_t v) { return ran ? count_text(v) : std::string("-"); };
      rows.push_back({task_name(t), std::string(engine::to_string(t.state)), n(t.in), n(t.out),
                      n(t.refused),
                      ran ? seconds_text(std::max<int64_t>(t.ended_us - t.started_us, 0)) : "-",
                      ran ? seconds_text(t.cpu_us) : "-", size_text(t.peak_memory)});
    }
    std::fputs((format_table(columns, rows, terminal_width()) + "\n").c_str(), out);
    print_lost(plan, report, out);
    print_results(report, out);
  }
  std::fflush(out);
  for (const engine::TaskReport& t : report.tasks)
    if (t.state == engine::TaskState::failed) complain(t.task + " failed: " + t.reason);
  if (!report.success && report.failed_task.empty() && !report.error.empty())
    complain(report.error);
  if (report.cancelled)
    complain("the run was cancelled; nothing that was not committed yet is kept");
  if (report.dead_letters > 0)
    for (const std::string& path : report.dead_letter_files)
      complain(count_text(report.dead_letters) + " dead letters in " + path);
  if (!quiet_)
    std::fprintf(stderr, "run %s %s in %s\n", report.run_id.c_str(),
                 report.cancelled ? "cancelled"
                 : report.stopped ? "stopped"
                 : report.success ? "succeeded"
                                  : "failed",
                 seconds_text(report.duration_us).c_str());
}

std::string report_json(const dag::Plan& plan, const engine::RunReport& report) {
  nlohmann::ordered_json json;
  json["format"] = 1;
  json["run"] = report.run_id;
  json["dag"] = plan.dag;
  json["dag_version"] = plan.version;
  json["state"] = report.cancelled ? "cancelled"
                  : report.stopped ? "stopped"
                  : report.success ? "success"
                                   : "failed";
  std::string started;
  wf::append_timestamp(started, report.start_us);
  json["started"] = started;
  json["seconds"] = static_cast<double>(report.duration_us) / 1e6;
  if (!report.error.empty())
    json["error"] = {{"task", report.failed_task},
                     {"code", wf::to_string(report.code)},
                     {"message", report.error}};
  json["dead_letters"] = report.dead_letters;
  json["tasks"] = nlohmann::ordered_json::array();
  for (const engine::TaskReport& t : report.tasks) {
    nlohmann::ordered_json task;
    task["task"] = t.task;
    task["kind"] = dag::to_string(t.kind);
    if (!t.component.empty()) task["component"] = t.component;
    task["state"] = engine::to_string(t.state);
    if (!t.reason.empty()) task["reason"] = t.reason;
    task["attempts"] = t.attempts;
    task["rows_in"] = t.in;
    task["rows_out"] = t.out;
    task["refused"] = t.refused;
    task["filtered"] = t.filtered;
    task["seconds"] = static_cast<double>(std::max<int64_t>(t.ended_us - t.started_us, 0)) / 1e6;
    task["busy_seconds"] = static_cast<double>(t.busy_us) / 1e6;
    task["cpu_seconds"] = static_cast<double>(t.cpu_us) / 1e6;
    task["peak_memory_bytes"] = t.peak_memory;
    if (!t.version.empty()) task["version"] = t.version;
    if (!t.results.empty()) task["result"] = to_json(wf::Value(t.results));
    if (!t.metrics.empty()) task["metrics"] = t.metrics;
    json["tasks"].push_back(std::move(task));
  }
  json["edges"] = nlohmann::ordered_json::array();
  for (const engine::EdgeReport& e : report.edges) {
    const dag::PlanEdge& edge = plan.edges[static_cast<size_t>(e.edge)];
    json["edges"].push_back({{"from", plan.nodes[static_cast<size_t>(edge.from)].task},
                             {"to", plan.nodes[static_cast<size_t>(edge.to)].task},
                             {"kind", dag::to_string(edge.kind)},
                             {"produced", e.produced},
                             {"consumed", e.consumed},
                             {"discarded", e.discarded},
                             {"shed", e.shed},
                             {"spilled", e.spilled},
                             {"bytes", e.bytes}});
  }
  return json.dump(2);
}

}  // namespace weirflow::cli
