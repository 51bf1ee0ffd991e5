// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/end_guard.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "cli/session.h"
#include "core/exit_watch.h"

namespace weirflow::cli {

namespace {

std::atomic<bool> g_armed{false}, g_exiting{false};

// A sanitizer's own handlers say more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::array<int, 0> kFatal = {};
#else
constexpr std::array kFatal = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#endif

/// Async-signal-safe.
void say(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

/// Async-signal-safe.
[[noreturn]] void end_exit() {
  if (!g_exiting.exchange(true))
    say("weirflow: a component ended the process by exit(); `run --isolate` says which\n");
  ::_exit(kSoftware);
}

void on_exit() {
  if (g_armed) end_exit();
}

void on_exit_of_thread(int) {
  flush_standard_output();
  end_exit();
}

void on_crash(int signal) {
  if (g_exiting) end_exit();  // amid what exit() has torn down
  say("weirflow: a component crashed; `run --isolate` says which\n");
  ::raise(signal);
}

}  // namespace

EndGuard::EndGuard() {
  renew();
  g_armed = true;
  set_exit_handler(on_exit_of_thread);
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  sigemptyset(&action.sa_mask);
  for (const int signal : kFatal) ::sigaction(signal, &action, nullptr);
}

void EndGuard::renew() { std::atexit(on_exit); }

EndGuard::~EndGuard() {
  g_armed = false;
  set_exit_handler(nullptr);
  for (const int signal : kFatal) ::signal(signal, SIG_DFL);
}

}  // namespace weirflow::cli
