// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "hit_rows.h"

namespace weirflow::elasticsearch {
namespace {

using wf::io::JsonCell;
using wf::io::JsonColumn;
using wf::io::JsonFit;

/// As in plugins/file, where a type may also be left to the first lines; libraries share no code
/// but the SDK's.
wf::Status read_column(const wf::Value& value, JsonColumn* column) {
  const auto set_type = [&](const std::string& text) -> wf::Status {
    if (text == "sparse") return column->type = wf::DataType::sparse(), wf::Status();
    WF_ASSIGN(column->type, wf::parse_type(text));
    return {};
  };
  if (value.string()) return set_type(*value.string());
  if (!value.table())
    return wf::invalid_config("a column is a type or a table with path, type and required");
  for (const auto& [key, member] : *value.table()) {
    if (key == "path" && member.string())
      column->pointer = *member.string();
    else if (key == "type" && member.string())
      WF_TRY(set_type(*member.string()));
    else if (key == "required" && member.boolean())
      column->required = *member.boolean();
    else
      return wf::invalid_config("'" + key +
                                "' is not known here; a column has path (text), type (text) and "
                                "required (true or false)");
  }
  if (!column->type) return wf::invalid_config("the column has no type");
  return {};
}

std::string pointer_of(const JsonColumn& column) {
  if (!column.pointer.empty()) return column.pointer;
  std::string text = "/";
  for (const char c : column.name) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

}  // namespace

wf::Result<HitRows> HitRows::make(const SourceConfig& config) {
  HitRows made;
  wf::SchemaBuilder schema;
  for (const auto& [name, value] : config.columns) {
    JsonColumn column{name, {}, {}, false};
    if (wf::Status s = read_column(value, &column); !s.ok())
      return std::move(s).with_context("column '" + name + "'").at({"columns." + name, 0, 0, ""});
    WF_TRY(schema.add(*column.type == wf::DataType::sparse()
                          ? wf::sparse_field(name)
                          : wf::Field{name, *column.type, true, {}}));
    made.columns_.push_back(std::move(column));
  }
  const auto add_text = [&](const std::string& name, const char* key) -> wf::Status {
    wf::Status status = schema.add(wf::Field{name, wf::Type::utf8, false, {}});
    return status.ok() ? status : std::move(status).at({key, 0, 0, ""});
  };
  made.has_id_ = !config.id_column.empty();
  made.has_index_ = !config.index_column.empty();
  if (made.has_id_) WF_TRY(add_text(config.id_column, "id_column"));
  if (made.has_index_) WF_TRY(add_text(config.index_column, "index_column"));
  made.schema_ = std::make_shared<const wf::Schema>(schema.finish());
  if (made.schema_->size() == 0)
    return wf::invalid_config("no column is declared")
        .at({"columns", 0, 0, "write columns = { body = \"utf8\" }"});
  made.misfits_are_null_ = config.misfits == "null";
  std::vector<std::string> pointers;
  for (const JsonColumn& column : made.columns_) pointers.push_back(pointer_of(column));
  auto fields = wf::io::JsonFields::make(pointers);
  if (!fields.ok()) return std::move(fields).status().at({"columns", 0, 0, ""});
  made.fields_ = std::make_unique<wf::io::JsonFields>(std::move(*fields));
  return made;
}

bool HitRows::fits(const Hit& hit, const Refuse& refuse) {
  if (wf::Status s = fields_->parse(hit.source, false, &cells_); !s.ok())
    return refuse(hit, "bad_json", s.message()), false;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const JsonFit fit = wf::io::fit_json(cells_[i], *columns_[i].type, nested_.get());
    const std::string name = "column '" + columns_[i].name + "'";
    if (fit == JsonFit::misfit && !misfits_are_null_)
      return refuse(hit, "bad_value", name + ": the value is no " + columns_[i].type->to_string()),
             false;
    if (fit != JsonFit::value && columns_[i].required)
      return refuse(hit, "missing_value", name + " has no value"), false;
  }
  return true;
}

wf::Result<wf::Batch> HitRows::rows_of(const std::vector<Hit>& hits, const Refuse& refuse) {
  std::vector<std::unique_ptr<wf::io::ColumnBuilder>> builders;
  for (const wf::Field& field : schema_->fields()) {
    WF_ASSIGN(auto builder, wf::io::make_column_builder(field.type));
    builders.push_back(std::move(builder));
  }
  int64_t rows = 0;
  for (const Hit& hit : hits) {
    if (!fits(hit, refuse)) continue;
    ++rows;
    size_t at = 0;
    for (; at < columns_.size(); ++at) {
      const wf::DataType& type = *columns_[at].type;
      if (wf::io::fit_json(cells_[at], type, nested_.get()) == JsonFit::value)
        wf::io::append_json(cells_[at], type, nested_.get(), *builders[at]);
      else
        builders[at]->append_null();
    }
    if (has_id_) builders[at++]->append_text(hit.id);
    if (has_index_) builders[at]->append_text(hit.index);
  }
  std::vector<wf::ArrayPtr> columns;
  for (auto& builder : builders) columns.push_back(builder->finish());
  return wf::Batch(schema_, rows, std::move(columns));
}

}  // namespace weirflow::elasticsearch
