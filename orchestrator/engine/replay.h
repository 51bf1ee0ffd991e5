// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dead letters on their way back through their task: which of them, and the two components of the
/// run that does it (dag/planner_replay.cpp puts them into the plan).
///
///   replay.rows  source: the rows of a spool file
///   replay.mark  sink: takes the same rows, and remembers with the run's commit that the letters
///                were put back
///
/// Both are of the host. A run that is cut off before its commit point has marked nothing and,
/// where sinks commit, shown nothing; behind it the next run rolls marks and sinks forward
/// together.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/dead_letters.h"
#include "engine/refusals.h"
#include "weirflow/abi/entry.h"
#include "weirflow/batch.hpp"

namespace weirflow::engine {

/// Letters that go back together: of one input and with the same columns.
struct ReplaySet {
  std::string port;
  wf::Schema schema;
  int64_t rows = 0;
  std::string spool;  ///< file with the rows, in the order of the letters
  std::string marks;  ///< file with the lines of the mark
};

struct ReplaySelection {
  std::vector<ReplaySet> sets;  ///< in the order of their first letters
  int64_t rows = 0;             ///< of all
  int64_t raw = 0;              ///< letters that are records which never became rows
  int64_t without_input = 0;    ///< letters that do not hold their row
  EarlierAttempts earlier;
  std::map<std::string, int64_t> codes;  ///< rows by reason
};

/// The letters of `filter` that were not put back yet; writes the files of the sets into `folder`.
/// Precondition: the folder's lock is held, and commits were rolled forward.
wf::Result<ReplaySelection> select_replay(const std::string& home, const std::string& dag,
                                          const LetterFilter& filter, const std::string& folder,
                                          std::vector<std::string>& problems);

/// Where a replay remembers what it has put back.
std::string mark_path(const std::string& home, const std::string& dag, const std::string& run);

const wf_entry* replay_components();

}  // namespace weirflow::engine
