// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/registry.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "model/open_file.h"
#include "model/reference.h"

namespace weirflow::model {

namespace fs = std::filesystem;

namespace {

/// "a, b, c and 4 more".
std::string some_of(const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kShown); ++i)
    text += (i ? ", `" : "`") + names[i] + "`";
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

/// not_found with the nearest of the candidates as hint.
wf::Status absent(std::string message, std::string_view wanted,
                  const std::vector<std::string>& candidates) {
  const auto near = weirflow::nearest_name(wanted, candidates);
  if (!near) return wf::not_found(std::move(message));
  return wf::not_found(message + "; did you mean `" + *near + "`?");
}

}  // namespace

Registry::Registry(std::string home, RegistryOptions options)
    : home_(std::move(home)), root_(home_ + "/models"), options_([&] {
        RegistryOptions filled = std::move(options);
        if (!filled.now_us) filled.now_us = wall_us;
        return filled;
      }()) {}

std::vector<std::string> Registry::ids(const std::string& model) const {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder(model) + "/versions", error))
    if (std::string name = entry.path().filename().string(); is_id(name))
      found.push_back(std::move(name));
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> Registry::models() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root_, error))
    if (std::string name = entry.path().filename().string();
        is_model_name(name) && !ids(name).empty())
      names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  return names;
}

wf::Result<AliasTable> Registry::aliases(const std::string& model) const {
  return AliasTable::read(folder(model) + "/aliases.jsonl");
}

wf::Status Registry::no_model(const std::string& model) const {
  const auto names = models();
  if (names.empty())
    return wf::not_found("there is no model `" + model + "`, and no other in " + root_ +
                         "; a group with `mode = \"fit\"` makes one");
  return absent("there is no model `" + model + "`; there is " + some_of(names), model, names);
}

wf::Status Registry::no_alias(const std::string& model, const std::string& alias,
                              const AliasTable& table) const {
  std::vector<std::string> names;
  for (const auto& [name, id] : table.current()) names.push_back(name);
  if (!names.empty())
    return absent("model `" + model + "` has no alias `" + alias + "`; it has " + some_of(names),
                  alias, names);
  WF_ASSIGN(const auto known, versions(model));
  return wf::not_found("model `" + model + "` has no alias yet; its newest version is `" + model +
                       "@" + known.front().id.substr(0, 16) + "`");
}

wf::Status Registry::no_version(const std::string& model, const std::string& digits) const {
  std::vector<std::string> names;
  WF_ASSIGN(const auto known, versions(model));
  for (const VersionSummary& v : known)
    names.push_back(model + "@" + v.id.substr(0, std::max<size_t>(16, digits.size())));
  return absent("model `" + model + "` has no version `" + digits + "`; it has " + some_of(names),
                model + "@" + digits, names);
}

wf::Result<Resolved> Registry::resolve(std::string_view text) const {
  WF_ASSIGN(const Reference reference, parse_reference(text));
  const auto known = ids(reference.model);
  if (known.empty()) return no_model(reference.model);
  Resolved resolved{reference.model, "", reference.alias};
  if (!reference.alias.empty()) {
    WF_ASSIGN(const AliasTable table, aliases(reference.model));
    resolved.id = table.find(reference.alias);
    if (resolved.id.empty()) return no_alias(reference.model, reference.alias, table);
    if (!std::binary_search(known.begin(), known.end(), resolved.id))
      return wf::not_found("alias `" + reference.alias + "` of model `" + reference.model +
                           "` stands at " + resolved.id + ", whose folder is not there");
    return resolved;
  }
  for (const std::string& id : known) {
    if (!id.starts_with(reference.digits)) continue;
    if (!resolved.id.empty())
      return wf::Status(wf::Code::conflict, "`" + std::string(text) +
                                                "` stands for two versions, " + resolved.id +
                                                " and " + id + "; write more digits");
    resolved.id = id;
  }
  if (resolved.id.empty()) return no_version(reference.model, reference.digits);
  return resolved;
}

wf::Result<std::shared_ptr<const StoredModel>> Registry::open(std::string_view reference) const {
  WF_ASSIGN(const Resolved resolved, resolve(reference));
  auto opened = StoredModel::open(version_folder(resolved.model, resolved.id));
  if (opened.ok() && (*opened)->manifest().name != resolved.model)
    return wf::invalid_data("version " + resolved.version() + " was stored as a version of `" +
                            (*opened)->manifest().name + "`");
  return opened;
}

