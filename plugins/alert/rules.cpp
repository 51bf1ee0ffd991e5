// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "rules.h"

#include <set>

#include "weirflow/io/output.hpp"

namespace weirflow::alert {
namespace {

constexpr uint32_t kStates = 0;  ///< table: fingerprint to RuleState

/// Puts the configuration key into the place of a failed Status.
wf::Status at_key(const wf::Status& status, const std::string& key) {
  wf::Status::Place place;
  if (status.place()) place = *status.place();
  place.key = key;
  return wf::Status(status).at(std::move(place));
}

wf::Result<wf::Expression> compile(const std::string& text, const wf::Schema& in,
                                   const std::string& key) {
  wf::Result<wf::Expression> compiled = wf::Expression::compile(text, in);
  if (!compiled.ok()) return at_key(compiled.error(), key);
  return compiled;
}

bool is_number(wf::Type type) {
  return type == wf::Type::int32 || type == wf::Type::int64 || type == wf::Type::float32 ||
         type == wf::Type::float64;
}

std::optional<double> number_at(const wf::Array& array, int64_t row) {
  if (array.is_null(row)) return std::nullopt;
  switch (array.type.id()) {
    case wf::Type::int32:
      return wf::NumericView<int32_t>(array)[row];
    case wf::Type::int64:
      return static_cast<double>(wf::NumericView<int64_t>(array)[row]);
    case wf::Type::float32:
      return wf::NumericView<float>(array)[row];
    case wf::Type::float64:
      return wf::NumericView<double>(array)[row];
    default:
      return std::nullopt;
  }
}

bool is_label_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (name.empty() || !letter(name[0])) return false;
  for (const char c : name)
    if (!letter(c) && (c < '0' || c > '9')) return false;
  return true;
}

wf::Status check_label(const std::string& name, const std::string& key) {
  if (name == "alertname" || name == "severity")
    return wf::invalid_config("the label '" + name + "' is the rule's own").at({key, 0, 0, ""});
  if (!is_label_name(name))
    return wf::invalid_config("'" + name + "' is no name of a label")
        .at({key, 0, 0, "letters, digits and _, as alert channels take them"});
  return {};
}

}  // namespace

wf::Result<Rules::Rule> Rules::make_rule(const RuleConfig& config, const wf::Schema& in,
                                         const std::string& key) const {
  if (config.name.empty())
    return wf::invalid_config("a rule needs a name").at({key + ".name", 0, 0, ""});
  WF_ASSIGN(wf::Expression when, compile(config.when, in, key + ".when"));
  const wf::Type type = when.type().id();
  if (type != wf::Type::boolean && type != wf::Type::null)
    return wf::invalid_config("a condition is needed (bool); this is " + when.type().to_string())
        .at({key + ".when", 0, static_cast<uint32_t>(config.when.size()),
             "compare it, as in probability > 0.9"});
  Rule rule{
      config.name, config.severity, config.resolve != "never", {}, std::move(when), {}, {}, {}, {}};
  rule.timing = {config.hold.count(), config.resolve_after.count(), config.repeat.count(),
                 config.resolve == "false"};
  if (!rule.keeps_state && config.hold.count() > 0)
    return wf::invalid_config(
               "resolve = \"never\" makes each row an alert of its own, which has "
               "no duration")
        .at({key + ".for", 0, 0, "leave `for` out, or set resolve = \"silence\""});
  if (config.resolve == "silence" && config.resolve_after.count() == 0)
    return wf::invalid_config("resolve = \"silence\" needs a time")
        .at({key + ".resolve_after", 0, 0, "set it, as in \"10m\""});
  if (!config.value.empty()) {
    WF_ASSIGN(wf::Expression value, compile(config.value, in, key + ".value"));
    if (!is_number(value.type().id()))
      return wf::invalid_config("a number is needed; this is " + value.type().to_string())
          .at({key + ".value", 0, static_cast<uint32_t>(config.value.size()), ""});
    rule.value = std::move(value);
  }
  for (const auto& [name, text] : config.labels) {
    const std::string label = key + ".labels." + name;
    WF_TRY(check_label(name, label));
    WF_ASSIGN(RowTemplate made, RowTemplate::make(text, in, label));
    rule.labels.emplace_back(name, std::move(made));
  }
  WF_ASSIGN(rule.summary, RowTemplate::make(config.summary, in, key + ".summary"));
  WF_ASSIGN(rule.description, RowTemplate::make(config.description, in, key + ".description"));
  return rule;
}

