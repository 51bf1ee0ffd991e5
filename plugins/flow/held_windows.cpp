// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Windows held in memory: a window that many rows come for goes to the state once, not with every
// batch.

#include <algorithm>

#include "windows.h"

namespace weirflow::flow {

using wf::Result;
using wf::Status;

std::string Windows::snapshot() const {
  std::string out = restored_, value;
  for (const auto& [end, held] : held_)
    for (uint32_t g = 0; g < held.is_unwritten.size(); ++g) {
      if (!held.is_unwritten[g]) continue;
      put_raw(out, end);
      put_bytes(out, held.keys.key(g));
      value.clear();
      held.state.save(g, value);
      put_bytes(out, value);
    }
  return out;
}

Status Windows::take_restored() {
  std::string_view in = restored_, key, value;
  while (!in.empty()) {
    int64_t end = 0;
    if (!take_raw(in, &end) || !take_bytes(in, &key) || !take_bytes(in, &value))
      return damaged_state();
    WF_ASSIGN(Held* const held, hold(end));
    bool is_new = false;
    const uint32_t g = held->keys.find_or_add(key, &is_new);
    if (!is_new) return damaged_state();
    held->state.grow(held->keys.size());
    held->is_unwritten.push_back(1);
    held->unwritten = true;
    WF_TRY(held->state.merge(g, value));
  }
  restored_.clear();
  return {};
}

int64_t Windows::bytes() const {
  auto sum = static_cast<int64_t>(restored_.size());
  for (const auto& [end, held] : held_)
    sum += static_cast<int64_t>(sizeof(held) + held.is_unwritten.capacity()) + held.keys.bytes() +
           held.state.bytes();
  return sum;
}

bool Windows::changed() const {
  return changed_ || std::any_of(held_.begin(), held_.end(),
                                 [](const auto& held) { return held.second.unwritten; });
}

/// The windows of this end; they stay where they are until they are written and let go.
Result<Windows::Held*> Windows::hold(int64_t end) {
  const auto found = held_.find(end);
  if (found != held_.end()) return &found->second;
  Held held{{}, GroupState(plan_), {}, false, true};
  WF_TRY(windows_.scan(ordered(end), ordered(end + 1), [&](std::string_view, std::string_view) {
    held.complete = false;
    return false;
  }));
  return &held_.emplace(end, std::move(held)).first->second;
}

/// The number of a key's window, with what the state has of it.
Result<uint32_t> Windows::group_of(int64_t end, Held& held, std::string_view key) {
  bool is_new = false;
  const uint32_t g = held.keys.find_or_add(key, &is_new);
  if (!is_new) return g;
  held.state.grow(g + 1);
  held.is_unwritten.push_back(0);
  if (held.complete) return g;
  WF_ASSIGN(const auto value, windows_.get(ordered(end).append(key)));
  if (value) WF_TRY(held.state.merge(g, *value));
  return g;
}

/// Puts into the state what is not there yet.
Status Windows::write(int64_t end, Held& held) {
  if (!held.unwritten) return {};
  for (uint32_t g = 0; g < held.is_unwritten.size(); ++g) {
    if (!held.is_unwritten[g]) continue;
    key_ = ordered(end).append(held.keys.key(g));
    WF_TRY(put_window(key_, held.state, g));
    held.is_unwritten[g] = 0;
  }
  held.unwritten = false;
  return {};
}

/// Writes the windows that end until then, and lets them go.
Status Windows::write_up_to(int64_t end) {
  while (!held_.empty() && held_.begin()->first <= end) {
    WF_TRY(write(held_.begin()->first, held_.begin()->second));
    held_.erase(held_.begin());
  }
  return {};
}

}  // namespace weirflow::flow
