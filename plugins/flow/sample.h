// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shares.h"
#include "support.h"

namespace weirflow::flow {

struct SampleConfig {
  std::optional<double> fraction;
  std::optional<int64_t> rows;
  std::vector<std::string> key;
  int64_t seed = 0;
};

/// A repeatable random part of the rows.
class Sample : public wf::Transform<SampleConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.sample")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::filter)
                                    .stateful()
                                    .summary("Keeps a repeatable random sample of the rows");
  static constexpr auto kConfig = wf::fields(
      wf::field("fraction", &SampleConfig::fraction)
          .range(0, 1)
          .help("Share of the rows to keep, approximately, chosen by hash as rows pass. Either "
                "this or `rows`.")
          .example("0.01"),
      wf::field("rows", &SampleConfig::rows)
          .at_least(0)
          .help("Number of rows to keep, every row with the same chance; they come out, in their "
                "order, when the "
                "input ends, and are held in memory until then.")
          .example("1000"),
      wf::field("key", &SampleConfig::key)
          .column()
          .help("With `fraction`: columns that identify a row; rows alike in them are kept or "
                "dropped together. "
                "Default: all columns.")
          .example(R"(["author"])"),
      wf::field("seed", &SampleConfig::seed).help("Another seed, another sample.").example("7"));
  static constexpr bool kCountsRows = true;

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    if (config().fraction.has_value() == config().rows.has_value())
      return wf::invalid_config("either `fraction` or `rows` is needed").at({"fraction", 0, 0, ""});
    WF_ASSIGN(identity_, require_all(config().key, in, "key"));
    if (identity_.empty()) identity_ = all_columns(in);
    out = plain_schema(in);
    return {};
  }
  wf::Status open() override {
    if (!config().rows) return {};
    reservoir_.emplace(*config().rows, config().seed);
    return refuse_checkpoints(host(), "flow.sample with `rows`");
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    if (reservoir_) {
      reservoir_->add(in);
      seen_ += in.rows();
      held_.set(host(), reservoir_->bytes());
      return {};
    }
    const std::vector<uint64_t> hashes = identity_hashes(in, config().seed, identity_);
    std::vector<uint8_t> keep(hashes.size());
    for (size_t i = 0; i < keep.size(); ++i) keep[i] = unit(hashes[i]) < *config().fraction;
    const wf::Batch kept = wf::filter(in, keep);
    out.filtered(in.rows() - kept.rows());
    out.passed(kept.rows());
    if (kept.rows() > 0) out.emit(plain_batch(kept, out.schema()));
    return {};
  }
  wf::Status finish(wf::Emitter& out) override {
    if (!reservoir_) return {};
    if (!chosen_) {
      chosen_ = reservoir_->finish();
      int64_t kept = 0;
      for (const wf::Batch& batch : *chosen_) kept += batch.rows();
      out.filtered(seen_ - kept);
      out.passed(kept);
    }
    const auto next = [&]() -> wf::Result<std::optional<wf::Batch>> {
      if (given_ >= chosen_->size()) return std::optional<wf::Batch>();
      return std::optional<wf::Batch>((*chosen_)[given_++]);
    };
    return emit_all(out, host(), next, [&](const wf::Batch& batch) {
      return out.emit(plain_batch(batch, out.schema())) == wf::Emit::pause;
    });
  }
  wf::Status close() override {
    held_.set(host(), 0);
    return {};
  }

 private:
  std::vector<int> identity_;
  std::optional<Reservoir> reservoir_;
  std::optional<std::vector<wf::Batch>> chosen_;
  size_t given_ = 0;
  int64_t seen_ = 0;
  HeldMemory held_;
};

}  // namespace weirflow::flow
