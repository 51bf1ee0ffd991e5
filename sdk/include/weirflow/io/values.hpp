// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Values as text: what a number, a truth value or a time looks like in a CSV cell or JSON string.
///
/// Threads: pure functions. None depends on the locale.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weirflow/schema.hpp"

namespace wf::io {

/// true: 1, true, t, yes, y; false: 0, false, f, no, n; any case.
std::optional<bool> parse_bool(std::string_view text);

/// Decimal digits with an optional sign, within the range of int64.
std::optional<int64_t> parse_int64(std::string_view text);

/// Decimal or scientific notation with an optional sign, and nan, inf, infinity (any case).
/// Correctly rounded; a number too large for a double is refused, one too small is 0.
std::optional<double> parse_float64(std::string_view text);

/// Microseconds since 1970-01-01T00:00:00Z of an ISO 8601 time: YYYY-MM-DD, or that followed by
/// 'T', 't' or one space, HH:MM[:SS[.fraction]] and optionally Z, z, +HH:MM, +HHMM or +HH. Without
/// a zone it is UTC. At most 9 digits of fraction, cut after the sixth. Years 0000 to 9999; second
/// 60 is refused.
std::optional<int64_t> parse_timestamp(std::string_view text);

/// Microseconds of a plain decimal number of seconds since 1970 ("1466899200", "1466899200.25"),
/// exact to the microsecond, within the years 0000 to 9999.
std::optional<int64_t> parse_epoch_seconds(std::string_view text);

/// As parse_epoch_seconds() for a number; rounds to the nearest microsecond.
std::optional<int64_t> epoch_seconds_to_us(double seconds);

/// "2016-06-26T00:00:00Z", with ".ffffff" (trailing zeros cut) when there is a fraction. Years
/// outside 0000 to 9999 are written as the plain number of microseconds.
void append_timestamp(int64_t microseconds, std::string* out);

/// The shortest decimal form that gives the same value, always with a point or an exponent ("1.0"),
/// so that it reads back as a float; "nan", "inf", "-inf".
void append_float64(double value, std::string* out);
void append_float32(float value, std::string* out);
void append_int64(int64_t value, std::string* out);

/// What the cells of a column have looked like so far, and the narrowest type that holds them all.
/// Order-independent: guesses can be merged.
///
/// Rules: empty and null cells say nothing; true/false (not 0/1) make bool; integers int64;
/// integers and decimals float64; ISO times timestamp; everything else, and any other mixture,
/// utf8. An integer past the range of int64, or with leading zeros ("007"), is text, since a number
/// would lose digits. No value at all: utf8.
class TypeGuess {
 public:
  void add(std::string_view cell);
  void add_type(Type type);  ///< boolean, int64, float64, timestamp or utf8
  void merge(const TypeGuess& other) { seen_ |= other.seen_; }
  [[nodiscard]] bool is_text() const { return (seen_ & kText) != 0; }
  [[nodiscard]] Type type() const;

 private:
  static constexpr uint8_t kBool = 1, kInt = 2, kFloat = 4, kTime = 8, kText = 16;
  uint8_t seen_ = 0;
};

}  // namespace wf::io
