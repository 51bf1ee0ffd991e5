// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "node.h"

namespace wf::expr {
namespace {

class Column final : public Node {
 public:
  Column(int index, const Field& field, Span span)
      : Node(text_type(field.type), field.nullable || field.type.id() == Type::null, span),
        index_(index) {}
  [[nodiscard]] Vec evaluate(Scope& scope) const override {
    const ArrayPtr& array = scope.batch.column(index_);
    if (array->type.id() != Type::large_utf8 && array->type.id() != Type::large_binary)
      return {array, false, {}};
    std::vector<int64_t> all(static_cast<size_t>(array->length));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
    return {gather(array, all), false, {}};
  }

 private:
  static DataType text_type(const DataType& type) {
    if (type.id() == Type::large_utf8) return Type::utf8;
    if (type.id() == Type::large_binary) return Type::binary;
    return type;
  }
  int index_;
};

class Literal final : public Node {
 public:
  Literal(ArrayPtr one, Span span) : Node(one->type, one->is_null(0), span), one_(std::move(one)) {}
  [[nodiscard]] Vec evaluate(Scope&) const override { return {one_, true, {}}; }
  [[nodiscard]] ArrayPtr literal() const override { return one_; }

 private:
  ArrayPtr one_;
};

/// A part without columns that fails: it may stand in a branch that is never taken.
class Failing final : public Node {
 public:
  Failing(DataType type, Span span, std::string message)
      : Node(std::move(type), true, span), message_(std::move(message)) {}
  [[nodiscard]] Vec evaluate(Scope& scope) const override {
    const int64_t rows = scope.batch.rows();
    Vec vec{make_nulls(type(), rows), false, {}};
    for (int64_t i = 0; i < rows; ++i) vec.errors.push_back({i, message_});
    return vec;
  }

 private:
  std::string message_;
};

class Call final : public Node {
 public:
  Call(DataType type, bool nullable, Span span, std::vector<NodePtr> args, Kernel kernel,
       Errors errors)
      : Node(std::move(type), nullable, span),
        args_(std::move(args)),
        kernel_(std::move(kernel)),
        errors_(errors) {}
  [[nodiscard]] Vec evaluate(Scope& scope) const override {
    std::vector<Vec> values;
    values.reserve(args_.size());
    RowErrors errors;
    for (const NodePtr& arg : args_) {
      values.push_back(arg->evaluate(scope));
      if (errors_ == Errors::strict) merge_errors(errors, std::move(values.back().errors));
    }
    Vec answer = kernel_(scope.batch.rows(), values);
    merge_errors(errors, std::move(answer.errors));
    answer.errors = std::move(errors);
    return answer;
  }

 private:
  std::vector<NodePtr> args_;
  Kernel kernel_;
  Errors errors_;
};

class Shared final : public Node {
 public:
  explicit Shared(NodePtr node)
      : Node(node->type(), node->nullable(), node->span()), node_(std::move(node)) {}
  [[nodiscard]] Vec evaluate(Scope& scope) const override {
    if (const auto known = scope.shared.find(this); known != scope.shared.end())
      return known->second;
    Vec vec = node_->evaluate(scope);
    scope.shared.emplace(this, vec);
    return vec;
  }

 private:
  NodePtr node_;
};

const std::map<std::string_view, const Function*>& function_table() {
  static const auto table = [] {
    std::map<std::string_view, const Function*> made;
    for (const auto family :
         {numeric_functions(), text_functions(), match_functions(), time_functions(),
          conditional_functions(), access_functions(), hash_functions()})
      for (const Function& function : family) made.emplace(function.name, &function);
    return made;
  }();
  return table;
}

std::string plural(size_t n) { return std::to_string(n) + (n == 1 ? " argument" : " arguments"); }

}  // namespace

NodePtr make_column(int index, const Field& field, Span span) {
  return std::make_shared<Column>(index, field, span);
}

NodePtr make_literal(ArrayPtr one_row, Span span) {
  return std::make_shared<Literal>(std::move(one_row), span);
}

NodePtr share(NodePtr node) {
  if (node->literal()) return node;
  return std::make_shared<Shared>(std::move(node));
}

NodePtr make_bool(bool value, Span span) {
  BoolBuilder builder;
  builder.append(value);
  return make_literal(builder.finish(), span);
}

NodePtr make_null(const DataType& type, Span span) {
  return make_literal(make_nulls(type, 1), span);
}

NodePtr make_call(DataType type, bool nullable, Span span, std::vector<NodePtr> args, Kernel kernel,
                  Errors errors) {
  const bool fold = std::all_of(args.begin(), args.end(),
                                [](const NodePtr& arg) { return arg->literal() != nullptr; });
  if (!fold)
    return std::make_shared<Call>(std::move(type), nullable, span, std::move(args),
                                  std::move(kernel), errors);
  std::vector<Vec> values;
  for (const NodePtr& arg : args) values.push_back({arg->literal(), false, {}});
  Vec answer = kernel(1, values);
  if (!answer.errors.empty())
    return std::make_shared<Failing>(std::move(type), span, answer.errors.front().message);
  return make_literal(expand(answer, 1), span);
}

NodePtr make_strict(DataType type, Span span, std::vector<NodePtr> args, Kernel kernel) {
  const bool nullable = any_nullable(args);
  return make_call(std::move(type), nullable, span, std::move(args), std::move(kernel));
}

bool any_nullable(const std::vector<NodePtr>& nodes) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const NodePtr& node) { return node->nullable(); });
}

bool literal_text(const Node& node, std::string& text) {
  const ArrayPtr one = node.literal();
  if (!one || node.id() != Type::utf8 || one->is_null(0)) return false;
  text = wf::StringView(*one)[0];
  return true;
}

Status Arguments::want(size_t i, Type type) {
  NodePtr& node = nodes[i];
  Result<NodePtr> converted = coerce(node, type);
  if (!converted.ok())
    return refuse(node->span(),
                  name + "() takes " + std::string(to_string(type)) + " as argument " +
                      std::to_string(i + 1) + "; this is " + node->type().to_string(),
                  "convert it: CAST(... AS " + std::string(to_string(type)) + ")");
  node = std::move(converted).value();
  return {};
}

Result<const Function*> find_function(const Ast& call) {
  const auto& table = function_table();
  const auto found = table.find(call.text);
  if (found == table.end()) {
    std::vector<std::string> names{"cast", "try_cast", "try"};
    for (const auto& entry : table) names.emplace_back(entry.first);
    return refuse(call.token, "there is no function '" + call.text + "'",
                  did_you_mean(call.text, names));
  }
  const Function& function = *found->second;
  const size_t given = call.children.size();
  if (given >= function.min_args && given <= function.max_args) return &function;
  std::string wanted = plural(function.min_args);
  if (function.max_args == SIZE_MAX)
    wanted = "at least " + wanted;
  else if (function.max_args != function.min_args)
    wanted = std::to_string(function.min_args) + " to " + plural(function.max_args);
  return refuse(call.span, call.text + "() takes " + wanted + ", not " + std::to_string(given));
}

}  // namespace wf::expr
