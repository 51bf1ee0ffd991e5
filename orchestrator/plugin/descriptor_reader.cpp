// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/descriptor_reader.h"

#include <algorithm>
#include <set>

#include "core/text.h"
#include "plugin/field_reader.h"
#include "plugin/sized.h"
#include "weirflow/schema.hpp"

namespace weirflow::plugin {

namespace {

constexpr uint32_t kMaxPorts = 256;
constexpr uint32_t kMaxColumns = 256;
constexpr size_t kMaxText = size_t{1} << 20;

wf::Status check_type_text(const std::string& types) {
  std::string_view rest = types;
  while (!types.empty()) {
    const size_t bar = std::min(rest.find('|'), rest.size());
    const std::string_view one = rest.substr(0, bar);
    if (one != "sparse") WF_TRY(wf::parse_type(one).status());
    if (bar == rest.size()) break;
    rest.remove_prefix(bar + 1);
  }
  return {};
}

wf::Result<ColumnInfo> read_column(const wf_column_info* from) {
  WF_ASSIGN(const wf_column_info mine, copy_sized(from, sizeof(wf_column_info), "a column"));
  ColumnInfo column;
  WF_ASSIGN(column.name, read_text(mine.name, "a column's name"));
  WF_ASSIGN(column.from_key, read_text(mine.from_key, "a column's from_key"));
  WF_ASSIGN(column.type, read_text(mine.type, "a column's type"));
  WF_ASSIGN(column.summary, read_text(mine.summary, "a column's summary"));
  if (column.name.empty() == column.from_key.empty())
    return wf::invalid_data("a column needs either a name or a from_key");
  if (wf::Status s = check_type_text(column.type); !s.ok())
    return std::move(s).with_context("column `" + column.name + column.from_key + "`");
  return column;
}

wf::Status check_port_shape(const wf_port_info& mine, const PortInfo& port) {
  if (mine.flags & ~uint32_t{WF_PORT_OPTIONAL | WF_PORT_DYNAMIC})
    return wf::invalid_data("unknown flags " + std::to_string(mine.flags));
  if (port.dynamic != (port.name == "*"))
    return wf::invalid_data("a dynamic port, and no other, is named `*`");
  if (!port.dynamic && !is_identifier(port.name))
    return wf::invalid_data("the name does not match [a-z][a-z0-9_]*");
  const bool output = mine.direction == WF_PORT_OUTPUT;
  if (output && port.name == "errors")
    return wf::invalid_data("`errors` is the implicit output of every task");
  if (output && port.optional) return wf::invalid_data("only an input can be optional");
  if ((output && port.dynamic) == port.names_from.empty())
    return wf::invalid_data(output && port.dynamic ? "a dynamic output needs names_from"
                                                   : "names_from belongs to a dynamic output");
  return {};
}

wf::Result<PortInfo> read_port(const wf_port_info& mine) {
  PortInfo port;
  WF_ASSIGN(port.name, read_text(mine.name, "its name"));
  WF_ASSIGN(port.summary, read_text(mine.summary, "its summary"));
  WF_ASSIGN(port.names_from, read_text(mine.names_from, "its names_from"));
  port.optional = mine.flags & WF_PORT_OPTIONAL;
  port.dynamic = mine.flags & WF_PORT_DYNAMIC;
  WF_TRY(check_port_shape(mine, port));
  if (mine.n_columns > kMaxColumns) return wf::invalid_data("too many columns");
  if (mine.n_columns && !mine.columns) return wf::invalid_data("the list of columns is NULL");
  for (uint32_t i = 0; i < mine.n_columns; ++i) {
    WF_ASSIGN(ColumnInfo column, read_column(mine.columns[i]));
    port.columns.push_back(std::move(column));
  }
  return port;
}

wf::Status read_ports(const wf_descriptor& mine, ComponentInfo& component) {
  if (mine.n_ports > kMaxPorts)
    return wf::invalid_data("says it has " + std::to_string(mine.n_ports) + " ports, more than " +
                            std::to_string(kMaxPorts));
  if (mine.n_ports && !mine.ports) return wf::invalid_data("the list of ports is NULL");
  for (uint32_t i = 0; i < mine.n_ports; ++i) {
    const std::string place = "port " + std::to_string(i + 1);
    WF_ASSIGN(const wf_port_info from, copy_sized(mine.ports[i], sizeof(wf_port_info), place));
    if (from.direction != WF_PORT_INPUT && from.direction != WF_PORT_OUTPUT)
      return wf::invalid_data(place + ": unknown direction " + std::to_string(from.direction));
    const bool input = from.direction == WF_PORT_INPUT;
    auto& list = input ? component.inputs : component.outputs;
    const std::string side = input ? "input" : "output";
    wf::Result<PortInfo> port = read_port(from);
    if (!port.ok()) return std::move(port).status().with_context(place);
    if (!list.empty() && list.back().dynamic)
      return wf::invalid_data(side + " `" + port->name + "` stands behind the dynamic " + side +
                              ", which must be the last");
    for (const PortInfo& other : list)
      if (other.name == port->name)
        return wf::invalid_data(side + " `" + port->name + "` is there twice");
    list.push_back(std::move(*port));
  }
  return {};
}

const FieldInfo* find_field(const ComponentInfo& component, std::string_view key) {
  for (const FieldInfo& field : component.fields)
    if (field.key == key) return &field;
  return nullptr;
}

/// Port descriptions that point at configuration keys.
wf::Status check_references(const ComponentInfo& component) {
  for (const auto* list : {&component.inputs, &component.outputs})
    for (const PortInfo& port : *list) {
      if (!port.names_from.empty()) {
        const FieldInfo* field = find_field(component, port.names_from);
        const bool fits =
            field && (field->type == FieldType::map || field->type == FieldType::list ||
                      field->type == FieldType::table || field->type == FieldType::any);
        if (!fits)
          return wf::invalid_data("names_from of output `*` is `" + port.names_from +
                                  "`, which is no key that holds a list or table");
      }
      for (const ColumnInfo& column : port.columns)
        if (!column.from_key.empty() && !find_field(component, column.from_key))
          return wf::invalid_data("port `" + port.name + "` takes a column's name from `" +
                                  column.from_key + "`, which is no key");
    }
  return {};
}

wf::Status check_kind(const ComponentInfo& c) {
  const bool in = !c.inputs.empty(), out = !c.outputs.empty();
  const auto wrong = [&](const char* what) {
    return wf::invalid_data(std::string(what) + ", it is a " + std::string(to_string(c.kind)));
  };
  const bool rows_in = c.kind == Kind::transform || c.kind == Kind::estimator;
  if (in != (rows_in || c.kind == Kind::sink))
    return wrong(in ? "must have no input" : "must have an input");
  if (out != (rows_in || c.kind == Kind::source))
    return wrong(out ? "must have no output" : "must have an output");
  const std::pair<Kind, wf::Cardinality> own[] = {{Kind::source, wf::Cardinality::source},
                                                  {Kind::sink, wf::Cardinality::sink},
                                                  {Kind::action, wf::Cardinality::none}};
  for (const auto& [kind, cardinality] : own)
    if ((c.kind == kind) != (c.cardinality == cardinality))
      return wrong(
          ("cannot have cardinality `" + std::string(to_string(c.cardinality)) + "`").c_str());
  if (c.kind == Kind::sink ? c.replay < WF_REPLAY_EXACT || c.replay > WF_REPLAY_DUPLICATES
                           : c.replay != 0)
    return wrong(("cannot have replay " + std::to_string(c.replay)).c_str());
  return {};
}

wf::Status read_body(const wf_descriptor& mine, ComponentInfo& component) {
  if (mine.kind < WF_KIND_SOURCE || mine.kind > WF_KIND_ACTION)
    return wf::invalid_data("unknown kind " + std::to_string(mine.kind));
  if (mine.cardinality < WF_CARDINALITY_MAP || mine.cardinality > WF_CARDINALITY_NONE)
    return wf::invalid_data("unknown cardinality " + std::to_string(mine.cardinality));
  component.kind = static_cast<Kind>(mine.kind);
  component.cardinality = static_cast<wf::Cardinality>(mine.cardinality);
  component.abilities = mine.abilities;
  component.replay = mine.replay;
  WF_ASSIGN(component.version, read_text(mine.version, "its version"));
  WF_ASSIGN(component.summary, read_text(mine.summary, "its summary"));
  WF_ASSIGN(component.docs, read_text(mine.docs, "its docs"));
  if (!is_semantic_version(component.version))
    return wf::invalid_data("version `" + component.version + "` is no semantic version (1.2.3)");
  WF_TRY(read_ports(mine, component));
  WF_TRY(read_fields(mine.fields, mine.n_fields, "", 0, component.fields));
  WF_TRY(check_references(component));
  return check_kind(component);
}

}  // namespace

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 100 || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_semantic_version(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t i = 0;
  for (int part = 0; part < 3; ++part) {
    const size_t start = i;
    while (i < text.size() && digit(text[i])) ++i;
    if (i == start || (text[start] == '0' && i - start > 1)) return false;
    if (part < 2 && (i >= text.size() || text[i++] != '.')) return false;
  }
  if (i == text.size()) return true;
  if (text[i] != '-' && text[i] != '+') return false;
  return i + 1 < text.size() &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 1, text.end(), [&](char c) {
           return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '.' || c == '+';
         });
}

