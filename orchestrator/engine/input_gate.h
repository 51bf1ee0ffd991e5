// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The inputs of a chain's first node as one: picks the next item among the edges of all ports,
/// combines watermarks (minimum over the edges that have not ended and are not idle), and aligns
/// barriers (an edge that brought barrier N is not read until every other edge brought it or
/// ended).
///
/// Order: edges are taken in turn, so that no edge starves; an *ordered* gate reads the edges of
/// each port in list order instead, the next only when the one before has ended.
///
/// Threads: one at a time (the chain's lock).

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/edge.h"

namespace weirflow::engine {

class InputGate {
 public:
  struct Event {
    enum class Kind { batch, port_end, all_end, watermark, idle, barrier } kind = Kind::batch;
    uint32_t port = 0;  ///< of batch and port_end
    Item item;          ///< of batch, watermark, barrier
  };

  /// An edge of input port `port`; call in list order.
  void add(uint32_t port, InputEdge* edge);
  void set_ordered(bool ordered) { ordered_ = ordered; }
  [[nodiscard]] bool empty() const { return edges_.empty(); }
  [[nodiscard]] uint32_t ports() const { return ports_; }

  /// The next event, nothing when no edge has any, or the error of a spool or spill file. After
  /// all_end nothing comes.
  wf::Result<std::optional<Event>> next();
  /// Nothing is taken for now, see InputEdge::rest.
  void rest();
  /// Every edge is closed: nothing more is wanted.
  void close();
  /// The lowest of the inputs' watermarks so far; the lowest int64 before the first.
  [[nodiscard]] int64_t watermark() const { return watermark_; }
  /// Of a checkpoint: only higher ones are events again.
  void restore_watermark(int64_t us) { watermark_ = us; }

 private:
  struct Edge {
    uint32_t port;
    InputEdge* edge;
    bool ended = false;
    bool at_barrier = false;
    bool idle = false;
    int64_t watermark = std::numeric_limits<int64_t>::min();
  };
  [[nodiscard]] bool readable(size_t i) const;
  std::optional<Event> take(size_t i, Item item);
  std::optional<Event> after_end(size_t i);
  std::optional<Event> advance_watermark();
  std::optional<Event> align();
  std::optional<Event> become_idle(Edge& edge);
  std::vector<Edge> edges_;
  uint32_t ports_ = 0;
  bool ordered_ = false;
  bool done_ = false;
  size_t turn_ = 0;
  int64_t watermark_ = std::numeric_limits<int64_t>::min();
  int64_t barrier_ = -1;
  bool idle_ = false;  ///< all edges are, and it was said
  std::vector<Event> pending_;
};

}  // namespace weirflow::engine
