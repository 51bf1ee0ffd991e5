// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// kafka.source: records of topics into rows.

#include <map>
#include <memory>
#include <set>

#include "decode.h"
#include "discover.h"
#include "source_fields.h"
#include "weirflow/component.hpp"
#include "weirflow/watermark.hpp"

namespace weirflow::kafka {

class Source final : public wf::Source<SourceConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("kafka.source")
          .version("1.0.0")
          .blocking()
          .uses_network()
          .emits_watermarks()
          .summary(
              "Reads topics of Kafka, for ever or up to a stop, with positions in checkpoints");
  static constexpr auto kConfig = std::tuple_cat(client_fields<SourceConfig>(), kSourceFields);

 protected:
  wf::Status bind(wf::SchemaBuilder& out) override;
  wf::Status open() override;
  wf::Status next(wf::Emitter& out, wf::Duration max_wait) override;
  wf::Status close() override;
  void cancel() override { wake(); }
  void wake() override;
  [[nodiscard]] bool is_bounded() const override { return config().stop != "never"; }
  [[nodiscard]] wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  void committed(uint64_t epoch) override;
  void paused(bool is_paused) override;
  [[nodiscard]] int64_t read_bytes() const override { return read_bytes_; }

 private:
  /// What a batch being collected says of a split.
  struct Seen {
    int64_t rows = 0;
    int64_t highest_us = wf::WatermarkTracker::kNone;
    bool at_end = false;
  };

  wf::Status check_config();
  wf::Status find_starts(std::vector<Split>& splits);
  wf::Status find_stops(std::vector<Split>& splits);
  wf::Status begin();
  wf::Status adopt_new_partitions();
  wf::Status settle_stop_time();
  wf::Status collect(wf::Emitter& out, wf::Duration max_wait);
  wf::Status take(const Record& record, wf::Emitter& out);
  wf::Status take_record(const Record& record, size_t split, wf::Emitter& out);
  wf::Status take_error(const Record& record);
  wf::Status gap(Split& split);
  wf::Status end_split(Split& split);
  void hand_over(wf::Emitter& out);
  void see_event_times(const wf::Batch& batch);
  void measure();
  [[nodiscard]] bool all_done() const;
  [[nodiscard]] int find(std::string_view topic, int32_t partition);
  [[nodiscard]] SteadyTime patience() const;

  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<Consumer> consumer_;
  std::mutex wake_mutex_;
  Consumer* wakeable_ = nullptr;  ///< what wake() may touch
  std::unique_ptr<PartitionWatch> watch_;
  std::unique_ptr<wf::WatermarkTracker> tracker_;
  std::vector<Split> splits_;
  size_t last_found_ = 0;
  int64_t records_ = 0;
  bool begun_ = false, stop_time_open_ = false, group_complained_ = false;
  int64_t start_ms_ = 0, stop_ms_ = 0;
  int event_column_ = -1;  ///< -1: the record's timestamp

  // The batch being collected.
  std::vector<Seen> seen_;
  std::vector<uint32_t> row_splits_;
  int64_t batch_records_ = 0, batch_bytes_ = 0;
  int64_t watermark_ = wf::WatermarkTracker::kNone;

  std::map<uint64_t, std::vector<Split>> uncommitted_;
  std::atomic<int64_t> read_bytes_{0};
  SteadyTime measured_{};
};

}  // namespace weirflow::kafka
