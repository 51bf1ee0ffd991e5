// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "csv_columns.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "weirflow/io/values.hpp"

namespace wf::io {
namespace {

/// The value of a cell as the bits of an int64 or a double.
std::optional<int64_t> value_bits(Type type, std::string_view text) {
  switch (type) {
    case Type::boolean:
      if (const auto v = parse_bool(text)) return *v;
      return {};
    case Type::int32:
      if (const auto v = parse_int64(text); v && *v >= std::numeric_limits<int32_t>::min() &&
                                            *v <= std::numeric_limits<int32_t>::max())
        return v;
      return {};
    case Type::int64:
      return parse_int64(text);
    case Type::float32:
      if (const auto v = parse_float64(text);
          v && (std::abs(*v) <= std::numeric_limits<float>::max() || !std::isfinite(*v)))
        return std::bit_cast<int64_t>(*v);
      return {};
    case Type::float64:
      if (const auto v = parse_float64(text)) return std::bit_cast<int64_t>(*v);
      return {};
    case Type::timestamp:
      if (const auto v = parse_timestamp(text)) return v;
      return parse_epoch_seconds(text);
    default:
      return {};
  }
}

std::string_view expected(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "bool (true, false, 1, 0, t, f, yes, no, y, n)";
    case Type::timestamp:
      return "timestamp (ISO 8601, or seconds since 1970)";
    default:
      return to_string(type);
  }
}

}  // namespace

Result<std::unique_ptr<CsvColumns>> CsvColumns::make(SchemaPtr schema, const CsvOptions& options,
                                                     const CsvParser* parser) {
  auto columns = std::make_unique<CsvColumns>();
  for (const Field& field : schema->fields()) {
    Column column;
    column.type = field.type.id();
    column.text = column.type == Type::utf8 || column.type == Type::binary;
    WF_ASSIGN(column.builder, make_column_builder(field.type));
    columns->columns_.push_back(std::move(column));
  }
  columns->schema_ = std::move(schema);
  columns->parser_ = parser;
  columns->null_values_ = options.null_values;
  for (const std::string& value : options.null_values)
    columns->longest_null_ = std::max(columns->longest_null_, value.size());
  columns->quoted_nulls_ = options.quoted_nulls;
  columns->encoding_ = options.encoding;
  return columns;
}

bool CsvColumns::is_null(const CsvField& field, std::string_view text, bool typed) const {
  if (field.flags & CsvField::kMissing) return true;
  if ((field.flags & CsvField::kQuoted) && !typed && !quoted_nulls_) return false;
  if (typed && text.empty()) return true;
  if (text.size() > longest_null_) return false;
  return std::find(null_values_.begin(), null_values_.end(), text) != null_values_.end();
}

void CsvColumns::check_typed(Column& column, size_t at, const std::vector<CsvField>& fields,
                             size_t rows) {
  column.cells.bits.resize(rows);
  column.cells.states.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    const CsvField& field = fields[row * columns_.size() + at];
    const std::string_view text = parser_->text(field, &scratch_);
    uint8_t state = kNull;
    if (!is_null(field, text, true)) {
      const auto bits = value_bits(column.type, text);
      state = bits ? kValue : kBad;
      column.cells.bits[row] = bits.value_or(0);
    }
    column.cells.states[row] = state;
    if (state == kBad) bad_[row] = 1;
  }
}

void CsvColumns::check(const std::vector<CsvField>& fields, size_t rows, bool all_utf8,
                       std::vector<Misfit>* misfits) {
  all_utf8_ = all_utf8;
  bad_.assign(rows, 0);
  const size_t count = columns_.size();
  const bool may_fail = !all_utf8 && encoding_.strict();
  const auto broken = [&](size_t row, size_t at) {
    const CsvField& field = fields[row * count + at];
    return field.size > 0 && !valid_utf8(field.raw());
  };
  for (size_t at = 0; at < count; ++at) {
    Column& column = columns_[at];
    if (!column.text)
      check_typed(column, at, fields, rows);
    else if (may_fail && column.type == Type::utf8)
      for (size_t row = 0; row < rows; ++row)
        if (broken(row, at)) bad_[row] = 1;
  }
  for (size_t row = 0; row < rows; ++row) {
    if (!bad_[row]) continue;
    for (size_t at = 0; at < count; ++at) {
      const Column& column = columns_[at];
      const bool encoding = column.type == Type::utf8 && may_fail && broken(row, at);
      if (!encoding && (column.text || column.cells.states[row] != kBad)) continue;
      misfits->push_back({row, at, encoding});
      break;
    }
  }
}

void CsvColumns::append_text(Column& column, const CsvField& field) {
  std::string_view text = parser_->text(field, &scratch_);
  if (is_null(field, text, false)) return column.builder->append_null();
  if (column.type == Type::utf8 && !(all_utf8_ && encoding_.utf8_first())) {
    decoded_.clear();
    decode(encoding_, text, &decoded_);
    text = decoded_;
  }
  column.bytes += static_cast<int64_t>(text.size());
  column.builder->append_text(text);
}

void CsvColumns::append_typed(Column& column, size_t row) {
  if (column.cells.states[row] == kNull) return column.builder->append_null();
  const int64_t bits = column.cells.bits[row];
  if (column.type == Type::boolean)
    column.builder->append_bool(bits != 0);
  else if (column.type == Type::float32 || column.type == Type::float64)
    column.builder->append_double(std::bit_cast<double>(bits));
  else
    column.builder->append_int(bits);
}

void CsvColumns::append(const std::vector<CsvField>& fields, size_t rows,
                        const std::vector<Misfit>& misfits) {
  const size_t count = columns_.size();
  for (size_t at = 0; at < count; ++at) {
    Column& column = columns_[at];
    if (column.builder->length() == 0)
      column.builder->reserve(static_cast<int64_t>(rows), column.last_bytes);
    for (size_t row = 0; row < rows; ++row) {
      if (!misfits.empty() && bad_[row]) continue;
      if (column.text)
        append_text(column, fields[row * count + at]);
      else
        append_typed(column, row);
    }
  }
}

std::vector<ArrayPtr> CsvColumns::finish() {
  std::vector<ArrayPtr> arrays;
  for (Column& column : columns_) {
    arrays.push_back(column.builder->finish());
    column.last_bytes = column.bytes + column.bytes / 8;
    column.bytes = 0;
  }
  return arrays;
}

std::string CsvColumns::message(const Misfit& misfit, const std::vector<CsvField>& fields) const {
  const CsvField& field = fields[misfit.row * columns_.size() + misfit.column];
  const std::string& name = schema_->fields()[misfit.column].name;
  std::string scratch;
  if (misfit.encoding)
    return "column '" + name + "' is not valid UTF-8: " + printable(field.raw()) +
           " (set encoding, for instance \"utf-8|cp1252\")";
  return "column '" + name + "': '" + printable(parser_->text(field, &scratch)) + "' is no " +
         std::string(expected(columns_[misfit.column].type));
}

}  // namespace wf::io
