// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Data types, fields and schemas: what columns a batch has. Plain values, cheap to compare.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weirflow/nearest.hpp"
#include "weirflow/status.hpp"

namespace wf {

/// The physical types (see abi/arrow.h for their Arrow formats).
enum class Type : uint8_t {
  null = 1,      ///< `n`   no buffers
  boolean,       ///< `b`   bit-packed, least significant bit first
  int32,         ///< `i`
  int64,         ///< `l`
  float32,       ///< `f`
  float64,       ///< `g`
  utf8,          ///< `u`   int32 offsets
  binary,        ///< `z`   int32 offsets
  large_utf8,    ///< `U`   int64 offsets; accepted, never produced
  large_binary,  ///< `Z`   int64 offsets; accepted, never produced
  timestamp,     ///< `tsu:UTC` microseconds since 1970-01-01T00:00:00Z, int64
  list,          ///< `+l`  int32 offsets, one child
  structure,     ///< `+s`  children
};

/// Key-value pairs of a field or schema, in order, carried unchanged.
using Metadata = std::vector<std::pair<std::string, std::string>>;

struct Field;

/// A type with its parameters. A value; copies share the tree, which never changes, since each
/// array of each batch holds a type.
class DataType {
 public:
  DataType() = default;
  DataType(Type id) : id_(id) {}  // NOLINT: `wf::Type::int64` reads as a type
  static DataType list_of(DataType item);
  static DataType list_of(Field item);
  static DataType struct_of(std::vector<Field> fields);
  /// The sparse vector of design 02: list<struct<index: int32, value: float64>>. The extension
  /// name that marks it lives in the field's metadata, see sparse_field().
  static DataType sparse();

  [[nodiscard]] Type id() const { return id_; }
  /// Children: one for a list (named "item"), the members of a struct, else none.
  [[nodiscard]] const std::vector<Field>& children() const;
  /// "list<utf8>", "timestamp", "struct<index: int32, value: float64>".
  [[nodiscard]] std::string to_string() const;
  /// The same storage: ids, child names and child types; nullability and metadata are not compared.
  friend bool operator==(const DataType& a, const DataType& b);

 private:
  Type id_ = Type::null;
  std::shared_ptr<const std::vector<Field>> children_;  ///< null: none
};

/// A named, typed column or struct member.
struct Field {
  std::string name;
  DataType type;
  bool nullable = true;
  Metadata metadata = {};

  /// Value of a metadata key, or empty.
  [[nodiscard]] std::string_view meta(std::string_view key) const {
    for (const auto& [k, v] : metadata)
      if (k == key) return v;
    return {};
  }
  friend bool operator==(const Field& a, const Field& b) {
    return a.name == b.name && a.type == b.type;
  }
};

inline const std::vector<Field>& DataType::children() const {
  static const std::vector<Field> kNone;
  return children_ ? *children_ : kNone;
}

inline constexpr std::string_view kExtensionName = "ARROW:extension:name";
inline constexpr std::string_view kExtensionMetadata = "ARROW:extension:metadata";
inline constexpr std::string_view kSparseExtension = "weirflow.sparse";

/// A sparse-vector column. `size` is the vector's dimension, -1 while the state is not known; it
/// is ignored when schemas are compared.
inline Field sparse_field(std::string name, int64_t size = -1) {
  Field field{std::move(name), DataType::sparse(), false, {}};
  field.metadata.emplace_back(std::string(kExtensionName), std::string(kSparseExtension));
  field.metadata.emplace_back(
      std::string(kExtensionMetadata),
      size < 0 ? std::string(R"({"v":1})") : R"({"v":1,"size":)" + std::to_string(size) + "}");
  return field;
}

inline DataType DataType::list_of(Field item) {
  DataType type(Type::list);
  type.children_ = std::make_shared<const std::vector<Field>>(1, std::move(item));
  return type;
}
inline DataType DataType::list_of(DataType item) {
  return list_of(Field{"item", std::move(item), true, {}});
}
inline DataType DataType::struct_of(std::vector<Field> fields) {
  DataType type(Type::structure);
  type.children_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}
inline DataType DataType::sparse() {
  static const DataType type = list_of(Field{
      "item",
      struct_of({Field{"index", Type::int32, false, {}}, Field{"value", Type::float64, false, {}}}),
      false,
      {}});
  return type;
}
inline bool operator==(const DataType& a, const DataType& b) {
  if (a.id_ != b.id_) return false;
  if (a.children_ == b.children_) return true;
  const std::vector<Field>&left = a.children(), &right = b.children();
  // A list's item name carries no meaning; other producers call it "element" or "".
  const bool named = a.id_ == Type::structure;
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [named](const Field& l, const Field& r) {
                      return (!named || l.name == r.name) && l.type == r.type;
                    });
}

