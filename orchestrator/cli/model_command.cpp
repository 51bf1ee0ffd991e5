// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/json_text.h"
#include "cli/json_value.h"
#include "cli/table.h"
#include "model/reference.h"
#include "model/registry.h"

namespace weirflow::cli {

namespace {

using nlohmann::ordered_json;

int failed(const wf::Status& status) {
  complain(status.message());
  return exit_code(status.code());
}

std::string short_id(const std::string& id) { return id.empty() ? "-" : id.substr(0, 16); }

std::string user_name() {
  if (const passwd* user = ::getpwuid(::getuid())) return user->pw_name;
  return "uid " + std::to_string(::getuid());
}

constexpr size_t kLongestRecord = 200;

std::string cut(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + " ... (--json has all)";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : ", ") + w;
  return text;
}

ordered_json columns_json(const std::vector<model::Column>& columns) {
  ordered_json list = ordered_json::array();
  for (const model::Column& c : columns)
    list.push_back({{"name", c.name}, {"type", c.type}, {"nullable", c.nullable}});
  return list;
}

std::string columns_text(const std::vector<model::Column>& columns) {
  std::string text;
  for (const model::Column& c : columns)
    text += (text.empty() ? "" : ", ") + c.name + ": " + c.type;
  return text;
}

ordered_json manifest_json(const model::Manifest& m) {
  ordered_json json = {{"model", m.name},
                       {"version", m.version()},
                       {"id", m.id},
                       {"created", time_text(m.created_us)},
                       {"training_rows", m.training_rows},
                       {"training_data", m.training_data}};
  json["states"] = ordered_json::array();
  for (const model::StateEntry& s : m.states)
    json["states"].push_back({{"member", s.member},
                              {"component", s.component},
                              {"component_version", s.component_version},
                              {"bytes", s.size},
                              {"sha256", s.sha256}});
  json["input"] = columns_json(m.input);
  json["output"] = columns_json(m.output);
  json["group"] = m.group_text;
  return json;
}

int list(const ModelArguments& arguments, const model::Registry& registry) {
  std::vector<std::string> names = registry.models();
  if (!arguments.model.empty()) {
    const auto reference = model::parse_reference(arguments.model);
    if (!reference.ok()) return failed(reference.error());
    names = {reference->model};
  }
  ordered_json json = {{"format", 1}, {"versions", ordered_json::array()}};
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : names) {
    const auto versions = registry.versions(name);
    if (!versions.ok()) return failed(versions.error());
    if (versions->empty()) return failed(registry.resolve(name).error());
    for (const model::VersionSummary& v : *versions) {
      const bool whole = v.status.ok();
      rows.push_back({name + "@" + short_id(v.id), joined(v.aliases),
                      whole ? short_time(v.manifest.created_us) : "-",
                      whole ? count_text(v.manifest.training_rows) : "-",
                      whole ? "" : "damaged: " + v.status.message()});
      json["versions"].push_back({{"model", name},
                                  {"id", v.id},
                                  {"version", name + "@" + short_id(v.id)},
                                  {"aliases", v.aliases},
                                  {"created", time_text(v.manifest.created_us)},
                                  {"training_rows", v.manifest.training_rows},
                                  {"error", v.status.message()}});
    }
  }
  if (arguments.common.json)
    std::printf("%s\n", json_text(json).c_str());
  else if (rows.empty())
    std::printf("no models yet; a task with `mode = \"fit\"` makes one\n");
  else
    std::fputs(
        format_table({{"VERSION", false, true}, {"ALIASES"}, {"MADE (UTC)"}, {"ROWS", true}, {""}},
                     rows, terminal_width())
            .c_str(),
        stdout);
  return kOk;
}

void print_states(const model::Manifest& m) {
  std::vector<std::vector<std::string>> rows;
  for (const model::StateEntry& s : m.states)
    rows.push_back({s.member, s.component + " " + s.component_version, bytes_text(s.size),
                    s.sha256.substr(0, 16)});
  std::fputs(
      format_table({{"STATE"}, {"COMPONENT"}, {"SIZE", true}, {"SHA-256"}}, rows, terminal_width())
          .c_str(),
      stdout);
}

