// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A descriptor that closes itself, and what the registry does with folders and locks.

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

#include "weirflow/status.hpp"

namespace weirflow::model {

class OpenFile {
 public:
  explicit OpenFile(int fd = -1) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  /// Negative when opening failed; errno says why.
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// Makes a created, renamed or removed name durable.
wf::Status sync_folder_of(const std::string& path);

/// The exclusive lock on a file (made if absent), held as long as the result lives, against other
/// processes and other threads of this one. conflict when it was not free for `patience`.
wf::Result<OpenFile> hold_lock(const std::string& path,
                               std::chrono::milliseconds patience = std::chrono::seconds(10));

/// A new folder beside others that no one else uses: locked as long as `lock` lives.
struct TemporaryFolder {
  std::string path;
  OpenFile lock;
};
wf::Result<TemporaryFolder> make_temporary_folder(const std::string& parent);
/// Removes the temporary folders of `parent` whose makers are gone.
void remove_abandoned_folders(const std::string& parent);

}  // namespace weirflow::model
