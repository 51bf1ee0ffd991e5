// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "json_lines.h"
#include "record_files.h"
#include "weirflow/io/json.hpp"
#include "weirflow/io/values.hpp"

namespace wf::io {

std::string pointer_of(const JsonColumn& column) {
  if (!column.pointer.empty()) return column.pointer;
  std::string pointer = "/";
  for (const char c : column.name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

Field column_field(const JsonColumn& column, const DataType& type) {
  if (!(type == DataType::sparse())) return Field{column.name, type, true, {}};
  Field field = sparse_field(column.name);
  field.nullable = true;
  return field;
}

namespace {

std::string_view kind_name(JsonCell::Kind kind) {
  switch (kind) {
    case JsonCell::Kind::boolean:
      return "a truth value";
    case JsonCell::Kind::integer:
    case JsonCell::Kind::number:
      return "a number";
    case JsonCell::Kind::text:
      return "a string";
    case JsonCell::Kind::nested:
      return "an object or array";
    default:
      return "null";
  }
}

/// Reads lines and hands them to a parser.
class LinesReader final : public FileRecordReader {
 public:
  LinesReader(const std::vector<std::string>& paths, const JsonlOptions& options,
              std::unique_ptr<LineParser> parser, BadRecordSink sink)
      : FileRecordReader(settings_of(paths, options), std::move(sink)),
        options_(options),
        parser_(std::move(parser)) {}
  using FileRecordReader::use_input;
  [[nodiscard]] const SchemaPtr& schema() const override { return parser_->schema(); }

 protected:
  Status begin_file() override {
    while (buffer().unread() < 3 && !buffer().last()) WF_TRY(buffer().refill());
    if (buffer().unread() >= 3 && std::memcmp(buffer().begin(), "\xEF\xBB\xBF", 3) == 0)
      buffer().consume(buffer().begin() + 3);
    return {};
  }
  Status parse_block() override {
    const char* p = buffer().begin();
    const char* end = buffer().end();
    while (p < end && !batch_full()) {
      const auto* stop =
          static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end - p)));
      if (!stop && !buffer().last()) {
        const auto size = static_cast<size_t>(end - p);
        if (!passing_ && size <= static_cast<size_t>(options_.max_record)) break;
        if (!passing_) WF_TRY(too_large(p, size));
        passing_ = true;
        p = end;
        break;
      }
      if (!stop) stop = end;
      if (!passing_) WF_TRY(take_line(p, stop));
      passing_ = false;
      p = std::min(stop + 1, end);
    }
    consume(p);
    return {};
  }
  Result<Batch> finish_batch() override {
    const int64_t length = rows();
    return Batch(parser_->schema(), length, parser_->finish());
  }

 private:
  static Settings settings_of(const std::vector<std::string>& paths, const JsonlOptions& options) {
    Settings settings;
    settings.paths = paths;
    settings.input = options.input;
    settings.limits = options.limits;
    settings.bad_lines = options.bad_lines;
    settings.buffer_size = options.buffer_size;
    return settings;
  }
  Status too_large(const char* p, size_t size) {
    return bad_record(
        line_at(p), {p, size}, "too_large",
        "the line is over max_record (" + std::to_string(options_.max_record) + " bytes)");
  }
  Status take_line(const char* begin, const char* stop) {
    std::string_view line(begin, static_cast<size_t>(stop - begin));
    if (line.size() > static_cast<size_t>(options_.max_record))
      return too_large(begin, line.size());
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return {};
    std::string_view text = line;
    if (!options_.encoding.utf8_first() || !valid_utf8(line)) {
      decoded_.clear();
      if (!decode(options_.encoding, line, &decoded_))
        return bad_record(line_at(begin), line, "bad_encoding",
                          "the line is not valid UTF-8 (set encoding, for instance "
                          "\"utf-8|cp1252\")");
      decoded_.reserve(decoded_.size() + kPadding);
      text = decoded_;
    }
    if (auto problem = parser_->add(text))
      return bad_record(line_at(begin), line, problem->code, std::move(problem->message));
    add_row(stop - begin + 1);
    return {};
  }

  JsonlOptions options_;
  std::unique_ptr<LineParser> parser_;
  std::string decoded_;
  bool passing_ = false;
};

/// Lines that are JSON objects, into declared or inferred columns.
class JsonLineParser final : public LineParser {
 public:
  static Result<std::unique_ptr<LineParser>> make(const JsonlOptions& options, SchemaPtr schema) {
    std::vector<std::string> pointers;
    for (const Field& field : schema->fields()) {
      JsonColumn column{field.name, {}, {}, false};
      for (const JsonColumn& c : options.columns)
        if (c.name == field.name) column = c;
      pointers.push_back(pointer_of(column));
    }
    WF_ASSIGN(JsonFields fields, JsonFields::make(pointers));
    auto parser = std::unique_ptr<JsonLineParser>(new JsonLineParser(std::move(fields)));
    for (const Field& field : schema->fields()) {
      Column column;
      column.type = field.type;
      for (const JsonColumn& c : options.columns)
        if (c.name == field.name) column.required = c.required;
      WF_ASSIGN(column.builder, make_column_builder(field.type));
      if (!field.type.children().empty()) column.nested = std::make_unique<JsonNested>();
      parser->columns_.push_back(std::move(column));
    }
    parser->schema_ = std::move(schema);
    parser->misfits_are_null_ = options.misfits_are_null;
    return std::unique_ptr<LineParser>(std::move(parser));
  }
  [[nodiscard]] const SchemaPtr& schema() const override { return schema_; }

