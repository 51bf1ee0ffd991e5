// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/stored_groups.h"
#include "dag/canonical.h"
#include "dag/reader.h"
#include "engine/builtin.h"
#include "engine/replay.h"
#include "model/publish_component.h"

namespace weirflow::cli {

namespace fs = std::filesystem;

int exit_code(wf::Code code) {
  switch (code) {
    case wf::Code::ok:
      return kOk;
    case wf::Code::invalid_config:
      return kConfig;
    case wf::Code::invalid_data:
      return kDataError;
    case wf::Code::not_found:
      return kNoInput;
    case wf::Code::permission_denied:
      return kNoPermission;
    case wf::Code::unavailable:
    case wf::Code::timeout:
      return kUnavailable;
    case wf::Code::resource_exhausted:
      return kCannotCreate;
    case wf::Code::io_error:
      return kIoError;
    case wf::Code::conflict:
      return kUnavailable;
    case wf::Code::cancelled:
      return kInterrupted;
    case wf::Code::not_implemented:
    case wf::Code::internal:
      return kSoftware;
  }
  return kSoftware;
}

bool wants_color(const Common& common, int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return !common.no_color && (!no_color || !*no_color) && ::isatty(fd) != 0 &&
         !(term && std::strcmp(term, "dumb") == 0);
}

int terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const int width = columns ? std::atoi(columns) : 0;
  return width > 0 ? width : 80;
}

std::string home_folder(const Common& common, const std::string& dag_file) {
  std::string home = common.home;
  if (home.empty())
    if (const char* set = std::getenv("WEIRFLOW_HOME")) home = set;
  if (!home.empty()) return fs::absolute(home).lexically_normal().string();
  const fs::path beside =
      dag_file.empty() ? fs::current_path() : fs::absolute(dag_file).parent_path();
  return (beside / ".weirflow").lexically_normal().string();
}

plugin::Registry open_registry(const Common& common, const std::string& home) {
  std::vector<fs::path> paths(common.plugin_paths.begin(), common.plugin_paths.end());
  for (fs::path& path : plugin::Registry::default_paths()) paths.push_back(std::move(path));
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* user = std::getenv("HOME");
  fs::path folder;
  if (cache && *cache)
    folder = fs::path(cache) / "weirflow";
  else if (user && *user)
    folder = fs::path(user) / ".cache" / "weirflow";
  plugin::Registry registry = plugin::Registry::scan(paths, folder);
  for (const wf_entry* entry : {engine::group_components(), engine::show_components(),
                                engine::replay_components(), model::model_components(home)})
    if (wf::Status added = registry.add_builtin(entry); !added.ok()) complain(added.message());
  return registry;
}

std::unique_ptr<DagFile> load_dag(const std::string& path, const plugin::Registry& registry,
                                  const DagOptions& options) {
  auto file = std::make_unique<DagFile>();
  file->path = path;
  file->loaded = dag::read_dag(path, path, file->sources, file->diagnostics);
  if (file->diagnostics.errors() == 0 && options.edit) options.edit(*file);
  if (file->diagnostics.errors() == 0) {
    dag::ExpandOptions expand;
    expand.working_folder =
        options.set_folder.empty() ? fs::current_path().string() : options.set_folder;
    for (const std::string& text : options.set) {
      const size_t equals = text.find('=');
      expand.set.emplace_back(text.substr(0, equals),
                              equals == std::string::npos ? "" : text.substr(equals + 1));
    }
    file->expanded = dag::expand(file->loaded, expand, file->sources, file->diagnostics);
    if (file->diagnostics.errors() == 0) {
      expand.groups = stored_groups(file->expanded, options.home, file->loaded, file->sources,
                                    file->diagnostics);
      if (!expand.groups.empty())
        file->expanded = dag::expand(file->loaded, expand, file->sources, file->diagnostics);
    }
    for (const dag::ParamSpec* missing : dag::missing_params(file->expanded)) {
      const bool refused = std::any_of(
          expand.set.begin(), expand.set.end(), [&](const std::pair<std::string, std::string>& s) {
            return s.first == missing->name || s.first == "params." + missing->name;
          });
      if (refused) continue;  // said already: the value that was given does not fit
      file->diagnostics
          .error("missing-param", missing->range,
                 "param `" + missing->name + "` is required and was not given")
          .hint = "--set params." + missing->name + "=...";
    }
  }
  if (file->diagnostics.errors() > 0) {
    dag::check_tasks(file->loaded, file->sources, registry, file->diagnostics);
  } else {
    dag::Diagnostics ignored;  // said once, by the expansion with values
    dag::ExpandOptions keep;
    keep.keep_params = true;
    keep.working_folder = fs::current_path().string();
    const dag::Expanded canonical = dag::expand(file->loaded, keep, file->sources, ignored);
    file->plan = dag::make_plan(file->expanded, dag::canonical_text(canonical), file->sources,
                                registry, options.planner, file->diagnostics);
    if (file->plan) file->plan->file = path;
  }
  file->diagnostics.sort();
  return file;
}

int refusal_code(const DagFile& file) {
  bool denied = false;
  for (const dag::Diagnostic& d : file.diagnostics.items()) {
    if (d.severity != dag::Severity::error || d.code == "file-not-found" || d.code == "not-found")
      continue;
    if (d.code != "not-permitted") return kConfig;
    denied = true;
  }
  return denied ? kNoPermission : kNoInput;
}

void print_diagnostics(const DagFile& file, const Common& common) {
  if (file.diagnostics.items().empty()) return;
  dag::RenderOptions render;
  render.color = wants_color(common, STDERR_FILENO);
  std::fputs(dag::render(file.diagnostics, file.sources, render).c_str(), stderr);
  if (common.json && !file.plan)
    std::printf("{\"valid\": false, \"diagnostics\": %s}\n",
                dag::render_json(file.diagnostics, file.sources).c_str());
}

void complain(const std::string& message) {
  std::fprintf(stderr, "weirflow: %s\n", message.c_str());
}

}  // namespace weirflow::cli
