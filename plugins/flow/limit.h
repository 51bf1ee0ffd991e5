// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state_bytes.h"
#include "support.h"

namespace weirflow::flow {

struct LimitConfig {
  int64_t rows = 0;
  int64_t offset = 0;
};

/// The first rows; then the input is told to stop.
class Limit : public wf::Transform<LimitConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.limit")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::filter)
                                    .stateful()
                                    .summary("Passes the first rows and then ends");
  static constexpr auto kConfig = wf::fields(wf::field("rows", &LimitConfig::rows)
                                                 .required()
                                                 .at_least(0)
                                                 .help("Rows to pass.")
                                                 .example("100"),
                                             wf::field("offset", &LimitConfig::offset)
                                                 .at_least(0)
                                                 .help("Rows to leave out before those.")
                                                 .example("20"));
  static constexpr bool kHasState = true;

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    out = plain_schema(in);
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    const int64_t skip = std::min(config().offset - skipped_, in.rows());
    skipped_ += skip;
    const int64_t take = std::min(config().rows - passed_, in.rows() - skip);
    passed_ += take;
    out.filtered(in.rows() - take);
    if (take > 0) out.emit(plain_batch(in.slice(skip, take), out.schema()));
    if (passed_ >= config().rows) out.done();
    return {};
  }
  wf::Result<std::string> snapshot(uint64_t) override {
    std::string state;
    put_raw(state, skipped_);
    put_raw(state, passed_);
    return state;
  }
  wf::Status restore(std::string_view snapshot) override {
    const bool whole = take_raw(snapshot, &skipped_) && take_raw(snapshot, &passed_);
    return whole && snapshot.empty() ? wf::Status() : damaged_state();
  }

 private:
  int64_t skipped_ = 0, passed_ = 0;
};

}  // namespace weirflow::flow
