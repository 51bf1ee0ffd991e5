// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A value as written in a DAG file, with its place: TOML's types, and strings with templates taken
/// apart. Values are trees; members of a table keep the order of the file.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dag/source.h"

namespace weirflow::dag {

/// What `{{ ... }}` names.
struct Reference {
  enum class Kind : uint8_t {
    param,    ///< {{ params.NAME }}: resolved when the file is read
    version,  ///< {{ tasks.NAME.version }}: model version of a fit, when the region starts
    result,   ///< {{ tasks.NAME.result }} or .result.KEY...: when the region starts
    secret,   ///< {{ secret.NAME }}: only in the worker, never stored or printed
  };
  Kind kind = Kind::param;
  std::string name;               ///< of the param, task (full name once expanded) or secret
  std::vector<std::string> keys;  ///< path behind `result`
  SourceRange range;              ///< from the first brace to the last

  /// "{{ tasks.model.version }}"
  [[nodiscard]] std::string text() const;
};

/// A string with references: literal text and references in turn. At least one reference.
struct Template {
  using Segment = std::variant<std::string, Reference>;
  std::vector<Segment> segments;
  /// One reference and nothing else: its value keeps its type.
  [[nodiscard]] bool whole() const { return segments.size() == 1; }
  [[nodiscard]] const Reference& reference() const { return std::get<Reference>(segments[0]); }
  /// As it would be written in a file.
  [[nodiscard]] std::string text() const;
};

struct Member;

struct Value {
  using List = std::vector<Value>;
  using Table = std::vector<Member>;

  /// monostate is null: no TOML value, but what an unset parameter gives. TOML dates and times are
  /// strings, as written.
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Table, Template> data;
  SourceRange range;      ///< where it is written; strings with their quotes
  FileId base = kNoFile;  ///< file whose folder a relative path in it is relative to
  bool is_path = false;   ///< came from a param of type path

  [[nodiscard]] bool is_null() const { return data.index() == 0; }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data); }
  [[nodiscard]] const int64_t* integer() const { return std::get_if<int64_t>(&data); }
  [[nodiscard]] const double* floating() const { return std::get_if<double>(&data); }
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&data); }
  [[nodiscard]] List* list() { return std::get_if<List>(&data); }
  [[nodiscard]] const Table* table() const { return std::get_if<Table>(&data); }
  [[nodiscard]] Table* table() { return std::get_if<Table>(&data); }
  [[nodiscard]] const Template* templated() const { return std::get_if<Template>(&data); }
  [[nodiscard]] Template* templated() { return std::get_if<Template>(&data); }

  /// The member of a table, or nullptr (also when this is no table).
  [[nodiscard]] const Member* find(std::string_view key) const;

  /// "a string", "an integer", "a float", "a boolean", "a list", "a table", "nothing".
  [[nodiscard]] std::string_view kind() const;
};

struct Member {
  std::string key;
  SourceRange key_range;
  Value value;
};

/// The value as TOML on one line; tables with sorted keys, templates as written, null as `null`
/// (which TOML has not: it never is in a file). Equal values give equal text.
std::string to_toml(const Value& value);

/// Every reference in the value and below, in order.
void for_each_reference(const Value& value, const std::function<void(const Reference&)>& visit);

/// A basic TOML string with its quotes.
std::string toml_string(std::string_view text);

/// `text` made absolute: "-", absolute paths and "scheme://..." stay; others are joined to `folder`
/// and normalised without looking at the disk.
std::string resolve_path(std::string_view text, std::string_view folder);

}  // namespace weirflow::dag
