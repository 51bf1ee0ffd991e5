// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace weirflow {

namespace {

__extension__ using Wide = __int128;

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr std::array<Unit, 7> kDurations = {{{"w", 604'800'000'000},
                                             {"d", 86'400'000'000},
                                             {"h", 3'600'000'000},
                                             {"m", 60'000'000},
                                             {"s", 1'000'000},
                                             {"ms", 1'000},
                                             {"us", 1}}};
constexpr std::array<Unit, 9> kSizes = {{{"TiB", int64_t{1} << 40},
                                         {"TB", 1'000'000'000'000},
                                         {"GiB", int64_t{1} << 30},
                                         {"GB", 1'000'000'000},
                                         {"MiB", int64_t{1} << 20},
                                         {"MB", 1'000'000},
                                         {"KiB", int64_t{1} << 10},
                                         {"KB", 1'000},
                                         {"B", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// A decimal number at the front of `text`, removed from it. Digits after the point beyond 18 are
/// ignored: finer than any unit.
struct Number {
  int64_t whole = 0;
  int64_t fraction = 0;  ///< numerator over `scale`
  int64_t scale = 1;
  bool valid = false;
  bool overflow = false;
};

Number take_number(std::string_view& text) {
  Number number;
  size_t i = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    number.valid = true;
    if (__builtin_mul_overflow(number.whole, 10, &number.whole) ||
        __builtin_add_overflow(number.whole, text[i] - '0', &number.whole))
      number.overflow = true;
  }
  if (number.valid && i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) {
    for (++i; i < text.size() && is_digit(text[i]); ++i) {
      if (number.scale >= 1'000'000'000'000'000'000) continue;
      number.fraction = number.fraction * 10 + (text[i] - '0');
      number.scale *= 10;
    }
  }
  text.remove_prefix(i);
  return number;
}

/// whole * factor + fraction * factor / scale, or nothing when it does not fit.
std::optional<int64_t> scaled(const Number& number, int64_t factor) {
  int64_t product = 0;
  if (number.overflow || __builtin_mul_overflow(number.whole, factor, &product)) return {};
  const auto part = static_cast<Wide>(number.fraction) * factor / number.scale;
  if (__builtin_add_overflow(product, static_cast<int64_t>(part), &product)) return {};
  return product;
}

template <size_t N>
std::string unit_names(const std::array<Unit, N>& units) {
  std::vector<std::string> names;
  for (const Unit& unit : units) names.emplace_back(unit.name);
  std::reverse(names.begin(), names.end());
  return join_choices(names, "");
}

/// Decodes one code point of well-formed UTF-8 and moves `i` behind it.
char32_t next_code_point(std::string_view text, size_t& i) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char lead = byte(i);
  size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  length = std::min(length, text.size() - i);
  char32_t value = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (size_t k = 1; k < length; ++k) value = (value << 6) | (byte(i + k) & 0x3F);
  i += length;
  return value;
}

struct Span {
  char32_t first, last;
};
// Ranges of Unicode 15: EastAsianWidth W and F, and general categories Mn, Me, Cf, coarse where a
// block is nearly uniform. Only carets depend on them.
constexpr Span kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},
    {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},   {0x274C, 0x274C},
    {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2B1B, 0x2B1C},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18AFF}, {0x1B000, 0x1B2FF},
    {0x1F18E, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3E0, 0x1F3F0}, {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F550, 0x1F567},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6D5, 0x1F6FC}, {0x1F7E0, 0x1F7F0},
    {0x1F90C, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Span kZero[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                          {0x064B, 0x065F}, {0x06D6, 0x06DC}, {0x0900, 0x0902}, {0x093C, 0x093C},
                          {0x0941, 0x0948}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
                          {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0x302A, 0x302D},
                          {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0001, 0xE01EF}};

template <size_t N>
bool contains(const Span (&spans)[N], char32_t c) {
  const auto* found = std::partition_point(std::begin(spans), std::end(spans),
                                           [c](const Span& span) { return span.last < c; });
  return found != std::end(spans) && c >= found->first;
}

}  // namespace

wf::Result<int64_t> parse_duration(std::string_view text) {
  const std::string shown = quoted(text);
  const auto refuse = [&](const std::string& why) {
    return wf::invalid_config(shown + " is no duration: " + why);
  };
  std::string_view rest = text;
  if (rest.empty()) return refuse("it is empty");
  int64_t total = 0;
  size_t next_unit = 0;
  while (!rest.empty()) {
    const Number number = take_number(rest);
    if (!number.valid) return refuse("a number is expected before " + quoted(rest));
    size_t length = 0;
    while (length < rest.size() && is_letter(rest[length])) ++length;
    const std::string_view name = rest.substr(0, length);
    if (!rest.empty() && rest[0] == ' ') return refuse("there is a space in it");
    if (name.empty()) return refuse("a unit is missing, one of " + unit_names(kDurations));
    rest.remove_prefix(length);
    const auto* unit = std::find_if(kDurations.begin(), kDurations.end(),
                                    [&](const Unit& u) { return u.name == name; });
    if (unit == kDurations.end())
      return refuse("unknown unit " + quoted(name) + ", units are " + unit_names(kDurations));
    const auto index = static_cast<size_t>(unit - kDurations.begin());
    if (index < next_unit) return refuse("units go from large to small, each once");
    next_unit = index + 1;
    if (number.scale != 1 && !rest.empty())
      return refuse("only the last number may have a fraction");
    const auto part = scaled(number, unit->factor);
    if (!part || __builtin_add_overflow(total, *part, &total)) return refuse("it is too long");
  }
  return total;
}

wf::Result<int64_t> parse_size(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return wf::invalid_config(quoted(text) + " is no size: " + why);
  };
  std::string_view rest = text;
  if (rest.empty()) return refuse("it is empty");
  const Number number = take_number(rest);
  if (!number.valid) return refuse("it does not begin with a number");
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  if (rest.empty()) return refuse("a unit is missing, one of " + unit_names(kSizes));
  const auto* unit =
      std::find_if(kSizes.begin(), kSizes.end(), [&](const Unit& u) { return u.name == rest; });
  if (unit == kSizes.end())
    return refuse("unknown unit " + quoted(rest) + ", units are " + unit_names(kSizes));
  const auto bytes = scaled(number, unit->factor);
  if (!bytes) return refuse("it is too large");
  return *bytes;
}

std::string format_duration(int64_t microseconds) {
  if (microseconds == 0) return "0s";
  const bool negative = microseconds < 0;
  uint64_t rest =
      negative ? 0 - static_cast<uint64_t>(microseconds) : static_cast<uint64_t>(microseconds);
  std::string out = negative ? "-" : "";
  for (const Unit& unit : kDurations) {
    const auto factor = static_cast<uint64_t>(unit.factor);
    if (unit.name == "w" || rest < factor) continue;
    out += std::to_string(rest / factor) + std::string(unit.name);
    rest %= factor;
  }
  return out;
}

std::string format_size(int64_t bytes) {
  for (const Unit& unit : kSizes) {
    const bool binary = unit.name.size() == 3 || unit.name == "B";
    if (binary && bytes != 0 && bytes % unit.factor == 0)
      return std::to_string(bytes / unit.factor) + std::string(unit.name);
  }
  return "0B";
}

size_t find_invalid_utf8(std::string_view text) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  for (size_t i = 0; i < text.size();) {
    const unsigned char lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return i;
    const unsigned char second = byte(i + 1);
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) return i;
    for (size_t k = 2; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    i += length;
  }
  return std::string_view::npos;
}

size_t count_code_points(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = next_code_point(text, i);
    if (c < 0x300)
      ++width;
    else if (contains(kWide, c))
      width += 2;
    else if (!contains(kZero, c))
      ++width;
  }
  return width;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string cleaned;
  for (size_t bad; (bad = find_invalid_utf8(text)) != std::string_view::npos;) {
    cleaned.append(text.substr(0, bad)).append("\xEF\xBF\xBD");
    text.remove_prefix(bad + 1);
  }
  if (!cleaned.empty()) text = cleaned.append(text);
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          out += "\\u00";
          out += kHex[(c >> 4) & 0xF];
          out += kHex[c & 0xF];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string format_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  std::string text(buffer, end.ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string join_choices(const std::vector<std::string>& choices, std::string_view quote,
                         std::string_view last) {
  std::string out;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += i + 1 == choices.size() ? std::string(last) : std::string(", ");
    out.append(quote).append(choices[i]).append(quote);
  }
  return out;
}

}  // namespace weirflow
