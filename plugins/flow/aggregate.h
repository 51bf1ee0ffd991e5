// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregate_input.h"
#include "support.h"

namespace weirflow::flow {

struct AggregateConfig {
  std::vector<std::string> by;
  wf::Map<std::string> aggregates;
};

/// Groups folded into one row each, in the order of their keys.
class AggregateRows : public wf::Transform<AggregateConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.aggregate")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::regroup)
                                    .stateful()
                                    .summary("Groups rows and computes one row per group");
  static constexpr auto kConfig = wf::fields(
      wf::field("by", &AggregateConfig::by)
          .column()
          .help("Columns that make a group; null is a value. None: one group of all rows.")
          .example(R"(["subreddit"])"),
      wf::field("aggregates", &AggregateConfig::aggregates)
          .required()
          .help("Column = function(expression): count, count_distinct, sum, min, max, mean, first, "
                "last, median, quantile(x, share), stddev, variance, approx_quantile(x, share), "
                "approx_distinct, top_k(x, number).")
          .example(R"x({ comments = "count()", best = "max(score)" })x"));

 protected:
  /// The syntax holds whatever the columns are, also while they are unknown.
  wf::Status bind_ports(wf::BindContext& context) override {
    WF_TRY(AggregateInput::check_syntax(config().aggregates));
    return Transform::bind_ports(context);
  }
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    auto plan = std::make_shared<AggregatePlan>();
    out.clear();
    WF_TRY(input_.bind_keys(config().by, in, out));
    WF_TRY(input_.bind_aggregates(config().aggregates, in, *plan, out));
    plan->output = std::make_shared<const wf::Schema>(out.finish());
    plan_ = std::move(plan);
    return {};
  }
  wf::Status open() override {
    WF_TRY(refuse_checkpoints(host(), "flow.aggregate"));
    Memory half = memory_of(host());
    half.budget /= 2;
    aggregator_.emplace(plan_, half);
    std::vector<KeyColumn> order;
    for (int i = 0; i < plan_->key_columns; ++i) order.push_back({i, false, true});
    sorter_.emplace(std::move(order), 0, half);
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    RowSelection rows(in.rows());
    WF_ASSIGN(wf::Batch batch, input_.evaluate(in, rows, out));
    if (!rows.all()) batch = wf::filter(batch, rows.bytes());
    WF_TRY(aggregator_->add(batch));
    held_.set(host(), aggregator_->bytes());
    return {};
  }
  wf::Status finish(wf::Emitter& out) override {
    if (aggregator_) {
      WF_TRY(aggregator_->finish(*sorter_));
      aggregator_.reset();
      held_.set(host(), sorter_->bytes());
    }
    return emit_all(
        out, host(), [&] { return sorter_->next(); },
        [&](const wf::Batch& batch) {
          return out.emit(plain_batch(batch, out.schema())) == wf::Emit::pause;
        });
  }
  wf::Status close() override {
    aggregator_.reset();
    sorter_.reset();
    held_.set(host(), 0);
    return {};
  }

 private:
  AggregateInput input_;
  std::shared_ptr<const AggregatePlan> plan_;
  std::optional<Aggregator> aggregator_;
  std::optional<Sorter> sorter_;
  HeldMemory held_;
};

}  // namespace weirflow::flow
