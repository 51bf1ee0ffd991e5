// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/values.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

namespace wf::io {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

bool digit(char c) { return c >= '0' && c <= '9'; }

int64_t days_of(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(year_month_day(std::chrono::year(year), std::chrono::month(month),
                                 std::chrono::day(day)))
      .time_since_epoch()
      .count();
}

const int64_t kMinTime = days_of(0, 1, 1) * kDay;
const int64_t kMaxTime = (days_of(9999, 12, 31) + 1) * kDay - 1;

bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

/// Reads fixed-width decimal numbers off the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}
  bool number(size_t width, int* out) {
    if (text_.size() < width) return false;
    int value = 0;
    for (size_t i = 0; i < width; ++i) {
      if (!digit(text_[i])) return false;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(width);
    *out = value;
    return true;
  }
  bool eat(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }

 private:
  std::string_view text_;
};

bool read_fraction(Digits& in, int64_t* microseconds) {
  int count = 0, d = 0;
  int64_t value = 0;
  while (in.number(1, &d)) {
    if (++count > 9) return false;
    if (count <= 6) value = value * 10 + d;
  }
  for (int i = count; i < 6; ++i) value *= 10;
  *microseconds = value;
  return count > 0;
}

bool read_zone(Digits& in, int64_t* offset) {
  *offset = 0;
  if (in.empty() || in.eat('Z') || in.eat('z')) return true;
  const bool west = in.front() == '-';
  if (!in.eat('+') && !in.eat('-')) return false;
  int hours = 0, minutes = 0;
  if (!in.number(2, &hours)) return false;
  if (!in.empty()) {
    in.eat(':');
    if (!in.number(2, &minutes)) return false;
  }
  if (hours > 23 || minutes > 59) return false;
  *offset = (hours * 60 + minutes) * 60 * kSecond * (west ? -1 : 1);
  return true;
}

template <typename T>
void append_number(T value, std::string* out) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  out->append(buffer, end.ptr);
}

void append_padded(int64_t value, int width, std::string* out) {
  char buffer[8];
  for (int i = width - 1; i >= 0; --i, value /= 10) buffer[i] = static_cast<char>('0' + value % 10);
  out->append(buffer, static_cast<size_t>(width));
}

template <typename T>
void append_float(T value, std::string* out) {
  if (std::isnan(value))
    out->append("nan");
  else if (std::isinf(value))
    out->append(value < 0 ? "-inf" : "inf");
  else {
    const size_t start = out->size();
    append_number(value, out);
    if (out->find_first_of(".e", start) == std::string::npos) out->append(".0");
  }
}

}  // namespace

std::optional<bool> parse_bool(std::string_view text) {
  if (text == "1" || same_word(text, "true") || same_word(text, "t") || same_word(text, "yes") ||
      same_word(text, "y"))
    return true;
  if (text == "0" || same_word(text, "false") || same_word(text, "f") || same_word(text, "no") ||
      same_word(text, "n"))
    return false;
  return {};
}

std::optional<int64_t> parse_int64(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && digit(text[1])) text.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<double> parse_float64(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  if (text.empty() || text.back() == ')') return {};  // from_chars knows nan(...)
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return {};
  if (error == std::errc()) return value;
  if (error != std::errc::result_out_of_range) return {};
  // from_chars does not tell overflow from underflow: a negative exponent is underflow, and so is a
  // number without exponent whose first digit is zero.
  const bool negative = text.front() == '-';
  const size_t e = text.find_first_of("eE");
  const bool underflow = e != std::string_view::npos
                             ? e + 1 < text.size() && text[e + 1] == '-'
                             : text[negative ? 1 : 0] == '0' || text[negative ? 1 : 0] == '.';
  if (!underflow) return {};
  return negative ? -0.0 : 0.0;
}