wf::Result<Registry::Description> Registry::describe(std::string_view reference) const {
  WF_ASSIGN(const Resolved resolved, resolve(reference));
  const std::string path = version_folder(resolved.model, resolved.id);
  Description description;
  WF_ASSIGN(description.manifest, read_manifest(path));
  auto source = read_file(path + "/group.toml");
  if (source.ok())
    description.group_source = std::move(*source);
  else if (source.error().code() != wf::Code::not_found)
    return source.error();
  return description;
}

wf::Result<std::vector<VersionSummary>> Registry::versions(const std::string& model) const {
  std::vector<VersionSummary> found;
  WF_ASSIGN(const AliasTable table, aliases(model));
  for (const std::string& id : ids(model)) {
    VersionSummary& summary = found.emplace_back();
    summary.id = id;
    auto manifest = read_manifest(version_folder(model, id));
    if (manifest.ok())
      summary.manifest = std::move(*manifest);
    else
      summary.status = manifest.error();
    summary.manifest.id = id;
    for (const auto& [alias, at] : table.current())
      if (at == id) summary.aliases.push_back(alias);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.manifest.created_us > b.manifest.created_us;
  });
  return found;
}

wf::Result<Moved> Registry::promote(std::string_view reference, const std::string& alias,
                                    const Mover& mover,
                                    const std::optional<std::string>& expected) {
  WF_ASSIGN(const auto version, open(reference));
  const Manifest& manifest = version->manifest();
  return move_alias(
      manifest.name, alias, mover, [&](const AliasTable& table) -> wf::Result<std::string> {
        const std::string now = table.find(alias);
        if (!expected || *expected == now) return manifest.id;
        const AliasMove* last = table.last_move(alias);
        const auto place = [](const std::string& id) {
          return id.empty() ? std::string("at no version") : "at " + id.substr(0, 16);
        };
        return wf::Status(wf::Code::conflict, "alias `" + alias + "` of model `" + manifest.name +
                                                  "` stands " + place(now) + ", not " +
                                                  place(*expected) +
                                                  (last ? ": " + last->actor + " moved it" : ""));
      });
}

wf::Result<Moved> Registry::roll_back(const std::string& model, const std::string& alias,
                                      const Mover& mover) {
  return move_alias(model, alias, mover, [&](const AliasTable& table) -> wf::Result<std::string> {
    const AliasMove* last = table.last_move(alias);
    if (!last) return no_alias(model, alias, table);
    if (last->previous.empty())
      return wf::not_found("alias `" + alias + "` of model `" + model + "` has no earlier version");
    WF_TRY(StoredModel::open(version_folder(model, last->previous)).status());
    return last->previous;
  });
}

wf::Result<Moved> Registry::remove_alias(const std::string& model, const std::string& alias,
                                         const Mover& mover) {
  return move_alias(model, alias, mover, [&](const AliasTable& table) -> wf::Result<std::string> {
    if (table.find(alias).empty()) return no_alias(model, alias, table);
    return std::string();
  });
}

wf::Result<Moved> Registry::move_alias(
    const std::string& model, const std::string& alias, const Mover& mover,
    const std::function<wf::Result<std::string>(const AliasTable&)>& target) {
  if (!is_alias_name(alias))
    return wf::invalid_config("`" + alias +
                              "` is no name of an alias: a-z, 0-9, _ and -, a letter "
                              "first, and not like a version");
  if (alias == kPrevious)
    return wf::invalid_config("alias `previous` follows `champion` and cannot be set");
  if (!is_model_name(model) || ids(model).empty()) return no_model(model);
  WF_ASSIGN(const OpenFile lock, hold_lock(folder(model) + "/lock"));
  WF_ASSIGN(const AliasTable table, aliases(model));
  WF_ASSIGN(const std::string id, target(table));
  Moved moved{
      {alias, id, table.find(alias), mover.actor, mover.reason, mover.run, options_.now_us()}};
  if (id == moved.move.previous) {
    moved.changed = false;
    moved.move = *table.last_move(alias);
    return moved;
  }
  WF_TRY(append_line(folder(model) + "/aliases.jsonl", to_value(moved.move)));
  return moved;
}

wf::Status Registry::add_record(const Resolved& version, wf::Value::Table record) {
  const std::string records = folder(version.model) + "/records";
  WF_TRY(make_folders(records));
  WF_ASSIGN(const OpenFile lock, hold_lock(folder(version.model) + "/lock"));
  record.insert(record.begin(), {"time_us", options_.now_us()});
  return append_line(records + "/" + version.id + ".jsonl", wf::Value(std::move(record)));
}

wf::Result<Lines> Registry::records(const Resolved& version) const {
  return read_lines(folder(version.model) + "/records/" + version.id + ".jsonl");
}

}  // namespace weirflow::model
