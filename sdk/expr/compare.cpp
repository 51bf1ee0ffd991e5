// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>

#include "node.h"

namespace wf::expr {
namespace {

enum class Op { eq, ne, lt, le, gt, ge };

/// Calls f with the operator as a function object, so that each becomes its own loop.
template <typename F>
decltype(auto) with_op(Op op, F&& f) {
  switch (op) {
    case Op::eq:
      return f([](const auto& a, const auto& b) { return a == b; });
    case Op::ne:
      return f([](const auto& a, const auto& b) { return a != b; });
    case Op::lt:
      return f([](const auto& a, const auto& b) { return a < b; });
    case Op::le:
      return f([](const auto& a, const auto& b) { return a <= b; });
    case Op::gt:
      return f([](const auto& a, const auto& b) { return a > b; });
    default:
      return f([](const auto& a, const auto& b) { return a >= b; });
  }
}

template <typename T>
Buffer compare_values(Op op, int64_t rows, const Vec& a, const Vec& b) {
  return with_op(op, [&](auto holds) {
    return with_values<T>(a, b, [&](auto x, auto y) {
      return make_bits(rows, [&](int64_t i) { return holds(x[i], y[i]); });
    });
  });
}

/// Bits of `a op b`, meaningful where both have a value. Both have the same type.
Buffer compare(Op op, int64_t rows, const Vec& a, const Vec& b) {
  switch (a.array->type.id()) {
    case Type::int32:
      return compare_values<int32_t>(op, rows, a, b);
    case Type::float32:
      return compare_values<float>(op, rows, a, b);
    case Type::float64:
      return compare_values<double>(op, rows, a, b);
    case Type::int64:
    case Type::timestamp:
      return compare_values<int64_t>(op, rows, a, b);
    case Type::boolean:
      return with_op(op, [&](auto holds) {
        return make_bits(rows, [&](int64_t i) { return holds(bool_at(a, i), bool_at(b, i)); });
      });
    case Type::utf8:
    case Type::binary: {
      const Texts x(a), y(b);
      return with_op(op, [&](auto holds) {
        return make_bits(rows, [&](int64_t i) { return holds(x[i], y[i]); });
      });
    }
    default:
      return make_bits(rows, [](int64_t) { return false; });
  }
}

Vec compare_vec(Op op, int64_t rows, std::vector<Vec>& args) {
  Validity validity = combine_validity(rows, args);
  return {make_array(Type::boolean, rows, std::move(validity), compare(op, rows, args[0], args[1])),
          false,
          {}};
}

bool comparable(Type type) { return type != Type::list && type != Type::structure; }

// An int32 column against a number that fits stays int32: no pass to widen the column.
void narrow_literal(NodePtr& literal, const NodePtr& other) {
  const ArrayPtr one = literal->literal();
  if (!one || literal->id() != Type::int64 || other->id() != Type::int32 || one->is_null(0)) return;
  const int64_t value = NumericView<int64_t>(*one)[0];
  if (value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max())
    literal = make_number(static_cast<int32_t>(value), literal->span(), Type::int32);
}

Status prepare(std::vector<NodePtr>& nodes, std::string_view what) {
  for (const NodePtr& node : nodes)
    if (!comparable(node->id()))
      return refuse(node->span(), node->type().to_string() + " cannot be compared");
  for (size_t i = 1; i < nodes.size(); ++i) {
    narrow_literal(nodes[i], nodes[0]);
    narrow_literal(nodes[0], nodes[i]);
  }
  return unify(nodes, what);
}

/// Membership in a set of literals, prepared once. Small sets are scanned, large ones hashed.
template <typename T>
class Members {
 public:
  explicit Members(std::vector<T> items) : items_(std::move(items)) {
    if (items_.size() > 8) set_.insert(items_.begin(), items_.end());
  }
  template <typename Get>
  [[nodiscard]] Buffer bits(int64_t rows, Get get) const {
    if (items_.size() > 8)
      return make_bits(rows, [&](int64_t i) { return set_.count(get(i)) != 0; });
    return make_bits(rows, [&](int64_t i) {
      const T value = get(i);
      bool found = false;
      for (const T& item : items_) found |= value == item;
      return found;
    });
  }

