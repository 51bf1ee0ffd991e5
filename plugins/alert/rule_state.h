// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The life of one alert (one rule, one set of labels): pending while its `for` runs, firing, and
/// gone again. Time is given, in microseconds since 1970; it may go back a little (late rows).
///
/// Threads: a value.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert.h"

namespace weirflow::alert {

/// When a rule's alerts begin, repeat and end; microseconds, 0: none.
struct RuleTiming {
  int64_t hold_us = 0;           ///< `for`
  int64_t resolve_after_us = 0;  ///< without a firing row
  int64_t repeat_us = 0;         ///< of a firing alert
  bool resolves_when_false = true;
};

class RuleState {
 public:
  /// The condition is true at `now_us`; `alert` is what the row says. Events are appended.
  void on_true(const RuleTiming& timing, int64_t now_us, Alert alert, std::vector<Alert>* events);
  /// The condition is false for these labels.
  void on_false(const RuleTiming& timing, int64_t now_us, std::vector<Alert>* events);
  /// Time has come to `now_us`.
  void on_time(const RuleTiming& timing, int64_t now_us, std::vector<Alert>* events);
  /// Ends a firing alert, whatever its rule.
  void resolve(int64_t now_us, std::vector<Alert>* events);

  /// Neither pending nor firing: there is nothing to keep.
  [[nodiscard]] bool is_gone() const { return phase_ == Phase::gone; }
  /// When on_time() has something to do; nothing: never.
  [[nodiscard]] std::optional<int64_t> deadline(const RuleTiming& timing) const;
  [[nodiscard]] const Alert& alert() const { return alert_; }

  /// The timer that is set for it, kept with the rest.
  std::optional<int64_t> timer_us;

  [[nodiscard]] std::string to_bytes() const;
  /// invalid_data.
  static wf::Result<RuleState> from_bytes(std::string_view bytes);

 private:
  enum class Phase { gone, pending, firing };
  void fire(int64_t now_us, std::vector<Alert>* events);

  Phase phase_ = Phase::gone;
  int64_t since_us_ = 0;      ///< first true row of this time
  int64_t last_true_us_ = 0;  ///< latest true row
  int64_t told_us_ = 0;       ///< latest firing event
  std::optional<int64_t> false_since_us_;
  Alert alert_;
};

}  // namespace weirflow::alert
