// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "csv_config.h"

namespace weirflow::file {
namespace {

using wf::Result;
using wf::Status;

/// One character; "tab" is a tab, "" none where that is allowed.
Result<std::optional<char>> character(const char* key, const std::string& text, bool may_be_none) {
  if (text == "tab" || text == "\\t") return std::optional<char>('\t');
  if (text.size() == 1) return std::optional<char>(text[0]);
  if (text.empty() && may_be_none) return std::optional<char>();
  return wf::invalid_config("'" + text + "' is not one ASCII character").at({key, 0, 0, ""});
}

wf::io::CsvQuotes quotes_of(const std::string& text) {
  if (text == "strict") return wf::io::CsvQuotes::strict;
  return text == "lenient" ? wf::io::CsvQuotes::lenient : wf::io::CsvQuotes::standard;
}

wf::io::CsvRagged ragged_of(const std::string& text) {
  if (text == "fill") return wf::io::CsvRagged::fill;
  return text == "fit" ? wf::io::CsvRagged::fit : wf::io::CsvRagged::refuse;
}

wf::io::CsvInfer infer_of(const std::string& text) {
  if (text == "all") return wf::io::CsvInfer::all;
  return text == "none" ? wf::io::CsvInfer::none : wf::io::CsvInfer::head;
}

}  // namespace

Result<wf::io::CsvOptions> csv_options(const CsvConfig& config) {
  wf::io::CsvOptions options;
  WF_TRY(wf::io::apply_read_config(config, &options));
  WF_ASSIGN(const auto delimiter, character("delimiter", config.delimiter, false));
  options.delimiter = *delimiter;
  WF_ASSIGN(options.quote, character("quote", config.quote, true));
  WF_ASSIGN(options.escape, character("escape", config.escape, true));
  WF_ASSIGN(options.comment, character("comment", config.comment, true));
  for (const auto& [name, type_text] : config.columns) {
    auto type =
        type_text.empty() ? Result<wf::DataType>(wf::Type::null) : wf::parse_type(type_text);
    if (!type.ok())
      return std::move(type)
          .status()
          .with_context("column '" + name + "'")
          .at({"columns." + name, 0, 0, ""});
    options.columns.push_back(wf::Field{name, std::move(type).value(), true, {}});
  }
  options.select = config.select;
  options.header = config.header;
  options.multi_line = config.multi_line;
  options.trim = config.trim;
  options.skip_blank_lines = config.skip_blank_lines;
  options.quotes = quotes_of(config.quotes);
  options.ragged = ragged_of(config.ragged);
  options.null_values = config.null_values;
  options.quoted_nulls = config.quoted_nulls;
  options.infer = infer_of(config.infer);
  options.sample_rows = config.sample_rows;
  options.max_field = config.max_field;
  WF_TRY(wf::io::check_csv_options(options));
  return options;
}

Result<wf::io::CsvWriteOptions> csv_write_options(const CsvSinkConfig& config) {
  wf::io::CsvWriteOptions options;
  WF_ASSIGN(const auto delimiter, character("delimiter", config.delimiter, false));
  WF_ASSIGN(const auto quote, character("quote", config.quote, false));
  options.delimiter = *delimiter;
  options.quote = *quote;
  options.header = config.header;
  WF_ASSIGN(options.quote_mode, wf::io::parse_quote_mode(config.quote_mode));
  options.null_value = config.null_value;
  options.crlf = config.crlf;
  return options;
}

}  // namespace weirflow::file
