// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Aliases of one model: an append-only log of moves, and where each alias stands after them.
///
/// `previous` is no alias of its own: it stands where `champion` stood before its last move.
/// Threads: values and pure functions.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/line_log.h"
#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace weirflow::model {

/// One move of one alias.
struct AliasMove {
  std::string alias;
  std::string version;   ///< id; empty: the alias was removed
  std::string previous;  ///< id before the move; empty: there was none
  std::string actor;     ///< who: a user, or the DAG that published
  std::string reason;
  std::string run;      ///< run id when a run did it
  int64_t time_us = 0;  ///< since 1970-01-01T00:00:00Z
};

wf::Value to_value(const AliasMove& move);

class AliasTable {
 public:
  /// Reads a log; a file that is not there is empty. Errors: invalid_data naming a damaged line.
  static wf::Result<AliasTable> read(const std::string& path);

  /// Id at which an alias stands; empty when there is none of that name.
  [[nodiscard]] std::string find(std::string_view alias) const;
  /// Where every alias stands, by name.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& current() const {
    return current_;
  }
  /// All moves, oldest first.
  [[nodiscard]] const std::vector<AliasMove>& moves() const { return moves_; }
  /// The last move of an alias, or null.
  [[nodiscard]] const AliasMove* last_move(std::string_view alias) const;
  /// About a torn end of the file, or empty.
  [[nodiscard]] const std::string& warning() const { return warning_; }

 private:
  std::vector<AliasMove> moves_;
  std::map<std::string, std::string, std::less<>> current_;
  std::string warning_;
};

}  // namespace weirflow::model
