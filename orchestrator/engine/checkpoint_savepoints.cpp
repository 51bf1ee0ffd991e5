// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Savepoints: checkpoints under a name, which nothing expires. Their files are hard links: they
// take no room of their own while the checkpoint is there.

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/file.h"
#include "engine/checkpoint_store.h"

namespace weirflow::engine {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSavepoints = "/savepoints";
/// Written last: its sync is that of the folder.
constexpr const char* kName = "/savepoint";

wf::Status link_files(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::remove_all(to, error);
  WF_TRY(make_folders(to));
  for (auto it = fs::directory_iterator(from, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const fs::path target = fs::path(to) / it->path().filename();
    if (it->path().filename() == "savepoint") continue;
    fs::create_hard_link(it->path(), target, error);
    if (!error) continue;
    if (error == std::errc::no_such_file_or_directory) break;
    // A file system without hard links.
    WF_ASSIGN(const std::string bytes, read_file(it->path().string()));
    WF_TRY(write_file_durably(target.string(), bytes));
    error.clear();
  }
  return error ? errno_status(from, error.value()) : wf::Status();
}

}  // namespace

bool CheckpointStore::is_savepoint_name(std::string_view name) {
  if (name.empty() || name.size() > 100 || name == "none" || name[0] < 'a' || name[0] > 'z')
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

wf::Result<std::vector<CheckpointStore::Savepoint>> CheckpointStore::savepoints() const {
  std::vector<Savepoint> all;
  std::error_code error;
  const std::string folder = folder_ + kSavepoints;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    const size_t at = name.find('@');
    Savepoint saved;
    if (at == std::string::npos || !is_savepoint_name(name.substr(0, at))) continue;
    const auto read =
        std::from_chars(name.data() + at + 1, name.data() + name.size(), saved.checkpoint.epoch);
    if (read.ec != std::errc() || read.ptr != name.data() + name.size()) continue;
    std::error_code ignored;
    saved.name = name.substr(0, at);
    saved.checkpoint.committed = true;
    saved.checkpoint.path = it->path().string();
    saved.checkpoint.delivered = fs::exists(saved.checkpoint.path + "/delivered", ignored);
    all.push_back(std::move(saved));
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return errno_status(folder, error.value());
  std::sort(all.begin(), all.end(),
            [](const Savepoint& a, const Savepoint& b) { return a.name < b.name; });
  return all;
}

wf::Result<CheckpointStore::Savepoint> CheckpointStore::save(const std::string& name) const {
  WF_ASSIGN(const auto there, savepoints());
  for (const Savepoint& saved : there)
    if (saved.name == name)
      return wf::Status(wf::Code::conflict, "there is a savepoint `" + name +
                                                "` already, of checkpoint " +
                                                std::to_string(saved.checkpoint.epoch));
  const std::string unnamed = folder_ + kSavepoints + "/." + name;
  // A running stream may remove the checkpoint meanwhile: then there is a newer one.
  constexpr int kTries = 10;
  wf::Status failed = wf::not_found(folder_ + ": there is no committed checkpoint yet");
  for (int tries = 0; tries < kTries; ++tries) {
    WF_ASSIGN(const auto all, list());
    const auto newest =
        std::find_if(all.rbegin(), all.rend(), [](const Listed& l) { return l.committed; });
    if (newest == all.rend()) return failed;
    failed = link_files(newest->path, unnamed);
    if (failed.code() == wf::Code::not_found) continue;
    WF_TRY(std::move(failed));
    // What is kept for long must be whole.
    WF_TRY(load({newest->epoch, true, newest->delivered, unnamed}).status());
    WF_TRY(write_file_durably(unnamed + kName, name));
    const std::string path =
        folder_ + kSavepoints + "/" + name + "@" + std::to_string(newest->epoch);
    WF_TRY(rename_durably(unnamed, path));
    return Savepoint{name, {newest->epoch, true, newest->delivered, path}};
  }
  return failed;
}

wf::Result<CheckpointStore::Listed> CheckpointStore::bring_back(const Savepoint& saved) {
  WF_ASSIGN(const Loaded loaded, load(saved.checkpoint));
  Listed listed = saved.checkpoint;
  listed.path = folder_ + "/" + std::to_string(listed.epoch);
  std::error_code error;
  if (fs::exists(listed.path, error)) {
    const auto there = load(listed);
    if (there.ok() && there->hash == loaded.hash) return listed;
    return wf::Status(wf::Code::conflict, listed.path +
                                              " is another checkpoint of that number, or "
                                              "damaged; delete it first");
  }
  const std::string unfinished = listed.path + ".unfinished";
  WF_TRY(link_files(saved.checkpoint.path, unfinished));
  WF_TRY(write_file_durably(unfinished + kName, saved.name));
  WF_TRY(rename_durably(unfinished, listed.path));
  return listed;
}

wf::Status CheckpointStore::remove(const Savepoint& saved) {
  // Without its name first.
  const std::string unnamed = folder_ + kSavepoints + "/." + saved.name;
  std::error_code error;
  fs::remove_all(unnamed, error);
  fs::rename(saved.checkpoint.path, unnamed, error);
  if (error) return errno_status("cannot remove " + saved.checkpoint.path, error.value());
  fs::remove_all(unnamed, error);
  return {};
}

}  // namespace weirflow::engine
