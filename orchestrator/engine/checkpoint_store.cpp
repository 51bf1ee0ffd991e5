// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_store.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/digest.h"
#include "core/file.h"
#include "engine/checkpoint_manifest.h"

namespace weirflow::engine {

namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "/manifest.json";
constexpr const char* kPrepared = ".prepared";
constexpr const char* kUnfinished = ".unfinished";
constexpr const char* kDelivered = "/delivered";
/// Parts up to this size stand in the manifest: a file costs a sync of its own.
constexpr size_t kInline = 4096;

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 0) return {};
  return value;
}

wf::Status verify_file(const std::string& path, const StatePart& part) {
  WF_ASSIGN(const std::string bytes, read_file(path));
  if (static_cast<int64_t>(bytes.size()) != part.bytes)
    return wf::invalid_data(path + ": is damaged: has " + std::to_string(bytes.size()) +
                            " bytes, the manifest says " + std::to_string(part.bytes));
  if (sha256_hex(bytes) != part.sha256)
    return wf::invalid_data(path + ": is damaged: its content is not the one that was written");
  return {};
}

}  // namespace

const TaskSnapshot* Manifest::find(std::string_view task) const {
  const auto found = std::find_if(tasks.begin(), tasks.end(),
                                  [&](const TaskSnapshot& t) { return t.task == task; });
  return found == tasks.end() ? nullptr : &*found;
}

wf::Result<std::unique_ptr<CheckpointStore>> CheckpointStore::open(const std::string& home,
                                                                   const std::string& dag,
                                                                   const std::string& shard) {
  const std::string folder = home + "/checkpoints/" + dag + "/" + shard;
  WF_TRY(make_folders(folder));
  return std::unique_ptr<CheckpointStore>(new CheckpointStore(folder));
}

wf::Result<std::unique_ptr<CheckpointStore>> CheckpointStore::look_at(const std::string& home,
                                                                      const std::string& dag,
                                                                      const std::string& shard) {
  const std::string folder = home + "/checkpoints/" + dag + "/" + shard;
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return wf::not_found("`" + dag + "` has no checkpoints in " + home);
  return std::unique_ptr<CheckpointStore>(new CheckpointStore(folder));
}

CheckpointStore::~CheckpointStore() {
  if (lock_ >= 0) ::close(lock_);
}

wf::Status CheckpointStore::lock() {
  const std::string path = folder_ + "/lock";
  wf::Result<int> locked = lock_file(path);
  if (!locked.ok()) {
    if (locked.error().code() != wf::Code::conflict) return locked.error();
    const wf::Result<std::string> holder = read_file(path);
    return {wf::Code::conflict,
            "this DAG is running already" +
                (holder.ok() && !holder->empty() ? ", in process " + *holder : "") + " (" + path +
                " is locked)"};
  }
  lock_ = *locked;
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(lock_, 0) != 0) return errno_status(path);
  return write_all(lock_, pid, path);
}

wf::Result<std::vector<CheckpointStore::Listed>> CheckpointStore::list() const {
  std::map<int64_t, Listed> found;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder_, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    std::string name = it->path().filename().string();
    const bool prepared = name.ends_with(kPrepared);
    if (prepared) name.resize(name.size() - std::string_view(kPrepared).size());
    const auto epoch = number(name);
    if (!epoch || (prepared && found.count(*epoch))) continue;
    std::error_code ignored;
    found[*epoch] = {*epoch, !prepared, fs::exists(it->path().string() + kDelivered, ignored),
                     it->path().string()};
  }
  if (error) return errno_status(folder_, error.value());
  std::vector<Listed> all;
  for (auto& [epoch, listed] : found) all.push_back(std::move(listed));
  return all;
}

wf::Result<Manifest> CheckpointStore::manifest(const Listed& listed) {
  const std::string file = listed.path + kManifest;
  WF_ASSIGN(const std::string text, read_file(file));
  return manifest_of(text, file);
}

