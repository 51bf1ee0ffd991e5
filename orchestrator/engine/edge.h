// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What flows between chains, and the edges that carry it.
///
/// An edge has one producer and one consumer actor. Pushing never blocks and always takes the item:
/// the bound is kept by not calling the producer while an edge is full (see Chain::prepare), so it
/// is overshot by at most one call. Control items (watermark, barrier, end) ignore the bound.
///
/// Counting (graph model 5, checked by conservation.h): rows produced = consumed + queued + shed +
/// discarded; `spilled` tells how many of the consumed or queued rows went through a file.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "weirflow/batch.hpp"

namespace weirflow::engine {

struct Item {
  enum class Kind : uint8_t { batch, watermark, idle, barrier, end };
  Kind kind = Kind::batch;
  wf::Batch batch;    ///< of kind batch
  int64_t value = 0;  ///< watermark in microseconds, the barrier's epoch, or, of a batch, when its
                      ///< rows came from a source; steady, 0: not known
  int64_t bytes = 0;  ///< of the batch's buffers, computed once when the item is made

  static Item of(wf::Batch b);
  static Item watermark(int64_t us) { return {Kind::watermark, {}, us, 0}; }
  /// The producer's watermark need not be waited for, until its next batch or watermark.
  static Item idle() { return {Kind::idle, {}, 0, 0}; }
  static Item barrier(int64_t epoch) { return {Kind::barrier, {}, epoch, 0}; }
  static Item end() { return {Kind::end, {}, 0, 0}; }
};

/// Bounds of a queue. An edge is full when any is reached.
struct QueueLimits {
  int64_t rows = 16384;
  int64_t bytes = int64_t{1} << 20;
  int64_t batches = 64;
};

/// Rows that went over an edge. Read at any time; exact once both sides have stopped.
struct EdgeCounters {
  std::atomic<int64_t> produced{0}, consumed{0}, discarded{0}, shed{0}, spilled{0};
  std::atomic<int64_t> batches{0}, bytes{0};
};

/// The consumer's side of an edge.
class InputEdge {
 public:
  virtual ~InputEdge() = default;
  /// An item is there. [consumer]
  [[nodiscard]] virtual bool ready() = 0;
  /// The next item, or an error of the spool or spill file. Precondition: ready(). [consumer]
  virtual wf::Result<Item> pop() = 0;
  /// The consumer takes nothing for now: a producer that waits for room is not left waiting for
  /// more of it. [consumer]
  virtual void rest() {}
  /// The consumer wants nothing more: what is queued or still comes is discarded. [any]
  virtual void close() = 0;
  [[nodiscard]] virtual bool is_closed() const = 0;
};

/// The producer's side.
class OutputEdge {
 public:
  virtual ~OutputEdge() = default;
  /// Takes the item; an error only when a spool or spill file cannot be written. [producer]
  virtual wf::Status push(Item item) = 0;
  /// No further call of the producer until there is room. [producer]
  [[nodiscard]] virtual bool is_full() const = 0;
  /// Nobody reads. [any]
  [[nodiscard]] virtual bool is_closed() const = 0;
};

/// A bounded queue. Threads: producer and consumer may differ; all functions lock.
class QueueEdge final : public InputEdge, public OutputEdge {
 public:
  enum class WhenFull { block, shed };
  /// `counters` lives longer than the edge.
  QueueEdge(QueueLimits limits, EdgeCounters& counters, WhenFull when_full = WhenFull::block);
  ~QueueEdge() override;

  /// A queue that keeps what exceeds the bound in files beside `path`, read back in order.
  static std::unique_ptr<QueueEdge> spilling(QueueLimits limits, EdgeCounters& counters,
                                             std::string path);

  /// Called without any lock held: an item arrived / there is room again or the edge was closed.
  /// A queue that was full tells of room when it is half empty, so that its two sides do not wake
  /// each other for every batch; or when the consumer rests.
  void on_item(std::function<void()> f) { on_item_ = std::move(f); }
  void on_room(std::function<void()> f) { on_room_ = std::move(f); }

  wf::Status push(Item item) override;
  [[nodiscard]] bool is_full() const override;
  [[nodiscard]] bool is_closed() const override { return closed_.load(std::memory_order_acquire); }
  [[nodiscard]] bool ready() override;
  wf::Result<Item> pop() override;
  void rest() override;
  void close() override;
  /// Rows in the queue now.
  [[nodiscard]] int64_t queued_rows() const;
  struct Fill {
    int64_t rows = 0, bytes = 0;
    double share = 0;  ///< of the bound that is nearest; 1: full
  };
  /// What is in memory now. [any]
  [[nodiscard]] Fill fill() const;

 private:
  /// What stands behind the items in memory: batches in a file, or a control item.
  struct Spilled;
  [[nodiscard]] bool full_locked() const;
  [[nodiscard]] bool half_empty_locked() const;
  wf::Status spill_locked(Item item);
  wf::Result<Item> unspill_locked();
  const QueueLimits limits_;
  EdgeCounters& counters_;
  const WhenFull when_full_;
  mutable std::mutex mutex_;
  std::deque<Item> items_;
  std::string spill_path_;  ///< empty: does not spill
  std::deque<std::unique_ptr<Spilled>> spilled_;
  int64_t spill_files_ = 0;
  int64_t rows_ = 0, bytes_ = 0, batches_ = 0;
  bool was_full_ = false;  ///< and has not told of room since
  std::atomic<bool> closed_{false};
  std::function<void()> on_item_, on_room_;
};

}  // namespace weirflow::engine
