// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "csv_columns.h"
#include "csv_head.h"
#include "csv_parse.h"
#include "record_files.h"

namespace wf::io {
namespace {

/// Fields held at once, whatever the number of columns.
constexpr size_t kMostFields = 1 << 20;

FileRecordReader::Settings settings_of(const std::vector<std::string>& paths,
                                       const CsvOptions& options) {
  FileRecordReader::Settings settings;
  settings.paths = paths;
  settings.input = options.input;
  settings.limits = options.limits;
  settings.bad_lines = options.bad_lines;
  settings.buffer_size = options.buffer_size;
  settings.lone_cr_ends_line = true;
  return settings;
}

class CsvReader final : public FileRecordReader {
 public:
  CsvReader(const std::vector<std::string>& paths, const CsvOptions& options, SchemaPtr schema,
            BadRecordSink sink)
      : FileRecordReader(settings_of(paths, options), std::move(sink)),
        options_(options),
        schema_(std::move(schema)),
        parser_(options),
        skipper_(options) {}
  Status prepare() {
    WF_ASSIGN(columns_, CsvColumns::make(schema_, options_, &parser_));
    return {};
  }
  using FileRecordReader::use_input;
  [[nodiscard]] const SchemaPtr& schema() const override { return schema_; }

 protected:
  Status begin_file() override;
  Status parse_block() override;
  Result<Batch> finish_batch() override {
    const int64_t length = rows();
    return Batch(schema_, length, columns_->finish());
  }

 private:
  struct Span {
    const char* begin;
    const char* end;
  };
  struct Problem {
    Span span;
    const char* code;
    std::string message;
  };
  Status set_columns(const std::vector<std::string>& names);
  void take_record(const CsvRecord& record, size_t fields_before);
  Status give_up();
  [[nodiscard]] std::string too_large_message() const {
    return "a field is over max_field (" + std::to_string(options_.max_field) +
           " bytes), or the record over four times that";
  }
  Status convert_rows();
  Status report_problems();

