// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/keyed_state.h"

namespace weirflow::engine {

namespace {

constexpr std::string_view kMagic = "WFKS0001";

void put_number(std::string& out, uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

/// Takes numbers and texts off the front; `ok` turns false at the first that is not there.
struct Reader {
  std::string_view rest;
  bool ok = true;
  uint64_t number() {
    if (rest.size() < 8) return ok = false, 0;
    uint64_t value = 0;
    for (size_t i = 8; i-- > 0;) value = value << 8 | static_cast<unsigned char>(rest[i]);
    rest.remove_prefix(8);
    return value;
  }
  std::string_view text() {
    const uint64_t size = number();
    if (size > rest.size()) return ok = false, std::string_view();
    const std::string_view found = rest.substr(0, size);
    rest.remove_prefix(size);
    return found;
  }
};

int64_t bytes_of(std::string_view key, std::string_view value) {
  return static_cast<int64_t>(key.size() + value.size());
}

}  // namespace

void KeyedState::held(int64_t bytes) {
  if (on_bytes_ && bytes != 0) on_bytes_(bytes);
}

/// Brings the overlay home when the view is gone: some entries at each call, so that none waits
/// for all of them.
void KeyedState::fold() {
  if (!frozen_ || !view_gone_->load(std::memory_order_acquire)) return;
  constexpr int kEntries = 64;
  for (int done = 0; done < kEntries && !overlay_.empty();) {
    auto& [number, changes] = *overlay_.begin();
    Table& table = (*base_)[number];
    while (!changes.empty() && done++ < kEntries) {
      auto change = changes.extract(changes.begin());
      if (change.mapped())
        table.insert_or_assign(std::move(change.key()), std::move(*change.mapped()));
      else if (const auto gone = table.find(change.key()); gone != table.end())
        table.erase(gone);
    }
    if (changes.empty()) overlay_.erase(overlay_.begin());
  }
  if (overlay_.empty()) frozen_ = false;
}

wf::Result<std::optional<std::string_view>> KeyedState::get(uint32_t table, std::string_view key) {
  if (frozen_) {
    if (const auto changes = overlay_.find(table); changes != overlay_.end())
      if (const auto found = changes->second.find(key); found != changes->second.end())
        return found->second ? std::optional<std::string_view>(*found->second) : std::nullopt;
  }
  const auto rows = base_->find(table);
  if (rows == base_->end()) return std::optional<std::string_view>();
  const auto found = rows->second.find(key);
  return found == rows->second.end() ? std::nullopt
                                     : std::optional<std::string_view>(found->second);
}

wf::Status KeyedState::put(uint32_t table, std::string_view key, std::string_view value) {
  WF_ASSIGN(const auto before, get(table, key));
  const int64_t change =
      before ? static_cast<int64_t>(value.size()) - static_cast<int64_t>(before->size())
             : bytes_of(key, value);
  Size& size = sizes_[table];
  size.bytes += change;
  size.entries += before ? 0 : 1;
  held(change);
  if (frozen_) {
    overlay_[table].insert_or_assign(std::string(key), std::string(value));
    fold();
    return {};
  }
  Table& rows = (*base_)[table];
  const auto at = rows.lower_bound(key);
  if (at != rows.end() && at->first == key)
    at->second.assign(value);
  else
    rows.emplace_hint(at, key, value);
  return {};
}

wf::Status KeyedState::erase(uint32_t table, std::string_view key) {
  WF_ASSIGN(const auto before, get(table, key));
  if (!before) return {};
  Size& size = sizes_[table];
  const int64_t change = bytes_of(key, *before);
  size.bytes -= change;
  --size.entries;
  held(-change);
  if (frozen_) {
    overlay_[table].insert_or_assign(std::string(key), std::nullopt);
    fold();
    return {};
  }
  Table& rows = (*base_)[table];
  rows.erase(rows.find(key));
  return {};
}

wf::Status KeyedState::scan(uint32_t table, std::string_view from, std::string_view to,
                            const Visit& visit) {
  static const Table kNoRows;
  static const Overlay kNoChanges;
  const auto rows = base_->find(table);
  const auto changes = overlay_.find(table);
  const Table& below = rows == base_->end() ? kNoRows : rows->second;
  const Overlay& above = changes == overlay_.end() ? kNoChanges : changes->second;
  auto row = below.lower_bound(from);
  auto change = above.lower_bound(from);
  const auto in_range = [&](const std::string& key) { return to.empty() || key < to; };
  for (;;) {
    const bool has_row = row != below.end() && in_range(row->first);
    const bool has_change = change != above.end() && in_range(change->first);
    if (!has_row && !has_change) return {};
    if (has_change && (!has_row || change->first <= row->first)) {
      if (has_row && change->first == row->first) ++row;
      if (change->second && !visit(change->first, *change->second)) return {};
      ++change;
    } else {
      if (!visit(row->first, row->second)) return {};
      ++row;
    }
  }
}

wf::Result<plugin::KeyedStore::Size> KeyedState::size(uint32_t table) {
  const auto found = sizes_.find(table);
  return found == sizes_.end() ? Size{} : found->second;
}

bool KeyedState::is_empty() const {
  for (const auto& [table, size] : sizes_)
    if (size.entries > 0) return false;
  return true;
}

std::unique_ptr<KeyedState::Frozen> KeyedState::freeze() {
  // The view before is gone, but changes may still be in the overlay: they belong to this one.
  while (frozen_) fold();
  frozen_ = true;
  view_gone_ = std::make_shared<std::atomic<bool>>(false);
  return std::unique_ptr<Frozen>(new Frozen(base_, view_gone_));
}

std::string KeyedState::Frozen::bytes() const {
  std::string out(kMagic);
  put_number(out, tables_->size());
  for (const auto& [table, rows] : *tables_) {
    put_number(out, table);
    put_number(out, rows.size());
    for (const auto& [key, value] : rows) {
      put_text(out, key);
      put_text(out, value);
    }
  }
  return out;
}

wf::Status KeyedState::restore(std::string_view bytes) {
  const auto damaged = [] { return wf::invalid_data("the state by key is damaged"); };
  if (!bytes.starts_with(kMagic)) return damaged();
  Reader in{bytes.substr(kMagic.size())};
  auto tables = std::make_shared<Tables>();
  std::map<uint32_t, Size> sizes;
  for (uint64_t left = in.number(); in.ok && left > 0; --left) {
    const auto table = static_cast<uint32_t>(in.number());
    Table& rows = (*tables)[table];
    for (uint64_t entries = in.number(); in.ok && entries > 0; --entries) {
      const std::string_view key = in.text(), value = in.text();
      if (!in.ok) break;
      rows.emplace_hint(rows.end(), key, value);
      sizes[table].bytes += bytes_of(key, value);
      ++sizes[table].entries;
    }
  }
  if (!in.ok || !in.rest.empty()) return damaged();
  base_ = std::move(tables);
  overlay_.clear();
  frozen_ = false;
  sizes_ = std::move(sizes);
  for (const auto& [table, size] : sizes_) held(size.bytes);
  return {};
}

}  // namespace weirflow::engine
