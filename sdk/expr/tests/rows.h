// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A small batch with every type and awkward rows, and values as text, for the tests of
/// expressions.

#include <charconv>
#include <string>

#include "weirflow/expr.hpp"

namespace wf::test {

/// Value `i` as text: null, true, 42, 1.5, 'text', [1, 2], {a: 1}; timestamps as microseconds with
/// @.
inline std::string show(const Array& a, int64_t i) {
  if (a.is_null(i)) return "null";
  const auto number = [](auto v) {
    char text[48];
    return std::string(text, std::to_chars(text, text + sizeof text, v).ptr);
  };
  switch (a.type.id()) {
    case Type::boolean:
      return BoolView(a)[i] ? "true" : "false";
    case Type::int32:
      return number(NumericView<int32_t>(a)[i]);
    case Type::int64:
      return number(NumericView<int64_t>(a)[i]);
    case Type::float32:
      return number(NumericView<float>(a)[i]) + "f";
    case Type::float64: {
      std::string text = number(NumericView<double>(a)[i]);
      if (text.find_first_of(".enai") == std::string::npos) text += ".0";
      return text;
    }
    case Type::timestamp:
      return "@" + number(NumericView<int64_t>(a)[i]);
    case Type::list: {
      const ListView list(a);
      std::string text = "[";
      for (int64_t k = list.begin(i); k < list.end(i); ++k)
        text += (k > list.begin(i) ? ", " : "") + show(*list.items(), k);
      return text + "]";
    }
    case Type::structure: {
      std::string text = "{";
      for (size_t k = 0; k < a.children.size(); ++k)
        text += (k ? ", " : "") + a.type.children()[k].name + ": " + show(*struct_member(a, k), i);
      return text + "}";
    }
    default:
      return "'" + std::string(StringView(a)[i]) + "'";
  }
}

inline Array& edit(const ArrayPtr& array) { return const_cast<Array&>(*array); }

/// Four rows. The last is null in every nullable column.
inline Batch sample() {
  Int64Builder n;
  Int32Builder small;
  Float64Builder x;
  Float32Builder narrow;
  StringBuilder s, raw(Type::binary);
  BoolBuilder b;
  TimestampBuilder t;
  Int64Builder row;
  ListBuilder<StringBuilder> words;
  for (const int64_t v : {7, -3, 0}) n.append(v);
  n.append_null();
  for (const int32_t v : {5, -2147483647, 0}) small.append(v);
  small.append_null();
  for (const double v : {1.5, -2.25, 0.0}) x.append(v);
  x.append_null();
  for (const float v : {0.5f, -1.f, 0.1f}) narrow.append(v);
  narrow.append_null();
  for (const char* v : {"Hello World", "na\xC3\xAFve", ""}) s.append(v);
  s.append_null();
  for (const char* v : {"ab", "\xFF", ""}) raw.append(v);
  raw.append_null();
  for (const bool v : {true, false, true}) b.append(v);
  b.append_null();
  t.append(1'767'225'600'000'000);  // 2026-01-01T00:00:00Z
  t.append(-1);
  t.append(951'782'400'123'456);  // 2000-02-29T00:00:00.123456Z
  t.append_null();
  for (int64_t i = 0; i < 4; ++i) row.append(i);
  words.items().append("a");
  words.items().append("b");
  words.append();
  words.append();
  words.items().append("c");
  words.append();
  words.append_null();
  SparseBuilder pairs;
  for (int32_t i = 0; i < 4; ++i) {
    for (int32_t k = 0; k < i; ++k) pairs.items().append(k, k + 0.5);
    pairs.append();
  }
  auto point = std::make_shared<Array>();
  point->type =
      DataType::struct_of({{"lat", Type::float64, true, {}}, {"lon", Type::int64, true, {}}});
  point->length = 4;
  ArrayPtr xs = x.finish(), ns = n.finish();
  point->children = {xs, ns};
  std::vector<Field> fields{{"n", Type::int64, true, {}},
                            {"small", Type::int32, true, {}},
                            {"x", Type::float64, true, {}},
                            {"narrow", Type::float32, true, {}},
                            {"s", Type::utf8, true, {}},
                            {"raw", Type::binary, true, {}},
                            {"b", Type::boolean, true, {}},
                            {"t", Type::timestamp, true, {}},
                            {"row", Type::int64, false, {}},
                            {"words", DataType::list_of(Type::utf8), true, {}},
                            {"pairs", DataType::sparse(), false, {}},
                            {"point", point->type, true, {}},
                            {"odd name", Type::int64, true, {}},
                            {"a.b", Type::int64, true, {}},
                            {"nothing", Type::null, true, {}}};
  auto nothing = std::make_shared<Array>();
  nothing->length = 4;
  std::vector<ArrayPtr> columns{ns,
                                small.finish(),
                                xs,
                                narrow.finish(),
                                s.finish(),
                                raw.finish(),
                                b.finish(),
                                t.finish(),
                                row.finish(),
                                words.finish(),
                                pairs.finish(),
                                point,
                                ns,
                                ns,
                                nothing};
  return Batch(std::make_shared<const Schema>(std::move(fields)), 4, std::move(columns));
}

/// The four answers joined by " | ", a failing row as "!message"; or the refusal of the text.
inline std::string answers(std::string_view text, const Batch& batch = sample()) {
  const auto expression = Expression::compile(text, batch.schema());
  if (!expression.ok()) return "refused: " + expression.error().message();
  RowErrors errors;
  const auto values = expression->evaluate(batch, &errors);
  if (!values.ok()) return "failed: " + values.error().message();
  std::string out;
  size_t next = 0;
  for (int64_t i = 0; i < batch.rows(); ++i) {
    if (i) out += " | ";
    if (next < errors.size() && errors[next].row == i) {
      if (!(*values)->is_null(i)) out += "not null and ";
      out += "!" + errors[next++].message;
    } else {
      out += show(**values, i);
    }
  }
  return out;
}

}  // namespace wf::test