  CsvOptions options_;
  SchemaPtr schema_;
  CsvParser parser_;
  CsvSkipper skipper_;
  std::unique_ptr<CsvColumns> columns_;
  size_t file_columns_ = 0;
  std::vector<CsvField> fields_;
  std::vector<Span> spans_;
  std::vector<CsvColumns::Misfit> misfits_;
  std::vector<Problem> problems_;
};

Status CsvReader::begin_file() {
  CsvParser whole(options_);
  WF_TRY(pass_byte_order_mark(buffer(), file_name()));
  parser_.reset();
  std::vector<std::string> names;
  if (options_.header) {
    // An empty file in a list of files has neither names nor rows.
    if (buffer().unread() == 0 && buffer().last() && !options_.select.empty()) return {};
    WF_ASSIGN(names, read_header(buffer(), whole, options_, file_name()));
  } else {
    WF_ASSIGN(names, names_without_header(buffer(), whole, options_, file_name()));
    if (names.empty()) return {};
  }
  return set_columns(names);
}

Status CsvReader::set_columns(const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, int> wanted;
  for (int i = 0; i < schema_->size(); ++i) wanted.emplace(schema_->field(i).name, i);
  std::vector<int> slots(names.size(), -1);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = wanted.find(names[i]);
    if (found != wanted.end()) {
      slots[i] = found->second;
      wanted.erase(found);
    } else if (options_.select.empty()) {
      return invalid_data(file_name() + ": the file has a column '" + names[i] +
                          "' that the first one has not; name the columns to read with 'select'");
    }
  }
  if (!wanted.empty())
    return invalid_data(file_name() + ": the file has no column '" +
                        std::string(wanted.begin()->first) + "'");
  file_columns_ = names.size();
  parser_.project(std::move(slots), static_cast<size_t>(schema_->size()));
  return {};
}

void CsvReader::take_record(const CsvRecord& record, size_t fields_before) {
  const char* code = record.problem_code;
  std::string message = record.over ? too_large_message() : record.problem ? record.problem : "";
  const bool many = record.fields > file_columns_ && options_.ragged != CsvRagged::fit;
  const bool few = record.fields < file_columns_ && options_.ragged == CsvRagged::refuse;
  if (!record.problem && (many || few)) {
    code = "wrong_columns";
    message = "the record has " + std::to_string(record.fields) + " fields, the file has " +
              std::to_string(file_columns_) + " columns";
  }
  if (code) {
    fields_.resize(fields_before);
    problems_.push_back({{record.begin, record.end}, code, std::move(message)});
    return;
  }
  spans_.push_back({record.begin, record.end});
  add_row(record.next - record.begin);
}

/// The unread bytes are the beginning of a record that is too large to be held.
Status CsvReader::give_up() {
  const char* p = buffer().begin();
  const bool comment = options_.comment && *p == *options_.comment;
  skipper_.begin(comment);
  if (comment) return {};
  return bad_record(line_at(p), {p, static_cast<size_t>(buffer().end() - p)}, "too_large",
                    too_large_message());
}

Status CsvReader::parse_block() {
  if (skipper_.active()) {
    consume(skipper_.skip(buffer().begin(), buffer().end(), buffer().last()));
    if (skipper_.active()) return {};
  }
  const char* p = buffer().begin();
  const char* end = buffer().end();
  parser_.reset();
  fields_.clear();
  spans_.clear();
  problems_.clear();
  bool more = true, over = false;
  while (more && !batch_full() && fields_.size() < kMostFields) {
    CsvRecord record;
    const size_t before = fields_.size();
    switch (parser_.parse(p, end, buffer().last(), record, fields_)) {
      case CsvParser::Outcome::record:
        take_record(record, before);
        p = record.next;
        break;
      case CsvParser::Outcome::passed:
        p = record.next;
        break;
      case CsvParser::Outcome::incomplete:
        more = false;
        over = static_cast<size_t>(end - p) > parser_.max_record() + 2;
        break;
      case CsvParser::Outcome::too_large:
        more = false;
        over = true;
        break;
      case CsvParser::Outcome::end:
        more = false;
        break;
    }
  }
  WF_TRY(convert_rows());
  consume(p);
  if (!over) return {};
  WF_TRY(give_up());
  consume(skipper_.skip(p, end, false));
  return {};
}

Status CsvReader::convert_rows() {
  misfits_.clear();
  if (!spans_.empty()) {
    const char* begin = spans_.front().begin;
    const auto size = static_cast<size_t>(spans_.back().end - begin);
    columns_->check(fields_, spans_.size(), valid_utf8({begin, size}), &misfits_);
  }
  for (const CsvColumns::Misfit& misfit : misfits_) {
    take_row_back();
    problems_.push_back({spans_[misfit.row], misfit.encoding ? "bad_encoding" : "bad_value",
                         columns_->message(misfit, fields_)});
  }
  columns_->append(fields_, spans_.size(), misfits_);
  return report_problems();
}

/// In the order of the file, whichever step found them.
Status CsvReader::report_problems() {
  std::sort(problems_.begin(), problems_.end(),
            [](const Problem& a, const Problem& b) { return a.span.begin < b.span.begin; });
  for (Problem& problem : problems_) {
    const auto [begin, end] = problem.span;
    WF_TRY(bad_record(line_at(begin), {begin, static_cast<size_t>(end - begin)}, problem.code,
                      std::move(problem.message)));
  }
  return {};
}

}  // namespace

