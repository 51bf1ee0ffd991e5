// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "decompress.h"
#include "system_error.h"

namespace wf::io {
namespace {

FileStamp stamp_from(const struct stat& s) {
  if (!S_ISREG(s.st_mode)) return {};
  return {static_cast<uint64_t>(s.st_size),
          int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec};
}

/// The bytes of a descriptor as they are.
class RawFile final : public ByteInput {
 public:
  RawFile(std::string name, int fd, bool owned, bool regular, FileStamp stamp, size_t read_size)
      : name_(std::move(name)),
        fd_(fd),
        owned_(owned),
        regular_(regular),
        stamp_(stamp),
        read_size_(std::max<size_t>(read_size, 1)) {}
  ~RawFile() override {
    if (owned_) ::close(fd_);
  }
  Result<size_t> read(char* to, size_t size) override {
    for (;;) {
      const ssize_t got = ::read(fd_, to, std::min(size, read_size_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(name_, "reading failed");
      taken_.fetch_add(static_cast<uint64_t>(got), std::memory_order_relaxed);
      if (got == 0) WF_TRY(check_unchanged());
      return static_cast<size_t>(got);
    }
  }
  Status skip(uint64_t bytes) override {
    if (!regular_) return ByteInput::skip(bytes);
    if (taken_.load() + bytes > stamp_.size)
      return invalid_data(name_ + ": the file is shorter than the position to go on from");
    if (::lseek(fd_, static_cast<off_t>(bytes), SEEK_CUR) < 0)
      return system_error(name_, "seeking failed");
    taken_.fetch_add(bytes, std::memory_order_relaxed);
    return {};
  }
  [[nodiscard]] uint64_t raw_bytes() const override {
    return taken_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] FileStamp stamp() const override { return stamp_; }
  [[nodiscard]] bool would_wait() const override {
    if (regular_) return false;
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, 0) == 0;
  }
  [[nodiscard]] int wait_descriptor() const override { return regular_ ? -1 : fd_; }

 private:
  Status check_unchanged() const {
    if (!regular_) return {};
    struct stat now {};
    if (::fstat(fd_, &now) != 0) return system_error(name_, "cannot be examined");
    if (stamp_from(now) == stamp_ && raw_bytes() == stamp_.size) return {};
    return invalid_data(name_ + ": the file changed while it was read (" +
                        std::to_string(stamp_.size) + " bytes at the start, " +
                        std::to_string(now.st_size) + " at the end, " +
                        std::to_string(raw_bytes()) + " read)");
  }
  std::string name_;
  int fd_;
  bool owned_, regular_;
  FileStamp stamp_;
  size_t read_size_;
  std::atomic<uint64_t> taken_{0};
};

std::unique_ptr<ByteInput> decompressed(std::unique_ptr<ByteInput> raw, std::string head,
                                        const std::string& name, Compression compression,
                                        const InputOptions& options) {
  if (compression == Compression::gzip)
    return gzip_input(std::move(raw), std::move(head), name, options.read_size);
  return zstd_input(std::move(raw), std::move(head), name, options.read_size,
                    options.zstd_window_log);
}

/// A pipe whose compression is told by its first bytes, looked at only when they are read.
class DetectingPipe final : public ByteInput {
 public:
  DetectingPipe(std::unique_ptr<ByteInput> raw, std::string name, InputOptions options)
      : input_(std::move(raw)), name_(std::move(name)), options_(options) {}
  Result<size_t> read(char* to, size_t size) override {
    if (!known_) WF_TRY(detect());
    if (!head_.empty()) {
      const size_t n = std::min(size, head_.size());
      std::memcpy(to, head_.data(), n);
      head_.erase(0, n);
      return n;
    }
    return input_->read(to, size);
  }
  [[nodiscard]] uint64_t raw_bytes() const override { return input_->raw_bytes(); }
  [[nodiscard]] FileStamp stamp() const override { return {}; }
  [[nodiscard]] bool would_wait() const override { return head_.empty() && input_->would_wait(); }
  [[nodiscard]] int wait_descriptor() const override { return input_->wait_descriptor(); }

