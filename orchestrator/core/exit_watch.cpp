// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/exit_watch.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace weirflow {

namespace {

void end_at_once(int code) {
  flush_standard_output();
  ::_exit(code);
}

std::atomic<ExitHandler> g_handler{end_at_once};

struct WatchedThread {
  int depth = 0;
  WatchedThread() = default;
  ~WatchedThread() {
    if (depth > 0) ::on_exit([](int code, void*) { g_handler.load()(code); }, nullptr);
  }
  WatchedThread(const WatchedThread&) = delete;
  WatchedThread& operator=(const WatchedThread&) = delete;
};

thread_local WatchedThread t_watched;

}  // namespace

ExitHandler set_exit_handler(ExitHandler handler) {
  return g_handler.exchange(handler ? handler : end_at_once);
}

ExitWatch::ExitWatch() { ++t_watched.depth; }
ExitWatch::~ExitWatch() { --t_watched.depth; }

void flush_standard_output() {
  if (::ftrylockfile(stdout) != 0) return;
  ::fflush_unlocked(stdout);
  ::funlockfile(stdout);
}

}  // namespace weirflow
