// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "ngram_counts.h"

#include <algorithm>
#include <utility>

namespace weirflow::ml {
namespace {

constexpr size_t kAhead = 8;  // table lines fetched ahead of their use

}  // namespace

int compare_terms(std::string_view a, std::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  const auto ends =
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(common), b.begin());
  const auto at = static_cast<size_t>(ends.first - a.begin());
  if (at == common) return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
  if (a[at] == ' ') return -1;
  if (b[at] == ' ') return 1;
  return static_cast<uint8_t>(a[at]) < static_cast<uint8_t>(b[at]) ? -1 : 1;
}

NgramCounts::NgramCounts(uint32_t min_n, uint32_t max_n)
    : min_n_(min_n), max_n_(max_n), slots_(kFirstSlots) {}

void NgramCounts::add_document(std::span<const std::string_view> tokens) {
  ids_.clear();
  any_spaced_ = false;
  for (const std::string_view token : tokens) ids_.push_back(add_token(token));
  count_document();
}

void NgramCounts::add_document(const TokenBatch& batch, size_t document) {
  ids_.clear();
  any_spaced_ = false;
  const int32_t end = batch.list_offsets[document + 1];
  for (int32_t t = batch.list_offsets[document]; t < end; ++t) {
    ids_.push_back(add_token(batch.token(t)));
  }
  count_document();
}

uint32_t NgramCounts::add_token(std::string_view token) {
  const uint32_t id = tokens_.intern(token);
  if (id == token_stats_.size()) {
    token_stats_.emplace_back();
    spaced_.push_back(token.find(' ') != std::string_view::npos);
  }
  any_spaced_ |= spaced_[id] != 0;
  return id;
}

void NgramCounts::count_document() {
  if (any_spaced_) {
    count_with_spaces();
  } else {
    if (min_n_ == 1) {
      for (const uint32_t id : ids_) bump(token_stats_[id]);
    }
    nodes_ = ids_;
    for (uint32_t n = 2; n <= max_n_ && n <= ids_.size(); ++n) {
      count_level(n, ids_.size() - n + 1);
    }
  }
  ++document_;
  for (uint32_t n = min_n_; n <= max_n_ && n <= ids_.size(); ++n) total_ += ids_.size() - n + 1;
}

/// On entry nodes_[i] is the (n - 1)-gram that begins at token i; on return the n-gram.
void NgramCounts::count_level(uint32_t n, size_t positions) {
  keys_.resize(positions);
  for (size_t i = 0; i < positions; ++i) keys_[i] = key_of(nodes_[i], ids_[i + n - 1]);
  const bool counted = n >= min_n_;
  for (size_t i = 0; i < positions; ++i) {
    if (i + kAhead < positions) {
      __builtin_prefetch(&slots_[spread(keys_[i + kAhead]) & (slots_.size() - 1)], 1);
    }
    Slot& slot = find_or_insert(keys_[i]);
    if (counted) bump(slot.stats);
    nodes_[i] = slot.id | kDeep;
  }
}

void NgramCounts::count_with_spaces() {
  for (uint32_t n = min_n_; n <= max_n_ && n <= ids_.size(); ++n) {
    for (size_t first = 0; first + n <= ids_.size(); ++first) count_by_pieces(first, n);
  }
}

void NgramCounts::count_by_pieces(size_t first, uint32_t n) {
  std::string text;
  for (size_t i = first; i < first + n; ++i) {
    if (i > first) text += ' ';
    text += tokens_[ids_[i]];
  }
  const size_t end_of_first = std::min(text.find(' '), text.size());
  const bool any_before = any_spaced_;
  uint32_t node = add_token(std::string_view(text).substr(0, end_of_first));
  Stats* stats = &token_stats_[node];
  for (size_t from = end_of_first; from < text.size();) {
    const size_t to = std::min(text.find(' ', from + 1), text.size());
    const uint32_t piece = add_token(std::string_view(text).substr(from + 1, to - from - 1));
    Slot& slot = find_or_insert(key_of(node, piece));
    node = slot.id | kDeep;
    stats = &slot.stats;
    from = to;
  }
  any_spaced_ = any_before;
  bump(*stats);
}

NgramCounts::Slot& NgramCounts::find_or_insert(uint64_t key) {
  const size_t mask = slots_.size() - 1;
  for (size_t at = spread(key) & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.key == key) return slot;
    if (slot.key != kFree) continue;
    if (size_t{deep_nodes_} * 4 >= slots_.size() * 3) {
      grow();
      return find_or_insert(key);
    }
    slot.key = key;
    slot.id = deep_nodes_++;
    return slot;
  }
}

void NgramCounts::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.key == kFree) continue;
    size_t at = spread(slot.key) & mask;
    while (slots_[at].key != kFree) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

void NgramCounts::add(const NgramCounts& other) {
  const auto sum = [](Stats& into, const Stats& from) {
    into.count += from.count;
    into.documents += from.documents;
  };
  std::vector<uint32_t> token_of(other.tokens_.size());
  for (uint32_t id = 0; id < other.tokens_.size(); ++id) {
    token_of[id] = add_token(other.tokens_[id]);
    sum(token_stats_[token_of[id]], other.token_stats_[id]);
  }
  const std::vector<uint64_t> keys = other.keys_by_id();
  const std::vector<Stats> stats = other.stats_by_id();
  std::vector<uint32_t> deep_of(keys.size());
  for (size_t id = 0; id < keys.size(); ++id) {
    const auto prefix = static_cast<uint32_t>(keys[id] >> 32);
    const uint32_t mapped = prefix & kDeep ? deep_of[prefix & ~kDeep] | kDeep : token_of[prefix];
    Slot& slot = find_or_insert(key_of(mapped, token_of[static_cast<uint32_t>(keys[id])]));
    sum(slot.stats, stats[id]);
    deep_of[id] = slot.id;
  }
  document_ += other.document_;
  total_ += other.total_;
}

