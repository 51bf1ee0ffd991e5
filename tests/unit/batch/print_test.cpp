// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/print.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

namespace weirflow {
namespace {

using namespace wf;

Batch sample() {
  Int64Builder id;
  StringBuilder body;
  ListBuilder<StringBuilder> tags;
  id.append(1);
  body.append("hello");
  tags.items().append("a");
  tags.items().append("b");
  tags.append();
  id.append(22);
  body.append("a text that is\ntoo long for its cell");
  tags.append_null();
  id.append_null();
  body.append_null();
  tags.append();
  return Batch(
      std::make_shared<const Schema>(Schema{
          {"id", Type::int64}, {"body", Type::utf8}, {"tags", DataType::list_of(Type::utf8)}}),
      3, {id.finish(), body.finish(), tags.finish()});
}

Batch one_column(const char* name, ArrayPtr column) {
  const int64_t rows = column->length;
  const DataType type = column->type;
  return Batch(std::make_shared<const Schema>(Schema{{name, type}}), rows, {std::move(column)});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Table, CutsWideCells) {
  EXPECT_EQ(format_table(sample(), {.max_cell = 16}),
            "   id | body             | tags\n"
            "int64 | utf8             | list<utf8>\n"
            "------+------------------+-----------\n"
            "    1 | hello            | [a, b]\n"
            "   22 | a text that is\\… | null\n"
            " null | null             | []\n");
}

TEST(Table, ShowsTheFirstRowsAndCountsTheRest) {
  const std::string text = format_table(sample(), {.rows = 1, .types = false, .ascii = true});
  EXPECT_EQ(text,
            "id | body  | tags\n"
            "---+-------+-------\n"
            " 1 | hello | [a, b]\n"
            "+ 2 rows\n");
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  std::vector<ArrayPtr> columns;
  std::vector<Field> fields;
  for (int k = 0; k < 30; ++k) {
    columns.push_back(sample().column(k % 3));
    fields.push_back({"column_" + std::to_string(k), columns.back()->type, true, {}});
  }
  const Batch wide(std::make_shared<const Schema>(fields), 3, columns);
  for (int width = 20; width < 200; ++width)
    for (const std::string& line : lines_of(format_table(wide, {.width = width})))
      EXPECT_LE(detail::text_width(line), width) << line;
  EXPECT_NE(format_table(wide, {.width = 40}).find(" | +2"), std::string::npos);
  const auto all = lines_of(format_table(wide, {.width = 0, .max_cell = 0}));
  EXPECT_NE(all[0].find("column_29"), std::string::npos);
  EXPECT_NE(all[4].find("too long for its cell"), std::string::npos);
}

TEST(Table, KnowsWideAndCombiningCharacters) {
  EXPECT_EQ(detail::text_width("abc"), 3);
  EXPECT_EQ(detail::text_width("\xE4\xB8\x96\xE7\x95\x8C"), 4);  // two ideographs
  EXPECT_EQ(detail::text_width("e\xCC\x81"), 1);                 // e, combining acute
  EXPECT_EQ(detail::text_width("\xF0\x9F\x98\x80"), 2);          // an emoji
  StringBuilder texts;
  texts.append("\xE4\xB8\x96\xE7\x95\x8C\xE4\xB8\x96\xE7\x95\x8C");
  const auto lines =
      lines_of(format_table(one_column("t", texts.finish()), {.max_cell = 6, .types = false}));
  EXPECT_EQ(lines[2], "\xE4\xB8\x96\xE7\x95\x8C\xE2\x80\xA6");
}

TEST(Table, ShowsBrokenTextAndBytesAsSigns) {
  StringBuilder texts;
  texts.append(std::string("a\xFF\x00z", 4));
  EXPECT_EQ(lines_of(format_table(one_column("t", texts.finish()), {.types = false}))[2],
            "a\xEF\xBF\xBD\\x00z");
  StringBuilder binary(Type::binary);
  binary.append("\xDE\xAD\xBE\xEF");
  EXPECT_EQ(lines_of(format_table(one_column("z", binary.finish()), {.types = false}))[2],
            "3q2+7w==");
}

TEST(Table, ShowsSparseVectorsAndOddNumbers) {
  SparseBuilder sparse;
  sparse.items().append(0, 1.5);
  sparse.items().append(7, 2);
  sparse.append();
  ArrayPtr column = sparse.finish();
  const Batch batch(std::make_shared<const Schema>(Schema{sparse_field("v", 8)}), 1, {column});
  EXPECT_EQ(format_table(batch), "v\nsparse\n-----------\n{0:1.5 7:2}\n");
  Float64Builder floats;
  floats.append(std::numeric_limits<double>::quiet_NaN());
  floats.append(-std::numeric_limits<double>::infinity());
  floats.append(0.1);
  EXPECT_EQ(format_table(one_column("x", floats.finish()), {.types = false}),
            "   x\n----\n nan\n-inf\n 0.1\n");
}

TEST(Table, HasAHeadWithoutRowsAndAWordWithoutColumns) {
  EXPECT_EQ(format_table(sample().slice(1, 0), {.types = false}),
            "id | body | tags\n---+------+-----\n");
  EXPECT_EQ(format_table(Batch()), "no columns, 0 rows\n");
}

TEST(Table, ANameMayBeEmpty) {
  Int64Builder numbers;
  numbers.append(12);
  EXPECT_EQ(format_table(one_column("", numbers.finish()), {.types = false}), "\n--\n12\n");
}

TEST(Table, AHugeFieldIsNotReadToItsEnd) {
  StringBuilder texts;
  texts.append(std::string(size_t{64} << 20, 'x'));
  std::string marks;
  for (int i = 0; i < 100'000; ++i) marks += "\xCC\x81";
  texts.append(marks);
  const std::string text = format_table(one_column("t", texts.finish()), {.types = false});
  EXPECT_LT(text.size(), 4000u);
}

TEST(Json, RowsOfEveryType) {
  EXPECT_EQ(row_to_json(sample(), 1),
            R"({"id":22,"body":"a text that is\ntoo long for its cell","tags":null})");
}

}  // namespace
}  // namespace weirflow
