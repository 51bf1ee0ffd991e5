// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Components for tests of streams, and the outside world that they talk to, in memory. It outlives
/// runs, as a broker does; what a run had not committed is lost with it.
///
///   stream.numbers  source without end of n: int64, 0, 1, ...; event time n seconds; partitions
///   stream.odd      concurrent map that refuses multiples of `refuse`
///   stream.windows  stateful: rows of [k*size, (k+1)*size) counted, told by event timers
///   stream.ticks    stateful: five processing timers behind its first row, one after the other
///   stream.sum      stateful: keeps a sum by wf.state, told at the end
///   stream.txn      sink whose committer decides
///   stream.staged   sink whose committer follows
///   stream.later    sink without a committer: what is not acknowledged is in its snapshot

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "weirflow/component.hpp"

namespace weirflow::testing {

struct World {
  std::mutex mutex;
  int64_t available = 0;  ///< numbers that the source can read so far
  bool ends = false;      ///< the source ends when it has read them
  std::vector<uint64_t> acknowledged;

  /// The transactional log: rows that were committed, and the record of the last commit.
  std::map<std::string, std::vector<int64_t>> committed;
  int64_t epoch = -1;
  std::string hash;
  int64_t generation = 0;  ///< the last owner; earlier ones are fenced

  /// Staged by name until it is shown or thrown away.
  std::map<std::string, std::vector<int64_t>> staged;
  int64_t stagings = 0;
  std::vector<int64_t> shown;
  std::set<std::string> shown_names;

  std::vector<int64_t> delivered;  ///< at least once

  // Faults: how often each is still to happen.
  std::map<std::string, int> faults;
  bool fault(const std::string& name) {
    const std::lock_guard lock(mutex);
    int& left = faults[name];
    return left > 0 && left-- > 0;
  }
};
/// Of the running test.
World& world();
/// Empties it.
void reset_world();

const wf_entry* stream_components();

}  // namespace weirflow::testing