wf::Result<std::string> read_text(wf_str text, std::string_view what) {
  if (!text.data && text.length)
    return wf::invalid_data(std::string(what) + " is NULL with length " +
                            std::to_string(text.length));
  if (text.length > kMaxText)
    return wf::invalid_data(std::string(what) + " says it has " + std::to_string(text.length) +
                            " bytes, more than " + std::to_string(kMaxText));
  std::string copy(wf::view(text));
  if (find_invalid_utf8(copy) != std::string_view::npos)
    return wf::invalid_data(std::string(what) + " is not UTF-8");
  return copy;
}

wf::Result<ComponentInfo> read_descriptor(const wf_descriptor* from) {
  WF_ASSIGN(const wf_descriptor mine, copy_sized(from, sizeof(wf_descriptor), "the descriptor"));
  ComponentInfo component;
  WF_ASSIGN(component.id, read_text(mine.id, "its id"));
  const size_t dot = component.id.find('.');
  if (dot == std::string::npos || !is_identifier(component.id.substr(0, dot)) ||
      !is_identifier(component.id.substr(dot + 1)))
    return wf::invalid_data("id `" + component.id +
                            "` is not `library.name`, each part [a-z][a-z0-9_]*");
  if (wf::Status s = read_body(mine, component); !s.ok())
    return std::move(s).with_context("component `" + component.id + "`");
  return component;
}

}  // namespace weirflow::plugin