wf::Result<CheckpointStore::Loaded> CheckpointStore::load(const Listed& listed) const {
  Loaded loaded;
  loaded.path = listed.path;
  const std::string file = listed.path + kManifest;
  WF_ASSIGN(const std::string text, read_file(file));
  WF_ASSIGN(loaded.manifest, manifest_of(text, file));
  loaded.hash = sha256_hex(text);
  if (loaded.manifest.epoch != listed.epoch)
    return wf::invalid_data(file + ": is damaged: it is of epoch " +
                            std::to_string(loaded.manifest.epoch));
  const auto verify = [&](const StatePart& part) {
    return part.file.empty() ? wf::Status() : verify_file(listed.path + "/" + part.file, part);
  };
  for (const TaskSnapshot& task : loaded.manifest.tasks)
    for (const auto& [name, part] : task.parts) WF_TRY(verify(part));
  for (const CommitEntry& entry : loaded.manifest.commits) WF_TRY(verify(entry.blob));
  return loaded;
}

wf::Result<std::string> CheckpointStore::read(const Loaded& loaded, const StatePart& part) {
  if (part.file.empty()) return part.inline_bytes;
  return read_file(loaded.path + "/" + part.file);
}

CheckpointStore::Writer::~Writer() {
  std::error_code ignored;
  if (!finished_) fs::remove_all(folder_, ignored);
}

wf::Result<StatePart> CheckpointStore::Writer::add(const std::string& name,
                                                   std::string_view bytes) {
  StatePart part;
  if (bytes.size() <= kInline) {
    part.inline_bytes = bytes;
    return part;
  }
  part.file = name;
  part.bytes = static_cast<int64_t>(bytes.size());
  part.sha256 = sha256_hex(bytes);
  WF_TRY(write_file_durably(folder_ + "/" + name, bytes));
  return part;
}

wf::Result<std::string> CheckpointStore::Writer::finish(const Manifest& manifest) {
  const std::string text = manifest_text(manifest);
  WF_TRY(write_file_durably(folder_ + kManifest, text));
  WF_TRY(rename_durably(folder_, prepared_));
  finished_ = true;
  return sha256_hex(text);
}

wf::Result<std::unique_ptr<CheckpointStore::Writer>> CheckpointStore::begin(int64_t epoch) {
  const std::string path = folder_ + "/" + std::to_string(epoch);
  std::unique_ptr<Writer> writer(new Writer(path + kUnfinished, path + kPrepared));
  std::error_code error;
  fs::remove_all(writer->folder_, error);
  if (!fs::create_directory(writer->folder_, error) || error)
    return errno_status("cannot make folder " + writer->folder_, error.value());
  return writer;
}

wf::Status CheckpointStore::mark_committed(int64_t epoch) {
  const std::string path = folder_ + "/" + std::to_string(epoch);
  std::error_code ignored;
  if (fs::exists(path, ignored)) return {};
  return rename_durably(path + kPrepared, path);
}

wf::Status CheckpointStore::mark_delivered(int64_t epoch) {
  return write_file_durably(folder_ + "/" + std::to_string(epoch) + kDelivered, "");
}

wf::Status CheckpointStore::remove(const Listed& listed) {
  // Without its name first: what is half removed must not look like a damaged checkpoint.
  const std::string unfinished = folder_ + "/" + std::to_string(listed.epoch) + kUnfinished;
  std::error_code error;
  fs::remove_all(unfinished, error);
  fs::rename(listed.path, unfinished, error);
  if (error) return errno_status("cannot remove " + listed.path, error.value());
  fs::remove_all(unfinished, error);
  return {};
}

void CheckpointStore::remove_unfinished() {
  std::error_code error;
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(folder_, error))
    if (entry.path().filename().string().ends_with(kUnfinished)) unfinished.push_back(entry.path());
  for (const fs::path& path : unfinished) fs::remove_all(path, error);
}

}  // namespace weirflow::engine
