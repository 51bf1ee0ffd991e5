// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <unordered_map>

#include "row_store.h"
#include "seen_keys.h"
#include "support.h"
#include "time_column.h"
#include "weirflow/row_hash.hpp"

namespace weirflow::flow {

struct DeduplicateConfig {
  std::vector<std::string> key;
  std::string keep = "first";
  int64_t remember = 0;
  std::string time;
  std::optional<wf::Duration> within;
};

/// One row of each key. Keys are told apart by 128 bits of hash (a false match has a chance of
/// about 10^-20 among a billion keys), so that any types can be a key and memory per key is fixed.
/// With `within`, and in a task with checkpoints, the keys are in the host's state.
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
                     .example("1000000"),
                 wf::field("within", &DeduplicateConfig::within)
                     .range(1, kLongestSpan)
                     .help("With keep = \"first\" and `time`: rows alike are one only within so "
                           "long, earlier or later, of a row that was kept, which is forgotten "
                           "when the watermark is so long past it.")
                     .example(R"("1h")"),
                 wf::field("time", &DeduplicateConfig::time)
                     .column()
                     .help("Column of event times (timestamp), for `within`.")
                     .example(R"("created")"));
  static constexpr bool kCountsRows = true;
  static constexpr bool kHasTimers = true;

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    if (config().remember > 0 && config().keep == "last")
      return wf::invalid_config("`remember` goes with keep = \"first\"").at({"remember", 0, 0, ""});
    if (config().within && (config().remember > 0 || config().keep == "last"))
      return wf::invalid_config("`within` goes with keep = \"first\" and without `remember`")
          .at({"within", 0, 0, ""});
    if (config().within.has_value() == config().time.empty())
      return wf::invalid_config("`within` and `time` go together")
          .at({config().within ? "time" : "within", 0, 0, ""});
    WF_ASSIGN(key_, require_all(config().key, in, "key"));
    time_ = -1;
    if (config().within) {
      WF_ASSIGN(time_, require_time(config().time, in, "time"));
    }
    if (key_.empty()) key_ = all_columns(in);
    out = plain_schema(in);
    return {};
  }
  wf::Status open() override {
    if (config().keep == "last") {
      store_.emplace(memory_of(host()));
      return refuse_checkpoints(host(), "flow.deduplicate with keep = \"last\"");
    }
    if (config().within || host().task().checkpointed == 1)
      seen_.emplace(host(), config().within.value_or(wf::Duration(0)).count(), config().remember);
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
    if (seen_) return keep_unseen(in, low, high, out);
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
  wf::Status on_watermark(int64_t us, wf::Emitter&) override {
    return seen_ ? seen_->forget(us) : wf::Status();
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
  wf::Status keep_unseen(const wf::Batch& in, const std::vector<uint64_t>& low,
                         const std::vector<uint64_t>& high, wf::Emitter& out) {
    RowSelection rows(in.rows());
    if (time_ >= 0) refuse_without_time(in, time_, rows, out);
    int64_t repeated = 0, kept = 0;
    for (int64_t row = 0; row < in.rows(); ++row) {
      if (!rows.holds(row)) continue;
      std::string key;
      put_raw(key, low[static_cast<size_t>(row)]);
      put_raw(key, high[static_cast<size_t>(row)]);
      const int64_t time = time_ < 0 ? 0 : in.numbers<int64_t>(time_)[row];
      WF_ASSIGN(const bool is_new, seen_->is_new(key, time));
      ++(is_new ? kept : repeated);
      if (!is_new) rows.drop(row);
    }
    out.filtered(repeated);
    out.passed(kept);
    if (kept > 0) out.emit(plain_batch(wf::filter(in, rows.bytes()), out.schema()));
    return {};
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
  std::optional<SeenKeys> seen_;
  int time_ = -1;
  std::optional<RowStore> store_;
  std::optional<std::vector<uint8_t>> wanted_;
  int64_t given_ = 0;
  HeldMemory held_;
};

}  // namespace weirflow::flow
