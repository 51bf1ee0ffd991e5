// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "encode.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "weirflow/io/values.hpp"

namespace weirflow::kafka {
namespace {

using wf::Result;
using wf::Status;
using wf::Type;

Status at_key(Status status, std::string key) {
  return std::move(status).at({std::move(key), 0, 0, ""});
}

bool is_text(const wf::DataType& type) {
  return type.id() == Type::utf8 || type.id() == Type::binary || type.id() == Type::large_utf8 ||
         type.id() == Type::large_binary;
}
bool is_integer(const wf::DataType& type) {
  return type.id() == Type::int32 || type.id() == Type::int64;
}

/// The column of a key, of one of the wanted types; -1 when the key is not set.
template <typename Fits>
Status find_column(const wf::Schema& in, const std::string& name, const std::string& key,
                   std::string_view wanted, Fits&& fits, int* column) {
  *column = -1;
  if (name.empty()) return {};
  WF_ASSIGN(*column, in.require(name, key));
  const wf::DataType& type = in.field(*column).type;
  if (fits(type)) return {};
  return at_key(wf::invalid_config("column '" + name + "' is " + type.to_string() + ", not " +
                                   std::string(wanted)),
                key);
}

int64_t integer(const wf::Batch& batch, int column, int64_t row) {
  return batch.column(column)->type.id() == Type::int32 ? batch.numbers<int32_t>(column)[row]
                                                        : batch.numbers<int64_t>(column)[row];
}

/// Kafka's own rule for names of topics.
bool is_topic_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 249 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace

std::string_view Arena::keep(std::string_view bytes) {
  if (bytes.size() > left_) {
    const size_t size = std::max(kChunk, bytes.size());
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = chunks_.back().get();
    left_ = size;
  }
  if (!bytes.empty()) std::memcpy(next_, bytes.data(), bytes.size());
  const std::string_view kept(next_, bytes.size());
  next_ += bytes.size();
  left_ -= bytes.size();
  return kept;
}

int64_t Messages::size_of(const Message& message) const {
  constexpr size_t kBatch = 61, kRecord = 21, kHeader = 10;
  size_t size =
      kBatch + kRecord + message.key.value_or("").size() + message.value.value_or("").size();
  for (uint32_t i = 0; i < message.headers; ++i) {
    const Header& header = headers[message.first_header + i];
    size += kHeader + header.name.size() + header.value.value_or("").size();
  }
  return static_cast<int64_t>(size);
}

Status Encoder::find_columns(const SinkConfig& c, const wf::Schema& in) {
  const auto text_or_integer = [](const wf::DataType& t) { return is_text(t) || is_integer(t); };
  const auto timestamp = [](const wf::DataType& t) { return t.id() == Type::timestamp; };
  WF_TRY(find_column(in, c.topic_column, "topic_column", "utf8", is_text, &topic_column_));
  WF_TRY(find_column(in, c.value, "value", "utf8 or binary", is_text, &value_));
  WF_TRY(find_column(in, c.key, "key", "utf8, binary or an integer", text_or_integer, &key_));
  WF_TRY(find_column(in, c.timestamp, "timestamp", "timestamp", timestamp, &timestamp_));
  WF_TRY(find_column(in, c.partition, "partition", "an integer", is_integer, &partition_));
  for (const std::string& name : c.headers) {
    WF_TRY(find_column(
        in, name, "headers", "", [](const wf::DataType&) { return true; },
        &headers_.emplace_back()));
    header_names_.push_back(name);
  }
  return {};
}

Result<std::unique_ptr<Encoder>> Encoder::make(const SinkConfig& config, const wf::Schema& in) {
  auto made = std::unique_ptr<Encoder>(new Encoder());
  if (config.topic.empty() == config.topic_column.empty())
    return at_key(wf::invalid_config("one of 'topic' and 'topic_column' says where rows go"),
                  "topic");
  if (!config.topic.empty() && !is_topic_name(config.topic))
    return at_key(wf::invalid_config("'" + config.topic + "' is no name for a topic"), "topic");
  made->topic_ = config.topic;
  if (config.format == "json" && !config.value.empty())
    return at_key(wf::invalid_config("'value' goes with format utf8 or raw; format json has "
                                     "'columns'"),
                  "value");
  if (config.format != "json" && !config.columns.empty())
    return at_key(wf::invalid_config("'columns' goes with format json; format " + config.format +
                                     " has 'value'"),
                  "columns");
  if (config.format != "json" && config.value.empty())
    return at_key(wf::invalid_config("format " + config.format +
                                     " needs 'value', the column that "
                                     "is sent"),
                  "value");
  WF_TRY(made->find_columns(config, in));
  if (config.format != "json") {
    const Type type = in.field(made->value_).type.id();
    if (config.format == "utf8" && type != Type::utf8 && type != Type::large_utf8)
      return at_key(wf::invalid_config("column '" + config.value +
                                       "' is binary; format raw takes "
                                       "it"),
                    "value");
    return made;
  }
  std::vector<wf::Field> fields;
  if (config.columns.empty())
    for (int i = 0; i < in.size(); ++i) made->json_columns_.push_back(i);
  for (const std::string& name : config.columns) {
    WF_ASSIGN(const int column, in.require(name, "columns"));
    made->json_columns_.push_back(column);
  }
  for (const int column : made->json_columns_) fields.push_back(in.field(column));
  made->json_schema_ = std::make_shared<const wf::Schema>(std::move(fields));
  WF_ASSIGN(made->json_, wf::io::make_jsonl_encoder(*made->json_schema_, {config.nulls}));
  return made;
}

/// Text and bytes as they are, in place; integers as decimal text; others as JSON.
std::optional<std::string_view> Encoder::cell(const wf::Batch& batch, int column, int64_t row,
                                              Messages& to) {
  const wf::Array& array = *batch.column(column);
  if (array.is_null(row)) return std::nullopt;
  if (is_text(array.type)) return wf::StringView(array)[row];
  scratch_.clear();
  wf::io::append_json_value(array, row, &scratch_);
  std::string_view text = scratch_;
  if (array.type.id() == Type::timestamp) text = text.substr(1, text.size() - 2);
  return to.arena.keep(text);
}

bool Encoder::fill(const wf::Batch& batch, int64_t row, Messages& to, Message& message,
                   const RefuseRow& refuse) {
  message.topic = topic_;
  if (topic_column_ >= 0) {
    message.topic = cell(batch, topic_column_, row, to).value_or("");
    if (!is_topic_name(message.topic))
      return refuse(row, "bad_topic",
                    "'" + std::string(message.topic) + "' is no name for a topic"),
             false;
  }
  if (partition_ >= 0 && !batch.column(partition_)->is_null(row)) {
    const int64_t partition = integer(batch, partition_, row);
    if (partition < 0 || partition > std::numeric_limits<int32_t>::max())
      return refuse(row, "bad_partition", std::to_string(partition) + " is no partition"), false;
    message.partition = static_cast<int32_t>(partition);
  }
  if (timestamp_ >= 0 && !batch.column(timestamp_)->is_null(row)) {
    const int64_t us = batch.numbers<int64_t>(timestamp_)[row];
    // 0 would mean "now" to librdkafka, and Kafka knows no time before 1970.
    if (us < 1000)
      return refuse(row, "bad_timestamp", "a record's time must be after 1970-01-01T00:00:00Z"),
             false;
    message.timestamp_ms = us / 1000;
  }
  if (key_ >= 0) message.key = cell(batch, key_, row, to);
  message.first_header = static_cast<uint32_t>(to.headers.size());
  message.headers = static_cast<uint32_t>(headers_.size());
  for (size_t i = 0; i < headers_.size(); ++i)
    to.headers.push_back({header_names_[i], cell(batch, headers_[i], row, to)});
  return true;
}

Messages Encoder::encode(const wf::Batch& batch, const RefuseRow& refuse) {
  Messages to;
  to.rows = batch;
  to.list.reserve(static_cast<size_t>(batch.rows()));
  wf::Batch part;
  if (json_) {
    std::vector<wf::ArrayPtr> columns;
    for (const int column : json_columns_) columns.push_back(batch.column(column));
    part = wf::Batch(json_schema_, batch.rows(), std::move(columns));
  }
  for (int64_t row = 0; row < batch.rows(); ++row) {
    Message message;
    message.row = row;
    if (!fill(batch, row, to, message, refuse)) continue;
    if (json_) {
      scratch_.clear();
      json_->append(part, row, 1, &scratch_);
      scratch_.pop_back();  // the line's end
      message.value = to.arena.keep(scratch_);
    } else {
      message.value = cell(batch, value_, row, to);
    }
    to.list.push_back(message);
  }
  return to;
}

}  // namespace weirflow::kafka