size_t NgramCounts::peak_memory() const {
  constexpr size_t kOrderedVisit = 40;  // for_each_in_order's arrays, a node
  const size_t table = slots_.size() * sizeof(Slot);
  const bool grows_soon = size_t{deep_nodes_} * 16 >= slots_.size() * 11;
  return tokens_.memory() + token_stats_.capacity() * sizeof(Stats) + spaced_.capacity() +
         std::max(table + deep_nodes_ * kOrderedVisit, grows_soon ? 3 * table : table);
}

bool NgramCounts::full(size_t sharing) const {
  const uint64_t nodes = 0x70000000U / sharing;
  const uint64_t counts = 0xe0000000U / sharing;
  return tokens_.size() > nodes || deep_nodes_ > nodes || document_ > counts || total_ > counts;
}

void NgramCounts::clear() {
  tokens_.clear();
  token_stats_ = {};
  spaced_ = {};
  slots_ = std::vector<Slot>(kFirstSlots);
  deep_nodes_ = 0;
  document_ = 0;
  total_ = 0;
}

std::vector<uint64_t> NgramCounts::keys_by_id() const {
  std::vector<uint64_t> keys(deep_nodes_);
  for (const Slot& slot : slots_) {
    if (slot.key != kFree) keys[slot.id] = slot.key;
  }
  return keys;
}

std::vector<NgramCounts::Stats> NgramCounts::stats_by_id() const {
  std::vector<Stats> stats(deep_nodes_);
  for (const Slot& slot : slots_) {
    if (slot.key != kFree) stats[slot.id] = slot.stats;
  }
  return stats;
}

void NgramCounts::append_text(const std::vector<uint64_t>& keys, uint32_t node,
                              std::string& out) const {
  std::vector<uint32_t> pieces;
  while (node & kDeep) {
    const uint64_t key = keys[node & ~kDeep];
    pieces.push_back(static_cast<uint32_t>(key));
    node = static_cast<uint32_t>(key >> 32);
  }
  out += tokens_[node];
  for (size_t i = pieces.size(); i > 0; --i) {
    out += ' ';
    out += tokens_[pieces[i - 1]];
  }
}

void NgramCounts::for_each(const Visit& visit) const {
  const std::vector<uint64_t> keys = keys_by_id();
  std::string text;
  uint32_t node = 0;
  const std::function<std::string_view()> term = [&]() -> std::string_view {
    text.clear();
    append_text(keys, node, text);
    return text;
  };
  for (node = 0; node < token_stats_.size(); ++node) {
    const Stats& stats = token_stats_[node];
    if (stats.count > 0) visit(stats.count, stats.documents, term);
  }
  for (const Slot& slot : slots_) {
    if (slot.key == kFree || slot.stats.count == 0) continue;
    node = slot.id | kDeep;
    visit(slot.stats.count, slot.stats.documents, term);
  }
}

void NgramCounts::for_each_in_order(const std::function<void(const TermCount&)>& visit) const {
  std::vector<uint32_t> order(tokens_.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return compare_terms(tokens_[a], tokens_[b]) < 0; });
  std::vector<uint32_t> rank(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;

  // Children of every node, in the order of their pieces: tokens first, then deeper nodes.
  const std::vector<uint64_t> keys = keys_by_id();
  const std::vector<Stats> stats = stats_by_id();
  const auto flat = [&](uint32_t node) {
    return node & kDeep ? (node & ~kDeep) + tokens_.size() : node;
  };
  std::vector<std::pair<uint64_t, uint32_t>> edges(keys.size());
  for (uint32_t id = 0; id < keys.size(); ++id) {
    const uint64_t prefix = flat(static_cast<uint32_t>(keys[id] >> 32));
    edges[id] = {prefix << 32 | rank[static_cast<uint32_t>(keys[id])], id};
  }
  std::sort(edges.begin(), edges.end());
  std::vector<uint32_t> first(tokens_.size() + keys.size() + 1, 0);
  for (const auto& edge : edges) ++first[(edge.first >> 32) + 1];
  for (size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];

  struct Level {
    uint32_t next;
    uint32_t end;
    size_t text_size;
  };
  std::vector<Level> levels;
  std::string text;
  for (const uint32_t root : order) {
    text.assign(tokens_[root]);
    const Stats& own = token_stats_[root];
    if (own.count > 0) visit({text, own.count, own.documents});
    levels.assign(1, {first[root], first[root + 1], text.size()});
    while (!levels.empty()) {
      Level& level = levels.back();
      text.resize(level.text_size);
      if (level.next == level.end) {
        levels.pop_back();
        continue;
      }
      const uint32_t id = edges[level.next++].second;
      text += ' ';
      text += tokens_[static_cast<uint32_t>(keys[id])];
      if (stats[id].count > 0) visit({text, stats[id].count, stats[id].documents});
      const size_t node = id + size_t{tokens_.size()};
      levels.push_back({first[node], first[node + 1], text.size()});
    }
  }
}

}  // namespace weirflow::ml
