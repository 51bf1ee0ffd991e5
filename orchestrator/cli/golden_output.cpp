// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_output.h"

#include <algorithm>
#include <cstdio>

#include "cli/json_text.h"
#include "core/text.h"

namespace weirflow::cli {

namespace {

using State = GoldenResult::State;
using Kind = GoldenDifference::Kind;

/// Differences of one place that are shown; the rest is counted.
constexpr size_t kMostShown = 20;

std::string place_of(dag::SourceRange range, const dag::Sources& sources) {
  if (!range.known()) return {};
  const dag::Location at = sources.locate(range);
  return std::string(at.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f s", seconds);
  return text;
}

std::string_view word(const GoldenReport& report) {
  if (report.updated) return "updated";
  switch (report.result.state) {
    case State::passed:
      return "passed";
    case State::failed:
      return "failed";
    case State::invalid:
      return "invalid";
    case State::interrupted:
      return "interrupted";
    case State::stuck:
      return "stuck";
  }
  return "failed";
}

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::unexpected:
      return "unexpected";
    case Kind::changed:
      return "different";
    case Kind::other:
      return "other";
  }
  return "other";
}

std::string colored(const std::string& text, const char* code, bool color) {
  return color ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

std::string difference_text(const GoldenDifference& d, bool color) {
  switch (d.kind) {
    case Kind::missing:
      return colored("- missing     " + d.row, "31", color);
    case Kind::unexpected:
      return colored("+ unexpected  " + d.row, "32", color);
    case Kind::other:
      return "  " + d.message;
    case Kind::changed:
      break;
  }
  std::string text = "~ different   " + d.row;
  for (const GoldenDifference::Cell& cell : d.cells)
    text += "\n        " + cell.column + ": expected " + colored(cell.expected, "31", color) +
            ", came " + colored(cell.actual, "32", color);
  return text;
}

/// Without its colours and its first line: everything that is to be said of a case.
std::string details(const GoldenReport& report, bool color) {
  std::string text;
  const auto& findings = report.result.findings;
  for (size_t i = 0; i < findings.size(); ++i) {
    const GoldenFinding& f = findings[i];
    text += "  " + report.places[i] + ": " + (f.at.empty() ? "" : f.at + ": ") + f.message + "\n";
    for (size_t k = 0; k < std::min(f.differences.size(), kMostShown); ++k) {
      text += "    " + difference_text(f.differences[k], color);
      if (f.differences[k].range != f.range && !report.difference_places[i][k].empty())
        text += "  (" + report.difference_places[i][k] + ")";
      text += "\n";
    }
    if (f.differences.size() > kMostShown)
      text += "    and " + std::to_string(f.differences.size() - kMostShown) + " more\n";
  }
  if (report.result.state != State::passed)
    for (const std::string& line : report.result.said) text += "  log: " + line + "\n";
  text += report.result.problems;
  return text;
}

void append_xml(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        // XML 1.0 has no other control characters, not even as references.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
  }
}

std::string attribute(std::string_view name, std::string_view value) {
  std::string out = " " + std::string(name) + "=\"";
  append_xml(out, value);
  return out + "\"";
}

bool is_passed(const GoldenReport& report) {
  return report.updated || report.result.state == State::passed;
}

}  // namespace

void locate(GoldenReport& report, const GoldenCase& test, const dag::Sources& sources) {
  report.place = place_of(test.name.range, sources);
  report.places.clear();
  report.difference_places.clear();
  // What was expected is said as it is written.
  const auto as_written = [&](dag::SourceRange range, std::string& text) {
    if (!range.known()) return;
    if (const std::string_view written = sources.text(range);
        written.find('\n') == std::string_view::npos)
      text = written;
  };
  for (GoldenFinding& f : report.result.findings) {
    report.places.push_back(place_of(f.range, sources));
    auto& of = report.difference_places.emplace_back();
    for (GoldenDifference& d : f.differences) {
      of.push_back(place_of(d.range, sources));
      if (d.kind == Kind::missing || d.kind == Kind::changed) as_written(d.range, d.row);
      for (GoldenDifference::Cell& cell : d.cells) as_written(cell.range, cell.expected);
    }
  }
}

