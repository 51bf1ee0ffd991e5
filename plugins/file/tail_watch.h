// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What happens in folders, by inotify(7). One thread, except wake().

#include <map>
#include <set>
#include <string>
#include <vector>

#include "weirflow/config.hpp"
#include "weirflow/status.hpp"

namespace weirflow::file {

class TailWatch {
 public:
  TailWatch() = default;
  ~TailWatch();
  TailWatch(const TailWatch&) = delete;
  TailWatch& operator=(const TailWatch&) = delete;

  /// resource_exhausted when the system has no instance left; events are then simply not seen, and
  /// wait() still waits and wakes.
  wf::Status open();
  /// Watches these folders and no others, and answers whether one of them is new. Those that cannot
  /// be watched are left out; `problem` is told the first reason.
  bool watch(const std::set<std::string>& folders, wf::Status* problem);

  struct Events {
    bool names = false;  ///< files came, went or were renamed, or events were lost
    std::vector<std::pair<std::string, std::string>> moved;  ///< from one path to another, in order
    std::set<std::string> modified;  ///< paths of files that were written to
  };
  /// What has happened since the call before; does not wait.
  Events take();
  /// Until something happens, wake() is called, or the time has passed.
  void wait(wf::Duration at_most);
  /// [any]
  void wake();

 private:
  void add(int watch, uint32_t mask, uint32_t cookie, const char* name, Events* events);

  int inotify_ = -1;
  int wake_ = -1;
  std::map<int, std::string> folders_;
  std::map<uint32_t, std::string> moving_;  ///< first halves of renames, by cookie
};

}  // namespace weirflow::file
