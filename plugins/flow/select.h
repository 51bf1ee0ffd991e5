// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support.h"

namespace weirflow::flow {

struct SelectConfig {
  std::vector<std::string> columns;
  std::vector<std::string> drop;
  wf::Map<std::string> rename;
};

/// Columns chosen, dropped, renamed; rows untouched.
class Select : public wf::Transform<SelectConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.select")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::map)
                                    .concurrent()
                                    .summary("Keeps, drops, orders and renames columns");
  static constexpr auto kConfig = wf::fields(
      wf::field("columns", &SelectConfig::columns)
          .column()
          .help("Columns to keep, in this order; all others go. Not together with `drop`.")
          .example(R"(["id", "body"])"),
      wf::field("drop", &SelectConfig::drop)
          .column()
          .help("Columns to leave out.")
          .example(R"(["raw"])"),
      wf::field("rename", &SelectConfig::rename)
          .column()
          .help("New name = old name; the column stays where it is.")
          .example(R"({ text = "body" })"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    if (!config().columns.empty() && !config().drop.empty())
      return wf::invalid_config("`columns` and `drop` exclude each other").at({"drop", 0, 0, ""});
    if (config().columns.empty()) {
      WF_ASSIGN(const std::vector<int> dropped, require_all(config().drop, in, "drop"));
      taken_ = all_columns(in);
      std::erase_if(taken_, [&](int c) {
        return std::find(dropped.begin(), dropped.end(), c) != dropped.end();
      });
    } else {
      WF_ASSIGN(taken_, require_all(config().columns, in, "columns"));
    }
    std::vector<std::string> names;
    for (const int c : taken_) names.push_back(in.field(c).name);
    for (const auto& [fresh, old] : config().rename) {
      WF_ASSIGN(const int column, in.require(old, "rename." + fresh));
      const auto at = std::find(taken_.begin(), taken_.end(), column);
      if (at == taken_.end())
        return wf::invalid_config("column '" + old + "' is renamed but not kept")
            .at({"rename." + fresh, 0, 0, ""});
      names[static_cast<size_t>(at - taken_.begin())] = fresh;
    }
    out.clear();
    for (size_t i = 0; i < taken_.size(); ++i) {
      wf::Field field = in.field(taken_[i]);
      field.name = names[i];
      if (wf::Status s = out.add(std::move(field)); !s.ok())
        return at_key(s, config().rename.empty() ? "columns" : "rename");
    }
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    std::vector<wf::ArrayPtr> columns;
    for (const int c : taken_) columns.push_back(in.column(c));
    out.emit(wf::Batch(out.schema(), in.rows(), std::move(columns)));
    return {};
  }

 private:
  std::vector<int> taken_;
};

}  // namespace weirflow::flow
