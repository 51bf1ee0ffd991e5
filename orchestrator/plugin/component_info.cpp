// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/component_info.h"

namespace weirflow::plugin {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::source:
      return "source";
    case Kind::transform:
      return "transform";
    case Kind::estimator:
      return "estimator";
    case Kind::sink:
      return "sink";
    case Kind::action:
      return "action";
  }
  return "unknown";
}

std::string_view to_string(wf::Cardinality cardinality) {
  switch (cardinality) {
    case wf::Cardinality::map:
      return "map";
    case wf::Cardinality::filter:
      return "filter";
    case wf::Cardinality::route:
      return "route";
    case wf::Cardinality::expand:
      return "expand";
    case wf::Cardinality::regroup:
      return "regroup";
    case wf::Cardinality::sink:
      return "sink";
    case wf::Cardinality::source:
      return "source";
    case wf::Cardinality::none:
      return "none";
  }
  return "unknown";
}

std::string_view to_string(FieldType type) {
  switch (type) {
    case FieldType::none:
      return "none";
    case FieldType::boolean:
      return "bool";
    case FieldType::integer:
      return "integer";
    case FieldType::number:
      return "float";
    case FieldType::string:
      return "string";
    case FieldType::path:
      return "path";
    case FieldType::column:
      return "column";
    case FieldType::expression:
      return "expression";
    case FieldType::duration:
      return "duration";
    case FieldType::size:
      return "size";
    case FieldType::list:
      return "list";
    case FieldType::table:
      return "table";
    case FieldType::map:
      return "map";
    case FieldType::any:
      return "any";
  }
  return "unknown";
}

}  // namespace weirflow::plugin
