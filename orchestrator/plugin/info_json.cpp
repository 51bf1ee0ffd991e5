// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/info_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "plugin/info_fields.h"

namespace weirflow::plugin {

namespace {

using Json = nlohmann::ordered_json;

Json value_to_json(const wf::Value& value) {
  if (const auto* b = value.boolean()) return *b;
  if (const auto* i = value.integer()) return *i;
  if (const auto* d = value.number()) {
    if (std::isfinite(*d)) return *d;
    return Json{{"$float", std::isnan(*d) ? "nan" : *d > 0 ? "inf" : "-inf"}};
  }
  if (const auto* s = value.string()) return *s;
  if (const auto* list = value.list()) {
    Json items = Json::array();
    for (const wf::Value& item : *list) items.push_back(value_to_json(item));
    return items;
  }
  if (const auto* table = value.table()) {
    Json items = Json::object();
    for (const auto& [key, item] : *table) items[key] = value_to_json(item);
    return items;
  }
  return nullptr;
}

wf::Value value_from_json(const Json& json) {
  if (json.is_boolean()) return wf::Value(json.get<bool>());
  if (json.is_number_integer()) return wf::Value(json.get<int64_t>());
  if (json.is_number()) return wf::Value(json.get<double>());
  if (json.is_string()) return wf::Value(json.get<std::string>());
  if (json.is_array()) {
    wf::Value::List items;
    for (const Json& item : json) items.push_back(value_from_json(item));
    return wf::Value(std::move(items));
  }
  if (json.is_object()) {
    if (json.size() == 1 && json.contains("$float"))
      return wf::Value(std::stod(json["$float"].get<std::string>()));
    wf::Value::Table items;
    for (const auto& [key, item] : json.items()) items.emplace_back(key, value_from_json(item));
    return wf::Value(std::move(items));
  }
  return {};
}

class Writer {
 public:
  Json json = Json::object();
  template <typename T>
  void operator()(const char* name, T& value) {
    json[name] = make(value);
  }

 private:
  static Json make(std::string& v) { return v; }
  static Json make(bool v) { return v; }
  static Json make(uint32_t v) { return v; }
  static Json make(std::optional<double>& v) { return v ? value_to_json(*v) : Json(); }
  static Json make(wf::Value& v) { return value_to_json(v); }
  template <typename T>
  static Json make(std::vector<T>& list) {
    Json items = Json::array();
    for (T& item : list) items.push_back(make(item));
    return items;
  }
  template <typename T>
  static Json make(T& v) {
    if constexpr (std::is_enum_v<T>)
      return static_cast<uint32_t>(v);
    else {
      Writer inner;
      fields(inner, v);
      return inner.json;
    }
  }
};

/// Throws what nlohmann throws for a wrong type or a missing key.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}
  template <typename T>
  void operator()(const char* name, T& value) {
    read(json_.at(name), value);
  }

 private:
  static void read(const Json& j, std::string& v) { v = j.get<std::string>(); }
  static void read(const Json& j, bool& v) { v = j.get<bool>(); }
  static void read(const Json& j, uint32_t& v) { v = j.get<uint32_t>(); }
  static void read(const Json& j, std::optional<double>& v) {
    double number = 0;
    if (value_from_json(j).as_double(number)) v = number;
  }
  static void read(const Json& j, wf::Value& v) { v = value_from_json(j); }
  template <typename T>
  static void read(const Json& j, std::vector<T>& list) {
    for (const Json& item : j) read(item, list.emplace_back());
  }
  template <typename T>
  static void read(const Json& j, T& v) {
    if constexpr (std::is_enum_v<T>)
      v = static_cast<T>(j.get<uint32_t>());
    else {
      Reader inner(j);
      fields(inner, v);
    }
  }
  const Json& json_;
};

}  // namespace

std::string to_json(const LibraryInfo& info) {
  LibraryInfo copy = info;
  Writer writer;
  fields(writer, copy);
  return writer.json.dump();
}

wf::Result<LibraryInfo> library_from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    LibraryInfo info;
    Reader reader(json);
    fields(reader, info);
    return info;
  } catch (const std::exception& e) {
    return wf::invalid_data(std::string("unreadable description: ") + e.what());
  }
}

std::string to_json(const wf::Status& status) {
  Json json{{"code", static_cast<int32_t>(status.code())}, {"message", status.message()}};
  if (status.row() >= 0) json["row"] = status.row();
  if (const auto* place = status.place()) {
    json["key"] = place->key;
    json["offset"] = place->offset;
    json["length"] = place->length;
    json["hint"] = place->hint;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool status_from_json(std::string_view text, wf::Status& out) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("code") || !json["code"].is_number_integer())
    return false;
  const auto code = json["code"].get<int32_t>();
  if (code >= 0 || code < WF_ERR_INTERNAL) return false;
  wf::Status status(static_cast<wf::Code>(code), json.value("message", std::string()));
  if (json.contains("row")) status = std::move(status).at_row(json.value("row", int64_t{-1}));
  if (json.contains("key"))
    status = std::move(status).at({json.value("key", std::string()), json.value("offset", 0u),
                                   json.value("length", 0u), json.value("hint", std::string())});
  out = std::move(status);
  return true;
}

}  // namespace weirflow::plugin
