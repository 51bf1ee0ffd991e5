// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "rule_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weirflow::alert {

using nlohmann::json;

void RuleState::fire(int64_t now_us, std::vector<Alert>* events) {
  phase_ = Phase::firing;
  told_us_ = now_us;
  alert_.resolved = false;
  alert_.starts_us = since_us_;
  alert_.ends_us.reset();
  events->push_back(alert_);
}

void RuleState::resolve(int64_t now_us, std::vector<Alert>* events) {
  if (phase_ == Phase::firing) {
    alert_.resolved = true;
    alert_.ends_us = std::max(now_us, since_us_);
    events->push_back(alert_);
  }
  phase_ = Phase::gone;
}

void RuleState::on_true(const RuleTiming& timing, int64_t now_us, Alert alert,
                        std::vector<Alert>* events) {
  // A firing alert that nobody looked at for too long has ended before this row.
  if (!is_gone()) on_time(timing, now_us, events);
  if (is_gone()) {
    phase_ = Phase::pending;
    since_us_ = last_true_us_ = now_us;
  }
  alert_ = std::move(alert);
  alert_.starts_us = since_us_;
  last_true_us_ = std::max(last_true_us_, now_us);
  false_since_us_.reset();
  if (phase_ == Phase::pending) {
    if (now_us - since_us_ >= timing.hold_us) fire(now_us, events);
  } else if (timing.repeat_us > 0 && now_us - told_us_ >= timing.repeat_us) {
    fire(now_us, events);
  }
}

void RuleState::on_false(const RuleTiming& timing, int64_t now_us, std::vector<Alert>* events) {
  on_time(timing, now_us, events);
  if (phase_ == Phase::pending) phase_ = Phase::gone;
  if (phase_ != Phase::firing || !timing.resolves_when_false) return;
  if (now_us < last_true_us_) return;  // a late row says nothing about now
  if (!false_since_us_) false_since_us_ = now_us;
  if (now_us - *false_since_us_ >= timing.hold_us) resolve(now_us, events);
}

void RuleState::on_time(const RuleTiming& timing, int64_t now_us, std::vector<Alert>* events) {
  const auto due = deadline(timing);
  if (!due || now_us < *due) return;
  if (phase_ == Phase::pending && *due == since_us_ + timing.hold_us) return fire(*due, events);
  // What the deadline was, not when it was looked at: the same in every run.
  resolve(*due, events);
}

std::optional<int64_t> RuleState::deadline(const RuleTiming& timing) const {
  std::optional<int64_t> due;
  const auto earlier = [&](int64_t at) { due = due ? std::min(*due, at) : at; };
  if (phase_ == Phase::gone) return due;
  if (phase_ == Phase::pending) earlier(since_us_ + timing.hold_us);
  if (phase_ == Phase::firing && false_since_us_) earlier(*false_since_us_ + timing.hold_us);
  if (timing.resolve_after_us > 0) earlier(last_true_us_ + timing.resolve_after_us);
  return due;
}

std::string RuleState::to_bytes() const {
  json state = {{"phase", static_cast<int>(phase_)},
                {"since", since_us_},
                {"last_true", last_true_us_},
                {"told", told_us_},
                {"alert", to_json(alert_)}};
  if (false_since_us_) state["false_since"] = *false_since_us_;
  if (timer_us) state["timer"] = *timer_us;
  return state.dump(-1, ' ', false, json::error_handler_t::replace);
}

wf::Result<RuleState> RuleState::from_bytes(std::string_view bytes) {
  try {
    const json state = json::parse(bytes);
    RuleState made;
    const int phase = state.at("phase");
    if (phase < 0 || phase > 2) return wf::invalid_data("the state of an alert is damaged");
    made.phase_ = static_cast<Phase>(phase);
    made.since_us_ = state.at("since");
    made.last_true_us_ = state.at("last_true");
    made.told_us_ = state.at("told");
    if (state.contains("false_since")) made.false_since_us_ = state["false_since"].get<int64_t>();
    if (state.contains("timer")) made.timer_us = state["timer"].get<int64_t>();
    WF_ASSIGN(made.alert_, alert_from_json(state.at("alert").get<std::string>()));
    return made;
  } catch (const json::exception& e) {
    return wf::invalid_data(std::string("the state of an alert is damaged: ") + e.what());
  }
}

}  // namespace weirflow::alert
