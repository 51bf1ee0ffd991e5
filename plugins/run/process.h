// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One program, run to its end in a process group of its own.
///
/// The program starts with default signals, no descriptor of the host but 0, 1 and 2, and its input
/// as a file in memory (so that nobody waits for a reader). When it ends, whatever it left in its
/// group is killed, so nothing outlives the call unless it moved to another session.
///
/// Threads: run_process() by one, which it blocks; Stop::request() by any.

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "environment.h"
#include "weirflow/status.hpp"

namespace weirflow::run {

/// Ends a running program from another thread: SIGTERM to its group, SIGKILL after kGrace.
class Stop {
 public:
  static constexpr std::chrono::milliseconds kGrace{400};

  Stop();
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;
  /// [any] Also before the program starts: then it does not.
  void request();
  [[nodiscard]] bool is_requested() const { return requested_; }
  /// Readable once requested; negative when the system gave no descriptor.
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
  std::atomic<bool> requested_{false};
};

struct ProcessSpec {
  std::string program;                 ///< path of the file
  std::vector<std::string> args;       ///< without the program's name
  Variables environment;               ///< all of it
  std::string cwd;                     ///< empty: the host's
  std::string input;                   ///< of standard input; empty: nothing to read
  std::chrono::microseconds limit{0};  ///< 0: none
  /// Bytes as they come; `error` tells standard error from standard output.
  std::function<void(bool error, std::string_view bytes)> output;
};

struct ProcessEnd {
  int exit_code = 0;       ///< 128 + the signal when a signal ended it
  int signal = 0;          ///< 0: it ended by itself
  bool timed_out = false;  ///< `limit` passed, and so it was stopped
  bool stopped = false;    ///< on request
};

/// Errors: of the start alone: not_found, permission_denied, resource_exhausted, invalid_config (a
/// NUL byte), io_error. Every process that was started has ended when this returns.
wf::Result<ProcessEnd> run_process(const ProcessSpec& spec, const Stop& stop);

}  // namespace weirflow::run
