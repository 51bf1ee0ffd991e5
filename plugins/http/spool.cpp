// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "spool_files.h"

namespace weirflow::http {

using wf::Code;
using wf::Result;
using wf::Status;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".spool";

std::optional<uint64_t> number_of(const std::string& name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  uint64_t number = 0;
  const char* end = name.data() + name.size() - kSuffix.size();
  const auto read = std::from_chars(name.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string SpoolPosition::to_string() const {
  return std::to_string(segment) + ":" + std::to_string(offset);
}

std::string Spool::segment_path(uint64_t segment) const {
  std::string number = std::to_string(segment);
  number.insert(0, 16 - std::min<size_t>(16, number.size()), '0');
  return options_.folder + "/" + number + std::string(kSuffix);
}

Result<std::unique_ptr<Spool>> Spool::open(Options options,
                                           const std::function<void(const std::string&)>& tell,
                                           const std::function<void(std::string_view)>& visit) {
  // Several segments fit into the limit, so that freeing one makes room.
  options.segment = std::max<int64_t>(1, std::min(options.segment, options.limit / 4));
  auto spool = std::unique_ptr<Spool>(new Spool(std::move(options)));
  WF_TRY(spool->lock());
  WF_TRY(spool->load(tell, visit));
  return spool;
}

Spool::~Spool() {
  for (const int fd : {writing_, reading_, lock_})
    if (fd >= 0) ::close(fd);
}

Status Spool::lock() {
  std::error_code error;
  fs::create_directories(options_.folder, error);
  if (error)
    return wf::io_error(options_.folder + ": the folder cannot be made: " + error.message());
  const std::string path = options_.folder + "/lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return system_error(path, "cannot be opened");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    return {Code::conflict, options_.folder + ": another task has this spool open"};
  return {};
}

Status Spool::load(const std::function<void(const std::string&)>& tell,
                   const std::function<void(std::string_view)>& visit) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(options_.folder, error))
    if (const auto number = number_of(entry.path().filename().string())) segments_[*number] = 0;
  if (error) return wf::io_error(options_.folder + ": cannot be listed: " + error.message());
  WF_TRY(load_position());
  // A crash between the freeing and the deleting of a segment.
  while (!segments_.empty() && segments_.begin()->first < freed_.segment) {
    ::unlink(segment_path(segments_.begin()->first).c_str());
    segments_.erase(segments_.begin());
  }
  if (segments_.empty()) {
    const std::lock_guard held(mutex_);
    WF_TRY(begin_segment(std::max<uint64_t>(1, freed_.segment + 1)));
  } else {
    const uint64_t last = segments_.rbegin()->first;
    if (last - segments_.begin()->first + 1 != segments_.size())
      return wf::invalid_data(options_.folder + ": a segment of the spool is missing");
    for (const auto& [number, size] : segments_)
      WF_TRY(load_segment(number, number == last, tell, visit));
    writing_ = ::open(segment_path(last).c_str(), O_RDWR | O_CLOEXEC);
    if (writing_ < 0) return system_error(segment_path(last), "cannot be opened");
  }
  const auto& [first, _] = *segments_.begin();
  if (freed_.segment != first) freed_ = {first, kSpoolMagic.size()};
  // Behind the last record: a segment that was begun and has none yet does not count.
  auto last = std::prev(segments_.end());
  if (last->second == kSpoolMagic.size() && last != segments_.begin()) --last;
  durable_ = {last->first, last->second};
  return {};
}

Status Spool::load_segment(uint64_t segment, bool is_last,
                           const std::function<void(const std::string&)>& tell,
                           const std::function<void(std::string_view)>& visit) {
  const std::string path = segment_path(segment);
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return system_error(path, "cannot be opened");
  const std::unique_ptr<const int, void (*)(const int*)> closing(
      &fd, [](const int* open) { ::close(*open); });
  struct stat s {};
  if (::fstat(fd, &s) != 0) return system_error(path, "cannot be looked at");
  const auto size = static_cast<uint64_t>(s.st_size);
  WF_ASSIGN(const std::string magic, read_bytes(fd, 0, kSpoolMagic.size(), path));
  if (magic != kSpoolMagic) {
    if (!is_last || size > kSpoolMagic.size())
      return wf::invalid_data(path + ": is no segment of a spool");
    // The crash came while the segment was being made.
    if (::ftruncate(fd, 0) != 0) return system_error(path, "cannot be cut");
    WF_TRY(write_all(fd, kSpoolMagic, 0, path));
    if (::fsync(fd) != 0) return system_error(path, "cannot be synced");
    segments_[segment] = kSpoolMagic.size();
    return {};
  }
  uint64_t at = kSpoolMagic.size();
  while (at < size) {
    WF_ASSIGN(const auto record, record_at(fd, at, size, path));
    if (!record) break;
    visit(*record);
    at += kSpoolHead + record->size();
  }
  segments_[segment] = at;
  if (at == size) return {};
  if (!is_last)
    return wf::invalid_data(path + ": the record at byte " + std::to_string(at) + " is damaged");
  tell(path + ": " + std::to_string(size - at) + " bytes behind byte " + std::to_string(at) +
       " are no whole record; they were never answered and are dropped");
  if (::ftruncate(fd, static_cast<off_t>(at)) != 0 || ::fsync(fd) != 0)
    return system_error(path, "cannot be cut");
  return {};
}

Status Spool::load_position() {
  const std::string path = options_.folder + "/position";
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? Status() : system_error(path, "cannot be opened");
  const auto text = read_bytes(fd, 0, 64, path);
  ::close(fd);
  if (!text.ok()) return text.error();
  const size_t colon = text->find(':');
  const char* end = text->data() + text->size();
  if (colon != std::string::npos &&
      std::from_chars(text->data(), text->data() + colon, freed_.segment).ec == std::errc() &&
      std::from_chars(text->data() + colon + 1, end, freed_.offset).ec == std::errc())
    return {};
  return wf::invalid_data(path + ": is no position of a spool");
}

/// Precondition: mutex_ is held, nobody syncs.
Status Spool::begin_segment(uint64_t segment) {
  const std::string path = segment_path(segment);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return system_error(path, "cannot be made");
  Status status = write_all(fd, kSpoolMagic, 0, path);
  if (status.ok() && ::fsync(fd) != 0) status = system_error(path, "cannot be synced");
  if (status.ok()) status = sync_folder(options_.folder);
  if (!status.ok()) {
    ::close(fd);
    ::unlink(path.c_str());
    return status;
  }
  if (writing_ >= 0) ::close(writing_);
  writing_ = fd;
  segments_[segment] = kSpoolMagic.size();
  return {};
}

Status Spool::append(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > INT32_MAX)
    return wf::invalid_data("a record has from 1 byte to 2 GiB");
  const std::string record = as_record(bytes);
  if (static_cast<int64_t>(record.size()) > options_.limit)
    return wf::invalid_data("a record of " + std::to_string(record.size()) +
                            " bytes is over the limit of " + std::to_string(options_.limit));
  std::unique_lock held(mutex_);
  WF_TRY(failed_);
  if (used_locked() + static_cast<int64_t>(record.size()) > options_.limit)
    return wf::exhausted("the spool holds " + std::to_string(used_locked()) + " of " +
                         std::to_string(options_.limit) + " bytes");
  WF_TRY(write_locked(record, held));
  return sync_locked(++written_, held);
}

