// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The services of a committer. It speaks for its sinks when their rows have left the graph: what
/// it refuses was counted as passed when it was committed, and goes to a dead-letter file of its
/// own, which is synced before the epoch counts as delivered.
///
/// Threads: as HostServices.

#include "engine/services.h"

namespace weirflow::engine {

class CommitterServices final : public plugin::NullServices {
 public:
  CommitterServices(const dag::PlanNode& node, AttemptContext& attempt, TaskOutcome& outcome);

  void log(wf::LogLevel level, std::string_view message) override;
  void add_metric(std::string_view name, double value) override;
  void set_metric(std::string_view name, double value) override;
  void observe_metric(std::string_view name, double value) override;
  bool is_cancelled() override { return attempt_.cancelled.load(std::memory_order_relaxed); }
  /// With on_error = "fail" they fail the run as well.
  wf::Code refuse_batch(const wf::Batch& rows, std::string_view code,
                        std::string_view message) override;
  void let_sources_rest(bool rest, std::string_view reason) override;

 private:
  const dag::PlanNode& node_;
  AttemptContext& attempt_;
  TaskOutcome& outcome_;
};

}  // namespace weirflow::engine
