// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "node.h"

namespace wf::expr {
namespace {

using Int = int64_t;
using Wide = uint64_t;

/// Integer kernel: `op(a, b, r)` writes the wrapped result and answers whether it overflowed. The
/// first loop only gathers whether any row did; the second finds which, and is rarely run.
template <typename Op>
Kernel checked_integer(const char* sign, Op op) {
  return [sign, op](int64_t rows, std::vector<Vec>& args) {
    Validity validity = combine_validity(rows, args);
    Vec answer;
    BufferBuilder<Int> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    with_values<Int>(args[0], args[1], [&](auto a, auto b) {
      Int* values = out.data();
      bool overflow = false;
      for (int64_t i = 0; i < rows; ++i) overflow |= op(a[i], b[i], values[i]);
      if (!overflow) return;
      for (int64_t i = 0; i < rows; ++i) {
        Int ignored;
        if (validity[i] && op(a[i], b[i], ignored))
          answer.errors.push_back({i, "integer overflow in " + std::to_string(a[i]) + " " + sign +
                                          " " + std::to_string(b[i])});
      }
    });
    answer.array = make_array(Type::int64, rows, std::move(validity), out.finish());
    return answer;
  };
}

bool add(Int a, Int b, Int& r) {
  r = static_cast<Int>(static_cast<Wide>(a) + static_cast<Wide>(b));
  return ((a ^ r) & (b ^ r)) < 0;
}
bool subtract(Int a, Int b, Int& r) {
  r = static_cast<Int>(static_cast<Wide>(a) - static_cast<Wide>(b));
  return ((a ^ b) & (a ^ r)) < 0;
}
bool multiply(Int a, Int b, Int& r) { return __builtin_mul_overflow(a, b, &r); }

template <typename Op>
Kernel floating(Op op) {
  return [op](int64_t rows, std::vector<Vec>& args) {
    BufferBuilder<double> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    with_values<double>(args[0], args[1], [&](auto a, auto b) {
      double* values = out.data();
      for (int64_t i = 0; i < rows; ++i) values[i] = op(a[i], b[i]);
    });
    return Vec{
        make_array(Type::float64, rows, combine_validity(rows, args), out.finish()), false, {}};
  };
}

/// Division and remainder of T: a zero divisor is an error of its row.
template <typename T, typename Op>
Kernel dividing(Type type, Op op) {
  return [type, op](int64_t rows, std::vector<Vec>& args) {
    Validity validity = combine_validity(rows, args);
    Vec answer;
    BufferBuilder<T> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    with_values<T>(args[0], args[1], [&](auto a, auto b) {
      T* values = out.data();
      bool zero = false;
      for (int64_t i = 0; i < rows; ++i) {
        const T divisor = b[i];
        zero |= divisor == T{0};
        values[i] = op(a[i], divisor == T{0} ? T{1} : divisor);
      }
      if (!zero) return;
      for (int64_t i = 0; i < rows; ++i)
        if (validity[i] && b[i] == T{0}) answer.errors.push_back({i, "division by zero"});
    });
    answer.array = make_array(type, rows, std::move(validity), out.finish());
    return answer;
  };
}

// INT64_MIN % -1 is 0, which the processor's own division refuses to say.
Int remainder(Int a, Int b) { return b == -1 ? 0 : a % b; }

Status no_arithmetic(char op, const Node& a, const Node& b, Span token) {
  const bool text = a.id() == Type::utf8 || b.id() == Type::utf8;
  std::string hint;
  if (op == '+' && a.id() == Type::utf8 && b.id() == Type::utf8)
    hint = "join texts with ||";
  else if (text)
    hint = "convert it: CAST(... AS float64)";
  return refuse(token,
                std::string("'") + op + "' takes numbers, not " + a.type().to_string() + " and " +
                    b.type().to_string(),
                std::move(hint));
}

/// timestamp - timestamp, timestamp +- integer: microseconds.
Result<NodePtr> time_arithmetic(char op, NodePtr a, NodePtr b, Span token, Span span) {
  const auto plain = [&](NodePtr node) {
    return make_strict(Type::int64, node->span(), {node}, [](int64_t rows, std::vector<Vec>& args) {
      auto copy = std::make_shared<Array>(*args[0].array);
      copy->type = Type::int64;
      (void)rows;
      return Vec{copy, args[0].constant, {}};
    });
  };
  const bool a_time = a->id() == Type::timestamp, b_time = b->id() == Type::timestamp;
  const bool difference = op == '-' && a_time && b_time;
  const bool shift =
      (op == '+' || op == '-') && a_time && (is_integer(b->id()) || b->id() == Type::null);
  const bool shift_right = op == '+' && b_time && (is_integer(a->id()) || a->id() == Type::null);
  if (!difference && !shift && !shift_right)
    return refuse(token,
                  std::string("'") + op + "' does not go with " + a->type().to_string() + " and " +
                      b->type().to_string(),
                  "a timestamp minus a timestamp, or plus or minus an integer of microseconds");
  if (a_time) a = plain(a);
  if (b_time) b = plain(b);
  WF_ASSIGN(a, coerce(a, Type::int64));
  WF_ASSIGN(b, coerce(b, Type::int64));
  const std::vector<NodePtr> args{a, b};
  NodePtr result =
      make_strict(Type::int64, span, args,
                  op == '+' ? checked_integer("+", add) : checked_integer("-", subtract));
  if (difference) return result;
  return make_strict(Type::timestamp, span, {result}, [](int64_t, std::vector<Vec>& values) {
    auto copy = std::make_shared<Array>(*values[0].array);
    copy->type = Type::timestamp;
    return Vec{copy, values[0].constant, {}};
  });
}

}  // namespace

Result<NodePtr> make_arithmetic(char op, NodePtr a, NodePtr b, Span token, Span span) {
  std::string ignored;
  const bool a_time = a->id() == Type::timestamp, b_time = b->id() == Type::timestamp;
  if (a_time || b_time) {
    // A text beside a timestamp is one as well: ts - '2026-01-01'.
    if (op == '-' && literal_text(*b, ignored)) {
      WF_ASSIGN(b, coerce(b, Type::timestamp));
    } else if (op == '-' && literal_text(*a, ignored)) {
      WF_ASSIGN(a, coerce(a, Type::timestamp));
    }
    return time_arithmetic(op, std::move(a), std::move(b), token, span);
  }
  const auto number = [](const Node& n) { return is_number(n.id()) || n.id() == Type::null; };
  if (!number(*a) || !number(*b)) return no_arithmetic(op, *a, *b, token);
  const bool integer = op != '/' && !is_float(a->id()) && !is_float(b->id());
  const Type type = integer ? Type::int64 : Type::float64;
  WF_ASSIGN(a, coerce(std::move(a), type));
  WF_ASSIGN(b, coerce(std::move(b), type));
  Kernel kernel;
  switch (op) {
    case '+':
      kernel =
          integer ? checked_integer("+", add) : floating([](double x, double y) { return x + y; });
      break;
    case '-':
      kernel = integer ? checked_integer("-", subtract)
                       : floating([](double x, double y) { return x - y; });
      break;
    case '*':
      kernel = integer ? checked_integer("*", multiply)
                       : floating([](double x, double y) { return x * y; });
      break;
    case '/':
      kernel = dividing<double>(Type::float64, [](double x, double y) { return x / y; });
      break;
    default:
      kernel = integer ? dividing<Int>(Type::int64, remainder)
                       : dividing<double>(Type::float64,
                                          [](double x, double y) { return std::fmod(x, y); });
  }
  return make_strict(type, span, {std::move(a), std::move(b)}, std::move(kernel));
}

Result<NodePtr> make_negate(NodePtr a, Span token, Span span) {
  if (!is_number(a->id()) && a->id() != Type::null)
    return refuse(token, "'-' takes a number, not " + a->type().to_string());
  if (is_float(a->id())) {
    WF_ASSIGN(a, coerce(std::move(a), Type::float64));
    const NodePtr unused = make_number<double>(0, token, Type::float64);
    return make_strict(Type::float64, span, {std::move(a), unused},
                       floating([](double x, double) { return -x; }));
  }
  return make_arithmetic('-', make_number<int64_t>(0, token, Type::int64), std::move(a), token,
                         span);
}

}  // namespace wf::expr
