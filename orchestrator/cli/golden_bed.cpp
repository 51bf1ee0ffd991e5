// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_bed.h"

#include <algorithm>
#include <map>
#include <utility>

namespace weirflow::cli {

namespace {

/// Components know their bed by number: a configuration holds plain values.
struct Beds {
  std::mutex mutex;
  std::map<int64_t, GoldenBed*> by_id;
  int64_t last = 0;
};
Beds& beds() {
  static Beds made;
  return made;
}

int64_t enlist(GoldenBed* bed) {
  const std::lock_guard lock(beds().mutex);
  beds().by_id[++beds().last] = bed;
  return beds().last;
}

}  // namespace

GoldenBed::GoldenBed() : id_(enlist(this)) {}

GoldenBed::~GoldenBed() {
  const std::lock_guard lock(beds().mutex);
  beds().by_id.erase(id_);
}

GoldenBed* GoldenBed::find(int64_t id) {
  const std::lock_guard lock(beds().mutex);
  const auto found = beds().by_id.find(id);
  return found == beds().by_id.end() ? nullptr : found->second;
}

int64_t GoldenBed::add_source(wf::SchemaPtr schema) {
  const std::lock_guard lock(mutex_);
  sources_.emplace_back().schema = std::move(schema);
  return static_cast<int64_t>(sources_.size()) - 1;
}

wf::SchemaPtr GoldenBed::schema(int64_t source) {
  const std::lock_guard lock(mutex_);
  return sources_[static_cast<size_t>(source)].schema;
}

/// It counts as moving again before its thread wakes: nothing looks still in between.
void GoldenBed::go_on_locked(Source& source) {
  if (std::exchange(source.waits, false)) stillness_.enter();
  changed_.notify_all();
}

void GoldenBed::give(int64_t source, GoldenItem item) {
  const std::lock_guard lock(mutex_);
  Source& to = sources_[static_cast<size_t>(source)];
  to.items.push_back(std::move(item));
  ++to.given;
  order_.push_back(source);
  ++given_;
  go_on_locked(to);
}

bool GoldenBed::has_ended(int64_t source) {
  const std::lock_guard lock(mutex_);
  const auto& items = sources_[static_cast<size_t>(source)].items;
  return !items.empty() && items.back().kind == GoldenItem::Kind::end;
}

void GoldenBed::take_back() {
  const std::lock_guard lock(mutex_);
  for (Source& source : sources_) source.given = 0;
  given_ = 0;
}

bool GoldenBed::give_again() {
  const std::lock_guard lock(mutex_);
  if (given_ == order_.size()) return false;
  Source& to = sources_[static_cast<size_t>(order_[given_++])];
  ++to.given;
  go_on_locked(to);
  return true;
}

std::optional<GoldenItem> GoldenBed::take(int64_t source, size_t at) {
  std::unique_lock lock(mutex_);
  Source& from = sources_[static_cast<size_t>(source)];
  if (at >= from.given && !from.woken) {
    from.waits = true;
    stillness_.leave();
    changed_.wait(lock, [&] { return !from.waits; });
  }
  from.woken = false;
  if (at >= from.given) return std::nullopt;
  return from.items[at];
}

void GoldenBed::wake(int64_t source) {
  const std::lock_guard lock(mutex_);
  Source& to = sources_[static_cast<size_t>(source)];
  to.woken = true;
  go_on_locked(to);
}

void GoldenBed::count_commit() {
  const std::lock_guard lock(mutex_);
  ++commits_;
}

int64_t GoldenBed::commits() {
  const std::lock_guard lock(mutex_);
  return commits_;
}

int64_t GoldenBed::add_collector() {
  const std::lock_guard lock(mutex_);
  collectors_.emplace_back();
  return static_cast<int64_t>(collectors_.size()) - 1;
}

void GoldenBed::open_collector(int64_t collector, wf::SchemaPtr schema) {
  const std::lock_guard lock(mutex_);
  Collector& opened = collectors_[static_cast<size_t>(collector)];
  opened.schema = std::move(schema);
  opened.aside = std::exchange(opened.batches, {});
}

void GoldenBed::restore_collector(int64_t collector, int64_t rows) {
  const std::lock_guard lock(mutex_);
  Collector& restored = collectors_[static_cast<size_t>(collector)];
  for (const wf::Batch& b : std::exchange(restored.aside, {})) {
    const int64_t n = std::min(b.rows(), rows);
    if (n > 0) restored.batches.push_back(b.slice(0, n));
    rows -= n;
  }
}

void GoldenBed::collect(int64_t collector, const wf::Batch& rows) {
  const std::lock_guard lock(mutex_);
  collectors_[static_cast<size_t>(collector)].batches.push_back(rows);
}

int64_t GoldenBed::rows(int64_t collector) {
  const std::lock_guard lock(mutex_);
  int64_t rows = 0;
  for (const wf::Batch& b : collectors_[static_cast<size_t>(collector)].batches) rows += b.rows();
  return rows;
}

GoldenBed::Collected GoldenBed::collected(int64_t collector) {
  const std::lock_guard lock(mutex_);
  return collectors_[static_cast<size_t>(collector)];
}

}  // namespace weirflow::cli
