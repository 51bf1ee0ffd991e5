// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "jsonl_config.h"

namespace weirflow::file {
namespace {

using wf::Result;
using wf::Status;
using wf::Value;

Status set_type(const std::string& text, wf::io::JsonColumn* column) {
  if (text.empty()) return {};
  if (text == "sparse") return column->type = wf::DataType::sparse(), Status();
  WF_ASSIGN(column->type, wf::parse_type(text));
  return {};
}

Status set_member(const std::string& key, const Value& value, wf::io::JsonColumn* column) {
  if (key == "path" && value.string()) return column->pointer = *value.string(), Status();
  if (key == "type" && value.string()) return set_type(*value.string(), column);
  if (key == "required" && value.boolean()) return column->required = *value.boolean(), Status();
  if (key == "path" || key == "type") return wf::invalid_config("'" + key + "' must be a string");
  if (key == "required") return wf::invalid_config("'required' must be true or false");
  return wf::invalid_config("there is no key '" + key + "'; a column has path, type and required");
}

Status read_column(const Value& value, wf::io::JsonColumn* column) {
  if (value.string()) return set_type(*value.string(), column);
  if (!value.table())
    return wf::invalid_config("a column is a type or a table with path, type and required");
  for (const auto& [key, member] : *value.table()) WF_TRY(set_member(key, member, column));
  return {};
}

}  // namespace

Result<wf::io::JsonlOptions> jsonl_options(const JsonlConfig& config) {
  wf::io::JsonlOptions options;
  WF_TRY(wf::io::apply_read_config(config, &options));
  for (const auto& [name, value] : config.columns) {
    wf::io::JsonColumn column{name, {}, {}, false};
    if (Status s = read_column(value, &column); !s.ok())
      return std::move(s).with_context("column '" + name + "'").at({"columns." + name, 0, 0, ""});
    options.columns.push_back(std::move(column));
  }
  options.misfits_are_null = config.misfits == "null";
  options.sample_rows = config.sample_rows;
  options.max_record = config.max_record;
  WF_TRY(wf::io::check_jsonl_options(options));
  return options;
}

}  // namespace weirflow::file
