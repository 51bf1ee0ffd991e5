// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/templates.h"

#include <cstdlib>

#include "core/text.h"

namespace weirflow::engine {

namespace {

using Kind = dag::TemplatePart::Kind;

wf::Result<wf::Value> value_of(const dag::TemplatePart& part, const TemplateValues& values) {
  switch (part.kind) {
    case Kind::text:
      return wf::Value(part.text);
    case Kind::version:
      return values.version(part.task);
    case Kind::result:
      return values.result(part.task, part.key);
    case Kind::secret:
      return values.secret(part.text);
  }
  return wf::Value();
}

std::string name_of(const dag::TemplatePart& part) {
  switch (part.kind) {
    case Kind::text:
      return part.text;
    case Kind::version:
      return "{{ tasks." + part.task + ".version }}";
    case Kind::result:
      return "{{ tasks." + part.task + ".result" + (part.key.empty() ? "" : "." + part.key) + " }}";
    case Kind::secret:
      return "{{ secret." + part.text + " }}";
  }
  return {};
}

wf::Status append_text(const wf::Value& value, const dag::TemplatePart& part, std::string& text) {
  if (const auto* s = value.string())
    text += *s;
  else if (const auto* i = value.integer())
    text += std::to_string(*i);
  else if (const auto* d = value.number())
    text += format_float(*d);
  else if (const auto* b = value.boolean())
    text += *b ? "true" : "false";
  else
    return wf::invalid_config(name_of(part) + " is " + std::string(value.type_name()) +
                              " and cannot stand inside text");
  return {};
}

/// Sets or removes the value at a path of table keys and list positions.
void place(wf::Value& at, const std::vector<std::string>& path, size_t depth, wf::Value value) {
  if (depth == path.size()) {
    at = std::move(value);
    return;
  }
  if (auto* table = at.table()) {
    for (auto it = table->begin(); it != table->end(); ++it) {
      if (it->first != path[depth]) continue;
      if (depth + 1 == path.size() && value.is_null())
        table->erase(it);
      else
        place(it->second, path, depth + 1, std::move(value));
      return;
    }
    if (value.is_null()) return;
    table->emplace_back(path[depth], wf::Value(wf::Value::Table{}));
    place(table->back().second, path, depth + 1, std::move(value));
  } else if (auto* list = at.list()) {
    const size_t i = std::strtoull(path[depth].c_str(), nullptr, 10);
    if (i < list->size()) place((*list)[i], path, depth + 1, std::move(value));
  }
}

}  // namespace

wf::Result<wf::Value> resolve(const std::vector<dag::TemplatePart>& parts,
                              const TemplateValues& values) {
  if (parts.size() == 1) return value_of(parts[0], values);
  std::string text;
  for (const dag::TemplatePart& part : parts) {
    WF_ASSIGN(const wf::Value value, value_of(part, values));
    WF_TRY(append_text(value, part, text));
  }
  return wf::Value(std::move(text));
}

wf::Result<wf::Value::Table> resolve_config(const dag::PlanNode& node,
                                            const TemplateValues& values) {
  wf::Value config(node.config);
  for (const dag::Deferred& deferred : node.deferred) {
    WF_ASSIGN(wf::Value value, resolve(deferred.parts, values));
    place(config, deferred.path, 0, std::move(value));
  }
  return std::move(*config.table());
}

wf::Result<wf::Value> secret_from_environment(const std::string& name) {
  const std::string variable = "WEIRFLOW_SECRET_" + name;
  const char* value = std::getenv(variable.c_str());
  if (!value) return wf::not_found("secret '" + name + "': the environment has no " + variable);
  return wf::Value(value);
}

}  // namespace weirflow::engine
