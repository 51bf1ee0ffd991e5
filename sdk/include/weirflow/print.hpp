// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows as text: JSON for machines and dead letters, a table for people.
///
/// JSON forms: null; true/false; integers; floats in the shortest form that reads back as the same
/// double (NaN and infinities are null, which JSON lacks); utf8 as string, its invalid bytes as
/// U+FFFD; binary as base64; timestamp as "2026-11-22T03:00:00.000000Z"; list as array; struct as
/// object.

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>

#include "weirflow/batch.hpp"

namespace wf {

namespace detail {

/// Length of the well-formed UTF-8 sequence at the start of s, or 0.
inline size_t utf8_sequence(std::string_view s) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (n == 0 || lead > 0xF4 || s.size() < n) return 0;
  for (size_t i = 1; i < n; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F) ||
      (lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F))
    return 0;
  return n;
}

}  // namespace detail

/// Appends a JSON string with its quotes.
inline void append_json_text(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      size_t j = i + 1;  // the common run is copied at once
      while (j < text.size() && static_cast<unsigned char>(text[j]) >= 0x20 &&
             static_cast<unsigned char>(text[j]) < 0x80 && text[j] != '"' && text[j] != '\\')
        ++j;
      out.append(text, i, j - i);
      i = j;
      continue;
    }
    if (c < 0x80) {
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
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
      }
      ++i;
      continue;
    }
    const size_t n = detail::utf8_sequence(text.substr(i));
    if (n == 0)
      out += "\xEF\xBF\xBD";
    else
      out.append(text, i, n);
    i += n ? n : 1;
  }
  out += '"';
}

/// Appends "2026-11-22T03:00:00.000000Z"; years outside 0..9999 get more digits or a sign.
inline void append_timestamp(std::string& out, int64_t us) {
  int64_t days = us / 86'400'000'000, rest = us % 86'400'000'000;
  if (rest < 0) rest += 86'400'000'000, --days;
  // Days to a proleptic Gregorian date: Howard Hinnant, "chrono-Compatible Low-Level Date
  // Algorithms", civil_from_days.
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int64_t doe = days - era * 146'097;
  const int64_t yoe = (doe - doe / 1'460 + doe / 36'524 - doe / 146'096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
  const int64_t year = yoe + era * 400 + (month <= 2);
  char text[64];
  std::snprintf(
      text, sizeof(text), "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld.%06lldZ",
      static_cast<long long>(year), static_cast<long long>(month), static_cast<long long>(day),
      static_cast<long long>(rest / 3'600'000'000), static_cast<long long>(rest / 60'000'000 % 60),
      static_cast<long long>(rest / 1'000'000 % 60), static_cast<long long>(rest % 1'000'000));
  out += text;
}

inline void append_base64(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t v = 0;
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k)
      v = v << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= n ? kDigits[v >> (18 - 6 * k) & 63] : '=';
  }
}

/// Appends a number in its shortest form; null for NaN and infinities.
template <typename T>
void append_json_number(std::string& out, T value) {
  if constexpr (std::is_floating_point_v<T>)
    if (!std::isfinite(value)) {
      out += "null";
      return;
    }
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  out.append(text, end);
}

/// Appends element i of a column.
inline void append_value_json(const Array& a, int64_t i, std::string& out) {
  if (a.is_null(i)) {
    out += "null";
    return;
  }
  switch (a.type.id()) {
    case Type::null:
      out += "null";
      break;
    case Type::boolean:
      out += BoolView(a)[i] ? "true" : "false";
      break;
    case Type::int32:
      append_json_number(out, NumericView<int32_t>(a)[i]);
      break;
    case Type::int64:
      append_json_number(out, NumericView<int64_t>(a)[i]);
      break;
    case Type::float32:
      append_json_number(out, NumericView<float>(a)[i]);
      break;
    case Type::float64:
      append_json_number(out, NumericView<double>(a)[i]);
      break;
    case Type::utf8:
    case Type::large_utf8:
      append_json_text(out, StringView(a)[i]);
      break;
    case Type::binary:
    case Type::large_binary:
      out += '"';
      append_base64(out, StringView(a)[i]);
      out += '"';
      break;
    case Type::timestamp:
      out += '"';
      append_timestamp(out, NumericView<int64_t>(a)[i]);
      out += '"';
      break;
    case Type::list: {
      const ListView list(a);
      out += '[';
      for (int64_t k = list.begin(i); k < list.end(i); ++k) {
        if (k > list.begin(i)) out += ',';
        append_value_json(*list.items(), k, out);
      }
      out += ']';
      break;
    }
    case Type::structure:
      out += '{';
      for (size_t k = 0; k < a.children.size(); ++k) {
        if (k) out += ',';
        append_json_text(out, a.type.children()[k].name);
        out += ':';
        append_value_json(*a.children[k], a.offset + i, out);
      }
      out += '}';
      break;
  }
}

/// Appends row i as a JSON object, columns in order.
inline void append_row_json(const Batch& batch, int64_t i, std::string& out) {
  out += '{';
  for (int k = 0; k < batch.column_count(); ++k) {
    if (k) out += ',';
    append_json_text(out, batch.schema().field(k).name);
    out += ':';
    append_value_json(*batch.column(k), i, out);
  }
  out += '}';
}

/// Row i as a JSON object.
inline std::string row_to_json(const Batch& batch, int64_t i) {
  std::string out;
  append_row_json(batch, i, out);
  return out;
}

struct TableOptions {
  int width = 100;     ///< columns of the terminal that the table may take; 0 = without limit
  int max_cell = 40;   ///< columns that one cell may take; 0 = without limit
  int64_t rows = 20;   ///< rows shown at most; -1 = all
  bool types = true;   ///< a line with the types below the names
  bool ascii = false;  ///< no characters outside ASCII for frame and cut marks
};

/// The first rows as a table, one line each, ending with a line feed:
///
///      id | body             | tags
///   int64 | utf8             | list<utf8>
///   ------+------------------+-----------
///       1 | hello            | [a, b]
///       2 | a text that is … | null
///
/// Numbers stand right, all else left. Text and names are shown bare, with line feeds and other
/// controls as \n and \xHH and what is not UTF-8 as U+FFFD; binary as base64; a sparse vector as
/// {index:value ...}. What is too wide is cut and marked; columns that do not fit at all are left
/// out and counted in a last column "+3"; rows left out are counted below. No line is wider than
/// `width`, if that is at least 20.
std::string format_table(const Batch& batch, const TableOptions& options = {});

}  // namespace wf

#include "weirflow/detail/print_table.hpp"
