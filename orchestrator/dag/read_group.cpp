// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/read_parts.h"
#include "dag/section_check.h"

namespace weirflow::dag {

namespace {

bool check_port_name(const Member& member, const char* what, ReadContext context) {
  if (is_name(member.key) && member.key != "errors") return true;
  Diagnostic& d = context.diagnostics.error(
      "bad-name", member.key_range,
      std::string(what) + " of a group cannot be called " + toml_string(member.key));
  if (member.key == "errors") d.hint = "every task has an output `errors` of its own";
  return false;
}

void read_inputs(const Value& table, GroupSpec& group, ReadContext context) {
  for (const Member& member : *table.table()) {
    if (!check_port_name(member, "an input", context)) continue;
    GroupInputSpec input{{member.key, member.key_range}, {}};
    const auto add = [&](const Value& value) {
      if (!value.string()) {
        context.diagnostics.error("wrong-type", value.range,
                                  "an input of a group is a member port or a list of them, not " +
                                      std::string(value.kind()));
      } else if (auto port = read_port(value, context)) {
        input.targets.push_back(std::move(*port));
      }
    };
    if (const Value::List* list = member.value.list()) {
      if (list->empty())
        context.diagnostics.error("bad-value", member.value.range, "this input goes nowhere");
      for (const Value& item : *list) add(item);
    } else {
      add(member.value);
    }
    group.inputs.push_back(std::move(input));
  }
}

void read_outputs(const Value& table, GroupSpec& group, ReadContext context) {
  for (const Member& member : *table.table()) {
    if (!check_port_name(member, "an output", context)) continue;
    GroupOutputSpec output;
    output.name = {member.key, member.key_range};
    const Value* port = &member.value;
    if (member.value.table()) {
      check_section(member.value, Section::group_output, member.value.range, context.diagnostics);
      if (const Member* add = member.value.find("add"); add && add->value.list())
        output.add = get_names(member.value, "add");
      const Member* found = member.value.find("port");
      port = found ? &found->value : nullptr;
    } else if (!member.value.string()) {
      context.diagnostics.error("wrong-type", member.value.range,
                                "an output of a group is a member port, or a table with `port` and "
                                "`add`, not " +
                                    std::string(member.value.kind()));
    }
    if (port && port->string())
      if (auto read = read_port(*port, context)) output.port = std::move(*read);
    group.outputs.push_back(std::move(output));
  }
}

}  // namespace

void read_group_table(const Value& table, SourceRange where, GroupSpec& group,
                      ReadContext context) {
  check_section(table, Section::group, where, context.diagnostics);
  if (const auto name = get_text(table, "name")) group.name = *name;
  if (const auto text = get_text(table, "description")) group.description = text->value;
  if (const Value* inputs = get_table(table, "inputs")) read_inputs(*inputs, group, context);
  if (const Value* outputs = get_table(table, "outputs")) read_outputs(*outputs, group, context);
}

}  // namespace weirflow::dag
