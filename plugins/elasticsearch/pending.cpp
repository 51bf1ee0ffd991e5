// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "pending.h"

#include <algorithm>

namespace weirflow::elasticsearch {

void Pending::add(Document document) {
  ++documents_;
  bytes_ += document.bytes();
  ++epochs_[document.epoch];
  make_ready({next_order_++, std::move(document)});
}

void Pending::make_ready(Entry entry) {
  ready_bytes_ += entry.document.body_bytes();
  ready_.emplace(entry.order, std::move(entry.document));
}

bool Pending::is_due(Time now, const Limits& limits, Time::duration age, bool hurry) const {
  if (ready_.empty() || ready_.begin()->second.epoch != first_epoch()) return false;
  const Document& oldest = ready_.begin()->second;
  return hurry || ready_.size() >= limits.documents || ready_bytes_ >= limits.bytes ||
         oldest.tries > 0 || oldest.group > 0 || now - oldest.added >= age;
}

Pending::Time Pending::next_due(Time::duration age) const {
  Time soonest = Time::max();
  if (!later_.empty()) soonest = later_.begin()->first;
  if (!ready_.empty() && ready_.begin()->second.epoch == first_epoch())
    soonest = std::min(soonest, ready_.begin()->second.added + age);
  return soonest;
}

Pending::Bulk Pending::take(const Limits& limits) {
  Bulk bulk;
  size_t most = std::max<size_t>(limits.documents, 1);
  int64_t body = 0;
  for (auto at = ready_.begin(); at != ready_.end() && bulk.size() < most;) {
    const Document& document = at->second;
    if (document.epoch != first_epoch()) break;
    const auto lane = document.key ? lanes_.find(document.key) : lanes_.end();
    const bool waits = lane != lanes_.end() && lane->second.holder != at->first;
    if (!waits) {
      if (!bulk.empty() && body + document.body_bytes() > limits.bytes) break;
      if (document.group > 0) {
        if (bulk.size() + 1 > document.group) break;
        most = std::min<size_t>(most, document.group);
      }
      body += document.body_bytes();
    }
    ready_bytes_ -= document.body_bytes();
    Entry entry{at->first, std::move(at->second)};
    at = ready_.erase(at);
    if (waits) {
      lane->second.waiting.push_back(std::move(entry));
      continue;
    }
    if (entry.document.key) lanes_[entry.document.key].holder = entry.order;
    bulk.push_back(std::move(entry));
  }
  return bulk;
}

void Pending::next_of(uint64_t key) {
  const auto found = key ? lanes_.find(key) : lanes_.end();
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  if (lane.waiting.empty()) {
    lanes_.erase(found);
    return;
  }
  Entry next = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  lane.holder = next.order;
  make_ready(std::move(next));
}

void Pending::settle(const Entry& entry) {
  --documents_;
  bytes_ -= entry.document.bytes();
  const auto epoch = epochs_.find(entry.document.epoch);
  if (--epoch->second == 0) epochs_.erase(epoch);
  next_of(entry.document.key);
}

void Pending::put_back(Entry entry, Time at) { later_.emplace(at, std::move(entry)); }

void Pending::release(Time now) {
  while (!later_.empty() && later_.begin()->first <= now)
    make_ready(std::move(later_.extract(later_.begin()).mapped()));
}

std::vector<Document> Pending::all(const std::vector<const Bulk*>& taken) const {
  struct Place {
    const Document* document;
    bool taken;
  };
  std::map<uint64_t, Place> ordered;
  for (const Bulk* bulk : taken)
    for (const Entry& entry : *bulk) ordered.emplace(entry.order, Place{&entry.document, true});
  for (const auto& [order, document] : ready_) ordered.emplace(order, Place{&document, false});
  for (const auto& [at, entry] : later_)
    ordered.emplace(entry.order, Place{&entry.document, false});
  for (const auto& [key, lane] : lanes_)
    for (const Entry& entry : lane.waiting)
      ordered.emplace(entry.order, Place{&entry.document, false});
  std::vector<Document> documents;
  documents.reserve(ordered.size());
  for (const auto& [order, place] : ordered) {
    documents.push_back(*place.document);
    documents.back().may_be_there = place.document->may_be_there || place.taken;
  }
  return documents;
}

}  // namespace weirflow::elasticsearch
