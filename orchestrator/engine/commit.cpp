// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/commit.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/file.h"

namespace weirflow::engine {

namespace {

constexpr const char* kPrepared = "/commit-prepared.json";
constexpr const char* kCommitted = "/commit.json";
constexpr const char* kDone = "/commit-done.json";

}  // namespace

wf::Status commit_stored(plugin::Registry& registry, const std::string& component,
                         const std::string& key, uint64_t epoch, const std::string& hash,
                         const std::string& blob) {
  WF_ASSIGN(const plugin::ComponentClass* found, registry.load(component));
  plugin::NullServices services;
  WF_ASSIGN(auto instance, plugin::Instance::create(*found, services));
  if (!instance->is_committing()) return wf::internal_error("the sink cannot commit any more");
  WF_ASSIGN(auto committer,
            instance->create_committer(services, plugin::Instance::From::stored_key, key, kShard));
  return committer->commit(epoch, hash, blob);
}

namespace {

wf::Status roll_forward(const std::string& file, plugin::Registry& registry) {
  WF_ASSIGN(const std::string text, read_file(file));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("entries"))
    return wf::invalid_data(file + ": is not a commit manifest");
  for (const auto& item : json["entries"]) {
    const auto blob = hex_decode(item.value("blob", ""));
    if (!blob) return wf::invalid_data(file + ": is damaged");
    wf::Status status = commit_stored(registry, item.value("component", ""), item.value("key", ""),
                                      kRegionEpoch, sha256_hex(text), *blob);
    if (!status.ok()) return std::move(status).with_context(file);
  }
  return {};
}

}  // namespace

wf::Result<std::string> CommitManifest::make_durable(const std::string& folder) const {
  nlohmann::json json;
  json["format"] = 1;
  json["epoch"] = kRegionEpoch;
  json["entries"] = nlohmann::json::array();
  for (const Entry& e : entries)
    json["entries"].push_back({{"task", e.task},
                               {"component", e.component},
                               {"key", e.key},
                               {"blob", hex_encode(e.blob)}});
  const std::string text = json.dump(1);
  WF_TRY(write_file_durably(folder + kPrepared, text));
  WF_TRY(rename_durably(folder + kPrepared, folder + kCommitted));
  return sha256_hex(text);
}

wf::Status CommitManifest::mark_done(const std::string& folder) const {
  return rename_durably(folder + kCommitted, folder + kDone);
}

bool CommitManifest::is_durable(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(folder + kCommitted, error);
}

wf::Status recover_commits(const std::string& folder, plugin::Registry& registry) {
  std::error_code error;
  for (auto it = std::filesystem::recursive_directory_iterator(folder, error);
       !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().filename() != "commit.json") continue;
    const std::string file = it->path().string();
    WF_TRY(roll_forward(file, registry));
    WF_TRY(rename_durably(file, it->path().parent_path().string() + kDone));
  }
  return {};
}

}  // namespace weirflow::engine
