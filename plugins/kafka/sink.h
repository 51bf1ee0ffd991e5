// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// kafka.sink: rows into records of topics.

#include <map>
#include <memory>

#include "committer.h"
#include "sink_fields.h"

namespace weirflow::kafka {

class Sink final : public wf::Sink<SinkConfig> {
 public:
  static constexpr bool kCountsRows = true;
  static constexpr bool kHasState = true;
  static constexpr auto kInfo =
      wf::component("kafka.sink")
          .version("1.0.0")
          .blocking()
          .uses_network()
          .replay(wf::Replay::duplicates)
          .summary(
              "Writes rows to topics of Kafka: at least once, or exactly once in transactions");
  static constexpr auto kConfig = std::tuple_cat(client_fields<SinkConfig>(), kSinkFields);

  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host& host,
                                                                   const Sink* of,
                                                                   std::string_view key,
                                                                   std::string_view shard);

 protected:
  wf::Status bind(const wf::Schema& in) override;
  wf::Status open() override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;
  wf::Status resume(wf::Emitter& out) override;
  wf::Status finish(wf::Emitter& out) override;
  wf::Status close() override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  [[nodiscard]] std::string commit_key() const override;
  wf::Status attach(wf::Committer& committer) override;
  [[nodiscard]] wf::CommitMode commit_mode() const override;
  [[nodiscard]] uint32_t replay() const override;
  [[nodiscard]] std::string shared_options() const override;

 private:
  /// What is known of a topic.
  struct Topic {
    int64_t largest = 0;  ///< bytes of a row
    int32_t partitions = 0;
    wf::Status status;  ///< why no row can go there
    SteadyTime asked;
  };
  /// A batch whose messages are not all handed over yet.
  struct Sending {
    std::shared_ptr<PendingBatch> batch;
    size_t next = 0;
  };

  [[nodiscard]] bool exactly_once() const { return config().delivery == "exactly_once"; }
  [[nodiscard]] bool in_one_epoch() const;
  wf::Result<std::shared_ptr<Producer>> current_producer();
  wf::Status ask(const std::string& name, Topic* topic);
  const Topic& topic(std::string_view name);
  wf::Status leave_out_misfits(Messages* messages, wf::Emitter& out);
  wf::Status send(wf::Emitter& out);
  wf::Status check();
  [[nodiscard]] wf::Status not_acknowledged() const;

  std::unique_ptr<Encoder> encoder_;
  std::shared_ptr<Ledger> ledger_;
  std::shared_ptr<Producer> producer_;
  std::unique_ptr<Client> admin_;
  TransactionCommitter* committer_ = nullptr;
  std::map<std::string, Topic, std::less<>> topics_;
  Sending sending_;
};

}  // namespace weirflow::kafka