std::string golden_text_report(const GoldenReport& report, bool color) {
  const std::string_view said = word(report);
  std::string text = colored(std::string(said), is_passed(report) ? "32" : "31", color) +
                     std::string(12 - std::min<size_t>(said.size(), 11), ' ') + report.name +
                     "  (" + (is_passed(report) ? report.file : report.place) + ", " +
                     seconds_text(report.result.seconds) + ")\n";
  if (!is_passed(report)) text += details(report, color);
  return text;
}

std::string golden_summary(const GoldenReports& reports) {
  double seconds = 0;
  std::vector<std::pair<std::string_view, int>> counts;
  for (const GoldenReport& r : reports) {
    seconds += r.result.seconds;
    const auto found = std::find_if(counts.begin(), counts.end(),
                                    [&](const auto& c) { return c.first == word(r); });
    if (found == counts.end())
      counts.emplace_back(word(r), 1);
    else
      ++found->second;
  }
  std::string text;
  for (const auto& [name, count] : counts)
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name);
  return text + " in " + seconds_text(seconds) + "\n";
}

std::string golden_json(const GoldenReports& reports) {
  using Json = nlohmann::ordered_json;
  Json cases = Json::array();
  int passed = 0;
  for (const GoldenReport& r : reports) {
    passed += is_passed(r);
    Json findings = Json::array();
    for (size_t i = 0; i < r.result.findings.size(); ++i) {
      const GoldenFinding& f = r.result.findings[i];
      Json differences = Json::array();
      for (size_t k = 0; k < f.differences.size(); ++k) {
        const GoldenDifference& d = f.differences[k];
        Json one = {{"kind", word(d.kind)}, {"place", r.difference_places[i][k]}};
        if (!d.row.empty()) one["row"] = d.row;
        if (!d.message.empty()) one["message"] = d.message;
        for (const GoldenDifference::Cell& c : d.cells)
          one["columns"].push_back(
              {{"column", c.column}, {"expected", c.expected}, {"actual", c.actual}});
        differences.push_back(std::move(one));
      }
      findings.push_back({{"at", f.at},
                          {"place", r.places[i]},
                          {"message", f.message},
                          {"differences", std::move(differences)}});
    }
    Json one = {{"file", r.file},
                {"case", r.name},
                {"place", r.place},
                {"state", word(r)},
                {"seconds", r.result.seconds},
                {"findings", std::move(findings)}};
    if (!r.result.problems.empty()) one["problems"] = r.result.problems;
    if (!is_passed(r)) one["log"] = r.result.said;
    cases.push_back(std::move(one));
  }
  const Json all = {{"passed", passed},
                    {"failed", static_cast<int>(reports.size()) - passed},
                    {"cases", std::move(cases)}};
  return json_text(all) + "\n";
}

std::string golden_junit(const GoldenReports& reports) {
  std::vector<std::string> files;
  for (const GoldenReport& r : reports)
    if (std::find(files.begin(), files.end(), r.file) == files.end()) files.push_back(r.file);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const std::string& file : files) {
    std::string cases;
    int tests = 0, failures = 0, errors = 0;
    double seconds = 0;
    for (const GoldenReport& r : reports) {
      if (r.file != file) continue;
      ++tests;
      seconds += r.result.seconds;
      const bool error = !is_passed(r) && r.result.state != State::failed;
      failures += !is_passed(r) && !error;
      errors += error;
      char time[32];
      std::snprintf(time, sizeof(time), "%.3f", r.result.seconds);
      cases += "    <testcase" + attribute("classname", file) + attribute("name", r.name) +
               attribute("time", time);
      if (is_passed(r)) {
        cases += "/>\n";
        continue;
      }
      const char* tag = error ? "error" : "failure";
      const std::string first =
          r.result.findings.empty() ? std::string(word(r)) : r.result.findings[0].message;
      cases += ">\n      <" + std::string(tag) + attribute("message", first) + ">";
      for (const std::string text = r.place + "\n" + details(r, false); const char c : text)
        if (c == '\n')
          cases += c;
        else
          append_xml(cases, std::string_view(&c, 1));
      cases += "</" + std::string(tag) + ">\n    </testcase>\n";
    }
    char time[32];
    std::snprintf(time, sizeof(time), "%.3f", seconds);
    out += "  <testsuite" + attribute("name", file) + attribute("tests", std::to_string(tests)) +
           attribute("failures", std::to_string(failures)) +
           attribute("errors", std::to_string(errors)) + attribute("time", time) + ">\n" + cases +
           "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace weirflow::cli
