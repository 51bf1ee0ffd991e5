// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// alert.file: one JSON line for each event, once.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <unordered_set>

#include "bodies.h"
#include "channel.h"

namespace weirflow::alert {
namespace {

/// How every line begins; the id ends at the next quote.
constexpr std::string_view kLineStart = "{\"id\":\"";

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

class FileChannel final : public Channel {
 public:
  explicit FileChannel(std::string path) : path_(std::move(path)) {}

  wf::Status expect_repeats(const std::vector<std::string>& ids) override {
    const std::unordered_set<std::string> wanted(ids.begin(), ids.end());
    return each_line([&](const std::string& line) {
      if (!line.starts_with(kLineStart)) return;
      std::string id = line.substr(kLineStart.size());
      id.resize(std::min(id.find('"'), id.size()));
      if (wanted.contains(id)) there_.insert(std::move(id));
    });
  }

  Verdict send(const Notification& message, int64_t) override {
    std::string lines;
    for (const Alert& alert : message.alerts)
      if (!there_.contains(alert.id)) lines += file_line(alert) + "\n";
    if (lines.empty()) return {};
    const File file(::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
    if (file.fd() < 0) return failed("open");
    if (!is_mended_ && !mend(file.fd())) return failed("read");
    is_mended_ = true;
    struct stat before {};
    if (::fstat(file.fd(), &before) != 0) return failed("stat");
    std::string_view rest = lines;
    while (!rest.empty()) {
      const ssize_t n = ::write(file.fd(), rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const Verdict verdict = failed("write");
        // Half a line would stay; what cannot be taken back is mended before the next write.
        is_mended_ = ::ftruncate(file.fd(), before.st_size) == 0;
        return verdict;
      }
      rest.remove_prefix(static_cast<size_t>(n));
    }
    if (::fdatasync(file.fd()) != 0 && errno != EINVAL && errno != EROFS) return failed("sync");
    return {};
  }

 private:
  Verdict failed(const char* what) const {
    Verdict verdict;
    verdict.kind = Verdict::Kind::retry;
    verdict.code = "file";
    verdict.message = path_ + ": " + what + ": " + std::strerror(errno);
    return verdict;
  }

  wf::Status each_line(const std::function<void(const std::string&)>& visit) const {
    const File file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.fd() < 0 && errno == ENOENT) return {};
    std::string line;
    std::vector<char> bytes(64 << 10);
    for (ssize_t n = 1; n > 0;) {
      n = file.fd() < 0 ? -1 : ::read(file.fd(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR && file.fd() >= 0) {
        n = 1;
        continue;
      }
      if (n < 0) return wf::io_error(path_ + ": read: " + std::strerror(errno));
      for (ssize_t i = 0; i < n; ++i) {
        if (bytes[static_cast<size_t>(i)] != '\n') {
          line += bytes[static_cast<size_t>(i)];
          continue;
        }
        visit(line);
        line.clear();
      }
    }
    return {};
  }

  /// A crash in the middle of a line leaves half of it: ours is taken back, another's is ended.
  static bool mend(int fd) {
    const off_t size = ::lseek(fd, 0, SEEK_END);
    if (size <= 0) return size == 0;
    std::string tail;
    off_t at = size;
    while (at > 0 && tail.find('\n') == std::string::npos) {
      std::array<char, 4096> bytes;
      const off_t from = std::max<off_t>(0, at - static_cast<off_t>(bytes.size()));
      const ssize_t n = ::pread(fd, bytes.data(), static_cast<size_t>(at - from), from);
      if (n != at - from) return false;
      tail.insert(0, bytes.data(), static_cast<size_t>(n));
      at = from;
    }
    const size_t end = tail.rfind('\n');
    const std::string half = end == std::string::npos ? tail : tail.substr(end + 1);
    if (half.empty()) return true;
    const size_t known = std::min(half.size(), kLineStart.size());
    if (std::string_view(half).substr(0, known) == kLineStart.substr(0, known))
      return ::ftruncate(fd, size - static_cast<off_t>(half.size())) == 0;
    return ::write(fd, "\n", 1) == 1;
  }

  const std::string path_;
  std::unordered_set<std::string> there_;
  bool is_mended_ = false;
};

}  // namespace

wf::Result<std::unique_ptr<Channel>> make_file(const ChannelSettings& settings) {
  const std::string path = settings.option("path");
  if (path.empty() || path == "-")
    return wf::invalid_config("a file is needed").at({"path", 0, 0, "as in \"alerts.jsonl\""});
  return std::unique_ptr<Channel>(new FileChannel(path));
}

}  // namespace weirflow::alert
