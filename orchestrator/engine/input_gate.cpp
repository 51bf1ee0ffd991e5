// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/input_gate.h"

#include <algorithm>
#include <utility>

namespace weirflow::engine {

void InputGate::add(uint32_t port, InputEdge* edge) {
  edges_.push_back({port, edge});
  ports_ = std::max(ports_, port + 1);
}

bool InputGate::readable(size_t i) const {
  if (edges_[i].ended || edges_[i].at_barrier) return false;
  if (ordered_)
    for (size_t j = 0; j < i; ++j)
      if (edges_[j].port == edges_[i].port && !edges_[j].ended && !edges_[j].at_barrier)
        return false;
  return true;
}

wf::Result<std::optional<InputGate::Event>> InputGate::next() {
  if (!pending_.empty()) {
    Event event = std::move(pending_.front());
    pending_.erase(pending_.begin());
    return std::optional<Event>(std::move(event));
  }
  if (done_) return std::optional<Event>();
  // An item without an event (an end that lets the next edge have its turn, a watermark that moves
  // nothing) starts the search again: another edge may be readable now.
  for (bool took = true; took;) {
    took = false;
    for (size_t tried = 0; tried < edges_.size(); ++tried) {
      const size_t i = (turn_ + tried) % edges_.size();
      while (readable(i) && edges_[i].edge->ready()) {
        WF_ASSIGN(Item item, edges_[i].edge->pop());
        took = true;
        if (auto event = take(i, std::move(item))) {
          turn_ = (i + 1) % edges_.size();
          return event;
        }
      }
    }
  }
  return std::optional<Event>();
}

std::optional<InputGate::Event> InputGate::take(size_t i, Item item) {
  Edge& edge = edges_[i];
  switch (item.kind) {
    case Item::Kind::batch:
      edge.idle = idle_ = false;
      return Event{Event::Kind::batch, edge.port, std::move(item)};
    case Item::Kind::watermark:
      edge.idle = idle_ = false;
      edge.watermark = std::max(edge.watermark, item.value);
      return advance_watermark();
    case Item::Kind::idle:
      return become_idle(edge);
    case Item::Kind::barrier:
      edge.at_barrier = true;
      barrier_ = item.value;
      return align();
    case Item::Kind::end:
      edge.ended = true;
      return after_end(i);
  }
  return std::nullopt;
}

std::optional<InputGate::Event> InputGate::after_end(size_t i) {
  std::vector<Event> events;
  if (auto watermark = advance_watermark()) events.push_back(std::move(*watermark));
  // An input that has ended counts as aligned, also for a barrier that others wait at.
  if (auto barrier = align()) events.push_back(std::move(*barrier));
  const uint32_t port = edges_[i].port;
  const auto open = [&](const Edge& e) { return !e.ended; };
  if (std::none_of(edges_.begin(), edges_.end(),
                   [&](const Edge& e) { return open(e) && e.port == port; }))
    events.push_back({Event::Kind::port_end, port, {}});
  if (std::none_of(edges_.begin(), edges_.end(), open)) {
    events.push_back({Event::Kind::all_end, 0, {}});
    done_ = true;
  }
  if (events.empty()) return std::nullopt;
  Event first = std::move(events.front());
  pending_.insert(pending_.end(), std::make_move_iterator(events.begin() + 1),
                  std::make_move_iterator(events.end()));
  return first;
}

std::optional<InputGate::Event> InputGate::advance_watermark() {
  int64_t lowest = std::numeric_limits<int64_t>::max();
  bool any = false;
  for (const Edge& e : edges_)
    if (!e.ended && !e.idle) {
      lowest = std::min(lowest, e.watermark);
      any = true;
    }
  if (!any || lowest <= watermark_) return std::nullopt;
  watermark_ = lowest;
  return Event{Event::Kind::watermark, 0, Item::watermark(lowest)};
}

/// The others may go on without it; when none is left, those behind are told.
std::optional<InputGate::Event> InputGate::become_idle(Edge& edge) {
  edge.idle = true;
  if (auto event = advance_watermark()) return event;
  const bool all =
      std::all_of(edges_.begin(), edges_.end(), [](const Edge& e) { return e.ended || e.idle; });
  if (!all || std::exchange(idle_, true)) return std::nullopt;
  return Event{Event::Kind::idle, 0, Item::idle()};
}

std::optional<InputGate::Event> InputGate::align() {
  if (barrier_ < 0) return std::nullopt;
  for (const Edge& e : edges_)
    if (!e.ended && !e.at_barrier) return std::nullopt;
  for (Edge& e : edges_) e.at_barrier = false;
  return Event{Event::Kind::barrier, 0, Item::barrier(std::exchange(barrier_, -1))};
}

void InputGate::rest() {
  for (Edge& e : edges_) e.edge->rest();
}

void InputGate::close() {
  done_ = true;
  pending_.clear();
  for (Edge& e : edges_) e.edge->close();
}

}  // namespace weirflow::engine
