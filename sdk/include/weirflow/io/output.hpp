// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Files that appear whole or not at all, and encoders of batches.
///
/// Threads: one thread per object.

#include <memory>
#include <string>
#include <string_view>

#include "weirflow/batch.hpp"
#include "weirflow/io/input.hpp"

namespace wf::io {

enum class IfExists : uint8_t {
  replace,  ///< the old file stays until the moment of commit
  fail,     ///< conflict, at create() and again at commit()
};
/// "replace", "fail".
Result<IfExists> parse_if_exists(std::string_view text);

struct OutputOptions {
  Compression compression = Compression::automatic;  ///< .gz: gzip; .zst: zstd; else none
  int level = 0;                                     ///< of the compression; 0: its own default
  IfExists if_exists = IfExists::replace;
};

/// A file being written. Regular files are written beside their final place under a hidden name
/// (".NAME.<unique>.tmp", from prepare() on ".NAME.<unique>.prepared") and take their own name by
/// commit(); until then nobody sees them. What a crash left under the first name is removed by the
/// next writer of the same file: it is locked (flock) while it is written. "-"
/// (standard output), devices, pipes and sockets are written as it goes, since they have nothing to
/// rename. Folders of the path are made. A symbolic link is followed, and stays.
class OutputFile {
 public:
  /// conflict (if_exists = fail), permission_denied, not_found, resource_exhausted, io_error.
  static Result<std::unique_ptr<OutputFile>> create(const std::string& path,
                                                    const OutputOptions& options);
  /// Removes what was written unless prepare() succeeded.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Appends. resource_exhausted when the disk is full. After an error only destruction is left.
  Status write(std::string_view bytes);
  /// Hands buffered bytes to the system (not for compressed output, whose blocks it would cut).
  Status flush();
  /// Another final name in the same folder, before prepare(). Nothing for what is written directly.
  void rename(const std::string& file_name);
  /// It is standard output, a device, a pipe or a socket.
  [[nodiscard]] bool is_direct() const;
  /// Ends the file: all bytes and the file's size are on the disk (fsync), still under the hidden
  /// name. Answers what commit() and abort() need, as bytes. Nothing can be written afterwards.
  Result<std::string> prepare();

  /// Gives the file its name and makes that durable (fsync of the folder). Needs only the blob, so
  /// another process can do it; idempotent: done already is done. not_found when neither the hidden
  /// file nor the final one is there.
  static Status commit(std::string_view blob);
  /// Removes the hidden file. Idempotent; does nothing after commit().
  static Status abort(std::string_view blob);

  /// Bytes given to the system so far (compressed).
  [[nodiscard]] uint64_t bytes() const;

 private:
  struct State;
  explicit OutputFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Turns batches of one schema into text.
class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  /// What stands before the first row.
  virtual void begin(std::string* out) = 0;
  /// Appends the rows [start, start + count) of the batch, in order.
  virtual void append(const Batch& batch, int64_t start, int64_t count, std::string* out) = 0;
};

enum class QuoteMode : uint8_t {
  minimal,  ///< where the text needs it; and empty strings, so that they differ from null
  text,     ///< every value of a text column
  all,      ///< everything but null
};
/// "minimal", "text", "all".
Result<QuoteMode> parse_quote_mode(std::string_view text);

struct CsvWriteOptions {
  char delimiter = ',';
  char quote = '"';
  bool header = true;
  QuoteMode quote_mode = QuoteMode::minimal;
  std::string null_value;  ///< written unquoted
  bool crlf = false;
};

/// Truth values as true and false, times as ISO 8601 in UTC, floats as the shortest text that reads
/// back the same, binary as its bytes, lists and structs as JSON text. A quote inside quotes is
/// doubled. A text equal to null_value is quoted. invalid_config for wrong options.
Result<std::unique_ptr<RowEncoder>> make_csv_encoder(const Schema& schema,
                                                     const CsvWriteOptions& options);

struct JsonlWriteOptions {
  bool nulls = true;  ///< write null values; false: leave their keys out
};

/// One object a line, keys in the order of the columns. Times as ISO 8601 strings, floats with a
/// point or exponent and NaN and infinities as null, binary as base64 strings, lists as arrays,
/// structs as objects; a sparse vector thus as an array of {"index":..,"value":..}.
Result<std::unique_ptr<RowEncoder>> make_jsonl_encoder(const Schema& schema,
                                                       const JsonlWriteOptions& options);

/// Element i of an array as JSON.
void append_json_value(const Array& array, int64_t i, std::string* out);
/// A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string_view text, std::string* out);

}  // namespace wf::io
