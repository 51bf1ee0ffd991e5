// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the host knows of a component without loading its library: the descriptor of
/// weirflow/abi/descriptor.h as owned values. Made by the inspection child (see inspect.h), kept in
/// the plugin cache, and read by dag (checks), cli (`plugins info`, documentation) and engine.
///
/// Values: copy and share freely.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weirflow/abi/descriptor.h"
#include "weirflow/descriptor.hpp"
#include "weirflow/value.hpp"

namespace weirflow::plugin {

enum class Kind : uint32_t {
  source = WF_KIND_SOURCE,
  transform = WF_KIND_TRANSFORM,
  estimator = WF_KIND_ESTIMATOR,
  sink = WF_KIND_SINK,
  action = WF_KIND_ACTION,
};
std::string_view to_string(Kind kind);
std::string_view to_string(wf::Cardinality cardinality);

/// A column that a port requires or adds.
struct ColumnInfo {
  std::string name;      ///< literal, or empty when from_key names it
  std::string from_key;  ///< configuration key whose value is the column's name
  std::string type;      ///< "utf8", "int64|float64", empty = any
  std::string summary;
};

struct PortInfo {
  std::string name;  ///< "*" when dynamic
  std::string summary;
  bool optional = false;
  bool dynamic = false;
  std::string names_from;  ///< dynamic outputs: the configuration key that names them
  std::vector<ColumnInfo> columns;
};

/// Type of a configuration key, WF_FIELD_*.
enum class FieldType : uint32_t {
  none = 0,
  boolean = WF_FIELD_BOOL,
  integer = WF_FIELD_INTEGER,
  number = WF_FIELD_FLOAT,
  string = WF_FIELD_STRING,
  path = WF_FIELD_PATH,
  column = WF_FIELD_COLUMN,
  expression = WF_FIELD_EXPRESSION,
  duration = WF_FIELD_DURATION,
  size = WF_FIELD_SIZE,
  list = WF_FIELD_LIST,
  table = WF_FIELD_TABLE,
  map = WF_FIELD_MAP,
  any = WF_FIELD_ANY,
};
std::string_view to_string(FieldType type);

struct FieldInfo {
  std::string key;
  FieldType type = FieldType::any;
  FieldType item_type = FieldType::none;  ///< of lists and maps
  bool required = false;
  bool secret = false;
  std::optional<double> min, max;
  std::vector<std::string> allowed;
  std::vector<FieldInfo> fields;  ///< members of a table, or of the tables in a list or map
  wf::Value default_value;        ///< null: none
  std::string help, example;
};

struct ComponentInfo {
  std::string id;  ///< "library.name"
  std::string version;
  Kind kind = Kind::transform;
  wf::Cardinality cardinality = wf::Cardinality::map;
  uint32_t abilities = 0;  ///< WF_ABILITY_*
  uint32_t replay = 0;     ///< WF_REPLAY_* of sinks
  std::string summary, docs;
  std::vector<PortInfo> inputs, outputs;  ///< in index order; `errors` is implicit
  std::vector<FieldInfo> fields;

  [[nodiscard]] bool can(uint32_t ability) const { return (abilities & ability) != 0; }
};

/// A library as inspected.
struct LibraryInfo {
  std::string path;  ///< absolute
  std::string name, version, license, sdk;
  uint32_t abi_major = 0, abi_minor = 0, min_host_minor = 0;
  std::vector<ComponentInfo> components;
};

}  // namespace weirflow::plugin
