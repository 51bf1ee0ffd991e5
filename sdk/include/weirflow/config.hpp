// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration as a plain struct: a table of fields binds keys to its members. The same table
/// makes the descriptor (what the host checks and documents) and reads the values.
///
///   struct Config { std::string column; double threshold = 0.5; };
///   static constexpr auto kConfig = wf::fields(
///       wf::field("column", &Config::column).required().column().help("Column to test"),
///       wf::field("threshold", &Config::threshold).range(0, 1));
///
/// Member types: bool, int32_t, int64_t, double, std::string, std::chrono::microseconds (duration),
/// wf::Value (anything), a struct with its own `static constexpr auto kFields` (table), and
/// std::optional<T>, std::vector<T>, wf::Map<T> of these. Defaults are those of a Config{}.

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "weirflow/abi/descriptor.h"
#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace wf {

/// Keys in the order of the file.
template <typename T>
using Map = std::vector<std::pair<std::string, T>>;
using Duration = std::chrono::microseconds;

namespace detail {

template <typename T>
struct is_optional : std::false_type {};
template <typename T>
struct is_optional<std::optional<T>> : std::true_type {};
template <typename T>
struct is_vector : std::false_type {};
template <typename T>
struct is_vector<std::vector<T>> : std::true_type {};
template <typename T>
struct is_map : std::false_type {};
template <typename T>
struct is_map<std::vector<std::pair<std::string, T>>> : std::true_type {};

template <typename T>
concept HasFields = requires {
  T::kFields;
};

/// WF_FIELD_* of a plain type; TABLE for structs with kFields.
template <typename T>
constexpr uint32_t plain_field_type() {
  if constexpr (std::is_same_v<T, bool>)
    return WF_FIELD_BOOL;
  else if constexpr (std::is_same_v<T, int32_t> || std::is_same_v<T, int64_t>)
    return WF_FIELD_INTEGER;
  else if constexpr (std::is_same_v<T, double>)
    return WF_FIELD_FLOAT;
  else if constexpr (std::is_same_v<T, std::string>)
    return WF_FIELD_STRING;
  else if constexpr (std::is_same_v<T, Duration>)
    return WF_FIELD_DURATION;
  else if constexpr (std::is_same_v<T, Value>)
    return WF_FIELD_ANY;
  else {
    static_assert(HasFields<T>, "this member type cannot be configured, see weirflow/config.hpp");
    return WF_FIELD_TABLE;
  }
}

template <typename T>
struct field_shape {  // plain
  using item = T;
  static constexpr uint32_t type = plain_field_type<T>();
  static constexpr uint32_t item_type = 0;
};
template <typename T>
struct field_shape<std::optional<T>> : field_shape<T> {};
template <typename T>
struct field_shape<std::vector<T>> {
  using item = T;
  static constexpr uint32_t type = WF_FIELD_LIST;
  static constexpr uint32_t item_type = plain_field_type<T>();
};
template <typename T>
struct field_shape<std::vector<std::pair<std::string, T>>> {
  using item = T;
  static constexpr uint32_t type = WF_FIELD_MAP;
  static constexpr uint32_t item_type = plain_field_type<T>();
};

inline constexpr size_t kMaxAllowed = 24;

}  // namespace detail

/// One key; a literal value built by wf::field() and refined by chaining.
template <typename Config, typename T>
struct FieldSpec {
  std::string_view key;
  T Config::*member;
  std::string_view help_text, example_text;
  uint32_t flags = 0;
  uint32_t kind = 0;  ///< overrides the type of strings and integers: path, column, ...
  double min = 0, max = 0;
  std::array<std::string_view, detail::kMaxAllowed> allowed{};
  size_t n_allowed = 0;

