// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What stands in the lock of a run's folder, <home>/runs/RUN/lock: whose it is, and where its
/// metrics are. A courtesy to who looks; nothing of the run depends on it. Threads: any.

#include <cstdint>
#include <string>
#include <vector>

namespace weirflow::engine {

struct RunCard {
  int64_t pid = 0;
  std::string dag;
  int64_t start_us = 0;     ///< wall clock
  std::string metrics_url;  ///< "" = not served
};

/// One line of JSON.
std::string run_card(const RunCard& card);

struct FoundRun {
  std::string run;  ///< its id
  RunCard card;
  bool alive = false;  ///< a process of that number is there
};

/// Runs that have a folder in this home, oldest first; also those that a crash has left, as long as
/// no other run has cleared them away. Takes no lock.
std::vector<FoundRun> find_runs(const std::string& home);

}  // namespace weirflow::engine
