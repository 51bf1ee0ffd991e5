// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/manifest.h"

#include <algorithm>
#include <utility>

#include "core/digest.h"
#include "model/json.h"

namespace weirflow::model {

using wf::Value;

namespace {

constexpr int64_t kFormat = 1;

Value columns_value(const std::vector<Column>& columns) {
  Value::List list;
  for (const Column& c : columns) {
    Value::Table entry{{"name", c.name}, {"type", c.type}, {"nullable", c.nullable}};
    if (!c.extension.empty()) entry.emplace_back("extension", c.extension);
    list.emplace_back(std::move(entry));
  }
  return Value(std::move(list));
}

std::vector<Column> columns_from(const Value* list) {
  std::vector<Column> columns;
  if (!list || !list->list()) return columns;
  for (const Value& entry : *list->list()) {
    const Value* nullable = entry.find("nullable");
    columns.push_back({text_at(entry, "name"), text_at(entry, "type"),
                       nullable && nullable->boolean() && *nullable->boolean(),
                       text_at(entry, "extension")});
  }
  return columns;
}

Value::Table identity_table(const Manifest& m) {
  Value::List states;
  for (const StateEntry& s : m.states)
    states.emplace_back(Value::Table{{"member", s.member},
                                     {"component", s.component},
                                     {"component_version", s.component_version},
                                     {"size", s.size},
                                     {"sha256", s.sha256}});
  return {{"format", kFormat},
          {"group", m.group_text},
          {"states", std::move(states)},
          {"input", columns_value(m.input)},
          {"output", columns_value(m.output)},
          {"training_data", m.training_data}};
}

Manifest manifest_from(const Value& value) {
  Manifest m;
  m.id = text_at(value, "id");
  m.name = text_at(value, "name");
  m.created_us = integer_at(value, "created_us");
  m.training_rows = integer_at(value, "training_rows");
  m.group_text = text_at(value, "group");
  m.training_data = text_at(value, "training_data");
  m.input = columns_from(value.find("input"));
  m.output = columns_from(value.find("output"));
  if (const Value* states = value.find("states"); states && states->list())
    for (const Value& s : *states->list())
      m.states.push_back({text_at(s, "member"), text_at(s, "component"),
                          text_at(s, "component_version"), text_at(s, "sha256"),
                          integer_at(s, "size")});
  return m;
}

}  // namespace

std::vector<Column> columns_of(const wf::Schema& schema) {
  std::vector<Column> columns;
  for (const wf::Field& f : schema.fields())
    columns.push_back(
        {f.name, f.type.to_string(), f.nullable, std::string(f.meta(wf::kExtensionName))});
  return columns;
}

std::string identity_of(const Manifest& manifest) {
  return sha256_hex(to_json(Value(identity_table(manifest))));
}

std::string encode_manifest(const Manifest& m) {
  Value::Table table{{"id", m.id},
                     {"name", m.name},
                     {"created_us", m.created_us},
                     {"training_rows", m.training_rows}};
  for (auto& item : identity_table(m)) table.push_back(std::move(item));
  std::string check = sha256_hex(to_json(Value(table)));
  table.emplace_back("check", std::move(check));
  return to_pretty_json(Value(std::move(table)));
}

wf::Result<Manifest> decode_manifest(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed.ok()) return std::move(parsed).status().with_context("the manifest is damaged");
  if (const int64_t format = integer_at(*parsed, "format"); format > kFormat)
    return wf::invalid_data("the manifest has format " + std::to_string(format) +
                            "; this Weirflow reads up to " + std::to_string(kFormat));
  Manifest manifest = manifest_from(*parsed);
  // One text per manifest: whatever differs from it, blanks included, is damage.
  if (encode_manifest(manifest) != text) return wf::invalid_data("the manifest is damaged");
  if (identity_of(manifest) != manifest.id)
    return wf::invalid_data("the manifest's id does not follow from its content");
  for (const StateEntry& s : manifest.states)
    if (!is_member_name(s.member) || s.size < 0)
      return wf::invalid_data("the manifest has no valid state of `" + s.member + "`");
  return manifest;
}

bool is_member_name(std::string_view member) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !member.empty() && member[0] >= 'a' && member[0] <= 'z' &&
         std::all_of(member.begin(), member.end(), allowed);
}

}  // namespace weirflow::model
