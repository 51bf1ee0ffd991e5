// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration of file.tail.

#include "tail.h"
#include "weirflow/io/line_fields.hpp"

namespace weirflow::file {

struct TailConfig : wf::io::LineConfig {
  TailConfig() { format = "line"; }
  std::vector<std::string> path;
  std::vector<std::string> exclude = {"*.gz", "*.zst", "*.bz2", "*.xz"};
  std::vector<std::string> add;
  std::string start = "beginning";
  std::string stop = "never";
  int64_t max_line = 1 << 20;
  std::string bad_lines = "refuse";
  wf::Duration rotate_wait = std::chrono::minutes(1);
  wf::Duration rescan = std::chrono::seconds(10);
  int32_t max_open = 256;
  int64_t batch_rows = 4096;
  int64_t batch_bytes = 256 * 1024;
};

Tail::Options tail_options(const TailConfig& config);

/// The columns of `add` (file, offset, time).
std::vector<wf::Field> added_columns(const TailConfig& config);

}  // namespace weirflow::file
