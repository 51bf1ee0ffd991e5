// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state_bytes.h"
#include "support.h"

namespace weirflow::flow {

struct CountConfig {
  std::string column = "rows";
};

/// How many rows there were: one row at the end, and the task's result `rows`.
class Count : public wf::Transform<CountConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("flow.count")
          .version("1.0.0")
          .cardinality(wf::Cardinality::regroup)
          .stateful()
          .summary("Counts rows: one row at the end, and the task's result `rows`");
  static constexpr auto kConfig =
      wf::fields(wf::field("column", &CountConfig::column)
                     .help("Name of the one column of the output (int64).")
                     .example(R"("comments")"));
  static constexpr bool kHasState = true;

 protected:
  wf::Status bind(const wf::Schema&, wf::SchemaBuilder& out) override {
    out.clear();
    return out.add({config().column, wf::Type::int64, false, {}});
  }
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    rows_ += in.rows();
    return {};
  }
  wf::Status finish(wf::Emitter& out) override {
    WF_TRY(host().set_result("rows", rows_));
    wf::Int64Builder total;
    total.append(rows_);
    out.emit(wf::Batch(out.schema(), 1, {total.finish()}));
    return {};
  }
  wf::Result<std::string> snapshot(uint64_t) override {
    std::string state;
    put_raw(state, rows_);
    return state;
  }
  wf::Status restore(std::string_view snapshot) override {
    return take_raw(snapshot, &rows_) && snapshot.empty() ? wf::Status() : damaged_state();
  }

 private:
  int64_t rows_ = 0;
};

}  // namespace weirflow::flow
