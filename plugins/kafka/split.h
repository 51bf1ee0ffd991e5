// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Positions of kafka.source: its splits are topic partitions. Values; one thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::kafka {

/// No offset: not known, or no stop.
inline constexpr int64_t kNoOffset = -1;

struct Split {
  std::string topic;
  int32_t partition = 0;
  int64_t next = 0;          ///< offset behind the last record handed out
  int64_t stop = kNoOffset;  ///< first offset that is no longer wanted
  bool at_end = false;       ///< the broker says that nothing is unread

  [[nodiscard]] bool done() const { return stop != kNoOffset && next >= stop; }
  /// "comments[3]".
  [[nodiscard]] std::string name() const;
};

std::string split_name(std::string_view topic, int32_t partition);
/// Topic and partition of "comments[3]". invalid_config for other text.
wf::Result<std::pair<std::string, int32_t>> parse_split_name(std::string_view name);

/// What a checkpoint of kafka.source holds, as text for a person:
///
///   kafka.source 1
///   records 512
///   split comments[0] next 300
///   split comments[1] next 212 stop 400
///   watermarks
///   ...the rest is WatermarkTracker::to_string()
struct Positions {
  int64_t records = 0;  ///< read so far, by all attempts
  std::vector<Split> splits;
  std::string watermarks;

  [[nodiscard]] std::string to_text() const;
  /// invalid_data for text of another form.
  static wf::Result<Positions> parse(std::string_view text);
};

}  // namespace weirflow::kafka
