// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "jsonl_config.h"

#include "weirflow/io/json_columns.hpp"

namespace weirflow::file {
using wf::Result;

Result<wf::io::JsonlOptions> jsonl_options(const JsonlConfig& config) {
  wf::io::JsonlOptions options;
  WF_TRY(wf::io::apply_read_config(config, &options));
  WF_ASSIGN(options.columns, wf::io::json_columns(config.columns));
  options.misfits_are_null = config.misfits == "null";
  options.sample_rows = config.sample_rows;
  options.max_record = config.max_record;
  WF_TRY(wf::io::check_jsonl_options(options));
  return options;
}

}  // namespace weirflow::file