  /// The DAG must set it.
  [[nodiscard]] constexpr FieldSpec required() const {
    return with([](auto& f) { f.flags |= WF_FIELD_REQUIRED; });
  }
  [[nodiscard]] constexpr FieldSpec help(std::string_view text) const {
    return with([=](auto& f) { f.help_text = text; });
  }
  /// A value as written in TOML.
  [[nodiscard]] constexpr FieldSpec example(std::string_view text) const {
    return with([=](auto& f) { f.example_text = text; });
  }
  /// Both ends allowed. Numbers as they are, durations in microseconds, lists by length.
  [[nodiscard]] constexpr FieldSpec range(double lo, double hi) const {
    return with([=](auto& f) {
      f.min = lo;
      f.max = hi;
      f.flags |= WF_FIELD_HAS_MIN | WF_FIELD_HAS_MAX;
    });
  }
  [[nodiscard]] constexpr FieldSpec at_least(double lo) const {
    return with([=](auto& f) {
      f.min = lo;
      f.flags |= WF_FIELD_HAS_MIN;
    });
  }
  /// The only strings allowed (for lists: each item).
  template <typename... S>
  [[nodiscard]] constexpr FieldSpec one_of(S... names) const {
    static_assert(sizeof...(names) <= detail::kMaxAllowed);
    return with([=](auto& f) {
      f.allowed = {std::string_view(names)...};
      f.n_allowed = sizeof...(names);
    });
  }
  /// Redacted wherever it could be printed.
  [[nodiscard]] constexpr FieldSpec secret() const {
    return with([](auto& f) { f.flags |= WF_FIELD_SECRET; });
  }
  /// A file: relative to the DAG file in the DAG, absolute for the component. "-" stays.
  [[nodiscard]] constexpr FieldSpec path() const {
    return with([](auto& f) { f.kind = WF_FIELD_PATH; });
  }
  /// Names a column (for lists: each item) of the first input.
  [[nodiscard]] constexpr FieldSpec column() const {
    return with([](auto& f) { f.kind = WF_FIELD_COLUMN; });
  }
  /// Text in the expression language.
  [[nodiscard]] constexpr FieldSpec expression() const {
    return with([](auto& f) { f.kind = WF_FIELD_EXPRESSION; });
  }
  /// An int64_t in bytes, written as "64MiB".
  [[nodiscard]] constexpr FieldSpec size() const {
    return with([](auto& f) { f.kind = WF_FIELD_SIZE; });
  }

 private:
  template <typename F>
  constexpr FieldSpec with(F&& change) const {
    FieldSpec copy = *this;
    change(copy);
    return copy;
  }
};

template <typename Config, typename T>
constexpr FieldSpec<Config, T> field(std::string_view key, T Config::*member) {
  FieldSpec<Config, T> spec{};
  spec.key = key;
  spec.member = member;
  return spec;
}

template <typename... F>
constexpr std::tuple<F...> fields(F... specs) {
  return {specs...};
}