wf::Status Rules::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  rules_.clear();
  evidence_.clear();
  if (config().rules.empty())
    return wf::invalid_config("there is no rule")
        .at({"rules", 0, 0, "write rules = [{ name = \"...\", when = \"...\" }]"});
  std::set<std::string> names;
  for (size_t i = 0; i < config().rules.size(); ++i) {
    const std::string key = "rules[" + std::to_string(i) + "]";
    const RuleConfig& rule = config().rules[i];
    if (!names.insert(rule.name).second)
      return wf::invalid_config("there are two rules '" + rule.name + "'")
          .at({key + ".name", 0, 0, ""});
    WF_ASSIGN(Rule made, make_rule(rule, in, key));
    rules_.push_back(std::move(made));
  }
  time_ = -1;
  if (!config().time.empty()) {
    WF_ASSIGN(time_, in.require(config().time, "time"));
    if (in.field(time_).type.id() != wf::Type::timestamp)
      return wf::invalid_config("column '" + config().time + "' is " +
                                in.field(time_).type.to_string() + ", not a timestamp")
          .at({"time", 0, 0, "make one with flow.map and cast(... as timestamp)"});
  }
  for (size_t i = 0; i < config().evidence.size(); ++i) {
    WF_ASSIGN(const int column,
              in.require(config().evidence[i], "evidence[" + std::to_string(i) + "]"));
    evidence_.push_back(column);
  }
  WF_ASSIGN(link_, RowTemplate::make(config().link, in, "link"));
  out = wf::SchemaBuilder(*alert_schema());
  return {};
}

wf::Status Rules::process(const wf::Batch& in, wf::Emitter& out) {
  std::vector<wf::ArrayPtr> answers, values;
  std::vector<uint8_t> refused(static_cast<size_t>(in.rows()), 0);
  const auto refuse = [&](int64_t row, std::string_view code, const std::string& message) {
    if (refused[static_cast<size_t>(row)]) return;
    refused[static_cast<size_t>(row)] = 1;
    out.refuse(row, code, message);
  };
  for (const Rule& rule : rules_) {
    wf::RowErrors errors;
    WF_ASSIGN(answers.emplace_back(), rule.when.evaluate(in, &errors));
    wf::ArrayPtr& value = values.emplace_back();
    if (rule.value) {
      WF_ASSIGN(value, rule.value->evaluate(in, &errors));
    }
    for (const wf::RowError& error : errors)
      refuse(error.row, "expression", "rule " + rule.name + ": " + error.message);
  }
  WF_ASSIGN(const wf::StateTable::Size held, wf::StateTable(host(), kStates).size());
  has_states_ = held.entries > 0;
  for (int64_t row = 0; row < in.rows(); ++row) {
    if (time_ >= 0 && in.column(time_)->is_null(row))
      refuse(row, "no_time", "the time in '" + config().time + "' is null");
    if (refused[static_cast<size_t>(row)]) continue;
    const int64_t now = time_ < 0 ? host().now_us() : in.numbers<int64_t>(time_)[row];
    for (size_t i = 0; i < rules_.size(); ++i) {
      const wf::Array& answer = *answers[i];
      const bool is_true = answer.type.id() == wf::Type::boolean && !answer.is_null(row) &&
                           wf::BoolView(answer)[row];
      WF_TRY(apply(rules_[i], in, row, now, is_true, values[i]));
    }
  }
  give(out);
  return {};
}

Labels Rules::labels_of(const Rule& rule, const wf::Batch& in, int64_t row) const {
  Labels labels = {{"alertname", rule.name}, {"severity", rule.severity}};
  for (const auto& [name, text] : rule.labels)
    if (std::string value = text.of(in, row); !value.empty()) labels[name] = std::move(value);
  return labels;
}

