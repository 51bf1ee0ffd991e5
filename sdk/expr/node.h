// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checked tree: nodes with types, each evaluating a whole batch. Built by the binder.
///
/// Every node is evaluated for every row; what must not count (the branch of a CASE not taken, the
/// right side of `false AND x`) is computed as well, and only its errors are dropped. So there are
/// no selections to carry, and the loops stay straight.

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "ast.h"
#include "vec.h"
#include "weirflow/batch.hpp"

namespace wf::expr {

class Node;
using NodePtr = std::shared_ptr<const Node>;

/// One evaluation: the batch, and the values of parts that several others read (see share()).
struct Scope {
  const Batch& batch;
  std::unordered_map<const Node*, Vec> shared;
};

class Node {
 public:
  Node(DataType type, bool nullable, Span span)
      : type_(std::move(type)), nullable_(nullable), span_(span) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] const DataType& type() const { return type_; }
  [[nodiscard]] Type id() const { return type_.id(); }
  [[nodiscard]] bool nullable() const { return nullable_; }
  [[nodiscard]] Span span() const { return span_; }
  [[nodiscard]] virtual Vec evaluate(Scope& scope) const = 0;
  /// The single value of a literal, or null.
  [[nodiscard]] virtual ArrayPtr literal() const { return nullptr; }

 private:
  DataType type_;
  bool nullable_;
  Span span_;
};

/// Computes all rows from its arguments. For a strict kernel the errors of the arguments are
/// already gathered; it adds its own to `errors` of the answer, ascending. A lazy one takes the
/// arguments' errors itself. At least one argument is not constant.
using Kernel = std::function<Vec(int64_t rows, std::vector<Vec>& args)>;
enum class Errors { strict, lazy };

/// A call of `kernel`. Over literals only, it is computed at once into a literal.
NodePtr make_call(DataType type, bool nullable, Span span, std::vector<NodePtr> args, Kernel kernel,
                  Errors errors = Errors::strict);
/// A strict call that is null where an argument is.
NodePtr make_strict(DataType type, Span span, std::vector<NodePtr> args, Kernel kernel);
NodePtr make_literal(ArrayPtr one_row, Span span);
/// The column at `index` of the batch; large_utf8 and large_binary come as utf8 and binary.
NodePtr make_column(int index, const Field& field, Span span);

template <typename T>
NodePtr make_number(T value, Span span, Type type) {
  NumericBuilder<T> builder(type);
  builder.append(value);
  return make_literal(builder.finish(), span);
}
/// The same node, computed once per evaluation however many others read it. Without it a nested
/// CASE x WHEN ... would compute its innermost part exponentially often.
NodePtr share(NodePtr node);
NodePtr make_bool(bool value, Span span);
NodePtr make_null(const DataType& type, Span span);

bool any_nullable(const std::vector<NodePtr>& nodes);
/// True when the node is a literal text; fills `text`.
bool literal_text(const Node& node, std::string& text);

// ---- conversions (cast.cpp) --------------------------------------------------------------------

/// The value as `target` by the conversions that happen by themselves: null to anything, int32 to
/// int64 to float64, float32 to float64, a text literal to timestamp.
Result<NodePtr> coerce(NodePtr node, const DataType& target);
/// CAST: also the conversions that can fail. Refused when there is none.
Result<NodePtr> cast(NodePtr node, const DataType& target, Span span);
/// TRY: rows that fail are null.
NodePtr make_try(NodePtr node, Span span);
/// The type that all can be coerced to, or a refusal whose caret is under the first that cannot.
Result<DataType> common_type(const std::vector<NodePtr>& nodes, std::string_view what);
/// coerce() all to their common type.
Status unify(std::vector<NodePtr>& nodes, std::string_view what);

inline bool is_integer(Type type) { return type == Type::int32 || type == Type::int64; }
inline bool is_float(Type type) { return type == Type::float32 || type == Type::float64; }
inline bool is_number(Type type) { return is_integer(type) || is_float(type); }

// ---- operators, one file each ------------------------------------------------------------------

/// + - * / %
Result<NodePtr> make_arithmetic(char op, NodePtr a, NodePtr b, Span token, Span span);
Result<NodePtr> make_negate(NodePtr a, Span token, Span span);
/// = <> < <= > >=
Result<NodePtr> make_comparison(std::string_view op, NodePtr a, NodePtr b, Span token, Span span);
/// Bits of `a > b`, or of `a < b`, of two Vecs of one type; meaningful where both have a value.
Buffer compare_bits(bool greater, int64_t rows, const Vec& a, const Vec& b);
Result<NodePtr> make_distinct(NodePtr a, NodePtr b, bool negated, Span span);
Result<NodePtr> make_between(NodePtr x, NodePtr low, NodePtr high, bool negated, Span span);
Result<NodePtr> make_in(NodePtr x, std::vector<NodePtr> list, bool negated, Span span);
/// AND, OR over any number of conditions.
Result<NodePtr> make_logic(bool all, std::vector<NodePtr> args, Span span);
Result<NodePtr> make_not(NodePtr a, Span span);
NodePtr make_is_null(NodePtr a, bool negated, Span span);
Result<NodePtr> make_is_bool(NodePtr a, bool truth, bool negated, Span span);
Result<NodePtr> make_like(NodePtr text, NodePtr pattern, std::string escape, bool fold,
                          bool negated, Span span);
Result<NodePtr> make_concat(std::vector<NodePtr> args, Span span);
/// Conditions and values of CASE, the ELSE (or null) last: values.size() == conditions.size() + 1.
Result<NodePtr> make_case(std::vector<NodePtr> conditions, std::vector<NodePtr> values, Span span);
Result<NodePtr> make_index(NodePtr list, NodePtr position, Span span);
Result<NodePtr> make_member(NodePtr structure, const std::string& name, Span token, Span span);

// ---- functions ---------------------------------------------------------------------------------

/// A call under construction: where it is, and its arguments, converted as they are checked.
struct Arguments {
  std::string name;
  Span token;
  Span span;
  std::vector<NodePtr> nodes;

  [[nodiscard]] size_t count() const { return nodes.size(); }
  /// Converts argument i to the type, or refuses it.
  Status want(size_t i, Type type);
};

struct Function {
  std::string_view name;
  size_t min_args;
  size_t max_args;
  Result<NodePtr> (*build)(Arguments& args);
};
/// The function, or a refusal with the nearest name; checks the number of arguments.
Result<const Function*> find_function(const Ast& call);

// Families of functions, gathered by functions.cpp.
std::span<const Function> numeric_functions();
std::span<const Function> text_functions();
std::span<const Function> match_functions();
std::span<const Function> time_functions();
std::span<const Function> conditional_functions();
std::span<const Function> access_functions();
std::span<const Function> hash_functions();

/// Microseconds since 1970 of "2026-01-31", "2026-01-31T10:20:30.5Z", "2026-01-31 10:20+02:00";
/// without a zone UTC. False when it is no such text.
bool parse_timestamp(std::string_view text, int64_t& micros);
/// "2026-01-31T10:20:30Z", with six decimals when there is a fraction.
std::string format_timestamp(int64_t micros);

}  // namespace wf::expr