Status Spool::write_locked(std::string_view record, std::unique_lock<std::mutex>& held) {
  const auto full = [&] {
    return segments_.rbegin()->second > kSpoolMagic.size() &&
           segments_.rbegin()->second + record.size() > static_cast<uint64_t>(options_.segment);
  };
  if (full()) {
    synced_or_woken_.wait(held, [&] { return !syncing_; });
    // Another thread may have begun a segment meanwhile.
    if (full()) {
      if (::fdatasync(writing_) != 0)
        return failed_ = system_error(segment_path(segments_.rbegin()->first), "cannot be synced");
      WF_TRY(begin_segment(segments_.rbegin()->first + 1));
    }
  }
  auto& [segment, size] = *segments_.rbegin();
  const std::string path = segment_path(segment);
  Status status = write_all(writing_, record, size, path);
  if (status.ok()) {
    size += record.size();
    return {};
  }
  // Half a record must not stand in front of the next one.
  if (::ftruncate(writing_, static_cast<off_t>(size)) != 0)
    failed_ = system_error(path, "cannot be cut after a failed write");
  return status;
}

/// One caller syncs for all that have written by then.
Status Spool::sync_locked(uint64_t number, std::unique_lock<std::mutex>& held) {
  while (synced_ < number && failed_.ok()) {
    if (syncing_) {
      synced_or_woken_.wait(held);
      continue;
    }
    syncing_ = true;
    const uint64_t upto = written_;
    const SpoolPosition end{segments_.rbegin()->first, segments_.rbegin()->second};
    const int fd = writing_;
    held.unlock();
    const bool done = ::fdatasync(fd) == 0;
    const Status problem =
        done ? Status() : system_error(segment_path(end.segment), "cannot be synced");
    held.lock();
    syncing_ = false;
    if (done) {
      synced_ = std::max(synced_, upto);
      durable_ = std::max(durable_, end);
    } else {
      failed_ = problem;
    }
    synced_or_woken_.notify_all();
  }
  return synced_ >= number ? Status() : failed_;
}

