// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A chain at work: one node, or several stateless one-in-one-out nodes through which a batch
/// passes by direct calls.
///
/// Lanes. A concurrent chain has several lanes, each with its own instances; a batch is worked on
/// by one lane. Batches are numbered when they are taken and their results leave in that order, so
/// what leaves does not depend on the number of lanes. Watermark, barrier and the end are sequence
/// points: they are handled when no lane is at work.
///
/// Decide and work are apart. decide() looks at ports under the chain's lock and says what one lane
/// should do now; perform() calls components without the lock and touches no input port.
///
/// Back-pressure: nothing is decided while an output is full. See edge.h.
///
/// Ends: every input port ended -> finish_input and finish of each node in order -> `end` on every
/// output. A node that answers DONE, or whose outputs are all closed, closes the chain's inputs;
/// the nodes before it are closed without finish, it and those behind it finish.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dag/plan.h"
#include "engine/actor.h"
#include "engine/edge.h"
#include "engine/input_gate.h"
#include "engine/services.h"
#include "plugin/instance.h"

namespace weirflow::engine {

/// One output of a node: the edges that leave the chain there.
struct OutputPort {
  wf::SchemaPtr schema;
  std::vector<OutputEdge*> edges;
  [[nodiscard]] bool all_closed() const {
    for (const OutputEdge* e : edges)
      if (!e->is_closed()) return false;
    return !edges.empty();
  }
};

/// A node of the chain, shared by the lanes.
struct ChainNode {
  const dag::PlanNode* plan = nullptr;
  TaskCounters* counters = nullptr;
  std::vector<OutputPort> outputs;
  OutputPort errors;
  /// Counters of the edge to the next node inside the chain; null for the last.
  EdgeCounters* inner = nullptr;
};

/// A node in one lane.
struct LaneNode {
  std::unique_ptr<TaskServices> services;
  std::unique_ptr<plugin::Instance> instance;
  bool more = false;   ///< answered MORE: call it without input first
  bool done = false;   ///< answered DONE: gets no further input
  int64_t own_us = 0;  ///< inside its component since the CPU time was last shared out
};

/// How the chain tells its region. Called from workers, without the chain's lock.
struct ChainEvents {
  std::function<void(int node, wf::Status)> failed;
  std::function<void()> finished;
};

class Chain {
 public:
  /// `lanes` hold configured and bound instances, not yet opened. At least one lane.
  Chain(std::vector<ChainNode> nodes, std::vector<std::vector<LaneNode>> lanes, InputGate gate,
        Pool* pool, Activity& activity, AttemptContext& attempt, ChainEvents events);
  ~Chain();

  /// [any] Something that the chain waits for may have changed.
  void notify();
  /// [any] Calls cancel and wake of every instance.
  void cancel();
  /// [any] Looks again at AttemptContext::sources_stopped, also when its source waits.
  void wake_source();
  /// Joins own threads. Precondition: the region is quiet.
  void stop();
  /// A consumer asked it to end before its input did; after the end.
  [[nodiscard]] bool stopped_early() const { return stopped_early_; }
  [[nodiscard]] bool is_finished() const { return finished_.load(std::memory_order_acquire); }
  [[nodiscard]] const std::vector<ChainNode>& nodes() const { return nodes_; }
  /// Bytes read and in all, of a source; -1 when not known. [any]
  [[nodiscard]] int64_t read_bytes() const;
  [[nodiscard]] int64_t total_bytes() const;
  /// Name of the task whose component is being called on some lane, or "". [any]
  [[nodiscard]] std::string busy_task() const;

 private:
  /// What one lane should do now.
  struct Work {
    enum class Kind { none, open, batch, resume, source, control, finish } kind = Kind::none;
    int64_t sequence = -1;
    uint32_t port = 0;
    Item item;
  };
  /// What leaves the chain, kept until its turn.
  struct Emitted {
    int node = 0;
    int port = 0;  ///< or dag::kErrorsPort
    wf::Batch batch;
  };
  struct Lane;
  class LaneActor;
  class NodeOutput;

  void run_lane(Lane& lane);
  Work decide(Lane& lane);
  Work decide_input(Lane& lane);
  Work begin_finish(Lane& lane);
  wf::Status perform(Lane& lane, const Work& work);
  wf::Status open_lane(Lane& lane);
  wf::Status finish_step(Lane& lane);
  wf::Status deliver(Lane& lane, int node, uint32_t port, const wf::Batch& batch);
  wf::Status resume(Lane& lane, int node);
  /// One call of a component, with its time, its refusals and its verdict.
  template <typename Component>
  wf::Status call(Lane& lane, int node, const wf::Batch* input, Component&& component);
  void share_cpu(Lane& lane, int called, int64_t cpu_us);
  wf::Emit emit(Lane& lane, int node, uint32_t port, wf::Batch batch);
  wf::Status leave(Lane& lane, Emitted emitted);
  wf::Status push(const Emitted& emitted);
  void complete(Lane& lane, int64_t sequence);
  wf::Status flush_in_order();
  wf::Status broadcast(const Item& item);
  [[nodiscard]] bool any_output_full() const;
  [[nodiscard]] bool all_outputs_closed() const;
  void ask_to_stop(int from_node);
  void fail(int node, wf::Status status);

  std::vector<ChainNode> nodes_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  InputGate gate_;
  AttemptContext& attempt_;
  ChainEvents events_;
  std::vector<const OutputEdge*> leaving_;  ///< every edge out of the chain
  const bool source_;
  const bool ordered_;  ///< more than one lane: results wait for their turn

  std::mutex mutex_;  // guards what follows
  int64_t next_sequence_ = 0;
  int64_t next_to_leave_ = 0;
  int in_flight_ = 0;
  std::map<int64_t, std::vector<Emitted>> waiting_;
  std::optional<Item> control_;
  bool finishing_ = false;
  int stop_from_ = -1;  ///< -1: not asked; else the first node that finishes
  size_t finish_lane_ = 0;
  int finish_node_ = 0;
  int finish_stage_ = 0;
  bool source_ended_ = false;
  std::atomic<bool> stopped_early_{false};
  std::atomic<bool> failed_{false};
  std::atomic<bool> finished_{false};
};

}  // namespace weirflow::engine
