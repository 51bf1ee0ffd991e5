// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/stored_model.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/digest.h"
#include "core/file.h"
#include "model/open_file.h"

namespace weirflow::model {

namespace {

wf::Result<std::span<const std::byte>> map_file(const std::string& path, int64_t size) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    wf::Status status = errno_status("cannot open " + path);
    // The manifest promises the file: without it the version is damaged, not absent.
    return status.code() == wf::Code::not_found ? wf::invalid_data(status.message()) : status;
  }
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0) return errno_status("cannot read " + path);
  if (info.st_size != size)
    return wf::invalid_data(path + " is damaged: it has " + std::to_string(info.st_size) +
                            " bytes, not " + std::to_string(size));
  if (size == 0) return std::span<const std::byte>();
  void* at = ::mmap(nullptr, static_cast<size_t>(size), PROT_READ, MAP_PRIVATE, file.fd(), 0);
  if (at == MAP_FAILED) return errno_status("cannot map " + path);
  return std::span(static_cast<const std::byte*>(at), static_cast<size_t>(size));
}

}  // namespace

wf::Result<Manifest> read_manifest(const std::string& folder) {
  const std::string path = folder + "/manifest.json";
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    return wf::not_found(folder + " is not there");
  auto text = read_file(path);
  if (!text.ok())
    return text.error().code() == wf::Code::not_found ? wf::invalid_data(text.error().message())
                                                      : text.error();
  auto manifest = decode_manifest(*text);
  if (!manifest.ok()) return std::move(manifest).status().with_context(path);
  if (manifest->id != std::filesystem::path(folder).filename())
    return wf::invalid_data(path + " is the manifest of another version, " + manifest->id);
  return manifest;
}

wf::Result<std::shared_ptr<const StoredModel>> StoredModel::open(const std::string& folder) {
  std::shared_ptr<StoredModel> model(new StoredModel);
  WF_ASSIGN(model->manifest_, read_manifest(folder));
  model->version_ = model->manifest_.version();
  for (const StateEntry& entry : model->manifest_.states) {
    const std::string path = folder + "/" + entry.file();
    WF_ASSIGN(const auto bytes, map_file(path, entry.size));
    model->states_.push_back(bytes);
    if (sha256_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) != entry.sha256)
      return wf::invalid_data(path + " is damaged: its SHA-256 is not the manifest's");
  }
  return std::shared_ptr<const StoredModel>(std::move(model));
}

StoredModel::~StoredModel() {
  for (const auto& state : states_)
    if (!state.empty()) ::munmap(const_cast<std::byte*>(state.data()), state.size());
}

std::span<const std::byte> StoredModel::state(std::string_view member) const {
  for (size_t i = 0; i < states_.size(); ++i)
    if (manifest_.states[i].member == member) return states_[i];
  return {};
}

}  // namespace weirflow::model
