// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration of file.jsonl and file.jsonl_sink.

#include "weirflow/io/common_fields.hpp"
#include "weirflow/io/json.hpp"

namespace weirflow::file {

struct JsonlConfig : wf::io::ReadConfig {
  wf::Map<wf::Value> columns;
  std::string misfits = "refuse";
  int64_t sample_rows = 10'000;
  int64_t max_record = 64 << 20;
};

struct JsonlSinkConfig : wf::io::WriteConfig {
  bool nulls = true;
};

/// For columns see wf::io::json_columns(). invalid_config with the key that is wrong.
wf::Result<wf::io::JsonlOptions> jsonl_options(const JsonlConfig& config);

}  // namespace weirflow::file
