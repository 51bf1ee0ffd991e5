// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// `when`: a text with templates becomes an expression whose columns are results of tasks.

#include <algorithm>

#include "dag/planner_parts.h"
#include "weirflow/expr.hpp"

namespace weirflow::dag {

namespace {

/// A name of an expression; quoted where it would be read as something else.
std::string identifier(const std::string& name) {
  const auto parsed = wf::Expression::parse_only(name);
  if (parsed.ok() && parsed->columns == std::vector<std::string>{name}) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

/// The expression, and where its pieces stand in the string of the file.
struct Condition {
  std::string text;
  std::vector<std::string> names;
  std::vector<std::pair<size_t, size_t>> places;  ///< offset in `text`, offset in the string
  size_t written = 0;                             ///< bytes of the string

  void add(const std::string& piece, size_t length) {
    places.emplace_back(text.size(), written);
    text += piece;
    written += length;
  }
};

Condition condition_of(const Value& when) {
  Condition out;
  if (const auto* text = when.string()) out.add(*text, text->size());
  if (const bool* value = when.boolean()) out.add(*value ? "true" : "false", 0);
  if (when.integer() || when.floating()) out.add(to_toml(when), 0);
  const Template* t = when.templated();
  if (!t) return out;
  for (const auto& segment : t->segments) {
    if (const auto* text = std::get_if<std::string>(&segment)) {
      out.add(*text, text->size());
      continue;
    }
    const auto& reference = std::get<Reference>(segment);
    std::string name = "tasks." + reference.name;
    name += reference.kind == Reference::Kind::version ? ".version" : ".result";
    for (const std::string& key : reference.keys) name += "." + key;
    out.names.push_back(name);
    out.add(identifier(name), reference.range.end - reference.range.begin);
  }
  return out;
}

/// The place of an error in the expression; the whole string when a param was put into it, since
/// then its bytes are not those of the file.
SourceRange place(const Value& when, const Condition& condition, const wf::Status::Place* at,
                  const Sources& sources) {
  constexpr size_t kQuotes = 2;
  const bool as_written = sources.text(when.range).size() == condition.written + kQuotes;
  if (!at || (at->offset == 0 && at->length == 0) || !as_written) return when.range;
  auto piece = condition.places.end();
  while (piece != condition.places.begin() && (piece - 1)->first > at->offset) --piece;
  if (piece == condition.places.begin()) return when.range;
  --piece;
  return sources.inside(when.range, piece->second + at->offset - piece->first, at->length);
}

}  // namespace

std::string check_when(const Value& when, const Sources& sources, Diagnostics& diagnostics) {
  const Condition condition = condition_of(when);
  if (condition.text.empty()) return {};
  const auto refuse = [&](const wf::Status& status) {
    auto& d = diagnostics.error("bad-condition", place(when, condition, status.place(), sources),
                                "`when`: " + status.message());
    if (status.place()) d.hint = status.place()->hint;
    return condition.text;
  };
  const auto parsed = wf::Expression::parse_only(condition.text);
  if (!parsed.ok()) return refuse(parsed.error());
  wf::Value::Table nothing;
  for (const std::string& name : parsed->columns) {
    if (std::count(condition.names.begin(), condition.names.end(), name) == 0) {
      auto& d = diagnostics.error("bad-condition", when.range,
                                  "`when` knows no `" + name + "`: it has no rows to look at");
      d.hint = "results are written {{ tasks.NAME.result.KEY }}, texts in single quotes";
      return condition.text;
    }
    nothing.emplace_back(name, wf::Value());
  }
  for (const std::string& name : condition.names)
    if (std::count(parsed->columns.begin(), parsed->columns.end(), name) == 0)
      return refuse(
          wf::invalid_config("the result of a task stands inside a text; it is a value, "
                             "write it without quotes around"));
  // Every result as null: finds what is wrong whatever the results are.
  const auto answer = wf::evaluate_expression(condition.text, nothing);
  if (!answer.ok() && answer.error().code() == wf::Code::invalid_config)
    return refuse(answer.error());
  if (answer.ok() && !answer->is_null() && !answer->boolean())
    return refuse(
        wf::invalid_config("must be true or false, not " + std::string(answer->type_name())));
  return condition.text;
}

}  // namespace weirflow::dag
