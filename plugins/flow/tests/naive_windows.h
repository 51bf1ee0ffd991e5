// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

// What flow.window must give, computed row by row from all values of every window.

#include <algorithm>
#include <map>
#include <tuple>

#include "stream_rows.h"
#include "windows.h"

namespace weirflow::flow {

/// The answer row by row, every window with all its values.
class Naive {
 public:
  explicit Naive(const WindowSpec& spec) : spec_(spec) {}
  std::vector<std::string> out, late;

  void add(const StreamRow& row) {
    if (spec_.gap > 0) return add_to_session(row);
    // All starts that could hold the time, one by one.
    std::vector<int64_t> starts;
    for (int64_t start = row.time; start > row.time - spec_.size; --start)
      if ((start - spec_.offset) % spec_.slide == 0) starts.push_back(start);
    for (auto start = starts.rbegin(); start != starts.rend(); ++start) {
      const int64_t end = *start + spec_.size;
      if (is_late(end)) {
        miss(row, *start, end);
        continue;
      }
      Open& window = open_[{end, key(row), *start}];
      window.values.push_back(row.value);
      window.changed = true;
    }
  }
  void advance(int64_t w) {
    if (w <= watermark_) return;
    for (auto at = open_.begin(); at != open_.end();) {
      const int64_t end = std::get<0>(at->first);
      const bool ends = w == INT64_MAX || end + spec_.lateness <= w;
      const bool shown = end <= w && (end > watermark_ || at->second.changed);
      if (ends || shown) give_out(at->first, at->second, ends);
      at = ends ? open_.erase(at) : std::next(at);
    }
    watermark_ = w;
  }
  void show_changed() {
    for (auto& [at, window] : open_)
      if (window.changed) give_out(at, window, false);
  }
  bool tells_final = false;

 private:
  using Key = std::pair<bool, int64_t>;  // null is last
  using Place = std::tuple<int64_t, Key, int64_t>;
  struct Open {
    std::vector<std::optional<int64_t>> values;
    bool changed = false;
  };
  static Key key(const StreamRow& row) { return {!row.key, row.key.value_or(0)}; }
  [[nodiscard]] bool is_late(int64_t end) const {
    return watermark_ != INT64_MIN && end + spec_.lateness <= watermark_;
  }
  void miss(const StreamRow& row, int64_t start, int64_t end) {
    late.push_back(text(row) + " | " + std::to_string(start) + " | " + std::to_string(end));
  }
  void add_to_session(const StreamRow& row) {
    int64_t start = row.time, end = row.time + spec_.gap;
    std::vector<std::pair<int64_t, Place>> met;  // by start
    for (const auto& [at, window] : open_)
      if (std::get<1>(at) == key(row) && row.time < std::get<0>(at) && std::get<2>(at) < end)
        met.emplace_back(std::get<2>(at), at);
    if (met.empty() && is_late(end)) return miss(row, start, end);
    std::sort(met.begin(), met.end());
    Open merged;
    const int64_t own_end = end;
    for (const auto& [from, at] : met) {
      const auto& values = open_[at].values;
      merged.values.insert(merged.values.end(), values.begin(), values.end());
      start = std::min(start, from);
      end = std::max({end, own_end, std::get<0>(at)});
      open_.erase(at);
    }
    merged.values.push_back(row.value);
    merged.changed = true;
    open_[{end, key(row), start}] = std::move(merged);
  }
  void give_out(const Place& at, Open& window, bool is_final) {
    const auto& [end, k, start] = at;
    std::vector<int64_t> known;
    for (const auto& value : window.values)
      if (value) known.push_back(*value);
    std::string line = (k.first ? "null" : std::to_string(k.second)) + " | " +
                       std::to_string(start) + " | " + std::to_string(end) + " | " +
                       std::to_string(window.values.size());
    if (known.empty()) {
      line += " | null | null | null | null | null";
    } else {
      int64_t sum = 0;
      for (const int64_t value : known) sum += value;
      const int64_t first = known.front(), last = known.back();
      std::sort(known.begin(), known.end());
      const auto middle =
          static_cast<double>(known[(known.size() - 1) / 2] + known[known.size() / 2]);
      std::string half = std::to_string(std::abs(static_cast<int64_t>(middle)) / 2) +
                         (static_cast<int64_t>(middle) % 2 ? ".5" : "");
      if (middle < 0) half = "-" + half;
      line += " | " + std::to_string(sum) + " | " + std::to_string(known.front()) + " | " +
              std::to_string(first) + " | " + std::to_string(last) + " | " + half;
    }
    if (tells_final) line += is_final ? " | true" : " | false";
    out.push_back(std::move(line));
    window.changed = false;
  }
  WindowSpec spec_;
  int64_t watermark_ = INT64_MIN;
  std::map<Place, Open> open_;
};

}  // namespace weirflow::flow