 private:
  std::vector<T> items_;
  std::unordered_set<T> set_;
};

/// Finds which values of a Vec are among literals.
using MemberTest = std::function<Buffer(int64_t rows, const Vec& x)>;

template <typename T>
MemberTest number_members(const ArrayPtr& list) {
  const NumericView<T> view(*list);
  std::vector<T> items;
  for (int64_t i = 0; i < list->length; ++i)
    if (!list->is_null(i)) items.push_back(view[i]);
  auto members = std::make_shared<const Members<T>>(std::move(items));
  return [members](int64_t rows, const Vec& x) {
    return with_values<T>(
        x, [&](auto values) { return members->bits(rows, [&](int64_t i) { return values[i]; }); });
  };
}

/// The views into `list` live as long as the test, which holds it.
MemberTest text_members(const ArrayPtr& list) {
  const wf::StringView view(*list);
  std::vector<std::string_view> items;
  for (int64_t i = 0; i < list->length; ++i)
    if (!list->is_null(i)) items.push_back(view[i]);
  auto members = std::make_shared<const Members<std::string_view>>(std::move(items));
  return [members, list](int64_t rows, const Vec& x) {
    const Texts texts(x);
    return members->bits(rows, [&](int64_t i) { return texts[i]; });
  };
}

MemberTest member_test(const ArrayPtr& list) {
  switch (list->type.id()) {
    case Type::int32:
      return number_members<int32_t>(list);
    case Type::float32:
      return number_members<float>(list);
    case Type::float64:
      return number_members<double>(list);
    case Type::utf8:
    case Type::binary:
      return text_members(list);
    default:
      return number_members<int64_t>(list);
  }
}

/// All literals of one fixed-width or text type in one array.
ArrayPtr literal_column(const std::vector<NodePtr>& nodes) {
  const Type type = nodes[0]->id();
  const auto numbers = [&]<typename T>(T) {
    NumericBuilder<T> out(type);
    for (const NodePtr& node : nodes) {
      const ArrayPtr one = node->literal();
      if (one->is_null(0))
        out.append_null();
      else
        out.append(NumericView<T>(*one)[0]);
    }
    return out.finish();
  };
  switch (type) {
    case Type::int32:
      return numbers(int32_t{});
    case Type::float32:
      return numbers(float{});
    case Type::float64:
      return numbers(double{});
    case Type::int64:
    case Type::timestamp:
      return numbers(int64_t{});
    default:
      break;
  }
  StringBuilder out(type);
  for (const NodePtr& node : nodes) {
    const ArrayPtr one = node->literal();
    if (one->is_null(0))
      out.append_null();
    else
      out.append(wf::StringView(*one)[0]);
  }
  return out.finish();
}

}  // namespace

Result<NodePtr> make_comparison(std::string_view sign, NodePtr a, NodePtr b, Span token,
                                Span span) {
  static constexpr std::pair<std::string_view, Op> kOps[] = {
      {"=", Op::eq}, {"==", Op::eq}, {"!=", Op::ne}, {"<>", Op::ne},
      {"<", Op::lt}, {"<=", Op::le}, {">", Op::gt},  {">=", Op::ge}};
  Op op = Op::eq;
  for (const auto& [text, meaning] : kOps)
    if (text == sign) op = meaning;
  std::vector<NodePtr> args{std::move(a), std::move(b)};
  const std::string what = "'" + std::string(sign) + "'";
  if (Status s = prepare(args, what); !s.ok()) {
    // The caret goes under the operator: neither side is wrong by itself.
    const bool place_known = s.place() && s.place()->length && comparable(args[0]->id()) &&
                             comparable(args[1]->id()) && args[0]->id() != Type::timestamp &&
                             args[1]->id() != Type::timestamp;
    if (!place_known) return s;
    return refuse(token, s.message(), s.place()->hint);
  }
  return make_strict(Type::boolean, span, std::move(args),
                     [op](int64_t rows, std::vector<Vec>& v) { return compare_vec(op, rows, v); });
}

Buffer compare_bits(bool greater, int64_t rows, const Vec& a, const Vec& b) {
  return compare(greater ? Op::gt : Op::lt, rows, a, b);
}

Result<NodePtr> make_distinct(NodePtr a, NodePtr b, bool negated, Span span) {
  std::vector<NodePtr> args{std::move(a), std::move(b)};
  WF_TRY(prepare(args, "IS DISTINCT FROM"));
  const Type type = args[0]->id();
  auto kernel = [negated, type](int64_t rows, std::vector<Vec>& v) {
    const Buffer equal = compare(Op::eq, rows, v[0], v[1]);
    const auto nan_at = [&](const Vec& vec, int64_t i) {
      if (type == Type::float64) {
        const double x = NumericView<double>(*vec.array)[vec.at(i)];
        return x != x;
      }
      if (type == Type::float32) {
        const float x = NumericView<float>(*vec.array)[vec.at(i)];
        return x != x;
      }
      return false;
    };
    Buffer bits = make_bits(rows, [&](int64_t i) {
      const bool a_null = v[0].is_null(i), b_null = v[1].is_null(i);
      bool same = a_null && b_null;
      if (!a_null && !b_null) same = get_bit(equal.data, i) || (nan_at(v[0], i) && nan_at(v[1], i));
      return same == negated;
    });
    return Vec{make_array(Type::boolean, rows, {}, std::move(bits)), false, {}};
  };
  return make_call(Type::boolean, false, span, std::move(args), kernel);
}

Result<NodePtr> make_between(NodePtr x, NodePtr low, NodePtr high, bool negated, Span span) {
  std::vector<NodePtr> args{share(std::move(x)), std::move(low), std::move(high)};
  WF_TRY(prepare(args, "BETWEEN"));
  WF_ASSIGN(NodePtr above, make_comparison(">=", args[0], args[1], span, span));
  WF_ASSIGN(NodePtr below, make_comparison("<=", args[0], args[2], span, span));
  WF_ASSIGN(NodePtr both, make_logic(true, {std::move(above), std::move(below)}, span));
  if (!negated) return both;
  return make_not(std::move(both), span);
}

Result<NodePtr> make_in(NodePtr x, std::vector<NodePtr> list, bool negated, Span span) {
  std::vector<NodePtr> all{x};
  all.insert(all.end(), list.begin(), list.end());
  WF_TRY(prepare(all, "IN"));
  const Type type = all[0]->id();
  std::vector<NodePtr> items(all.begin() + 1, all.end());
  const bool literals = std::all_of(items.begin(), items.end(),
                                    [](const NodePtr& node) { return node->literal() != nullptr; });
  NodePtr found;
  if (!literals) all[0] = share(all[0]);
  if (literals && type != Type::boolean && type != Type::null) {
    const ArrayPtr values = literal_column(items);
    const bool has_null = values->null_count() > 0;
    auto kernel = [test = member_test(values), has_null](int64_t rows, std::vector<Vec>& v) {
      Buffer bits = test(rows, v[0]);
      Validity validity = combine_validity(rows, v);
      // x IN (1, NULL) is null, not false, where x is not 1.
      if (has_null)
        validity.bits = make_bits(
            rows, [&, old = validity](int64_t i) { return old[i] && get_bit(bits.data, i); });
      return Vec{make_array(Type::boolean, rows, std::move(validity), std::move(bits)), false, {}};
    };
    found = make_call(Type::boolean, has_null || all[0]->nullable(), span, {all[0]}, kernel);
  } else {
    std::vector<NodePtr> tests;
    for (const NodePtr& item : items) {
      WF_ASSIGN(NodePtr equal, make_comparison("=", all[0], item, item->span(), item->span()));
      tests.push_back(std::move(equal));
    }
    WF_ASSIGN(found, make_logic(false, std::move(tests), span));
  }
  if (!negated) return found;
  return make_not(std::move(found), span);
}

}  // namespace wf::expr