std::optional<int64_t> parse_timestamp(std::string_view text) {
  Digits in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.number(4, &year) || !in.eat('-') || !in.number(2, &month) || !in.eat('-') ||
      !in.number(2, &day))
    return {};
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  int64_t time = days_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * kDay;
  if (in.empty()) return time;
  if (!in.eat('T') && !in.eat('t') && !in.eat(' ')) return {};
  int64_t fraction = 0, offset = 0;
  if (!in.number(2, &hour) || !in.eat(':') || !in.number(2, &minute)) return {};
  if (in.eat(':')) {
    if (!in.number(2, &second)) return {};
    if (in.eat('.') && !read_fraction(in, &fraction)) return {};
  }
  if (hour > 23 || minute > 59 || second > 59) return {};
  if (!read_zone(in, &offset) || !in.empty()) return {};
  time += ((hour * 60 + minute) * 60 + second) * kSecond + fraction - offset;
  return time;
}

std::optional<int64_t> parse_epoch_seconds(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  std::string_view body = negative ? text.substr(1) : text;
  const size_t dot = std::min(body.find('.'), body.size());
  if (dot == 0 || dot > 12) return {};
  int64_t value = 0;
  for (size_t i = 0; i < dot; ++i) {
    if (!digit(body[i])) return {};
    value = value * 10 + (body[i] - '0');
  }
  value *= kSecond;
  if (dot < body.size()) {
    Digits in(body.substr(dot + 1));
    int64_t fraction = 0;
    if (!read_fraction(in, &fraction) || !in.empty()) return {};
    value += fraction;
  }
  if (negative) value = -value;
  if (value < kMinTime || value > kMaxTime) return {};
  return value;
}

std::optional<int64_t> epoch_seconds_to_us(double seconds) {
  const double us = std::round(seconds * 1e6);
  if (!(us >= static_cast<double>(kMinTime) && us <= static_cast<double>(kMaxTime))) return {};
  return static_cast<int64_t>(us);
}

void append_timestamp(int64_t us, std::string* out) {
  if (us < kMinTime || us > kMaxTime) return append_int64(us, out);
  const int64_t days = us >= 0 ? us / kDay : -((-us + kDay - 1) / kDay);
  int64_t rest = us - days * kDay;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  append_padded(static_cast<int>(date.year()), 4, out);
  out->push_back('-');
  append_padded(static_cast<unsigned>(date.month()), 2, out);
  out->push_back('-');
  append_padded(static_cast<unsigned>(date.day()), 2, out);
  out->push_back('T');
  int64_t fraction = rest % kSecond;
  rest /= kSecond;
  append_padded(rest / 3600, 2, out);
  out->push_back(':');
  append_padded(rest / 60 % 60, 2, out);
  out->push_back(':');
  append_padded(rest % 60, 2, out);
  if (fraction) {
    int width = 6;
    while (fraction % 10 == 0) fraction /= 10, --width;
    out->push_back('.');
    append_padded(fraction, width, out);
  }
  out->push_back('Z');
}

void append_float64(double value, std::string* out) { append_float(value, out); }
void append_float32(float value, std::string* out) { append_float(value, out); }
void append_int64(int64_t value, std::string* out) { append_number(value, out); }

void TypeGuess::add(std::string_view cell) {
  if (cell.empty() || is_text()) return;
  if (same_word(cell, "true") || same_word(cell, "false")) {
    seen_ |= kBool;
    return;
  }
  const size_t sign = cell.front() == '-' || cell.front() == '+' ? 1 : 0;
  const bool zeros = cell.size() > sign + 1 && cell[sign] == '0' && digit(cell[sign + 1]);
  const bool all_digits =
      cell.size() > sign && cell.find_first_not_of("0123456789", sign) == std::string_view::npos;
  if (all_digits)
    seen_ |= !zeros && parse_int64(cell) ? kInt : kText;
  else if (!zeros && parse_float64(cell))
    seen_ |= kFloat;
  else if (cell.size() >= 10 && cell[4] == '-' && parse_timestamp(cell))
    seen_ |= kTime;
  else
    seen_ |= kText;
}

void TypeGuess::add_type(Type type) {
  seen_ |= type == Type::boolean     ? kBool
           : type == Type::int64     ? kInt
           : type == Type::float64   ? kFloat
           : type == Type::timestamp ? kTime
                                     : kText;
}

Type TypeGuess::type() const {
  switch (seen_) {
    case kBool:
      return Type::boolean;
    case kInt:
      return Type::int64;
    case kFloat:
    case kInt | kFloat:
      return Type::float64;
    case kTime:
      return Type::timestamp;
    default:
      return Type::utf8;
  }
}

}  // namespace wf::io
