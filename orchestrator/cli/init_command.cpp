// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/templates.h"
#include "core/file.h"
#include "core/text.h"

namespace weirflow::cli {

namespace fs = std::filesystem;

namespace {

const Template* find_template(const std::string& kind) {
  std::vector<std::string> kinds;
  for (const Template& t : templates()) {
    if (t.kind == kind) return &t;
    kinds.emplace_back(t.kind);
  }
  const auto near = nearest_name(kind, kinds);
  complain(
      "there is no template `" + kind + "`; " +
      (near ? "did you mean `" + *near + "`?" : "there is " + join_choices(kinds, "`", " and ")));
  return nullptr;
}

/// Nothing is written when a single file is in the way.
bool is_free(const Template& chosen, const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    complain(folder.string() + " is there and is no folder");
    return false;
  }
  bool free = true;
  for (const TemplateFile& file : chosen.files)
    if (fs::exists(fs::symlink_status(folder / file.path, error))) {
      complain((folder / file.path).string() + " is there already; nothing was written");
      free = false;
    }
  return free;
}

}  // namespace

int init_command(const InitArguments& arguments) {
  const Template* chosen = find_template(arguments.kind);
  if (!chosen) return kUsage;
  const fs::path folder =
      arguments.folder.empty() ? fs::path(arguments.kind) : fs::path(arguments.folder);
  if (!is_free(*chosen, folder)) return kCannotCreate;
  wf::Status status = make_folders(fs::absolute(folder).string());
  for (const TemplateFile& file : chosen->files)
    if (status.ok()) status = write_file_durably((folder / file.path).string(), file.text);
  if (!status.ok()) {
    complain(status.message());
    return exit_code(status.code());
  }
  if (arguments.common.json) {
    nlohmann::ordered_json json = {
        {"format", 1}, {"template", chosen->kind}, {"folder", folder.string()}};
    json["files"] = nlohmann::ordered_json::array();
    for (const TemplateFile& file : chosen->files) json["files"].push_back(file.path);
    json["runs"] = nlohmann::ordered_json::array();
    for (const std::string_view run : chosen->runs) json["runs"].push_back(run);
    std::printf("%s\n", json_text(json).c_str());
    return kOk;
  }
  std::printf("%s:", folder.string().c_str());
  for (const TemplateFile& file : chosen->files) std::printf(" %s", std::string(file.path).c_str());
  std::printf("\n\nTry:\n  cd %s\n", folder.string().c_str());
  for (const std::string_view run : chosen->runs)
    std::printf("  weirflow run %s\n", std::string(run).c_str());
  return kOk;
}

}  // namespace weirflow::cli
