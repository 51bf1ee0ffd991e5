// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dead letters of a home, as they are read:
///
///   <home>/dead_letters/<dag>/<run>-<region>.jsonl   of a bounded run
///                             <shard>.jsonl          of a stream, in step with its checkpoints
///                             replay-*.jsonl         of a replay; counts once the replay is
///                                                    committed
///                             replayed/<run>.jsonl   the letters that a replay has put back
///                             lock                   held while one runs
///
/// A letter is named by its file, its place in it and its digest: a stream that goes on from an
/// older checkpoint writes other letters to the same place.
///
/// Threads: pure functions. Errors: of the file system; a line that is no letter is a problem, and
/// is passed over.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::engine {

struct DeadLetter {
  std::string file;    ///< name in the DAG's folder
  int64_t offset = 0;  ///< of its line
  std::string digest;  ///< of its line: 16 hex digits
  std::string task, code, message, position, row, run, time, port;
  int64_t attempt = 1;   ///< how often the row was refused
  int64_t epoch = 0;     ///< that it was committed with; 1 in a bounded run
  std::string input;     ///< bytes of refused_input.h, or ""
  std::string raw;       ///< the record as it was read, or ""
  std::string replayed;  ///< the run that put it back, or ""
};

/// Empty: any.
struct LetterFilter {
  std::string task, code;
  std::string since;  ///< a time as letters have it
  [[nodiscard]] bool matches(const DeadLetter& letter) const;
};

/// A run with this in front of its name is a replay.
inline constexpr std::string_view kReplay = "replay-";

/// Names of the DAGs that have letters, sorted.
std::vector<std::string> dags_with_letters(const std::string& home);
std::string letters_folder(const std::string& home, const std::string& dag);

/// All committed letters, by file and place. `visit` answers false to stop. `problems`: a text for
/// each line that is no letter.
wf::Status visit_letters(const std::string& home, const std::string& dag,
                         const std::function<bool(const DeadLetter&)>& visit,
                         std::vector<std::string>& problems);

/// Which letters a replay has put back, as a line of its mark.
std::string mark_line(const DeadLetter& letter);

/// Removes the letters of replays that did not commit. Precondition: the folder's lock is held, and
/// commits were rolled forward.
void remove_uncommitted_replays(const std::string& home, const std::string& dag);

}  // namespace weirflow::engine
