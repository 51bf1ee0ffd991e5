// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration keys that mean the same in every component that reads or writes record files.

#include <string>

#include "weirflow/config.hpp"
#include "weirflow/io/output.hpp"
#include "weirflow/io/records.hpp"
#include "weirflow/io/text.hpp"

namespace wf::io {

struct ReadConfig {
  std::vector<std::string> path;
  std::string encoding = "utf-8";
  std::string bad_lines = "refuse";
  std::string compression = "auto";
  int64_t zstd_window_log = 31;
  int64_t batch_rows = 4096;
  int64_t batch_bytes = 256 * 1024;
};

/// The fields of ReadConfig for a Config derived from it: std::tuple_cat(read_fields<Config>(),
/// ...).
template <typename Config>
constexpr auto read_fields() {
  return std::tuple_cat(
      fields(
          field<Config>("path", static_cast<std::vector<std::string> Config::*>(&Config::path))
              .required()
              .path()
              .help("Files to read, in order: names, globs (sorted), or \"-\" for standard input")
              .example("[\"comments-*.csv.gz\"]")),
      fields(field<Config>("encoding", static_cast<std::string Config::*>(&Config::encoding))
                 .help("utf-8, latin-1, cp1252 or replace; joined by | the first that fits is "
                       "taken, per field (JSON: per line)")
                 .example("\"utf-8|cp1252\"")),
      fields(
          field<Config>("bad_lines", static_cast<std::string Config::*>(&Config::bad_lines))
              .one_of("fail", "refuse", "skip")
              .help("A record that cannot be read: end the run, send it to `errors`, or count it")
              .example("\"skip\"")),
      fields(field<Config>("compression", static_cast<std::string Config::*>(&Config::compression))
                 .one_of("auto", "none", "gzip", "zstd")
                 .help("How the files are compressed; auto looks at their first bytes")
                 .example("\"zstd\"")),
      fields(
          field<Config>("zstd_window_log", static_cast<int64_t Config::*>(&Config::zstd_window_log))
              .range(10, 31)
              .help("Largest zstd window accepted, as a power of two: the memory that reading may "
                    "take")
              .example("27")),
      fields(field<Config>("batch_rows", static_cast<int64_t Config::*>(&Config::batch_rows))
                 .range(1, 1 << 20)
                 .help("Rows of a batch at most")
                 .example("1000")),
      fields(field<Config>("batch_bytes", static_cast<int64_t Config::*>(&Config::batch_bytes))
                 .size()
                 .range(1, 1 << 30)
                 .help("A batch ends once its records took so many bytes of the file")
                 .example("\"1MiB\"")));
}

/// Puts the values into CsvOptions or JsonlOptions.
template <typename Options>
Status apply_read_config(const ReadConfig& config, Options* options) {
  auto encoding = EncodingList::parse(config.encoding);
  if (!encoding.ok()) return std::move(encoding).status().at({"encoding", 0, 0, ""});
  options->encoding = std::move(encoding).value();
  WF_ASSIGN(options->bad_lines, parse_bad_lines(config.bad_lines));
  WF_ASSIGN(options->input.compression, parse_compression(config.compression));
  options->input.zstd_window_log = static_cast<int>(config.zstd_window_log);
  options->limits = {config.batch_rows, config.batch_bytes};
  return {};
}

struct WriteConfig {
  std::string path;
  std::string compression = "auto";
  int64_t level = 0;
  std::string if_exists = "replace";
};

template <typename Config>
constexpr auto write_fields() {
  return std::tuple_cat(
      fields(
          field<Config>("path", static_cast<std::string Config::*>(&Config::path))
              .required()
              .path()
              .help(
                  "File to write; it appears whole when the run commits. \"-\" is standard output")
              .example("\"scored.csv.gz\"")),
      fields(field<Config>("compression", static_cast<std::string Config::*>(&Config::compression))
                 .one_of("auto", "none", "gzip", "zstd")
                 .help("auto goes by the name: .gz, .zst")
                 .example("\"zstd\"")),
      fields(field<Config>("level", static_cast<int64_t Config::*>(&Config::level))
                 .range(0, 19)
                 .help("Level of the compression: gzip 1 to 9, zstd 1 to 19; 0 its default (6, 3)")
                 .example("9")),
      fields(field<Config>("if_exists", static_cast<std::string Config::*>(&Config::if_exists))
                 .one_of("replace", "fail")
                 .help("When the file is there already")
                 .example("\"fail\"")));
}

inline Result<OutputOptions> output_options_of(const WriteConfig& config) {
  OutputOptions options;
  WF_ASSIGN(options.compression, parse_compression(config.compression));
  WF_ASSIGN(options.if_exists, parse_if_exists(config.if_exists));
  options.level = static_cast<int>(config.level);
  return options;
}

}  // namespace wf::io
