// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A terminal that is drawn over again and again: its other screen, no cursor, keys as they are
/// pressed. However the object ends, the terminal is as it was before; so it is when a signal ends
/// the command. Threads: one; made before any other thread.

#include <termios.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::cli {

class Terminal {
 public:
  enum class Key { none, quit, up, down, page_up, page_down, home, end, resized };
  struct Size {
    int width = 80, height = 24;
  };

  /// Standard input and output must be terminals. io_error when they do not do as they are told.
  static wf::Result<std::unique_ptr<Terminal>> open();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] Size size() const;
  /// The lines from the top; below them nothing. In one write, so that nothing flickers.
  void draw(const std::vector<std::string>& lines);
  /// The next key, `none` when there is none in time. `quit`: q, Escape, Ctrl-C, or a signal that
  /// asks to end.
  Key wait(std::chrono::milliseconds limit);

 private:
  Terminal() = default;
  Key read_key();
  termios before_{};
  sigset_t signals_before_{};
  int signal_fd_ = -1;
};

}  // namespace weirflow::cli
