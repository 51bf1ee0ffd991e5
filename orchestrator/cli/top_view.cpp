// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/top_view.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/figures.h"
#include "cli/table.h"
#include "core/text.h"

namespace weirflow::cli {

namespace {

using metrics::Snapshot;
using metrics::TaskFigures;

constexpr const char* kReset = "\033[0m";

/// "0", "7.5", "12.3k", "1.20M": at most five columns.
std::string short_count(double n) {
  constexpr const char* kUnits[] = {"", "k", "M", "G", "T"};
  size_t unit = 0;
  for (; n >= 999.5 && unit < 4; ++unit) n /= 1000;
  char text[32];
  const int digits = unit == 0   ? (n < 9.95 && n != std::floor(n) ? 1 : 0)
                     : n < 9.995 ? 2
                     : n < 99.95 ? 1
                                 : 0;
  std::snprintf(text, sizeof(text), "%.*f%s", digits, n, kUnits[unit]);
  return text;
}

/// "850us", "12ms", "1.5s", "3m20s", "5h10m", "2.1d": at most six columns.
std::string short_time(double seconds) {
  char text[32];
  const double s = std::abs(seconds);
  const char* sign = seconds < 0 ? "-" : "";
  const auto print = [&](const char* format, auto... values) {
    std::snprintf(text, sizeof(text), format, sign, values...);
  };
  const auto whole = static_cast<long long>(s);
  if (s < 0.0009995)
    print("%s%.0fus", s * 1e6);
  else if (s < 0.9995)
    print("%s%.0fms", s * 1e3);
  else if (s < 59.95)
    print("%s%.1fs", s);
  else if (whole < 3600)
    print("%s%lldm%02llds", whole / 60, whole % 60);
  else if (whole < 86'400)
    print("%s%lldh%02lldm", whole / 3600, whole / 60 % 60);
  else if (s < 999.5 * 86'400)
    print("%s%.1fd", s / 86'400);
  else
    print("%s%.1fy", s / 86'400 / 365.25);
  return text;
}

std::string percent(double share) {
  return std::to_string(std::lround(std::max(share, 0.0) * 100)) + "%";
}

std::string bar(double share, int width, bool unicode) {
  const auto full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * width));
  std::string text;
  for (int i = 0; i < width; ++i) text += unicode ? (i < full ? "█" : "░") : (i < full ? "#" : ".");
  return text;
}

std::string state_text(const std::string& state) {
  if (state == "up_for_retry") return "retry";
  if (state == "upstream_failed") return "upstream";
  return state;
}

struct Cell {
  std::string text;
  const char* color = "";
};

struct Column {
  std::string title;
  int width = 0;
  int priority = 0;  ///< the higher, the earlier it is left out
  bool right = true;
  std::vector<Cell> cells;
};

Cell busy_cell(double share, int width, bool unicode) {
  const std::string number = percent(share);
  return {bar(share, width, unicode) + std::string(5 - std::min<size_t>(5, number.size()), ' ') +
              number,
          share > 0.9   ? "\033[31m"
          : share > 0.6 ? "\033[33m"
                        : "\033[32m"};
}

/// The columns with all their cells; those of which nothing is known are left out.
std::vector<Column> columns_of(const TopState& s, const TopLook& look) {
  const int bar_width = look.width >= 120 ? 10 : 5;
  std::vector<Column> columns = {{"TASK", 0, 0, false, {}},   {"STATE", 8, 2, false, {}},
                                 {"IN/S", 6, 1, true, {}},    {"OUT/S", 6, 1, true, {}},
                                 {"REFUSED", 7, 5, true, {}}, {"BUSY", bar_width + 5, 1, false, {}},
                                 {"BP", 4, 3, true, {}},      {"QUEUE", 5, 4, true, {}},
                                 {"LAG", 7, 6, true, {}},     {"P50", 6, 9, true, {}},
                                 {"P99", 6, 7, true, {}},     {"STATE SIZE", 10, 8, true, {}},
                                 {"TIMERS", 6, 11, true, {}}, {"PENDING", 7, 10, true, {}},
                                 {"MEMORY", 8, 12, true, {}}, {"IN", 7, 13, true, {}},
                                 {"OUT", 7, 13, true, {}},    {"CPU", 7, 14, true, {}}};
  for (size_t i = 0; i < s.now.tasks.size(); ++i) {
    const TaskFigures& t = s.now.tasks[i];
    const TaskRates& r = s.rates[i];
    const bool ran = t.attempts > 0;
    const auto if_ran = [&](std::string text) { return Cell{ran ? std::move(text) : "", ""}; };
    const auto bytes = [](std::optional<int64_t> n) {
      return Cell{n && *n > 0 ? bytes_text(*n) : "", ""};
    };
    const auto seconds = [](std::optional<double> n) { return Cell{n ? short_time(*n) : "", ""}; };
    const bool failed = t.state.find("fail") != std::string::npos;
    const std::string name =
        t.kind == "fit" || t.kind == "version" ? t.task + " (" + t.kind + ")" : t.task;
    const std::vector<Cell> cells = {
        {printable(name), ""},
        {state_text(printable(t.state)), failed                 ? "\033[31m"
                                         : t.state == "running" ? ""
                                                                : "\033[2m"},
        if_ran(short_count(r.in)),
        if_ran(short_count(r.out)),
        {t.refused > 0 ? short_count(static_cast<double>(t.refused))
         : ran         ? "0"
                       : "",
         t.refused > 0 ? "\033[33m" : ""},
        ran ? busy_cell(r.busy, bar_width, look.unicode) : Cell{},
        {ran ? percent(r.pressured) : "", r.pressured > 0.5 ? "\033[31m" : ""},
        {r.fill ? percent(*r.fill) : "", r.fill && *r.fill >= 1 ? "\033[31m" : ""},
        {r.lag_us ? short_time(static_cast<double>(*r.lag_us) / 1e6) : "", ""},
        seconds(r.p50),
        seconds(r.p99),
        bytes(t.state_bytes),
        {t.timers ? short_count(static_cast<double>(*t.timers)) : "", ""},
        {t.pending > 0 ? short_count(static_cast<double>(t.pending)) : "", ""},
        bytes(t.memory),
        if_ran(short_count(static_cast<double>(t.rows_in))),
        if_ran(short_count(static_cast<double>(t.rows_out))),
        if_ran(short_time(static_cast<double>(t.cpu_us) / 1e6))};
    for (size_t c = 0; c < columns.size(); ++c) columns[c].cells.push_back(cells[c]);
  }
  std::erase_if(columns, [](const Column& c) {
    return std::all_of(c.cells.begin(), c.cells.end(),
                       [](const Cell& e) { return e.text.empty(); });
  });
  return columns;
}

/// Leaves out what does not fit; the tasks' names get what is left.
void fit_width(std::vector<Column>& columns, int width) {
  if (columns.empty()) return;
  constexpr int kShortestName = 12;
  int longest = 4;
  for (const Cell& c : columns.front().cells)
    longest = std::max(longest, static_cast<int>(display_width(c.text)));
  const auto used = [&] {
    int sum = 0;
    for (const Column& c : columns) sum += c.width + 1;
    return sum - 1;
  };
  columns.front().width = std::min(longest, kShortestName);
  while (used() > width && columns.size() > 1)
    columns.erase(
        std::max_element(columns.begin() + 1, columns.end(),
                         [](const Column& a, const Column& b) { return a.priority < b.priority; }));
  columns.front().width =
      std::clamp(columns.front().width + width - used(), 1, std::min(longest, width));
}

std::string line_of(const std::vector<Column>& columns, size_t row, const TopLook& look) {
  std::string line;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& c = columns[i];
    const Cell cell = row == 0 ? Cell{c.title, ""} : c.cells[row - 1];
    const std::string text = cut(cell.text, static_cast<size_t>(c.width));
    const size_t pad = static_cast<size_t>(c.width) - display_width(text);
    if (i > 0) line += ' ';
    if (c.right) line.append(pad, ' ');
    const bool colored = look.color && cell.color[0] && !text.empty();
    if (colored) line += cell.color;
    line += text;
    if (colored) line += kReset;
    if (!c.right) line.append(pad, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string plural(int64_t n, const char* what) { return count_text(n) + " " + what; }

std::vector<std::string> header_lines(const TopState& s, const TopLook& look) {
  const Snapshot& n = s.now;
  const std::string wrong = metrics::trouble(n);
  const std::string up = format_duration((n.now_us - n.start_us) / 1'000'000 * 1'000'000);
  std::vector<std::string> lines;
  lines.push_back(printable(n.dag + "  " + n.state + " " + up + "  run " + n.run));
  std::string checkpoint = "no checkpoints";
  if (n.checkpoints) {
    const metrics::CheckpointFigures& c = *n.checkpoints;
    checkpoint = "checkpoint " + std::to_string(c.epoch);
    if (c.time_us)
      checkpoint += ", " + short_time(static_cast<double>(n.now_us - *c.time_us) / 1e6) + " ago";
    if (c.duration_us)
      checkpoint += ", took " + short_time(static_cast<double>(*c.duration_us) / 1e6);
    if (c.bytes) checkpoint += ", " + bytes_text(*c.bytes);
    if (c.given_up > 0) checkpoint += ", " + plural(c.given_up, "given up");
    if (c.postponed > 0) checkpoint += ", " + plural(c.postponed, "postponed");
  }
  lines.push_back(checkpoint);
  lines.push_back("CPU " + percent(s.cpu) + ", memory " + bytes_text(n.process_memory) + ", " +
                  counted(n.process_threads, "thread") + ", " +
                  counted(n.dead_letters, "dead letter"));
  const char* color = wrong.empty() ? "\033[32m" : "\033[31;1m";
  for (std::string& line : lines) line = cut(line, static_cast<size_t>(look.width));
  const std::string health =
      cut(printable(wrong.empty() ? "healthy" : wrong), static_cast<size_t>(look.width));
  lines.push_back(look.color ? color + health + kReset : health);
  if (look.color) lines.front() = "\033[1m" + lines.front() + kReset;
  return lines;
}

constexpr int kHeaderLines = 6;  // with an empty line and the titles

/// Tasks that fit below the header and above the notice.
int shown_tasks(const TopState& s, const TopLook& look) {
  const auto all = static_cast<int>(s.now.tasks.size());
  if (look.height <= 0) return all;
  return std::clamp(look.height - kHeaderLines - 1, 0, all);
}

}  // namespace

int largest_scroll(const TopState& state, const TopLook& look) {
  return static_cast<int>(state.now.tasks.size()) - shown_tasks(state, look);
}

std::vector<std::string> top_lines(const TopState& state, const TopLook& look) {
  std::vector<std::string> lines = header_lines(state, look);
  std::vector<Column> columns = columns_of(state, look);
  fit_width(columns, look.width);
  lines.emplace_back();
  std::string titles = line_of(columns, 0, look);
  if (look.color) {
    titles.append(static_cast<size_t>(look.width) -
                      std::min(display_width(titles), static_cast<size_t>(look.width)),
                  ' ');
    titles = "\033[7m" + titles + kReset;
  }
  lines.push_back(std::move(titles));
  const int shown = shown_tasks(state, look);
  const int first = std::clamp(look.scroll, 0, largest_scroll(state, look));
  for (int i = first; i < first + shown; ++i)
    lines.push_back(line_of(columns, static_cast<size_t>(i) + 1, look));
  std::string notice = look.notice;
  const int hidden = static_cast<int>(state.now.tasks.size()) - shown;
  if (hidden > 0) notice = counted(hidden, "more task") + (notice.empty() ? "" : "; ") + notice;
  if (!notice.empty()) lines.push_back(cut(printable(notice), static_cast<size_t>(look.width)));
  if (look.height > 0 && lines.size() > static_cast<size_t>(look.height))
    lines.resize(static_cast<size_t>(look.height));
  return lines;
}

}  // namespace weirflow::cli
