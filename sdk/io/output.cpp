// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/output.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>

#include "compress.h"
#include "system_error.h"

namespace wf::io {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBuffer = 1 << 18;
constexpr std::string_view kBlobHead = "weirflow.file/1\n";
constexpr std::string_view kWriting = ".tmp";
constexpr std::string_view kPrepared = ".prepared";

Status write_all(int fd, const std::string& name, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(name, "writing failed");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

std::string unique_suffix() {
  static std::atomic<uint64_t> counter{0};
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return std::to_string(::getpid()) + "-" + std::to_string(now) + "-" +
         std::to_string(counter.fetch_add(1));
}

Status sync_folder(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error(folder.string(), "cannot be opened");
  const int answer = ::fsync(fd);
  // Some file systems have no fsync for folders; their renames are durable by themselves.
  Status status =
      answer != 0 && errno != EINVAL ? system_error(folder.string(), "fsync failed") : Status();
  ::close(fd);
  return status;
}

/// Removes what a crash left of files that were being written for `target`: whoever still writes
/// one holds its lock. A prepared file stays, since a commit record may name it.
void remove_abandoned(const fs::path& target) {
  const std::string begin = "." + target.filename().string() + ".";
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(begin) || !name.ends_with(kWriting) ||
        name.size() < begin.size() + kWriting.size())
      continue;
    const std::string_view unique =
        std::string_view(name).substr(begin.size(), name.size() - begin.size() - kWriting.size());
    if (unique.find_first_not_of("0123456789-") != std::string_view::npos) continue;
    const int fd = ::open(it->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) ::unlink(it->path().c_str());
    ::close(fd);
  }
}

struct Blob {
  std::string hidden, final;
  bool keep_old = false;
};

std::string encode(const Blob& blob) {
  std::string text(kBlobHead);
  for (const std::string* s : {&blob.hidden, &blob.final}) {
    text += std::to_string(s->size()) + ":";
    text += *s + "\n";
  }
  return text + (blob.keep_old ? "fail\n" : "replace\n");
}

Result<Blob> decode_blob(std::string_view text) {
  const Status damaged = invalid_data("the record of a prepared file is damaged");
  Blob blob;
  if (text.substr(0, kBlobHead.size()) != kBlobHead) return damaged;
  text.remove_prefix(kBlobHead.size());
  for (std::string* s : {&blob.hidden, &blob.final}) {
    size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (error != std::errc() || size > text.size() || text.size() - size < 2) return damaged;
    *s = text.substr(1, size);
    if (text.front() != ':' || text[size + 1] != '\n') return damaged;
    text.remove_prefix(size + 2);
  }
  if (text != "fail\n" && text != "replace\n") return damaged;
  blob.keep_old = text == "fail\n";
  return blob;
}

Compression compression_of(const std::string& path, Compression wanted) {
  if (wanted != Compression::automatic) return wanted;
  if (path.ends_with(".gz")) return Compression::gzip;
  if (path.ends_with(".zst")) return Compression::zstd;
  return Compression::none;
}

bool exists(const std::string& path) {
  struct stat s {};
  return ::lstat(path.c_str(), &s) == 0;
}

Status taken(const std::string& path) {
  return {Code::conflict, path + ": the file exists already (if_exists is \"fail\")"};
}

}  // namespace

struct OutputFile::State {
  std::string name;  // for messages
  Blob blob;         // empty names: written directly
  int fd = -1;
  bool direct = false, owned = true, prepared = false, ended = false;
  std::unique_ptr<Compressor> compressor;
  std::string buffer, packed;
  std::atomic<uint64_t> written{0};

  Status drain() {
    std::string_view bytes = buffer;
    if (compressor) {
      packed.clear();
      WF_TRY(compressor->add(buffer, &packed));
      bytes = packed;
    }
    WF_TRY(write_all(fd, name, bytes));
    written.fetch_add(bytes.size(), std::memory_order_relaxed);
    buffer.clear();
    return {};
  }
  Status open_hidden(const std::string& path, IfExists if_exists) {
    std::error_code error;
    fs::path target(path);
    if (fs::is_symlink(target, error)) target = fs::weakly_canonical(target, error);
    if (target.has_parent_path()) {
      fs::create_directories(target.parent_path(), error);
      if (error) {
        errno = error.value();
        return system_error(target.parent_path().string(), "the folder cannot be made");
      }
    }
    blob.final = target.string();
    blob.keep_old = if_exists == IfExists::fail;
    remove_abandoned(target);
    const std::string begin =
        (target.parent_path() / ("." + target.filename().string() + ".")).string();
    for (;;) {
      blob.hidden = begin + unique_suffix() + std::string(kWriting);
      fd = ::open(blob.hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd < 0) {
        Status failed = system_error(path, "cannot be written");
        blob.hidden.clear();
        return failed;
      }
      // Between the two calls another writer of the same file may take this one for abandoned. A
      // file system without locks has no such writer either: it cannot get the lock.
      struct stat s {};
      const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
      if (locked && ::fstat(fd, &s) == 0 && s.st_nlink > 0) return {};
      ::close(fd);
    }
  }
  /// The name that says: whole, and perhaps named by a commit record.
  Status rename_prepared() {
    const std::string whole =
        blob.hidden.substr(0, blob.hidden.size() - kWriting.size()) + std::string(kPrepared);
    if (::rename(blob.hidden.c_str(), whole.c_str()) != 0)
      return system_error(blob.hidden, "renaming failed");
    blob.hidden = whole;
    return {};
  }
};

