// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What readers of record files (CSV, JSON lines, dumps) have in common: batches out, bad records
/// to a callback, positions to come back to.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "weirflow/batch.hpp"
#include "weirflow/io/input.hpp"

namespace wf::io {

/// What becomes of a record that cannot be a row.
enum class BadLines : uint8_t {
  fail,    ///< the read ends with invalid_data
  refuse,  ///< handed to the BadRecordSink; reading goes on
  skip,    ///< counted; reading goes on
};
/// "fail", "refuse", "skip".
Result<BadLines> parse_bad_lines(std::string_view text);

/// A record that did not become a row. Valid during the call.
struct BadRecord {
  std::string_view file;
  int64_t line = 0;       ///< 1-based line of the file on which the record starts
  std::string_view raw;   ///< its bytes as they stand in the file, at most 64 KiB of them
  std::string_view code;  ///< stable word: bad_quote, wrong_columns, bad_value, bad_encoding,
                          ///< bad_json, too_large, missing_value
  std::string message;    ///< for a person, without file and line
  /// "comments.csv:7".
  [[nodiscard]] std::string position() const {
    return std::string(file) + ":" + std::to_string(line);
  }
};
/// A failed Status ends the read with that Status.
using BadRecordSink = std::function<Status(const BadRecord&)>;

struct BatchLimits {
  int64_t rows = 4096;
  int64_t bytes = 256 * 1024;  ///< of the records' bytes in the file; at least one row is taken
};

/// The place behind the last row (or bad record) that was handed out.
struct Position {
  uint64_t file = 0;    ///< index in the list of files
  uint64_t offset = 0;  ///< in bytes, decompressed
  uint64_t line = 1;    ///< 1-based line at `offset`
  FileStamp stamp;      ///< of that file

  [[nodiscard]] std::string to_string() const;
  static Result<Position> parse(std::string_view text);
  friend bool operator==(const Position&, const Position&) = default;
};

struct ReaderCounts {
  int64_t records = 0;  ///< all: rows, refused, skipped
  int64_t refused = 0;
  int64_t skipped = 0;
};

enum class Next : uint8_t { batch, idle, end };

/// Reads records into batches of one schema. One thread. Not usable after an error.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  [[nodiscard]] virtual const SchemaPtr& schema() const = 0;
  /// batch: *out has 1 or more rows. idle: a pipe has nothing now (see wait_descriptor()). end: all
  /// files were read. May return idle after a while without rows (a run of bad records).
  virtual Result<Next> next(Batch* out) = 0;
  /// Goes on behind a position of a reader with equal files and options. invalid_data when the file
  /// is not the one that was read. Before the first next() only.
  virtual Status seek(const Position& position) = 0;
  [[nodiscard]] virtual Position position() const = 0;
  [[nodiscard]] virtual ReaderCounts counts() const = 0;
  /// Bytes of all files as they are stored, -1 when one is not a regular file; and bytes read. Any
  /// thread.
  [[nodiscard]] virtual int64_t total_bytes() const = 0;
  [[nodiscard]] virtual int64_t read_bytes() const = 0;
  /// To poll after idle; -1 when a read never waits.
  [[nodiscard]] virtual int wait_descriptor() const = 0;
};

}  // namespace wf::io
