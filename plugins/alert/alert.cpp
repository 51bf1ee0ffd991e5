// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "alert.h"

#include <array>
#include <nlohmann/json.hpp>

#include "weirflow/io/values.hpp"

namespace weirflow::alert {
namespace {

using nlohmann::json;

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Labels labels_of(const json& object) {
  Labels labels;
  for (const auto& [key, value] : object.items())
    labels[key] = value.is_string() ? value.get<std::string>() : dump(value);
  return labels;
}

bool is_text(const wf::DataType& type) {
  return type.id() == wf::Type::utf8 || type.id() == wf::Type::large_utf8;
}

std::string_view text_at(const wf::Batch& batch, int column, int64_t row) {
  if (column < 0 || batch.column(column)->is_null(row)) return {};
  return batch.strings(column)[row];
}

std::optional<int64_t> time_at(const wf::Batch& batch, int column, int64_t row) {
  if (column < 0 || batch.column(column)->is_null(row)) return std::nullopt;
  return batch.numbers<int64_t>(column)[row];
}

}  // namespace

std::string fingerprint_of(const Labels& labels) {
  constexpr uint64_t kOffset = 14695981039346656037ULL, kPrime = 1099511628211ULL;
  uint64_t hash = kOffset;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * kPrime;
    hash = (hash ^ 255U) * kPrime;
  };
  for (const auto& [name, value] : labels) {
    if (value.empty()) continue;
    add(name);
    add(value);
  }
  constexpr char kHex[] = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = 16; i-- > 0; hash >>= 4) text[i] = kHex[hash & 15];
  return text;
}

std::string time_text(int64_t us) {
  std::string text;
  wf::io::append_timestamp(us, &text);
  return text;
}

std::string labels_json(const Labels& labels) { return dump(json(labels)); }

std::optional<Labels> labels_from_json(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  return labels_of(object);
}

std::string to_json(const Alert& alert) {
  json object = {{"id", alert.id},
                 {"fingerprint", alert.fingerprint},
                 {"status", status_text(alert.resolved)},
                 {"rule", alert.rule},
                 {"severity", alert.severity},
                 {"labels", alert.labels},
                 {"annotations", alert.annotations},
                 {"starts_us", alert.starts_us},
                 {"taken_us", alert.taken_us}};
  if (!alert.link.empty()) object["link"] = alert.link;
  if (alert.ends_us) object["ends_us"] = *alert.ends_us;
  if (alert.value) object["value"] = *alert.value;
  if (!alert.evidence.empty()) object["evidence"] = alert.evidence;
  return dump(object);
}

wf::Result<Alert> alert_from_json(std::string_view text) {
  try {
    const json object = json::parse(text);
    Alert alert;
    alert.id = object.at("id");
    alert.fingerprint = object.at("fingerprint");
    alert.resolved = object.at("status") == "resolved";
    alert.rule = object.at("rule");
    alert.severity = object.at("severity");
    alert.labels = labels_of(object.at("labels"));
    alert.annotations = labels_of(object.at("annotations"));
    alert.starts_us = object.at("starts_us");
    alert.taken_us = object.at("taken_us");
    alert.link = object.value("link", "");
    alert.evidence = object.value("evidence", "");
    if (object.contains("ends_us")) alert.ends_us = object["ends_us"].get<int64_t>();
    if (object.contains("value") && object["value"].is_number())
      alert.value = object["value"].get<double>();
    return alert;
  } catch (const json::exception& e) {
    return wf::invalid_data(std::string("a stored alert is damaged: ") + e.what());
  }
}

const wf::SchemaPtr& alert_schema() {
  using wf::Type;
  static const wf::SchemaPtr schema = std::make_shared<const wf::Schema>(wf::Schema({
      {"fingerprint", Type::utf8, false, {}},
      {"status", Type::utf8, false, {}},
      {"rule", Type::utf8, false, {}},
      {"severity", Type::utf8, false, {}},
      {"labels", Type::utf8, false, {}},
      {"annotations", Type::utf8, false, {}},
      {"starts_at", Type::timestamp, false, {}},
      {"ends_at", Type::timestamp, true, {}},
      {"value", Type::float64, true, {}},
      {"evidence", Type::utf8, true, {}},
      {"link", Type::utf8, true, {}},
  }));
  return schema;
}

