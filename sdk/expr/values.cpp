// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ast.h"
#include "weirflow/builder.hpp"
#include "weirflow/expr.hpp"

namespace wf {
namespace {

/// The value that a dotted name means, or null: a key may itself hold dots.
const Value* look_up(const Value::Table& table, std::string_view path) {
  for (const auto& [key, value] : table)
    if (key == path) return &value;
  for (const auto& [key, value] : table) {
    if (!path.starts_with(key) || path.size() <= key.size() || path[key.size()] != '.') continue;
    if (const Value::Table* inner = value.table())
      if (const Value* found = look_up(*inner, path.substr(key.size() + 1))) return found;
  }
  return nullptr;
}

void list_leaves(const Value::Table& table, const std::string& prefix,
                 std::vector<std::string>& names) {
  for (const auto& [key, value] : table) {
    if (const Value::Table* inner = value.table())
      list_leaves(*inner, prefix + key + ".", names);
    else
      names.push_back(prefix + key);
  }
}

/// A one-row column of a value; a null pointer for a list or table.
ArrayPtr one_row(const Value& value) {
  if (const bool* b = value.boolean()) {
    BoolBuilder out;
    out.append(*b);
    return out.finish();
  }
  if (const int64_t* i = value.integer()) {
    Int64Builder out;
    out.append(*i);
    return out.finish();
  }
  if (const double* d = value.number()) {
    Float64Builder out;
    out.append(*d);
    return out.finish();
  }
  if (const std::string* s = value.string()) {
    StringBuilder out;
    out.append(*s);
    return out.finish();
  }
  if (!value.is_null()) return nullptr;
  auto nothing = std::make_shared<Array>();
  nothing->length = 1;
  return nothing;
}

Value to_value(const Array& array) {
  if (array.is_null(0)) return {};
  switch (array.type.id()) {
    case Type::boolean:
      return Value(BoolView(array)[0]);
    case Type::int32:
      return Value(static_cast<int64_t>(NumericView<int32_t>(array)[0]));
    case Type::int64:
    case Type::timestamp:
      return Value(NumericView<int64_t>(array)[0]);
    case Type::float32:
      return Value(static_cast<double>(NumericView<float>(array)[0]));
    case Type::float64:
      return Value(NumericView<double>(array)[0]);
    default:
      return Value(StringView(array)[0]);
  }
}

/// Places of the names in the text, for carets.
void find_names(const expr::Ast& ast, std::vector<std::pair<std::string, expr::Span>>& names) {
  if (std::string path = expr::dotted_path(ast); !path.empty()) {
    names.emplace_back(std::move(path), ast.span);
    return;
  }
  for (const expr::AstPtr& child : ast.children) find_names(*child, names);
}

}  // namespace

Result<Value> evaluate_expression(std::string_view text, const Value::Table& names) {
  WF_ASSIGN(const expr::AstPtr ast, expr::parse(text));
  std::vector<std::pair<std::string, expr::Span>> used;
  find_names(*ast, used);
  std::vector<Field> fields;
  std::vector<ArrayPtr> columns;
  for (const auto& [name, span] : used) {
    if (std::any_of(fields.begin(), fields.end(),
                    [&wanted = name](const Field& f) { return f.name == wanted; }))
      continue;
    const Value* value = look_up(names, name);
    if (!value) {
      std::vector<std::string> known;
      list_leaves(names, "", known);
      return expr::refuse(span, "there is no value '" + name + "'", did_you_mean(name, known));
    }
    ArrayPtr column = one_row(*value);
    if (!column)
      return expr::refuse(
          span, "'" + name + "' is a " + std::string(value->type_name()) + ", not a single value");
    fields.push_back({name, column->type, value->is_null(), {}});
    columns.push_back(std::move(column));
  }
  auto schema = std::make_shared<const Schema>(std::move(fields));
  WF_ASSIGN(const Expression expression, Expression::compile(text, *schema));
  WF_ASSIGN(const ArrayPtr answer, expression.evaluate(Batch(schema, 1, std::move(columns))));
  return to_value(*answer);
}

}  // namespace wf
