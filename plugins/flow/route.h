// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support.h"

namespace weirflow::flow {

struct RouteConfig {
  wf::Map<std::string> routes;
  std::string unmatched = "drop";
};

/// Each row to the first port whose condition is true.
class Route : public wf::Transform<RouteConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("flow.route")
          .version("1.0.0")
          .cardinality(wf::Cardinality::route)
          .concurrent()
          .summary("Sends each row to the first port whose condition is true");
  static constexpr auto kConfig = wf::fields(
      wf::field("routes", &RouteConfig::routes)
          .required()
          .expression()
          .help("Port = condition, tried in the order written; a last port with \"true\" takes the "
                "rest.")
          .example(R"({ hot = "score > 100", cold = "true" })"),
      wf::field("unmatched", &RouteConfig::unmatched)
          .one_of("drop", "refuse")
          .help("What becomes of a row that no condition takes: it ends here, or it is refused.")
          .example(R"("refuse")"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in"), wf::outputs_named("routes").summary("One per key of `routes`"));

 protected:
  wf::Status bind_ports(wf::BindContext& context) override {
    const auto& in = context.inputs()[0];
    const auto& names = context.output_names();
    if (config().routes.empty())
      return wf::invalid_config("`routes` names no port").at({"routes", 0, 0, ""});
    conditions_.clear();
    ports_.clear();
    for (const auto& [name, text] : config().routes) {
      ports_.push_back(
          static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin()));
      wf::SchemaBuilder& out = context.output(ports_.back());
      if (!in.schema) {
        out.unknown_yet();
        continue;
      }
      WF_ASSIGN(wf::Expression compiled, compile_condition(text, *in.schema, "routes." + name));
      conditions_.push_back(std::move(compiled));
      out = plain_schema(*in.schema);
    }
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    RowSelection open(in.rows());
    std::vector<std::vector<int64_t>> taken(conditions_.size());
    for (size_t k = 0; k < conditions_.size(); ++k) {
      wf::RowErrors errors;
      WF_ASSIGN(const wf::ArrayPtr answer, conditions_[k].evaluate(in, &errors));
      // A row that an earlier port took does not care whether this condition fails.
      open.refuse(errors, config().routes[k].first, out);
      for (int64_t i = 0; i < in.rows(); ++i) {
        if (!open.holds(i) || !is_true(*answer, i)) continue;
        open.drop(i);
        taken[k].push_back(i);
      }
    }
    int64_t unmatched = 0;
    for (int64_t i = 0; i < in.rows(); ++i) {
      if (!open.holds(i)) continue;
      ++unmatched;
      if (config().unmatched == "refuse")
        out.refuse(i, "unmatched", "no condition of `routes` is true");
    }
    if (config().unmatched == "drop") out.filtered(unmatched);
    for (size_t k = 0; k < taken.size(); ++k)
      if (!taken[k].empty())
        out.emit(ports_[k], plain_batch(wf::take(in, taken[k]), out.schema(ports_[k])));
    return {};
  }

 private:
  std::vector<wf::Expression> conditions_;
  std::vector<int> ports_;
};

}  // namespace weirflow::flow
