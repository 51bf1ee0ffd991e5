// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A value of a configuration or of a task's result: null, bool, integer, float, string, list,
/// table. Owns its content; the C form (wf_value) borrows from it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "weirflow/abi/types.h"

namespace wf {

inline std::string_view view(wf_str s) { return {s.length ? s.data : "", s.length}; }
inline wf_str str(std::string_view s) { return {s.data(), s.size()}; }

class Value {
 public:
  using List = std::vector<Value>;
  /// In the order of the file; keys are unique.
  using Table = std::vector<std::pair<std::string, Value>>;

  Value() = default;
  Value(bool v) : data_(v) {}                           // NOLINT: literals become values
  Value(int64_t v) : data_(v) {}                        // NOLINT
  Value(int v) : data_(static_cast<int64_t>(v)) {}      // NOLINT
  Value(double v) : data_(v) {}                         // NOLINT
  Value(std::string v) : data_(std::move(v)) {}         // NOLINT
  Value(std::string_view v) : data_(std::string(v)) {}  // NOLINT
  Value(const char* v) : data_(std::string(v)) {}       // NOLINT
  Value(List v) : data_(std::move(v)) {}                // NOLINT
  Value(Table v) : data_(std::move(v)) {}               // NOLINT

  [[nodiscard]] bool is_null() const { return data_.index() == 0; }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const int64_t* integer() const { return std::get_if<int64_t>(&data_); }
  [[nodiscard]] const double* number() const { return std::get_if<double>(&data_); }
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&data_); }
  [[nodiscard]] const Table* table() const { return std::get_if<Table>(&data_); }
  [[nodiscard]] List* list() { return std::get_if<List>(&data_); }
  [[nodiscard]] Table* table() { return std::get_if<Table>(&data_); }
  /// An integer or a float as double.
  [[nodiscard]] bool as_double(double& out) const {
    if (const auto* i = integer()) return out = static_cast<double>(*i), true;
    if (const auto* d = number()) return out = *d, true;
    return false;
  }
  /// Member of a table, or null when absent or when this is no table.
  [[nodiscard]] const Value* find(std::string_view key) const {
    if (const auto* t = table())
      for (const auto& [k, v] : *t)
        if (k == key) return &v;
    return nullptr;
  }
  friend bool operator==(const Value&, const Value&) = default;

  /// "null", "bool", "integer", "float", "string", "list" or "table".
  [[nodiscard]] std::string_view type_name() const {
    static constexpr std::string_view kNames[] = {"null",   "bool", "integer", "float",
                                                  "string", "list", "table"};
    return kNames[data_.index()];
  }

  /// A copy of a C value. Depth over 32 is cut to null.
  static Value from_abi(const wf_value& v, int depth = 0) {
    switch (v.type) {
      case WF_VALUE_BOOL:
        return Value(v.as.integer != 0);
      case WF_VALUE_INTEGER:
        return Value(v.as.integer);
      case WF_VALUE_FLOAT:
        return Value(v.as.number);
      case WF_VALUE_STRING:
        return Value(view(v.as.string));
      case WF_VALUE_LIST: {
        List items;
        for (uint32_t i = 0; i < v.count && depth < 32; ++i)
          items.push_back(from_abi(v.as.list[i], depth + 1));
        return Value(std::move(items));
      }
      case WF_VALUE_TABLE: {
        Table items;
        for (uint32_t i = 0; i < v.count && depth < 32; ++i)
          items.emplace_back(std::string(view(v.as.table[i].key)),
                             from_abi(v.as.table[i].value, depth + 1));
        return Value(std::move(items));
      }
      default:
        return {};
    }
  }

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Table> data_;
};

/// The C form of a Value, borrowing its strings. Lives as long as the Value and this object.
class AbiValue {
 public:
  explicit AbiValue(const Value& value) { fill(value, root_); }
  AbiValue(const AbiValue&) = delete;
  AbiValue& operator=(const AbiValue&) = delete;
  [[nodiscard]] const wf_value& get() const { return root_; }

 private:
  void fill(const Value& v, wf_value& out) {
    out = wf_value{};
    out.type = WF_VALUE_NULL;
    if (const auto* b = v.boolean()) {
      out.type = WF_VALUE_BOOL;
      out.as.integer = *b;
    } else if (const auto* i = v.integer()) {
      out.type = WF_VALUE_INTEGER;
      out.as.integer = *i;
    } else if (const auto* d = v.number()) {
      out.type = WF_VALUE_FLOAT;
      out.as.number = *d;
    } else if (const auto* s = v.string()) {
      out.type = WF_VALUE_STRING;
      out.as.string = str(*s);
    } else if (const auto* l = v.list()) {
      auto& items = lists_.emplace_back(std::make_unique<wf_value[]>(l->size() + 1));
      wf_value* at = items.get();
      for (const Value& item : *l) fill(item, *at++);
      out.type = WF_VALUE_LIST;
      out.count = static_cast<uint32_t>(l->size());
      out.as.list = at - l->size();
    } else if (const auto* t = v.table()) {
      auto& items = tables_.emplace_back(std::make_unique<wf_config_item[]>(t->size() + 1));
      wf_config_item* at = items.get();
      for (const auto& [key, item] : *t) {
        at->key = str(key);
        fill(item, (at++)->value);
      }
      out.type = WF_VALUE_TABLE;
      out.count = static_cast<uint32_t>(t->size());
      out.as.table = at - t->size();
    }
  }
  wf_value root_;
  std::vector<std::unique_ptr<wf_value[]>> lists_;
  std::vector<std::unique_ptr<wf_config_item[]>> tables_;
};

}  // namespace wf
