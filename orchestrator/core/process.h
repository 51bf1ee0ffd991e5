// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Starting a program and learning how it ended. posix_spawn, never fork: a process with threads
/// must not be copied.

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow {

/// A file descriptor that closes itself; -1 when it holds none.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }
  void close();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct SpawnRequest {
  std::string program;                 ///< path; not searched for
  std::vector<std::string> arguments;  ///< without the program's name
  std::string folder;                  ///< working folder; empty: this process's own
  /// Descriptors that the program gets under another number. Those with close-on-exec that are not
  /// named here are closed in it, the others it inherits.
  struct Given {
    int from = -1, to = -1;
  };
  std::vector<Given> descriptors;
  bool no_input = false;   ///< stdin reads as empty
  bool own_group = false;  ///< makes it the leader of a process group
};

/// Starts the program with no signal blocked and the usual answer to SIGPIPE, SIGINT, SIGTERM,
/// SIGHUP and SIGCHLD. unavailable when it cannot be started. Threads: any.
wf::Result<pid_t> spawn(const SpawnRequest& request);

/// A descriptor that is readable once the child has ended (pidfd_open). unavailable where the
/// kernel has none.
wf::Result<Fd> open_process(pid_t child);

struct ProcessEnd {
  int signal = 0;     ///< that ended it, or 0
  int exit_code = 0;  ///< when signal is 0
};

/// Blocks until the child has ended, and frees its entry. Once per child.
ProcessEnd wait_for(pid_t child);

/// "signal 11, Segmentation fault".
std::string signal_text(int signal);

}  // namespace weirflow
