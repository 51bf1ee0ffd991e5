// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "decode.h"

#include "identity.h"
#include "weirflow/io/json.hpp"
#include "weirflow/io/text.hpp"

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;
using wf::Value;
namespace io = wf::io;

Status at_key(Status status, std::string key) {
  return std::move(status).at({std::move(key), 0, 0, ""});
}

/// What a format makes of the value of a record.
class ValueColumns {
 public:
  virtual ~ValueColumns() = default;
  [[nodiscard]] virtual std::vector<wf::Field> fields() const = 0;
  virtual std::optional<Problem> add(const std::optional<std::string_view>& value) = 0;
  virtual std::vector<wf::ArrayPtr> finish() = 0;
};

class Bytes final : public ValueColumns {
 public:
  explicit Bytes(wf::Type type) : type_(type), builder_(type) {}
  [[nodiscard]] std::vector<wf::Field> fields() const override { return {{"value", type_}}; }
  std::optional<Problem> add(const std::optional<std::string_view>& value) override {
    if (!value) return builder_.append_null(), std::nullopt;
    if (type_ == wf::Type::utf8 && !io::valid_utf8(*value))
      return Problem{"bad_encoding", "the value is not valid UTF-8"};
    builder_.append(*value);
    return {};
  }
  std::vector<wf::ArrayPtr> finish() override { return {builder_.finish()}; }

 private:
  wf::Type type_;
  wf::StringBuilder builder_;
};

/// A column as the DAG declares it: a type, or a table with path, type and required, as file.jsonl
/// takes them.
Status read_column(const Value& value, io::JsonColumn* column) {
  const auto set_type = [&](const std::string& text) -> Status {
    WF_ASSIGN(column->type, wf::parse_type(text));
    return {};
  };
  if (value.string()) return set_type(*value.string());
  if (!value.table())
    return wf::invalid_config("a column is a type or a table with path, type and required");
  for (const auto& [key, member] : *value.table()) {
    if (key == "path" && member.string())
      column->pointer = *member.string();
    else if (key == "required" && member.boolean())
      column->required = *member.boolean();
    else if (key == "type" && member.string())
      WF_TRY(set_type(*member.string()));
    else if (key == "path" || key == "type")
      return wf::invalid_config("'" + key + "' must be a string");
    else if (key == "required")
      return wf::invalid_config("'required' must be true or false");
    else
      return wf::invalid_config("there is no key '" + key +
                                "'; a column has path, type and required");
  }
  return column->type ? Status() : wf::invalid_config("the column has no type");
}

