// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "node.h"

namespace wf::expr {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

struct Civil {
  int64_t year;
  int64_t month;
  int64_t day;
};

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. The year is taken to begin
/// on 1 March, so that the leap day is its last; an era is 400 years, 146,097 days (H. Hinnant,
/// "chrono-compatible low-level date algorithms"). Own arithmetic because std::chrono::year ends
/// at 32767 and a timestamp does not.
int64_t days_from_civil(Civil date) {
  const int64_t y = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t month_from_march = (date.month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

Civil civil_from_days(int64_t days) {
  const int64_t z = days + 719'468;
  const int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const int64_t day_of_era = z - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
int64_t floor_mod(int64_t a, int64_t b) { return a % b < 0 ? a % b + b : a % b; }

int64_t days_in_month(int64_t year, int64_t month) {
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month == 2) return leap ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// Reads fixed-width numbers and marks of a timestamp, front to back.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}
  bool number(size_t digits, int64_t& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool mark(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Digits of a second's fraction, one to nine, as microseconds.
  bool fraction(int64_t& micros) {
    micros = 0;
    size_t n = 0;
    for (; n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9'; ++n)
      if (n < 6) micros = micros * 10 + (rest_[n] - '0');
    for (size_t k = n; k < 6; ++k) micros *= 10;
    rest_.remove_prefix(n);
    return n >= 1 && n <= 9;
  }
  [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_[0] == c; }
  [[nodiscard]] bool end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// One part of a timestamp, as int64.
template <typename F>
Result<NodePtr> part(Arguments& args, F f) {
  WF_TRY(args.want(0, Type::timestamp));
  return make_strict(Type::int64, args.span, args.nodes, [f](int64_t rows, std::vector<Vec>& v) {
    BufferBuilder<int64_t> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    with_values<int64_t>(v[0], [&](auto micros) {
      for (int64_t i = 0; i < rows; ++i) out[static_cast<size_t>(i)] = f(micros[i]);
    });
    return Vec{make_array(Type::int64, rows, combine_validity(rows, v), out.finish()), false, {}};
  });
}

Civil date_of(int64_t micros) { return civil_from_days(floor_div(micros, kMicrosPerDay)); }
int64_t second_of_day(int64_t micros) {
  return floor_mod(micros, kMicrosPerDay) / kMicrosPerSecond;
}

}  // namespace

bool parse_timestamp(std::string_view text, int64_t& micros) {
  TimeReader in(text);
  Civil date{};
  if (!in.number(4, date.year) || !in.mark("-") || !in.number(2, date.month) || !in.mark("-") ||
      !in.number(2, date.day))
    return false;
  if (date.month < 1 || date.month > 12 || date.day < 1 ||
      date.day > days_in_month(date.year, date.month))
    return false;
  int64_t hour = 0, minute = 0, second = 0, fraction = 0, zone_minutes = 0;
  if (!in.end()) {
    if (!in.mark("T t") || !in.number(2, hour) || !in.mark(":") || !in.number(2, minute))
      return false;
    if (in.mark(":")) {
      if (!in.number(2, second)) return false;
      if (in.mark(".,") && !in.fraction(fraction)) return false;
    }
    if (!in.mark("Zz") && !in.end()) {
      const bool west = in.at('-');
      int64_t zone_hour = 0, zone_minute = 0;
      if (!in.mark("+-") || !in.number(2, zone_hour)) return false;
      in.mark(":");
      if (!in.end() && !in.number(2, zone_minute)) return false;
      if (zone_hour > 23 || zone_minute > 59) return false;
      zone_minutes = (zone_hour * 60 + zone_minute) * (west ? -1 : 1);
    }
  }
  if (!in.end() || hour > 23 || minute > 59 || second > 59) return false;
  const int64_t seconds = days_from_civil(date) * 86'400 + hour * 3600 + minute * 60 + second;
  micros = (seconds - zone_minutes * 60) * kMicrosPerSecond + fraction;
  return true;
}

std::string format_timestamp(int64_t micros) {
  const Civil date = date_of(micros);
  const int64_t second = second_of_day(micros);
  const int64_t fraction = floor_mod(micros, kMicrosPerSecond);
  char text[64];
  int n = std::snprintf(
      text, sizeof text, "%s%04lld-%02lld-%02lldT%02lld:%02lld:%02lld", date.year < 0 ? "-" : "",
      static_cast<long long>(std::abs(date.year)), static_cast<long long>(date.month),
      static_cast<long long>(date.day), static_cast<long long>(second / 3600),
      static_cast<long long>(second / 60 % 60), static_cast<long long>(second % 60));
  std::string out(text, static_cast<size_t>(n));
  if (fraction) {
    n = std::snprintf(text, sizeof text, ".%06lld", static_cast<long long>(fraction));
    out.append(text, static_cast<size_t>(n));
  }
  return out + "Z";
}

std::span<const Function> time_functions() {
  static constexpr Function kFunctions[] = {
      {"year", 1, 1,
       [](Arguments& a) { return part(a, [](int64_t t) { return date_of(t).year; }); }},
      {"month", 1, 1,
       [](Arguments& a) { return part(a, [](int64_t t) { return date_of(t).month; }); }},
      {"day", 1, 1, [](Arguments& a) { return part(a, [](int64_t t) { return date_of(t).day; }); }},
      {"hour", 1, 1,
       [](Arguments& a) { return part(a, [](int64_t t) { return second_of_day(t) / 3600; }); }},
      {"minute", 1, 1,
       [](Arguments& a) { return part(a, [](int64_t t) { return second_of_day(t) / 60 % 60; }); }},
      {"second", 1, 1,
       [](Arguments& a) { return part(a, [](int64_t t) { return second_of_day(t) % 60; }); }},
      {"day_of_week", 1, 1,
       [](Arguments& a) {
         // Day 0 was a Thursday; ISO 8601 counts Monday as 1.
         return part(a,
                     [](int64_t t) { return floor_mod(floor_div(t, kMicrosPerDay) + 3, 7) + 1; });
       }},
      {"epoch_us", 1, 1, [](Arguments& a) { return part(a, [](int64_t t) { return t; }); }},
      {"from_epoch_us", 1, 1,
       [](Arguments& a) -> Result<NodePtr> {
         WF_TRY(a.want(0, Type::int64));
         return cast(a.nodes[0], Type::timestamp, a.span);
       }},
  };
  return kFunctions;
}

}  // namespace wf::expr
