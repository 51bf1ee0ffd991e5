// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/html_report.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/figures.h"
#include "cli/html_charts.h"
#include "cli/json_text.h"
#include "cli/json_value.h"
#include "cli/layout.h"
#include "cli/picture.h"
#include "cli/templates/report_style.h"
#include "core/file.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

namespace {

constexpr size_t kRefusedShown = 100, kTableRows = 50, kLongestCell = 600;

std::string e(std::string_view text) { return escape_markup(text); }

std::string cell(const std::string& text, const char* css = "") {
  return "<td" + (*css ? " class=\"" + std::string(css) + "\"" : "") + ">" + e(text) + "</td>";
}

std::string shortened(const std::string& text) {
  if (text.size() <= kLongestCell) return text;
  size_t end = kLongestCell;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + " ...";
}

std::string badge(std::string_view state) {
  return "<span class=\"badge " + e(state) + "\">" + e(state) + "</span>";
}

int64_t took(const engine::TaskReport& t) {
  return std::max<int64_t>(t.ended_us - t.started_us, 0);
}

std::string title_of(const dag::Plan& plan, const engine::TaskReport& t) {
  return node_title(plan.nodes[static_cast<size_t>(t.node)]);
}

std::string head(const dag::Plan& plan, const engine::RunReport& report) {
  const char* state = report.cancelled ? "cancelled" : report.success ? "success" : "failed";
  std::string started;
  wf::append_timestamp(started, report.start_us);
  if (started.size() > 19) started = started.substr(0, 10) + " " + started.substr(11, 8) + " UTC";
  std::string out = "<header><h1>" + e(plan.dag) + " " + badge(state) +
                    "</h1><p class=\"meta\">run " + e(report.run_id) + ", started " + e(started) +
                    ", took " + e(seconds_text(report.duration_us)) + "<br>" + e(plan.file) +
                    ", version " + e(plan.version.substr(0, 16));
  for (const auto& [name, value] : plan.params)
    out += "<br>" + e(name) + " = " + e(json_text(to_json(value), -1));
  out += "</p></header>\n";
  if (!report.error.empty())
    out += "<p class=\"error\">" +
           e((report.failed_task.empty() ? "" : report.failed_task + ": ") + report.error) +
           "</p>\n";
  return out;
}

/// Rows on the arrows, rows and times in the boxes.
Picture run_picture(const dag::Plan& plan, const engine::RunReport& report) {
  Picture picture = make_picture(plan);
  for (const engine::TaskReport& t : report.tasks) {
    PictureNode& node = picture.nodes[static_cast<size_t>(t.node)];
    node.style = engine::to_string(t.state);
    if (t.attempts == 0) {
      node.lines.emplace_back(engine::to_string(t.state));
      continue;
    }
    std::string line = seconds_text(took(t));
    if (t.refused > 0) line += ", " + count_text(t.refused) + " refused";
    node.lines.push_back(line);
  }
  std::map<int, int64_t> rows;
  for (const engine::EdgeReport& edge : report.edges) rows[edge.edge] = edge.produced;
  for (PictureEdge& edge : picture.edges) {
    const auto found = rows.find(edge.edge);
    if (found == rows.end()) continue;
    edge.label += (edge.label.empty() ? "" : ": ") + count_text(found->second);
  }
  return picture;
}

std::string graph_section(const dag::Plan& plan, const engine::RunReport& report) {
  const Picture picture = run_picture(plan, report);
  std::string out = "<h2>Graph</h2><div class=\"scroll\">";
  const auto layout = lay_out(picture);
  if (layout.ok())
    out += svg_text(picture, *layout, false);
  else
    out += "<p class=\"meta\">" + e(layout.error().message()) + "</p><pre>" +
           e(lanes_text(picture, {0, true})) + "</pre>";
  return out + "</div>\n";
}

std::string time_section(const dag::Plan& plan, const engine::RunReport& report) {
  std::vector<Bar> bars;
  for (const engine::TaskReport& t : report.tasks)
    if (t.attempts > 0)
      bars.push_back({title_of(plan, t), std::string(engine::to_string(t.state)),
                      seconds_text(took(t)), t.started_us, std::max(t.started_us, t.ended_us)});
  if (bars.empty()) return {};
  return "<h2>Time</h2><div class=\"scroll\">" + gantt_svg(bars, report.duration_us) + "</div>\n";
}

std::string task_section(const dag::Plan& plan, const engine::RunReport& report) {
  std::string out =
      "<h2>Tasks</h2><div "
      "class=\"scroll\"><table><tr><th>task</th><th>component</th><th>state</th>";
  for (const char* title : {"in", "out", "refused", "filtered", "time", "CPU", "memory"})
    out += "<th class=\"number\">" + std::string(title) + "</th>";
  out += "</tr>\n";
  for (const engine::TaskReport& t : report.tasks) {
    out += "<tr>" + cell(title_of(plan, t)) + cell(t.component) + "<td>" +
           badge(engine::to_string(t.state));
    if (!t.reason.empty()) out += "<br>" + e(shortened(t.reason));
    if (!t.version.empty()) out += "<br>" + e(t.version);
    if (t.attempts > 1) out += "<br>" + std::to_string(t.attempts) + " attempts";
    out += "</td>";
    const auto figure = [&](const std::string& text) {
      return cell(t.attempts > 0 ? text : "-", "number");
    };
    for (const int64_t n : {t.in, t.out, t.refused, t.filtered}) out += figure(count_text(n));
    out += figure(seconds_text(took(t))) + figure(seconds_text(t.cpu_us)) +
           figure(t.peak_memory > 0 ? bytes_text(t.peak_memory) : "-") + "</tr>\n";
  }
  return out + "</table></div>\n";
}

std::string scalar_text(const wf::Value& value) {
  if (const double* d = value.number()) return number_text(*d);
  if (const int64_t* i = value.integer()) return count_text(*i);
  if (const std::string* s = value.string()) return shortened(*s);
  return shortened(json_text(to_json(value), -1));
}

bool is_table_list(const wf::Value& value) {
  return value.list() && !value.list()->empty() &&
         std::all_of(value.list()->begin(), value.list()->end(),
                     [](const wf::Value& v) { return v.table() != nullptr; });
}

bool is_curve(const std::string& key) {
  return key == "roc" || key == "precision_recall" || key == "calibration";
}

/// Values by dotted path; lists of tables and curves are shown elsewhere.
void add_scalars(const wf::Value::Table& table, const std::string& prefix, std::string& rows) {
  for (const auto& [key, value] : table) {
    if (value.table())
      add_scalars(*value.table(), prefix + key + ".", rows);
    else if (value.list() && (is_curve(key) || is_table_list(value) || value.list()->size() > 20))
      continue;
    else
      rows += "<tr>" + cell(prefix + key) +
              cell(scalar_text(value), value.string() ? "" : "number") + "</tr>\n";
  }
}

std::string list_table(const std::string& name, const wf::Value::List& list) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : *list.front().table()) keys.push_back(key);
  std::string out = "<div><h3>" + e(name) + "</h3><table><tr>";
  for (const std::string& key : keys) {
    const wf::Value* first = list.front().find(key);
    double ignored = 0;
    out += (first->as_double(ignored) ? "<th class=\"number\">" : "<th>") + e(key) + "</th>";
  }
  out += "</tr>\n";
  for (size_t i = 0; i < std::min(list.size(), kTableRows); ++i) {
    out += "<tr>";
    for (const std::string& key : keys) {
      const wf::Value* value = list[i].find(key);
      double ignored = 0;
      out += value ? cell(scalar_text(*value), value->as_double(ignored) ? "number" : "")
                   : "<td></td>";
    }
    out += "</tr>\n";
  }
  out += "</table>";
  if (list.size() > kTableRows)
    out += "<p class=\"meta\">" +
           e(count_text(static_cast<int64_t>(list.size() - kTableRows)) + " more") + "</p>";
  return out + "</div>";
}

