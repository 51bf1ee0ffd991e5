// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// delivery = "on_commit": an epoch's documents are staged, part of its checkpoint, and sent once
/// it is committed; those of the next epoch not before all of them have their verdict.
///
/// Threads: as wf::Committer; stage() on the sink's thread, which the host keeps apart from
/// prepare(). Lifetime: longer than the sink.

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "delivery.h"
#include "weirflow/component.hpp"

namespace weirflow::elasticsearch {

class StagedCommitter final : public wf::Committer {
 public:
  /// What the configuration says of the other side and stored bytes do not.
  struct Connection {
    HttpOptions http;
    SenderOptions sender;  ///< its waits, numbers and template
    Delivery::Options options;
  };
  /// `connection`: nothing when only a key was stored; then commit() itself waits for the verdicts,
  /// since nobody asks delivered() afterwards.
  StagedCommitter(const wf::Host& host, std::optional<Connection> connection)
      : host_(host), connection_(std::move(connection)) {}

  /// The sink's own way to send, at its open. Waits until what was committed another way is
  /// through. cancelled.
  wf::Status serve(Route route);
  void stage(std::vector<Document> documents);
  [[nodiscard]] int64_t staged_bytes() const { return staged_bytes_; }
  /// Why nothing is sent any more, ok while it is.
  [[nodiscard]] wf::Status failure() const;

  wf::Result<std::string> prepare(uint64_t epoch) override;
  wf::Status commit(uint64_t epoch, std::string_view manifest_hash, std::string_view blob) override;
  wf::Status abort(uint64_t epoch, std::string_view blob) override;
  int64_t delivered() override;
  void cancel() override { cancelled_ = true; }

 private:
  wf::Status make_delivery(Route route);
  wf::Status send(uint64_t epoch, Stored stored);
  wf::Status wait_for_all();
  void weigh();

  const wf::Host& host_;
  const std::optional<Connection> connection_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;  ///< of all below
  std::unique_ptr<Delivery> delivery_;
  std::optional<Route> route_;  ///< of the sink
  std::vector<Document> staged_;
  std::atomic<int64_t> staged_bytes_{0};
  std::map<std::string, std::vector<Document>> prepared_;  ///< by stage
  std::deque<std::string> committed_stages_;               ///< the last ones
  std::map<uint64_t, uint64_t> epochs_;  ///< not known to be delivered, to their documents' epoch
  int64_t delivered_ = -1;
  uint64_t last_group_ = 0;
};

}  // namespace weirflow::elasticsearch
