// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Lines of text to rows: one column `line`, or the declared columns of JSON objects. For sources
/// that cut the lines themselves; see line_fields.hpp for their configuration.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/io/json.hpp"

namespace wf::io {

/// Lines one behind the other, each followed by a line feed.
class Lines {
 public:
  /// `line` has no line feed in it.
  void add(std::string_view line) {
    text_.append(line);
    text_.push_back('\n');
    ends_.push_back(text_.size());
  }
  [[nodiscard]] size_t size() const { return ends_.size(); }
  [[nodiscard]] bool empty() const { return ends_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string_view operator[](size_t i) const {
    const size_t start = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(start, ends_[i] - 1 - start);
  }

 private:
  std::string text_;
  std::vector<size_t> ends_;
};

enum class LineFormat : uint8_t {
  line,  ///< one column `line`, utf8
  json,  ///< one object a line, declared columns
};

/// A line that is no row. `code`: bad_encoding, bad_json, bad_value or missing_value.
struct LineProblem {
  size_t index = 0;
  std::string code;
  std::string message;
};

/// What lines give.
struct LineBatch {
  Batch batch;
  std::vector<size_t> from;      ///< for each row the index of its line; ascending
  std::vector<LineProblem> bad;  ///< the other lines, ascending
};

/// True for what the JSON format passes over: nothing but white space.
bool is_blank_line(std::string_view line);

/// Makes rows of lines. One thread; pure but for memory.
class LineRows {
 public:
  /// Of the options, columns, misfits_are_null and encoding count. invalid_config (key `columns`)
  /// when JSON columns are not declared, each with its type, or when some are and the format has
  /// none.
  static Result<LineRows> make(LineFormat format, JsonlOptions options);

  [[nodiscard]] LineFormat format() const { return format_; }
  [[nodiscard]] const SchemaPtr& schema() const { return schema_; }
  /// Blank lines must not be among JSON ones.
  [[nodiscard]] Result<LineBatch> read(const Lines& lines) const;

 private:
  LineRows() = default;
  [[nodiscard]] LineBatch read_text(const Lines& lines) const;
  [[nodiscard]] Result<LineBatch> read_json(const Lines& lines) const;

  LineFormat format_ = LineFormat::line;
  JsonlOptions options_;
  SchemaPtr schema_;
};

}  // namespace wf::io
