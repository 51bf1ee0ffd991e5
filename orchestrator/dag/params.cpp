// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/params.h"

#include <algorithm>

#include "core/text.h"
#include "dag/section_check.h"
#include "dag/template.h"
#include "dag/toml_tree.h"

namespace weirflow::dag {

namespace {

bool has_type(const Value& value, ParamType type) {
  switch (type) {
    case ParamType::string:
    case ParamType::path:
      return value.string();
    case ParamType::integer:
      return value.integer();
    case ParamType::floating:
      return value.floating() || value.integer();
    case ParamType::boolean:
      return value.boolean();
    case ParamType::list:
      return value.list();
  }
  return false;
}

std::optional<ParamType> type_of(const Value& value) {
  if (value.string()) return ParamType::string;
  if (value.integer()) return ParamType::integer;
  if (value.floating()) return ParamType::floating;
  if (value.boolean()) return ParamType::boolean;
  if (value.list()) return ParamType::list;
  return std::nullopt;
}

void refuse_type(const Value& value, const ParamSpec& param, Diagnostics& diagnostics) {
  diagnostics.error("param-type", value.range,
                    "param `" + param.name + "` is " + std::string(describe(param.type)) +
                        ", not " + std::string(value.kind()));
}

void read_definition(const Member& member, ParamSpec& param, Diagnostics& diagnostics) {
  const Value& table = member.value;
  check_section(table, Section::param, member.key_range, diagnostics);
  if (const auto help = get_text(table, "help")) param.help = help->value;
  if (const auto required = get_bool(table, "required")) param.required = required->value;
  if (const Member* allowed = table.find("allowed"); allowed && allowed->value.list())
    param.allowed = *allowed->value.list();

  const Member* given = table.find("default");
  const auto type = get_choice<ParamType>(table, "type");
  if (type)
    param.type = type->value;
  else if (table.find("type"))
    return;
  else if (const auto inferred = given                    ? type_of(given->value)
                                 : !param.allowed.empty() ? type_of(param.allowed[0])
                                                          : std::nullopt)
    param.type = *inferred;
  else
    diagnostics.error("missing-key", member.key_range,
                      "param `" + param.name + "` has no `type`, and no default that shows one");

  if (const Member* allowed = table.find("allowed"); allowed && allowed->value.list()) {
    if (param.allowed.empty())
      diagnostics.error("bad-value", allowed->value.range, "`allowed` is empty: no value would do");
    for (Value& value : param.allowed) {
      if (!has_type(value, param.type))
        refuse_type(value, param, diagnostics);
      else if (param.type == ParamType::floating && value.integer())
        value.data = static_cast<double>(*value.integer());
    }
  }
  if (!given) return;
  if (param.required)
    diagnostics
        .error("param-conflict", given->key_range,
               "param `" + param.name + "` is required, so its default would never be used")
        .hint = "leave out `required` or `default`";
  Value value = given->value;
  if (fit_param(value, param, diagnostics)) param.default_value = std::move(value);
}

}  // namespace

std::string_view describe(ParamType type) {
  switch (type) {
    case ParamType::string:
      return "a string";
    case ParamType::integer:
      return "an integer";
    case ParamType::floating:
      return "a number";
    case ParamType::boolean:
      return "true or false";
    case ParamType::path:
      return "a path";
    case ParamType::list:
      return "a list";
  }
  return "";
}

bool fit_param(Value& value, const ParamSpec& param, Diagnostics& diagnostics) {
  if (value.is_null() || value.templated()) return true;
  if (!has_type(value, param.type)) {
    refuse_type(value, param, diagnostics);
    return false;
  }
  if (param.type == ParamType::floating && value.integer())
    value.data = static_cast<double>(*value.integer());
  if (param.type == ParamType::path) value.is_path = true;
  if (param.allowed.empty()) return true;
  std::vector<std::string> allowed;
  for (const Value& one : param.allowed) {
    allowed.push_back(one.string() ? *one.string() : to_toml(one));
    if (to_toml(one) == to_toml(value)) return true;
  }
  diagnostics
      .error("bad-value", value.range, "param `" + param.name + "` cannot be " + to_toml(value))
      .hint =
      suggestion(value.string() ? *value.string() : to_toml(value), allowed, "it is one of");
  return false;
}

std::vector<ParamSpec> read_params(const Value& table, const Sources& sources,
                                   Diagnostics& diagnostics) {
  std::vector<ParamSpec> params;
  for (const Member& member : *table.table()) {
    ParamSpec param;
    param.name = member.key;
    param.range = member.key_range;
    if (!is_name(member.key))
      diagnostics
          .error("bad-name", member.key_range,
                 "a param cannot be called " + toml_string(member.key))
          .hint =
          "names begin with a lower-case letter and go on with lower-case letters, digits and `_`";
    if (member.value.table()) {
      read_definition(member, param, diagnostics);
    } else {
      param.type = type_of(member.value).value_or(ParamType::string);
      param.default_value = member.value;
    }
    if (param.default_value)
      parse_templates(*param.default_value, {false, false, false, "in a param's default"}, sources,
                      diagnostics);
    params.push_back(std::move(param));
  }
  return params;
}

ParamValues default_values(const std::vector<ParamSpec>& params) {
  ParamValues values;
  for (const ParamSpec& param : params)
    if (!param.required) values[param.name] = param.default_value.value_or(Value{});
  return values;
}

void apply_settings(const std::vector<std::pair<std::string, std::string>>& settings,
                    const std::string& working_folder, const std::vector<ParamSpec>& params,
                    ParamValues& values, Sources& sources, Diagnostics& diagnostics) {
  for (const auto& [key, text] : settings) {
    const auto file = load_text(key + "=" + text, "--set", working_folder, sources, diagnostics);
    if (!file) continue;
    const SourceRange key_range{*file, 0, static_cast<uint32_t>(key.size())};
    const SourceRange value_range{*file, key_range.end + 1,
                                  static_cast<uint32_t>(key.size() + 1 + text.size())};
    const std::string name = key.rfind("params.", 0) == 0 ? key.substr(7) : key;
    const auto param = std::find_if(params.begin(), params.end(),
                                    [&](const ParamSpec& p) { return p.name == name; });
    if (param == params.end()) {
      std::vector<std::string> names;
      for (const ParamSpec& p : params) names.push_back(p.name);
      diagnostics.error("unknown-param", key_range, "the DAG has no param `" + name + "`").hint =
          names.empty() ? "it has no params at all" : suggestion(name, names, "its params are");
      continue;
    }
    Value value;
    const bool verbatim = param->type == ParamType::string || param->type == ParamType::path;
    if (verbatim) {
      value.data = text;
    } else if (auto parsed = parse_toml_value(text)) {
      value = std::move(*parsed);
    } else {
      value.data = text;
    }
    if (param->type == ParamType::list && !value.list()) {
      Value item = std::move(value);
      item.range = value_range;
      item.base = *file;
      value = Value{};
      value.data = Value::List{std::move(item)};
    }
    value.range = value_range;
    value.base = *file;
    if (fit_param(value, *param, diagnostics)) values[name] = std::move(value);
  }
}

}  // namespace weirflow::dag