int64_t Spool::used_locked() const {
  int64_t bytes = 0;
  for (const auto& [number, size] : segments_) {
    bytes += static_cast<int64_t>(size - kSpoolMagic.size());
    if (number == freed_.segment) bytes -= static_cast<int64_t>(freed_.offset - kSpoolMagic.size());
  }
  return bytes;
}

int64_t Spool::used() const {
  const std::lock_guard held(mutex_);
  return used_locked();
}

Status Spool::failure() const {
  const std::lock_guard held(mutex_);
  return failed_;
}

SpoolPosition Spool::begin() const {
  const std::lock_guard held(mutex_);
  return freed_;
}

Status Spool::open_for_reading(uint64_t segment) {
  if (reading_ >= 0 && reading_segment_ == segment) return {};
  if (reading_ >= 0) ::close(reading_);
  reading_ = ::open(segment_path(segment).c_str(), O_RDONLY | O_CLOEXEC);
  if (reading_ < 0) return system_error(segment_path(segment), "cannot be opened");
  reading_segment_ = segment;
  return {};
}

Result<std::optional<SpoolRecord>> Spool::read(SpoolPosition from) {
  uint64_t size = 0;
  {
    const std::lock_guard held(mutex_);
    from = std::max(from, freed_);
    auto segment = segments_.find(from.segment);
    while (segment != segments_.end() && from.segment < durable_.segment &&
           from.offset >= segment->second) {
      ++segment;
      if (segment != segments_.end()) from = {segment->first, kSpoolMagic.size()};
    }
    if (segment == segments_.end() || from >= durable_) return std::optional<SpoolRecord>();
    size = from.segment == durable_.segment ? durable_.offset : segment->second;
  }
  WF_TRY(open_for_reading(from.segment));
  const std::string path = segment_path(from.segment);
  WF_ASSIGN(auto bytes, record_at(reading_, from.offset, size, path));
  if (!bytes)
    return wf::invalid_data(path + ": there is no whole record at byte " +
                            std::to_string(from.offset));
  SpoolRecord record;
  record.at = from;
  record.next = {from.segment, from.offset + kSpoolHead + bytes->size()};
  record.bytes = std::move(*bytes);
  return std::optional<SpoolRecord>(std::move(record));
}

SpoolPosition Spool::end() const {
  const std::lock_guard held(mutex_);
  return durable_;
}

bool Spool::deletes(SpoolPosition position) const {
  const std::lock_guard held(mutex_);
  return segments_.begin()->first < position.segment;
}

Status Spool::free_up_to(SpoolPosition position) {
  {
    const std::lock_guard held(mutex_);
    if (position <= freed_) return {};
  }
  const std::string path = options_.folder + "/position";
  const std::string fresh = path + ".tmp";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return system_error(fresh, "cannot be made");
  Status status = write_all(fd, position.to_string() + "\n", 0, fresh);
  if (status.ok() && ::fsync(fd) != 0) status = system_error(fresh, "cannot be synced");
  ::close(fd);
  WF_TRY(status);
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error(fresh, "cannot be renamed");
  WF_TRY(sync_folder(options_.folder));
  const std::lock_guard held(mutex_);
  freed_ = position;
  while (segments_.begin()->first < freed_.segment) {
    ::unlink(segment_path(segments_.begin()->first).c_str());
    segments_.erase(segments_.begin());
  }
  return {};
}

void Spool::wait(SpoolPosition position, wf::Duration at_most) {
  std::unique_lock held(mutex_);
  synced_or_woken_.wait_for(held, at_most, [&] { return woken_ || durable_ > position; });
  woken_ = false;
}

void Spool::wake() {
  const std::lock_guard held(mutex_);
  woken_ = true;
  synced_or_woken_.notify_all();
}

}  // namespace weirflow::http
