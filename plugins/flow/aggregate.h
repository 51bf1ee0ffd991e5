// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregator.h"
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
                "last, median, "
                "quantile(x, share), stddev, variance.")
          .example(R"x({ comments = "count()", best = "max(score)" })x"));

 protected:
  /// The syntax holds whatever the columns are, also while they are unknown.
  wf::Status bind_ports(wf::BindContext& context) override {
    for (const auto& [name, text] : config().aggregates) {
      const std::string key = "aggregates." + name;
      const auto parsed = parse_aggregate(name, text);
      if (!parsed.ok()) return at_key(parsed.error(), key);
      if (parsed->argument.empty()) continue;
      const auto argument = wf::Expression::parse_only(parsed->argument);
      if (!argument.ok()) return at_key(argument.error(), key, parsed->argument_offset);
    }
    return Transform::bind_ports(context);
  }
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    auto plan = std::make_shared<AggregatePlan>();
    WF_ASSIGN(const std::vector<KeyColumn> keys, parse_columns(config().by, in, "by"));
    keys_.clear();
    arguments_.clear();
    argument_keys_.clear();
    out.clear();
    for (const KeyColumn& key : keys) {
      keys_.push_back(key.column);
      wf::Field field = in.field(key.column);
      field.type = plain_type(field.type);
      if (wf::Status s = out.add(std::move(field)); !s.ok()) return at_key(s, "by");
    }
    plan->key_columns = static_cast<int>(keys.size());
    for (const auto& [name, text] : config().aggregates)
      WF_TRY(bind_aggregate(name, text, in, *plan, out));
    plan->output = std::make_shared<const wf::Schema>(out.finish());
    plan_ = std::move(plan);
    return {};
  }
  wf::Status open() override {
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
    std::vector<wf::ArrayPtr> columns;
    std::vector<wf::Field> fields;
    for (const int k : keys_) {
      columns.push_back(plain_column(in.column(k)));
      fields.push_back({in.schema().field(k).name, columns.back()->type, true, {}});
    }
    for (size_t k = 0; k < arguments_.size(); ++k) {
      wf::RowErrors errors;
      WF_ASSIGN(wf::ArrayPtr values, arguments_[k].evaluate(in, &errors));
      rows.refuse(errors, argument_keys_[k], out);
      fields.push_back({argument_keys_[k], values->type, true, {}});
      columns.push_back(std::move(values));
    }
    wf::Batch batch(std::make_shared<const wf::Schema>(std::move(fields)), in.rows(),
                    std::move(columns));
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
  wf::Status bind_aggregate(const std::string& name, const std::string& text, const wf::Schema& in,
                            AggregatePlan& plan, wf::SchemaBuilder& out) {
    const std::string key = "aggregates." + name;
    wf::Result<Aggregate> parsed = parse_aggregate(name, text);
    if (!parsed.ok()) return at_key(parsed.error(), key);
    wf::DataType argument;
    int column = -1;
    if (!parsed->argument.empty()) {
      WF_ASSIGN(wf::Expression compiled,
                compile(parsed->argument, in, key, parsed->argument_offset));
      argument = compiled.type();
      column = plan.key_columns + static_cast<int>(arguments_.size());
      arguments_.push_back(std::move(compiled));
      argument_keys_.push_back(name);
    }
    wf::Result<wf::DataType> type = aggregate_type(*parsed, argument);
    if (!type.ok()) return at_key(type.error(), key);
    const bool counts = parsed->function == "count" || parsed->function == "count_distinct";
    if (wf::Status s = out.add({name, *type, !counts, {}}); !s.ok()) return at_key(s, key);
    plan.aggregates.push_back(std::move(*parsed));
    plan.argument_columns.push_back(column);
    plan.argument_types.push_back(argument);
    return {};
  }

  std::vector<int> keys_;
  std::vector<wf::Expression> arguments_;
  std::vector<std::string> argument_keys_;
  std::shared_ptr<const AggregatePlan> plan_;
  std::optional<Aggregator> aggregator_;
  std::optional<Sorter> sorter_;
  HeldMemory held_;
};

}  // namespace weirflow::flow
