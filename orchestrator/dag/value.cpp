// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/value.h"

#include <algorithm>
#include <filesystem>

#include "core/text.h"

namespace weirflow::dag {

std::string Reference::text() const {
  switch (kind) {
    case Kind::param:
      return "{{ params." + name + " }}";
    case Kind::secret:
      return "{{ secret." + name + " }}";
    case Kind::version:
      return "{{ tasks." + name + ".version }}";
    case Kind::result:
      break;
  }
  std::string out = "{{ tasks." + name + ".result";
  for (const std::string& key : keys) out += "." + key;
  return out + " }}";
}

std::string Template::text() const {
  std::string out;
  for (const Segment& segment : segments) {
    if (const auto* reference = std::get_if<Reference>(&segment)) {
      out += reference->text();
      continue;
    }
    const std::string& literal = std::get<std::string>(segment);
    for (size_t i = 0; i < literal.size(); ++i) {
      if (literal.compare(i, 2, "{{") == 0)
        out += "{{{{", ++i;
      else
        out += literal[i];
    }
  }
  return out;
}

const Member* Value::find(std::string_view key) const {
  const Table* members = table();
  if (!members) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const Member& member) { return member.key == key; });
  return found == members->end() ? nullptr : &*found;
}

std::string_view Value::kind() const {
  switch (data.index()) {
    case 0:
      return "nothing";
    case 1:
      return "a boolean";
    case 2:
      return "an integer";
    case 3:
      return "a float";
    case 5:
      return "a list";
    case 6:
      return "a table";
    default:
      return "a string";
  }
}

void for_each_reference(const Value& value, const std::function<void(const Reference&)>& visit) {
  if (const Template* templated = value.templated()) {
    for (const auto& segment : templated->segments)
      if (const auto* reference = std::get_if<Reference>(&segment)) visit(*reference);
  } else if (const Value::List* list = value.list()) {
    for (const Value& item : *list) for_each_reference(item, visit);
  } else if (const Value::Table* table = value.table()) {
    for (const Member& member : *table) for_each_reference(member.value, visit);
  }
}

std::string toml_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);  // JSON's escapes are all TOML's too
  return out;
}

namespace {

bool is_bare_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

void append(std::string& out, const Value& value) {
  if (const auto* boolean = value.boolean()) {
    out += *boolean ? "true" : "false";
  } else if (const auto* integer = value.integer()) {
    out += std::to_string(*integer);
  } else if (const auto* floating = value.floating()) {
    out += format_float(*floating);
  } else if (const auto* string = value.string()) {
    out += toml_string(*string);
  } else if (const auto* templated = value.templated()) {
    out += toml_string(templated->text());
  } else if (const auto* list = value.list()) {
    out += '[';
    for (const Value& item : *list) {
      if (&item != list->data()) out += ", ";
      append(out, item);
    }
    out += ']';
  } else if (const auto* table = value.table()) {
    std::vector<const Member*> members;
    for (const Member& member : *table) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->key < b->key; });
    out += members.empty() ? "{" : "{ ";
    for (const Member* member : members) {
      if (member != members.front()) out += ", ";
      out += is_bare_key(member->key) ? member->key : toml_string(member->key);
      out += " = ";
      append(out, member->value);
    }
    out += members.empty() ? "}" : " }";
  } else {
    out += "null";
  }
}

}  // namespace

std::string to_toml(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string resolve_path(std::string_view text, std::string_view folder) {
  if (text.empty() || text == "-" || text.find("://") != std::string_view::npos)
    return std::string(text);
  const std::filesystem::path path(text);
  if (path.is_absolute()) return std::string(text);
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

}  // namespace weirflow::dag
