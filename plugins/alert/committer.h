// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an epoch raised is staged, part of its checkpoint, and sent once it is committed. The bytes
/// of an epoch hold the alerts of earlier ones that are still open as well, so that checkpoints
/// need not be kept until a group's waiting time is over.
///
/// Threads: as wf::Committer; stage() on the sink's thread, which the host keeps apart from
/// prepare(). Lifetime: longer than the sink.

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stored.h"
#include "weirflow/component.hpp"

namespace weirflow::alert {

class AlertCommitter final : public wf::Committer {
 public:
  struct Way {
    ChannelSettings channel;
    OutboxOptions options;
  };
  /// `way`: of the configured sink; nothing when only a key was stored: then commit() itself waits
  /// for the verdicts, since nobody asks delivered() afterwards.
  AlertCommitter(const wf::Host& host, std::optional<Way> way)
      : host_(host), way_(std::move(way)) {}

  /// At the sink's open: from now on alerts are sent. invalid_config, io_error.
  wf::Status start();
  void stage(std::vector<Alert> alerts);
  [[nodiscard]] size_t staged() const { return n_staged_; }
  /// The input has ended: nothing waits for others any more.
  void hurry();
  [[nodiscard]] wf::Status failure() const;
  /// See Grouping.
  [[nodiscard]] std::string active() const;
  wf::Status restore_active(std::string_view lines);

  wf::Result<std::string> prepare(uint64_t epoch) override;
  wf::Status commit(uint64_t epoch, std::string_view manifest_hash, std::string_view blob) override;
  wf::Status abort(uint64_t epoch, std::string_view blob) override;
  int64_t delivered() override;
  void cancel() override { cancelled_ = true; }

 private:
  wf::Status send_at_once(Stored stored);
  wf::Status take_over(Stored stored);
  void weigh();

  const wf::Host& host_;
  const std::optional<Way> way_;
  std::atomic<bool> cancelled_{false};
  std::atomic<size_t> n_staged_{0};
  mutable std::mutex mutex_;  ///< of all below
  std::unique_ptr<Outbox> outbox_;
  std::vector<Alert> staged_;
  std::map<std::string, std::vector<Alert>> prepared_;  ///< by stage
  std::vector<Alert> replayed_;           ///< of commits before start(), by an earlier process
  std::deque<std::string> committed_;     ///< the last stages
  int64_t last_ = -1, before_last_ = -1;  ///< epochs committed
};

}  // namespace weirflow::alert
