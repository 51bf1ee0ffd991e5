// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a region with checkpoints goes on from (design 03, "Recovery").
///
/// A committer that decides is asked first: it fences what an earlier process left, and its record
/// names the checkpoint. Without one the newest committed checkpoint is taken. What followers had
/// prepared up to it is committed, what they had prepared behind it is aborted, newer checkpoints
/// are removed.
///
/// A follower whose other side is down is waited for, until `cancelled` says so.
///
/// Refused, with the choices: a checkpoint that the record names and that is gone or damaged; a
/// damaged newest one when rows of it are visible already. Only when no sink commits is the one
/// before taken by itself, and said so.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint_store.h"
#include "engine/coordinator.h"
#include "plugin/registry.h"

namespace weirflow::engine {

/// What the user chose on the command line.
struct RecoveryChoice {
  /// An epoch, the name of a savepoint, or "none" for a start from nothing; unset: as above.
  std::optional<std::string> from_checkpoint;
  bool accept_duplicates = false;    ///< needed with from_checkpoint when sinks commit
  bool allow_dropped_state = false;  ///< of tasks that the DAG has no more
};

struct Recovery {
  std::optional<CheckpointStore::Loaded> from;  ///< nothing: from the beginning
  int64_t epoch = 0;                            ///< the last that there was; 0: none
  std::string lineage;
  bool record_first = false;  ///< the committer that decides has no record yet
};

wf::Result<Recovery> recover_checkpoints(CheckpointStore& store,
                                         std::vector<Committing>& committing,
                                         plugin::Registry& registry, const RecoveryChoice& choice,
                                         const LogSink& log,
                                         const std::function<bool()>& cancelled);

/// The id of a home, made on first use: so that two homes of one DAG never fence each other.
wf::Result<std::string> home_id(const std::string& home);

}  // namespace weirflow::engine
