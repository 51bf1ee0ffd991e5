// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support.h"

namespace weirflow::flow {

struct MapConfig {
  wf::Map<std::string> set;
};

/// New or replaced columns by expressions over the input's columns.
class Map : public wf::Transform<MapConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.map")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::map)
                                    .concurrent()
                                    .summary("Computes columns by expressions");
  static constexpr auto kConfig = wf::fields(
      wf::field("set", &MapConfig::set)
          .required()
          .expression()
          .help("Column = expression over the input's columns (not over each other). An existing "
                "column is replaced in its place, a new one comes last, in the order written.")
          .example(R"x({ length = "length(body)", score = "coalesce(score, 0)" })x"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    out = plain_schema(in);
    expressions_.clear();
    places_.clear();
    for (const auto& [name, text] : config().set) {
      WF_ASSIGN(wf::Expression compiled, compile(text, in, "set." + name));
      wf::Field field{name, compiled.type(), compiled.nullable(), {}};
      if (const int same = compiled.plain_column(); same >= 0)
        field.metadata = in.field(same).metadata;
      out.set(std::move(field));
      expressions_.push_back(std::move(compiled));
    }
    const wf::Schema made = out.finish();
    for (const auto& entry : config().set) places_.push_back(made.index_of(entry.first));
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    RowSelection rows(in.rows());
    std::vector<wf::ArrayPtr> columns;
    for (const wf::ArrayPtr& column : in.columns()) columns.push_back(plain_column(column));
    columns.resize(static_cast<size_t>(out.schema()->size()));
    for (size_t k = 0; k < expressions_.size(); ++k) {
      wf::RowErrors errors;
      WF_ASSIGN(columns[static_cast<size_t>(places_[k])], expressions_[k].evaluate(in, &errors));
      rows.refuse(errors, config().set[k].first, out);
    }
    wf::Batch made(out.schema(), in.rows(), std::move(columns));
    if (!rows.all()) made = wf::filter(made, rows.bytes());
    if (made.rows() > 0) out.emit(made);
    return {};
  }

 private:
  std::vector<wf::Expression> expressions_;
  std::vector<int> places_;
};

}  // namespace weirflow::flow
