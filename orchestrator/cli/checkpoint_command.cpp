// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "cli/commands.h"
#include "cli/dag_place.h"
#include "cli/figures.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "core/text.h"
#include "engine/checkpoint_losses.h"
#include "engine/checkpoint_store.h"
#include "engine/commit.h"

namespace weirflow::cli {

namespace {

using engine::CheckpointStore;
using engine::Manifest;
using Listed = CheckpointStore::Listed;
using nlohmann::ordered_json;

int failed(const wf::Status& status) {
  complain(status.message());
  return exit_code(status.code());
}

/// A checkpoint, under its number or under a name.
struct Named {
  std::string name;  ///< of a savepoint, or ""
  Listed listed;
  [[nodiscard]] std::string title() const {
    return name.empty() ? std::to_string(listed.epoch) : name;
  }
  [[nodiscard]] std::string status() const {
    if (!name.empty()) return "savepoint";
    return !listed.committed ? "prepared" : listed.delivered ? "delivered" : "committed";
  }
};

wf::Result<std::vector<Named>> all_of(const CheckpointStore& store) {
  std::vector<Named> all;
  WF_ASSIGN(const auto listed, store.list());
  for (const Listed& l : listed) all.push_back({"", l});
  WF_ASSIGN(const auto saved, store.savepoints());
  for (const auto& s : saved) all.push_back({s.name, s.checkpoint});
  return all;
}

/// The one that `word` names; empty: the newest that is committed.
wf::Result<Named> find_one(const std::vector<Named>& all, const std::string& word) {
  std::vector<std::string> titles;
  const Named* found = nullptr;
  for (const Named& named : all) {
    titles.push_back(named.title());
    if (word.empty() ? named.name.empty() && named.listed.committed : named.title() == word)
      found = &named;
  }
  if (found) return *found;
  if (word.empty()) return wf::not_found("there is no committed checkpoint");
  const auto near = nearest_name(word, titles);
  return wf::not_found("there is no checkpoint `" + word + "`" +
                       (near             ? "; did you mean `" + *near + "`?"
                        : titles.empty() ? ""
                                         : "; there are " + join_choices(titles, "", " and ")));
}

int64_t bytes_of(const Listed& listed) {
  int64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(listed.path, error))
    bytes += static_cast<int64_t>(entry.file_size(error));
  return bytes;
}

std::vector<std::string> models_of(const Manifest& manifest) {
  std::set<std::string> models;
  for (const auto& task : manifest.tasks)
    if (!task.model_version.empty()) models.insert(task.model_version);
  return {models.begin(), models.end()};
}

ordered_json summary_json(const Named& named, const Manifest& m) {
  return {{"epoch", named.listed.epoch},     {"savepoint", named.name},
          {"status", named.status()},        {"time", time_text(m.time_us)},
          {"bytes", bytes_of(named.listed)}, {"seconds", static_cast<double>(m.duration_us) / 1e6},
          {"tasks", m.tasks.size()},         {"models", models_of(m)}};
}

int list(const CheckpointArguments& arguments, const DagPlace& place,
         const std::vector<Named>& all) {
  ordered_json json = {{"format", 1}, {"dag", place.dag}, {"checkpoints", ordered_json::array()}};
  std::vector<std::vector<std::string>> rows;
  for (const Named& named : all) {
    const auto m = CheckpointStore::manifest(named.listed);
    if (!m.ok()) {
      rows.push_back({named.title(), std::to_string(named.listed.epoch), "damaged", "-", "-", "-",
                      "-", m.error().message()});
      json["checkpoints"].push_back({{"epoch", named.listed.epoch},
                                     {"savepoint", named.name},
                                     {"status", "damaged"},
                                     {"error", m.error().message()}});
      continue;
    }
    std::string models;
    for (const std::string& model : models_of(*m)) models += (models.empty() ? "" : ", ") + model;
    rows.push_back({named.title(), std::to_string(named.listed.epoch), named.status(),
                    short_time(m->time_us), seconds_text(m->duration_us),
                    bytes_text(bytes_of(named.listed)),
                    count_text(static_cast<int64_t>(m->tasks.size())), models});
    json["checkpoints"].push_back(summary_json(named, *m));
  }
  if (arguments.common.json)
    std::printf("%s\n", json_text(json).c_str());
  else if (rows.empty())
    std::printf("`%s` has no checkpoints\n", place.dag.c_str());
  else
    std::fputs(format_table({{"CHECKPOINT", false, true},
                             {"EPOCH", true},
                             {"STATUS"},
                             {"MADE (UTC)"},
                             {"TOOK", true},
                             {"SIZE", true},
                             {"TASKS", true},
                             {"MODELS"}},
                            rows, terminal_width())
                   .c_str(),
               stdout);
  return kOk;
}

/// A source's position as it wrote it, when that is text.
std::string part_text(const engine::StatePart& part) {
  if (!part.file.empty()) return bytes_text(part.bytes);
  const std::string& bytes = part.inline_bytes;
  const bool text = find_invalid_utf8(bytes) == std::string::npos &&
                    std::none_of(bytes.begin(), bytes.end(),
                                 [](char c) { return c >= 0 && c < ' ' && c != '\n'; });
  return text ? bytes : bytes_text(static_cast<int64_t>(bytes.size()));
}

int64_t part_bytes(const engine::StatePart& part) {
  return part.file.empty() ? static_cast<int64_t>(part.inline_bytes.size()) : part.bytes;
}

/// "task", "task.*" of a manifest as JSON.
ordered_json task_json(const engine::TaskSnapshot& task) {
  ordered_json json = {{"task", task.task},
                       {"component", task.component},
                       {"component_version", task.version},
                       {"ended", task.ended}};
  json["watermark"] = nullptr;
  if (task.watermark != INT64_MIN && task.watermark != INT64_MAX)
    json["watermark"] = time_text(task.watermark);
  json["model_version"] = task.model_version;
  json["position"] = nullptr;
  json["state"] = ordered_json::object();
  for (const auto& [name, part] : task.parts) {
    if (name == "position") json["position"] = part_text(part);
    json["state"][name] = part_bytes(part);
  }
  json["counters"] = task.counters;
  return json;
}

int inspect(const CheckpointArguments& arguments, const Named& named) {
  const auto loaded = CheckpointStore::manifest(named.listed);
  if (!loaded.ok()) return failed(loaded.error());
  const Manifest& m = *loaded;
  if (arguments.common.json) {
    ordered_json json = {{"format", 1}};
    json.update(summary_json(named, m));
    json.update(ordered_json{{"dag", m.dag},
                             {"dag_version", m.dag_version},
                             {"run", m.run},
                             {"lineage", m.lineage},
                             {"final", m.final},
                             {"dead_letters", m.dead_letter_rows}});
    json["tasks"] = ordered_json::array();
    for (const auto& task : m.tasks) json["tasks"].push_back(task_json(task));
    json["commits"] = ordered_json::array();
    for (const auto& c : m.commits)
      json["commits"].push_back({{"task", c.task},
                                 {"component", c.component},
                                 {"epoch", c.epoch},
                                 {"decides", c.decides},
                                 {"bytes", part_bytes(c.blob)}});
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  std::printf("%s%s, %s\n  made      %s in %s, by run %s\n  size      %s\n  lineage   %s\n",
              named.name.empty() ? "checkpoint " : "savepoint ", named.title().c_str(),
              named.status().c_str(), short_time(m.time_us).c_str(),
              seconds_text(m.duration_us).c_str(), m.run.c_str(),
              bytes_text(bytes_of(named.listed)).c_str(), m.lineage.c_str());
  if (m.final) std::printf("  final     all rows had ended\n");
  if (m.dead_letter_rows > 0)
    std::printf("  refused   %s\n", counted(m.dead_letter_rows, "dead letter").c_str());
  std::printf("\n");
  std::vector<std::vector<std::string>> rows;
  for (const auto& task : m.tasks) {
    int64_t bytes = 0;
    std::string position;
    for (const auto& [name, part] : task.parts) {
      bytes += part_bytes(part);
      if (name == "position") position = part_text(part);
    }
    const bool timed = task.watermark != INT64_MIN && task.watermark != INT64_MAX;
    rows.push_back({task.task, task.component + " " + task.version, bytes_text(bytes),
                    timed ? short_time(task.watermark) : "-", task.model_version, position});
  }
  std::fputs(format_table({{"TASK", false, true},
                           {"COMPONENT"},
                           {"STATE", true},
                           {"WATERMARK (UTC)"},
                           {"MODEL"},
                           {"POSITION"}},
                          rows, terminal_width())
                 .c_str(),
             stdout);
  for (const auto& c : m.commits)
    std::printf("commit of %s (%s), epoch %lld: %s\n", c.task.c_str(), c.component.c_str(),
                static_cast<long long>(c.epoch),
                c.decides ? "decided by its other side" : "follows");
  return kOk;
}

int verify(const CheckpointArguments& arguments, const CheckpointStore& store,
           const std::vector<Named>& chosen) {
  ordered_json json = {{"format", 1}, {"checkpoints", ordered_json::array()}};
  bool damaged = false;
  for (const Named& named : chosen) {
    const auto loaded = store.load(named.listed);
    damaged |= !loaded.ok();
    json["checkpoints"].push_back({{"epoch", named.listed.epoch},
                                   {"savepoint", named.name},
                                   {"whole", loaded.ok()},
                                   {"error", loaded.ok() ? "" : loaded.error().message()}});
    if (arguments.common.json) continue;
    if (loaded.ok())
      std::printf("%s: whole, %s\n", named.title().c_str(),
                  bytes_text(bytes_of(named.listed)).c_str());
    else
      std::printf("%s: %s\n", named.title().c_str(), loaded.error().message().c_str());
  }
  if (arguments.common.json)
    std::printf("%s\n", json_text(json).c_str());
  else if (chosen.empty())
    std::printf("there are no checkpoints\n");
  return damaged ? kRunFailed : kOk;
}

int print_done(const CheckpointArguments& arguments, const std::string& what, const Named& named) {
  if (arguments.common.json)
    std::printf("%s\n", json_text({{"format", 1},
                                   {"action", arguments.action},
                                   {"epoch", named.listed.epoch},
                                   {"savepoint", named.name}})
                            .c_str());
  else
    std::printf("%s\n", what.c_str());
  return kOk;
}

int remove(const CheckpointArguments& arguments, const DagPlace& place, CheckpointStore& store,
           const std::vector<Named>& all, const Named& named) {
  if (!named.name.empty()) {
    const wf::Status removed = store.remove(CheckpointStore::Savepoint{named.name, named.listed});
    if (!removed.ok()) return failed(removed);
    return print_done(arguments, "savepoint " + named.name + " is deleted", named);
  }
  if (const wf::Status locked = store.lock(); !locked.ok()) return failed(locked);
  std::vector<Listed> listed;
  for (const Named& n : all)
    if (n.name.empty()) listed.push_back(n.listed);
  const plugin::Registry registry = open_registry(arguments.common, place.home);
  const auto losses = engine::losses_of_deletion(named.listed, listed, registry);
  for (const std::string& loss : losses) complain("checkpoint " + named.title() + ": " + loss);
  if (!losses.empty() && !arguments.force) {
    complain("nothing was deleted; --force deletes it all the same");
    return kUnavailable;
  }
  if (const wf::Status removed = store.remove(named.listed); !removed.ok()) return failed(removed);
  return print_done(arguments, "checkpoint " + named.title() + " is deleted", named);
}

int save(const CheckpointArguments& arguments, const CheckpointStore& store) {
  if (!CheckpointStore::is_savepoint_name(arguments.name)) {
    complain("`" + arguments.name +
             "` is no name for a savepoint: small letters, digits, - and _, a letter first");
    return kUsage;
  }
  const auto saved = store.save(arguments.name);
  if (!saved.ok()) return failed(saved.error());
  return print_done(arguments,
                    "checkpoint " + std::to_string(saved->checkpoint.epoch) + " is kept as " +
                        saved->name + "; `weirflow run ... --from-checkpoint " + saved->name +
                        "` goes on from it",
                    {saved->name, saved->checkpoint});
}

}  // namespace

int checkpoint_command(const CheckpointArguments& arguments) {
  const auto place = find_dag(arguments.common, arguments.dag);
  if (!place.ok()) return failed(place.error());
  const bool names_one = arguments.action == "save" || arguments.action == "delete";
  if (names_one && arguments.name.empty()) {
    complain("checkpoint " + arguments.action + " needs a NAME" +
             (arguments.action == "delete" ? " or number" : ""));
    return kUsage;
  }
  const auto store = CheckpointStore::look_at(place->home, place->dag, std::string(engine::kShard));
  if (!store.ok() && (arguments.action != "list" || store.error().code() != wf::Code::not_found))
    return failed(store.error());
  if (!store.ok()) return list(arguments, *place, {});
  const auto all = all_of(**store);
  if (!all.ok()) return failed(all.error());
  if (arguments.action == "list") return list(arguments, *place, *all);
  if (arguments.action == "save") return save(arguments, **store);
  if (arguments.action == "verify" && arguments.name.empty())
    return verify(arguments, **store, *all);
  const auto named = find_one(*all, arguments.name);
  if (!named.ok()) return failed(named.error());
  if (arguments.action == "inspect") return inspect(arguments, *named);
  if (arguments.action == "verify") return verify(arguments, **store, {*named});
  return remove(arguments, *place, **store, *all, *named);
}

}  // namespace weirflow::cli