namespace detail {

/// Storage of descriptor data that must live as long as the process.
struct Arena {
  std::deque<wf_field_info> fields;
  std::deque<std::vector<const wf_field_info*>> field_lists;
  std::deque<std::vector<wf_str>> strings;
  std::deque<Value> values;
  std::deque<AbiValue> abi_values;
  std::deque<wf_port_info> ports;
  std::deque<std::vector<const wf_port_info*>> port_lists;
  std::deque<wf_column_info> columns;
  std::deque<std::vector<const wf_column_info*>> column_lists;
  std::deque<wf_descriptor> descriptors;
};

template <typename T>
Value to_value(const T& v) {
  if constexpr (is_optional<T>::value)
    return v ? to_value(*v) : Value();
  else if constexpr (is_map<T>::value) {
    Value::Table table;
    for (const auto& [k, item] : v) table.emplace_back(k, to_value(item));
    return Value(std::move(table));
  } else if constexpr (is_vector<T>::value) {
    Value::List list;
    for (const auto& item : v) list.push_back(to_value(item));
    return Value(std::move(list));
  } else if constexpr (std::is_same_v<T, Duration>)
    return Value(static_cast<int64_t>(v.count()));
  else if constexpr (std::is_same_v<T, int32_t>)
    return Value(static_cast<int64_t>(v));
  else if constexpr (HasFields<T>)
    return Value();
  else
    return Value(v);
}

template <typename Config, typename Fields>
const std::vector<const wf_field_info*>& field_infos(Arena& arena, const Fields& specs);

template <typename Config, typename T>
const wf_field_info* field_info(Arena& arena, const FieldSpec<Config, T>& spec,
                                const Config& defaults) {
  using Shape = field_shape<T>;
  wf_field_info info{};
  info.struct_size = sizeof(info);
  info.type = Shape::type;
  info.item_type = Shape::item_type;
  if (spec.kind) (Shape::item_type ? info.item_type : info.type) = spec.kind;
  info.flags = spec.flags;
  info.key = str(spec.key);
  info.help = str(spec.help_text);
  info.example = str(spec.example_text);
  info.min = spec.min;
  info.max = spec.max;
  info.default_value.type = WF_VALUE_NULL;
  if (!(spec.flags & WF_FIELD_REQUIRED)) {
    const Value& value = arena.values.emplace_back(to_value(defaults.*spec.member));
    info.default_value = arena.abi_values.emplace_back(value).get();
  }
  if (spec.n_allowed) {
    auto& allowed = arena.strings.emplace_back();
    for (size_t i = 0; i < spec.n_allowed; ++i) allowed.push_back(str(spec.allowed[i]));
    info.n_allowed = static_cast<uint32_t>(allowed.size());
    info.allowed = allowed.data();
  }
  using Item = typename Shape::item;
  if constexpr (HasFields<Item>) {
    const auto& members = field_infos<Item>(arena, Item::kFields);
    info.n_fields = static_cast<uint32_t>(members.size());
    info.fields = members.data();
  }
  return &arena.fields.emplace_back(info);
}

template <typename Config, typename Fields>
const std::vector<const wf_field_info*>& field_infos(Arena& arena, const Fields& specs) {
  const Config defaults{};
  std::vector<const wf_field_info*> infos;
  std::apply(
      [&](const auto&... spec) { (infos.push_back(field_info(arena, spec, defaults)), ...); },
      specs);
  return arena.field_lists.emplace_back(std::move(infos));
}

template <typename Config, typename Fields>
Status read_fields(const Fields& specs, const wf_config_item* items, uint32_t n, Config& out,
                   const std::string& prefix);

template <typename T>
Status read_value(const wf_value& v, T& out, const std::string& key) {
  const auto wrong = [&](std::string_view wanted) {
    return invalid_config("'" + key + "' must be " + std::string(wanted)).at({key, 0, 0, ""});
  };
  if constexpr (is_optional<T>::value) {
    if (v.type == WF_VALUE_NULL) return out.reset(), Status();
    return read_value(v, out.emplace(), key);
  } else if constexpr (std::is_same_v<T, Value>) {
    out = Value::from_abi(v);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (v.type != WF_VALUE_BOOL) return wrong("true or false");
    out = v.as.integer != 0;
  } else if constexpr (std::is_same_v<T, int32_t> || std::is_same_v<T, int64_t>) {
    if (v.type != WF_VALUE_INTEGER) return wrong("an integer");
    out = static_cast<T>(v.as.integer);
    if (out != v.as.integer) return wrong("an integer of 32 bits");
  } else if constexpr (std::is_same_v<T, double>) {
    if (v.type == WF_VALUE_INTEGER)
      out = static_cast<double>(v.as.integer);
    else if (v.type == WF_VALUE_FLOAT)
      out = v.as.number;
    else
      return wrong("a number");
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (v.type != WF_VALUE_STRING) return wrong("a string");
    out = view(v.as.string);
  } else if constexpr (std::is_same_v<T, Duration>) {
    if (v.type != WF_VALUE_INTEGER) return wrong("a duration");
    out = Duration(v.as.integer);
  } else if constexpr (is_map<T>::value) {
    if (v.type != WF_VALUE_TABLE) return wrong("a table");
    out.clear();
    for (uint32_t i = 0; i < v.count; ++i) {
      auto& [name, item] = out.emplace_back();
      name = view(v.as.table[i].key);
      WF_TRY(read_value(v.as.table[i].value, item, key + "." + name));
    }
  } else if constexpr (is_vector<T>::value) {
    if (v.type != WF_VALUE_LIST) return wrong("a list");
    out.clear();
    for (uint32_t i = 0; i < v.count; ++i)
      WF_TRY(read_value(v.as.list[i], out.emplace_back(), key + "[" + std::to_string(i) + "]"));
  } else {
    if (v.type != WF_VALUE_TABLE) return wrong("a table");
    return read_fields(T::kFields, v.as.table, v.count, out, key + ".");
  }
  return {};
}

template <typename Config, typename Fields>
Status read_fields(const Fields& specs, const wf_config_item* items, uint32_t n, Config& out,
                   const std::string& prefix) {
  Status status;
  const auto one = [&](const auto& spec) {
    for (uint32_t i = 0; i < n && status.ok(); ++i)
      if (view(items[i].key) == spec.key) {
        if (items[i].value.type != WF_VALUE_NULL)
          status = read_value(items[i].value, out.*spec.member, prefix + std::string(spec.key));
        return;
      }
    if (status.ok() && (spec.flags & WF_FIELD_REQUIRED))
      status = invalid_config("'" + prefix + std::string(spec.key) + "' is required");
  };
  std::apply([&](const auto&... spec) { (one(spec), ...); }, specs);
  return status;
}

}  // namespace detail
}  // namespace wf