 private:
  Status detect() {
    known_ = true;
    char first[4];
    while (head_.size() < sizeof first) {
      WF_ASSIGN(const size_t got, input_->read(first, sizeof first - head_.size()));
      if (got == 0) break;
      head_.append(first, got);
      // What cannot become a magic number any more is data: do not wait for more of it.
      if (const auto c = static_cast<uint8_t>(head_[0]);
          c != 0x1F && c != 0x28 && (c & 0xF0) != 0x50)
        break;
    }
    if (const Compression c = detect_compression(head_); c != Compression::none)
      input_ = decompressed(std::move(input_), std::move(head_), name_, c, options_), head_.clear();
    return {};
  }
  std::unique_ptr<ByteInput> input_;
  std::string name_, head_;
  InputOptions options_;
  bool known_ = false;
};

class MemoryInput final : public ByteInput {
 public:
  MemoryInput(std::string bytes, size_t read_size)
      : bytes_(std::move(bytes)), read_size_(std::max<size_t>(read_size, 1)) {}
  Result<size_t> read(char* to, size_t size) override {
    const size_t n = std::min({size, read_size_, bytes_.size() - at_});
    if (n) std::memcpy(to, bytes_.data() + at_, n);
    at_ += n;
    return n;
  }
  [[nodiscard]] uint64_t raw_bytes() const override { return at_; }
  [[nodiscard]] FileStamp stamp() const override { return {}; }

 private:
  std::string bytes_;
  size_t read_size_;
  size_t at_ = 0;
};

Result<std::unique_ptr<ByteInput>> open_regular(const std::string& path,
                                                std::unique_ptr<ByteInput> raw, int fd,
                                                const InputOptions& options) {
  Compression compression = options.compression;
  if (compression == Compression::automatic) {
    char head[4];
    const ssize_t got = ::pread(fd, head, sizeof head, 0);
    if (got < 0) return system_error(path, "reading failed");
    compression = detect_compression({head, static_cast<size_t>(got)});
  }
  if (compression == Compression::none) return raw;
  return decompressed(std::move(raw), {}, path, compression, options);
}

}  // namespace

Status ByteInput::skip(uint64_t bytes) {
  std::string scratch(std::min<uint64_t>(bytes, 1 << 18), '\0');
  while (bytes > 0) {
    WF_ASSIGN(const size_t got, read(scratch.data(), std::min<uint64_t>(bytes, scratch.size())));
    if (got == 0) return invalid_data("the input is shorter than the position to go on from");
    bytes -= got;
  }
  return {};
}

Result<Compression> parse_compression(std::string_view text) {
  if (text == "auto") return Compression::automatic;
  if (text == "none") return Compression::none;
  if (text == "gzip" || text == "gz") return Compression::gzip;
  if (text == "zstd" || text == "zst") return Compression::zstd;
  return invalid_config("'" + std::string(text) +
                        "' is no compression; known are auto, none, gzip, zstd");
}

Result<std::unique_ptr<ByteInput>> open_input(const std::string& path,
                                              const InputOptions& options) {
  const bool is_stdin = path == "-";
  const std::string name = is_stdin ? "standard input" : path;
  const int fd = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error(path, "cannot be opened");
  struct stat s {};
  if (::fstat(fd, &s) != 0) {
    Status failed = system_error(name, "cannot be examined");
    if (!is_stdin) ::close(fd);
    return failed;
  }
  if (S_ISDIR(s.st_mode)) {
    if (!is_stdin) ::close(fd);
    return invalid_config(name + ": is a folder, not a file");
  }
  // Standard input that was redirected from a file starts wherever its offset stands, so it is
  // read as a stream.
  const bool regular = S_ISREG(s.st_mode) && !is_stdin;
  auto raw = std::make_unique<RawFile>(name, fd, !is_stdin, regular,
                                       regular ? stamp_from(s) : FileStamp{}, options.read_size);
  if (regular) {
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return open_regular(path, std::move(raw), fd, options);
  }
  std::unique_ptr<ByteInput> input = std::move(raw);
  if (options.compression == Compression::none) return input;
  if (options.compression != Compression::automatic)
    return decompressed(std::move(input), {}, name, options.compression, options);
  return std::unique_ptr<ByteInput>(new DetectingPipe(std::move(input), name, options));
}

std::unique_ptr<ByteInput> memory_input(std::string bytes, size_t read_size) {
  return std::make_unique<MemoryInput>(std::move(bytes), read_size);
}

Result<FileStamp> stamp_of(const std::string& path) {
  if (path == "-") return FileStamp{};
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return system_error(path, "cannot be opened");
  return stamp_from(s);
}

}  // namespace wf::io