std::string pointer_of(const io::JsonColumn& column) {
  if (!column.pointer.empty()) return column.pointer;
  std::string pointer = "/";
  for (const char c : column.name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return pointer;
}

class Json final : public ValueColumns {
 public:
  static Result<std::unique_ptr<ValueColumns>> make(const SourceConfig& config) {
    if (config.columns.empty())
      return at_key(wf::invalid_config("format json needs 'columns'"), "columns");
    std::vector<std::string> pointers;
    std::vector<Column> columns;
    for (const auto& [name, value] : config.columns) {
      Column column;
      column.spec.name = name;
      Status status = read_column(value, &column.spec);
      if (status.ok()) {
        auto builder = io::make_column_builder(*column.spec.type);
        status = builder.status();
        if (status.ok()) column.builder = std::move(*builder);
      }
      if (!status.ok())
        return at_key(std::move(status).with_context("column '" + name + "'"), "columns." + name);
      if (!column.spec.type->children().empty()) column.nested = std::make_unique<io::JsonNested>();
      pointers.push_back(pointer_of(column.spec));
      columns.push_back(std::move(column));
    }
    auto fields = io::JsonFields::make(pointers);
    if (!fields.ok()) return at_key(std::move(fields).status(), "columns");
    auto made = std::unique_ptr<Json>(new Json(std::move(*fields)));
    made->columns_ = std::move(columns);
    made->misfits_are_null_ = config.misfits == "null";
    made->tombstones_are_rows_ = config.tombstones == "null_row";
    return std::unique_ptr<ValueColumns>(std::move(made));
  }
  [[nodiscard]] std::vector<wf::Field> fields() const override {
    std::vector<wf::Field> fields;
    for (const Column& column : columns_) fields.push_back({column.spec.name, *column.spec.type});
    return fields;
  }
  std::optional<Problem> add(const std::optional<std::string_view>& value) override {
    if (!value) return tombstone();
    if (Status s = fields_.parse(*value, false, &cells_); !s.ok())
      return Problem{"bad_json", s.message()};
    fits_.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      Column& column = columns_[i];
      const auto fit = io::fit_json(cells_[i], *column.spec.type, column.nested.get());
      if (fit == io::JsonFit::misfit && !misfits_are_null_) return misfit(i);
      if (fit != io::JsonFit::value && column.spec.required)
        return Problem{"missing_value", "column '" + column.spec.name + "' has no value"};
      fits_.push_back(fit);
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      Column& column = columns_[i];
      if (fits_[i] == io::JsonFit::value)
        io::append_json(cells_[i], *column.spec.type, column.nested.get(), *column.builder);
      else
        column.builder->append_null();
    }
    return {};
  }
  std::vector<wf::ArrayPtr> finish() override {
    std::vector<wf::ArrayPtr> arrays;
    for (Column& column : columns_) arrays.push_back(column.builder->finish());
    return arrays;
  }

 private:
  struct Column {
    io::JsonColumn spec;
    std::unique_ptr<io::ColumnBuilder> builder;
    std::unique_ptr<io::JsonNested> nested;
  };
  explicit Json(io::JsonFields fields) : fields_(std::move(fields)) {}
  std::optional<Problem> tombstone() {
    if (!tombstones_are_rows_)
      return Problem{"tombstone", "the record has no value (tombstones = \"null_row\" takes them)"};
    for (Column& column : columns_) column.builder->append_null();
    return {};
  }
  [[nodiscard]] Problem misfit(size_t i) const {
    const io::JsonCell& cell = cells_[i];
    using Kind = io::JsonCell::Kind;
    std::string found = cell.kind == Kind::boolean  ? "a truth value"
                        : cell.kind == Kind::text   ? "a string"
                        : cell.kind == Kind::nested ? "an object or array"
                                                    : "a number";
    if (!cell.text.empty()) found += " (" + io::printable(cell.text) + ")";
    return {"bad_value", "column '" + columns_[i].spec.name + "': " + found + " is no " +
                             columns_[i].spec.type->to_string()};
  }

  io::JsonFields fields_;
  std::vector<Column> columns_;
  std::vector<io::JsonCell> cells_;
  std::vector<io::JsonFit> fits_;
  bool misfits_are_null_ = false, tombstones_are_rows_ = false;
};

class RecordDecoder final : public Decoder {
 public:
  RecordDecoder(std::unique_ptr<ValueColumns> values, IdentityColumns identity, wf::Schema schema)
      : values_(std::move(values)), identity_(std::move(identity)), schema_(std::move(schema)) {}
  [[nodiscard]] const wf::Schema& schema() const override { return schema_; }
  std::optional<Problem> add(const Record& record, const Consumer& from) override {
    if (auto problem = values_->add(record.value)) return problem;
    identity_.add(record, from);
    ++rows_;
    return {};
  }
  [[nodiscard]] int64_t rows() const override { return rows_; }
  wf::Batch finish(const wf::SchemaPtr& schema) override {
    std::vector<wf::ArrayPtr> columns = values_->finish();
    for (wf::ArrayPtr& column : identity_.finish()) columns.push_back(std::move(column));
    return wf::Batch(schema, std::exchange(rows_, 0), std::move(columns));
  }

 private:
  std::unique_ptr<ValueColumns> values_;
  IdentityColumns identity_;
  wf::Schema schema_;
  int64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(const SourceConfig& config) {
  std::unique_ptr<ValueColumns> values;
  if (config.format == "json") {
    WF_ASSIGN(values, Json::make(config));
  } else {
    if (!config.columns.empty())
      return at_key(wf::invalid_config("'columns' are those of format json; format " +
                                       config.format + " has the one column 'value'"),
                    "columns");
    values = std::make_unique<Bytes>(config.format == "raw" ? wf::Type::binary : wf::Type::utf8);
  }
  WF_ASSIGN(IdentityColumns identity, IdentityColumns::make(config.add));
  wf::SchemaBuilder schema;
  for (wf::Field& field : values->fields())
    if (Status s = schema.add(std::move(field)); !s.ok()) return at_key(std::move(s), "columns");
  for (wf::Field& field : identity.fields())
    if (Status s = schema.add(std::move(field)); !s.ok()) return at_key(std::move(s), "add");
  return std::unique_ptr<Decoder>(
      new RecordDecoder(std::move(values), std::move(identity), schema.finish()));
}

}  // namespace weirflow::kafka
