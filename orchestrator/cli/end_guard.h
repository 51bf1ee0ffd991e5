// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Components run in this process and can end it. A guard makes sure that such an end is not taken
/// for that of the command: exit() in a component ends with a message and kSoftware, a crash says
/// how to learn more before it ends the process as it would have. (_exit() cannot be noticed.)

namespace weirflow::cli {

class EndGuard {
 public:
  EndGuard();
  ~EndGuard();
  /// Before other threads begin. exit() destroys what was made since, so that threads that still
  /// use it crash; what was made before is left alone.
  static void renew();
  EndGuard(const EndGuard&) = delete;
  EndGuard& operator=(const EndGuard&) = delete;
};

}  // namespace weirflow::cli
