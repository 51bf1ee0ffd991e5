// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <deque>
#include <map>
#include <tuple>

#include "cli/commands.h"
#include "cli/dag_place.h"
#include "cli/figures.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "core/text.h"
#include "engine/dead_letters.h"
#include "engine/refused_input.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

namespace {

using engine::DeadLetter;
using nlohmann::ordered_json;

int failed(const wf::Status& status) {
  complain(status.message());
  return exit_code(status.code());
}

struct Count {
  int64_t waiting = 0, replayed = 0;
  std::string first, last;
};

int list(const DeadLettersArguments& arguments, const std::vector<DagPlace>& places,
         const engine::LetterFilter& filter) {
  std::map<std::tuple<std::string, std::string, std::string>, Count> counts;
  std::vector<std::string> problems;
  for (const DagPlace& place : places) {
    const wf::Status status = engine::visit_letters(
        place.home, place.dag,
        [&](const DeadLetter& letter) {
          if (!filter.matches(letter)) return true;
          Count& count = counts[{place.dag, letter.task, letter.code}];
          ++(letter.replayed.empty() ? count.waiting : count.replayed);
          if (count.first.empty() || letter.time < count.first) count.first = letter.time;
          count.last = std::max(count.last, letter.time);
          return true;
        },
        problems);
    if (!status.ok()) return failed(status);
  }
  for (const std::string& problem : problems) complain(problem);
  ordered_json json = {{"format", 1}, {"letters", ordered_json::array()}};
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, count] : counts) {
    const auto& [dag, task, code] = key;
    rows.push_back({dag, task, code, count_text(count.waiting), count_text(count.replayed),
                    short_time(count.first), short_time(count.last)});
    json["letters"].push_back({{"dag", dag},
                               {"task", task},
                               {"code", code},
                               {"waiting", count.waiting},
                               {"replayed", count.replayed},
                               {"first", count.first},
                               {"last", count.last}});
  }
  if (arguments.common.json)
    std::printf("%s\n", json_text(json).c_str());
  else if (rows.empty())
    std::printf("no dead letters\n");
  else
    std::fputs(format_table({{"DAG", false, true},
                             {"TASK", false, true},
                             {"CODE", false, true},
                             {"WAITING", true},
                             {"REPLAYED", true},
                             {"FIRST (UTC)"},
                             {"LAST (UTC)"}},
                            rows, terminal_width())
                   .c_str(),
               stdout);
  return kOk;
}

ordered_json letter_json(const DeadLetter& letter) {
  ordered_json json = {
      {"task", letter.task},         {"code", letter.code},         {"message", letter.message},
      {"position", letter.position}, {"row", letter.row},           {"run", letter.run},
      {"attempt", letter.attempt},   {"epoch", letter.epoch},       {"time", letter.time},
      {"port", letter.port},         {"replayed", letter.replayed}, {"file", letter.file},
      {"offset", letter.offset}};
  json["columns"] = nullptr;
  if (!letter.input.empty())
    if (const auto row = engine::decode_input(letter.input); row.ok()) {
      json["columns"] = ordered_json::object();
      for (const wf::Field& field : row->schema().fields())
        json["columns"][field.name] = field.type.to_string();
    }
  json["raw"] = nullptr;
  if (!letter.raw.empty()) {
    std::string raw;
    wf::append_base64(raw, letter.raw);
    json["raw"] = raw;
  }
  return json;
}

int show(const DeadLettersArguments& arguments, const DagPlace& place,
         const engine::LetterFilter& filter) {
  std::deque<DeadLetter> last;
  std::vector<std::string> problems;
  int64_t matching = 0;
  const wf::Status status = engine::visit_letters(
      place.home, place.dag,
      [&](const DeadLetter& letter) {
        if (!filter.matches(letter) || (!arguments.all && !letter.replayed.empty())) return true;
        ++matching;
        last.push_back(letter);
        if (static_cast<int64_t>(last.size()) > arguments.limit) last.pop_front();
        return true;
      },
      problems);
  if (!status.ok()) return failed(status);
  for (const std::string& problem : problems) complain(problem);
  if (arguments.common.json) {
    ordered_json json = {{"format", 1}, {"dag", place.dag}, {"matching", matching}};
    json["letters"] = ordered_json::array();
    for (const DeadLetter& letter : last) json["letters"].push_back(letter_json(letter));
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  if (last.empty()) {
    std::printf("no dead letters%s\n", arguments.all ? "" : " wait (--all: also those put back)");
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const DeadLetter& letter : last) {
    const std::string where = letter.position.empty() ? "" : " (" + letter.position + ")";
    rows.push_back({short_time(letter.time), letter.task, letter.code,
                    count_text(letter.attempt) + (letter.replayed.empty() ? "" : " replayed"),
                    letter.message + where, letter.row});
  }
  std::fputs(
      format_table(
          {{"TIME (UTC)"}, {"TASK", false, true}, {"CODE"}, {"ATTEMPT"}, {"REASON"}, {"ROW"}}, rows,
          terminal_width())
          .c_str(),
      stdout);
  std::fflush(stdout);
  if (matching > static_cast<int64_t>(last.size()))
    complain("the last " + count_text(static_cast<int64_t>(last.size())) + " of " +
             count_text(matching) + "; --limit shows more");
  return kOk;
}

}  // namespace

int dead_letters_command(const DeadLettersArguments& arguments) {
  if (arguments.action == "replay") return replay_command(arguments);
  const auto since = since_text(arguments.since);
  if (!since.ok()) {
    complain(since.error().message());
    return kUsage;
  }
  const engine::LetterFilter filter{arguments.task, arguments.code, *since};
  std::vector<DagPlace> places;
  if (!arguments.dag.empty()) {
    const auto place = find_dag(arguments.common, arguments.dag);
    if (!place.ok()) return failed(place.error());
    places.push_back(*place);
  } else if (arguments.action == "show") {
    complain("dead-letters show needs a DAG: its file or its name");
    return kUsage;
  } else {
    const std::string home = home_folder(arguments.common, "");
    for (const std::string& dag : engine::dags_with_letters(home)) places.push_back({home, dag});
  }
  return arguments.action == "list" ? list(arguments, places, filter)
                                    : show(arguments, places.front(), filter);
}

}  // namespace weirflow::cli
