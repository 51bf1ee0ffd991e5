// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What stands at the beginning of a CSV file: byte order mark, names, a sample for types. Internal
/// to weirflow-io.

#include <string>
#include <vector>

#include "csv_parse.h"
#include "record_buffer.h"
#include "weirflow/io/values.hpp"

namespace wf::io {

/// At the first byte of a file: drops a UTF-8 byte order mark, refuses UTF-16.
Status pass_byte_order_mark(RecordBuffer& buffer, const std::string& file);

/// The next record, refilling as needed; not consumed, so that it can be read again. `fields` holds
/// it alone. Outcome::record, end or too_large.
Result<CsvParser::Outcome> peek_record(RecordBuffer& buffer, CsvParser& parser, CsvRecord& record,
                                       std::vector<CsvField>& fields);

/// Consumes the header: names as csv_schema() gives them. invalid_data when there is none.
Result<std::vector<std::string>> read_header(RecordBuffer& buffer, CsvParser& parser,
                                             const CsvOptions& options, const std::string& file);

/// Names of a file without header: the declared ones, else column_1 to column_N with N from the
/// first record, which is not consumed. Empty when the file has no record; invalid_data when that
/// record is a bad one.
Result<std::vector<std::string>> names_without_header(RecordBuffer& buffer, CsvParser& parser,
                                                      const CsvOptions& options,
                                                      const std::string& file);

struct CsvHead {
  std::vector<std::string> names;
  std::vector<TypeGuess> guesses;  ///< one per name; empty guesses when nothing was sampled
};
/// Names, and guesses from up to `rows` records (-1: all).
Result<CsvHead> read_head(std::unique_ptr<ByteInput> input, const std::string& file,
                          const CsvOptions& options, int64_t rows);

/// The schema from names, guesses, declared types and `select`.
Result<Schema> make_schema(const CsvHead& head, const CsvOptions& options, const std::string& file);

/// True when some selected column's type is not declared.
bool needs_guesses(const CsvOptions& options);

}  // namespace wf::io
