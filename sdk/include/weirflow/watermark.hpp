// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The watermark of a source from its splits (topic partitions, files): each split's is its highest
/// event time less `out_of_order`, the source's is the lowest of the active ones, as in Flink's
/// "Generating Watermarks" (nightlies.apache.org/flink, DataStream API, event time).
///
/// A split holds everything back from its assignment until it has brought a row, or the other side
/// has said that nothing of it is unread. It becomes idle, and counts no more until its next row,
/// only after it has been at its end for `idle_after` while the source was asked for rows: a reader
/// that is merely busy, or paused by those behind it, is not idle.
///
/// Times in microseconds. Threads: one at a time.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "weirflow/status.hpp"

namespace wf {

class WatermarkTracker {
 public:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::min();

  WatermarkTracker(int64_t out_of_order_us, int64_t idle_after_us)
      : out_of_order_(out_of_order_us), idle_after_(idle_after_us) {}

  /// A new split, which holds the watermark back. Twice does nothing.
  void assign(const std::string& split) { splits_.try_emplace(split); }
  /// The split is no longer this source's.
  void revoke(const std::string& split) { splits_.erase(split); }

  /// Rows of the split came, the highest of their event times being `event_us`.
  void see(const std::string& split, int64_t event_us) {
    Split& s = splits_[split];
    s.highest = std::max(s.highest, event_us);
    s.opened = true;
    s.at_end_since = kNone;
  }
  /// Rows of the split came, none of which has an event time.
  void see(const std::string& split) {
    Split& s = splits_[split];
    s.opened = true;
    s.at_end_since = kNone;
  }
  /// Nothing of the split is unread, as the other side says at `now_us` (monotonic).
  void at_end(const std::string& split, int64_t now_us) {
    Split& s = splits_[split];
    s.opened = true;
    if (s.at_end_since == kNone) s.at_end_since = now_us;
  }
  /// The source is not asked for rows (or is again): that time does not make a split idle.
  void paused(bool is_paused, int64_t now_us) {
    if (is_paused == (paused_since_ != kNone)) return;
    if (is_paused) {
      paused_since_ = now_us;
      return;
    }
    for (auto& [name, s] : splits_)
      if (s.at_end_since != kNone) s.at_end_since += now_us - paused_since_;
    paused_since_ = kNone;
  }

  [[nodiscard]] bool is_idle(const std::string& split, int64_t now_us) const {
    const auto found = splits_.find(split);
    return found != splits_.end() && idle(found->second, now_us);
  }
  /// Every split is idle (or there is none): see Emitter::idle_watermark().
  [[nodiscard]] bool all_idle(int64_t now_us) const {
    return std::all_of(splits_.begin(), splits_.end(),
                       [&](const auto& split) { return idle(split.second, now_us); });
  }
  /// Never goes back; kNone while a split holds it or before the first event time. When all splits
  /// are idle it stays where it is.
  int64_t watermark(int64_t now_us) {
    int64_t lowest = std::numeric_limits<int64_t>::max();
    bool any = false;
    for (const auto& [name, s] : splits_) {
      if (!s.opened) return last_;
      if (s.highest == kNone || idle(s, now_us)) continue;
      lowest = std::min(lowest, s.highest - out_of_order_);
      any = true;
    }
    if (any) last_ = std::max(last_, lowest);
    return last_;
  }

  /// Highest event times and the watermark, for a snapshot; one line a split, names without '\n'.
  [[nodiscard]] std::string to_string() const {
    std::string text = std::to_string(last_) + "\n";
    for (const auto& [name, s] : splits_)
      text += std::to_string(s.highest) + (s.opened ? " 1 " : " 0 ") + name + "\n";
    return text;
  }
  /// Replaces what is there.
  Status restore(std::string_view text) {
    splits_.clear();
    if (!take_number(text, '\n', &last_)) return damaged();
    while (!text.empty()) {
      Split s;
      int64_t opened = 0;
      if (!take_number(text, ' ', &s.highest) || !take_number(text, ' ', &opened)) return damaged();
      const size_t end = text.find('\n');
      if (end == std::string_view::npos) return damaged();
      s.opened = opened == 1;
      splits_[std::string(text.substr(0, end))] = s;
      text.remove_prefix(end + 1);
    }
    return {};
  }

 private:
  struct Split {
    int64_t highest = kNone;
    bool opened = false;  ///< has brought a row or was found empty
    int64_t at_end_since = kNone;
  };
  [[nodiscard]] bool idle(const Split& s, int64_t now_us) const {
    if (s.at_end_since == kNone) return false;
    const int64_t until = paused_since_ == kNone ? now_us : paused_since_;
    return until - s.at_end_since >= idle_after_;
  }
  static bool take_number(std::string_view& text, char end, int64_t* value) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (read.ec != std::errc() || read.ptr == text.data() + text.size() || *read.ptr != end)
      return false;
    text.remove_prefix(static_cast<size_t>(read.ptr - text.data()) + 1);
    return true;
  }
  static Status damaged() { return invalid_data("the snapshot's watermarks are damaged"); }

  int64_t out_of_order_, idle_after_;
  int64_t last_ = kNone;
  int64_t paused_since_ = kNone;
  std::map<std::string, Split> splits_;
};

}  // namespace wf
