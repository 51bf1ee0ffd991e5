// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/gate.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weirflow::model {

namespace {

std::string shortest(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), value).ptr};
}

/// A difference, without the digits that only rounding made.
std::string rounded(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 6).ptr};
}

bool exceeds(double value, double limit) {
  return value - limit > 1e-12 * std::max({1.0, std::abs(value), std::abs(limit)});
}

wf::Result<double> number_of(const wf::Value& table, const std::string& name,
                             const std::string& whose) {
  const wf::Value* found = find_metric(table, name);
  if (!found || found->is_null()) return wf::invalid_data(whose + " has no `" + name + "`");
  double value = 0;
  if (!found->as_double(value))
    return wf::invalid_data("`" + name + "` of " + whose + " is no number");
  if (!std::isfinite(value))
    return wf::invalid_data("`" + name + "` of " + whose + " is " + shortest(value));
  return value;
}

std::string change_refusal(const std::string& name, double value, double base, double change,
                           double limit, bool drop) {
  const std::string way = drop ? "drop" : "rise", other = drop ? "rise" : "drop";
  std::string text = "`" + name + "` went from " + shortest(base) + " to " + shortest(value);
  if (limit < 0)
    return text + ", and must " + other + " by at least " + shortest(-limit) + ": " +
           rounded(change - limit) + " too little";
  return text + ", a " + way + " of " + rounded(change) + ", " + rounded(change - limit) +
         " more than the " + shortest(limit) + " allowed";
}

void check_change(const std::string& name, const Limits& limits, double value,
                  const wf::Value& baseline, std::vector<std::string>& refusals) {
  if (baseline.is_null() || (!limits.max_drop && !limits.max_rise)) return;
  const auto base = number_of(baseline, name, "the baseline");
  if (!base.ok()) return refusals.push_back(base.error().message());
  if (limits.max_drop && exceeds(*base - value, *limits.max_drop))
    refusals.push_back(change_refusal(name, value, *base, *base - value, *limits.max_drop, true));
  if (limits.max_rise && exceeds(value - *base, *limits.max_rise))
    refusals.push_back(change_refusal(name, value, *base, value - *base, *limits.max_rise, false));
}

void check_rows(const Gate& gate, const wf::Value& metrics, const wf::Value& baseline,
                std::vector<std::string>& refusals) {
  const bool compares = std::any_of(gate.begin(), gate.end(), [](const auto& item) {
    return item.second.max_drop || item.second.max_rise;
  });
  const wf::Value* rows = metrics.find("rows");
  const wf::Value* base = baseline.find("rows");
  if (!compares || !rows || !base || !rows->integer() || !base->integer()) return;
  if (*rows->integer() != *base->integer())
    refusals.push_back("the metrics are of " + std::to_string(*rows->integer()) +
                       " rows and the baseline of " + std::to_string(*base->integer()) +
                       ": they cannot be compared");
}

}  // namespace

const wf::Value* find_metric(const wf::Value& metrics, std::string_view name) {
  if (const wf::Value* found = metrics.find(name)) return found;
  for (size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1))
    if (const wf::Value* inner = metrics.find(name.substr(0, dot)); inner && inner->table())
      if (const wf::Value* found = find_metric(*inner, name.substr(dot + 1))) return found;
  return nullptr;
}

wf::Status check_gate(const Gate& gate) {
  for (const auto& [name, limits] : gate) {
    const auto wrong = [&](const std::string& what) {
      return wf::invalid_config("gate on `" + name + "`: " + what).at({"gate", 0, 0, ""});
    };
    const std::optional<double>* const all[] = {&limits.min, &limits.max, &limits.max_drop,
                                                &limits.max_rise};
    if (std::none_of(std::begin(all), std::end(all),
                     [](const auto* limit) { return limit->has_value(); }))
      return wrong("it has no limit; set min, max, max_drop or max_rise");
    for (const auto* limit : all)
      if (*limit && !std::isfinite(**limit)) return wrong("a limit is no finite number");
    if (limits.min && limits.max && *limits.min > *limits.max) return wrong("min is over max");
  }
  return {};
}

wf::Status evaluate_gate(const Gate& gate, const wf::Value& metrics, const wf::Value& baseline) {
  WF_TRY(check_gate(gate));
  std::vector<std::string> refusals;
  check_rows(gate, metrics, baseline, refusals);
  for (const auto& [name, limits] : gate) {
    const auto value = number_of(metrics, name, "the metrics table");
    if (!value.ok()) {
      refusals.push_back(value.error().message());
      continue;
    }
    if (limits.min && exceeds(*limits.min, *value))
      refusals.push_back("`" + name + "` is " + shortest(*value) + ", " +
                         rounded(*limits.min - *value) + " below the minimum of " +
                         shortest(*limits.min));
    if (limits.max && exceeds(*value, *limits.max))
      refusals.push_back("`" + name + "` is " + shortest(*value) + ", " +
                         rounded(*value - *limits.max) + " above the maximum of " +
                         shortest(*limits.max));
    check_change(name, limits, *value, baseline, refusals);
  }
  if (refusals.empty()) return {};
  std::string message = "the gate refuses: ";
  for (size_t i = 0; i < refusals.size(); ++i) message += (i ? "; " : "") + refusals[i];
  return wf::invalid_data(std::move(message)).retryable(false);
}

}  // namespace weirflow::model
