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
/// Control. At a barrier the chain hands over what its tasks hold (chain_snapshot.h) and, when it
/// commits, rests until release(). A watermark goes through the tasks in order: the timers up to
/// it, then the task, then on. A source's barrier goes out between two calls of it, also when its
/// outputs are full.
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
#include "engine/chain_snapshot.h"
#include "engine/edge.h"
#include "engine/input_gate.h"
#include "engine/keyed_state.h"
#include "engine/services.h"
#include "engine/task_timers.h"
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
  std::unique_ptr<KeyedState> keyed_state;  ///< of a stateful task
  std::unique_ptr<TaskTimers> timers;       ///< of one that has them
  std::shared_ptr<const void> model;  ///< what the instance is loaded from, and may point into
  std::string model_version;
  std::unique_ptr<plugin::Instance> instance;
  bool more = false;   ///< answered MORE: call it without input first
  bool done = false;   ///< answered DONE: gets no further input
  int64_t own_us = 0;  ///< inside its component since the CPU time was last shared out
};

/// How the chain tells its region. Called from workers, without the chain's lock.
struct ChainEvents {
  std::function<void(int node, wf::Status)> failed;
  std::function<void()> finished;
  /// A barrier has passed, or (ended) the chain has finished. Only with checkpoints; before the
  /// barrier or the end goes on to those behind.
  std::function<void(ChainSnapshot)> snapshot;
  /// Nodes that others have replaced; on the worker, which has no time to close them.
  std::function<void(std::vector<LaneNode>)> replaced;
};

/// What a chain goes on from.
struct ChainRestore {
  bool ended = false;  ///< its outputs end at once, and only a source is called
  int64_t watermark = std::numeric_limits<int64_t>::min();
  struct Node {
    std::optional<std::string> position, state, keyed;
  };
  std::vector<Node> nodes;  ///< as the chain's
};

/// Borrows a function for the time of a call.
class ComponentCall {
 public:
  template <typename F>
  ComponentCall(const F& f)  // NOLINT(google-explicit-constructor): a lambda at its call
      : object_(&f), call_([](const void* object, plugin::Output& out) {
          return wf::Result<plugin::Step>((*static_cast<const F*>(object))(out));
        }) {}
  wf::Result<plugin::Step> operator()(plugin::Output& out) const { return call_(object_, out); }

 private:
  const void* object_;
  wf::Result<plugin::Step> (*call_)(const void*, plugin::Output&);
};

class Chain {
 public:
  /// `lanes` hold configured and bound instances, not yet opened. At least one lane.
  Chain(std::vector<ChainNode> nodes, std::vector<std::vector<LaneNode>> lanes, InputGate gate,
        Pool* pool, Activity& activity, AttemptContext& attempt, ChainEvents events);
  ~Chain();

  /// [any] Something that the chain waits for may have changed.
  void notify();
  /// Before the first notify(). `commits`: it rests behind each barrier until release().
  void set_up(int id, bool commits, std::optional<ChainRestore> restore);
  /// [any] Epoch `epoch` is prepared, or committed, or given up: rows from behind its barrier may
  /// go on.
  void release(int64_t epoch);
  /// Opened nodes that work instead of those at `place` from barrier `epoch` on, one a lane.
  struct Replacement {
    size_t place = 0;
    std::vector<LaneNode> lanes;
  };
  /// [any] Precondition: barrier `epoch` is not sent yet.
  void replace_at(int64_t epoch, std::vector<Replacement> nodes);
  /// Behind the end: the source is told what was committed, and closed. Precondition: stopped.
  void settle(int64_t committed, int64_t oldest);
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
  struct Figures {
    int lanes = 0;
    int64_t pressured_us = 0;      ///< outputs were full, over the lanes
    std::map<int, int64_t> calls;  ///< by node: microseconds in calls that have not ended
  };
  /// `now`: steady. [any]
  [[nodiscard]] Figures figures(int64_t now) const;

 private:
  /// What one lane should do now.
  struct Work {
    enum class Kind {
      none,
      open,
      batch,
      resume,
      source,
      control,
      timer,
      committed,
      pause,
      retired,
      finish
    } kind = Kind::none;
    int64_t sequence = -1;
    uint32_t port = 0;
    Item item;
  };
  /// What leaves the chain, kept until its turn.
  struct Emitted {
    int node = 0;
    int port = 0;  ///< or dag::kErrorsPort
    wf::Batch batch;
    int64_t since = 0;  ///< Lane::rows_since
  };
  struct Lane;
  class LaneActor;
  class NodeOutput;

