// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "spool_files.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <bit>
#include <cerrno>
#include <cstring>

namespace weirflow::http {

using wf::Code;
using wf::Result;
using wf::Status;

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

uint32_t crc_of(uint32_t length, std::string_view bytes) {
  uLong crc = ::crc32(0, reinterpret_cast<const Bytef*>(&length), sizeof length);
  crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return static_cast<uint32_t>(crc);
}

}  // namespace

Status system_error(const std::string& path, const std::string& what) {
  const int error = errno;
  Code code = Code::io_error;
  if (error == EACCES || error == EPERM || error == EROFS) code = Code::permission_denied;
  if (error == ENOSPC || error == EDQUOT) code = Code::resource_exhausted;
  return {code, path + ": " + what + ": " + std::strerror(error)};
}

std::string as_record(std::string_view bytes) {
  const auto length = static_cast<uint32_t>(bytes.size());
  const uint32_t crc = crc_of(length, bytes);
  std::string record(kSpoolHead, '\0');
  std::memcpy(record.data(), &length, sizeof length);
  std::memcpy(record.data() + sizeof length, &crc, sizeof crc);
  record.append(bytes);
  return record;
}

Status write_all(int fd, std::string_view bytes, uint64_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(path, "cannot be written");
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

Result<std::string> read_bytes(int fd, uint64_t offset, size_t size, const std::string& path) {
  std::string bytes(size, '\0');
  size_t got = 0;
  while (got < size) {
    const ssize_t n = ::pread(fd, bytes.data() + got, size - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(path, "cannot be read");
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

Status sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  Status status = done ? Status() : system_error(folder, "cannot be synced");
  if (fd >= 0) ::close(fd);
  return status;
}

Result<std::optional<std::string>> record_at(int fd, uint64_t offset, uint64_t size,
                                             const std::string& path) {
  if (offset + kSpoolHead > size) return std::optional<std::string>();
  WF_ASSIGN(const std::string head, read_bytes(fd, offset, kSpoolHead, path));
  if (head.size() < kSpoolHead) return std::optional<std::string>();
  uint32_t length = 0, crc = 0;
  std::memcpy(&length, head.data(), sizeof length);
  std::memcpy(&crc, head.data() + sizeof length, sizeof crc);
  if (length == 0 || length > size - offset - kSpoolHead) return std::optional<std::string>();
  WF_ASSIGN(std::string bytes, read_bytes(fd, offset + kSpoolHead, length, path));
  if (bytes.size() != length || crc_of(length, bytes) != crc) return std::optional<std::string>();
  return std::optional<std::string>(std::move(bytes));
}

}  // namespace weirflow::http
