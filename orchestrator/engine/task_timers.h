// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The timers of one task, kept in its keyed state, so that they are part of its checkpoints and go
/// to disk with it. Threads: [worker].

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "plugin/host_services.h"

namespace weirflow::engine {

class TaskTimers final : public plugin::TimerService {
 public:
  /// Tables of the store that are the engine's: components have those below 256.
  static constexpr uint32_t kEventTable = 256, kProcessingTable = 257;

  /// `store` lives longer than this.
  explicit TaskTimers(plugin::KeyedStore& store) : store_(store) {}

  wf::Status set(wf::TimeKind time, int64_t at_us, std::string_view key) override;
  wf::Status cancel(wf::TimeKind time, int64_t at_us, std::string_view key) override;
  int64_t watermark() override { return watermark_; }
  void set_watermark(int64_t us) { watermark_ = us; }

  struct Due {
    int64_t at_us = 0;
    std::string key;
  };
  /// The first timer of a kind up to a time, which stays until it is cancelled.
  wf::Result<std::optional<Due>> first(wf::TimeKind time,
                                       int64_t up_to_us = std::numeric_limits<int64_t>::max());

  /// Of both kinds that are set.
  wf::Result<int64_t> count();

 private:
  plugin::KeyedStore& store_;
  int64_t watermark_ = std::numeric_limits<int64_t>::min();
};

}  // namespace weirflow::engine
