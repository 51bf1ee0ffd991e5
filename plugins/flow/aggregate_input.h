// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From the rows of a task to what its groups are made of: the keys `by` and the arguments of
/// `aggregates`, bound to the input's columns once and evaluated batch by batch.

#include <memory>
#include <string>
#include <vector>

#include "aggregator.h"
#include "support.h"

namespace weirflow::flow {

class AggregateInput {
 public:
  /// What can be said of the texts while the columns are unknown.
  static wf::Status check_syntax(const wf::Map<std::string>& aggregates) {
    for (const auto& [name, text] : aggregates) {
      const std::string key = "aggregates." + name;
      const auto parsed = parse_aggregate(name, text);
      if (!parsed.ok()) return at_key(parsed.error(), key);
      if (parsed->argument.empty()) continue;
      const auto argument = wf::Expression::parse_only(parsed->argument);
      if (!argument.ok()) return at_key(argument.error(), key, parsed->argument_offset);
    }
    return {};
  }

  /// Starts anew; adds the key columns to `out`.
  wf::Status bind_keys(const std::vector<std::string>& by, const wf::Schema& in,
                       wf::SchemaBuilder& out) {
    *this = AggregateInput();
    WF_ASSIGN(const std::vector<KeyColumn> keys, parse_columns(by, in, "by"));
    for (const KeyColumn& key : keys) {
      keys_.push_back(key.column);
      wf::Field field = in.field(key.column);
      field.type = plain_type(field.type);
      key_fields_.push_back(field);
      if (wf::Status s = out.add(std::move(field)); !s.ok()) return at_key(s, "by");
    }
    return {};
  }
  /// After bind_keys(): fills the plan (not its output) and adds the columns of the answers.
  wf::Status bind_aggregates(const wf::Map<std::string>& aggregates, const wf::Schema& in,
                             AggregatePlan& plan, wf::SchemaBuilder& out) {
    plan.key_columns = static_cast<int>(keys_.size());
    for (const auto& [name, text] : aggregates) WF_TRY(bind_one(name, text, in, plan, out));
    return {};
  }

  [[nodiscard]] const std::vector<int>& keys() const { return keys_; }
  [[nodiscard]] const std::vector<wf::Field>& key_fields() const { return key_fields_; }

  /// A batch of the keys, then the arguments, one row for each of `in`. Rows whose argument cannot
  /// be computed are refused and leave `rows`.
  wf::Result<wf::Batch> evaluate(const wf::Batch& in, RowSelection& rows, wf::Emitter& out) const {
    std::vector<wf::ArrayPtr> columns;
    std::vector<wf::Field> fields;
    for (const int k : keys_) {
      columns.push_back(plain_column(in.column(k)));
      fields.push_back({in.schema().field(k).name, columns.back()->type, true, {}});
    }
    for (size_t k = 0; k < arguments_.size(); ++k) {
      wf::RowErrors errors;
      WF_ASSIGN(wf::ArrayPtr values, arguments_[k].evaluate(in, &errors));
      rows.refuse(errors, argument_names_[k], out);
      fields.push_back({argument_names_[k], values->type, true, {}});
      columns.push_back(std::move(values));
    }
    return wf::Batch(std::make_shared<const wf::Schema>(std::move(fields)), in.rows(),
                     std::move(columns));
  }

 private:
  wf::Status bind_one(const std::string& name, const std::string& text, const wf::Schema& in,
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
      argument_names_.push_back(name);
    }
    wf::Result<wf::DataType> type = aggregate_type(*parsed, argument);
    if (!type.ok()) return at_key(type.error(), key);
    const bool never_null = parsed->function == "count" || parsed->function == "count_distinct" ||
                            parsed->function == "approx_distinct" || parsed->function == "top_k";
    if (wf::Status s = out.add({name, *type, !never_null, {}}); !s.ok()) return at_key(s, key);
    plan.aggregates.push_back(std::move(*parsed));
    plan.argument_columns.push_back(column);
    plan.argument_types.push_back(argument);
    return {};
  }

  std::vector<int> keys_;
  std::vector<wf::Field> key_fields_;
  std::vector<wf::Expression> arguments_;
  std::vector<std::string> argument_names_;
};

}  // namespace weirflow::flow
