// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace weirflow {

namespace fs = std::filesystem;

namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

wf::Status sync_folder(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return errno_status("cannot sync folder " + folder);
  return {};
}

}  // namespace

wf::Status errno_status(const std::string& context, int error) {
  const std::string message = context + ": " + std::strerror(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return wf::exhausted(message);
    case ENOENT:
    case ENOTDIR:
      return wf::not_found(message);
    case EACCES:
    case EROFS:
    case EPERM:
      return {wf::Code::permission_denied, message};
    default:
      return wf::io_error(message);
  }
}

wf::Status errno_status(const std::string& context) { return errno_status(context, errno); }

wf::Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno_status("cannot write " + path);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

wf::Status rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return errno_status("cannot rename " + from + " to " + to);
  return sync_folder(to);
}

wf::Status write_file_durably(const std::string& path, std::string_view bytes) {
  const std::string part = path + ".part" + std::to_string(::getpid());
  {
    const Fd fd(::open(part.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644));
    if (fd.get() < 0) return errno_status("cannot create " + part);
    wf::Status status = write_all(fd.get(), bytes, part);
    if (status.ok() && ::fsync(fd.get()) != 0) status = errno_status("cannot sync " + part);
    if (!status.ok()) {
      ::unlink(part.c_str());
      return status;
    }
  }
  return rename_durably(part, path);
}

wf::Result<std::string> read_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return errno_status("cannot open " + path);
  std::string bytes;
  char chunk[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd.get(), chunk, sizeof(chunk));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_status("cannot read " + path);
    if (n == 0) return bytes;
    bytes.append(chunk, static_cast<size_t>(n));
  }
}

wf::Status make_folders(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {};
  fs::create_directories(path, error);
  if (error) return errno_status("cannot make folder " + path, error.value());
  return sync_folder(path);
}

wf::Result<int> lock_file(const std::string& path) {
  Fd fd(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644));
  if (fd.get() < 0) return errno_status("cannot open " + path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return wf::Status(wf::Code::conflict, path + " is locked by another process");
    return errno_status("cannot lock " + path);
  }
  return fd.release();
}

}  // namespace weirflow
