// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace wf::test {
namespace {

__extension__ typedef __int128 Wide;

const char* const kColumns[] = {"i0", "i1", "r0", "r1", "b0", "b1", "s0", "s1"};

struct Shape {
  const char* op;
  Kind result;
  std::vector<Kind> args;
};

const std::vector<Shape>& shapes() {
  using enum Kind;
  static const std::vector<Shape> list{
      {"+", integer, {integer, integer}},
      {"-", integer, {integer, integer}},
      {"*", integer, {integer, integer}},
      {"%", integer, {integer, integer}},
      {"div", integer, {integer, integer}},
      {"abs", integer, {integer}},
      {"length", integer, {text}},
      {"case", integer, {truth, integer, integer}},
      {"coalesce", integer, {integer, integer}},
      {"nullif", integer, {integer, integer}},
      {"least", integer, {integer, integer, integer}},
      {"try", integer, {integer}},
      {"toint", integer, {text}},
      {"+", real, {real, integer}},
      {"-", real, {real, real}},
      {"*", real, {integer, real}},
      {"/", real, {integer, integer}},
      {"/", real, {real, real}},
      {"case", real, {truth, real, real}},
      {"try", real, {real}},
      {"greatest", real, {real, real}},
      {"=", truth, {integer, integer}},
      {"<", truth, {integer, real}},
      {">=", truth, {real, real}},
      {"<>", truth, {text, text}},
      {"<=", truth, {text, text}},
      {"and", truth, {truth, truth}},
      {"or", truth, {truth, truth, truth}},
      {"and", truth, {truth, truth, truth}},
      {"not", truth, {truth}},
      {"isnull", truth, {integer}},
      {"isnull", truth, {text}},
      {"istrue", truth, {truth}},
      {"in", truth, {integer, integer, integer}},
      {"between", truth, {real, real, integer}},
      {"distinct", truth, {integer, integer}},
      {"like", truth, {text, text}},
      {"contains", truth, {text, text}},
      {"try", truth, {truth}},
      {"||", text, {text, text}},
      {"upper", text, {text}},
      {"substr", text, {text, integer, integer}},
      {"case", text, {truth, text, text}},
      {"coalesce", text, {text, text}},
      {"replace", text, {text, text, text}},
      {"totext", text, {integer}},
      {"try", text, {text}},
  };
  return list;
}

bool is_null(const Cell& c) { return c.index() == 0; }
double number(const Cell& c) {
  return std::holds_alternative<int64_t>(c) ? static_cast<double>(std::get<int64_t>(c))
                                            : std::get<double>(c);
}

int64_t in_range(Wide v) {
  if (v > INT64_MAX || v < INT64_MIN) throw RowFailed{};
  return static_cast<int64_t>(v);
}

/// -1, 0, 1; 2 when a NaN is involved.
int order(const Cell& a, const Cell& b) {
  if (std::holds_alternative<std::string>(a)) {
    const int c = std::get<std::string>(a).compare(std::get<std::string>(b));
    return c < 0 ? -1 : c > 0;
  }
  if (std::holds_alternative<int64_t>(a) && std::holds_alternative<int64_t>(b)) {
    const int64_t x = std::get<int64_t>(a), y = std::get<int64_t>(b);
    return x < y ? -1 : x > y;
  }
  const double x = number(a), y = number(b);
  if (std::isnan(x) || std::isnan(y)) return 2;
  return x < y ? -1 : x > y;
}

bool like(const char* text, const char* pattern) {
  if (!*pattern) return !*text;
  if (*pattern == '%') return like(text, pattern + 1) || (*text && like(text + 1, pattern));
  return *text && (*pattern == '_' || *pattern == *text) && like(text + 1, pattern + 1);
}

Cell arithmetic(const Tree& t, const Cell& a, const Cell& b) {
  const char op = t.op[0];
  if (t.kind == Kind::integer) {
    const Wide x = std::get<int64_t>(a), y = std::get<int64_t>(b);
    if (t.op == "div" || op == '%') {
      if (y == 0) throw RowFailed{};
      return in_range(op == '%' ? x % y : x / y);
    }
    return in_range(op == '+' ? x + y : op == '-' ? x - y : x * y);
  }
  const double x = number(a), y = number(b);
  if (op == '/' && y == 0) throw RowFailed{};
  return op == '+' ? x + y : op == '-' ? x - y : op == '*' ? x * y : x / y;
}

/// AND, OR: left to right, stopping at the value that decides; a failure before it counts.
Cell connective(const Tree& t, const std::vector<Cell>& row) {
  const bool decider = t.op == "or";
  bool unknown = false, failed = false;
  for (const TreePtr& arg : t.args) {
    Cell value;
    try {
      value = evaluate(*arg, row);
    } catch (const RowFailed&) {
      failed = true;
      continue;
    }
    if (failed) continue;
    if (is_null(value))
      unknown = true;
    else if (std::get<bool>(value) == decider)
      return decider;
  }
  if (failed) throw RowFailed{};
  return unknown ? Cell() : Cell(!decider);
}

Cell compare(const std::string& op, const Cell& a, const Cell& b) {
  if (is_null(a) || is_null(b)) return {};
  const int c = order(a, b);
  if (op == "=") return c == 0;
  if (op == "<>") return c != 0;
  if (op == "<") return c == -1;
  if (op == "<=") return c == -1 || c == 0;
  return c == 1 || c == 0;
}

/// x IN (a, b) as x = a OR x = b; x BETWEEN a AND b as x >= a AND x <= b.
Cell two_tests(const Tree& t, const std::vector<Cell>& row) {
  const bool in = t.op == "in";
  const Cell x = evaluate(*t.args[0], row);
  const Cell first = compare(in ? "=" : ">=", x, evaluate(*t.args[1], row));
  if (!is_null(first) && std::get<bool>(first) == in) return in;
  const Cell second = compare(in ? "=" : "<=", x, evaluate(*t.args[2], row));
  if (!is_null(second) && std::get<bool>(second) == in) return in;
  return is_null(first) || is_null(second) ? Cell() : Cell(!in);
}

Cell text_function(const Tree& t, const std::vector<Cell>& v) {
  for (const Cell& c : v)
    if (is_null(c)) return {};
  const auto text = [&](size_t i) { return std::get<std::string>(v[i]); };
  if (t.op == "||") return text(0) + text(1);
  if (t.op == "length") return static_cast<int64_t>(text(0).size());
  if (t.op == "contains") return text(0).find(text(1)) != std::string::npos;
  if (t.op == "like") return like(text(0).c_str(), text(1).c_str());
  if (t.op == "totext") return std::to_string(std::get<int64_t>(v[0]));
  if (t.op == "toint") {
    std::string digits = text(0);
    const bool negative = digits.starts_with("-");
    if (negative) digits.erase(0, 1);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos ||
        digits.size() > 30)
      throw RowFailed{};
    Wide value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return in_range(negative ? -value : value);
  }
  if (t.op == "upper") {
    std::string s = text(0);
    for (char& c : s) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return s;
  }
  if (t.op == "replace") {
    std::string s = text(0), from = text(1), out;
    if (from.empty()) return s;
    for (size_t i = 0; i < s.size();) {
      if (s.compare(i, from.size(), from) == 0) {
        out += text(2);
        i += from.size();
      } else {
        out += s[i++];
      }
    }
    return out;
  }
  // substr by listing the positions that it names.
  std::string out;
  const std::string s = text(0);
  const Wide start = std::get<int64_t>(v[1]), length = std::get<int64_t>(v[2]),
             n = static_cast<int64_t>(s.size());
  const Wide first = start > 0 ? start : start == 0 ? 1 : n + start + 1;
  for (Wide at = 1; at <= n; ++at)
    if (at >= first && at < first + length) out += s[static_cast<size_t>(at - 1)];
  return out;
}

}  // namespace

