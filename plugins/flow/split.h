// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "row_store.h"
#include "shares.h"
#include "support.h"

namespace weirflow::flow {

struct SplitConfig {
  double test = 0.2;
  double validation = 0;
  std::vector<std::string> stratify;
  std::vector<std::string> key;
  int64_t seed = 0;
  bool exact = false;
  std::string by = "hash";
};

/// Rows into train, test and validation; see shares.h for the rule.
class Split : public wf::Transform<SplitConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.split")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::route)
                                    .stateful()
                                    .summary("Splits rows into train, test and validation parts");
  static constexpr auto kConfig = wf::fields(
      wf::field("test", &SplitConfig::test)
          .range(0, 1)
          .help("Share of the rows in `test`.")
          .example("0.1"),
      wf::field("validation", &SplitConfig::validation)
          .range(0, 1)
          .help("Share of the rows in `validation`.")
          .example("0.1"),
      wf::field("stratify", &SplitConfig::stratify)
          .column()
          .help("Columns whose values appear in each part in the same proportions.")
          .example(R"("removed")"),
      wf::field("key", &SplitConfig::key)
          .column()
          .help("Columns that identify a row: rows alike in them stay on one side. Default: all "
                "columns.")
          .example(R"(["id"])"),
      wf::field("seed", &SplitConfig::seed).help("Another seed, another split.").example("42"),
      wf::field("exact", &SplitConfig::exact)
          .help("Shares exact to the row in each stratum; keeps all rows (on disk beyond the "
                "memory budget) until "
                "the input ends. Without it shares are approximate and rows pass at once.")
          .example("true"),
      wf::field("by", &SplitConfig::by)
          .one_of("hash", "position")
          .help("hash: by identity and seed. position: the last rows of each stratum are test, "
                "those before them "
                "validation; exact, and needs the input's end as well.")
          .example(R"("position")"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in"), wf::output("train"), wf::output("test"), wf::output("validation"));
  static constexpr bool kCountsRows = true;

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    if (config().test + config().validation > 1)
      return wf::invalid_config("`test` and `validation` are more than 1 together")
          .at({"validation", 0, 0, ""});
    WF_ASSIGN(strata_, parse_columns(config().stratify, in, "stratify"));
    WF_ASSIGN(identity_, require_all(config().key, in, "key"));
    if (identity_.empty()) identity_ = all_columns(in);
    // The stratum's values are part of the hash, so that strata are split independently.
    for (size_t k = 0; k < strata_.size(); ++k)
      identity_.insert(identity_.begin() + static_cast<std::ptrdiff_t>(k), strata_[k].column);
    out = plain_schema(in);
    return {};
  }
  wf::Status open() override {
    if (!collects()) return {};
    WF_TRY(refuse_checkpoints(host(), "flow.split with exact shares"));
    exact_.emplace(Shares{config().test, config().validation},
                   config().by == "position" ? ExactSplit::By::position : ExactSplit::By::hash);
    store_.emplace(memory_of(host()));
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    const std::vector<uint64_t> hashes = identity_hashes(in, config().seed, identity_);
    if (!collects()) {
      const Shares shares{config().test, config().validation};
      std::vector<uint8_t> parts(hashes.size());
      for (size_t i = 0; i < parts.size(); ++i) parts[i] = part_of(hashes[i], shares);
      emit_parts(in, parts, out);
      return {};
    }
    std::vector<std::string> strata;
    if (!strata_.empty()) {
      const KeyEncoder encoder(strata_);
      strata.resize(hashes.size());
      for (size_t i = 0; i < strata.size(); ++i)
        encoder.encode(in, static_cast<int64_t>(i), strata[i]);
    }
    exact_->add(hashes, strata);
    WF_TRY(store_->add(in));
    held_.set(host(), store_->bytes() + exact_->bytes());
    return {};
  }
  wf::Status finish(wf::Emitter& out) override {
    if (!collects()) return {};
    if (!parts_) parts_ = exact_->finish();
    return emit_all(
        out, host(), [&] { return store_->next(); },
        [&](const wf::Batch& batch) {
          const auto begin = parts_->begin() + given_;
          given_ += batch.rows();
          held_.set(host(), store_->bytes() + exact_->bytes());
          return emit_parts(batch, {begin, begin + batch.rows()}, out);
        });
  }
  wf::Status close() override {
    held_.set(host(), 0);
    return {};
  }

 private:
  [[nodiscard]] bool collects() const { return config().exact || config().by == "position"; }

  /// True when an output asks to pause.
  bool emit_parts(const wf::Batch& batch, const std::vector<uint8_t>& parts, wf::Emitter& out) {
    out.passed(batch.rows());
    bool pause = false;
    for (const Part part : {kTrain, kTest, kValidation}) {
      std::vector<int64_t> rows;
      for (size_t i = 0; i < parts.size(); ++i)
        if (parts[i] == part) rows.push_back(static_cast<int64_t>(i));
      if (rows.empty()) continue;
      pause |=
          out.emit(part, plain_batch(wf::take(batch, rows), out.schema(part))) == wf::Emit::pause;
    }
    return pause;
  }

  std::vector<KeyColumn> strata_;
  std::vector<int> identity_;
  std::optional<ExactSplit> exact_;
  std::optional<RowStore> store_;
  std::optional<std::vector<uint8_t>> parts_;
  int64_t given_ = 0;
  HeldMemory held_;
};

}  // namespace weirflow::flow
