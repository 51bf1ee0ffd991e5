// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows as a test file writes them, and as a run has them. Threads: pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/value.h"
#include "weirflow/batch.hpp"

namespace weirflow::cli {

/// A batch of the rows, a list of tables: columns that a row does not name are null. Reports, at
/// its place, what is no column or does not fit its type; nothing after a report.
std::optional<wf::Batch> golden_batch(const wf::SchemaPtr& schema, const dag::Value& rows,
                                      dag::Diagnostics& diagnostics);

/// Whether element i is what the file says; null `expected` or a null value: null. Numbers may
/// differ by `tolerance`, or by that part of the expected one when it is larger than 1.
bool golden_equal(const dag::Value* expected, const wf::Array& array, int64_t i, double tolerance);

/// Element i as TOML; nothing for a null, which TOML has not.
std::optional<std::string> golden_text(const wf::Array& array, int64_t i);

/// `key` as it stands before an equals sign: bare, or in quotes.
std::string golden_key(std::string_view key);

/// A row as an inline table with the columns of these names.
std::string golden_row_text(const wf::Batch& batch, int64_t row,
                            const std::vector<std::string>& columns);

}  // namespace weirflow::cli
