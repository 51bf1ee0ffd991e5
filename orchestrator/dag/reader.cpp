// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/reader.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "dag/check.h"
#include "dag/params.h"
#include "dag/read_parts.h"
#include "dag/section_check.h"
#include "dag/toml_tree.h"

namespace weirflow::dag {

namespace {

namespace fs = std::filesystem;

class Reader {
 public:
  Reader(Sources& sources, Diagnostics& diagnostics)
      : sources_(sources), diagnostics_(diagnostics), context_{sources, diagnostics} {}

  Loaded read(FileId file, const std::string& path) {
    auto root = parse_toml(file, sources_, diagnostics_);
    if (!root || !is_kind(*root, "dag", "group")) return std::move(loaded_);
    DagSpec& dag = loaded_.dag;
    const Value* table = get_table(*root, "dag");
    const SourceRange start{file, 0, 0};
    check_section(*root, Section::dag_file, start, diagnostics_);
    if (table) {
      check_section(*table, Section::dag, range_of(*root, "dag"), diagnostics_);
      if (const auto name = get_text(*table, "name")) dag.name = *name;
      if (const auto text = get_text(*table, "description")) dag.description = text->value;
      for (const Name& tag : get_names(*table, "tags")) dag.tags.push_back(tag.value);
    }
    if (const Member* list = root->find("schedule"); list && list->value.list())
      dag.schedules = read_schedules(list->value, context_);
    if (const Value* checkpoint = get_table(*root, "checkpoint")) {
      dag.checkpoint.range = range_of(*root, "checkpoint");
      check_section(*checkpoint, Section::checkpoint, dag.checkpoint.range, diagnostics_);
      dag.checkpoint.interval = get_duration(*checkpoint, "interval");
      dag.checkpoint.timeout = get_duration(*checkpoint, "timeout");
      dag.checkpoint.keep = get_count(*checkpoint, "keep");
    }
    open_.push_back(path);
    read_body(*root, file, dag);
    open_.pop_back();
    check_dag(dag, loaded_.groups, diagnostics_);
    return std::move(loaded_);
  }

  /// See read_group_files().
  std::map<std::string, GroupSpec> read_groups(const std::vector<GroupFile>& files,
                                               const std::string& key, const std::string& shown) {
    at_hand_ = &files;
    prefix_ = key + ":";
    const std::string name = fs::path(files[0].path).filename().string();
    const auto file = load_group(prefix_ + files[0].path, shown + ": " + name, {});
    add_group(file, key);
    return std::move(loaded_.groups);
  }

 private:
  static SourceRange range_of(const Value& root, std::string_view key) {
    return root.find(key)->key_range;
  }

  /// Reports a group file that is run, and a DAG file that is used as a group.
  bool is_kind(const Value& root, const char* wanted, const char* other) {
    const Member* wrong = root.find(other);
    if (root.find(wanted) || !wrong) return true;
    const bool is_group = wrong->key == "group";
    diagnostics_
        .error("wrong-file", wrong->key_range,
               is_group ? "this is a group file, which is not run itself"
                        : "this is a DAG file, which cannot be a group")
        .hint = is_group ? "a task of a DAG names it with `group = \"...\"`"
                         : "a group file has `[group]` with `inputs` and `outputs`";
    return false;
  }

  void read_body(const Value& root, FileId file, BodySpec& body) {
    body.file = file;
    if (const Value* params = get_table(root, "params"))
      body.params = read_params(*params, sources_, diagnostics_);
    if (const Value* defaults = get_table(root, "defaults")) {
      check_section(*defaults, Section::defaults, range_of(root, "defaults"), diagnostics_);
      body.defaults = read_policy(*defaults);
    }
    const Value* tasks = get_table(root, "task");
    if (!tasks) return;
    body.tasks.reserve(tasks->table()->size());
    for (const Member& member : *tasks->table()) {
      if (!is_name(member.key)) {
        diagnostics_
            .error("bad-name", member.key_range,
                   "a task cannot be called " + toml_string(member.key))
            .hint =
            "names begin with a lower-case letter and go on with lower-case letters, digits and "
            "`_`";
      }
      if (!member.value.table()) {
        diagnostics_
            .error("wrong-type", member.value.range,
                   "`task." + member.key + "` is a table, not " + std::string(member.value.kind()))
            .hint = "each task has a table of its own: `[task.NAME]`";
        continue;
      }
      body.tasks.push_back(read_task(member, context_));
      TaskSpec& task = body.tasks.back();
      if (!task.group.value.empty()) task.group_key = read_group(task.group, file);
    }
  }

