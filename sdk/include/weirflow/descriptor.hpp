// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Builders of a component's description; all are literal types, so that a class can hold them as
/// `static constexpr auto kInfo` and `kPorts`.

#include <array>
#include <string_view>
#include <tuple>

#include "weirflow/config.hpp"

namespace wf {

/// See abi/descriptor.h for what each demands of the counters.
enum class Cardinality : uint32_t {
  map = WF_CARDINALITY_MAP,
  filter = WF_CARDINALITY_FILTER,
  route = WF_CARDINALITY_ROUTE,
  expand = WF_CARDINALITY_EXPAND,
  regroup = WF_CARDINALITY_REGROUP,
  sink = WF_CARDINALITY_SINK,
  source = WF_CARDINALITY_SOURCE,
  none = WF_CARDINALITY_NONE,
};

/// What a repeated attempt does to rows that a sink has already taken.
enum class Replay : uint32_t {
  exact = WF_REPLAY_EXACT,
  overwrites = WF_REPLAY_OVERWRITES,
  duplicates = WF_REPLAY_DUPLICATES,
};

/// Identity and abilities; made by wf::component("library.name").
struct ComponentInfo {
  std::string_view id, version_text = "0.0.0", summary_text, docs_text;
  uint32_t cardinality_value = 0;  ///< 0: by kind (source, sink, none), map for the others
  uint32_t abilities = WF_ABILITY_DETERMINISTIC;
  uint32_t replay_value = WF_REPLAY_DUPLICATES;

  [[nodiscard]] constexpr ComponentInfo version(std::string_view v) const {
    auto c = *this;
    c.version_text = v;
    return c;
  }
  [[nodiscard]] constexpr ComponentInfo summary(std::string_view v) const {
    auto c = *this;
    c.summary_text = v;
    return c;
  }
  /// Longer text, Markdown.
  [[nodiscard]] constexpr ComponentInfo docs(std::string_view v) const {
    auto c = *this;
    c.docs_text = v;
    return c;
  }
  [[nodiscard]] constexpr ComponentInfo cardinality(Cardinality v) const {
    auto c = *this;
    c.cardinality_value = static_cast<uint32_t>(v);
    return c;
  }
  [[nodiscard]] constexpr ComponentInfo replay(Replay v) const {
    auto c = *this;
    c.replay_value = static_cast<uint32_t>(v);
    return c;
  }
  /// Answers depend on rows seen before.
  [[nodiscard]] constexpr ComponentInfo stateful() const { return able(WF_ABILITY_STATEFUL); }
  /// Several instances may share the rows of one task: process() depends on its batch alone.
  [[nodiscard]] constexpr ComponentInfo concurrent() const { return able(WF_ABILITY_CONCURRENT); }
  /// Waits for I/O: gets a thread of its own.
  [[nodiscard]] constexpr ComponentInfo blocking() const { return able(WF_ABILITY_BLOCKING); }
  /// bind() may read the head of its input.
  [[nodiscard]] constexpr ComponentInfo infers_schema() const {
    return able(WF_ABILITY_INFERS_SCHEMA);
  }
  [[nodiscard]] constexpr ComponentInfo writes_files() const { return able(WF_ABILITY_FILE_WRITE); }
  [[nodiscard]] constexpr ComponentInfo runs_programs() const { return able(WF_ABILITY_EXEC); }
  [[nodiscard]] constexpr ComponentInfo uses_network() const { return able(WF_ABILITY_NET); }
  [[nodiscard]] constexpr ComponentInfo emits_watermarks() const {
    return able(WF_ABILITY_WATERMARKS);
  }
  [[nodiscard]] constexpr ComponentInfo nondeterministic() const {
    auto c = *this;
    c.abilities &= ~WF_ABILITY_DETERMINISTIC;
    return c;
  }

 private:
  [[nodiscard]] constexpr ComponentInfo able(uint32_t bit) const {
    auto c = *this;
    c.abilities |= bit;
    return c;
  }
};

constexpr ComponentInfo component(std::string_view id) {
  ComponentInfo info{};
  info.id = id;
  return info;
}

/// A column that a port requires (inputs) or adds (outputs).
struct ColumnInfo {
  std::string_view name, from_key, type, summary;
};

/// A port; made by wf::input(), wf::output(), wf::inputs_named(), wf::outputs_named().
struct PortInfo {
  std::string_view name, summary_text, names_from;
  uint32_t direction = 0, flags = 0;
  std::array<ColumnInfo, 16> columns{};
  size_t n_columns = 0;

