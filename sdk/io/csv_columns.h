// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From CSV fields to columns, a block of rows at a time. Internal to weirflow-io; one thread.

#include <memory>
#include <string>
#include <vector>

#include "csv_parse.h"
#include "weirflow/io/columns.hpp"

namespace wf::io {

class CsvColumns {
 public:
  struct Misfit {
    size_t row;
    size_t column;
    bool encoding;  ///< the bytes are no text; else the text is no value of the type
  };

  /// `parser` is used for the text of fields and outlives this.
  static Result<std::unique_ptr<CsvColumns>> make(SchemaPtr schema, const CsvOptions& options,
                                                  const CsvParser* parser);

  /// Reads the values of `rows` rows; fields are row-major, as many a row as there are columns.
  /// `all_utf8`: their bytes are known to be valid. *misfits gets the first misfit of each bad row,
  /// rows ascending.
  void check(const std::vector<CsvField>& fields, size_t rows, bool all_utf8,
             std::vector<Misfit>* misfits);
  /// Appends the rows of the last check() but the misfits.
  void append(const std::vector<CsvField>& fields, size_t rows, const std::vector<Misfit>& misfits);
  std::vector<ArrayPtr> finish();
  /// What is wrong, for a person.
  [[nodiscard]] std::string message(const Misfit& misfit,
                                    const std::vector<CsvField>& fields) const;

 private:
  enum State : uint8_t { kValue, kNull, kBad };
  /// Values of one typed column and block: bits of an int64 or double.
  struct Cells {
    std::vector<int64_t> bits;
    std::vector<uint8_t> states;
  };
  struct Column {
    Type type = Type::utf8;
    bool text = true;  ///< utf8 or binary: taken from the fields when appended
    Cells cells;
    std::unique_ptr<ColumnBuilder> builder;
    int64_t bytes = 0, last_bytes = 0;
  };
  [[nodiscard]] bool is_null(const CsvField& field, std::string_view text, bool typed) const;
  void check_typed(Column& column, size_t at, const std::vector<CsvField>& fields, size_t rows);
  void append_text(Column& column, const CsvField& field);
  void append_typed(Column& column, size_t row);

  SchemaPtr schema_;
  const CsvParser* parser_ = nullptr;
  std::vector<std::string> null_values_;
  size_t longest_null_ = 0;
  bool quoted_nulls_ = false;
  EncodingList encoding_;
  bool all_utf8_ = false;
  std::vector<Column> columns_;
  std::string scratch_, decoded_;
  std::vector<uint8_t> bad_;
};

}  // namespace wf::io
