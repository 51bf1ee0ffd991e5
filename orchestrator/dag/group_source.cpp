// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/group_source.h"

#include <filesystem>
#include <set>

#include "dag/reader.h"
#include "dag/template.h"
#include "dag/toml_tree.h"

namespace weirflow::dag {

namespace {

namespace fs = std::filesystem;

/// A path keeps its meaning when the text moves.
Value with_absolute_path(Value value, const Sources& sources) {
  if (const std::string* path = value.string(); path && value.is_path && value.base != kNoFile)
    value.data = resolve_path(*path, sources.folder(value.base));
  return value;
}

/// The files of a group and of the groups in it, each once, outer before inner.
void add_files(const GroupSpec& spec, const std::string& key, const Loaded& loaded,
               const Sources& sources, std::set<std::string>& seen, std::string& out) {
  if (!seen.insert(key).second) return;
  const fs::path path = fs::path(sources.folder(spec.file)) / fs::path(key).filename();
  out += "\n[[file]]\npath = " + toml_string(path.string()) +
         "\ntext = " + toml_string(sources.text(spec.file)) + "\n";
  for (const TaskSpec& task : spec.tasks)
    if (!task.group_key.empty())
      add_files(loaded.groups.at(task.group_key), task.group_key, loaded, sources, seen, out);
}

}  // namespace

std::string group_source(const Expanded& expanded, uint32_t group, const Sources& sources) {
  const ExpandedGroup& instance = expanded.groups[group];
  Value::Table params;
  for (const auto& [name, value] : instance.params)
    if (!value.is_null()) params.push_back({name, {}, with_absolute_path(value, sources)});
  Value table;
  table.data = std::move(params);
  std::string out = "params = " + to_toml(table) + "\n";
  std::set<std::string> seen;
  add_files(*instance.spec, instance.key, *expanded.loaded, sources, seen, out);
  return out;
}

std::optional<GroupOverride> add_group_source(const std::string& source, const std::string& key,
                                              const std::string& shown, Loaded& loaded,
                                              Sources& sources, Diagnostics& diagnostics) {
  const auto file = load_text(source, shown, "/", sources, diagnostics);
  auto root = file ? parse_toml(*file, sources, diagnostics) : std::nullopt;
  if (!root) return std::nullopt;
  std::vector<GroupFile> files;
  if (const Member* list = root->find("file"); list && list->value.list())
    for (const Value& entry : *list->value.list()) {
      const Member *path = entry.find("path"), *text = entry.find("text");
      if (!path || !text || !path->value.string() || !text->value.string()) continue;
      files.push_back({*path->value.string(), *text->value.string()});
    }
  const size_t before = diagnostics.errors();
  if (!files.empty()) read_group_files(files, key, shown, loaded, sources, diagnostics);
  if (files.empty() || diagnostics.errors() > before) {
    diagnostics.error("bad-stored-group", {}, "the group that " + shown + " holds is damaged");
    return std::nullopt;
  }
  GroupOverride override;
  override.key = key;
  const GroupSpec& spec = loaded.groups.at(key);
  override.params = default_values(spec.params);
  const Member* params = root->find("params");
  for (const ParamSpec& param : spec.params) {
    const Member* member = params ? params->value.find(param.name) : nullptr;
    if (!member) continue;
    Value value = member->value;
    parse_templates(value, {.params = false, .tasks = true, .secrets = true}, sources, diagnostics);
    if (fit_param(value, param, diagnostics)) override.params[param.name] = std::move(value);
  }
  return override;
}

}  // namespace weirflow::dag
