// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON text of values, in one form only, and lines that can tell whether they are whole.
///
/// Threads: pure functions. Numbers with '.' or exponent are floats, others integers. A float that
/// is not finite is written as null, since JSON has none.

#include <string>
#include <string_view>

#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace weirflow::model {

/// The value on one line, without blanks, keys in their order; floats in the shortest text that
/// reads back as the same double. Invalid UTF-8 becomes U+FFFD.
std::string to_json(const wf::Value& value);
/// The same on several lines, indented by two blanks.
std::string to_pretty_json(const wf::Value& value);

/// Errors: invalid_data with what was wrong, for anything but one JSON value, for integers beyond
/// int64, and for nesting deeper than 64.
wf::Result<wf::Value> parse_json(std::string_view text);

/// One line, with its end: the table as JSON with a last key "check", the first 16 hex digits of
/// the SHA-256 of the line without it. Precondition: a table without the key "check".
std::string seal_line(const wf::Value& table);
/// The table of a sealed line (without its end), or invalid_data when any byte differs from what
/// seal_line() writes.
wf::Result<wf::Value> open_line(std::string_view line);

/// Member of a table as text; empty when absent or no string.
std::string text_at(const wf::Value& table, std::string_view key);
/// Member of a table as integer; 0 when absent or no integer.
int64_t integer_at(const wf::Value& table, std::string_view key);

}  // namespace weirflow::model
