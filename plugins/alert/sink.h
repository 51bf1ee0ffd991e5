// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the sinks of alerts have in common: rows are read, looked at by the gate, and staged with
/// their epoch. See README.md.

#include <memory>
#include <string>

#include "committer.h"
#include "gate.h"
#include "sink_config.h"
#include "weirflow/component.hpp"

namespace weirflow::alert {

/// The state of a sink in a checkpoint, as bytes, and back. invalid_data.
struct SinkState {
  std::string memory;  ///< of the gate
  std::string active;  ///< of the outbox
};
std::string to_bytes(const SinkState& state);
wf::Result<SinkState> sink_state_from(std::string_view bytes);

/// `Config` derives from DeliveryConfig and has settings() and outbox().
template <typename Config>
class ChannelSink : public wf::Sink<Config> {
 public:
  static constexpr bool kHasState = true;
  static constexpr bool kSendsLater = true;

  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host& host,
                                                                   const ChannelSink* of,
                                                                   std::string_view /*key*/,
                                                                   std::string_view /*shard*/) {
    std::optional<AlertCommitter::Way> way;
    if (of) way = of->way();
    return std::unique_ptr<wf::Committer>(std::make_unique<AlertCommitter>(host, std::move(way)));
  }

 protected:
  using wf::Sink<Config>::config;
  using wf::Sink<Config>::host;

  wf::Status bind_ports(wf::BindContext& context) override {
    WF_TRY(TokenBucket::parse(way().options.rate, "rate").status());
    WF_TRY(make_channel(way().channel).status());
    WF_TRY(Silences::make(config().silences, config().silence_file).status());
    const auto& schema = context.inputs()[0].schema;
    return schema ? AlertReader::make(*schema).status() : wf::Status();
  }

  wf::Status open() override {
    if (!committer_) return wf::not_implemented("alerts need a host that commits");
    WF_ASSIGN(reader_, AlertReader::make(*this->input_schema()));
    WF_ASSIGN(Silences silences, Silences::make(config().silences, config().silence_file));
    gate_.emplace(std::move(silences), config().repeat.count(), config().send_resolved);
    return committer_->start();
  }

  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    if (wf::Status status = gate_->refresh(); !status.ok())
      host().log(wf::LogLevel::warning, status.message() + "; the silences before go on to count");
    std::vector<Alert> taken;
    int64_t silenced = 0, duplicates = 0, unwanted = 0;
    for (int64_t row = 0; row < in.rows(); ++row) {
      Alert alert;
      if (const auto problem = reader_->read(in, row, &alert)) {
        out.refuse(row, "bad_alert", *problem);
        continue;
      }
      alert.taken_us = host().now_us();
      switch (gate_->admit(alert, alert.taken_us)) {
        case Gate::Answer::take:
          taken.push_back(std::move(alert));
          break;
        case Gate::Answer::silenced:
          ++silenced;
          break;
        case Gate::Answer::duplicate:
          ++duplicates;
          break;
        case Gate::Answer::unwanted:
          ++unwanted;
      }
    }
    if (silenced > 0) host().count("silenced", static_cast<double>(silenced));
    if (duplicates > 0) host().count("deduplicated", static_cast<double>(duplicates));
    out.filtered(silenced + duplicates + unwanted);
    committer_->stage(std::move(taken));
    return committer_->failure();
  }

  wf::Status finish(wf::Emitter&) override {
    committer_->hurry();
    return committer_->failure();
  }

  wf::Result<std::string> snapshot(uint64_t) override {
    return to_bytes({gate_->memory(host().now_us()), committer_->active()});
  }
  wf::Status restore(std::string_view bytes) override {
    if (bytes.empty()) return {};
    WF_ASSIGN(const SinkState state, sink_state_from(bytes));
    WF_TRY(gate_->restore(state.memory));
    return committer_->restore_active(state.active);
  }

  [[nodiscard]] std::string commit_key() const override {
    return "alert:" + std::string(wf::view(host().task().task));
  }
  wf::Status attach(wf::Committer& committer) override {
    // The host attaches what make_committer() of this class made.
    committer_ = static_cast<AlertCommitter*>(&committer);
    return {};
  }

 private:
  [[nodiscard]] AlertCommitter::Way way() const {
    AlertCommitter::Way way{config().settings(), config().outbox()};
    way.channel.options["rate"] = way.options.rate;
    way.options.may_rest = host().task().checkpointed == 1;
    return way;
  }

  std::optional<AlertReader> reader_;
  std::optional<Gate> gate_;
  AlertCommitter* committer_ = nullptr;
};

}  // namespace weirflow::alert
