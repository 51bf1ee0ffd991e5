// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration of file.csv and file.csv_sink.

#include "weirflow/io/common_fields.hpp"
#include "weirflow/io/csv.hpp"

namespace weirflow::file {

struct CsvConfig : wf::io::ReadConfig {
  wf::Map<std::string> columns;
  std::vector<std::string> select;
  bool header = true;
  std::string delimiter = ",";
  std::string quote = "\"";
  std::string escape;
  std::string comment;
  bool multi_line = true;
  bool trim = false;
  bool skip_blank_lines = true;
  std::string quotes = "standard";
  std::string ragged = "refuse";
  std::vector<std::string> null_values{""};
  bool quoted_nulls = false;
  std::string infer = "head";
  int64_t sample_rows = 10'000;
  int64_t max_field = 64 << 20;
};

struct CsvSinkConfig : wf::io::WriteConfig {
  bool header = true;
  std::string delimiter = ",";
  std::string quote = "\"";
  std::string quote_mode = "minimal";
  std::string null_value;
  bool crlf = false;
};

/// invalid_config with the key that is wrong.
wf::Result<wf::io::CsvOptions> csv_options(const CsvConfig& config);
wf::Result<wf::io::CsvWriteOptions> csv_write_options(const CsvSinkConfig& config);

}  // namespace weirflow::file
