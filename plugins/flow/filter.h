// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support.h"

namespace weirflow::flow {

struct FilterConfig {
  std::string where;
};

/// Rows for which a condition is true.
class Filter : public wf::Transform<FilterConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.filter")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::filter)
                                    .concurrent()
                                    .summary("Keeps the rows for which a condition is true");
  static constexpr auto kConfig =
      wf::fields(wf::field("where", &FilterConfig::where)
                     .required()
                     .expression()
                     .help("Condition; rows where it is false or null go no further, "
                           "rows where it cannot be computed are refused.")
                     .example(R"("score > 10 and body is not null")"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    WF_ASSIGN(wf::Expression compiled, compile_condition(config().where, in, "where"));
    condition_.emplace(std::move(compiled));
    out = plain_schema(in);
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    wf::RowErrors errors;
    WF_ASSIGN(const wf::ArrayPtr answer, condition_->evaluate(in, &errors));
    RowSelection rows(in.rows());
    rows.refuse(errors, "where", out);
    int64_t filtered = 0;
    for (int64_t i = 0; i < in.rows(); ++i) {
      if (is_true(*answer, i) || !rows.holds(i)) continue;
      rows.drop(i);
      ++filtered;
    }
    out.filtered(filtered);
    const wf::Batch kept = wf::filter(in, rows.bytes());
    if (kept.rows() > 0) out.emit(plain_batch(kept, out.schema()));
    return {};
  }

 private:
  std::optional<wf::Expression> condition_;
};

}  // namespace weirflow::flow