  std::optional<Problem> add(std::string_view line) override {
    if (Status s = fields_.parse(line, true, &cells_); !s.ok())
      return Problem{"bad_json", s.message()};
    fits_.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      const JsonFit fit = fit_json(cells_[i], columns_[i].type, columns_[i].nested.get());
      if (fit == JsonFit::misfit && !misfits_are_null_) return misfit(i);
      if (fit != JsonFit::value && columns_[i].required)
        return Problem{"missing_value", "column '" + schema_->fields()[i].name + "' has no value"};
      fits_.push_back(fit);
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (fits_[i] == JsonFit::value)
        append_json(cells_[i], columns_[i].type, columns_[i].nested.get(), *columns_[i].builder);
      else
        columns_[i].builder->append_null();
    }
    return {};
  }
  std::vector<ArrayPtr> finish() override {
    std::vector<ArrayPtr> arrays;
    for (Column& column : columns_) arrays.push_back(column.builder->finish());
    return arrays;
  }

 private:
  struct Column {
    DataType type;
    bool required = false;
    std::unique_ptr<ColumnBuilder> builder;
    std::unique_ptr<JsonNested> nested;
  };
  explicit JsonLineParser(JsonFields fields) : fields_(std::move(fields)) {}
  [[nodiscard]] Problem misfit(size_t i) const {
    const JsonCell& cell = cells_[i];
    std::string message = "column '" + schema_->fields()[i].name + "': ";
    message += kind_name(cell.kind);
    if (!cell.text.empty()) message += " (" + printable(cell.text) + ")";
    return {"bad_value", message + " is no " + columns_[i].type.to_string()};
  }

  JsonFields fields_;
  SchemaPtr schema_;
  std::vector<Column> columns_;
  std::vector<JsonCell> cells_;
  std::vector<JsonFit> fits_;
  bool misfits_are_null_ = false;
};

Result<std::unique_ptr<RecordReader>> make_reader(const std::vector<std::string>& paths,
                                                  const JsonlOptions& options, Schema schema,
                                                  BadRecordSink sink,
                                                  std::unique_ptr<ByteInput> first) {
  WF_ASSIGN(auto parser,
            JsonLineParser::make(options, std::make_shared<const Schema>(std::move(schema))));
  return make_lines_reader(paths, options, std::move(parser), std::move(sink), std::move(first));
}

}  // namespace

std::unique_ptr<RecordReader> make_lines_reader(const std::vector<std::string>& paths,
                                                const JsonlOptions& options,
                                                std::unique_ptr<LineParser> parser,
                                                BadRecordSink sink,
                                                std::unique_ptr<ByteInput> first) {
  auto reader = std::make_unique<LinesReader>(paths, options, std::move(parser), std::move(sink));
  reader->use_input(std::move(first));
  return reader;
}

