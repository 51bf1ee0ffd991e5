// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON: chosen fields of one object, and files of one object a line.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/io/columns.hpp"
#include "weirflow/io/records.hpp"
#include "weirflow/io/text.hpp"

namespace wf::io {

/// A value as found in a JSON document.
struct JsonCell {
  enum class Kind : uint8_t {
    missing,  ///< no such key, or what holds it is no object
    null,
    boolean,  ///< `integer` is 0 or 1
    integer,  ///< fits int64; `text` is the number as written
    number,   ///< any other number: `number` is the nearest double (inf when too large)
    text,     ///< a string; `text` is its content, unescaped
    nested,   ///< object or array; `text` is its JSON
  };
  Kind kind = Kind::missing;
  int64_t integer = 0;
  double number = 0;
  std::string_view text;
};

/// Reads chosen fields of JSON objects. One thread. The first 1,024 levels of nesting are accepted.
///
/// Rules: the text is one object in valid UTF-8 with nothing but white space behind it. A key that
/// stands twice: the last one counts. Fields that nobody chose are checked for balanced brackets
/// and closed strings; chosen ones and literals in full.
class JsonFields {
 public:
  /// JSON pointers (RFC 6901): "/body", "/_meta/removal_type", "/tags/0"; ~0 is ~ and ~1 is /.
  /// The same one may stand twice. invalid_config for a text that is none, and for one that leads
  /// into the value of another.
  static Result<JsonFields> make(const std::vector<std::string>& pointers);
  JsonFields(JsonFields&&) noexcept;
  JsonFields& operator=(JsonFields&&) noexcept;
  ~JsonFields();

  /// One cell per pointer. Texts in the cells live until the next call or the end of `json`,
  /// whichever is earlier. `padded`: 64 bytes behind `json` may be read (else it is copied).
  /// invalid_data says what is wrong and near which byte.
  Status parse(std::string_view json, bool padded, std::vector<JsonCell>* cells);
  /// Calls `visit` for each key of the object, in order.
  Status visit(std::string_view json, bool padded,
               const std::function<void(std::string_view key, const JsonCell&)>& visit);

 private:
  struct State;
  explicit JsonFields(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// JSON text into a list or struct column.
class JsonNested {
 public:
  JsonNested();
  ~JsonNested();
  /// Parses `json` and answers whether it is a value of `type`: an array for a list (of anything
  /// that fits its item, or null), an object for a struct (missing members null, others ignored).
  /// Inside, utf8 takes strings alone, and integers past 64 bits are a misfit.
  bool load(std::string_view json, const DataType& type);
  /// Appends what load() found. Precondition: it answered true for the builder's type.
  void append(ColumnBuilder& builder);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a cell gives in a column.
enum class JsonFit : uint8_t { value, null, misfit };

/// Appends a cell to a column, or null. `nested` serves lists and structs.
///
/// bool: true, false, 0, 1. int32, int64: integers in range, and numbers without a fraction
/// (12.0). float32, float64: numbers, and the strings NaN, Infinity, -Infinity. utf8: strings; any
/// other value as its JSON text. timestamp: ISO 8601 strings (see parse_timestamp()), numbers and
/// strings of a number as seconds since 1970. binary: base64 strings. list, struct: see JsonNested.
/// null and missing give null. Everything else is a misfit.
JsonFit fit_json(const JsonCell& cell, const DataType& type, JsonNested* nested);
/// Precondition: fit_json() answered `value` for these.
void append_json(const JsonCell& cell, const DataType& type, JsonNested* nested,
                 ColumnBuilder& builder);

struct JsonColumn {
  std::string name;
  std::string pointer;           ///< empty: the key `name` at the top
  std::optional<DataType> type;  ///< none: inferred
  bool required = false;         ///< missing or null makes the record a bad one (missing_value)
};

struct JsonlOptions {
  /// The columns to give, in this order. Empty: every key at the top of the sampled objects, in the
  /// order in which they were first seen.
  std::vector<JsonColumn> columns;
  int64_t sample_rows = 10'000;  ///< records looked at for types
  bool misfits_are_null =
      false;              ///< a value that does not fit its column is null, not a bad record
  EncodingList encoding;  ///< tried per line
  int64_t max_record = 64 << 20;  ///< bytes; a longer line is a bad record. 1 to 1 GiB
  BadLines bad_lines = BadLines::refuse;
  BatchLimits limits;
  InputOptions input;
  size_t buffer_size = 1 << 18;
};

/// The columns as open_jsonl() would find them. Inferred types: bool, int64, float64, timestamp
/// (ISO strings) or utf8 as TypeGuess says; arrays of one kind of scalar list<that>; arrays of
/// {"index", "value"} a sparse vector; other arrays and objects, mixtures: utf8 with the JSON text.
/// Keys not seen in the sample are no columns.
Result<Schema> jsonl_schema(const std::vector<std::string>& paths, const JsonlOptions& options);
/// The schema when every column is declared with its type; else nothing.
std::optional<Schema> jsonl_schema_of(const JsonlOptions& options);
Status check_jsonl_options(const JsonlOptions& options);

/// One object a line (LF or CR LF); blank lines are passed over. Bad records: bad_json, bad_value,
/// bad_encoding, missing_value, too_large.
Result<std::unique_ptr<RecordReader>> open_jsonl(const std::vector<std::string>& paths,
                                                 const JsonlOptions& options,
                                                 const std::optional<Schema>& schema,
                                                 BadRecordSink sink);
Result<std::unique_ptr<RecordReader>> open_jsonl(std::unique_ptr<ByteInput> input, std::string name,
                                                 const JsonlOptions& options,
                                                 const std::optional<Schema>& schema,
                                                 BadRecordSink sink);

/// Turns one line of a file into one row of its own columns; see open_lines().
class LineParser {
 public:
  struct Problem {
    std::string_view code;  ///< as BadRecord::code
    std::string message;
  };
  virtual ~LineParser() = default;
  [[nodiscard]] virtual const SchemaPtr& schema() const = 0;
  /// Appends a row, or says what is wrong (and appends nothing). `line` is valid UTF-8 without its
  /// line end; 64 bytes behind it may be read.
  virtual std::optional<Problem> add(std::string_view line) = 0;
  virtual std::vector<ArrayPtr> finish() = 0;
};

/// Reads lines with a parser of one's own. Of the options, columns and sampling are not used.
Result<std::unique_ptr<RecordReader>> open_lines(const std::vector<std::string>& paths,
                                                 const JsonlOptions& options,
                                                 std::unique_ptr<LineParser> parser,
                                                 BadRecordSink sink);

}  // namespace wf::io