void AlertRows::append(const Alert& alert) {
  ++rows_;
  fingerprint_.append(alert.fingerprint);
  status_.append(status_text(alert.resolved));
  rule_.append(alert.rule);
  severity_.append(alert.severity);
  labels_.append(labels_json(alert.labels));
  annotations_.append(labels_json(alert.annotations));
  starts_.append(alert.starts_us);
  alert.ends_us ? ends_.append(*alert.ends_us) : ends_.append_null();
  alert.value ? value_.append(*alert.value) : value_.append_null();
  alert.evidence.empty() ? evidence_.append_null() : evidence_.append(alert.evidence);
  alert.link.empty() ? link_.append_null() : link_.append(alert.link);
}

wf::Batch AlertRows::finish() {
  const int64_t rows = std::exchange(rows_, 0);
  return wf::Batch(alert_schema(), rows,
                   {fingerprint_.finish(), status_.finish(), rule_.finish(), severity_.finish(),
                    labels_.finish(), annotations_.finish(), starts_.finish(), ends_.finish(),
                    value_.finish(), evidence_.finish(), link_.finish()});
}

wf::Result<AlertReader> AlertReader::make(const wf::Schema& schema) {
  AlertReader reader;
  struct Wanted {
    const char* name;
    int* place;
    wf::Type type;
    bool required;
  };
  const std::array wanted = {
      Wanted{"fingerprint", &reader.fingerprint_, wf::Type::utf8, true},
      Wanted{"status", &reader.status_, wf::Type::utf8, true},
      Wanted{"labels", &reader.labels_, wf::Type::utf8, true},
      Wanted{"rule", &reader.rule_, wf::Type::utf8, false},
      Wanted{"severity", &reader.severity_, wf::Type::utf8, false},
      Wanted{"annotations", &reader.annotations_, wf::Type::utf8, false},
      Wanted{"evidence", &reader.evidence_, wf::Type::utf8, false},
      Wanted{"link", &reader.link_, wf::Type::utf8, false},
      Wanted{"starts_at", &reader.starts_, wf::Type::timestamp, false},
      Wanted{"ends_at", &reader.ends_, wf::Type::timestamp, false},
      Wanted{"value", &reader.value_, wf::Type::float64, false},
  };
  for (const Wanted& column : wanted) {
    *column.place = schema.index_of(column.name);
    if (*column.place < 0) {
      if (!column.required) continue;
      return wf::invalid_config("alert events are needed, and there is no column '" +
                                std::string(column.name) + "'; put alert.rules in front");
    }
    const wf::DataType& type = schema.field(*column.place).type;
    const bool fits = column.type == wf::Type::utf8 ? is_text(type) : type.id() == column.type;
    if (!fits)
      return wf::invalid_config("column '" + std::string(column.name) + "' must be " +
                                wf::DataType(column.type).to_string() + ", as alert.rules gives; " +
                                "it is " + type.to_string());
  }
  return reader;
}

std::optional<std::string> AlertReader::read(const wf::Batch& batch, int64_t row,
                                             Alert* out) const {
  out->fingerprint = text_at(batch, fingerprint_, row);
  if (out->fingerprint.empty()) return "the fingerprint is missing";
  const std::string_view status = text_at(batch, status_, row);
  if (status != "firing" && status != "resolved")
    return "the status is '" + std::string(status) + "', not firing or resolved";
  out->resolved = status == "resolved";
  const auto labels = labels_from_json(text_at(batch, labels_, row));
  if (!labels) return "the labels are no JSON object";
  out->labels = *labels;
  if (const std::string_view text = text_at(batch, annotations_, row); !text.empty()) {
    const auto annotations = labels_from_json(text);
    if (!annotations) return "the annotations are no JSON object";
    out->annotations = *annotations;
  }
  out->evidence = text_at(batch, evidence_, row);
  if (!out->evidence.empty() && !json::parse(out->evidence, nullptr, false).is_object())
    return "the evidence is no JSON object";
  out->rule = text_at(batch, rule_, row);
  out->severity = text_at(batch, severity_, row);
  out->link = text_at(batch, link_, row);
  out->starts_us = time_at(batch, starts_, row).value_or(0);
  out->ends_us = time_at(batch, ends_, row);
  if (value_ >= 0 && !batch.column(value_)->is_null(row))
    out->value = batch.numbers<double>(value_)[row];
  return std::nullopt;
}

}  // namespace weirflow::alert
