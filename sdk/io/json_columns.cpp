// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/json_columns.hpp"

namespace wf::io {
namespace {

Status set_type(const std::string& text, JsonColumn* column) {
  if (text.empty()) return {};
  if (text == "sparse") return column->type = DataType::sparse(), Status();
  WF_ASSIGN(column->type, parse_type(text));
  return {};
}

Status set_member(const std::string& key, const Value& value, JsonColumn* column) {
  if (key == "path" && value.string()) return column->pointer = *value.string(), Status();
  if (key == "type" && value.string()) return set_type(*value.string(), column);
  if (key == "required" && value.boolean()) return column->required = *value.boolean(), Status();
  if (key == "path" || key == "type") return invalid_config("'" + key + "' must be a string");
  if (key == "required") return invalid_config("'required' must be true or false");
  return invalid_config("there is no key '" + key + "'; a column has path, type and required");
}

Status read_column(const Value& value, JsonColumn* column) {
  if (value.string()) return set_type(*value.string(), column);
  if (!value.table())
    return invalid_config("a column is a type or a table with path, type and required");
  for (const auto& [key, member] : *value.table()) WF_TRY(set_member(key, member, column));
  return {};
}

}  // namespace

Result<std::vector<JsonColumn>> json_columns(const Map<Value>& declared) {
  std::vector<JsonColumn> columns;
  for (const auto& [name, value] : declared) {
    JsonColumn column{name, {}, {}, false};
    if (Status s = read_column(value, &column); !s.ok())
      return std::move(s).with_context("column '" + name + "'").at({"columns." + name, 0, 0, ""});
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace wf::io
