// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "core/digest.h"
#include "core/file.h"
#include "model/open_file.h"
#include "model/reference.h"
#include "model/registry.h"

namespace weirflow::model {

namespace fs = std::filesystem;

namespace {

wf::Result<Manifest> manifest_of(const NewVersion& version, int64_t now_us) {
  if (!is_model_name(version.model))
    return wf::invalid_config("`" + version.model +
                              "` is no name of a model: a-z, 0-9, _ and -, a "
                              "letter first, at most 100 characters");
  Manifest manifest;
  manifest.name = version.model;
  manifest.group_text = version.group_text;
  manifest.input = columns_of(version.input);
  manifest.output = columns_of(version.output);
  manifest.training_data = version.training_data;
  manifest.training_rows = version.training_rows;
  manifest.created_us = now_us;
  std::set<std::string_view> members;
  for (const NewVersion::State& s : version.states) {
    if (!is_member_name(s.member) || !members.insert(s.member).second)
      return wf::internal_error("`" + s.member +
                                "` is no usable name of a state, or is there twice");
    manifest.states.push_back({s.member, s.component, s.component_version, sha256_hex(s.bytes),
                               static_cast<int64_t>(s.bytes.size())});
  }
  manifest.id = identity_of(manifest);
  // What cannot be read back must not be written: a name or text that is no UTF-8.
  WF_ASSIGN(manifest, decode_manifest(encode_manifest(manifest)));
  return manifest;
}

/// Read-only, so that nobody changes an immutable file by mistake.
wf::Status write_immutable(const std::string& path, std::string_view bytes) {
  WF_TRY(write_file_durably(path, bytes));
  if (::chmod(path.c_str(), 0444) != 0) return errno_status("cannot protect " + path);
  return {};
}

}  // namespace

wf::Result<std::string> Registry::store(const NewVersion& version) {
  WF_ASSIGN(const Manifest manifest, manifest_of(version, options_.now_us()));
  const std::string target = version_folder(manifest.name, manifest.id);
  for (const std::string& other : ids(manifest.name))
    if (other != manifest.id && other.starts_with(manifest.id.substr(0, 16)))
      return wf::Status(wf::Code::conflict, "version " + manifest.id + " begins as " + other +
                                                " does: `" + manifest.version() + "` is taken");
  std::error_code ignored;
  if (!fs::exists(target, ignored)) {
    // Folder by folder: each name must be durable before what is below it.
    for (const std::string& path :
         {home_, root_, folder(manifest.name), folder(manifest.name) + "/versions"}) {
      step("folders");
      WF_TRY(make_folders(path));
    }
    remove_abandoned_folders(folder(manifest.name) + "/versions");
    WF_TRY(write_version(version, manifest));
  }
  const auto there = StoredModel::open(target);
  if (!there.ok())
    return wf::Status(there.error())
        .with_context("remove the folder of this version to store it anew");
  return manifest.version();
}

wf::Status Registry::write_version(const NewVersion& version, const Manifest& manifest) {
  step("temporary folder");
  WF_ASSIGN(const TemporaryFolder temporary,
            make_temporary_folder(folder(manifest.name) + "/versions"));
  const std::string target = version_folder(manifest.name, manifest.id);
  wf::Status status;
  for (size_t i = 0; i < version.states.size() && status.ok(); ++i) {
    step("state");
    status =
        write_immutable(temporary.path + "/" + manifest.states[i].file(), version.states[i].bytes);
  }
  step("group");
  if (status.ok() && !version.group_source.empty())
    status = write_immutable(temporary.path + "/group.toml", version.group_source);
  step("manifest");
  if (status.ok())
    status = write_immutable(temporary.path + "/manifest.json", encode_manifest(manifest));
  step("rename");
  if (status.ok()) status = rename_durably(temporary.path, target);
  step("done");
  if (status.ok()) return status;
  std::error_code ignored;
  const bool renamed = !fs::exists(temporary.path, ignored);
  fs::remove_all(temporary.path, ignored);
  // Another process has stored the same version meanwhile: theirs is as good.
  return !renamed && fs::exists(target, ignored) ? wf::Status() : status;
}

}  // namespace weirflow::model