std::string curves(const wf::Value::Table& results) {
  const wf::Value all(results);
  std::string out;
  const auto add = [&](const char* key, Curve curve) {
    const wf::Value* value = all.find(key);
    if (!value || (curve.points = points_of(*value)).empty()) return;
    out += curve_svg(curve);
  };
  add("roc", {"ROC", "false positive rate", "true positive rate", {}, true, false});
  add("precision_recall", {"Precision and recall", "recall", "precision", {}, false, false});
  add("calibration", {"Calibration", "mean probability", "share of class 1", {}, true, true});
  return out;
}

std::string result_section(const dag::Plan& plan, const engine::RunReport& report) {
  std::string out;
  for (const engine::TaskReport& t : report.tasks) {
    std::string scalars, tables;
    add_scalars(t.results, "", scalars);
    for (const auto& [name, value] : t.metrics)
      scalars += "<tr>" + cell(name) + cell(number_text(value), "number") + "</tr>\n";
    for (const auto& [key, value] : t.results)
      if (is_table_list(value) && !is_curve(key)) tables += list_table(key, *value.list());
    const std::string figures = curves(t.results);
    if (scalars.empty() && tables.empty() && figures.empty()) continue;
    out += "<h3>" + e(title_of(plan, t)) + "</h3>" + figures + "<div class=\"tables\">";
    if (!scalars.empty()) out += "<div><table>" + scalars + "</table></div>";
    out += tables + "</div>\n";
  }
  return out.empty() ? out : "<h2>Results</h2>\n" + out;
}

