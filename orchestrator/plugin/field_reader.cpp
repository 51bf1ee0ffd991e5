// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/field_reader.h"

#include <algorithm>
#include <cmath>

#include "plugin/descriptor_reader.h"
#include "plugin/sized.h"

namespace weirflow::plugin {

namespace {

constexpr uint32_t kMaxFields = 1000;
constexpr uint32_t kMaxAllowed = 10'000;
constexpr int kMaxDepth = 8;

bool is_text(FieldType type) {
  return type == FieldType::string || type == FieldType::path || type == FieldType::column ||
         type == FieldType::expression;
}
bool is_container(FieldType type) { return type == FieldType::list || type == FieldType::map; }

/// Why `value` cannot stand for a key of this type, or empty.
std::string mismatch(const FieldInfo& field, FieldType type, const wf::Value& value) {
  const auto wanted = [&](const char* kind) {
    return "is a " + std::string(value.type_name()) + ", not " + kind;
  };
  double number = 0;
  switch (type) {
    case FieldType::boolean:
      return value.boolean() ? "" : wanted("a bool");
    case FieldType::integer:
    case FieldType::duration:
    case FieldType::size:
      return value.integer() ? "" : wanted("an integer");
    case FieldType::number:
      return value.as_double(number) ? "" : wanted("a float");
    case FieldType::string:
    case FieldType::path:
    case FieldType::column:
    case FieldType::expression:
      return value.string() ? "" : wanted("a string");
    case FieldType::list:
      if (!value.list()) return wanted("a list");
      for (const wf::Value& item : *value.list())
        if (std::string why = mismatch(field, field.item_type, item); !why.empty())
          return "has an item that " + why;
      return "";
    case FieldType::map:
      if (!value.table()) return wanted("a table");
      for (const auto& [key, item] : *value.table())
        if (std::string why = mismatch(field, field.item_type, item); !why.empty())
          return "has a member `" + key + "` that " + why;
      return "";
    case FieldType::table:
      return value.table() ? "" : wanted("a table");
    case FieldType::any:
    case FieldType::none:
      return "";
  }
  return "";
}

wf::Status check_default(const FieldInfo& field) {
  if (field.default_value.is_null()) return {};
  if (field.required) return wf::invalid_data("is required and has a default");
  if (std::string why = mismatch(field, field.type, field.default_value); !why.empty())
    return wf::invalid_data("its default " + why);
  double number = 0;
  const bool has_number = field.default_value.as_double(number);
  if (has_number && ((field.min && number < *field.min) || (field.max && number > *field.max)))
    return wf::invalid_data("its default is out of its range");
  // An empty string is how a component says "none" for a key that is not std::optional.
  const std::string* text = field.default_value.string();
  if (text && !text->empty() && !field.allowed.empty() &&
      std::find(field.allowed.begin(), field.allowed.end(), *text) == field.allowed.end())
    return wf::invalid_data("its default `" + *text + "` is none of the allowed values");
  return {};
}

wf::Status check_types(const wf_field_info& mine) {
  if (mine.type < WF_FIELD_BOOL || mine.type > WF_FIELD_ANY)
    return wf::invalid_data("unknown type " + std::to_string(mine.type));
  const bool container = is_container(static_cast<FieldType>(mine.type));
  if (!container && mine.item_type != 0)
    return wf::invalid_data("has an item type but is no list or map");
  const bool known = mine.item_type >= WF_FIELD_BOOL && mine.item_type <= WF_FIELD_ANY &&
                     !is_container(static_cast<FieldType>(mine.item_type));
  if (container && !known)
    return wf::invalid_data("unknown item type " + std::to_string(mine.item_type));
  constexpr uint32_t known_flags =
      WF_FIELD_REQUIRED | WF_FIELD_SECRET | WF_FIELD_HAS_MIN | WF_FIELD_HAS_MAX;
  if (mine.flags & ~known_flags)
    return wf::invalid_data("unknown flags " + std::to_string(mine.flags));
  return {};
}

/// Depth and nulls of a default must be known before wf::Value copies it.
wf::Status check_value(const wf_value& value, int depth) {
  if (depth > kMaxDepth) return wf::invalid_data("its default is nested too deep");
  if (value.type < WF_VALUE_NULL || value.type > WF_VALUE_TABLE)
    return wf::invalid_data("its default has the unknown type " + std::to_string(value.type));
  if (value.type == WF_VALUE_STRING) return read_text(value.as.string, "its default").status();
  const bool nested = value.type == WF_VALUE_LIST || value.type == WF_VALUE_TABLE;
  if (!nested) return {};
  if (value.count > 100'000) return wf::invalid_data("its default has too many items");
  if (value.count && !value.as.list) return wf::invalid_data("its default has items that are NULL");
  for (uint32_t i = 0; i < value.count; ++i) {
    if (value.type == WF_VALUE_TABLE)
      WF_TRY(read_text(value.as.table[i].key, "a key of its default").status());
    WF_TRY(check_value(value.type == WF_VALUE_LIST ? value.as.list[i] : value.as.table[i].value,
                       depth + 1));
  }
  return {};
}

wf::Status read_limits(const wf_field_info& mine, FieldInfo& field) {
  if (mine.flags & WF_FIELD_HAS_MIN) field.min = mine.min;
  if (mine.flags & WF_FIELD_HAS_MAX) field.max = mine.max;
  if ((field.min && std::isnan(*field.min)) || (field.max && std::isnan(*field.max)) ||
      (field.min && field.max && *field.min > *field.max))
    return wf::invalid_data("its range is empty");
  if (mine.n_allowed > kMaxAllowed) return wf::invalid_data("too many allowed values");
  if (mine.n_allowed && !mine.allowed) return wf::invalid_data("the allowed values are NULL");
  for (uint32_t i = 0; i < mine.n_allowed; ++i) {
    WF_ASSIGN(std::string one, read_text(mine.allowed[i], "an allowed value"));
    field.allowed.push_back(std::move(one));
  }
  const FieldType leaf = is_container(field.type) ? field.item_type : field.type;
  if (!field.allowed.empty() && !is_text(leaf))
    return wf::invalid_data("has allowed values but holds no text");
  return {};
}

wf::Status read_field(const wf_field_info& mine, const std::string& prefix, int depth,
                      FieldInfo& field) {
  WF_TRY(check_types(mine));
  field.type = static_cast<FieldType>(mine.type);
  field.item_type = static_cast<FieldType>(mine.item_type);
  field.required = mine.flags & WF_FIELD_REQUIRED;
  field.secret = mine.flags & WF_FIELD_SECRET;
  WF_ASSIGN(field.help, read_text(mine.help, "its help"));
  WF_ASSIGN(field.example, read_text(mine.example, "its example"));
  WF_TRY(read_limits(mine, field));
  const bool table = field.type == FieldType::table || field.item_type == FieldType::table;
  if (table != (mine.n_fields > 0))
    return wf::invalid_data(table ? "is a table without members" : "has members but is no table");
  WF_TRY(
      read_fields(mine.fields, mine.n_fields, prefix + field.key + ".", depth + 1, field.fields));
  WF_TRY(check_value(mine.default_value, 0));
  field.default_value = wf::Value::from_abi(mine.default_value);
  return check_default(field);
}

}  // namespace

wf::Status read_fields(const wf_field_info* const* fields, uint32_t count,
                       const std::string& prefix, int depth, std::vector<FieldInfo>& out) {
  if (count == 0) return {};
  if (depth > kMaxDepth) return wf::invalid_data("keys are nested more than 8 deep");
  if (count > kMaxFields)
    return wf::invalid_data("says it has " + std::to_string(count) + " keys, more than " +
                            std::to_string(kMaxFields));
  if (!fields) return wf::invalid_data("the list of keys is NULL");
  for (uint32_t i = 0; i < count; ++i) {
    const std::string place = "key " + std::to_string(i + 1);
    WF_ASSIGN(const wf_field_info mine, copy_sized(fields[i], sizeof(wf_field_info), place));
    FieldInfo field;
    WF_ASSIGN(field.key, read_text(mine.key, "the name of " + place));
    if (!is_identifier(field.key))
      return wf::invalid_data("key `" + prefix + field.key + "` does not match [a-z][a-z0-9_]*");
    if (wf::Status s = read_field(mine, prefix, depth, field); !s.ok()) {
      const bool named = s.message().starts_with("key `");
      return named ? s : std::move(s).with_context("key `" + prefix + field.key + "`");
    }
    for (const FieldInfo& other : out)
      if (other.key == field.key)
        return wf::invalid_data("key `" + prefix + field.key + "` is there twice");
    out.push_back(std::move(field));
  }
  return {};
}

}  // namespace weirflow::plugin