/// Name of a physical type as users write it in a DAG ("int64", "utf8", "timestamp").
constexpr std::string_view to_string(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "bool";
    case Type::int32:
      return "int32";
    case Type::int64:
      return "int64";
    case Type::float32:
      return "float32";
    case Type::float64:
      return "float64";
    case Type::utf8:
      return "utf8";
    case Type::binary:
      return "binary";
    case Type::large_utf8:
      return "large_utf8";
    case Type::large_binary:
      return "large_binary";
    case Type::timestamp:
      return "timestamp";
    case Type::list:
      return "list";
    case Type::structure:
      return "struct";
  }
  return "unknown";
}

inline std::string DataType::to_string() const {
  std::string text(wf::to_string(id_));
  if (children().empty()) return text;
  text += '<';
  for (const Field& child : children()) {
    if (&child != &children().front()) text += ", ";
    if (id_ == Type::structure) text += child.name + ": ";
    text += child.type.to_string();
  }
  return text + '>';
}

/// Reads the text form of a type: to_string()'s own output, and "string" for utf8, "double" for
/// float64, "float" for float32, "integer" for int64.
Result<DataType> parse_type(std::string_view text);

/// The columns of a batch, in order. Names are unique within a schema (checked by SchemaBuilder
/// and by import). Immutable once shared.
class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Field> fields, Metadata metadata = {})
      : fields_(std::move(fields)), metadata_(std::move(metadata)) {}
  Schema(std::initializer_list<Field> fields) : fields_(fields) {}

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  [[nodiscard]] const Field& field(int i) const { return fields_[static_cast<size_t>(i)]; }
  [[nodiscard]] int size() const { return static_cast<int>(fields_.size()); }
  [[nodiscard]] const Metadata& metadata() const { return metadata_; }
  /// Position of a column, or -1.
  [[nodiscard]] int index_of(std::string_view name) const {
    for (size_t i = 0; i < fields_.size(); ++i)
      if (fields_[i].name == name) return static_cast<int>(i);
    return -1;
  }
  /// The column, or invalid_config naming it, the columns that exist, and (as a hint) the nearest
  /// name. `key` is the configuration key that named it, for the caret; empty = none.
  [[nodiscard]] Result<int> require(std::string_view name, std::string_view key = {}) const;
  /// "id: int64, body: utf8".
  [[nodiscard]] std::string to_string() const {
    std::string text;
    for (const Field& f : fields_) {
      if (!text.empty()) text += ", ";
      text += f.name + ": " + f.type.to_string();
    }
    return text;
  }
  friend bool operator==(const Schema& a, const Schema& b) { return a.fields_ == b.fields_; }

 private:
  std::vector<Field> fields_;
  Metadata metadata_;
};

using SchemaPtr = std::shared_ptr<const Schema>;

/// What a component's bind() fills: starts as a copy of the input columns (or empty for a source),
/// then add, replace or remove. Refuses a duplicate name.
class SchemaBuilder {
 public:
  SchemaBuilder() = default;
  explicit SchemaBuilder(const Schema& start)
      : fields_(start.fields()), metadata_(start.metadata()) {}

