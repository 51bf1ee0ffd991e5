// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// alert.rules: rows in, alert events out. See README.md.

#include <memory>
#include <string>
#include <vector>

#include "rule_state.h"
#include "text_template.h"
#include "weirflow/component.hpp"
#include "weirflow/expr.hpp"
#include "weirflow/state.hpp"

namespace weirflow::alert {

struct RuleConfig {
  std::string name;
  std::string when;
  wf::Map<std::string> labels;
  std::string severity = "warning";
  wf::Duration hold{0};
  std::string summary;
  std::string description;
  std::string value;
  std::string resolve = "false";
  wf::Duration resolve_after = std::chrono::hours(1);
  wf::Duration repeat{0};

  static constexpr auto kFields = wf::fields(
      wf::field("name", &RuleConfig::name)
          .required()
          .help("Name of the rule; the label alertname")
          .example("\"removed_comment\""),
      wf::field("when", &RuleConfig::when)
          .required()
          .expression()
          .help("Condition over the columns of a row")
          .example("\"probability >= threshold\""),
      wf::field("labels", &RuleConfig::labels)
          .help("What tells alerts of the rule apart: name = text with {column} parts")
          .example("{ subreddit = \"{subreddit}\" }"),
      wf::field("severity", &RuleConfig::severity)
          .one_of("critical", "error", "warning", "info")
          .help("How bad; also a label")
          .example("\"critical\""),
      wf::field("for", &RuleConfig::hold)
          .at_least(0)
          .help("The condition must have held so long; with resolve = \"false\" also the time that "
                "it must have been false")
          .example("\"5m\""),
      wf::field("summary", &RuleConfig::summary)
          .help("One line for people, with {column} and {column:.2} parts")
          .example("\"{author} in {subreddit}: {probability:.2}\""),
      wf::field("description", &RuleConfig::description)
          .help("More for people, with {column} parts")
          .example("\"{body}\""),
      wf::field("value", &RuleConfig::value)
          .expression()
          .help("Number that is given as the event's value")
          .example("\"probability\""),
      wf::field("resolve", &RuleConfig::resolve)
          .one_of("false", "silence", "never")
          .help("false: a row of the same labels for which the condition is false ends the alert; "
                "silence: only resolve_after does; never: each row is an alert of its own")
          .example("\"silence\""),
      wf::field("resolve_after", &RuleConfig::resolve_after)
          .at_least(0)
          .help("The alert ends after so long without a row for which the condition is true; 0: "
                "it goes on, and so does its state")
          .example("\"10m\""),
      wf::field("repeat", &RuleConfig::repeat)
          .at_least(0)
          .help("While it fires and rows keep coming, the event is given again after so long; 0: "
                "once")
          .example("\"1h\""));
};

struct RulesConfig {
  std::vector<RuleConfig> rules;
  std::string time;
  std::vector<std::string> evidence;
  std::string link;
};

class Rules final : public wf::Transform<RulesConfig> {
 public:
  static constexpr auto kInfo = wf::component("alert.rules")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::regroup)
                                    .stateful()
                                    .nondeterministic()  // without `time` the clock decides
                                    .summary("Makes alert events of rows that meet conditions");
  static constexpr bool kHasTimers = true;
  static constexpr auto kConfig = wf::fields(
      wf::field("rules", &RulesConfig::rules)
          .required()
          .help("Each with a name and a condition; every row is tried against every rule")
          .example("[{ name = \"removed\", when = \"probability > 0.9\" }]"),
      wf::field("time", &RulesConfig::time)
          .column()
          .help("Column with the time of a row; empty: when it is seen")
          .example("\"created\""),
      wf::field("evidence", &RulesConfig::evidence)
          .column()
          .help("Columns that go with the event as JSON: what the alert leads back to")
          .example("[\"model_version\", \"probability\", \"ngrams\", \"kafka_offset\"]"),
      wf::field("link", &RulesConfig::link)
          .help("URL of the record, with {column} parts")
          .example("\"https://reddit.example{permalink}\""));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;
  wf::Status on_timer(wf::TimeKind time, int64_t at_us, std::string_view key,
                      wf::Emitter& out) override;

 private:
  struct Rule {
    std::string name, severity;
    bool keeps_state = true;
    RuleTiming timing;
    wf::Expression when;
    std::optional<wf::Expression> value;
    std::vector<std::pair<std::string, RowTemplate>> labels;
    RowTemplate summary, description;
  };
  wf::Result<Rule> make_rule(const RuleConfig& config, const wf::Schema& in,
                             const std::string& key) const;
  wf::Status apply(const Rule& rule, const wf::Batch& in, int64_t row, int64_t now_us, bool is_true,
                   const wf::ArrayPtr& value);
  [[nodiscard]] Labels labels_of(const Rule& rule, const wf::Batch& in, int64_t row) const;
  [[nodiscard]] Alert alert_of(const Rule& rule, Labels labels, const wf::Batch& in, int64_t row,
                               const wf::ArrayPtr& value) const;
  wf::Status keep(std::string_view key, RuleState& state, const RuleTiming& timing);
  void give(wf::Emitter& out);
  [[nodiscard]] wf::TimeKind time_kind() const {
    return time_ < 0 ? wf::TimeKind::processing : wf::TimeKind::event;
  }

  std::vector<Rule> rules_;
  int time_ = -1;
  std::vector<int> evidence_;
  RowTemplate link_;
  std::vector<Alert> events_;  ///< of the running call
  bool has_states_ = false;    ///< there may be some
};

}  // namespace weirflow::alert
