// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "csv_head.h"

namespace wf::io {
namespace {

const Field* declared(const CsvOptions& options, std::string_view name) {
  for (const Field& field : options.columns)
    if (field.name == name) return &field;
  return nullptr;
}

bool is_declared(const Field* field) { return field && field->type.id() != Type::null; }

/// Column names as the schema needs them: none empty, none twice.
std::vector<std::string> unique_names(std::vector<std::string> names) {
  std::unordered_set<std::string> taken;
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i].empty()) names[i] = "column_" + std::to_string(i + 1);
  const std::unordered_set<std::string> originals(names.begin(), names.end());
  for (std::string& name : names) {
    if (taken.insert(name).second) continue;
    for (int n = 2;; ++n) {
      std::string next = name + "_" + std::to_string(n);
      if (originals.count(next) || !taken.insert(next).second) continue;
      name = std::move(next);
      break;
    }
  }
  return names;
}

Status no_such_column(const std::string& file, const std::string& name,
                      const std::vector<std::string>& names, const char* key) {
  std::string list;
  for (size_t i = 0; i < names.size() && i < 20; ++i) list += (i ? ", " : "") + names[i];
  if (names.size() > 20) list += ", ...";
  return invalid_config(file + ": there is no column '" + name + "'; the file has " + list)
      .at({key, 0, 0, did_you_mean(name, names)});
}

void guess_record(const std::vector<CsvField>& fields, const CsvParser& parser,
                  const CsvOptions& options, std::vector<TypeGuess>& guesses) {
  std::string scratch;
  for (size_t i = 0; i < fields.size() && i < guesses.size(); ++i) {
    if (guesses[i].is_text()) continue;
    const std::string_view text = parser.text(fields[i], &scratch);
    const auto& nulls = options.null_values;
    if (std::find(nulls.begin(), nulls.end(), text) == nulls.end()) guesses[i].add(text);
  }
}

/// Passes over a record, or comment, that is too large to be held.
Status pass_large(RecordBuffer& buffer, CsvParser& parser, const CsvOptions& options) {
  CsvSkipper skipper(options);
  skipper.begin(options.comment && *buffer.begin() == *options.comment);
  for (;;) {
    buffer.consume(skipper.skip(buffer.begin(), buffer.end(), buffer.last()));
    if (!skipper.active() || buffer.last()) return {};
    WF_TRY(buffer.refill());
    parser.reset();
  }
}

}  // namespace

Status pass_byte_order_mark(RecordBuffer& buffer, const std::string& file) {
  while (buffer.unread() < 3 && !buffer.last()) WF_TRY(buffer.refill());
  const std::string_view head(buffer.begin(), std::min<size_t>(buffer.unread(), 3));
  if (head == "\xEF\xBB\xBF") buffer.consume(buffer.begin() + 3);
  if (head.substr(0, 2) == "\xFF\xFE" || head.substr(0, 2) == "\xFE\xFF")
    return invalid_data(file +
                        ": the file is UTF-16; convert it to UTF-8 first (iconv -f UTF-16 "
                        "-t UTF-8)");
  return {};
}

Result<CsvParser::Outcome> peek_record(RecordBuffer& buffer, CsvParser& parser, CsvRecord& record,
                                       std::vector<CsvField>& fields) {
  for (;;) {
    fields.clear();
    const auto outcome = parser.parse(buffer.begin(), buffer.end(), buffer.last(), record, fields);
    switch (outcome) {
      case CsvParser::Outcome::passed:
        buffer.consume(record.next);
        continue;
      case CsvParser::Outcome::incomplete:
        if (buffer.unread() > parser.max_record() + 2) return CsvParser::Outcome::too_large;
        WF_TRY(buffer.refill());
        parser.reset();
        continue;
      default:
        return outcome;
    }
  }
}

Result<std::vector<std::string>> read_header(RecordBuffer& buffer, CsvParser& parser,
                                             const CsvOptions& options, const std::string& file) {
  CsvRecord record;
  std::vector<CsvField> fields;
  WF_ASSIGN(const auto outcome, peek_record(buffer, parser, record, fields));
  if (outcome == CsvParser::Outcome::end)
    return invalid_data(file + ": the file is empty, it has no header");
  if (outcome == CsvParser::Outcome::too_large || record.over)
    return invalid_data(file + ": the header is no record: it is too large");
  if (record.problem) return invalid_data(file + ": the header is no record: " + record.problem);
  std::vector<std::string> names;
  std::string scratch;
  for (const CsvField& field : fields)
    if (!decode(options.encoding, parser.text(field, &scratch), &names.emplace_back()))
      return invalid_data(file + ": column name " + std::to_string(names.size()) +
                          " is not valid UTF-8 (" + printable(field.raw()) +
                          "); set encoding, for instance \"utf-8|cp1252\"");
  buffer.consume(record.next);
  return unique_names(std::move(names));
}