  static void note_pressure(Lane& lane, bool full);
  void run_lane(Lane& lane);
  Work decide(Lane& lane);
  Work decide_input(Lane& lane);
  Work begin_timer();
  Work begin_finish(Lane& lane);
  wf::Status perform(Lane& lane, const Work& work);
  wf::Status open_lane(Lane& lane);
  wf::Status restore_lane(Lane& lane);
  wf::Status finish_step(Lane& lane);
  wf::Status end_chain();
  wf::Status take_control(Lane& lane, Item item);
  wf::Status pass_barrier(Lane& lane, int64_t epoch);
  wf::Status replace_nodes(int64_t epoch);
  wf::Result<ChainSnapshot> take_snapshot(int64_t epoch, bool ended);
  wf::Status take_refusals();
  std::vector<wf::Batch> take_letters();
  wf::Result<bool> advance_watermark(Lane& lane, size_t from, int64_t us);
  wf::Result<bool> fire_timers(Lane& lane, size_t node, wf::TimeKind time, int64_t up_to_us);
  wf::Status broadcast_watermark(Lane& lane, size_t from, int64_t us);
  void take_watermark(Lane& lane, int node, int64_t us);
  void take_idle(Lane& lane, int node);
  [[nodiscard]] bool makes_watermarks(int node) const;
  wf::Status pass_own_watermark(Lane& lane);
  wf::Status plan_next_timer(Lane& lane);
  wf::Status deliver(Lane& lane, int node, uint32_t port, const wf::Batch& batch);
  wf::Status before_rows(Lane& lane, int node, int64_t rows);
  wf::Status resume(Lane& lane, int node);
  /// One call of a component, with its time, its refusals and its verdict.
  wf::Status call(Lane& lane, int node, const wf::Batch* input, ComponentCall component);
  void share_cpu(Lane& lane, int called, int64_t cpu_us);
  wf::Emit emit(Lane& lane, int node, uint32_t port, wf::Batch batch);
  wf::Status leave(Lane& lane, Emitted emitted);
  wf::Status push(const Emitted& emitted);
  void complete(Lane& lane, int64_t sequence);
  wf::Status flush_in_order();
  wf::Status broadcast(const Item& item);
  [[nodiscard]] bool any_output_full() const;
  [[nodiscard]] bool all_outputs_closed() const;
  [[nodiscard]] bool timer_is_due() const;
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
  bool timed_ = false;  ///< a task has timers
  int id_ = 0;
  bool commits_ = false;
  bool ended_before_ = false;  ///< in the checkpoint: its components are not called
  int64_t sampled_from_ = 0;   ///< rows that a source had given before this start
  std::optional<ChainRestore> restore_;
  std::vector<wf::Batch> letters_;  ///< of replaced nodes, for the next snapshot
  std::mutex instances_;            ///< which instance stands where, for cancel()
  /// When the next processing timer is due, by the run's clock.
  std::atomic<int64_t> next_timer_us_{std::numeric_limits<int64_t>::max()};

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
  bool paused_ = false;  ///< the source was told so
  int64_t barrier_ = 0;  ///< the last that a source has sent
  int64_t told_oldest_ = 0;
  int64_t told_committed_ = 0;  ///< the last that a source was told of
  int64_t held_behind_ = 0;     ///< rests behind this barrier; 0: goes on
  int64_t released_ = 0;
  int64_t replace_at_ = 0;  ///< the barrier at which replacements_ come in
  std::vector<Replacement> replacements_;
  ChainSnapshot end_;       ///< of a chain that finishes
  bool said_idle_ = false;  ///< and emitted nothing since; of the one lane of such a chain
  int64_t own_watermark_ = std::numeric_limits<int64_t>::min();
  bool control_running_ = false;  ///< a lane is at a control item or a timer: nothing overtakes it
  bool timer_turn_ = false;       ///< timers and input take turns
  bool postpones_ = false;        ///< a sink was not ready for the barrier
  bool last_watermark_ = false;   ///< the one that says that all inputs have ended went through
  std::atomic<bool> stopped_early_{false};
  std::atomic<bool> failed_{false};
  std::atomic<bool> finished_{false};
};

}  // namespace weirflow::engine