int show(const ModelArguments& arguments, const model::Registry& registry) {
  const auto resolved = registry.resolve(arguments.model);
  if (!resolved.ok()) return failed(resolved.error());
  const auto opened = registry.open(arguments.model);
  if (!opened.ok()) return failed(opened.error());
  const auto records = registry.records(*resolved);
  if (!records.ok()) return failed(records.error());
  const auto aliases = registry.aliases(resolved->model);
  if (!aliases.ok()) return failed(aliases.error());
  const model::Manifest& m = (*opened)->manifest();
  if (arguments.common.json) {
    ordered_json json = {{"format", 1}};
    json.update(manifest_json(m));
    json["aliases"] = ordered_json::object();
    for (const auto& [alias, id] : aliases->current()) json["aliases"][alias] = id;
    json["moves"] = ordered_json::array();
    for (const model::AliasMove& move : aliases->moves())
      json["moves"].push_back(to_json(model::to_value(move)));
    json["records"] = ordered_json::array();
    for (const wf::Value& record : records->entries) json["records"].push_back(to_json(record));
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  std::printf("%s\n  id        %s\n  made      %s from %s rows\n  reads     %s\n  writes    %s\n\n",
              m.version().c_str(), m.id.c_str(), short_time(m.created_us).c_str(),
              count_text(m.training_rows).c_str(), columns_text(m.input).c_str(),
              columns_text(m.output).c_str());
  print_states(m);
  std::printf("\nALIASES of %s\n", m.name.c_str());
  if (aliases->current().empty()) std::printf("  none\n");
  for (const auto& [alias, id] : aliases->current())
    std::printf("  %-12s %s%s\n", alias.c_str(), short_id(id).c_str(),
                id == m.id ? "  (this version)" : "");
  for (const model::AliasMove& move : aliases->moves())
    std::printf("  %s  %s: %s -> %s  by %s%s\n", short_time(move.time_us).c_str(),
                move.alias.c_str(), short_id(move.previous).c_str(), short_id(move.version).c_str(),
                move.actor.c_str(), move.reason.empty() ? "" : (": " + move.reason).c_str());
  std::printf("\nRECORDS\n");
  if (records->entries.empty()) std::printf("  none\n");
  for (const wf::Value& record : records->entries)
    std::printf("  %s\n", cut(json_text(to_json(record), -1), kLongestRecord).c_str());
  std::printf("\nGROUP\n%s", m.group_text.c_str());
  if (!m.group_text.ends_with('\n')) std::printf("\n");
  for (const std::string& warning : {records->warning, aliases->warning()})
    if (!warning.empty()) complain(warning);
  return kOk;
}

/// What the version's fits said of it when it was made.
struct Strongest {
  std::string member;
  const wf::Value *raising = nullptr, *lowering = nullptr;  ///< lists of {ngram, weight}
};
std::vector<Strongest> strongest_of(const model::Lines& records) {
  for (auto record = records.entries.rbegin(); record != records.entries.rend(); ++record) {
    const wf::Value* results = record->find("results");
    if (!results || !results->table()) continue;
    std::vector<Strongest> found;
    for (const auto& [member, value] : *results->table()) {
      const wf::Value *raising = value.find("strongest_for"),
                      *lowering = value.find("strongest_against");
      if (raising && raising->list() && lowering && lowering->list())
        found.push_back({member, raising, lowering});
    }
    return found;
  }
  return {};
}

void print_strongest(const std::string& title, const wf::Value& list, int64_t top) {
  std::vector<std::vector<std::string>> rows;
  for (const wf::Value& entry : *list.list()) {
    const wf::Value *ngram = entry.find("ngram"), *weight = entry.find("weight");
    double w = 0;
    if (static_cast<int64_t>(rows.size()) == top) break;
    if (ngram && ngram->string() && weight && weight->as_double(w))
      rows.push_back({*ngram->string(), number_text(w)});
  }
  if (!rows.empty())
    std::printf("\n%s\n%s", title.c_str(),
                format_table({{"N-GRAM"}, {"WEIGHT", true}}, rows, terminal_width()).c_str());
}

/// States are the components' own; what their fits said of them is in the records.
int explain(const ModelArguments& arguments, const model::Registry& registry) {
  const auto opened = registry.open(arguments.model);
  if (!opened.ok()) return failed(opened.error());
  const model::Manifest& m = (*opened)->manifest();
  const auto records = registry.records({m.name, m.id, ""});
  if (!records.ok()) return failed(records.error());
  const std::vector<Strongest> strongest = strongest_of(*records);
  if (arguments.common.json) {
    ordered_json json = {{"format", 1}};
    json.update(manifest_json(m));
    json["strongest"] = ordered_json::object();
    for (const Strongest& s : strongest)
      json["strongest"][s.member] = {{"for", to_json(*s.raising)},
                                     {"against", to_json(*s.lowering)}};
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  std::printf("%s\n", m.version().c_str());
  print_states(m);
  for (const Strongest& s : strongest) {
    print_strongest(s.member + ", speaks for 1", *s.raising, arguments.top);
    print_strongest(s.member + ", speaks for 0", *s.lowering, arguments.top);
  }
  std::printf("\nWhich n-grams speak for and against a row: the component ml.explain in a DAG.\n");
  return kOk;
}

int print_move(const ModelArguments& arguments, const std::string& model,
               const model::Moved& moved) {
  const model::AliasMove& m = moved.move;
  if (arguments.common.json) {
    ordered_json json = {{"format", 1}, {"model", model}, {"changed", moved.changed}};
    json.update(to_json(model::to_value(m)));
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  const std::string to = model + "@" + short_id(m.version);
  if (!moved.changed)
    std::printf("%s stood at %s already\n", m.alias.c_str(), to.c_str());
  else
    std::printf("%s: %s -> %s\n", m.alias.c_str(),
                m.previous.empty() ? "none" : (model + "@" + short_id(m.previous)).c_str(),
                to.c_str());
  return kOk;
}

int move(const ModelArguments& arguments, model::Registry& registry) {
  const auto reference = model::parse_reference(arguments.model);
  if (!reference.ok()) return failed(reference.error());
  const model::Mover mover{user_name(), arguments.reason, ""};
  const bool back = arguments.action == "rollback";
  const auto moved = back ? registry.roll_back(reference->model, arguments.alias, mover)
                          : registry.promote(arguments.model, arguments.alias, mover);
  return moved.ok() ? print_move(arguments, reference->model, *moved) : failed(moved.error());
}

}  // namespace

int model_command(const ModelArguments& arguments) {
  model::Registry registry(home_folder(arguments.common, ""));
  if (arguments.action == "list") return list(arguments, registry);
  if (arguments.model.empty()) {
    complain("model " + arguments.action + " needs a MODEL: NAME, NAME@ALIAS or NAME@VERSION");
    return kUsage;
  }
  if (arguments.action == "show") return show(arguments, registry);
  if (arguments.action == "explain") return explain(arguments, registry);
  if (arguments.action == "promote" || arguments.action == "rollback")
    return move(arguments, registry);
  complain("model has no action `" + arguments.action +
           "`; there is list, show, explain, promote and rollback");
  return kUsage;
}

}  // namespace weirflow::cli
