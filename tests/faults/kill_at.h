// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Kills weirflow at an exact step: before its n-th call that names, removes or syncs a file
/// (rename, link, unlink, fsync and their kin). Between two such calls a crash leaves the same
/// names and synced contents, so all n together are all crashes that can be told apart.
///
/// Uses ptrace with a seccomp filter: only these calls stop. Linux 4.8 or later.

#include "support.h"

namespace weirflow::faults {

struct KilledRun {
  bool killed = false;  ///< false: it ended before its n-th such call
  Ran ran;
};

/// `arguments` for weirflow, run in the folder; step counts from 1.
KilledRun run_killed_at(const Folder& folder, const std::vector<std::string>& arguments, int step);

}  // namespace weirflow::faults
