// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// CSV: RFC 4180 with the liberties that files in the wild need.
///
/// Grammar: records end with LF, CR LF or a lone CR; fields are parted by the delimiter. A field
/// that begins with the quote runs to the closing quote; a doubled quote in it is one quote, and
/// with `escape` set, escape + quote or escape + escape is the second of the two. NUL bytes are
/// data. A UTF-8 byte order mark at the start of a file is dropped; UTF-16 is refused by name.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weirflow/io/records.hpp"
#include "weirflow/io/text.hpp"

namespace wf::io {

/// Quotes where the grammar has none.
enum class CsvQuotes : uint8_t {
  strict,    ///< a quote inside an unquoted field, or text behind a closing quote, is a bad record
  standard,  ///< the former is data, the latter a bad record
  lenient,   ///< both are data
};
/// Records with another number of fields than the file has columns.
enum class CsvRagged : uint8_t {
  refuse,  ///< a bad record
  fill,    ///< missing fields are null; too many are a bad record
  fit,     ///< missing fields are null, fields too many are dropped
};
/// Where types come from that are not declared.
enum class CsvInfer : uint8_t {
  head,  ///< the first sample_rows records of the first file
  all,   ///< every record of every file (standard input: as head)
  none,  ///< utf8
};

struct CsvOptions {
  char delimiter = ',';
  std::optional<char> quote = '"';
  std::optional<char> escape;   ///< besides doubling; none or equal to quote: doubling alone
  std::optional<char> comment;  ///< records that begin with it are passed over
  bool header = true;           ///< the first record of each file has the names
  bool multi_line = true;       ///< line ends inside quotes are data; false: they end the record
  bool trim = false;            ///< blanks and tabs around a field, and around its quotes, go
  bool skip_blank_lines = true;
  CsvQuotes quotes = CsvQuotes::standard;
  CsvRagged ragged = CsvRagged::refuse;
  /// Unquoted cells that are null. Cells of columns that hold no text are null also when quoted.
  std::vector<std::string> null_values{""};
  bool quoted_nulls = false;  ///< the same for quoted cells of text columns
  EncodingList encoding;
  /// Declared types by name; without a header also the names, in the order of the file. A type is
  /// null for "infer". Not readable: list, struct.
  std::vector<Field> columns;
  /// The columns to give, in this order; empty: all of the file.
  std::vector<std::string> select;
  CsvInfer infer = CsvInfer::head;
  int64_t sample_rows = 10'000;
  int64_t max_field = 64 << 20;  ///< bytes; a larger field is a bad record. 1 to 1 GiB
  BadLines bad_lines = BadLines::refuse;
  BatchLimits limits;
  InputOptions input;
  size_t buffer_size = 1 << 18;  ///< bytes held of a file, unless a record needs more
};

/// The columns of the first of `paths`, as open() would find them: names of the header (an empty
/// name becomes column_N, N from 1; a repeated one gets _2, _3, ...), types declared or inferred.
/// Reads the head of the file. invalid_config: a declared or selected column that is not there
/// (with the nearest name), a wrong option; invalid_data: no header, no text.
Result<Schema> csv_schema(const std::vector<std::string>& paths, const CsvOptions& options);

/// The schema when the options alone tell it (every selected column is declared, or a declared
/// file without header); else nothing.
std::optional<Schema> csv_schema_of(const CsvOptions& options);

/// Checks options that need no file: equal delimiter and quote, types that CSV does not hold, ...
Status check_csv_options(const CsvOptions& options);

/// `schema`: what csv_schema() answered before, so that nothing is inferred again; else it is
/// found as csv_schema() does (standard input: its head is held in memory meanwhile).
///
/// A cell that is no value of its column makes its record a bad one (bad_value, naming column,
/// text and type), as does a field that no encoding fits (bad_encoding). Truth values: see
/// parse_bool(). Timestamps: see parse_timestamp(); also seconds since 1970, see
/// parse_epoch_seconds(). Each file of the list needs the schema's columns; with `select` empty it
/// may have no others.
Result<std::unique_ptr<RecordReader>> open_csv(const std::vector<std::string>& paths,
                                               const CsvOptions& options,
                                               const std::optional<Schema>& schema,
                                               BadRecordSink sink);
/// As above over one opened input, named `name` in messages.
Result<std::unique_ptr<RecordReader>> open_csv(std::unique_ptr<ByteInput> input, std::string name,
                                               const CsvOptions& options,
                                               const std::optional<Schema>& schema,
                                               BadRecordSink sink);

}  // namespace wf::io
