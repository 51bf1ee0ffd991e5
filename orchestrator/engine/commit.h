// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The commit of a bounded region as one epoch (design 03, "Without a Kafka sink"): every
/// committer prepares; the manifest is made durable under `commit-prepared.json` and renamed to
/// `commit.json`, which is the commit point; each committer commits; `commit-done.json` remembers
/// that nothing is left to do.

#include <string>
#include <vector>

#include "plugin/instance.h"
#include "plugin/registry.h"

namespace weirflow::engine {

/// A bounded region has one epoch.
inline constexpr uint64_t kRegionEpoch = 1;
/// A job has one shard until scale-out.
inline constexpr std::string_view kShard = "0";

struct CommitManifest {
  struct Entry {
    std::string task, component, key, blob;
  };
  std::vector<Entry> entries;

  /// Writes, syncs and renames; answers the SHA-256 of the content in hex.
  [[nodiscard]] wf::Result<std::string> make_durable(const std::string& folder) const;
  [[nodiscard]] wf::Status mark_done(const std::string& folder) const;
  /// The commit point is passed and not all is done: also when make_durable() failed behind it.
  [[nodiscard]] static bool is_durable(const std::string& folder);
};

/// Makes what a sink had prepared visible, by the key and the blob that were stored, without the
/// DAG.
wf::Status commit_stored(plugin::Registry& registry, const std::string& component,
                         const std::string& key, uint64_t epoch, const std::string& hash,
                         const std::string& blob);

/// Looks through the attempt folders below `folder` and rolls forward each commit that passed its
/// commit point without being done. Idempotent; an error names the file.
wf::Status recover_commits(const std::string& folder, plugin::Registry& registry);

}  // namespace weirflow::engine
