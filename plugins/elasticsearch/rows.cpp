// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "rows.h"

#include <string>
#include <vector>

namespace weirflow::elasticsearch {
namespace {

using wf::io::JsonCell;

/// RFC 6901.
std::string pointer_of(const std::string& prefix, const std::string& key) {
  std::string text = prefix + "/";
  for (const char c : key) {
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else
      text += c;
  }
  return text;
}

wf::DataType buildable(const wf::DataType& type) {
  if (type.id() == wf::Type::large_utf8) return wf::Type::utf8;
  if (type.id() == wf::Type::large_binary) return wf::Type::binary;
  return type;
}

}  // namespace

wf::Result<RowReader> RowReader::make(const wf::Schema& schema, Op op) {
  std::vector<wf::Field> fields = schema.fields();
  std::vector<std::string> in_source, in_rest;
  for (wf::Field& field : fields) {
    field.type = buildable(field.type);
    in_source.push_back(pointer_of(op == Op::update ? "/doc" : "", field.name));
    in_rest.push_back(pointer_of("", field.name));
  }
  WF_ASSIGN(wf::io::JsonFields source, wf::io::JsonFields::make(in_source));
  WF_ASSIGN(wf::io::JsonFields rest, wf::io::JsonFields::make(in_rest));
  auto shared =
      std::make_shared<const wf::Schema>(wf::Schema(std::move(fields), schema.metadata()));
  return RowReader(std::move(shared), std::move(source), std::move(rest));
}

wf::Result<wf::Batch> RowReader::row_of(const Document& document) {
  const size_t n = schema_->fields().size();
  std::vector<JsonCell> source(n), rest(n);
  if (!document.source.empty()) WF_TRY(source_.parse(document.source, false, &source));
  if (!document.rest.empty()) WF_TRY(rest_.parse(document.rest, false, &rest));
  std::vector<wf::ArrayPtr> columns;
  for (size_t i = 0; i < n; ++i) {
    const wf::DataType& type = schema_->fields()[i].type;
    const JsonCell& cell = rest[i].kind == JsonCell::Kind::missing ? source[i] : rest[i];
    WF_ASSIGN(auto builder, wf::io::make_column_builder(type));
    if (wf::io::fit_json(cell, type, nested_.get()) == wf::io::JsonFit::value)
      wf::io::append_json(cell, type, nested_.get(), *builder);
    else
      builder->append_null();
    columns.push_back(builder->finish());
  }
  return wf::Batch(schema_, 1, std::move(columns));
}

}  // namespace weirflow::elasticsearch
