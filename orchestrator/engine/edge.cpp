// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/edge.h"

#include "batch/spool.h"
#include "core/file.h"
#include "weirflow/kernels.hpp"

#include <algorithm>
#include <filesystem>

namespace weirflow::engine {

/// Bytes of batches in one spill file.
constexpr int64_t kSpillFile = int64_t{64} << 20;

struct QueueEdge::Spilled {
  std::optional<Item> control;
  std::unique_ptr<batch::SpoolWriter> writer;  ///< while it is written
  std::optional<batch::Spool::Reader> reader;  ///< once it is read
  std::string path;
};

QueueEdge::QueueEdge(QueueLimits limits, EdgeCounters& counters, WhenFull when_full)
    : limits_(limits), counters_(counters), when_full_(when_full) {}

QueueEdge::~QueueEdge() {
  for (const auto& part : spilled_)
    if (!part->path.empty()) {
      std::error_code ignored;
      std::filesystem::remove(part->path, ignored);
    }
}

std::unique_ptr<QueueEdge> QueueEdge::spilling(QueueLimits limits, EdgeCounters& counters,
                                               std::string path) {
  auto edge = std::make_unique<QueueEdge>(limits, counters);
  edge->spill_path_ = std::move(path);
  return edge;
}

wf::Status QueueEdge::spill_locked(Item item) {
  if (item.kind != Item::Kind::batch) {
    spilled_.push_back(std::make_unique<Spilled>());
    spilled_.back()->control = std::move(item);
    return {};
  }
  const bool open =
      !spilled_.empty() && spilled_.back()->writer && spilled_.back()->writer->bytes() < kSpillFile;
  if (!open) {
    auto part = std::make_unique<Spilled>();
    part->path = spill_path_ + "." + std::to_string(spill_files_++);
    WF_TRY(make_folders(std::filesystem::path(part->path).parent_path().string()));
    WF_ASSIGN(part->writer, batch::SpoolWriter::create(part->path, item.batch.schema_ptr()));
    spilled_.push_back(std::move(part));
  }
  counters_.spilled += item.batch.rows();
  return spilled_.back()->writer->append(item.batch);
}

/// Precondition: spilled_ is not empty and, if its front is a file, that has an unread batch.
wf::Result<Item> QueueEdge::unspill_locked() {
  Spilled& front = *spilled_.front();
  if (front.control) {
    Item item = std::move(*front.control);
    spilled_.pop_front();
    return item;
  }
  if (front.writer) {
    WF_TRY(front.writer->finish());
    front.writer.reset();
    WF_ASSIGN(auto spool, batch::Spool::open(front.path));
    std::error_code ignored;
    std::filesystem::remove(front.path, ignored);  // the mapping keeps the content
    front.path.clear();
    front.reader.emplace(std::move(spool));
  }
  WF_ASSIGN(auto batch, front.reader->next());
  if (batch) return Item::of(std::move(*batch));
  spilled_.pop_front();
  return unspill_locked();
}

Item Item::of(wf::Batch b) {
  Item item;
  item.bytes = wf::batch_bytes(b);
  item.batch = std::move(b);
  return item;
}

bool QueueEdge::full_locked() const {
  return rows_ >= limits_.rows || bytes_ >= limits_.bytes || batches_ >= limits_.batches;
}

bool QueueEdge::half_empty_locked() const {
  return 2 * rows_ <= limits_.rows && 2 * bytes_ <= limits_.bytes &&
         2 * batches_ <= limits_.batches;
}

wf::Status QueueEdge::push(Item item) {
  const bool is_batch = item.kind == Item::Kind::batch;
  const int64_t rows = is_batch ? item.batch.rows() : 0;
  counters_.produced += rows;
  {
    const std::lock_guard lock(mutex_);
    if (closed_.load(std::memory_order_relaxed)) {
      counters_.discarded += rows;
      return {};
    }
    if (is_batch && when_full_ == WhenFull::shed && full_locked()) {
      counters_.shed += rows;
      return {};
    }
    if (is_batch) {
      ++counters_.batches;
      counters_.bytes += item.bytes;
    }
    if (!spill_path_.empty() && (!spilled_.empty() || (is_batch && full_locked()))) {
      WF_TRY(spill_locked(std::move(item)));
    } else {
      if (is_batch) ++batches_;
      rows_ += rows;
      bytes_ += item.bytes;
      items_.push_back(std::move(item));
      was_full_ |= full_locked();
    }
  }
  if (on_item_) on_item_();
  return {};
}

bool QueueEdge::is_full() const {
  if (when_full_ == WhenFull::shed || !spill_path_.empty()) return false;
  const std::lock_guard lock(mutex_);
  return full_locked() && !closed_.load(std::memory_order_relaxed);
}

bool QueueEdge::ready() {
  const std::lock_guard lock(mutex_);
  return !items_.empty() || !spilled_.empty();
}

wf::Result<Item> QueueEdge::pop() {
  Item item;
  bool room = false;
  {
    const std::lock_guard lock(mutex_);
    if (items_.empty()) {
      WF_ASSIGN(item, unspill_locked());
      if (item.kind == Item::Kind::batch) counters_.consumed += item.batch.rows();
      return item;
    }
    item = std::move(items_.front());
    items_.pop_front();
    if (item.kind == Item::Kind::batch) {
      rows_ -= item.batch.rows();
      bytes_ -= item.bytes;
      --batches_;
      counters_.consumed += item.batch.rows();
    }
    room = was_full_ && half_empty_locked();
    if (room) was_full_ = false;
  }
  if (room && on_room_) on_room_();
  return item;
}

void QueueEdge::rest() {
  {
    const std::lock_guard lock(mutex_);
    if (!was_full_ || full_locked()) return;
    was_full_ = false;
  }
  if (on_room_) on_room_();
}

void QueueEdge::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_.load(std::memory_order_relaxed)) return;
    closed_.store(true, std::memory_order_release);
    for (const Item& item : items_)
      if (item.kind == Item::Kind::batch) counters_.discarded += item.batch.rows();
    items_.clear();
    rows_ = bytes_ = batches_ = 0;
    // Whatever was produced and not consumed ends here, that in files too.
    if (!spilled_.empty())
      counters_.discarded = counters_.produced - counters_.consumed - counters_.shed;
    spilled_.clear();
  }
  if (on_room_) on_room_();
}

int64_t QueueEdge::queued_rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

QueueEdge::Fill QueueEdge::fill() const {
  const std::lock_guard lock(mutex_);
  const auto share = [](int64_t n, int64_t of) {
    return static_cast<double>(n) / static_cast<double>(std::max<int64_t>(of, 1));
  };
  return {rows_, bytes_,
          std::max({share(rows_, limits_.rows), share(bytes_, limits_.bytes),
                    share(batches_, limits_.batches)})};
}

}  // namespace weirflow::engine
