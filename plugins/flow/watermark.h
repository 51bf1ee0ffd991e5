// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "time_column.h"
#include "weirflow/watermark.hpp"

namespace weirflow::flow {

struct WatermarkConfig {
  std::string time;
  wf::Duration out_of_order{0};
  std::string split;
  std::optional<wf::Duration> idle_after;
};

/// Watermarks from a column, for rows whose source has none, or not of this column.
class Watermark : public wf::Transform<WatermarkConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.watermark")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::map)
                                    .stateful()
                                    .emits_watermarks()
                                    .summary("Makes a column the time that windows go by");
  static constexpr auto kConfig = wf::fields(
      wf::field("time", &WatermarkConfig::time)
          .required()
          .column()
          .help("Column of event times (timestamp). Rows without one pass and do not count.")
          .example(R"("created")"),
      wf::field("out_of_order", &WatermarkConfig::out_of_order)
          .range(0, kLongestSpan)
          .help("How much earlier than a row one that follows may be without being late.")
          .example(R"("30s")"),
      wf::field("split", &WatermarkConfig::split)
          .column()
          .help("Column that tells apart streams which go forward each by itself (a partition, a "
                "device): the slowest decides.")
          .example(R"("kafka_partition")"),
      wf::field("idle_after", &WatermarkConfig::idle_after)
          .range(1000, kLongestSpan)
          .help("With `split`: one that has brought no row for so long, by the clock, no longer "
                "holds the others back.")
          .example(R"("1m")"));
  static constexpr bool kHasTimers = true;
  static constexpr bool kHasState = true;

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    WF_ASSIGN(time_, require_time(config().time, in, "time"));
    split_.clear();
    if (!config().split.empty()) {
      wf::Result<std::vector<KeyColumn>> split = parse_columns({config().split}, in, "split");
      if (!split.ok()) return at_key(split.error(), "split");
      split_ = std::move(*split);
    } else if (config().idle_after) {
      return wf::invalid_config(
                 "`idle_after` goes with `split`: alone, a stream without rows "
                 "leaves the watermark where it is")
          .at({"idle_after", 0, 0, ""});
    }
    out = plain_schema(in);
    return {};
  }
  wf::Status open() override {
    tracker_.emplace(config().out_of_order.count(),
                     config().idle_after ? config().idle_after->count() : INT64_MAX);
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    out.emit(plain_batch(in, out.schema()));
    const wf::Array& times = *in.column(time_);
    const wf::NumericView<int64_t> us(times);
    const KeyEncoder encoder(split_);
    std::map<std::string, int64_t> highest;
    std::string key;
    for (int64_t row = 0; row < in.rows(); ++row) {
      if (times.is_null(row) || us[row] > kLastTime || us[row] < -kLastTime) continue;
      key.clear();
      encoder.encode(in, row, key);
      const auto [at, is_new] = highest.try_emplace(key, us[row]);
      at->second = std::max(at->second, us[row]);
    }
    const int64_t now = host().now_us();
    for (const auto& [split, time] : highest) {
      const std::string name = one_line(split);
      tracker_->see(name, time);
      tracker_->at_end(name, now);
      last_row_[name] = now;
    }
    give_watermark(now, out);
    return set_idle_timer(now);
  }
  wf::Status on_timer(wf::TimeKind, int64_t, std::string_view, wf::Emitter& out) override {
    timer_at_ = INT64_MAX;
    give_watermark(host().now_us(), out);
    return set_idle_timer(host().now_us());
  }
  wf::Result<std::string> snapshot(uint64_t) override { return tracker_->to_string(); }
  /// A split that brings nothing more is idle after its time, which begins anew.
  wf::Status restore(std::string_view snapshot) override {
    WF_TRY(tracker_->restore(snapshot));
    // One line for the watermark, then "highest opened name" of each split.
    for (size_t line = snapshot.find('\n') + 1; line < snapshot.size();) {
      const size_t end = snapshot.find('\n', line);
      const size_t name = snapshot.find(' ', snapshot.find(' ', line) + 1) + 1;
      const std::string split(snapshot.substr(name, end - name));
      tracker_->at_end(split, host().now_us());
      last_row_[split] = host().now_us();
      line = end + 1;
    }
    return {};
  }

 private:
  /// The tracker's names have no line ends.
  static std::string one_line(std::string_view key) {
    std::string name;
    for (const char c : key) {
      if (c == '\n')
        name += "\\n";
      else if (c == '\\')
        name += "\\\\";
      else
        name += c;
    }
    return name;
  }
  /// One timer at a time, for the split that is idle next.
  wf::Status set_idle_timer(int64_t now) {
    if (!config().idle_after) return {};
    int64_t next = INT64_MAX;
    for (const auto& [split, last] : last_row_)
      if (const int64_t idle = add_times(last, config().idle_after->count()); idle > now)
        next = std::min(next, idle);
    if (next >= timer_at_) return {};
    timer_at_ = next;
    return host().set_timer(wf::TimeKind::processing, next, "idle");
  }
  void give_watermark(int64_t now, wf::Emitter& out) {
    const int64_t us = tracker_->watermark(now);
    if (us <= given_) return;
    given_ = us;
    out.watermark(us);
    host().gauge("watermark_seconds", static_cast<double>(us) / 1e6);
  }

  int time_ = 0;
  std::vector<KeyColumn> split_;
  std::optional<wf::WatermarkTracker> tracker_;
  std::map<std::string, int64_t> last_row_;  ///< by the clock
  int64_t given_ = INT64_MIN, timer_at_ = INT64_MAX;
};

}  // namespace weirflow::flow