Result<IfExists> parse_if_exists(std::string_view text) {
  if (text == "replace") return IfExists::replace;
  if (text == "fail") return IfExists::fail;
  return invalid_config("'" + std::string(text) + "' is no choice; known are replace, fail");
}

OutputFile::OutputFile(std::unique_ptr<State> state) : state_(std::move(state)) {}

OutputFile::~OutputFile() {
  if (state_->fd >= 0 && state_->owned) ::close(state_->fd);
  if (!state_->prepared && !state_->blob.hidden.empty()) ::unlink(state_->blob.hidden.c_str());
}

Result<std::unique_ptr<OutputFile>> OutputFile::create(const std::string& path,
                                                       const OutputOptions& options) {
  auto state = std::make_unique<State>();
  state->name = path == "-" ? "standard output" : path;
  WF_ASSIGN(state->compressor,
            make_compressor(compression_of(path, options.compression), options.level));
  struct stat s {};
  const bool there = path != "-" && ::stat(path.c_str(), &s) == 0;
  if (there && S_ISDIR(s.st_mode)) return invalid_config(path + ": is a folder, not a file");
  if (path == "-") {
    state->direct = true;
    state->owned = false;
    state->fd = STDOUT_FILENO;
  } else if (there && !S_ISREG(s.st_mode)) {
    state->direct = true;
    state->fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (state->fd < 0) return system_error(path, "cannot be written");
  } else {
    if (there && options.if_exists == IfExists::fail) return taken(path);
    WF_TRY(state->open_hidden(path, options.if_exists));
  }
  return std::unique_ptr<OutputFile>(new OutputFile(std::move(state)));
}

Status OutputFile::write(std::string_view bytes) {
  if (state_->ended) return internal_error(state_->name + ": written after its end");
  state_->buffer.append(bytes);
  return state_->buffer.size() >= kBuffer ? state_->drain() : Status();
}

Status OutputFile::flush() {
  return state_->compressor || state_->ended ? Status() : state_->drain();
}

void OutputFile::rename(const std::string& file_name) {
  if (!state_->direct)
    state_->blob.final = (fs::path(state_->blob.final).parent_path() / file_name).string();
}

bool OutputFile::is_direct() const { return state_->direct; }

Result<std::string> OutputFile::prepare() {
  State& s = *state_;
  if (s.ended) return internal_error(s.name + ": ended twice");
  WF_TRY(s.drain());
  s.ended = true;
  if (s.compressor) {
    s.packed.clear();
    WF_TRY(s.compressor->finish(&s.packed));
    WF_TRY(write_all(s.fd, s.name, s.packed));
    s.written.fetch_add(s.packed.size(), std::memory_order_relaxed);
  }
  if (s.direct) return encode(s.blob);
  if (::fsync(s.fd) != 0) return system_error(s.name, "fsync failed");
  WF_TRY(s.rename_prepared());
  const int fd = s.fd;
  s.fd = -1;
  if (::close(fd) != 0) return system_error(s.name, "closing failed");
  WF_TRY(sync_folder(s.blob.hidden));
  s.prepared = true;
  return encode(s.blob);
}

Status OutputFile::commit(std::string_view text) {
  WF_ASSIGN(const Blob blob, decode_blob(text));
  if (blob.hidden.empty()) return {};
  const char* from = blob.hidden.c_str();
  const char* to = blob.final.c_str();
  if (!exists(blob.hidden)) {
    if (exists(blob.final)) return sync_folder(blob.final);
    return not_found(blob.final + ": neither the file nor what was prepared for it (" +
                     blob.hidden + ") is there");
  }
  if (!blob.keep_old) {
    if (::rename(from, to) != 0) return system_error(blob.final, "renaming failed");
    return sync_folder(blob.final);
  }
  // link() refuses an existing name. A crash between the two calls leaves both names on one file.
  struct stat hidden {
  }, final{};
  if (::link(from, to) != 0) {
    if (errno != EEXIST) return system_error(blob.final, "renaming failed");
    const bool same = ::stat(from, &hidden) == 0 && ::stat(to, &final) == 0 &&
                      hidden.st_ino == final.st_ino && hidden.st_dev == final.st_dev;
    if (!same) return taken(blob.final);
  }
  if (::unlink(from) != 0) return system_error(blob.hidden, "cannot be removed");
  return sync_folder(blob.final);
}

Status OutputFile::abort(std::string_view text) {
  WF_ASSIGN(const Blob blob, decode_blob(text));
  if (blob.hidden.empty()) return {};
  if (::unlink(blob.hidden.c_str()) != 0 && errno != ENOENT)
    return system_error(blob.hidden, "cannot be removed");
  return {};
}

uint64_t OutputFile::bytes() const { return state_->written.load(std::memory_order_relaxed); }

}  // namespace wf::io
