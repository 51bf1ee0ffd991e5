// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "core/file.h"

namespace weirflow::cli {

namespace {

/// The other screen, no cursor; and back. Lines that are too long do not wrap.
constexpr std::string_view kEnter = "\033[?1049h\033[?25l\033[?7l\033[2J";
constexpr std::string_view kLeave = "\033[?7h\033[?25h\033[?1049l";

void put(std::string_view text) { (void)write_all(STDOUT_FILENO, text, "terminal"); }

}  // namespace

wf::Result<std::unique_ptr<Terminal>> Terminal::open() {
  std::unique_ptr<Terminal> terminal(new Terminal);
  if (::tcgetattr(STDIN_FILENO, &terminal->before_) != 0)
    return errno_status("cannot read the settings of the terminal");
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, &terminal->signals_before_);
  terminal->signal_fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (terminal->signal_fd_ < 0) return errno_status("cannot wait for signals");
  termios raw = terminal->before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0)
    return errno_status("cannot set the terminal");
  put(kEnter);
  return terminal;
}

Terminal::~Terminal() {
  if (signal_fd_ < 0) return;
  put(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  ::close(signal_fd_);
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

Terminal::Size Terminal::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

void Terminal::draw(const std::vector<std::string>& lines) {
  std::string text = "\033[H";
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) text += "\r\n";
    text += "\033[K";  // before it: behind a line as wide as the screen its last column would go
    text += lines[i];
  }
  if (lines.size() < static_cast<size_t>(size().height)) text += "\r\n\033[J";
  put(text);
}

Terminal::Key Terminal::wait(std::chrono::milliseconds limit) {
  std::array<pollfd, 2> fds = {{{STDIN_FILENO, POLLIN, 0}, {signal_fd_, POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), static_cast<int>(limit.count())) <= 0) return Key::none;
  if (fds[1].revents) {
    signalfd_siginfo info{};
    if (::read(signal_fd_, &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info)))
      return Key::none;
    return info.ssi_signo == SIGWINCH ? Key::resized : Key::quit;
  }
  return read_key();
}

Terminal::Key Terminal::read_key() {
  std::array<char, 32> bytes{};
  const ssize_t n = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (n <= 0) return Key::quit;  // the terminal is gone
  const std::string_view key(bytes.data(), static_cast<size_t>(n));
  constexpr char kControlC = 3;
  if (key == "q" || key == "Q" || key == "\033" || key[0] == kControlC) return Key::quit;
  if (key == "k" || key == "\033[A" || key == "\033OA") return Key::up;
  if (key == "j" || key == "\033[B" || key == "\033OB") return Key::down;
  if (key == "\033[5~") return Key::page_up;
  if (key == "\033[6~" || key == " ") return Key::page_down;
  if (key == "g" || key == "\033[H") return Key::home;
  if (key == "G" || key == "\033[F") return Key::end;
  return Key::none;
}

}  // namespace weirflow::cli
