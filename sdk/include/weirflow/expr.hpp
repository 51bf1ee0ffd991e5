// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Expressions: SQL-like, typed, null-aware text over the columns of a batch, as `flow.filter`,
/// `flow.map` and `flow.route` take them. The language is described in sdk/docs/expressions.md.
/// Link weirflow::expr.
///
///   WF_ASSIGN(auto filter, wf::Expression::compile("score > 10 and body is not null", in));
///   WF_ASSIGN(wf::ArrayPtr keep, filter.evaluate(batch, &refused));
///
/// Errors of the text carry a Status::Place with an empty key, the byte offset and length of the
/// offending part, and a hint (nearest column, function or type name), so that the caller sets
/// the key and a caret lands under the right characters. What is missing at the end of the text has
/// its place there: the offset is the length of the text, the length 0.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"
#include "weirflow/value.hpp"

namespace wf {

/// A row whose value could not be computed: integer overflow, division by zero, a cast that does
/// not fit. See "Errors of rows" in the language's description.
struct RowError {
  int64_t row = 0;  ///< index in the batch
  std::string message;
};
/// Ascending by row, at most one per row.
using RowErrors = std::vector<RowError>;

namespace expr {
struct Program;
}

/// What can be said about a text without knowing the columns.
struct ParsedExpression {
  /// Names of the columns referred to, in order of first appearance, each once. A bare dotted path
  /// is one name ("tasks.quality.result.auc"), with quoted parts unquoted.
  std::vector<std::string> columns;
};

/// A compiled expression. A value (copies share the program), immutable: evaluate() may be called
/// from any number of threads at once.
class Expression {
 public:
  /// Longest text accepted, in bytes; a longer one is refused.
  static constexpr size_t kMaxBytes = size_t{1} << 20;
  /// Deepest nesting of parentheses, arguments, brackets, CASE, NOT and signs.
  static constexpr int kMaxNesting = 200;
  /// Longest chain of operators of one precedence other than AND, OR and `||` (`a + b + ...`).
  static constexpr int kMaxChain = 1000;

  /// Parses and checks `text` against the columns `in`. Refused with invalid_config: wrong syntax,
  /// an unknown column, function or type, operands of types that do not fit.
  static Result<Expression> compile(std::string_view text, const Schema& in);

  /// Checks syntax, function names and numbers of arguments, but no column and no type.
  static Result<ParsedExpression> parse_only(std::string_view text);

  /// The type of the answer; Type::null for an expression that is always null.
  [[nodiscard]] const DataType& type() const;
  /// False only when no row can answer null.
  [[nodiscard]] bool nullable() const;
  /// Columns of `in` that are read, in order of first appearance, each once.
  [[nodiscard]] const std::vector<std::string>& columns() const;
  /// The column when the whole expression is the name of one, else -1: its field's metadata still
  /// holds for the answer.
  [[nodiscard]] int plain_column() const;
  /// The text as given.
  [[nodiscard]] const std::string& text() const;

  /// One value per row of `batch`, whose schema must be the one compiled against (invalid_data
  /// otherwise). Rows that fail are null in the answer and appended to `*errors`; when `errors` is
  /// null the first such row is the returned error, with its index in Status::row().
  /// resource_exhausted when the answer would pass the 2 GiB limit of a text column.
  Result<ArrayPtr> evaluate(const Batch& batch, RowErrors* errors = nullptr) const;

 private:
  explicit Expression(std::shared_ptr<const expr::Program> program)
      : program_(std::move(program)) {}
  std::shared_ptr<const expr::Program> program_;
};

/// Evaluates `text` over single values, as `when` conditions do. `names` is a table, its tables
/// nested to any depth; `a.b.c` finds the member c of table b of table a, or a key written "a.b.c".
/// bool, integer, float, string and null values can be used; a name that is a list or a table is
/// refused. A failing computation is invalid_data.
Result<Value> evaluate_expression(std::string_view text, const Value::Table& names);

}  // namespace wf