TreePtr random_tree(std::mt19937_64& random, Kind kind, int depth) {
  auto tree = std::make_unique<Tree>();
  tree->kind = kind;
  const bool leaf = depth <= 0 || random() % 5 == 0;
  if (leaf && random() % 3) {
    tree->op = "column";
    tree->column = column_of(kind, random() % 2);
    return tree;
  }
  if (leaf) {
    static const int64_t kInts[] = {0, 1, -1, 2, 7, INT64_MAX, INT64_MIN, 1000};
    static const double kReals[] = {0, 0.5, -1.5, 1e300, 3};
    static const char* const kTexts[] = {"", "a", "ab", "%", "a_", "12", "b%"};
    tree->op = "literal";
    if (random() % 8 == 0) return tree;
    if (kind == Kind::integer) tree->literal = kInts[random() % 8];
    if (kind == Kind::real) tree->literal = kReals[random() % 5];
    if (kind == Kind::truth) tree->literal = random() % 2 == 0;
    if (kind == Kind::text) tree->literal = std::string(kTexts[random() % 7]);
    return tree;
  }
  std::vector<const Shape*> fitting;
  for (const Shape& shape : shapes())
    if (shape.result == kind) fitting.push_back(&shape);
  const Shape& shape = *fitting[random() % fitting.size()];
  tree->op = shape.op;
  for (const Kind arg : shape.args) tree->args.push_back(random_tree(random, arg, depth - 1));
  return tree;
}

