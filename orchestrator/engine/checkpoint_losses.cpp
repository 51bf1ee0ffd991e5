// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_losses.h"

#include <algorithm>
#include <set>

#include "engine/commit.h"
#include "plugin/instance.h"

namespace weirflow::engine {

namespace {

using Listed = CheckpointStore::Listed;

bool sends_later(const CommitEntry& entry, const plugin::Registry& registry) {
  const auto component = registry.load(entry.component);
  if (!component.ok()) return true;
  plugin::NullServices services;
  const auto instance = plugin::Instance::create(**component, services);
  if (!instance.ok() || !(*instance)->is_committing()) return true;
  const auto committer = (*instance)->create_committer(services, plugin::Instance::From::stored_key,
                                                       entry.key, kShard);
  return !committer.ok() || (*committer)->sends_later();
}

}  // namespace

std::vector<std::string> losses_of_deletion(const Listed& checkpoint,
                                            const std::vector<Listed>& all,
                                            const plugin::Registry& registry) {
  std::vector<std::string> losses;
  const auto manifest = CheckpointStore::manifest(checkpoint);
  const Listed *newest = nullptr, *before = nullptr;
  for (const Listed& l : all)
    if (l.committed) before = std::exchange(newest, &l);
  const bool last = newest && newest->epoch == checkpoint.epoch;
  const bool decided =
      manifest.ok() && std::any_of(manifest->commits.begin(), manifest->commits.end(),
                                   [](const CommitEntry& e) { return e.decides; });
  if (!checkpoint.committed && decided && (!newest || newest->epoch < checkpoint.epoch))
    losses.emplace_back(
        "it may be the one that a sink's other side has on record; then a start without it is "
        "refused");
  if (last && before)
    losses.push_back("it is the last one: a start would go on from checkpoint " +
                     std::to_string(before->epoch) + ", and sinks may show rows again");
  if (last && !before)
    losses.emplace_back("it is the only one: a start would begin anew, without any state");
  if (last && decided)
    losses.emplace_back(
        "a sink's other side has it on record: a start without it is refused unless "
        "--from-checkpoint and --accept-duplicates say otherwise");
  if (!checkpoint.committed || checkpoint.delivered || !manifest.ok()) return losses;
  std::set<std::string> unsent;
  for (const CommitEntry& entry : manifest->commits)
    if (!entry.decides && sends_later(entry, registry)) unsent.insert(entry.task);
  for (const std::string& task : unsent)
    losses.push_back("rows that `" + task + "` has still to send would never be sent");
  return losses;
}

}  // namespace weirflow::engine
