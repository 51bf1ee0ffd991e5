// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Append-only files of sealed JSON lines (see json.h): alias moves, records.
///
/// A line counts when it is whole. What a crash left at the end (no line end, or zeros where the
/// file system had not written yet) is passed over, reported, and cut off by the next append. A
/// whole line that does not fit its check is damage: invalid_data naming the line.
///
/// Threads: read_lines any; append_line by one caller at a time (hold the model's lock).

#include <string>
#include <vector>

#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace weirflow::model {

struct Lines {
  std::vector<wf::Value> entries;
  int64_t whole_bytes = 0;  ///< where the next line goes
  std::string warning;      ///< about a torn end, or empty
};

/// A file that is not there has no lines.
wf::Result<Lines> read_lines(const std::string& path);

/// The line is on disk when this answers ok; otherwise the file is as before, or has a torn end.
wf::Status append_line(const std::string& path, const wf::Value& table);

}  // namespace weirflow::model
