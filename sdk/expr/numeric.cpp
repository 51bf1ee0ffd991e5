// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>

#include "node.h"

namespace wf::expr {
namespace {

std::string show(double value) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// A float64 function of one number. `in_domain` false makes the row an error named `failure`.
template <typename F, typename D>
Result<NodePtr> real(Arguments& args, F f, D in_domain, std::string_view failure) {
  WF_TRY(args.want(0, Type::float64));
  return make_strict(Type::float64, args.span, args.nodes,
                     [f, in_domain, failure](int64_t rows, std::vector<Vec>& v) {
                       Validity validity = combine_validity(rows, v);
                       Vec answer;
                       BufferBuilder<double> out;
                       out.resize(static_cast<size_t>(rows));
                       with_values<double>(v[0], [&](auto x) {
                         for (int64_t i = 0; i < rows; ++i) {
                           if (!validity[i]) continue;
                           if (in_domain(x[i]))
                             out[static_cast<size_t>(i)] = f(x[i]);
                           else
                             answer.errors.push_back({i, std::string(failure) + " " + show(x[i])});
                         }
                       });
                       answer.array =
                           make_array(Type::float64, rows, std::move(validity), out.finish());
                       return answer;
                     });
}

constexpr auto kAnywhere = [](double) { return true; };

Result<NodePtr> build_ln(Arguments& a) {
  return real(
      a, [](double x) { return std::log(x); }, [](double x) { return !(x <= 0); }, "ln of");
}
Result<NodePtr> build_log10(Arguments& a) {
  return real(
      a, [](double x) { return std::log10(x); }, [](double x) { return !(x <= 0); }, "log10 of");
}
Result<NodePtr> build_sqrt(Arguments& a) {
  return real(
      a, [](double x) { return std::sqrt(x); }, [](double x) { return !(x < 0); }, "sqrt of");
}
Result<NodePtr> build_exp(Arguments& a) {
  return real(
      a, [](double x) { return std::exp(x); }, kAnywhere, "");
}

/// floor, ceil, round without digits: integers are their own answer.
template <typename F>
Result<NodePtr> whole(Arguments& args, F f) {
  if (is_integer(args.nodes[0]->id())) {
    WF_TRY(args.want(0, Type::int64));
    return args.nodes[0];
  }
  return real(args, f, kAnywhere, "");
}
Result<NodePtr> build_floor(Arguments& a) {
  return whole(a, [](double x) { return std::floor(x); });
}
Result<NodePtr> build_ceil(Arguments& a) {
  return whole(a, [](double x) { return std::ceil(x); });
}

/// Half away from zero at `digits` decimals. The scaled value must stay exact enough to be worth
/// rounding; past 2^53 every double is already whole.
double round_to(double x, int64_t digits) {
  if (digits > 15 || !std::isfinite(x)) return x;
  if (digits < -308) return 0;
  const double scale = std::pow(10.0, static_cast<double>(digits < 0 ? -digits : digits));
  const double scaled = digits < 0 ? x / scale : x * scale;
  if (!std::isfinite(scaled) || std::abs(scaled) >= 9007199254740992.0) return x;
  const double rounded = std::round(scaled);
  return digits < 0 ? rounded * scale : rounded / scale;
}

Result<NodePtr> build_round(Arguments& args) {
  if (args.count() == 1) return whole(args, [](double x) { return std::round(x); });
  WF_TRY(args.want(0, Type::float64));
  WF_TRY(args.want(1, Type::int64));
  return make_strict(Type::float64, args.span, args.nodes, [](int64_t rows, std::vector<Vec>& v) {
    BufferBuilder<double> out;
    out.resize(static_cast<size_t>(rows));
    Validity validity = combine_validity(rows, v);
    with_values<double>(v[0], [&](auto x) {
      with_values<int64_t>(v[1], [&](auto digits) {
        for (int64_t i = 0; i < rows; ++i)
          if (validity[i]) out[static_cast<size_t>(i)] = round_to(x[i], digits[i]);
      });
    });
    return Vec{make_array(Type::float64, rows, std::move(validity), out.finish()), false, {}};
  });
}

Result<NodePtr> build_abs(Arguments& args) {
  if (!is_integer(args.nodes[0]->id()))
    return real(
        args, [](double x) { return std::abs(x); }, kAnywhere, "");
  WF_TRY(args.want(0, Type::int64));
  return make_strict(Type::int64, args.span, args.nodes, [](int64_t rows, std::vector<Vec>& v) {
    Validity validity = combine_validity(rows, v);
    Vec answer;
    BufferBuilder<int64_t> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    with_values<int64_t>(v[0], [&](auto x) {
      for (int64_t i = 0; i < rows; ++i) {
        const bool too_large = x[i] == std::numeric_limits<int64_t>::min();
        out[static_cast<size_t>(i)] = too_large ? 0 : (x[i] < 0 ? -x[i] : x[i]);
        if (too_large && validity[i])
          answer.errors.push_back({i, "integer overflow in abs(" + std::to_string(x[i]) + ")"});
      }
    });
    answer.array = make_array(Type::int64, rows, std::move(validity), out.finish());
    return answer;
  });
}

Result<NodePtr> build_sign(Arguments& args) {
  WF_TRY(args.want(0, Type::float64));
  return real(
      args, [](double x) { return x > 0   ? 1.0
                                  : x < 0 ? -1.0
                                          : x; }, kAnywhere, "");
}

Result<NodePtr> build_pow(Arguments& args) {
  WF_TRY(args.want(0, Type::float64));
  WF_TRY(args.want(1, Type::float64));
  return make_strict(Type::float64, args.span, args.nodes, [](int64_t rows, std::vector<Vec>& v) {
    Validity validity = combine_validity(rows, v);
    Vec answer;
    BufferBuilder<double> out;
    out.resize(static_cast<size_t>(rows));
    with_values<double>(v[0], v[1], [&](auto x, auto y) {
      for (int64_t i = 0; i < rows; ++i) {
        if (!validity[i]) continue;
        const double base = x[i], power = y[i];
        const bool whole_power = std::trunc(power) == power;
        if ((base == 0 && power < 0) ||
            (base < 0 && std::isfinite(base) && !whole_power && !std::isnan(power)))
          answer.errors.push_back({i, "pow of " + show(base) + " and " + show(power)});
        else
          out[static_cast<size_t>(i)] = std::pow(base, power);
      }
    });
    answer.array = make_array(Type::float64, rows, std::move(validity), out.finish());
    return answer;
  });
}

/// Integer division, toward zero.
Result<NodePtr> build_div(Arguments& args) {
  WF_TRY(args.want(0, Type::int64));
  WF_TRY(args.want(1, Type::int64));
  return make_strict(Type::int64, args.span, args.nodes, [](int64_t rows, std::vector<Vec>& v) {
    Validity validity = combine_validity(rows, v);
    Vec answer;
    BufferBuilder<int64_t> out;
    out.resize(static_cast<size_t>(rows));
    with_values<int64_t>(v[0], v[1], [&](auto a, auto b) {
      for (int64_t i = 0; i < rows; ++i) {
        if (!validity[i]) continue;
        if (b[i] == 0)
          answer.errors.push_back({i, "division by zero"});
        else if (b[i] == -1 && a[i] == std::numeric_limits<int64_t>::min())
          answer.errors.push_back({i, "integer overflow in div(" + std::to_string(a[i]) + ", -1)"});
        else
          out[static_cast<size_t>(i)] = a[i] / b[i];
      }
    });
    answer.array = make_array(Type::int64, rows, std::move(validity), out.finish());
    return answer;
  });
}

Result<NodePtr> build_is_nan(Arguments& args) {
  WF_TRY(args.want(0, Type::float64));
  return make_strict(Type::boolean, args.span, args.nodes, [](int64_t rows, std::vector<Vec>& v) {
    Buffer bits = with_values<double>(
        v[0], [&](auto x) { return make_bits(rows, [&](int64_t i) { return x[i] != x[i]; }); });
    return Vec{
        make_array(Type::boolean, rows, combine_validity(rows, v), std::move(bits)), false, {}};
  });
}

}  // namespace

std::span<const Function> numeric_functions() {
  static constexpr Function kFunctions[] = {
      {"abs", 1, 1, build_abs},     {"ceil", 1, 1, build_ceil},   {"div", 2, 2, build_div},
      {"exp", 1, 1, build_exp},     {"floor", 1, 1, build_floor}, {"is_nan", 1, 1, build_is_nan},
      {"ln", 1, 1, build_ln},       {"log10", 1, 1, build_log10}, {"pow", 2, 2, build_pow},
      {"round", 1, 2, build_round}, {"sign", 1, 1, build_sign},   {"sqrt", 1, 1, build_sqrt},
  };
  return kFunctions;
}

}  // namespace wf::expr
