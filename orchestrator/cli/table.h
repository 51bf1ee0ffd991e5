// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text tables for a terminal: columns as wide as their content, cut to fit the width.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::cli {

/// Control characters as spaces, what is no UTF-8 as U+FFFD: nothing that a terminal would obey.
std::string printable(std::string_view text);
/// Cut to `width` columns of a terminal, 1 or more, the last an ellipsis.
std::string cut(const std::string& text, size_t width);

struct TableColumn {
  std::string title;
  bool right = false;  ///< numbers
  bool whole = false;  ///< never cut: what is copied into the next command
};

/// Columns are separated by two spaces; the widest are cut (with an ellipsis) until a line fits
/// into `width` (0 = no limit). Line breaks and control characters in cells are shown as spaces.
std::string format_table(const std::vector<TableColumn>& columns,
                         const std::vector<std::vector<std::string>>& rows, int width);

/// Rows of a batch: strings as they are, long floats to six significant digits, nulls as "-", lists
/// and structs as JSON.
std::string format_batches(const std::vector<wf::Batch>& batches, int width);

}  // namespace weirflow::cli
