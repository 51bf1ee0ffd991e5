// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Windows of sessions: rows of a key less than `gap` apart. A row may join two sessions; then the
// one that began earlier goes on, and what the later one holds comes behind what it holds.

#include <algorithm>

#include "state_bytes.h"
#include "windows.h"

namespace weirflow::flow {

using wf::Batch;
using wf::Status;

namespace {

std::string window_key(std::string_view key, int64_t start, int64_t end) {
  std::string full;
  full.reserve(key.size() + 16);
  put_ordered(full, end);
  full.append(key);
  put_ordered(full, start);
  return full;
}
std::string session_key(std::string_view key, int64_t start) {
  std::string full(key);
  put_ordered(full, start);
  return full;
}

}  // namespace

Status Windows::load_sessions(std::string_view key, std::vector<Session>& sessions) {
  // No key begins with another one, so all of this range are of this key.
  const std::string to = std::string(key).append(9, '\xFF');
  Status damaged;
  WF_TRY(sessions_.scan(key, to, [&](std::string_view at, std::string_view value) {
    if (at.size() != key.size() + 8 || value.size() != 8) {
      damaged = damaged_state();
      return false;
    }
    const int64_t start = ordered_at(at, key.size()), end = ordered_at(value);
    sessions.push_back({start, end, next_group_++, start, end, true, false});
    return true;
  }));
  WF_TRY(damaged);
  at_hand_->grow(next_group_);
  for (const Session& s : sessions) {
    WF_ASSIGN(const auto value, windows_.get(window_key(key, s.start, s.end)));
    if (!value) return damaged_state();
    WF_TRY(at_hand_->merge(s.group, *value));
  }
  return {};
}

Status Windows::take_into_session(const Batch& rows, int64_t row, int64_t t, std::string_view key,
                                  std::vector<Session>& sessions, std::vector<Missed>& late) {
  const int64_t end = t + spec_.gap;
  Session* into = nullptr;
  for (size_t i = 0; i < sessions.size();) {
    Session& s = sessions[i];
    if (t >= s.end || s.start >= end) {
      ++i;
      continue;
    }
    if (!into) {
      into = &s;
      ++i;
      continue;
    }
    // What both hold so far is put together before the row is added.
    WF_TRY(at_hand_->fold(rows));
    value_.clear();
    at_hand_->save(s.group, value_);
    WF_TRY(at_hand_->merge(into->group, value_));
    into->start = std::min(into->start, s.start);
    into->end = std::max(into->end, s.end);
    if (s.stored) WF_TRY(erase_session(key, s.stored_start, s.stored_end));
    sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (!into) {
    if (is_late(end)) {
      late.push_back({row, t, end, true});
      return {};
    }
    const auto at = std::find_if(sessions.begin(), sessions.end(),
                                 [&](const Session& s) { return s.start > t; });
    into = &*sessions.insert(at, {t, end, next_group_++, 0, 0, false, true});
    at_hand_->grow(next_group_);
  }
  into->start = std::min(into->start, t);
  into->end = std::max(into->end, end);
  into->touched = true;
  at_hand_->take(row, into->group);
  return {};
}

Status Windows::erase_session(std::string_view key, int64_t session_start, int64_t session_end) {
  WF_TRY(erase_window(window_key(key, session_start, session_end)));
  return sessions_.erase(session_key(key, session_start));
}

Status Windows::store_sessions(std::string_view key, std::vector<Session>& sessions) {
  for (const Session& s : sessions) {
    if (!s.touched) continue;
    if (s.stored && (s.stored_start != s.start || s.stored_end != s.end))
      WF_TRY(erase_session(key, s.stored_start, s.stored_end));
    WF_TRY(put_window(window_key(key, s.start, s.end), *at_hand_, s.group));
    WF_TRY(sessions_.put(session_key(key, s.start), ordered(s.end)));
  }
  return {};
}

Status Windows::add_sessions(const Batch& rows, std::vector<Missed>& late) {
  const auto times = rows.numbers<int64_t>(rows.column_count() - 1);
  std::vector<std::vector<Session>> of_key;
  at_hand_.emplace(plan_);
  next_group_ = 0;
  KeyIndex keys;
  for (int64_t row = 0; row < rows.rows(); ++row) {
    key_.clear();
    encoder_.encode(rows, row, key_);
    bool is_new = false;
    const uint32_t number = keys.find_or_add(key_, &is_new);
    if (is_new) WF_TRY(load_sessions(key_, of_key.emplace_back()));
    WF_TRY(take_into_session(rows, row, times[row], key_, of_key[number], late));
  }
  WF_TRY(at_hand_->fold(rows));
  for (uint32_t k = 0; k < keys.size(); ++k) WF_TRY(store_sessions(keys.key(k), of_key[k]));
  return {};
}

}  // namespace weirflow::flow
