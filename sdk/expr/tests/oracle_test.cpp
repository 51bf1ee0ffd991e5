// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "rows.h"

namespace wf::test {
namespace {

Cell random_cell(std::mt19937_64& random, Kind kind) {
  if (random() % 6 == 0) return {};
  static const int64_t kInts[] = {0, 1, -1, 3, 12, INT64_MAX, INT64_MIN, -40};
  static const double kReals[] = {0, -0.0, 1, 2.5, -1e10, 1e308};
  static const char* const kTexts[] = {"", "a", "aba", "12", "zz%", "aab", "x_y"};
  switch (kind) {
    case Kind::integer:
      return kInts[random() % 8];
    case Kind::real:
      return kReals[random() % 6];
    case Kind::truth:
      return random() % 2 == 0;
    default:
      return std::string(kTexts[random() % 7]);
  }
}

template <typename T, typename Builder>
void put(Builder& out, const Cell& cell) {
  if (const T* value = std::get_if<T>(&cell))
    out.append(*value);
  else
    out.append_null();
}

Batch to_batch(const std::vector<std::vector<Cell>>& rows) {
  Int64Builder i[2];
  Float64Builder r[2];
  BoolBuilder b[2];
  StringBuilder s[2];
  for (const auto& row : rows)
    for (size_t k = 0; k < 2; ++k) {
      put<int64_t>(i[k], row[k]);
      put<double>(r[k], row[2 + k]);
      put<bool>(b[k], row[4 + k]);
      put<std::string>(s[k], row[6 + k]);
    }
  std::vector<Field> fields;
  for (const auto& [name, type] : std::vector<std::pair<std::string, Type>>{
           {"i", Type::int64}, {"r", Type::float64}, {"b", Type::boolean}, {"s", Type::utf8}})
    for (int k = 0; k < 2; ++k) fields.push_back({name + std::to_string(k), type, true, {}});
  return Batch(std::make_shared<const Schema>(std::move(fields)), static_cast<int64_t>(rows.size()),
               {i[0].finish(), i[1].finish(), r[0].finish(), r[1].finish(), b[0].finish(),
                b[1].finish(), s[0].finish(), s[1].finish()});
}

std::string show_cell(const Cell& cell) {
  if (const auto* i = std::get_if<int64_t>(&cell)) return std::to_string(*i);
  if (const auto* b = std::get_if<bool>(&cell)) return *b ? "true" : "false";
  if (const auto* s = std::get_if<std::string>(&cell)) return "'" + *s + "'";
  if (const auto* d = std::get_if<double>(&cell)) {
    Float64Builder one;
    one.append(*d);
    return show(*one.finish(), 0);
  }
  return "null";
}

/// Library and oracle agree on every row: value, null, or failure. Answers how they differ.
std::string compare_with_oracle(uint64_t seed) {
  std::mt19937_64 random(seed);
  const Kind kind = static_cast<Kind>(random() % 4);
  const TreePtr tree = random_tree(random, kind, 1 + static_cast<int>(random() % 5));
  std::vector<std::vector<Cell>> rows(random() % 200);
  for (auto& row : rows)
    for (size_t c = 0; c < 8; ++c) row.push_back(random_cell(random, static_cast<Kind>(c / 2)));
  const std::string text = print(*tree);
  Batch batch = to_batch(rows);
  // Slices put offsets into every buffer.
  const size_t skip = rows.empty() ? 0 : random() % rows.size();
  batch = batch.slice(static_cast<int64_t>(skip), static_cast<int64_t>(rows.size() - skip));
  const auto expression = Expression::compile(text, batch.schema());
  if (!expression.ok()) return text + ": " + expression.error().message();
  RowErrors errors;
  const auto values = expression->evaluate(batch, &errors);
  if (!values.ok()) return text + ": " + values.error().message();
  size_t next = 0;
  for (int64_t i = 0; i < batch.rows(); ++i) {
    std::string expected, got = show(**values, i);
    try {
      expected = show_cell(evaluate(*tree, rows[skip + static_cast<size_t>(i)]));
      if (expected == "null" && !expression->nullable()) return text + " is said to have no nulls";
    } catch (const RowFailed&) {
      expected = "failed";
    }
    if (next < errors.size() && errors[next].row == i) {
      ++next;
      got = "failed";
    }
    if (got != expected)
      return text + "\nrow " + std::to_string(i) + ": " + got + ", expected " + expected;
  }
  return next == errors.size() ? "" : text + ": errors of rows that did not fail";
}

RC_GTEST_PROP(ExpressionOracle, AgreesWithARowByRowInterpreter, ()) {
  for (int i = 0; i < 40; ++i) {
    const std::string difference = compare_with_oracle(*rc::gen::arbitrary<uint64_t>());
    RC_ASSERT(difference == "");
  }
}

TEST(ExpressionOracle, FixedSeeds) {
  for (uint64_t seed = 1; seed <= 4000; ++seed)
    ASSERT_EQ(compare_with_oracle(seed * 7919), "") << seed;
}

}  // namespace
}  // namespace wf::test
