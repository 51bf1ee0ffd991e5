// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sorter.h"
#include "support.h"

namespace weirflow::flow {

struct SortConfig {
  std::vector<std::string> by;
  bool descending = false;
  std::optional<int64_t> limit;
};

/// All rows in order, or the first of that order.
class Sort : public wf::Transform<SortConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("flow.sort")
          .version("1.0.0")
          .cardinality(wf::Cardinality::regroup)
          .stateful()
          .summary("Sorts rows by one or more columns; with a limit, the top rows");
  static constexpr auto kConfig =
      wf::fields(wf::field("by", &SortConfig::by)
                     .required()
                     .range(1, 100)
                     .help("Columns, each with an optional `asc` or `desc` and `nulls first` or "
                           "`nulls last` (default: asc, "
                           "nulls last). Rows alike in all of them keep their order.")
                     .example(R"(["score desc", "created nulls first"])"),
                 wf::field("descending", &SortConfig::descending)
                     .help("Direction of the keys in `by` that do not say theirs.")
                     .example("true"),
                 wf::field("limit", &SortConfig::limit)
                     .at_least(1)
                     .help("Only the first rows of the order; memory then grows with this number, "
                           "not with the input.")
                     .example("10"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    keys_.clear();
    for (size_t i = 0; i < config().by.size(); ++i) {
      WF_ASSIGN(const KeyColumn key,
                parse_key(config().by[i], in, item_key("by", i), config().descending));
      keys_.push_back(key);
    }
    out = plain_schema(in);
    return {};
  }
  wf::Status open() override {
    WF_TRY(refuse_checkpoints(host(), "flow.sort"));
    sorter_.emplace(keys_, config().limit.value_or(0), memory_of(host()));
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    WF_TRY(sorter_->add(in));
    held_.set(host(), sorter_->bytes());
    return {};
  }
  wf::Status finish(wf::Emitter& out) override {
    if (closed_) return {};
    return emit_all(
        out, host(), [&] { return closed_ ? nothing() : sorter_->next(); },
        [&](const wf::Batch& batch) {
          const wf::Emit answer = out.emit(plain_batch(batch, out.schema()));
          closed_ = answer == wf::Emit::closed;
          return answer == wf::Emit::pause;
        });
  }
  wf::Status close() override {
    sorter_.reset();
    held_.set(host(), 0);
    return {};
  }

 private:
  static wf::Result<std::optional<wf::Batch>> nothing() { return std::optional<wf::Batch>(); }
  std::vector<KeyColumn> keys_;
  std::optional<Sorter> sorter_;
  bool closed_ = false;
  HeldMemory held_;
};

}  // namespace weirflow::flow
