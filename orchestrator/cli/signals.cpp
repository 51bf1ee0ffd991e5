// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace weirflow::cli {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void block_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void unblock_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Signals::Signals(std::function<void()> stop)
    : stop_(std::move(stop)), wake_(::eventfd(0, EFD_CLOEXEC)) {
  block_signals();
  thread_ = std::thread([this] {
    const sigset_t set = stop_signals();
    const int fd = ::signalfd(-1, &set, SFD_CLOEXEC);
    pollfd fds[] = {{fd, POLLIN, 0}, {wake_, POLLIN, 0}};
    for (int seen = 0;;) {
      if (::poll(fds, 2, -1) < 0) continue;
      if (fds[1].revents) break;
      signalfd_siginfo info;
      if (::read(fd, &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) continue;
      if (++seen > 1) ::_exit(130);
      stop_();
    }
    ::close(fd);
  });
}

Signals::~Signals() {
  const uint64_t one = 1;
  if (::write(wake_, &one, sizeof(one)) == static_cast<ssize_t>(sizeof(one)))
    thread_.join();
  else
    thread_.detach();
  ::close(wake_);
}

}  // namespace weirflow::cli
