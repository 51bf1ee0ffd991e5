// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers and times as people read them, the same in tables, plans and reports. Threads: pure
/// functions.

#include <cstdint>
#include <cstdio>
#include <string>

#include "weirflow/print.hpp"

namespace weirflow::cli {

/// 1234567 as "1,234,567".
inline std::string count_text(int64_t n) {
  const std::string digits = std::to_string(n);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-') out += ',';
    out += digits[i];
  }
  return out;
}

/// Microseconds as "0 ms", "250 ms", "1.5 s".
inline std::string seconds_text(int64_t us) {
  char text[32];
  if (us < 1'000'000)
    std::snprintf(text, sizeof(text), "%lld ms", static_cast<long long>(us / 1000));
  else
    std::snprintf(text, sizeof(text), "%.1f s", static_cast<double>(us) / 1e6);
  return text;
}

/// Bytes, rounded: "17 B", "4 KiB", "1.5 MiB", "7.8 GiB".
inline std::string bytes_text(int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit < 4; ++unit) value /= 1024;
  char text[32];
  std::snprintf(text, sizeof(text), value < 10 && unit > 1 ? "%.1f %s" : "%.0f %s", value,
                kUnits[unit]);
  return text;
}

/// "1 task", "2 tasks".
inline std::string counted(int64_t n, const std::string& word) {
  return count_text(n) + " " + word + (n == 1 ? "" : "s");
}

/// Four significant digits, as in tables of metrics; whole numbers as count_text().
inline std::string number_text(double value) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (value > -kExact && value < kExact &&
      value == static_cast<double>(static_cast<int64_t>(value)))
    return count_text(static_cast<int64_t>(value));
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value);
  return text;
}

/// "2026-11-22T03:00:00.000000Z".
inline std::string time_text(int64_t us) {
  std::string text;
  wf::append_timestamp(text, us);
  return text;
}

/// Such a time to the second, for tables: "2026-11-22 03:00:00".
inline std::string short_time(const std::string& time) {
  return time.size() < 19 ? time : time.substr(0, 10) + " " + time.substr(11, 8);
}
inline std::string short_time(int64_t us) { return short_time(time_text(us)); }

}  // namespace weirflow::cli