  /// Appends a column; invalid_config when the name is taken.
  Status add(Field field) {
    for (const Field& f : fields_)
      if (f.name == field.name) return invalid_config("column '" + field.name + "' exists already");
    fields_.push_back(std::move(field));
    return {};
  }
  /// Replaces a column of that name in place, or appends it.
  void set(Field field) {
    for (Field& f : fields_)
      if (f.name == field.name) {
        f = std::move(field);
        return;
      }
    fields_.push_back(std::move(field));
  }
  void remove(std::string_view name) {
    std::erase_if(fields_, [&](const Field& f) { return f.name == name; });
  }
  void clear() { fields_.clear(); }
  /// The output columns are known only when the run starts (stdin, a template, a secret).
  void unknown_yet() { unknown_ = true; }
  [[nodiscard]] bool is_unknown() const { return unknown_; }
  [[nodiscard]] Schema finish() const { return Schema(fields_, metadata_); }

 private:
  std::vector<Field> fields_;
  Metadata metadata_;
  bool unknown_ = false;
};

inline Result<int> Schema::require(std::string_view name, std::string_view key) const {
  if (const int i = index_of(name); i >= 0) return i;
  std::vector<std::string> names;
  std::string list;
  for (const Field& f : fields_) {
    names.push_back(f.name);
    list += (list.empty() ? "" : ", ") + f.name;
  }
  return invalid_config("there is no column '" + std::string(name) + "'; the input has " +
                        (list.empty() ? "no columns" : list))
      .at({std::string(key), 0, 0, did_you_mean(name, names)});
}

namespace detail {
/// Recursive descent over the text form of a type; `at` advances past what was read.
inline Result<DataType> parse_type_at(std::string_view text, size_t& at, int depth) {
  const auto skip = [&] {
    while (at < text.size() && text[at] == ' ') ++at;
  };
  const auto word = [&] {
    skip();
    const size_t start = at;
    while (at < text.size() && text[at] != '<' && text[at] != '>' && text[at] != ',' &&
           text[at] != ':' && text[at] != ' ')
      ++at;
    return text.substr(start, at - start);
  };
  const auto eat = [&](char c) {
    skip();
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
  };
  if (depth > 16) return invalid_config("type is nested more than 16 deep");
  const std::string_view name = word();
  static constexpr std::pair<std::string_view, Type> kNames[] = {
      {"null", Type::null},          {"bool", Type::boolean},    {"int32", Type::int32},
      {"int64", Type::int64},        {"integer", Type::int64},   {"float32", Type::float32},
      {"float", Type::float32},      {"float64", Type::float64}, {"double", Type::float64},
      {"utf8", Type::utf8},          {"string", Type::utf8},     {"binary", Type::binary},
      {"timestamp", Type::timestamp}};
  for (const auto& [known, type] : kNames)
    if (name == known) return DataType(type);
  if (name == "list") {
    if (!eat('<')) return invalid_config("'list' needs its item type, as in list<utf8>");
    WF_ASSIGN(DataType item, parse_type_at(text, at, depth + 1));
    if (!eat('>')) return invalid_config("'>' is missing after the item type");
    return DataType::list_of(std::move(item));
  }
  if (name == "struct") {
    if (!eat('<')) return invalid_config("'struct' needs its members, as in struct<a: int64>");
    std::vector<Field> members;
    do {
      const std::string member(word());
      if (member.empty() || !eat(':')) return invalid_config("a struct member is `name: type`");
      WF_ASSIGN(DataType type, parse_type_at(text, at, depth + 1));
      members.push_back(Field{member, std::move(type), true, {}});
    } while (eat(','));
    if (!eat('>')) return invalid_config("'>' is missing after the members");
    return DataType::struct_of(std::move(members));
  }
  std::vector<std::string> names{"list", "struct"};
  for (const auto& known : kNames) names.emplace_back(known.first);
  const std::string hint = did_you_mean(name, names);
  return invalid_config("'" + std::string(name) + "' is no type" +
                        (hint.empty() ? "" : "; " + hint));
}
}  // namespace detail

inline Result<DataType> parse_type(std::string_view text) {
  size_t at = 0;
  WF_ASSIGN(DataType type, detail::parse_type_at(text, at, 0));
  while (at < text.size() && text[at] == ' ') ++at;
  if (at != text.size())
    return invalid_config("'" + std::string(text.substr(at)) + "' is left over after the type");
  return type;
}

}  // namespace wf
