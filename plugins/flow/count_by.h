// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "key_index.h"
#include "state_bytes.h"
#include "support.h"
#include "time_column.h"
#include "weirflow/state.hpp"

namespace weirflow::flow {

struct CountByConfig {
  std::vector<std::string> by;
  std::string column = "count";
  std::optional<wf::Duration> every;
};

/// A running count per key, in the host's state. Tables: 0 key -> count; 1 keys that changed since
/// they were given out.
class CountBy : public wf::Transform<CountByConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("flow.count_by")
          .version("1.0.0")
          .cardinality(wf::Cardinality::regroup)
          .stateful()
          .summary("Counts the rows of each key as they come: a running count");
  static constexpr auto kConfig = wf::fields(
      wf::field("by", &CountByConfig::by)
          .required()
          .column()
          .range(1, 100)
          .help("Columns whose values are counted; null is a value.")
          .example(R"(["author"])"),
      wf::field("column", &CountByConfig::column)
          .help("Name of the column with the count so far (int64).")
          .example(R"("comments_so_far")"),
      wf::field("every", &CountByConfig::every)
          .range(1000, kLongestSpan)
          .help("Instead of each row with its count: every so often by the clock, and at the end, "
                "the keys whose count has changed.")
          .example(R"("10s")"));
  static constexpr bool kHasTimers = true;

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    WF_ASSIGN(keys_, parse_columns(config().by, in, "by"));
    out = plain_schema(in);
    key_fields_.clear();
    for (const KeyColumn& key : keys_) {
      key_fields_.push_back(in.field(key.column));
      key_fields_.back().type = plain_type(key_fields_.back().type);
    }
    if (config().every) {
      out.clear();
      for (const wf::Field& field : key_fields_)
        if (wf::Status s = out.add(field); !s.ok()) return at_key(s, "by");
    }
    if (wf::Status s = out.add({config().column, wf::Type::int64, false, {}}); !s.ok())
      return at_key(s, "column");
    return {};
  }
  wf::Status open() override {
    counts_.emplace(host(), 0);
    changes_.emplace(host(), 1);
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    index_.clear();
    std::vector<uint32_t> groups;
    const KeyEncoder encoder(keys_);
    std::string key;
    for (int64_t row = 0; row < in.rows(); ++row) {
      key.clear();
      encoder.encode(in, row, key);
      groups.push_back(index_.find_or_add(key));
    }
    std::vector<int64_t> counts(index_.size());
    for (uint32_t g = 0; g < index_.size(); ++g) {
      WF_ASSIGN(counts[g], count_of(index_.key(g)));
    }
    wf::Int64Builder so_far;
    for (const uint32_t g : groups) so_far.append(++counts[g]);
    for (uint32_t g = 0; g < index_.size(); ++g) {
      std::string value;
      put_raw(value, counts[g]);
      WF_TRY(counts_->put(index_.key(g), value));
      if (config().every) WF_TRY(changes_->put(index_.key(g), ""));
    }
    if (in.rows() == 0) return {};
    if (config().every) {
      const int64_t period = config().every->count();
      return host().set_timer(wf::TimeKind::processing, (host().now_us() / period + 1) * period,
                              "every");
    }
    std::vector<wf::ArrayPtr> columns;
    for (const wf::ArrayPtr& column : in.columns()) columns.push_back(plain_column(column));
    columns.push_back(so_far.finish());
    out.emit(wf::Batch(out.schema(), in.rows(), std::move(columns)));
    return {};
  }
  wf::Status on_timer(wf::TimeKind, int64_t, std::string_view, wf::Emitter& out) override {
    return give_changed(out);
  }
  wf::Status finish(wf::Emitter& out) override {
    return config().every ? give_changed(out) : wf::Status();
  }

 private:
  wf::Result<int64_t> count_of(std::string_view key) const {
    WF_ASSIGN(auto value, counts_->get(key));
    int64_t count = 0;
    if (value && (!take_raw(*value, &count) || !value->empty())) return damaged_state();
    return count;
  }
  wf::Status give_changed(wf::Emitter& out) {
    return emit_all(
        out, host(), [&] { return next_changed(out.schema()); },
        [&](const wf::Batch& batch) { return out.emit(batch) == wf::Emit::pause; });
  }
  wf::Result<std::optional<wf::Batch>> next_changed(const wf::SchemaPtr& schema) {
    std::vector<std::string> changed;
    WF_TRY(changes_->scan("", "", [&](std::string_view key, std::string_view) {
      changed.emplace_back(key);
      return changed.size() < static_cast<size_t>(kBatchRows);
    }));
    if (changed.empty()) return std::optional<wf::Batch>();
    KeyDecoder keys(key_fields_);
    wf::Int64Builder counts;
    for (const std::string& key : changed) {
      std::string_view rest = key;
      WF_TRY(keys.append(rest));
      WF_ASSIGN(const int64_t count, count_of(key));
      counts.append(count);
      WF_TRY(changes_->erase(key));
    }
    std::vector<wf::ArrayPtr> columns = keys.finish();
    columns.push_back(counts.finish());
    return std::optional(
        wf::Batch(schema, static_cast<int64_t>(changed.size()), std::move(columns)));
  }

  std::vector<KeyColumn> keys_;
  std::vector<wf::Field> key_fields_;
  KeyIndex index_;
  std::optional<wf::StateTable> counts_, changes_;
};

}  // namespace weirflow::flow
