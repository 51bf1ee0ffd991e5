// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What a coordinator writes, keeps and removes.

#include <algorithm>
#include <chrono>

#include "core/clock.h"
#include "engine/coordinator.h"

namespace weirflow::engine {

std::string edge_name(const dag::Plan& plan, const dag::PlanEdge& edge, bool from) {
  const dag::PlanNode& node = plan.nodes[static_cast<size_t>(from ? edge.from : edge.to)];
  const int port = from ? edge.from_port : edge.to_port;
  if (port == dag::kErrorsPort) return node.task + ".errors";
  return node.task + "." + (from ? node.outputs : node.inputs)[static_cast<size_t>(port)];
}

wf::Result<std::string> Coordinator::write(int64_t epoch, Epoch kind) {
  Manifest manifest;
  manifest.epoch = epoch;
  manifest.lineage = in_.lineage;
  manifest.dag = in_.plan->dag;
  manifest.dag_version = in_.plan->version;
  manifest.run = in_.attempt->run;
  manifest.final = kind == Epoch::final;
  manifest.time_us = wall_us();
  WF_ASSIGN(const auto writer, in_.store->begin(epoch));
  WF_TRY(write_tasks(*writer, manifest));
  add_edges(manifest);
  int number = 0;
  for (auto* list : {&carried_, &prepared_})
    for (Prepared& p : *list) {
      WF_ASSIGN(p.entry.blob, writer->add("commit-" + std::to_string(number++), p.blob));
      manifest.commits.push_back(p.entry);
    }
  if (in_.attempt->dead_letters) {
    for (; !letters_.empty(); letters_.erase(letters_.begin()))
      WF_TRY(in_.attempt->dead_letters->append(letters_.front(), epoch));
    WF_ASSIGN(const DeadLetterFile::Extent extent, in_.attempt->dead_letters->sync());
    manifest.dead_letter_file = in_.attempt->dead_letters->path();
    manifest.dead_letter_bytes = extent.bytes;
    manifest.dead_letter_rows = extent.rows;
  }
  manifest.duration_us = steady_us() - began_;
  WF_ASSIGN(std::string hash, writer->finish(manifest));
  note_size(manifest);
  return hash;
}

void Coordinator::note_size(const Manifest& manifest) {
  const auto size = [](const StatePart& part) {
    return part.file.empty() ? static_cast<int64_t>(part.inline_bytes.size()) : part.bytes;
  };
  int64_t all = 0;
  for (const CommitEntry& entry : manifest.commits) all += size(entry.blob);
  auto task = manifest.tasks.begin();  // in the order of collected_
  for (const ChainSnapshot& chain : collected_)
    for (const NodeSnapshot& node : chain.nodes) {
      int64_t bytes = 0;
      for (const auto& [name, part] : task->parts) bytes += size(part);
      in_.figures->add_state(node.node, bytes);
      all += bytes;
      ++task;
    }
  in_.figures->set_bytes(all);
}

wf::Status Coordinator::write_tasks(CheckpointStore::Writer& writer, Manifest& manifest) {
  for (ChainSnapshot& chain : collected_)
    for (NodeSnapshot& node : chain.nodes) {
      const dag::PlanNode& plan = in_.plan->nodes[static_cast<size_t>(node.node)];
      TaskSnapshot& task = manifest.tasks.emplace_back();
      task.task = plan.task;
      task.component = plan.component.id;
      task.version = plan.component.version;
      task.watermark = chain.watermark;
      task.counters = node.counters;
      task.model_version = node.model_version;
      task.ended = chain.ended;
      if (node.has_position) {
        WF_ASSIGN(task.parts["position"], writer.add(plan.task + ".position", node.position));
      }
      if (node.state) {
        std::string bytes;
        WF_TRY(node.instance->write_state(node.state, [&](std::string_view part) {
          bytes += part;
          return wf::Status();
        }));
        WF_ASSIGN(task.parts["state"], writer.add(plan.task + ".state", bytes));
      }
      if (node.keyed) {
        WF_ASSIGN(task.parts["keyed"], writer.add(plan.task + ".keyed", node.keyed->bytes()));
      }
    }
  return {};
}

void Coordinator::add_edges(Manifest& manifest) const {
  std::map<int, EdgeCut> cuts;
  for (const ChainSnapshot& chain : collected_)
    for (const EdgeCut& side : chain.edges) {
      EdgeCut& cut = cuts[side.edge];
      if (side.by_producer) {
        cut.produced = side.produced;
        cut.shed = side.shed;
      } else {
        cut.consumed = side.consumed;
      }
    }
  for (const auto& [id, cut] : cuts) {
    const dag::PlanEdge& edge = in_.plan->edges[static_cast<size_t>(id)];
    // Nothing is queued at a barrier: what is not accounted for met a closed edge.
    manifest.edges.push_back({edge_name(*in_.plan, edge, true), edge_name(*in_.plan, edge, false),
                              cut.produced, cut.consumed, cut.produced - cut.consumed - cut.shed,
                              cut.shed});
  }
}

/// Remembers of which epochs everything that is sent after the commit has its verdict.
void Coordinator::settle_deliveries() {
  int64_t delivered = INT64_MAX;
  bool any = false;
  for (Committing& c : *in_.committing)
    if (c.committer->sends_later()) {
      delivered = std::min(delivered, c.committer->delivered());
      any = true;
    }
  if (!any) return;
  // What was refused of an epoch is kept before that counts as delivered.
  if (in_.attempt->late_letters)
    if (const auto synced = in_.attempt->late_letters->sync(); !synced.ok())
      return log(wf::LogLevel::warning, synced.error().message());
  for (CheckpointStore::Listed& listed : kept_) {
    if (listed.delivered || listed.epoch > std::min<int64_t>(delivered, committed_)) continue;
    if (const wf::Status status = in_.store->mark_delivered(listed.epoch); !status.ok())
      log(wf::LogLevel::warning, status.message());
    else
      listed.delivered = true;
  }
}

wf::Status Coordinator::await_deliveries(int64_t epoch) {
  const auto done = [&] {
    return std::all_of(in_.committing->begin(), in_.committing->end(), [&](Committing& c) {
      return !c.committer->sends_later() || c.committer->delivered() >= epoch;
    });
  };
  std::unique_lock lock(mutex_);
  // A committer has no way to call back; this is the end of the run, not its hot path.
  while (!done()) {
    if (cancelled_) return wf::cancelled("cancelled");
    changed_.wait_for(lock, std::chrono::milliseconds(20));
  }
  lock.unlock();
  settle_deliveries();
  return {};
}

int64_t Coordinator::oldest_kept() const {
  int64_t oldest = kept_.empty() ? 0 : kept_.front().epoch;
  const auto saved = in_.store->savepoints();
  if (!saved.ok()) return 0;
  for (const CheckpointStore::Savepoint& s : *saved) oldest = std::min(oldest, s.checkpoint.epoch);
  return oldest;
}

/// Old checkpoints go, but the last few, and those with rows that are still to be sent.
void Coordinator::retire() {
  const bool later = std::any_of(in_.committing->begin(), in_.committing->end(),
                                 [](const Committing& c) { return c.committer->sends_later(); });
  while (kept_.size() > static_cast<size_t>(std::max(in_.options.keep, 1))) {
    if (later && !kept_.front().delivered) return;
    if (const wf::Status status = in_.store->remove(kept_.front()); !status.ok())
      log(wf::LogLevel::warning, status.message());
    kept_.erase(kept_.begin());
    in_.attempt->oldest = oldest_kept();
  }
}

}  // namespace weirflow::engine
