// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tail_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weirflow::file {
namespace {

using wf::Code;
using wf::Result;
using wf::Status;

constexpr size_t kPrint = 256;
constexpr size_t kMostShown = 4096;
constexpr size_t kMostTooLong = 256;  // of one chunk
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Status system_error(const std::string& path, const std::string& what) {
  const int error = errno;
  Code code = Code::io_error;
  if (error == ENOENT || error == ENOTDIR) code = Code::not_found;
  if (error == EACCES || error == EPERM) code = Code::permission_denied;
  if (error == EMFILE || error == ENFILE || error == ENOMEM) code = Code::resource_exhausted;
  return {code, path + ": " + what + ": " + std::strerror(error)};
}

int64_t mtime_of(const struct stat& s) {
  return int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec;
}

struct Closing {
  int fd;
  ~Closing() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

Result<std::unique_ptr<TailFile>> TailFile::open(const std::string& path) {
  // A pipe of that name must not make open() wait for a writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return system_error(path, "cannot be opened");
  auto file = std::unique_ptr<TailFile>(new TailFile(fd, path));
  struct stat s {};
  if (::fstat(fd, &s) != 0) return system_error(path, "cannot be looked at");
  if (!S_ISREG(s.st_mode)) return wf::invalid_config(path + ": is no regular file");
  file->id_ = {s.st_dev, s.st_ino};
  file->size_ = static_cast<uint64_t>(s.st_size);
  return file;
}

TailFile::~TailFile() { rest(); }

void TailFile::rest() {
  if (fd_ < 0) return;
  struct stat s {};
  if (::fstat(fd_, &s) == 0) {
    size_ = static_cast<uint64_t>(s.st_size);
    // With bytes behind offset_ nobody knows whether they were seen.
    rests_since_ns_ = size_ == offset_ ? mtime_of(s) : -1;
  }
  ::close(fd_);
  fd_ = -1;
}

Result<int> TailFile::open_again() const {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return system_error(path_, "cannot be opened");
  struct stat s {};
  if (::fstat(fd, &s) == 0 && FileId{s.st_dev, s.st_ino} == id_) return fd;
  ::close(fd);
  return wf::not_found(path_ + ": is another file now");
}

Status TailFile::wake() {
  if (fd_ >= 0) return {};
  WF_ASSIGN(fd_, open_again());
  return {};
}

bool TailFile::is_deleted() const {
  struct stat s {};
  return fd_ >= 0 && ::fstat(fd_, &s) == 0 && s.st_nlink == 0;
}

TailPosition TailFile::position() const {
  return {path_, id_, offset_, passing_, Print::of(head_), Print::of(tail_)};
}

/// Up to `size` bytes.
Result<std::string> TailFile::bytes_at(uint64_t offset, size_t size) const {
  int fd = fd_;
  if (fd < 0) {
    WF_ASSIGN(fd, open_again());
  }
  const Closing closing{fd_ < 0 ? fd : -1};
  std::string bytes(size, '\0');
  size_t got = 0;
  while (got < size) {
    const ssize_t n = ::pread(fd, bytes.data() + got, size - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(path_, "cannot be read");
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

Result<bool> TailFile::fits(const TailPosition& position) const {
  const uint64_t most = std::min<uint64_t>(kPrint, position.offset);
  if (position.tail.size > most || position.head.size > most) return false;
  WF_ASSIGN(const std::string head, bytes_at(0, position.head.size));
  WF_ASSIGN(const std::string tail,
            bytes_at(position.offset - position.tail.size, position.tail.size));
  return Print::of(head) == position.head && Print::of(tail) == position.tail;
}

bool TailFile::begins_with(const TailFile& other) const {
  const uint64_t n = std::min<uint64_t>(other.size_, kPrint);
  const auto same = [&](uint64_t offset) {
    const auto mine = bytes_at(offset, n);
    const auto its = other.bytes_at(offset, n);
    return mine.ok() && its.ok() && mine->size() == n && *mine == *its;
  };
  return n > 0 && same(0) && same(other.size_ - n);
}

Status TailFile::seek(const TailPosition& position) {
  WF_ASSIGN(head_, bytes_at(0, position.head.size));
  WF_ASSIGN(tail_, bytes_at(position.offset - position.tail.size, position.tail.size));
  offset_ = position.offset;
  passing_ = position.passing;
  return {};
}

Status TailFile::seek_end(size_t max_line) {
  struct stat s {};
  if (::fstat(fd_, &s) != 0) return system_error(path_, "cannot be looked at");
  const auto size = static_cast<uint64_t>(s.st_size);
  const uint64_t from = size - std::min<uint64_t>(size, max_line + 1);
  WF_ASSIGN(const std::string end, bytes_at(from, size - from));
  const size_t feed = end.rfind('\n');
  // A line longer than may be is under way: its rest is passed over.
  passing_ = feed == std::string::npos && from > 0;
  offset_ = passing_ ? size : feed == std::string::npos ? 0 : from + feed + 1;
  WF_ASSIGN(head_, bytes_at(0, std::min<uint64_t>(offset_, kPrint)));
  const uint64_t back = std::min<uint64_t>(offset_, kPrint);
  WF_ASSIGN(tail_, bytes_at(offset_ - back, back));
  return {};
}

bool TailFile::may_have_more() const {
  if (!rests()) return true;
  struct stat s {};
  // Another file under its name is for the next listing to tell.
  return ::stat(path_.c_str(), &s) == 0 && FileId{s.st_dev, s.st_ino} == id_ &&
         (static_cast<uint64_t>(s.st_size) != size_ || mtime_of(s) != rests_since_ns_);
}

bool TailFile::is_same() const {
  if (!may_have_more()) return true;
  const auto head = bytes_at(0, head_.size());
  const auto tail = bytes_at(offset_ - tail_.size(), tail_.size());
  // An error is for read() to tell.
  if (!head.ok() || !tail.ok()) return true;
  return *head == head_ && *tail == tail_;
}

void TailFile::back_to(Mark mark) {
  offset_ = mark.offset;
  passing_ = mark.passing;
  head_ = std::move(mark.head);
  tail_ = std::move(mark.tail);
}

void TailFile::start_again() {
  offset_ = 0;
  passing_ = false;
  head_.clear();
  tail_.clear();
}

void TailFile::consume(std::string_view bytes) {
  offset_ += bytes.size();
  if (head_.size() < kPrint) head_.append(bytes.substr(0, kPrint - head_.size()));
  if (bytes.size() >= kPrint) {
    tail_ = bytes.substr(bytes.size() - kPrint);
    return;
  }
  tail_.append(bytes);
  if (tail_.size() > kPrint) tail_.erase(0, tail_.size() - kPrint);
}

void TailFile::take_line(std::string_view line, const Limits& limits, TailChunk* chunk) {
  uint64_t at = offset_;
  if (at == 0 && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
    at = kByteOrderMark.size();
  }
  if (passing_) {
    passing_ = false;
    return;
  }
  if (line.size() > limits.max_line) {
    chunk->too_long.push_back({at, std::string(line.substr(0, kMostShown))});
    return;
  }
  if (limits.skip_blank && wf::io::is_blank_line(line)) return;
  chunk->lines.add(line);
  chunk->offsets.push_back(at);
}

/// The whole lines of `bytes`, which stand at offset_; `all`: the rest is one too.
void TailFile::take_lines(std::string_view bytes, bool all, const Limits& limits,
                          TailChunk* chunk) {
  while (!bytes.empty() && chunk->lines.size() < limits.rows) {
    const size_t feed = bytes.find('\n');
    if (feed == std::string_view::npos && !all) return;
    const std::string_view line = bytes.substr(0, feed);
    const std::string_view with_end =
        feed == std::string_view::npos ? bytes : bytes.substr(0, feed + 1);
    take_line(line, limits, chunk);
    consume(with_end);
    bytes.remove_prefix(with_end.size());
  }
}

Result<TailChunk> TailFile::read(const Limits& limits, bool last_too) {
  TailChunk chunk;
  size_t ask = limits.bytes;
  while (chunk.lines.size() < limits.rows && chunk.lines.text().size() < limits.bytes &&
         chunk.too_long.size() < kMostTooLong) {
    const uint64_t before = offset_;
    WF_ASSIGN(const std::string bytes, bytes_at(offset_, ask));
    const bool end = bytes.size() < ask;
    take_lines(bytes, end && last_too, limits, &chunk);
    if (end && chunk.lines.size() < limits.rows) {
      chunk.at_end = true;
      const std::string_view rest = std::string_view(bytes).substr(offset_ - before);
      // A line that is too long already need not be waited for.
      if (rest.size() > limits.max_line || (passing_ && !rest.empty())) {
        if (!passing_) chunk.too_long.push_back({offset_, std::string(rest.substr(0, kMostShown))});
        passing_ = true;
        consume(rest);
      }
      break;
    }
    if (offset_ > before) continue;
    if (ask > limits.max_line + kByteOrderMark.size() || passing_) {
      if (!passing_) chunk.too_long.push_back({offset_, bytes.substr(0, kMostShown)});
      passing_ = true;
      consume(bytes);
      continue;
    }
    ask = std::max(ask * 2, limits.max_line + kByteOrderMark.size() + 1);
  }
  return chunk;
}

}  // namespace weirflow::file