  [[nodiscard]] constexpr PortInfo summary(std::string_view v) const {
    auto p = *this;
    p.summary_text = v;
    return p;
  }
  [[nodiscard]] constexpr PortInfo optional() const {
    auto p = *this;
    p.flags |= WF_PORT_OPTIONAL;
    return p;
  }
  /// Requires (input) or adds (output) the column `name` of type `type` ("int64|float64", "" any).
  [[nodiscard]] constexpr PortInfo column(std::string_view column_name, std::string_view type,
                                          std::string_view about = "") const {
    auto p = *this;
    p.columns[p.n_columns++] = {column_name, "", type, about};
    return p;
  }
  /// As column(), the name being the value of the configuration key `key`.
  [[nodiscard]] constexpr PortInfo column_from(std::string_view key, std::string_view type,
                                               std::string_view about = "") const {
    auto p = *this;
    p.columns[p.n_columns++] = {"", key, type, about};
    return p;
  }
};

constexpr PortInfo input(std::string_view name) {
  PortInfo p{};
  p.name = name;
  p.direction = WF_PORT_INPUT;
  return p;
}
constexpr PortInfo output(std::string_view name) {
  PortInfo p{};
  p.name = name;
  p.direction = WF_PORT_OUTPUT;
  return p;
}
/// As many inputs as the task's `from` table names.
constexpr PortInfo inputs_named() {
  PortInfo p = input("*");
  p.flags = WF_PORT_DYNAMIC;
  return p;
}
/// As many outputs as the configuration key `key` (a table or a list of strings) names.
constexpr PortInfo outputs_named(std::string_view key) {
  PortInfo p = output("*");
  p.flags = WF_PORT_DYNAMIC;
  p.names_from = key;
  return p;
}
template <typename... P>
constexpr std::array<PortInfo, sizeof...(P)> ports(P... list) {
  return {list...};
}

namespace detail {

inline const wf_port_info* port_info(Arena& arena, const PortInfo& p) {
  auto& columns = arena.column_lists.emplace_back();
  for (size_t i = 0; i < p.n_columns; ++i) {
    const ColumnInfo& c = p.columns[i];
    wf_column_info info{};
    info.struct_size = sizeof(info);
    info.name = str(c.name);
    info.from_key = str(c.from_key);
    info.type = str(c.type);
    info.summary = str(c.summary);
    columns.push_back(&arena.columns.emplace_back(info));
  }
  wf_port_info info{};
  info.struct_size = sizeof(info);
  info.direction = p.direction;
  info.flags = p.flags;
  info.n_columns = static_cast<uint32_t>(columns.size());
  info.columns = columns.data();
  info.name = str(p.name);
  info.summary = str(p.summary_text);
  info.names_from = str(p.names_from);
  return &arena.ports.emplace_back(info);
}

/// The descriptor of component class T (kInfo; optional kConfig, kPorts), in static storage.
template <typename T>
const wf_descriptor* describe() {
  static Arena arena;
  static const wf_descriptor* made = [] {
    wf_descriptor d{};
    d.struct_size = sizeof(d);
    d.kind = T::kKind;
    d.abilities = T::kInfo.abilities;
    d.cardinality = T::kInfo.cardinality_value   ? T::kInfo.cardinality_value
                    : T::kKind == WF_KIND_SOURCE ? WF_CARDINALITY_SOURCE
                    : T::kKind == WF_KIND_SINK   ? WF_CARDINALITY_SINK
                    : T::kKind == WF_KIND_ACTION ? WF_CARDINALITY_NONE
                                                 : WF_CARDINALITY_MAP;
    d.replay = T::kKind == WF_KIND_SINK ? T::kInfo.replay_value : 0;
    d.id = str(T::kInfo.id);
    d.version = str(T::kInfo.version_text);
    d.summary = str(T::kInfo.summary_text);
    d.docs = str(T::kInfo.docs_text);
    if constexpr (requires { T::kConfig; }) {
      const auto& infos = field_infos<typename T::ConfigType>(arena, T::kConfig);
      d.n_fields = static_cast<uint32_t>(infos.size());
      d.fields = infos.data();
    }
    auto& list = arena.port_lists.emplace_back();
    if constexpr (requires { T::kPorts; }) {
      for (const PortInfo& p : T::kPorts) list.push_back(port_info(arena, p));
    } else {
      constexpr bool takes = T::kKind != WF_KIND_SOURCE && T::kKind != WF_KIND_ACTION;
      constexpr bool gives = T::kKind != WF_KIND_SINK && T::kKind != WF_KIND_ACTION;
      if (takes) list.push_back(port_info(arena, input("in")));
      if (gives) list.push_back(port_info(arena, output("out")));
    }
    d.n_ports = static_cast<uint32_t>(list.size());
    d.ports = list.data();
    return &arena.descriptors.emplace_back(d);
  }();
  return made;
}

}  // namespace detail
}  // namespace wf