Status check_csv_options(const CsvOptions& o) {
  const auto wrong = [](const char* key, std::string message) {
    return invalid_config(std::move(message)).at({key, 0, 0, ""});
  };
  const auto taken = [](char c) { return c == '\n' || c == '\r' || c == '\0' || (c & 0x80); };
  if (taken(o.delimiter))
    return wrong("delimiter", "delimiter must be one ASCII character, no line end");
  if (o.quote && (taken(*o.quote) || *o.quote == o.delimiter))
    return wrong("quote", "quote must be one ASCII character other than delimiter and line ends");
  if (o.escape && (taken(*o.escape) || *o.escape == o.delimiter))
    return wrong("escape", "escape must be one ASCII character other than delimiter and line ends");
  if (o.escape && !o.quote) return wrong("escape", "escape has no meaning without quote");
  if (o.comment && (taken(*o.comment) || *o.comment == o.delimiter || o.comment == o.quote))
    return wrong("comment", "comment must be one ASCII character other than delimiter and quote");
  if (o.max_field < 1 || o.max_field > (int64_t{1} << 30))
    return wrong("max_field", "max_field must be from 1 byte to 1 GiB");
  if (o.limits.rows < 1 || o.limits.bytes < 1)
    return wrong("batch_rows", "a batch holds at least one row");
  if (o.sample_rows < 1) return wrong("sample_rows", "sample_rows must be at least 1");
  for (const Field& field : o.columns)
    if (!field.type.children().empty())
      return wrong("columns",
                   "column '" + field.name + "': CSV cannot be read as " + field.type.to_string());
  for (size_t i = 0; i < o.select.size(); ++i)
    if (std::find(o.select.begin(), o.select.begin() + static_cast<ptrdiff_t>(i), o.select[i]) !=
        o.select.begin() + static_cast<ptrdiff_t>(i))
      return wrong("select", "column '" + o.select[i] + "' is selected twice");
  return {};
}

namespace {

/// Infers from an input that cannot be read twice; *input then begins anew.
Result<Schema> infer_in_passing(std::unique_ptr<ByteInput>& input, const std::string& name,
                                const CsvOptions& options) {
  std::shared_ptr<ByteInput> shared = std::move(input);
  std::string log;
  const int64_t rows = needs_guesses(options) ? options.sample_rows : 0;
  WF_ASSIGN(const CsvHead head, read_head(tee_input(shared, &log), name, options, rows));
  input = replay_input(std::move(log), tee_input(std::move(shared), nullptr));
  return make_schema(head, options, name);
}

Result<std::unique_ptr<RecordReader>> make_reader(const std::vector<std::string>& paths,
                                                  const CsvOptions& options, Schema schema,
                                                  BadRecordSink sink,
                                                  std::unique_ptr<ByteInput> first) {
  auto reader = std::make_unique<CsvReader>(
      paths, options, std::make_shared<const Schema>(std::move(schema)), std::move(sink));
  WF_TRY(reader->prepare());
  reader->use_input(std::move(first));
  return std::unique_ptr<RecordReader>(std::move(reader));
}

}  // namespace

Result<std::unique_ptr<RecordReader>> open_csv(const std::vector<std::string>& paths,
                                               const CsvOptions& options,
                                               const std::optional<Schema>& schema,
                                               BadRecordSink sink) {
  WF_TRY(check_csv_options(options));
  if (paths.empty()) return invalid_config("there is no file to read");
  if (schema) return make_reader(paths, options, *schema, std::move(sink), nullptr);
  if (paths[0] == "-") {
    WF_ASSIGN(auto input, open_input(paths[0], options.input));
    WF_ASSIGN(Schema found, infer_in_passing(input, "standard input", options));
    return make_reader(paths, options, std::move(found), std::move(sink), std::move(input));
  }
  WF_ASSIGN(Schema found, csv_schema(paths, options));
  return make_reader(paths, options, std::move(found), std::move(sink), nullptr);
}

Result<std::unique_ptr<RecordReader>> open_csv(std::unique_ptr<ByteInput> input, std::string name,
                                               const CsvOptions& options,
                                               const std::optional<Schema>& schema,
                                               BadRecordSink sink) {
  WF_TRY(check_csv_options(options));
  if (schema) return make_reader({name}, options, *schema, std::move(sink), std::move(input));
  WF_ASSIGN(Schema found, infer_in_passing(input, name, options));
  return make_reader({std::move(name)}, options, std::move(found), std::move(sink),
                     std::move(input));
}

}  // namespace wf::io
