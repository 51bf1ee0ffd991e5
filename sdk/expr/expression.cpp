// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/expr.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "bind.h"

namespace wf {
namespace expr {

/// What an Expression shares between its copies.
struct Program {
  std::string text;
  NodePtr root;
  SchemaPtr schema;
  std::vector<std::string> columns;
  std::vector<int> used;  ///< positions of `columns` in the schema
  int plain_column = -1;
};

namespace {

/// Names referred to, in order of appearance; function calls are checked on the way.
Status list_names(const Ast& ast, std::vector<std::string>& names) {
  if (const std::string path = dotted_path(ast); !path.empty()) {
    if (std::find(names.begin(), names.end(), path) == names.end()) names.push_back(path);
    return {};
  }
  if (ast.kind == AstKind::call) {
    WF_ASSIGN([[maybe_unused]] const Function* known, find_function(ast));
  }
  for (const AstPtr& child : ast.children) WF_TRY(list_names(*child, names));
  return {};
}

}  // namespace
}  // namespace expr

Result<Expression> Expression::compile(std::string_view text, const Schema& in) {
  try {
    WF_ASSIGN(const expr::AstPtr ast, expr::parse(text));
    auto program = std::make_shared<expr::Program>();
    program->text = text;
    program->schema = std::make_shared<const Schema>(in);
    expr::Binder binder(in);
    WF_ASSIGN(program->root, binder.bind(*ast));
    program->used = binder.used();
    for (const int i : program->used) program->columns.push_back(in.field(i).name);
    program->plain_column = binder.plain_column(*ast);
    return Expression(std::move(program));
  } catch (const std::exception& e) {
    return exhausted(std::string("compiling an expression: ") + e.what());
  }
}

Result<ParsedExpression> Expression::parse_only(std::string_view text) {
  try {
    WF_ASSIGN(const expr::AstPtr ast, expr::parse(text));
    ParsedExpression parsed;
    WF_TRY(expr::list_names(*ast, parsed.columns));
    return parsed;
  } catch (const std::exception& e) {
    return exhausted(std::string("parsing an expression: ") + e.what());
  }
}

const DataType& Expression::type() const { return program_->root->type(); }
bool Expression::nullable() const { return program_->root->nullable(); }
const std::vector<std::string>& Expression::columns() const { return program_->columns; }
int Expression::plain_column() const { return program_->plain_column; }
const std::string& Expression::text() const { return program_->text; }

Result<ArrayPtr> Expression::evaluate(const Batch& batch, RowErrors* errors) const {
  if (batch.schema_ptr() != program_->schema) {
    const Schema& expected = *program_->schema;
    for (const int i : program_->used)
      if (i >= batch.column_count() || !(batch.column(i)->type == expected.field(i).type))
        return invalid_data("the batch does not have column '" + expected.field(i).name +
                            "' as the expression was compiled for");
  }
  try {
    expr::Scope scope{batch, {}};
    expr::Vec answer = program_->root->evaluate(scope);
    if (!errors && !answer.errors.empty())
      return invalid_data(answer.errors.front().message).at_row(answer.errors.front().row);
    ArrayPtr array = expr::with_nulls(expr::expand(answer, batch.rows()), answer.errors);
    if (errors)
      errors->insert(errors->end(), std::make_move_iterator(answer.errors.begin()),
                     std::make_move_iterator(answer.errors.end()));
    return array;
  } catch (const std::exception& e) {
    return exhausted(std::string("evaluating an expression: ") + e.what());
  }
}

}  // namespace wf
