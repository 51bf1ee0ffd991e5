// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text for people and from people: nearest names, durations, sizes, UTF-8 and JSON strings.
///
/// Threads: pure functions. Errors: Status of code invalid_config whose message is one clause
/// without the position, e.g. `"10 parsecs" is no duration: unknown unit "parsecs"`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/nearest.hpp"
#include "weirflow/status.hpp"

namespace weirflow {

using wf::nearest_name;

/// "500ms", "10s", "5m", "1h30m", "2d": numbers (a fraction is allowed in the last) with units us,
/// ms, s, m, h, d, w, largest first, each at most once, no sign. Microseconds, 0 <= x < 2^63.
wf::Result<int64_t> parse_duration(std::string_view text);

/// "1GiB", "64KiB", "10MB", "512B", "1.5 GiB": one number and a unit of B, KB, MB, GB, TB (powers
/// of 1000) or KiB, MiB, GiB, TiB (powers of 1024). Bytes, 0 <= x < 2^63; a fraction of a byte is
/// cut.
wf::Result<int64_t> parse_size(std::string_view text);

/// Inverse of parse_duration for whole microseconds: "1h30m", "250ms", "0s". Exact.
std::string format_duration(int64_t microseconds);

/// Exact inverse of parse_size with the largest unit that divides: "1GiB", "1500B", "0B".
std::string format_size(int64_t bytes);

/// Offset of the first byte that is not part of well-formed UTF-8 (no overlong forms, no
/// surrogates, at most U+10FFFF), or npos.
size_t find_invalid_utf8(std::string_view text);

/// Code points of well-formed UTF-8.
size_t count_code_points(std::string_view text);

/// Columns that well-formed UTF-8 takes on a terminal: 2 for East Asian wide and emoji, 0 for
/// combining marks and format characters, else 1 (tabs and controls count 1).
size_t display_width(std::string_view text);

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// The shortest decimal text that reads back as the same double; always with a '.', an exponent,
/// or as "nan", "inf", "-inf": a float in TOML, and in JSON when finite.
std::string format_float(double value);

/// "a", "a or b", "a, b or c"; `quote` is put around each.
std::string join_choices(const std::vector<std::string>& choices, std::string_view quote = "`",
                         std::string_view last = " or ");

}  // namespace weirflow