  /// Reads the group file once; its key in the result, "" after a report.
  std::string read_group(const Name& path, FileId from) {
    if (path.value.find("{{") != std::string::npos) {
      diagnostics_
          .error("template-not-allowed", path.range, "a group file cannot be chosen by a template")
          .hint = "the graph is fixed before any param is known";
      return "";
    }
    const std::string key = prefix_ + resolve_path(path.value, sources_.folder(from));
    const auto again = std::find(open_.begin(), open_.end(), key);
    if (again != open_.end()) {
      std::string chain;
      for (auto at = again; at != open_.end(); ++at)
        chain += fs::path(*at).filename().string() + " -> ";
      diagnostics_.error(
          "group-cycle", path.range,
          "group files contain each other: " + chain + fs::path(key).filename().string());
      return "";
    }
    if (loaded_.groups.count(key)) return key;
    if (failed_.count(key)) return "";
    const std::string shown =
        (fs::path(sources_.shown(from)).parent_path() / path.value).lexically_normal().string();
    const size_t files = sources_.size();
    const auto file = load_group(key, shown, path.range);
    if (sources_.size() > files) sources_.set_included_from(static_cast<FileId>(files), path.range);
    return add_group(file, key) ? key : "";
  }

  std::optional<FileId> load_group(const std::string& key, const std::string& shown,
                                   SourceRange asked_at) {
    if (!at_hand_) return load_file(key, shown, asked_at, sources_, diagnostics_);
    const auto path = std::string_view(key).substr(prefix_.size());
    for (const GroupFile& file : *at_hand_)
      if (file.path == path)
        return load_text(file.text, shown, fs::path(file.path).parent_path().string(), sources_,
                         diagnostics_);
    diagnostics_.error("file-not-found", asked_at, shown + " is not part of the stored group");
    return std::nullopt;
  }

  bool add_group(std::optional<FileId> file, const std::string& key) {
    auto root = file ? parse_toml(*file, sources_, diagnostics_) : std::nullopt;
    if (!root || !is_kind(*root, "group", "dag")) {
      failed_.insert(key);
      return false;
    }
    GroupSpec group;
    check_section(*root, Section::group_file, {*file, 0, 0}, diagnostics_);
    if (const Value* table = get_table(*root, "group"))
      read_group_table(*table, range_of(*root, "group"), group, context_);
    open_.push_back(key);
    read_body(*root, *file, group);
    open_.pop_back();
    check_group(group, loaded_.groups, diagnostics_);
    loaded_.groups.emplace(key, std::move(group));
    return true;
  }

  Sources& sources_;
  Diagnostics& diagnostics_;
  ReadContext context_;
  Loaded loaded_;
  const std::vector<GroupFile>* at_hand_ = nullptr;  // null: groups are on disk
  std::string prefix_;                               // of keys
  std::vector<std::string> open_;                    // files being read, outermost first
  std::set<std::string> failed_;                     // reported already
};

}  // namespace

void read_group_files(const std::vector<GroupFile>& files, const std::string& key,
                      const std::string& shown, Loaded& loaded, Sources& sources,
                      Diagnostics& diagnostics) {
  for (auto& [name, group] : Reader(sources, diagnostics).read_groups(files, key, shown))
    loaded.groups.insert_or_assign(name, std::move(group));
}

Loaded read_dag(const std::string& path, const std::string& shown, Sources& sources,
                Diagnostics& diagnostics) {
  std::error_code ec;
  const std::string absolute = fs::absolute(path, ec).lexically_normal().string();
  const auto file = load_file(path, shown, {}, sources, diagnostics);
  Loaded loaded;
  if (file) loaded = Reader(sources, diagnostics).read(*file, absolute);
  diagnostics.sort();
  return loaded;
}

Loaded read_dag_text(std::string text, const std::string& shown, const std::string& folder,
                     Sources& sources, Diagnostics& diagnostics) {
  const auto file = load_text(std::move(text), shown, folder, sources, diagnostics);
  Loaded loaded;
  if (file) loaded = Reader(sources, diagnostics).read(*file, resolve_path(shown, folder));
  diagnostics.sort();
  return loaded;
}

}  // namespace weirflow::dag
