// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "weirflow/io/output.hpp"
#include "weirflow/io/values.hpp"

namespace wf::io {
namespace {

class CsvEncoder final : public RowEncoder {
 public:
  CsvEncoder(const Schema& schema, const CsvWriteOptions& options)
      : options_(options), line_end_(options.crlf ? "\r\n" : "\n") {
    for (const Field& field : schema.fields()) names_.push_back(field.name);
    special_[static_cast<uint8_t>(options.delimiter)] = true;
    special_[static_cast<uint8_t>(options.quote)] = true;
    special_['\n'] = special_['\r'] = true;
  }
  void begin(std::string* out) override {
    if (!options_.header) return;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (i) out->push_back(options_.delimiter);
      append_text(names_[i], out);
    }
    out->append(line_end_);
  }
  void append(const Batch& batch, int64_t start, int64_t count, std::string* out) override {
    for (int64_t row = start; row < start + count; ++row) {
      for (int c = 0; c < batch.column_count(); ++c) {
        if (c) out->push_back(options_.delimiter);
        append_cell(*batch.column(c), row, batch.column_count() == 1, out);
      }
      out->append(line_end_);
    }
  }

 private:
  void append_cell(const Array& column, int64_t row, bool alone, std::string* out) {
    if (column.is_null(row)) {
      // A line without a byte would be a blank line, which readers pass over.
      if (alone && options_.null_value.empty()) out->append(2, options_.quote);
      out->append(options_.null_value);
      return;
    }
    switch (column.type.id()) {
      case Type::utf8:
      case Type::large_utf8:
      case Type::binary:
      case Type::large_binary:
        return append_text(StringView(column)[row], out);
      default:
        break;
    }
    scratch_.clear();
    append_plain(column, row, &scratch_);
    const bool nested = !column.type.children().empty();
    if (options_.quote_mode == QuoteMode::all || nested || needs_quotes(scratch_))
      append_quoted(scratch_, out);
    else
      out->append(scratch_);
  }
  static void append_plain(const Array& column, int64_t row, std::string* out) {
    switch (column.type.id()) {
      case Type::float32:
        append_float32(NumericView<float>(column)[row], out);
        break;
      case Type::float64:
        append_float64(NumericView<double>(column)[row], out);
        break;
      case Type::timestamp:
        append_timestamp(NumericView<int64_t>(column)[row], out);
        break;
      default:
        append_json_value(column, row, out);
        break;
    }
  }
  [[nodiscard]] bool needs_quotes(std::string_view text) const {
    if (text.empty() || text == options_.null_value) return true;
    // Blanks at the ends would fall to a reader that trims.
    if (text.front() == ' ' || text.back() == ' ' || text.front() == '\t' || text.back() == '\t')
      return true;
    for (const char c : text)
      if (special_[static_cast<uint8_t>(c)]) return true;
    return false;
  }
  void append_text(std::string_view text, std::string* out) {
    if (options_.quote_mode != QuoteMode::minimal || needs_quotes(text))
      append_quoted(text, out);
    else
      out->append(text);
  }
  void append_quoted(std::string_view text, std::string* out) const {
    out->push_back(options_.quote);
    for (size_t at = 0; at < text.size();) {
      const size_t stop = std::min(text.find(options_.quote, at), text.size() - 1) + 1;
      out->append(text.substr(at, stop - at));
      if (text[stop - 1] == options_.quote) out->push_back(options_.quote);
      at = stop;
    }
    out->push_back(options_.quote);
  }

  CsvWriteOptions options_;
  std::string line_end_, scratch_;
  std::vector<std::string> names_;
  bool special_[256] = {};
};

}  // namespace

Result<QuoteMode> parse_quote_mode(std::string_view text) {
  if (text == "minimal") return QuoteMode::minimal;
  if (text == "text") return QuoteMode::text;
  if (text == "all") return QuoteMode::all;
  return invalid_config("'" + std::string(text) +
                        "' is no quote mode; known are minimal, text, all");
}

Result<std::unique_ptr<RowEncoder>> make_csv_encoder(const Schema& schema,
                                                     const CsvWriteOptions& options) {
  const auto bad = [](char c) { return c == '\n' || c == '\r' || c == '\0' || (c & 0x80); };
  if (bad(options.delimiter) || bad(options.quote) || options.delimiter == options.quote)
    return invalid_config("delimiter and quote must be two ASCII characters, no line ends");
  if (schema.size() == 0) return invalid_config("there is no column to write");
  for (const char c : options.null_value)
    if (c == options.delimiter || c == options.quote || c == '\n' || c == '\r')
      return invalid_config("null_value may hold no delimiter, quote or line end")
          .at({"null_value", 0, 0, ""});
  return std::unique_ptr<RowEncoder>(new CsvEncoder(schema, options));
}

}  // namespace wf::io
