// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/open_file.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "core/file.h"

namespace weirflow::model {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kTemporary = ".tmp-";

OpenFile open_folder(const std::string& path) {
  return OpenFile(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Whether the folder is still there under its name: someone may have removed it before the lock.
bool is_named(const OpenFile& folder, const std::string& path) {
  struct stat held {
  }, named{};
  return ::fstat(folder.fd(), &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

wf::Status sync_folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  const OpenFile folder = open_folder(parent.empty() ? "." : parent.string());
  if (folder.fd() < 0 || ::fsync(folder.fd()) != 0)
    return errno_status("cannot sync folder " + parent.string());
  return {};
}

wf::Result<OpenFile> hold_lock(const std::string& path, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto lock = lock_file(path);
    if (lock.ok()) return OpenFile(*lock);
    if (lock.error().code() != wf::Code::conflict || std::chrono::steady_clock::now() >= until)
      return std::move(lock).status();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

wf::Result<TemporaryFolder> make_temporary_folder(const std::string& parent) {
  static std::atomic<uint64_t> counter{0};
  for (;;) {
    const std::string path = parent + "/" + std::string(kTemporary) + std::to_string(::getpid()) +
                             "-" + std::to_string(counter++);
    if (::mkdir(path.c_str(), 0755) != 0) {
      if (errno == EEXIST) continue;
      return errno_status("cannot make folder " + path);
    }
    OpenFile lock = open_folder(path);
    // Between the two calls a cleaner may have taken it for abandoned.
    if (lock.fd() >= 0 && ::flock(lock.fd(), LOCK_EX | LOCK_NB) == 0 && is_named(lock, path))
      return TemporaryFolder{path, std::move(lock)};
  }
}

void remove_abandoned_folders(const std::string& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (!entry.path().filename().string().starts_with(kTemporary)) continue;
    const OpenFile folder = open_folder(entry.path().string());
    if (folder.fd() < 0 || ::flock(folder.fd(), LOCK_EX | LOCK_NB) != 0) continue;
    std::error_code ignored;
    if (is_named(folder, entry.path().string())) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace weirflow::model
