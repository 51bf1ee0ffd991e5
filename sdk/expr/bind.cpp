// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "bind.h"

#include <algorithm>
#include <charconv>

namespace wf::expr {

Result<std::vector<NodePtr>> Binder::bind_children(const Ast& ast, size_t from) {
  std::vector<NodePtr> nodes;
  nodes.reserve(ast.children.size());
  for (size_t i = from; i < ast.children.size(); ++i) {
    WF_ASSIGN(NodePtr node, bind(*ast.children[i]));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

Result<NodePtr> Binder::bind(const Ast& ast) {
  switch (ast.kind) {
    case AstKind::null_literal:
      return make_null(Type::null, ast.span);
    case AstKind::bool_literal:
      return make_bool(ast.integer != 0, ast.span);
    case AstKind::integer_literal:
      return bind_integer(ast, false, ast.span);
    case AstKind::float_literal:
      return make_number(ast.number, ast.span, Type::float64);
    case AstKind::string_literal: {
      StringBuilder builder;
      builder.append(ast.text);
      return make_literal(builder.finish(), ast.span);
    }
    case AstKind::timestamp_literal:
      return bind_timestamp(ast);
    case AstKind::name:
    case AstKind::member:
      return bind_path(ast);
    case AstKind::negate:
      return bind_negate(ast);
    case AstKind::binary:
      return bind_binary(ast);
    case AstKind::conditional:
      return bind_case(ast);
    case AstKind::call:
      return bind_call(ast);
    case AstKind::cast:
      return bind_cast(ast);
    default:
      break;
  }
  WF_ASSIGN(std::vector<NodePtr> args, bind_children(ast));
  switch (ast.kind) {
    case AstKind::index:
      return make_index(args[0], args[1], ast.span);
    case AstKind::all_of:
      return make_logic(true, std::move(args), ast.span);
    case AstKind::any_of:
      return make_logic(false, std::move(args), ast.span);
    case AstKind::concat:
      return make_concat(std::move(args), ast.span);
    case AstKind::logical_not:
      return make_not(args[0], ast.span);
    case AstKind::is_null:
      return make_is_null(args[0], ast.negated, ast.span);
    case AstKind::is_bool:
      return make_is_bool(args[0], ast.integer != 0, ast.negated, ast.span);
    case AstKind::is_distinct:
      return make_distinct(args[0], args[1], ast.negated, ast.span);
    case AstKind::between:
      return make_between(args[0], args[1], args[2], ast.negated, ast.span);
    case AstKind::like:
      return make_like(args[0], args[1], ast.text, ast.integer != 0, ast.negated, ast.span);
    case AstKind::lazy_try:
      return make_try(args[0], ast.span);
    case AstKind::in_list: {
      std::vector<NodePtr> list(args.begin() + 1, args.end());
      return make_in(args[0], std::move(list), ast.negated, ast.span);
    }
    default:
      return internal_error("an expression node without a meaning");
  }
}

Result<NodePtr> Binder::bind_column(int index, Span span) {
  if (std::find(used_.begin(), used_.end(), index) == used_.end()) used_.push_back(index);
  return make_column(index, schema_.field(index), span);
}

int Binder::plain_column(const Ast& ast) const {
  const std::string path = dotted_path(ast);
  return path.empty() ? -1 : schema_.index_of(path);
}

// The longest prefix of the path that is a column's name wins; the rest are members.
Result<NodePtr> Binder::bind_path(const Ast& ast) {
  const std::string path = dotted_path(ast);
  if (!path.empty())
    if (const int i = schema_.index_of(path); i >= 0) return bind_column(i, ast.span);
  if (ast.kind == AstKind::member) {
    WF_ASSIGN(NodePtr structure, bind(*ast.children[0]));
    return make_member(std::move(structure), ast.text, ast.token, ast.span);
  }
  std::vector<std::string> names;
  std::string list;
  for (const Field& field : schema_.fields()) {
    names.push_back(field.name);
    if (names.size() <= 20) list += (list.empty() ? "" : ", ") + field.name;
  }
  if (names.size() > 20) list += ", ...";
  return refuse(ast.span,
                "there is no column '" + ast.text + "'; the input has " +
                    (list.empty() ? "no columns" : list),
                did_you_mean(ast.text, names));
}

Result<NodePtr> Binder::bind_integer(const Ast& ast, bool negative, Span span) {
  const std::string digits = (negative ? "-" : "") + ast.text;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc())
    return refuse(span, "this number is out of the range of int64", "write it as a float: 1e19");
  return make_number(value, span, Type::int64);
}

Result<NodePtr> Binder::bind_timestamp(const Ast& ast) {
  int64_t micros = 0;
  if (!parse_timestamp(ast.text, micros))
    return refuse(ast.span, "this is no timestamp", "write it as '2026-01-31T10:20:30Z'");
  return make_number(micros, ast.span, Type::timestamp);
}

Result<NodePtr> Binder::bind_negate(const Ast& ast) {
  const Ast& operand = *ast.children[0];
  if (operand.kind == AstKind::integer_literal) return bind_integer(operand, true, ast.span);
  WF_ASSIGN(NodePtr a, bind(operand));
  return make_negate(std::move(a), ast.token, ast.span);
}

Result<NodePtr> Binder::bind_binary(const Ast& ast) {
  WF_ASSIGN(NodePtr a, bind(*ast.children[0]));
  WF_ASSIGN(NodePtr b, bind(*ast.children[1]));
  const char op = ast.text[0];
  if (ast.text.size() == 1 && (op == '+' || op == '-' || op == '*' || op == '/' || op == '%'))
    return make_arithmetic(op, std::move(a), std::move(b), ast.token, ast.span);
  return make_comparison(ast.text, std::move(a), std::move(b), ast.token, ast.span);
}

Result<NodePtr> Binder::bind_case(const Ast& ast) {
  WF_ASSIGN(std::vector<NodePtr> parts, bind_children(ast));
  const bool has_subject = ast.integer & 1, has_else = ast.integer & 2;
  if (has_subject) parts[0] = share(parts[0]);
  std::vector<NodePtr> conditions, values;
  const size_t end = parts.size() - (has_else ? 1 : 0);
  for (size_t i = has_subject ? 1 : 0; i + 1 < end; i += 2) {
    if (has_subject) {
      WF_ASSIGN(NodePtr equal,
                make_comparison("=", parts[0], parts[i], parts[i]->span(), parts[i]->span()));
      conditions.push_back(std::move(equal));
    } else {
      conditions.push_back(parts[i]);
    }
    values.push_back(parts[i + 1]);
  }
  values.push_back(has_else ? parts.back() : make_null(Type::null, ast.token));
  return make_case(std::move(conditions), std::move(values), ast.span);
}

Result<NodePtr> Binder::bind_call(const Ast& ast) {
  WF_ASSIGN(const Function* function, find_function(ast));
  WF_ASSIGN(std::vector<NodePtr> nodes, bind_children(ast));
  Arguments args{ast.text, ast.token, ast.span, std::move(nodes)};
  return function->build(args);
}

Result<NodePtr> Binder::bind_cast(const Ast& ast) {
  WF_ASSIGN(NodePtr value, bind(*ast.children[0]));
  Result<DataType> type = parse_type(ast.text);
  if (!type.ok()) return refuse(ast.token, type.error().message());
  WF_ASSIGN(NodePtr converted, cast(std::move(value), *type, ast.span));
  return ast.integer ? make_try(std::move(converted), ast.span) : converted;
}

}  // namespace wf::expr
