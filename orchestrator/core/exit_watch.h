// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// exit() destroys the static objects of a program while its other threads still use them, so that
/// what a call of it in a component leads to is left to chance: a crash elsewhere, or no end at
/// all. A watched thread ends the process at once instead: its thread-locals are the first that
/// exit() destroys ([basic.start.term]; glibc: __call_tls_dtors), and there the handler is put
/// before all that has been registered with atexit().

namespace weirflow {

using ExitHandler = void (*)(int code);

/// What a watched thread that calls exit(code) ends with; it must not return. Default: standard
/// output is flushed, then _exit(code). Thread: any. Returns the one before.
ExitHandler set_exit_handler(ExitHandler handler);

/// Watches this thread while it lives. May be nested.
class ExitWatch {
 public:
  ExitWatch();
  ~ExitWatch();
  ExitWatch(const ExitWatch&) = delete;
  ExitWatch& operator=(const ExitWatch&) = delete;
};

/// For handlers: flushes what the process has printed, unless a thread is printing right now.
void flush_standard_output();

}  // namespace weirflow
