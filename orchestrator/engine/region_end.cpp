// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/region.h"

#include "core/file.h"
#include "engine/commit.h"
#include "engine/conservation.h"
#include "engine/flight_record.h"
#include "engine/region_job.h"

namespace weirflow::engine {

using dag::NodeKind;
using dag::PlanEdge;
using dag::PlanNode;

wf::Status RegionAttempt::check_rows() {
  std::set<int> stopped;
  for (const auto& chain : chains_)
    if (chain->stopped_early())
      for (const ChainNode& node : chain->nodes()) stopped.insert(node.plan->id);
  std::vector<TaskRows> tasks;
  std::vector<int> nodes;
  for (const auto& [id, c] : counters_) {
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(id)];
    if (node.kind == NodeKind::version) continue;
    TaskRows rows{node.task, node.kind == NodeKind::fit ? wf::Cardinality::regroup
                                                        : node.component.cardinality};
    rows.in = c->in;
    rows.out = c->out;
    rows.refused = c->refused;
    rows.passed = c->passed;
    rows.filtered = c->filtered;
    rows.absorbed = c->absorbed;
    rows.read = c->read;
    rows.stopped_early = stopped.count(id) > 0;
    tasks.push_back(std::move(rows));
    nodes.push_back(id);
  }
  std::vector<EdgeRows> edges;
  for (const auto& [id, c] : edges_) {
    const PlanEdge& e = in_.plan->edges[static_cast<size_t>(id)];
    if (!in_.active.count(e.from) || !in_.active.count(e.to)) continue;  // half of it is elsewhere
    edges.push_back({in_.plan->nodes[static_cast<size_t>(e.from)].task,
                     in_.plan->nodes[static_cast<size_t>(e.to)].task, c->produced, c->consumed,
                     c->discarded, c->shed});
  }
  int culprit = -1;
  wf::Status status = check_conservation(tasks, edges, &culprit);
  if (culprit >= 0) {
    const std::lock_guard lock(mutex_);
    failed_node_ = nodes[static_cast<size_t>(culprit)];
  }
  return status;
}

wf::Status RegionAttempt::commit() {
  if (committing_.empty() && (!in_.attempt->dead_letters || in_.attempt->dead_letters->rows() == 0))
    return {};
  CommitManifest manifest;
  for (Committing& c : committing_) {
    const PlanNode& node = in_.plan->nodes[static_cast<size_t>(c.node)];
    const InTask in_task(node.id);
    wf::Result<std::string> blob = c.committer->prepare(kRegionEpoch);
    if (!blob.ok()) {
      const std::lock_guard lock(mutex_);
      failed_node_ = c.node;
      return blob.error();
    }
    c.blob = std::move(*blob);
    manifest.entries.push_back({node.task, node.component.id, c.key, c.blob});
  }
  if (in_.attempt->dead_letters) WF_TRY(in_.attempt->dead_letters->publish());
  if (manifest.entries.empty()) return {};
  WF_TRY(make_folders(in_.folder));
  const wf::Result<std::string> hash = manifest.make_durable(in_.folder);
  committed_ = CommitManifest::is_durable(in_.folder);
  if (!hash.ok()) return hash.error();
  for (size_t i = 0; i < committing_.size(); ++i) {
    const InTask in_task(committing_[i].node);
    WF_TRY(committing_[i].committer->commit(kRegionEpoch, *hash, manifest.entries[i].blob));
  }
  WF_TRY(await_deliveries());
  return manifest.mark_done(in_.folder);
}

/// What is sent after the commit has its verdicts before the run is over.
wf::Status RegionAttempt::await_deliveries() {
  for (Committing& c : committing_) {
    if (!c.committer->sends_later()) continue;
    while (c.committer->delivered() < static_cast<int64_t>(kRegionEpoch)) {
      if (in_.attempt->cancelled)
        return wf::cancelled("rows were still to be sent; the next run sends them");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  if (in_.attempt->late_letters) WF_TRY(in_.attempt->late_letters->sync().status());
  return {};
}

void RegionAttempt::abort_commit() {
  if (committed_) return;  // recover_commits() needs what was prepared
  for (Committing& c : committing_)
    if (wf::Status s = c.committer->abort(kRegionEpoch, c.blob); !s.ok() && in_.attempt->log)
      in_.attempt->log({0, wf::LogLevel::warning, in_.plan->nodes[static_cast<size_t>(c.node)].task,
                        s.message()});
}

wf::Status RegionAttempt::end(Spools& spools) {
  timers_.stop();
  for (auto& chain : chains_) chain->stop();
  for (auto& job : jobs_) job->stop();
  wf::Status status;
  {
    const std::lock_guard lock(mutex_);
    status = failure_;
  }
  if (coordinator_) {
    // Committed with its checkpoints; what was not is what the next start repeats.
    coordinator_->join();
    for (auto& chain : chains_)
      chain->settle(coordinator_->last_committed(), coordinator_->oldest_kept());
    return status;
  }
  if (status.ok()) status = check_rows();
  std::vector<std::pair<std::pair<int, int>, SpoolFile>> complete;
  for (auto& [from, output] : spool_outputs_) {
    if (!status.ok()) break;
    auto spool = output->complete();
    if (!spool.ok())
      status = spool.error();
    else
      complete.emplace_back(from, SpoolFile{output->path(), std::move(*spool)});
  }
  if (status.ok()) status = commit();
  if (!status.ok()) {
    abort_commit();
    return status;
  }
  for (auto& [from, spool] : complete) spools[from] = std::move(spool);
  return {};
}

}  // namespace weirflow::engine
