// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Documents that have no final verdict yet, and which of them may go next.
///
/// Order: epoch by epoch; of documents with the same key (index and id) only one is on its way at a
/// time, and they go in the order in which they came. Documents without a key go as they come.
///
/// Threads: none of its own; the owner locks. Times are those the caller gives.

#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include "document.h"

namespace weirflow::elasticsearch {

class Pending {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Of one bulk.
  struct Limits {
    size_t documents = 1000;
    int64_t bytes = 5 << 20;  ///< of the body; a larger document goes alone
  };
  /// A document with its place in the order.
  struct Entry {
    uint64_t order = 0;
    Document document;
  };
  using Bulk = std::vector<Entry>;

  /// Precondition: epochs do not go back.
  void add(Document document);

  /// Whether a bulk should go now: there are enough documents, the oldest has waited for `age`, or
  /// `hurry` and there is one.
  [[nodiscard]] bool is_due(Time now, const Limits& limits, Time::duration age, bool hurry) const;
  /// When a retry or the oldest document's age makes that worth asking again; max(): never.
  [[nodiscard]] Time next_due(Time::duration age) const;
  /// Documents for one bulk, at most as many as their `group` allows; empty when all must wait.
  Bulk take(const Limits& limits);

  /// Each entry that was taken comes back once: settled, or to go again not before `at`.
  void settle(const Entry& entry);
  void put_back(Entry entry, Time at);
  /// Those whose time has come may go.
  void release(Time now);

  /// Copies of all documents in their order, with those of `taken`, which may be there already.
  [[nodiscard]] std::vector<Document> all(const std::vector<const Bulk*>& taken) const;

  [[nodiscard]] bool empty() const { return documents_ == 0; }
  [[nodiscard]] size_t documents() const { return documents_; }
  [[nodiscard]] int64_t bytes() const { return bytes_; }
  /// The first epoch that has documents, 0 when empty.
  [[nodiscard]] uint64_t first_epoch() const {
    return epochs_.empty() ? 0 : epochs_.begin()->first;
  }

 private:
  struct Lane {
    uint64_t holder = 0;  ///< the one document that may go
    std::deque<Entry> waiting;
  };
  void make_ready(Entry entry);
  void next_of(uint64_t key);

  std::map<uint64_t, Document> ready_;        ///< by order
  std::multimap<Time, Entry> later_;          ///< retries, by when
  std::map<uint64_t, size_t> epochs_;         ///< documents of each
  std::unordered_map<uint64_t, Lane> lanes_;  ///< of keys that have a document to be settled
  uint64_t next_order_ = 1;
  size_t documents_ = 0;
  int64_t bytes_ = 0;
  int64_t ready_bytes_ = 0;  ///< of bodies
};

}  // namespace weirflow::elasticsearch
