// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a case under test has in place of the outside world. It outlives the runs of the case, as a
/// broker and a database do, so that a run that was cut off can be started again.
///
///   test.rows     source that gives its rows, watermarks and its end one by one, when told
///   test.collect  sink that keeps its rows; a run that goes on from a checkpoint cuts off what
///                 came behind it
///   test.nothing  action that does nothing
///
/// Threads: any, unless said otherwise.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/stillness.h"
#include "weirflow/abi/entry.h"
#include "weirflow/batch.hpp"

namespace weirflow::cli {

/// What a source does at one call.
struct GoldenItem {
  enum class Kind { rows, watermark, idle, end } kind = Kind::rows;
  wf::Batch rows;
  std::optional<int64_t> watermark;  ///< behind the rows, or alone
};

class GoldenBed {
 public:
  GoldenBed();
  ~GoldenBed();
  GoldenBed(const GoldenBed&) = delete;
  GoldenBed& operator=(const GoldenBed&) = delete;
  /// The bed that a component's configuration names; null: gone.
  static GoldenBed* find(int64_t id);
  [[nodiscard]] int64_t id() const { return id_; }
  [[nodiscard]] engine::Stillness& stillness() { return stillness_; }

  // Sources, by number.
  int64_t add_source(wf::SchemaPtr schema);
  [[nodiscard]] wf::SchemaPtr schema(int64_t source);
  /// One more item for the source; a source that waits takes it at once.
  void give(int64_t source, GoldenItem item);
  [[nodiscard]] bool has_ended(int64_t source);
  /// All sources begin anew, and are given nothing: for a run that starts again.
  void take_back();
  /// Gives the next of the items that were taken back; false: there is none.
  bool give_again();
  /// Item `at` of the source, waiting until there is one or `wake` was called: then nothing.
  std::optional<GoldenItem> take(int64_t source, size_t at);
  void wake(int64_t source);
  void count_commit();
  [[nodiscard]] int64_t commits();

  // Collectors, by number.
  int64_t add_collector();
  /// Of a run that starts: what an earlier one has collected is put aside.
  void open_collector(int64_t collector, wf::SchemaPtr schema);
  /// Of a run that goes on: the first `rows` of what was put aside are there again.
  void restore_collector(int64_t collector, int64_t rows);
  void collect(int64_t collector, const wf::Batch& rows);
  [[nodiscard]] int64_t rows(int64_t collector);
  struct Collected {
    wf::SchemaPtr schema;  ///< null: it was never opened
    std::vector<wf::Batch> batches;
  };
  [[nodiscard]] Collected collected(int64_t collector);

 private:
  struct Collector : Collected {
    std::vector<wf::Batch> aside;
  };
  struct Source {
    wf::SchemaPtr schema;
    std::vector<GoldenItem> items;
    size_t given = 0;
    bool waits = false, woken = false;
  };
  void go_on_locked(Source& source);
  const int64_t id_;
  engine::Stillness stillness_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Source> sources_;
  std::vector<int64_t> order_;  ///< of all items: whose
  size_t given_ = 0;            ///< of order_
  std::deque<Collector> collectors_;
  int64_t commits_ = 0;
};

/// To add to the registry; static.
const wf_entry* golden_components();

}  // namespace weirflow::cli
