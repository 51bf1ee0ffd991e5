// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/schema.h"

#include "core/text.h"
#include "dag/keys.h"

namespace weirflow::dag {

namespace {

constexpr char kName[] = "^[a-z][a-z0-9_]*$";
constexpr char kDashedName[] = "^[a-z][a-z0-9_-]*$";
constexpr char kPort[] = "^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)?$";
constexpr char kComponent[] = "^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$";
constexpr char kDuration[] = "^([0-9]+(\\.[0-9]+)?(us|ms|s|m|h|d|w))+$";
constexpr char kSize[] = "^[0-9]+(\\.[0-9]+)? *(B|[KMGT]i?B)$";

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string pattern(const char* expression) {
  return R"("type": "string", "pattern": )" + quoted(expression);
}

std::string reference(const char* definition) {
  return std::string(R"({ "$ref": "#/definitions/)") + definition + R"(" })";
}

const char* definition_name(Section section) {
  switch (section) {
    case Section::dag_file:
      return "dag_file";
    case Section::group_file:
      return "group_file";
    case Section::dag:
      return "dag";
    case Section::schedule:
      return "schedule";
    case Section::param:
      return "param";
    case Section::defaults:
      return "defaults";
    case Section::checkpoint:
      return "checkpoint";
    case Section::task:
      return "task";
    case Section::edge:
      return "edge";
    case Section::group:
      return "group";
    case Section::group_output:
      return "group_output";
  }
  return "";
}

std::string choices(const std::vector<std::string>& words) {
  std::string out = R"("type": "string", "enum": [)";
  for (const std::string& word : words) out += (&word == words.data() ? "" : ", ") + quoted(word);
  return out + "]";
}

/// A table with names of our form as keys.
std::string map_of(const std::string& value) {
  return R"("type": "object", "additionalProperties": false, "patternProperties": { )" +
         quoted(kName) + ": " + value + " }";
}

/// The members of the schema of one key, without braces.
std::string members(const Key& key) {
  const std::string target = reference(definition_name(key.section));
  switch (key.shape) {
    case Shape::name:
      return pattern(kName);
    case Shape::dashed_name:
      return pattern(kDashedName);
    case Shape::component:
      return pattern(kComponent);
    case Shape::port:
      return pattern(kPort);
    case Shape::duration:
      return pattern(kDuration);
    case Shape::size:
      return pattern(kSize);
    case Shape::path:
      return R"("type": "string", "minLength": 1)";
    case Shape::boolean:
      return R"("type": "boolean")";
    case Shape::count:
      return R"("type": "integer", "minimum": 0, "maximum": 1000000)";
    case Shape::format:
      return R"("const": 1)";
    case Shape::choice:
      return choices(*key.choices);
    case Shape::text_list:
      return R"("type": "array", "items": { "type": "string" })";
    case Shape::names:
      return R"("oneOf": [{ )" + pattern(kName) + R"( }, { "type": "array", "items": { )" +
             pattern(kName) + " } }]";
    case Shape::scalar_list:
      return R"("type": "array", "minItems": 1, "items": { "type": ["string", "number", "boolean"] })";
    case Shape::any:
      return R"("type": ["string", "number", "boolean", "array"])";
    case Shape::free_table:
      return R"("type": "object")";
    case Shape::inputs:
      return R"("anyOf": [)" + reference("edges") + ", { " + map_of(reference("edges")) +
             R"(, "minProperties": 1 }])";
    case Shape::group_inputs:
      return map_of(R"({ "oneOf": [{ )" + pattern(kPort) +
                    R"( }, { "type": "array", "minItems": 1, "items": { )" + pattern(kPort) +
                    " } }] }");
    case Shape::group_outputs:
      return map_of(R"({ "oneOf": [{ )" + pattern(kPort) + " }, " + reference("group_output") +
                    "] }");
    case Shape::section:
      return R"("allOf": [)" + target + "]";
    case Shape::section_list:
      return R"("type": "array", "items": )" + target;
    case Shape::section_map:
      return map_of(target) + R"(, "minProperties": 1)";
    case Shape::params:
      return map_of(R"({ "anyOf": [{ "type": ["string", "number", "boolean", "array"] }, )" +
                    target + "] }");
    case Shape::text:
    case Shape::model:
    case Shape::expression:
    case Shape::reserved:
      break;
  }
  return R"("type": "string")";
}

std::string definition(Section section, const std::string& more) {
  std::string properties, required;
  for (const Key& key : keys_of(section)) {
    if (key.shape == Shape::reserved) continue;
    properties += (properties.empty() ? "\n" : ",\n") + ("        " + quoted(key.name)) + ": { " +
                  members(key) + R"(, "description": )" + quoted(key.help) + " }";
    if (key.required) required += (required.empty() ? "" : ", ") + quoted(key.name);
  }
  std::string out = "    " + quoted(definition_name(section)) +
                    ": {\n      \"type\": \"object\",\n" +
                    "      \"additionalProperties\": false,\n";
  if (!required.empty()) out += "      \"required\": [" + required + "],\n";
  if (!more.empty()) out += "      " + more + ",\n";
  return out + "      \"properties\": {" + properties + "\n      }\n    }";
}

}  // namespace

std::string json_schema() {
  std::string out =
      "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
      "  \"title\": \"Weirflow DAG and group files, format 1\",\n"
      "  \"type\": \"object\",\n"
      "  \"if\": { \"required\": [\"group\"] },\n  \"then\": " +
      reference("group_file") + ",\n  \"else\": " + reference("dag_file") +
      ",\n  \"definitions\": {\n";
  const std::string edge =
      R"({ "anyOf": [{ )" + pattern(kPort) + " }, " + reference("edge") + "] }";
  out += R"(    "edges": { "anyOf": [{ )" + pattern(kPort) + " }, " + reference("edge") +
         R"(, { "type": "array", "minItems": 1, "items": )" + edge + " }] }";
  for (const Section section :
       {Section::dag_file, Section::group_file, Section::dag, Section::schedule, Section::param,
        Section::defaults, Section::checkpoint, Section::task, Section::edge, Section::group,
        Section::group_output}) {
    std::string more;
    if (section == Section::task)
      more = R"("oneOf": [{ "required": ["uses"] }, { "required": ["group"] }])";
    if (section == Section::schedule)
      more = R"("oneOf": [{ "required": ["cron"] }, { "required": ["every"] }])";
    out += ",\n" + definition(section, more);
  }
  return out + "\n  }\n}\n";
}

}  // namespace weirflow::dag
