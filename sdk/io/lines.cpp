// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/lines.hpp"

#include <limits>

namespace wf::io {

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

Result<LineRows> LineRows::make(LineFormat format, JsonlOptions options) {
  LineRows rows;
  rows.format_ = format;
  if (format == LineFormat::line) {
    if (!options.columns.empty())
      return invalid_config("lines of text have one column, `line`; others cannot be declared")
          .at({"columns", 0, 0, "set format = \"json\""});
    rows.schema_ = std::make_shared<const Schema>(Schema{Field{"line", Type::utf8, false, {}}});
  } else {
    auto schema = jsonl_schema_of(options);
    if (!schema)
      return invalid_config("the columns of JSON lines that are still to come must be declared")
          .at({"columns", 0, 0, "each with its type, as in { id = \"int64\" }"});
    rows.schema_ = std::make_shared<const Schema>(std::move(*schema));
  }
  // The caller has cut the lines; all of them make one batch.
  options.max_record = int64_t{1} << 30;
  options.limits = {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::max()};
  options.bad_lines = BadLines::refuse;
  options.input.compression = Compression::none;
  WF_TRY(check_jsonl_options(options));
  rows.options_ = std::move(options);
  return rows;
}

Result<LineBatch> LineRows::read(const Lines& lines) const {
  if (lines.empty()) return LineBatch();
  return format_ == LineFormat::line ? Result<LineBatch>(read_text(lines)) : read_json(lines);
}

LineBatch LineRows::read_text(const Lines& lines) const {
  LineBatch rows;
  StringBuilder column;
  column.reserve(static_cast<int64_t>(lines.size()), static_cast<int64_t>(lines.text().size()));
  std::string decoded;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!options_.encoding.utf8_first() || !valid_utf8(line)) {
      decoded.clear();
      if (!decode(options_.encoding, line, &decoded)) {
        rows.bad.push_back({i, "bad_encoding",
                            "the line is not valid UTF-8 (set encoding, for instance "
                            "\"utf-8|cp1252\")"});
        continue;
      }
      line = decoded;
    }
    column.append(line);
    rows.from.push_back(i);
  }
  const int64_t length = column.length();
  rows.batch = Batch(schema_, length, {column.finish()});
  return rows;
}

Result<LineBatch> LineRows::read_json(const Lines& lines) const {
  LineBatch rows;
  JsonlOptions options = options_;
  options.buffer_size = lines.text().size() + 1;
  WF_ASSIGN(
      auto reader,
      open_jsonl(memory_input(lines.text()), "lines", options, *schema_, [&](const BadRecord& bad) {
        rows.bad.push_back({static_cast<size_t>(bad.line - 1), std::string(bad.code), bad.message});
        return Status();
      }));
  bool got = false;
  for (;;) {
    Batch part;
    WF_ASSIGN(const Next next, reader->next(&part));
    if (next == Next::end) break;
    if (next != Next::batch) continue;
    if (got) return internal_error("lines of one block came as several batches");
    rows.batch = std::move(part);
    got = true;
  }
  size_t bad = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (bad < rows.bad.size() && rows.bad[bad].index == i)
      ++bad;
    else
      rows.from.push_back(i);
  }
  if (rows.from.size() != static_cast<size_t>(rows.batch.rows()))
    return internal_error("a line of JSON gave neither a row nor a reason");
  return rows;
}

}  // namespace wf::io