Alert Rules::alert_of(const Rule& rule, Labels labels, const wf::Batch& in, int64_t row,
                      const wf::ArrayPtr& value) const {
  Alert alert;
  alert.fingerprint = fingerprint_of(labels);
  alert.labels = std::move(labels);
  alert.rule = rule.name;
  alert.severity = rule.severity;
  if (!rule.summary.empty()) alert.annotations["summary"] = rule.summary.of(in, row);
  if (!rule.description.empty()) alert.annotations["description"] = rule.description.of(in, row);
  if (!link_.empty()) alert.link = link_.of(in, row);
  if (value) alert.value = number_at(*value, row);
  for (const int column : evidence_) {
    alert.evidence += alert.evidence.empty() ? "{" : ",";
    wf::io::append_json_string(in.schema().field(column).name, &alert.evidence);
    alert.evidence += ':';
    const wf::Array& array = *in.column(column);
    if (array.is_null(row))
      alert.evidence += "null";
    else
      wf::io::append_json_value(array, row, &alert.evidence);
  }
  if (!alert.evidence.empty()) alert.evidence += '}';
  return alert;
}

wf::Status Rules::apply(const Rule& rule, const wf::Batch& in, int64_t row, int64_t now_us,
                        bool is_true, const wf::ArrayPtr& value) {
  if (!rule.keeps_state) {
    if (!is_true) return {};
    Alert alert = alert_of(rule, labels_of(rule, in, row), in, row, value);
    alert.starts_us = now_us;
    events_.push_back(std::move(alert));
    return {};
  }
  if (!is_true && !has_states_) return {};
  Labels labels = labels_of(rule, in, row);
  const std::string key = fingerprint_of(labels);
  wf::StateTable table(host(), kStates);
  WF_ASSIGN(const auto found, table.get(key));
  if (!found && !is_true) return {};
  RuleState state;
  if (found) {
    WF_ASSIGN(state, RuleState::from_bytes(*found));
  }
  if (is_true)
    state.on_true(rule.timing, now_us, alert_of(rule, std::move(labels), in, row, value), &events_);
  else
    state.on_false(rule.timing, now_us, &events_);
  return keep(key, state, rule.timing);
}

wf::Status Rules::keep(std::string_view key, RuleState& state, const RuleTiming& timing) {
  wf::StateTable table(host(), kStates);
  const auto due = state.deadline(timing);
  // A timer that is too early finds out when it fires; only one that is too late is replaced.
  const bool replaced = !due || (state.timer_us && *state.timer_us > *due);
  if (state.timer_us && replaced) {
    WF_TRY(host().cancel_timer(time_kind(), *state.timer_us, key));
    state.timer_us.reset();
  }
  if (state.is_gone()) return table.erase(key);
  if (due && !state.timer_us) {
    WF_TRY(host().set_timer(time_kind(), *due, key));
    state.timer_us = due;
  }
  has_states_ = true;
  return table.put(key, state.to_bytes());
}

wf::Status Rules::on_timer(wf::TimeKind, int64_t at_us, std::string_view key, wf::Emitter& out) {
  wf::StateTable table(host(), kStates);
  WF_ASSIGN(const auto found, table.get(key));
  if (!found) return {};
  WF_ASSIGN(RuleState state, RuleState::from_bytes(*found));
  state.timer_us.reset();
  const Rule* rule = nullptr;
  for (const Rule& candidate : rules_)
    if (candidate.name == state.alert().rule) rule = &candidate;
  const std::string owned(key);
  if (rule)
    state.on_time(rule->timing, at_us, &events_);
  else
    state.resolve(at_us, &events_);  // the configuration has the rule no more
  WF_TRY(keep(owned, state, rule ? rule->timing : RuleTiming()));
  give(out);
  return {};
}

void Rules::give(wf::Emitter& out) {
  constexpr int64_t kMostRows = 4096;
  AlertRows rows;
  for (const Alert& event : events_) {
    rows.append(event);
    if (rows.size() == kMostRows) out.emit(rows.finish());
  }
  if (rows.size() > 0) out.emit(rows.finish());
  events_.clear();
}

}  // namespace weirflow::alert