std::string refused_section(const engine::RunReport& report) {
  if (report.dead_letters == 0) return {};
  std::string rows;
  size_t shown = 0;
  for (const std::string& path : report.dead_letter_files) {
    std::ifstream file(path);
    for (std::string line; shown < kRefusedShown && std::getline(file, line); ++shown) {
      const auto json = nlohmann::json::parse(line, nullptr, false);
      const auto text = [&](const char* key) {
        const auto found = json.is_object() ? json.find(key) : json.end();
        return json.is_object() && found != json.end() && found->is_string()
                   ? found->get<std::string>()
                   : std::string();
      };
      rows += "<tr>" + cell(text("task")) + cell(text("code")) + cell(shortened(text("message"))) +
              cell(text("position")) + cell(shortened(text("row")), "raw") + "</tr>\n";
    }
  }
  std::string out =
      "<h2>Refused rows</h2><p class=\"meta\">" + e(count_text(report.dead_letters)) + " in all";
  if (static_cast<size_t>(report.dead_letters) > shown)
    out += ", the first " + std::to_string(shown) + " here";
  for (const std::string& path : report.dead_letter_files) out += "<br>" + e(path);
  return out +
         "</p><div "
         "class=\"scroll\"><table><tr><th>task</th><th>code</th><th>reason</th><th>where</"
         "th><th>row</th></tr>\n" +
         rows + "</table></div>\n";
}

}  // namespace

std::string html_report(const dag::Plan& plan, const engine::RunReport& report) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      e(plan.dag + " " + report.run_id) + "</title>\n<style>" + kReportStyle +
      std::string(picture_style()) + "</style></head><body>\n";
  out += head(plan, report) + graph_section(plan, report) + result_section(plan, report) +
         time_section(plan, report) + task_section(plan, report) + refused_section(report);
  return out + "<footer>Written by weirflow.</footer>\n</body></html>\n";
}

wf::Status check_report_place(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return wf::invalid_config(path + ": is a folder, not a file");
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  return ::access(folder.c_str(), W_OK) == 0 ? wf::Status()
                                             : errno_status(folder + ": cannot be written to");
}

wf::Status write_html_report(const dag::Plan& plan, const engine::RunReport& report,
                             const std::string& path) {
  return write_file_durably(path, html_report(plan, report));
}

}  // namespace weirflow::cli
