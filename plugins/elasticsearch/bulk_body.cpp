// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "bulk_body.h"

#include <algorithm>
#include <cmath>

#include "weirflow/io/values.hpp"
#include "weirflow/murmur3.hpp"

namespace weirflow::elasticsearch {
namespace {

using wf::Type;

constexpr std::string_view kTimestamp = "@timestamp";

bool is_float(Type type) { return type == Type::float32 || type == Type::float64; }

/// NaN and infinities have no JSON, and a document holds null for them.
bool is_unwritable(const wf::Array& column, int64_t row) {
  if (column.is_null(row)) return false;
  return column.type.id() == Type::float32 ? !std::isfinite(wf::NumericView<float>(column)[row])
                                           : !std::isfinite(wf::NumericView<double>(column)[row]);
}

void append_unwritable(const wf::Array& column, int64_t row, std::string* out) {
  const double value = column.type.id() == Type::float32
                           ? static_cast<double>(wf::NumericView<float>(column)[row])
                           : wf::NumericView<double>(column)[row];
  out->append(std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

wf::Status check_words(const SinkConfig& config) {
  const auto wrong = [](const char* key, std::string text, std::string hint) {
    return wf::invalid_config(std::move(text)).at({key, 0, 0, std::move(hint)});
  };
  if (config.data_stream && config.op != "create")
    return wrong("op", "a data stream takes no '" + config.op + "'", "set op = \"create\"");
  if (config.id.empty() && (config.op == "update" || config.op == "delete"))
    return wrong("id", "'" + config.op + "' needs the id of its document",
                 "set id, as in \"{comment_id}\"");
  if (!config.version.empty() && (config.op == "update" || config.op == "create"))
    return wrong("version", "'" + config.op + "' takes no external version",
                 "use op = \"index\" or \"delete\"");
  if (!config.version.empty() && config.id.empty())
    return wrong("version", "a version needs the id of its document", "set id");
  return {};
}

wf::Result<int> version_column(const SinkConfig& config, const wf::Schema& schema) {
  if (config.version.empty()) return -1;
  WF_ASSIGN(const int column, schema.require(config.version, "version"));
  const Type type = schema.field(column).type.id();
  if (type != Type::int32 && type != Type::int64 && type != Type::timestamp)
    return wf::invalid_config("column '" + config.version + "' is " +
                              schema.field(column).type.to_string() + "; a version is an integer")
        .at({"version", 0, 0, ""});
  return column;
}

}  // namespace

wf::Result<DocumentEncoder> DocumentEncoder::make(const SinkConfig& config,
                                                  const wf::Schema& schema) {
  DocumentEncoder made;
  const auto op = parse_op(config.op);
  if (!op) return wf::invalid_config("'" + config.op + "' is no operation").at({"op", 0, 0, ""});
  WF_TRY(check_words(config));
  made.op_ = *op;
  if (config.index.empty())
    return wf::invalid_config("the index has no name").at({"index", 0, 0, ""});
  WF_ASSIGN(made.index_, ColumnText::parse(config.index, schema, "index"));
  WF_ASSIGN(made.id_, ColumnText::parse(config.id, schema, "id"));
  WF_ASSIGN(made.routing_, ColumnText::parse(config.routing, schema, "routing"));
  WF_ASSIGN(made.version_, version_column(config, schema));
  made.version_type_ = config.version_type;
  made.upsert_ = config.upsert;
  made.schema_ = std::make_shared<const wf::Schema>(schema);

  std::vector<bool> excluded(schema.fields().size(), *op == Op::remove);
  for (size_t i = 0; i < config.exclude.size(); ++i) {
    WF_ASSIGN(const int column,
              schema.require(config.exclude[i], "exclude[" + std::to_string(i) + "]"));
    excluded[static_cast<size_t>(column)] = true;
  }
  std::vector<wf::Field> fields;
  for (int i = 0; i < schema.size(); ++i) {
    if (excluded[static_cast<size_t>(i)]) {
      made.rest_columns_.push_back(i);
      continue;
    }
    made.source_columns_.push_back(i);
    fields.push_back(schema.field(i));
    if (is_float(schema.field(i).type.id())) made.float_columns_.push_back(i);
  }
  if (!config.timestamp.empty() && *op != Op::remove) {
    WF_ASSIGN(const int column, schema.require(config.timestamp, "timestamp"));
    if (schema.index_of(kTimestamp) >= 0)
      return wf::invalid_config("there is a column '@timestamp' already")
          .at({"timestamp", 0, 0, "leave the key out"});
    made.source_columns_.push_back(column);
    fields.push_back(schema.field(column));
    fields.back().name = kTimestamp;
  }
  if (config.data_stream && config.timestamp.empty() && schema.index_of(kTimestamp) < 0)
    return wf::invalid_config("a data stream needs '@timestamp' in every document")
        .at({"data_stream", 0, 0, "set timestamp to the column with the time"});
  made.source_schema_ = std::make_shared<const wf::Schema>(wf::Schema(std::move(fields)));
  WF_ASSIGN(made.encoder_, wf::io::make_jsonl_encoder(*made.source_schema_, {config.nulls}));
  return made;
}

void DocumentEncoder::begin(const wf::Batch& batch) {
  batch_ = &batch;
  std::vector<wf::ArrayPtr> columns;
  for (const int i : source_columns_) columns.push_back(batch.column(i));
  source_batch_ = wf::Batch(source_schema_, batch.rows(), std::move(columns));
}

DocumentEncoder::Problem DocumentEncoder::null_part(std::string_view what, int column) const {
  return {"null_key", "column '" + schema_->field(column).name + "' is null, so there is no " +
                          std::string(what)};
}

std::optional<DocumentEncoder::Problem> DocumentEncoder::encode_action(int64_t row,
                                                                       Document* out) const {
  std::string index, id, routing;
  if (const int null = index_.append(*batch_, row, &index); null >= 0)
    return null_part("index", null);
  if (const int null = id_.append(*batch_, row, &id); null >= 0) return null_part("id", null);
  if (const int null = routing_.append(*batch_, row, &routing); null >= 0)
    return null_part("routing", null);
  if (!id_.empty() && id.empty()) return Problem{"null_key", "the document's id is empty"};
  if (id.size() > kMaxId)
    return Problem{"long_id", "the document's id has " + std::to_string(id.size()) +
                                  " bytes; a node takes " + std::to_string(kMaxId)};
  std::string& text = out->action;
  text.append("{\"").append(to_string(op_)).append("\":{\"_index\":");
  wf::io::append_json_string(index, &text);
  if (!id.empty()) {
    text.append(",\"_id\":");
    wf::io::append_json_string(id, &text);
    // 0 means "no id".
    const std::string key = index + '\n' + id;
    out->key = std::max<uint64_t>(
        1, uint64_t{wf::murmur3_32(key, 1)} << 32 | uint64_t{wf::murmur3_32(key, 2)});
  }
  if (!routing.empty()) {
    text.append(",\"routing\":");
    wf::io::append_json_string(routing, &text);
  }
  if (version_ >= 0) {
    const wf::Array& column = *batch_->column(version_);
    if (column.is_null(row)) return null_part("version", version_);
    text.append(",\"version\":");
    const int64_t version = column.type.id() == Type::int32 ? wf::NumericView<int32_t>(column)[row]
                                                            : wf::NumericView<int64_t>(column)[row];
    if (version < 0) return Problem{"bad_version", "a version cannot be negative"};
    wf::io::append_int64(version, &text);
    text.append(",\"version_type\":\"").append(version_type_).append("\"");
  }
  if (op_ == Op::update) text.append(",\"retry_on_conflict\":3");
  text.append("}}");
  return std::nullopt;
}

void DocumentEncoder::encode_source(int64_t row, Document* out) {
  std::string& text = out->source;
  if (op_ == Op::update) text.append("{\"doc\":");
  encoder_->append(source_batch_, row, 1, &text);
  text.pop_back();  // the line's end
  if (op_ == Op::update) text.append(upsert_ ? ",\"doc_as_upsert\":true}" : "}");
}

void DocumentEncoder::encode_rest(int64_t row, Document* out) const {
  std::string& text = out->rest;
  const auto key = [&](int column) {
    text.append(text.empty() ? "{" : ",");
    wf::io::append_json_string(schema_->field(column).name, &text);
    text.push_back(':');
  };
  for (const int i : rest_columns_) {
    const wf::Array& column = *batch_->column(i);
    key(i);
    if (is_float(column.type.id()) && is_unwritable(column, row))
      append_unwritable(column, row, &text);
    else
      wf::io::append_json_value(column, row, &text);
  }
  for (const int i : float_columns_) {
    if (!is_unwritable(*batch_->column(i), row)) continue;
    key(i);
    append_unwritable(*batch_->column(i), row, &text);
  }
  if (!text.empty()) text.push_back('}');
}

std::optional<DocumentEncoder::Problem> DocumentEncoder::encode(int64_t row, Document* out) {
  *out = Document();
  if (auto problem = encode_action(row, out)) return problem;
  if (op_ != Op::remove) encode_source(row, out);
  encode_rest(row, out);
  return std::nullopt;
}

}  // namespace weirflow::elasticsearch
