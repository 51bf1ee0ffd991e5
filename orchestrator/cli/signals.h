// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ctrl-C and SIGTERM: the first calls `stop`, the second ends the process with 130.

#include <csignal>
#include <functional>
#include <thread>

namespace weirflow::cli {

/// Must be made before other threads, which inherit the blocked signals: see block_signals().
class Signals {
 public:
  explicit Signals(std::function<void()> stop);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  std::function<void()> stop_;
  std::thread thread_;
  int wake_ = -1;  ///< eventfd that ends the thread
};

/// SIGINT and SIGTERM.
sigset_t stop_signals();
/// First thing in main: SIGINT and SIGTERM reach only the thread of Signals.
void block_signals();
/// For commands without Signals: the ordinary end by a signal.
void unblock_signals();

}  // namespace weirflow::cli