std::string print(const Tree& t) {
  if (t.op == "column") return kColumns[t.column];
  if (t.op == "literal") {
    static const char* const kTypes[] = {"int64", "float64", "bool", "utf8"};
    if (is_null(t.literal))
      return std::string("cast(null as ") + kTypes[static_cast<int>(t.kind)] + ")";
    if (const auto* i = std::get_if<int64_t>(&t.literal)) return std::to_string(*i);
    if (const auto* b = std::get_if<bool>(&t.literal)) return *b ? "true" : "false";
    if (const auto* s = std::get_if<std::string>(&t.literal)) return "'" + *s + "'";
    char text[40];
    std::snprintf(text, sizeof text, "%.17e", std::get<double>(t.literal));
    return text;
  }
  std::vector<std::string> a;
  for (const TreePtr& arg : t.args) a.push_back(print(*arg));
  if (t.op == "case") return "(case when " + a[0] + " then " + a[1] + " else " + a[2] + " end)";
  if (t.op == "not") return "(not " + a[0] + ")";
  if (t.op == "isnull") return "(" + a[0] + " is null)";
  if (t.op == "istrue") return "(" + a[0] + " is true)";
  if (t.op == "in") return "(" + a[0] + " in (" + a[1] + ", " + a[2] + "))";
  if (t.op == "between") return "(" + a[0] + " between " + a[1] + " and " + a[2] + ")";
  if (t.op == "distinct") return "(" + a[0] + " is distinct from " + a[1] + ")";
  if (t.op == "like") return "(" + a[0] + " like " + a[1] + ")";
  if (t.op == "totext") return "cast(" + a[0] + " as utf8)";
  if (t.op == "toint") return "cast(" + a[0] + " as int64)";
  std::string out;
  if (std::isalpha(static_cast<unsigned char>(t.op[0])) && t.op != "and" && t.op != "or") {
    for (const std::string& arg : a) out += (out.empty() ? "" : ", ") + arg;
    return t.op + "(" + out + ")";
  }
  for (const std::string& arg : a) out += (out.empty() ? "" : " " + t.op + " ") + arg;
  return "(" + out + ")";
}

Cell evaluate(const Tree& t, const std::vector<Cell>& row) {
  if (t.op == "column") return row[t.column];
  if (t.op == "literal") return t.literal;
  if (t.op == "and" || t.op == "or") return connective(t, row);
  if (t.op == "try") {
    try {
      return evaluate(*t.args[0], row);
    } catch (const RowFailed&) {
      return {};
    }
  }
  if (t.op == "case") {
    const Cell condition = evaluate(*t.args[0], row);
    return evaluate(*t.args[!is_null(condition) && std::get<bool>(condition) ? 1 : 2], row);
  }
  if (t.op == "coalesce") {
    const Cell first = evaluate(*t.args[0], row);
    return is_null(first) ? evaluate(*t.args[1], row) : first;
  }
  if (t.op == "in" || t.op == "between") return two_tests(t, row);
  std::vector<Cell> v;
  bool any_null = false;
  for (const TreePtr& arg : t.args) {
    v.push_back(evaluate(*arg, row));
    any_null |= is_null(v.back());
  }
  if (t.op == "isnull") return is_null(v[0]);
  if (t.op == "istrue") return !is_null(v[0]) && std::get<bool>(v[0]);
  if (t.op == "not") return is_null(v[0]) ? Cell() : Cell(!std::get<bool>(v[0]));
  if (t.op == "nullif") return !any_null && order(v[0], v[1]) == 0 ? Cell() : v[0];
  if (t.op == "distinct")
    return any_null ? Cell(is_null(v[0]) != is_null(v[1])) : Cell(order(v[0], v[1]) != 0);
  if (t.op == "least" || t.op == "greatest") {
    Cell best;
    for (const Cell& c : v)
      if (!is_null(c) && (is_null(best) || order(c, best) == (t.op == "least" ? -1 : 1))) best = c;
    return best;
  }
  if (t.kind == Kind::truth && t.args.size() == 2 && t.op != "like" && t.op != "contains")
    return compare(t.op, v[0], v[1]);
  if (t.op == "abs") {
    if (any_null) return {};
    const int64_t x = std::get<int64_t>(v[0]);
    return in_range(x < 0 ? -static_cast<Wide>(x) : x);
  }
  if (t.kind == Kind::text || t.op == "length" || t.op == "contains" || t.op == "like" ||
      t.op == "toint")
    return text_function(t, v);
  return any_null ? Cell() : arithmetic(t, v[0], v[1]);
}

}  // namespace wf::test
