// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/component_text.h"

#include <algorithm>
#include <cmath>

#include "cli/json_text.h"
#include "cli/json_value.h"
#include "cli/plan_facts.h"
#include "cli/plan_text.h"
#include "core/text.h"

namespace weirflow::cli {

namespace {

using plugin::FieldInfo;
using plugin::FieldType;

std::string joined(const std::vector<std::string>& words, const std::string& between = ", ") {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : between) + w;
  return text;
}

std::string bound_text(FieldType type, double value) {
  if (type == FieldType::duration) return format_duration(static_cast<int64_t>(value));
  if (type == FieldType::size) return format_size(static_cast<int64_t>(value));
  if (value == std::floor(value) && std::abs(value) < 9e15)
    return std::to_string(static_cast<int64_t>(value));
  return format_float(value);
}

std::string value_text(const FieldInfo& field, const wf::Value& value) {
  if (const auto* i = value.integer()) {
    if (field.type == FieldType::duration) return '"' + format_duration(*i) + '"';
    if (field.type == FieldType::size) return '"' + format_size(*i) + '"';
  }
  return json_text(to_json(value), -1);
}

std::string range_text(const FieldInfo& field) {
  const FieldType type = field.type == FieldType::list ? field.item_type : field.type;
  if (field.min && field.max)
    return bound_text(type, *field.min) + " to " + bound_text(type, *field.max);
  if (field.min) return "at least " + bound_text(type, *field.min);
  if (field.max) return "at most " + bound_text(type, *field.max);
  return {};
}

void add_line(std::string& out, int indent, const std::string& text, int width) {
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out += wrapped(std::string(static_cast<size_t>(indent), ' ') + text.substr(at, end - at), width,
                   indent) +
           '\n';
    at = end + 1;
  }
}

void add_field(std::string& out, const FieldInfo& field, int indent, int width) {
  std::string head = field.key + "  (" + field_type_text(field);
  if (field.required)
    head += ", required";
  else if (!field.default_value.is_null())
    head += ", default " + value_text(field, field.default_value);
  if (field.secret) head += ", secret";
  add_line(out, indent, head + ")", width);
  if (!field.help.empty()) add_line(out, indent + 4, field.help, width);
  if (!field.allowed.empty())
    add_line(out, indent + 4, "one of " + join_choices(field.allowed), width);
  if (const std::string range = range_text(field); !range.empty())
    add_line(out, indent + 4, range, width);
  if (!field.example.empty())
    add_line(out, indent + 4, "example: " + field.key + " = " + field.example, width);
  for (const FieldInfo& member : field.fields) add_field(out, member, indent + 4, width);
}

void add_port(std::string& out, const plugin::PortInfo& port, bool input, int width) {
  std::string head = port.dynamic ? "(any name)" : port.name;
  if (port.dynamic && !port.names_from.empty()) head = "(named by `" + port.names_from + "`)";
  if (port.optional) head += ", optional";
  if (!port.summary.empty()) head += ": " + port.summary;
  add_line(out, 2, head, width);
  for (const plugin::ColumnInfo& c : port.columns) {
    std::string line = input ? "needs " : "has ";
    line += c.from_key.empty() ? "column `" + c.name + "`"
                               : "the column that `" + c.from_key + "` names";
    if (!c.type.empty()) line += ", " + c.type;
    if (!c.summary.empty()) line += ": " + c.summary;
    add_line(out, 6, line, width);
  }
}

/// Required keys, or the first with an example, as a task to copy.
std::string task_text(const plugin::ComponentInfo& c) {
  std::string with;
  for (const bool required : {true, false}) {
    for (const FieldInfo& f : c.fields) {
      if (f.required != required || f.example.empty() || (!required && !with.empty())) continue;
      with += (with.empty() ? "" : ", ") + f.key + " = " + f.example;
    }
  }
  const std::string name = c.id.substr(c.id.find('.') + 1);
  std::string text = "[task." + name + "]\nuses = \"" + c.id + "\"\n";
  if (!c.inputs.empty()) text += "from = \"other_task\"\n";
  if (!with.empty()) text += "with = { " + with + " }\n";
  return text;
}

}  // namespace

std::vector<std::string> ability_words(uint32_t abilities) {
  static constexpr std::pair<uint32_t, const char*> kWords[] = {
      {WF_ABILITY_STATEFUL, "stateful"},           {WF_ABILITY_DETERMINISTIC, "deterministic"},
      {WF_ABILITY_CONCURRENT, "concurrent"},       {WF_ABILITY_BLOCKING, "blocking"},
      {WF_ABILITY_INFERS_SCHEMA, "infers_schema"}, {WF_ABILITY_EXEC, "exec"},
      {WF_ABILITY_FILE_WRITE, "file_write"},       {WF_ABILITY_NET, "net"}};
  std::vector<std::string> words;
  for (const auto& [bit, word] : kWords)
    if (abilities & bit) words.emplace_back(word);
  return words;
}

std::string field_type_text(const FieldInfo& field) {
  std::string text(plugin::to_string(field.type));
  if (field.item_type != FieldType::none)
    text += (field.type == FieldType::map ? " to " : " of ") +
            std::string(plugin::to_string(field.item_type));
  return text;
}

std::string component_text(const plugin::ComponentInfo& c, int width) {
  std::string out = c.id + " " + c.version + "  (" + std::string(plugin::to_string(c.kind)) + ")\n";
  add_line(out, 0, c.summary, width);
  out += '\n';
  add_line(out, 0, "rows: " + std::string(plugin::to_string(c.cardinality)), width);
  if (const auto words = ability_words(c.abilities); !words.empty())
    add_line(out, 0, "abilities: " + joined(words), width);
  if (const auto replay = replay_word(c); !replay.empty())
    add_line(out, 0, "rows of a repeated attempt: " + std::string(replay), width);
  if (!c.inputs.empty()) out += "\nINPUTS\n";
  for (const auto& port : c.inputs) add_port(out, port, true, width);
  if (!c.outputs.empty()) out += "\nOUTPUTS\n";
  for (const auto& port : c.outputs) add_port(out, port, false, width);
  if (!c.fields.empty()) out += "\nCONFIGURATION (with = { ... })\n";
  for (const FieldInfo& field : c.fields) add_field(out, field, 2, width);
  if (!c.docs.empty()) {
    out += "\nNOTES\n";
    add_line(out, 2, c.docs, width);
  }
  out += "\nTASK\n";
  const std::string task = task_text(c);
  for (size_t at = 0; at < task.size();) {
    const size_t end = task.find('\n', at);
    out += "  " + task.substr(at, end - at) + '\n';
    at = end + 1;
  }
  return out;
}

}  // namespace weirflow::cli
