// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <unordered_map>

#include "row_store.h"
#include "support.h"
#include "weirflow/row_hash.hpp"

namespace weirflow::flow {

struct DeduplicateConfig {
  std::vector<std::string> key;
  std::string keep = "first";
  int64_t remember = 0;
};

/// One row of each key. Keys are told apart by 128 bits of hash (a false match has a chance of
/// about 10^-20 among a billion keys), so that any types can be a key and memory per key is fixed.
class Deduplicate : public wf::Transform<DeduplicateConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.deduplicate")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::filter)
                                    .stateful()
                                    .summary("Keeps one row of each key");
  static constexpr auto kConfig =
      wf::fields(wf::field("key", &DeduplicateConfig::key)
                     .column()
                     .help("Columns that make rows alike; null is a value. Default: all columns.")
                     .example(R"(["id"])"),
                 wf::field("keep", &DeduplicateConfig::keep)
                     .one_of("first", "last")
                     .help("first: rows pass as they come. last: rows come out, in the order of "
                           "their last appearance, when "
                           "the input ends.")
                     .example(R"("last")"),
                 wf::field("remember", &DeduplicateConfig::remember)
                     .at_least(0)
                     .help("With keep = \"first\": only so many of the newest keys are remembered, "
                           "which bounds the memory of "
                           "a stream. 0: all.")
                     .example("1000000"));
  static constexpr bool kCountsRows = true;

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    if (config().remember > 0 && config().keep == "last")
      return wf::invalid_config("`remember` goes with keep = \"first\"").at({"remember", 0, 0, ""});
    WF_ASSIGN(key_, require_all(config().key, in, "key"));
    if (key_.empty()) key_ = all_columns(in);
    out = plain_schema(in);
    return {};
  }
  wf::Status open() override {
    if (config().keep == "last") store_.emplace(memory_of(host()));
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    std::vector<uint64_t> low(static_cast<size_t>(in.rows()), 1),
        high(static_cast<size_t>(in.rows()), 2);
    for (const int c : key_) {
      wf::hash_column(*in.column(c), low);
      wf::hash_column(*in.column(c), high);
    }
    if (store_) return keep_last(in, low, high);
    std::vector<uint8_t> keep(low.size());
    for (size_t i = 0; i < keep.size(); ++i) {
      const Key key{low[i], high[i]};
      keep[i] = last_row_.emplace(key, 0).second;
      if (keep[i] && config().remember > 0) forget(key);
    }
    const wf::Batch kept = wf::filter(in, keep);
    out.filtered(in.rows() - kept.rows());
    out.passed(kept.rows());
    if (kept.rows() > 0) out.emit(plain_batch(kept, out.schema()));
    return check_memory();
  }
  wf::Status finish(wf::Emitter& out) override {
    if (!store_) return {};
    if (!wanted_) {
      wanted_.emplace(static_cast<size_t>(store_->rows()));
      for (const auto& [key, row] : last_row_) (*wanted_)[static_cast<size_t>(row)] = 1;
    }
    return emit_all(
        out, host(), [&] { return store_->next(); },
        [&](const wf::Batch& batch) {
          const auto begin = wanted_->begin() + given_;
          given_ += batch.rows();
          const std::vector<uint8_t> keep(begin, begin + batch.rows());
          const wf::Batch kept = wf::filter(batch, keep);
          out.filtered(batch.rows() - kept.rows());
          out.passed(kept.rows());
          return kept.rows() > 0 && out.emit(plain_batch(kept, out.schema())) == wf::Emit::pause;
        });
  }
  wf::Status close() override {
    held_.set(host(), 0);
    return {};
  }

 private:
  struct Key {
    uint64_t low, high;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const { return key.low; }
  };
  /// What the table takes for a key: node, bucket, and the queue when it is bounded.
  static constexpr int64_t kKeyBytes = 72;

  wf::Status keep_last(const wf::Batch& in, const std::vector<uint64_t>& low,
                       const std::vector<uint64_t>& high) {
    for (size_t i = 0; i < low.size(); ++i)
      last_row_[{low[i], high[i]}] = store_->rows() + static_cast<int64_t>(i);
    WF_TRY(store_->add(in));
    return check_memory();
  }
  void forget(const Key& newest) {
    order_.push_back(newest);
    if (static_cast<int64_t>(order_.size()) <= config().remember) return;
    last_row_.erase(order_.front());
    order_.pop_front();
  }
  wf::Status check_memory() {
    const auto keys = static_cast<int64_t>(last_row_.size()) * kKeyBytes;
    held_.set(host(), keys + (store_ ? store_->bytes() : 0));
    if (keys <= host().memory_budget()) return {};
    return wf::exhausted(std::to_string(last_row_.size()) +
                         " different keys do not fit in the task's memory (" +
                         std::to_string(host().memory_budget() >> 20) +
                         " MiB): give the run more (--memory), or bound it with `remember`");
  }

  std::vector<int> key_;
  std::unordered_map<Key, int64_t, Hash> last_row_;
  std::deque<Key> order_;
  std::optional<RowStore> store_;
  std::optional<std::vector<uint8_t>> wanted_;
  int64_t given_ = 0;
  HeldMemory held_;
};

}  // namespace weirflow::flow
