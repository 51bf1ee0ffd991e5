// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the files of Run share: an attempt at a region while it is live, the run's folder.

#include <memory>
#include <set>
#include <string>

#include "engine/run.h"

namespace weirflow::engine {

/// A running or ended attempt of a region.
struct Run::Live {
  const dag::PlanRegion* region = nullptr;
  int attempt = 1;
  int next_attempt = 2;  ///< of the retry; the same one after a commit of unknown outcome
  std::set<int> active;
  AttemptContext context;
  std::unique_ptr<DeadLetterFile> dead_letters, late_letters;
  std::unique_ptr<RegionAttempt> run;  ///< null: waits for its retry, or a version node
  int64_t deadline_us = 0;             ///< steady; 0 = none
  int timeout_node = -1;
  bool timed_out = false;
  int64_t retry_at_us = 0;  ///< steady; 0 = not waiting
  bool ended = false;
};

/// Spools, spill files and what was committed; a commit that is still to be rolled forward stays.
/// Precondition: the folder's lock is held.
void remove_run_folder(const std::string& folder);

}  // namespace weirflow::engine
