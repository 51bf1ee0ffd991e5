// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The members of LibraryInfo and what is in it, once, for every form that it is stored in. An
/// archive is called with a name and a member for each.

#include "plugin/component_info.h"

namespace weirflow::plugin {

template <typename Archive>
void fields(Archive& ar, ColumnInfo& v) {
  ar("name", v.name);
  ar("from_key", v.from_key);
  ar("type", v.type);
  ar("summary", v.summary);
}

template <typename Archive>
void fields(Archive& ar, PortInfo& v) {
  ar("name", v.name);
  ar("summary", v.summary);
  ar("optional", v.optional);
  ar("dynamic", v.dynamic);
  ar("names_from", v.names_from);
  ar("columns", v.columns);
}

template <typename Archive>
void fields(Archive& ar, FieldInfo& v) {
  ar("key", v.key);
  ar("type", v.type);
  ar("item_type", v.item_type);
  ar("required", v.required);
  ar("secret", v.secret);
  ar("min", v.min);
  ar("max", v.max);
  ar("allowed", v.allowed);
  ar("fields", v.fields);
  ar("default", v.default_value);
  ar("help", v.help);
  ar("example", v.example);
}

template <typename Archive>
void fields(Archive& ar, ComponentInfo& v) {
  ar("id", v.id);
  ar("version", v.version);
  ar("kind", v.kind);
  ar("cardinality", v.cardinality);
  ar("abilities", v.abilities);
  ar("replay", v.replay);
  ar("summary", v.summary);
  ar("docs", v.docs);
  ar("inputs", v.inputs);
  ar("outputs", v.outputs);
  ar("fields", v.fields);
}

template <typename Archive>
void fields(Archive& ar, LibraryInfo& v) {
  ar("path", v.path);
  ar("name", v.name);
  ar("version", v.version);
  ar("license", v.license);
  ar("sdk", v.sdk);
  ar("abi_major", v.abi_major);
  ar("abi_minor", v.abi_minor);
  ar("min_host_minor", v.min_host_minor);
  ar("components", v.components);
}

}  // namespace weirflow::plugin
