// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which keys there have been, in the host's state: for ever, or within a time of the rows that
/// were kept, or the newest so many. Keys are 16 bytes of hash.
///
/// Tables: 0 [key], or [key][time] of each kept row; 1 [when it is forgotten] and that key of table
/// 0, or [number] -> key; 2 numbers. Threads: [worker]. Errors: of the state.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state_bytes.h"
#include "weirflow/state.hpp"

namespace weirflow::flow {

class SeenKeys {
 public:
  /// `within` in microseconds, 0: for ever. `newest`: at most so many keys, 0: all. Not both.
  SeenKeys(const wf::Host& host, int64_t within, int64_t newest)
      : keys_(host, 0), order_(host, 1), about_(host, 2), within_(within), newest_(newest) {}

  /// Whether a row of that key at that time is one to keep; it is then remembered.
  wf::Result<bool> is_new(std::string_view key, int64_t time) {
    if (within_ > 0) return is_new_within(key, time);
    WF_ASSIGN(const auto before, keys_.get(key));
    if (before) return false;
    WF_TRY(newest_ > 0 ? remember_newest(key) : keys_.put(key, ""));
    return true;
  }

  /// No row before `watermark` will come: kept rows that none can meet are forgotten.
  wf::Status forget(int64_t watermark) {
    if (within_ == 0) return {};
    for (;;) {
      std::vector<std::string> due;
      WF_TRY(order_.scan("", watermark == INT64_MAX ? "" : ordered(watermark + 1),
                         [&](std::string_view key, std::string_view) {
                           due.emplace_back(key);
                           return due.size() < kAtOnce;
                         }));
      if (due.empty()) return {};
      for (const std::string& key : due) {
        if (key.size() < 8) return damaged_state();
        WF_TRY(order_.erase(key));
        WF_TRY(keys_.erase(std::string_view(key).substr(8)));
      }
    }
  }

 private:
  static constexpr size_t kAtOnce = 4096;

  wf::Result<bool> is_new_within(std::string_view key, int64_t time) {
    const auto at = [&](int64_t t) { return std::string(key).append(ordered(t)); };
    bool met = false;
    WF_TRY(keys_.scan(at(time - within_ + 1), at(time + within_),
                      [&](std::string_view, std::string_view) {
                        met = true;
                        return false;
                      }));
    if (met) return false;
    WF_TRY(keys_.put(at(time), ""));
    WF_TRY(order_.put(ordered(time + within_).append(at(time)), ""));
    return true;
  }
  wf::Status remember_newest(std::string_view key) {
    if (!started_) {
      WF_ASSIGN(const auto next, about_.get("next"));
      if (next && next->size() != 8) return damaged_state();
      next_ = next ? ordered_at(*next) : 0;
      started_ = true;
    }
    WF_TRY(keys_.put(key, ""));
    WF_TRY(order_.put(ordered(next_), key));
    ++next_;
    // One, or more when the state is of a larger `newest`.
    std::vector<std::pair<std::string, std::string>> oldest;
    WF_TRY(order_.scan("", ordered(next_ - newest_), [&](std::string_view n, std::string_view k) {
      oldest.emplace_back(n, k);
      return oldest.size() < kAtOnce;
    }));
    for (const auto& [number, forgotten] : oldest) {
      WF_TRY(keys_.erase(forgotten));
      WF_TRY(order_.erase(number));
    }
    return about_.put("next", ordered(next_));
  }
  wf::StateTable keys_, order_, about_;
  int64_t within_, newest_, next_ = 0;
  bool started_ = false;
};

}  // namespace weirflow::flow