Result<std::vector<std::string>> names_without_header(RecordBuffer& buffer, CsvParser& parser,
                                                      const CsvOptions& options,
                                                      const std::string& file) {
  std::vector<std::string> names;
  for (const Field& field : options.columns) names.push_back(field.name);
  if (names.empty()) {
    CsvRecord record;
    std::vector<CsvField> fields;
    WF_ASSIGN(const auto outcome, peek_record(buffer, parser, record, fields));
    if (outcome == CsvParser::Outcome::end) return names;
    const bool over = outcome == CsvParser::Outcome::too_large || record.over;
    if (over || record.problem)
      return invalid_data(file + ": the first record tells how many columns there are, but " +
                          (over ? "it is too large" : record.problem));
    names.resize(fields.size());
  }
  return unique_names(std::move(names));
}

Result<CsvHead> read_head(std::unique_ptr<ByteInput> input, const std::string& file,
                          const CsvOptions& options, int64_t rows) {
  RecordBuffer buffer(options.buffer_size, true);
  buffer.start(std::move(input));
  CsvParser parser(options);
  WF_TRY(pass_byte_order_mark(buffer, file));
  CsvHead head;
  CsvRecord record;
  std::vector<CsvField> fields;
  if (options.header) {
    WF_ASSIGN(head.names, read_header(buffer, parser, options, file));
  } else {
    WF_ASSIGN(head.names, names_without_header(buffer, parser, options, file));
    if (head.names.empty())
      return invalid_data(file +
                          ": the file is empty: neither a header nor 'columns' names columns");
  }
  head.guesses.resize(head.names.size());
  for (int64_t row = 0; rows < 0 || row < rows;) {
    WF_ASSIGN(const auto outcome, peek_record(buffer, parser, record, fields));
    if (outcome == CsvParser::Outcome::end) break;
    if (outcome == CsvParser::Outcome::too_large) {
      if (!options.comment || *buffer.begin() != *options.comment) ++row;
      WF_TRY(pass_large(buffer, parser, options));
      continue;
    }
    if (!record.problem) guess_record(fields, parser, options, head.guesses);
    buffer.consume(record.next);
    ++row;
  }
  return head;
}

bool needs_guesses(const CsvOptions& options) {
  if (options.infer == CsvInfer::none) return false;
  if (!options.select.empty())
    return std::any_of(options.select.begin(), options.select.end(), [&](const std::string& name) {
      return !is_declared(declared(options, name));
    });
  if (options.header || options.columns.empty()) return true;
  return std::any_of(options.columns.begin(), options.columns.end(),
                     [](const Field& field) { return !is_declared(&field); });
}

Result<Schema> make_schema(const CsvHead& head, const CsvOptions& options,
                           const std::string& file) {
  std::unordered_map<std::string_view, size_t> index;
  for (size_t i = 0; i < head.names.size(); ++i) index.emplace(head.names[i], i);
  for (const Field& field : options.columns)
    if (!index.count(field.name)) return no_such_column(file, field.name, head.names, "columns");
  std::vector<Field> fields;
  for (const std::string& name : options.select.empty() ? head.names : options.select) {
    const auto found = index.find(name);
    if (found == index.end()) return no_such_column(file, name, head.names, "select");
    const Field* known = declared(options, name);
    DataType type =
        options.infer == CsvInfer::none ? Type::utf8 : head.guesses[found->second].type();
    if (is_declared(known)) type = known->type;
    fields.push_back(Field{name, std::move(type), true, {}});
  }
  return Schema(std::move(fields));
}

Result<Schema> csv_schema(const std::vector<std::string>& paths, const CsvOptions& options) {
  WF_TRY(check_csv_options(options));
  if (paths.empty()) return invalid_config("there is no file to read");
  const bool all = options.infer == CsvInfer::all;
  const int64_t rows = !needs_guesses(options) ? 0 : all ? -1 : options.sample_rows;
  WF_ASSIGN(auto input, open_input(paths[0], options.input));
  WF_ASSIGN(CsvHead head, read_head(std::move(input), paths[0], options, rows));
  for (size_t i = 1; i < paths.size() && all && rows != 0; ++i) {
    WF_ASSIGN(auto more, open_input(paths[i], options.input));
    WF_ASSIGN(const CsvHead other, read_head(std::move(more), paths[i], options, rows));
    for (size_t k = 0; k < other.names.size(); ++k)
      for (size_t j = 0; j < head.names.size(); ++j)
        if (head.names[j] == other.names[k]) head.guesses[j].merge(other.guesses[k]);
  }
  return make_schema(head, options, paths[0]);
}

std::optional<Schema> csv_schema_of(const CsvOptions& options) {
  if (needs_guesses(options)) return {};
  std::vector<Field> fields;
  const auto add = [&](const std::string& name) {
    const Field* known = declared(options, name);
    fields.push_back(
        Field{name, is_declared(known) ? known->type : DataType(Type::utf8), true, {}});
  };
  if (!options.select.empty())
    for (const std::string& name : options.select) add(name);
  else if (!options.header && !options.columns.empty())
    for (const Field& field : options.columns) add(field.name);
  else
    return {};
  return Schema(std::move(fields));
}

}  // namespace wf::io
