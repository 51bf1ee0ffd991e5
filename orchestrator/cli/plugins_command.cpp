// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/component_text.h"
#include "cli/figures.h"
#include "cli/json_text.h"
#include "cli/json_value.h"
#include "cli/plan_facts.h"
#include "cli/table.h"
#include "core/text.h"
#include "plugin/check.h"

namespace weirflow::cli {

namespace {

using nlohmann::ordered_json;

std::string library_text(const plugin::LibraryInfo& library) {
  return library.path.empty() ? "(built in)" : library.path;
}

ordered_json ports_json(const std::vector<plugin::PortInfo>& ports) {
  ordered_json list = ordered_json::array();
  for (const plugin::PortInfo& p : ports) {
    ordered_json port = {
        {"name", p.name}, {"summary", p.summary}, {"optional", p.optional}, {"dynamic", p.dynamic}};
    if (!p.names_from.empty()) port["names_from"] = p.names_from;
    port["columns"] = ordered_json::array();
    for (const plugin::ColumnInfo& c : p.columns)
      port["columns"].push_back(
          {{"name", c.name}, {"from_key", c.from_key}, {"type", c.type}, {"summary", c.summary}});
    list.push_back(std::move(port));
  }
  return list;
}

ordered_json fields_json(const std::vector<plugin::FieldInfo>& fields) {
  ordered_json list = ordered_json::array();
  for (const plugin::FieldInfo& f : fields) {
    ordered_json field = {
        {"key", f.key},        {"type", field_type_text(f)},          {"required", f.required},
        {"secret", f.secret},  {"default", to_json(f.default_value)}, {"help", f.help},
        {"example", f.example}};
    if (f.min) field["min"] = *f.min;
    if (f.max) field["max"] = *f.max;
    if (!f.allowed.empty()) field["allowed"] = f.allowed;
    if (!f.fields.empty()) field["fields"] = fields_json(f.fields);
    list.push_back(std::move(field));
  }
  return list;
}

ordered_json component_json(const plugin::ComponentInfo& c, const plugin::LibraryInfo* library,
                            bool whole) {
  ordered_json json = {{"id", c.id},
                       {"kind", plugin::to_string(c.kind)},
                       {"version", c.version},
                       {"summary", c.summary}};
  json["library"] = library ? library->path : "";
  if (!whole) return json;
  json["cardinality"] = plugin::to_string(c.cardinality);
  json["abilities"] = ability_words(c.abilities);
  if (const auto replay = replay_word(c); !replay.empty()) json["replay"] = replay;
  json["inputs"] = ports_json(c.inputs);
  json["outputs"] = ports_json(c.outputs);
  json["configuration"] = fields_json(c.fields);
  json["docs"] = c.docs;
  return json;
}

int list(const PluginsArguments& arguments, const plugin::Registry& registry) {
  const auto components = registry.components();
  if (arguments.common.json) {
    ordered_json json = {
        {"format", 1}, {"components", ordered_json::array()}, {"refused", ordered_json::array()}};
    for (const plugin::ComponentInfo* c : components)
      json["components"].push_back(component_json(*c, registry.library_of(c->id), false));
    for (const plugin::Refused& r : registry.refused())
      json["refused"].push_back(
          {{"path", r.path}, {"code", wf::to_string(r.code)}, {"reason", r.reason}});
    json["conflicts"] = registry.conflicts();
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const plugin::ComponentInfo* c : components) {
    const plugin::LibraryInfo* library = registry.library_of(c->id);
    const std::string file = !library || library->path.empty()
                                 ? "(built in)"
                                 : std::filesystem::path(library->path).filename().string();
    rows.push_back({c->id, std::string(plugin::to_string(c->kind)), c->version, c->summary, file});
  }
  std::fputs(format_table({{"COMPONENT"}, {"KIND"}, {"VERSION"}, {"SUMMARY"}, {"LIBRARY"}}, rows,
                          terminal_width())
                 .c_str(),
             stdout);
  std::fflush(stdout);
  for (const plugin::Refused& r : registry.refused())
    complain("not used: " + r.path + ": " + r.reason);
  for (const std::string& text : registry.conflicts()) complain(text);
  return kOk;
}

int info(const PluginsArguments& arguments, const plugin::Registry& registry) {
  if (arguments.name.empty()) {
    complain("plugins info needs the NAME of a component or library");
    return kUsage;
  }
  for (const plugin::LibraryInfo& library : registry.libraries()) {
    if (library.name != arguments.name) continue;
    if (arguments.common.json) {
      ordered_json json = {{"format", 1},
                           {"library", library.name},
                           {"version", library.version},
                           {"license", library.license},
                           {"sdk", library.sdk},
                           {"abi", {library.abi_major, library.abi_minor}},
                           {"path", library.path},
                           {"components", ordered_json::array()}};
      for (const plugin::ComponentInfo& c : library.components)
        json["components"].push_back(component_json(c, &library, true));
      std::printf("%s\n", json_text(json).c_str());
      return kOk;
    }
    std::printf("%s %s\n  file      %s\n  licence   %s\n  made with %s, plugin ABI %u.%u\n\n",
                library.name.c_str(), library.version.c_str(), library_text(library).c_str(),
                library.license.c_str(), library.sdk.c_str(), library.abi_major, library.abi_minor);
    std::vector<std::vector<std::string>> rows;
    for (const plugin::ComponentInfo& c : library.components)
      rows.push_back({c.id, std::string(plugin::to_string(c.kind)), c.version, c.summary});
    std::fputs(
        format_table({{"COMPONENT"}, {"KIND"}, {"VERSION"}, {"SUMMARY"}}, rows, terminal_width())
            .c_str(),
        stdout);
    return kOk;
  }
  const auto found = registry.require(arguments.name);
  if (!found.ok()) {
    const wf::Status::Place* place = found.error().place();
    complain(found.error().message() + (place && !place->hint.empty() ? "; " + place->hint : ""));
    return kNoInput;
  }
  const plugin::LibraryInfo* library = registry.library_of(arguments.name);
  if (arguments.common.json) {
    ordered_json json = {{"format", 1}, {"components", {component_json(**found, library, true)}}};
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  std::fputs(component_text(**found, terminal_width()).c_str(), stdout);
  if (library) std::printf("\nfrom %s\n", library_text(*library).c_str());
  return kOk;
}

int check(const PluginsArguments& arguments) {
  if (arguments.name.empty()) {
    complain("plugins check needs a FILE.so");
    return kUsage;
  }
  std::error_code error;
  if (!std::filesystem::exists(arguments.name, error)) {
    complain("there is no file " + arguments.name);
    return kNoInput;
  }
  const auto results = plugin::check_library(std::filesystem::absolute(arguments.name));
  size_t failed = 0;
  for (const plugin::CheckResult& r : results) failed += !r.passed;
  if (arguments.common.json) {
    ordered_json json = {{"format", 1},
                         {"file", arguments.name},
                         {"passed", failed == 0},
                         {"checks", ordered_json::array()}};
    for (const plugin::CheckResult& r : results)
      json["checks"].push_back({{"name", r.name},
                                {"summary", r.summary},
                                {"passed", r.passed},
                                {"detail", r.detail},
                                {"seconds", r.seconds}});
    std::printf("%s\n", json_text(json).c_str());
    return failed ? kRunFailed : kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const plugin::CheckResult& r : results)
    rows.push_back(
        {r.name, r.passed ? "passed" : "FAILED", r.detail.empty() ? r.summary : r.detail});
  // A reason is what the author needs: it is not cut.
  std::fputs(format_table({{"CHECK"}, {"RESULT"}, {"WHAT, OR WHY NOT"}}, rows, 0).c_str(), stdout);
  std::printf("\n%s: %zu of %zu checks passed\n", arguments.name.c_str(), results.size() - failed,
              results.size());
  return failed ? kRunFailed : kOk;
}

}  // namespace

int plugins_command(const PluginsArguments& arguments) {
  if (arguments.action == "check") return check(arguments);
  const plugin::Registry registry =
      open_registry(arguments.common, home_folder(arguments.common, ""));
  if (arguments.action == "list") return list(arguments, registry);
  if (arguments.action == "info") return info(arguments, registry);
  complain("plugins has no action `" + arguments.action + "`; there is list, info and check");
  return kUsage;
}

}  // namespace weirflow::cli
