// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "node.h"

namespace wf::expr {
namespace {

constexpr int32_t kNone = -1;

/// Row i is row i of values[choice[i]], null for kNone. Scalars and text.
ArrayPtr pick(const DataType& type, int64_t rows, const std::vector<int32_t>& choice,
              const std::vector<const Vec*>& values) {
  const auto chosen = [&](int64_t i) -> const Vec* {
    const int32_t k = choice[static_cast<size_t>(i)];
    return k == kNone || values[static_cast<size_t>(k)]->is_null(i)
               ? nullptr
               : values[static_cast<size_t>(k)];
  };
  const auto numbers = [&]<typename T>(T) {
    NumericBuilder<T> out(type.id());
    out.reserve(rows);
    for (int64_t i = 0; i < rows; ++i) {
      if (const Vec* vec = chosen(i))
        out.append(NumericView<T>(*vec->array)[vec->at(i)]);
      else
        out.append_null();
    }
    return out.finish();
  };
  switch (type.id()) {
    case Type::null:
      return make_nulls(type, rows);
    case Type::int32:
      return numbers(int32_t{});
    case Type::float32:
      return numbers(float{});
    case Type::float64:
      return numbers(double{});
    case Type::int64:
    case Type::timestamp:
      return numbers(int64_t{});
    case Type::boolean: {
      BoolBuilder out;
      for (int64_t i = 0; i < rows; ++i) {
        if (const Vec* vec = chosen(i))
          out.append(bool_at(*vec, i));
        else
          out.append_null();
      }
      return out.finish();
    }
    default: {
      StringBuilder out(type.id());
      for (int64_t i = 0; i < rows; ++i) {
        if (const Vec* vec = chosen(i))
          out.append(Texts(*vec)[i]);
        else
          out.append_null();
      }
      return out.finish();
    }
  }
}

Status scalar_only(const std::vector<NodePtr>& nodes, std::string_view what) {
  for (const NodePtr& node : nodes)
    if (node->id() == Type::list || node->id() == Type::structure)
      return refuse(node->span(), std::string(what) + " does not take " + node->type().to_string());
  return {};
}

/// The errors of the rows for which `counts` says so.
template <typename F>
RowErrors errors_where(RowErrors errors, F counts) {
  std::erase_if(errors, [&](const RowError& error) { return !counts(error.row); });
  return errors;
}

Vec evaluate_case(const DataType& type, size_t conditions, int64_t rows, std::vector<Vec>& args) {
  const auto n = static_cast<int32_t>(conditions);
  std::vector<int32_t> choice(static_cast<size_t>(rows), n);
  std::vector<bool> open(static_cast<size_t>(rows), true);
  RowErrors errors;
  for (int32_t k = 0; k < n; ++k) {
    Vec& condition = args[static_cast<size_t>(k)];
    RowErrors failed = errors_where(std::move(condition.errors),
                                    [&](int64_t row) { return open[static_cast<size_t>(row)]; });
    for (const RowError& error : failed) open[static_cast<size_t>(error.row)] = false;
    for (int64_t i = 0; i < rows; ++i) {
      if (!open[static_cast<size_t>(i)] || condition.is_null(i) || !bool_at(condition, i)) continue;
      open[static_cast<size_t>(i)] = false;
      choice[static_cast<size_t>(i)] = k;
    }
    merge_errors(errors, std::move(failed));
  }
  std::vector<const Vec*> values;
  for (int32_t k = 0; k <= n; ++k) {
    Vec& value = args[conditions + static_cast<size_t>(k)];
    RowErrors failed = errors_where(std::move(value.errors), [&](int64_t row) {
      return choice[static_cast<size_t>(row)] == k;
    });
    merge_errors(errors, std::move(failed));
    values.push_back(&value);
  }
  return {pick(type, rows, choice, values), false, std::move(errors)};
}

Result<NodePtr> build_coalesce(Arguments& args) {
  WF_TRY(scalar_only(args.nodes, "coalesce()"));
  WF_TRY(unify(args.nodes, "coalesce()"));
  const bool nullable = std::all_of(args.nodes.begin(), args.nodes.end(),
                                    [](const NodePtr& node) { return node->nullable(); });
  const DataType type = args.nodes[0]->type();
  auto kernel = [type](int64_t rows, std::vector<Vec>& values) {
    std::vector<int32_t> choice(static_cast<size_t>(rows), kNone);
    std::vector<bool> open(static_cast<size_t>(rows), true);
    RowErrors errors;
    std::vector<const Vec*> sources;
    for (size_t k = 0; k < values.size(); ++k) {
      RowErrors failed = errors_where(std::move(values[k].errors),
                                      [&](int64_t row) { return open[static_cast<size_t>(row)]; });
      for (const RowError& error : failed) open[static_cast<size_t>(error.row)] = false;
      for (int64_t i = 0; i < rows; ++i) {
        if (!open[static_cast<size_t>(i)] || values[k].is_null(i)) continue;
        open[static_cast<size_t>(i)] = false;
        choice[static_cast<size_t>(i)] = static_cast<int32_t>(k);
      }
      merge_errors(errors, std::move(failed));
      sources.push_back(&values[k]);
    }
    return Vec{pick(type, rows, choice, sources), false, std::move(errors)};
  };
  return make_call(type, nullable, args.span, args.nodes, kernel, Errors::lazy);
}

Result<NodePtr> build_nullif(Arguments& args) {
  const NodePtr value = share(args.nodes[0]);
  WF_ASSIGN(NodePtr equal, make_comparison("=", value, args.nodes[1], args.token, args.span));
  return make_case({std::move(equal)}, {make_null(value->type(), args.span), value}, args.span);
}

/// least and greatest skip nulls; a row is null when all its arguments are.
template <bool Greatest>
Result<NodePtr> build_extreme(Arguments& args) {
  WF_TRY(scalar_only(args.nodes, args.name + "()"));
  WF_TRY(unify(args.nodes, args.name + "()"));
  const bool nullable = std::all_of(args.nodes.begin(), args.nodes.end(),
                                    [](const NodePtr& node) { return node->nullable(); });
  const DataType type = args.nodes[0]->type();
  if (args.nodes.size() == 1) return args.nodes[0];
  auto kernel = [type](int64_t rows, std::vector<Vec>& v) {
    Vec best{v[0].array, v[0].constant, {}};
    for (size_t k = 1; k < v.size(); ++k) {
      const Buffer wins = compare_bits(Greatest, rows, v[k], best);
      std::vector<int32_t> choice(static_cast<size_t>(rows));
      for (int64_t i = 0; i < rows; ++i)
        choice[static_cast<size_t>(i)] =
            best.is_null(i) || (!v[k].is_null(i) && get_bit(wins.data, i)) ? 1 : 0;
      best = {pick(type, rows, choice, {&best, &v[k]}), false, {}};
    }
    return best;
  };
  return make_call(type, nullable, args.span, args.nodes, kernel);
}

}  // namespace

Result<NodePtr> make_case(std::vector<NodePtr> conditions, std::vector<NodePtr> values, Span span) {
  for (NodePtr& condition : conditions) {
    if (condition->id() != Type::boolean && condition->id() != Type::null)
      return refuse(condition->span(),
                    "WHEN takes a condition (bool); this is " + condition->type().to_string());
    WF_ASSIGN(condition, coerce(condition, Type::boolean));
  }
  WF_TRY(scalar_only(values, "CASE"));
  WF_TRY(unify(values, "CASE"));
  const bool nullable = any_nullable(values);
  const DataType type = values[0]->type();
  const size_t n = conditions.size();
  std::vector<NodePtr> args = std::move(conditions);
  args.insert(args.end(), values.begin(), values.end());
  return make_call(
      type, nullable, span, std::move(args),
      [type, n](int64_t rows, std::vector<Vec>& v) { return evaluate_case(type, n, rows, v); },
      Errors::lazy);
}

NodePtr make_try(NodePtr node, Span span) {
  const DataType type = node->type();
  return make_call(
      type, true, span, {std::move(node)},
      [](int64_t rows, std::vector<Vec>& v) {
        return Vec{with_nulls(expand(v[0], rows), v[0].errors), false, {}};
      },
      Errors::lazy);
}

std::span<const Function> conditional_functions() {
  static constexpr Function kFunctions[] = {
      {"coalesce", 1, SIZE_MAX, build_coalesce},
      {"nullif", 2, 2, build_nullif},
      {"least", 1, SIZE_MAX, build_extreme<false>},
      {"greatest", 1, SIZE_MAX, build_extreme<true>},
  };
  return kFunctions;
}

}  // namespace wf::expr
