// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tail_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weirflow::file {
namespace {

using wf::Status;

constexpr uint32_t kNames = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF |
                            IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT | IN_Q_OVERFLOW;
constexpr uint32_t kWatched = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF |
                              IN_MOVE_SELF | IN_MODIFY | IN_ONLYDIR;

constexpr size_t kMostMoving = 64;
constexpr int kMostReads = 256;  ///< of 16 KiB

}  // namespace

TailWatch::~TailWatch() {
  if (inotify_ >= 0) ::close(inotify_);
  if (wake_ >= 0) ::close(wake_);
}

Status TailWatch::open() {
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  inotify_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (wake_ < 0 || inotify_ < 0)
    return wf::exhausted(std::string("folders cannot be watched: ") + std::strerror(errno));
  return {};
}

bool TailWatch::watch(const std::set<std::string>& folders, Status* problem) {
  if (inotify_ < 0) return false;
  std::set<std::string> fresh = folders;
  for (auto at = folders_.begin(); at != folders_.end();) {
    // Watching again what is watched would lose events: the kernel clears the mask for a moment.
    if (fresh.erase(at->second) > 0) {
      ++at;
      continue;
    }
    ::inotify_rm_watch(inotify_, at->first);
    at = folders_.erase(at);
  }
  bool any = false;
  for (const std::string& folder : fresh) {
    const int watch = ::inotify_add_watch(inotify_, folder.c_str(), kWatched);
    if (watch >= 0) {
      any = true;
      folders_[watch] = folder;
    } else if (problem->ok() && errno != ENOENT && errno != ENOTDIR) {
      *problem = wf::io_error(folder + ": cannot be watched: " + std::strerror(errno));
    }
  }
  return any;
}

void TailWatch::add(int watch, uint32_t mask, uint32_t cookie, const char* name, Events* events) {
  if (mask & IN_IGNORED) folders_.erase(watch);
  // Another folder may stand in its place.
  if ((mask & IN_MOVE_SELF) && folders_.erase(watch) > 0) ::inotify_rm_watch(inotify_, watch);
  if (mask & kNames) events->names = true;
  const auto folder = folders_.find(watch);
  if (folder == folders_.end()) return;
  const std::string& in = folder->second;
  const std::string path = in == "." ? name : (in == "/" ? "" : in) + "/" + name;
  if (mask & IN_MODIFY) events->modified.insert(path);
  if (mask & IN_MOVED_FROM) {
    // Those to folders that are not watched never get their second half.
    if (moving_.size() >= kMostMoving) moving_.erase(moving_.begin());
    moving_[cookie] = path;
  }
  if (const auto from = moving_.find(cookie); (mask & IN_MOVED_TO) && from != moving_.end()) {
    events->moved.emplace_back(std::move(from->second), path);
    moving_.erase(from);
  }
}

TailWatch::Events TailWatch::take() {
  Events events;
  alignas(inotify_event) char buffer[16 * 1024];
  uint64_t woken = 0;
  if (wake_ >= 0) (void)!::read(wake_, &woken, sizeof woken);
  // Who writes all the time must not keep this from ending; the rest comes with the next call.
  for (int reads = 0; inotify_ >= 0 && reads < kMostReads; ++reads) {
    const ssize_t n = ::read(inotify_, buffer, sizeof buffer);
    if (n <= 0) break;
    for (ssize_t at = 0; at < n;) {
      inotify_event event{};
      std::memcpy(&event, buffer + at, sizeof event);
      add(event.wd, event.mask, event.cookie, event.len ? buffer + at + sizeof event : "", &events);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return events;
}

void TailWatch::wait(wf::Duration at_most) {
  // A negative descriptor is passed over by poll.
  pollfd descriptors[2] = {{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}};
  const auto ms = std::clamp<int64_t>((at_most.count() + 999) / 1000, 0, 60'000);
  ::poll(descriptors, 2, static_cast<int>(ms));
}

void TailWatch::wake() {
  const uint64_t one = 1;
  if (wake_ >= 0) (void)!::write(wake_, &one, sizeof one);
}

}  // namespace weirflow::file
