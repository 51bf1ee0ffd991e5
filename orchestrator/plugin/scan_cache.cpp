// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/scan_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "plugin/info_binary.h"
#include "plugin/inspect.h"
#include "weirflow/abi/types.h"

namespace weirflow::plugin {

namespace {

/// Raised with every change of the layout or of what inspection accepts.
constexpr uint64_t kFormat = 1;
constexpr std::string_view kMagic = "weirflow plugins";

uint64_t checksum(std::string_view bytes) {
  // FNV-1a over words: the file is trusted, only a torn write is to be noticed.
  uint64_t hash = 0xcbf29ce484222325;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = (hash ^ word) * 0x100000001b3;
  }
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string read_whole(const std::filesystem::path& file) {
  std::string bytes;
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return bytes;
  struct stat about {};
  if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
    bytes.resize(static_cast<size_t>(about.st_size));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  ::close(fd);
  bytes.resize(done);
  return bytes;
}

int64_t nanoseconds(const timespec& t) { return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; }

}  // namespace

wf::Result<FileStamp> stamp_of(const std::filesystem::path& file) {
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0)
    return wf::not_found("cannot be opened: " + std::string(std::strerror(errno)));
  if (!S_ISREG(about.st_mode)) return wf::not_found("is no regular file");
  return FileStamp{static_cast<uint64_t>(about.st_size), nanoseconds(about.st_mtim),
                   nanoseconds(about.st_ctim)};
}

ScanCache read_cache(const std::filesystem::path& file) {
  const std::string bytes = read_whole(file);
  BinaryReader in(bytes);
  if (in.text() != kMagic || in.number() != kFormat || in.number() != WF_ABI_MINOR) return {};
  const uint64_t expected = in.number();
  if (!in.ok() || expected != checksum(std::string_view(bytes).substr(bytes.size() - in.left())))
    return {};
  ScanCache cache;
  const uint64_t files = in.number();
  for (uint64_t i = 0; i < files && in.ok(); ++i) {
    std::string path(in.text());
    CachedFile entry;
    entry.stamp.size = in.number();
    entry.stamp.mtime_ns = static_cast<int64_t>(in.number());
    entry.stamp.ctime_ns = static_cast<int64_t>(in.number());
    entry.code = static_cast<wf::Code>(static_cast<int32_t>(in.number()));
    entry.refusal = in.text();
    entry.info = in.library();
    cache.emplace_hint(cache.end(), std::move(path), std::move(entry));
  }
  return in.ok() && in.at_end() ? cache : ScanCache();
}

wf::Status write_cache(const std::filesystem::path& file, const ScanCache& cache) {
  std::string body;
  BinaryWriter out(body);
  out.put(uint64_t{cache.size()});
  for (const auto& [path, entry] : cache) {
    out.put(std::string_view(path));
    out.put(entry.stamp.size);
    out.put(static_cast<uint64_t>(entry.stamp.mtime_ns));
    out.put(static_cast<uint64_t>(entry.stamp.ctime_ns));
    out.put(static_cast<uint64_t>(static_cast<int64_t>(entry.code)));
    out.put(std::string_view(entry.refusal));
    out.put(entry.info);
  }
  std::string bytes;
  BinaryWriter head(bytes);
  head.put(kMagic);
  head.put(kFormat);
  head.put(uint64_t{WF_ABI_MINOR});
  head.put(checksum(body));
  bytes += body;

  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  std::string fresh = file.string() + ".XXXXXX";
  const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);
  if (fd < 0) return wf::io_error(file.string() + ": " + std::strerror(errno));
  const bool written = write_all(fd, bytes);
  const bool closed = ::close(fd) == 0;
  if (!written || !closed || ::rename(fresh.c_str(), file.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    ::unlink(fresh.c_str());
    return wf::io_error(file.string() + ": " + why);
  }
  return {};
}

}  // namespace weirflow::plugin