Status check_jsonl_options(const JsonlOptions& options) {
  if (options.max_record < 1 || options.max_record > (int64_t{1} << 30))
    return invalid_config("max_record must be from 1 byte to 1 GiB").at({"max_record", 0, 0, ""});
  if (options.limits.rows < 1 || options.limits.bytes < 1)
    return invalid_config("a batch holds at least one row").at({"batch_rows", 0, 0, ""});
  if (options.sample_rows < 1)
    return invalid_config("sample_rows must be at least 1").at({"sample_rows", 0, 0, ""});
  std::vector<std::string> pointers;
  for (size_t i = 0; i < options.columns.size(); ++i) {
    const JsonColumn& column = options.columns[i];
    for (size_t k = 0; k < i; ++k)
      if (options.columns[k].name == column.name)
        return invalid_config("column '" + column.name + "' stands twice")
            .at({"columns", 0, 0, ""});
    if (column.type) WF_TRY(make_column_builder(*column.type).status());
    pointers.push_back(pointer_of(column));
  }
  return JsonFields::make(pointers).status().at({"columns", 0, 0, ""});
}

std::optional<Schema> jsonl_schema_of(const JsonlOptions& options) {
  std::vector<Field> fields;
  for (const JsonColumn& column : options.columns) {
    if (!column.type) return {};
    fields.push_back(column_field(column, *column.type));
  }
  if (fields.empty()) return {};
  return Schema(std::move(fields));
}

Result<Schema> jsonl_schema(const std::vector<std::string>& paths, const JsonlOptions& options) {
  WF_TRY(check_jsonl_options(options));
  if (paths.empty()) return invalid_config("there is no file to read");
  if (auto known = jsonl_schema_of(options)) return std::move(*known);
  WF_ASSIGN(auto input, open_input(paths[0], options.input));
  return infer_jsonl(std::move(input), paths[0], options);
}

Result<std::unique_ptr<RecordReader>> open_jsonl(const std::vector<std::string>& paths,
                                                 const JsonlOptions& options,
                                                 const std::optional<Schema>& schema,
                                                 BadRecordSink sink) {
  WF_TRY(check_jsonl_options(options));
  if (paths.empty()) return invalid_config("there is no file to read");
  const auto known = schema ? schema : jsonl_schema_of(options);
  if (known) return make_reader(paths, options, *known, std::move(sink), nullptr);
  if (paths[0] == "-") {
    WF_ASSIGN(auto input, open_input(paths[0], options.input));
    return open_jsonl(std::move(input), paths[0], options, {}, std::move(sink));
  }
  WF_ASSIGN(Schema found, jsonl_schema(paths, options));
  return make_reader(paths, options, std::move(found), std::move(sink), nullptr);
}

Result<std::unique_ptr<RecordReader>> open_jsonl(std::unique_ptr<ByteInput> input, std::string name,
                                                 const JsonlOptions& options,
                                                 const std::optional<Schema>& schema,
                                                 BadRecordSink sink) {
  WF_TRY(check_jsonl_options(options));
  auto known = schema ? schema : jsonl_schema_of(options);
  if (!known) {
    std::shared_ptr<ByteInput> shared = std::move(input);
    std::string log;
    WF_ASSIGN(known, infer_jsonl(tee_input(shared, &log), name, options));
    input = replay_input(std::move(log), tee_input(std::move(shared), nullptr));
  }
  return make_reader({std::move(name)}, options, *known, std::move(sink), std::move(input));
}

Result<std::unique_ptr<RecordReader>> open_lines(const std::vector<std::string>& paths,
                                                 const JsonlOptions& options,
                                                 std::unique_ptr<LineParser> parser,
                                                 BadRecordSink sink) {
  WF_TRY(check_jsonl_options(options));
  if (paths.empty()) return invalid_config("there is no file to read");
  return make_lines_reader(paths, options, std::move(parser), std::move(sink), nullptr);
}

}  // namespace wf::io
