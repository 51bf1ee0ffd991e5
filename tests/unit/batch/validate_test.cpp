// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/validate.hpp"

#include <gtest/gtest.h>

namespace weirflow {
namespace {

using namespace wf;
using Level = ValidationLevel;

template <typename T>
Buffer buffer_of(const std::vector<T>& values) {
  BufferBuilder<T> builder;
  builder.append(values.data(), values.size());
  return builder.finish();
}

std::shared_ptr<Array> texts(const std::vector<int32_t>& offsets, std::string_view bytes) {
  auto a = std::make_shared<Array>();
  a->type = Type::utf8;
  a->length = static_cast<int64_t>(offsets.size()) - 1;
  a->buffers[1] = buffer_of(offsets);
  a->buffers[2] = buffer_of(std::vector<char>(bytes.begin(), bytes.end()));
  return a;
}

std::shared_ptr<Array> numbers(const std::vector<int64_t>& values) {
  auto a = std::make_shared<Array>();
  a->type = Type::int64;
  a->length = static_cast<int64_t>(values.size());
  a->buffers[1] = buffer_of(values);
  return a;
}

/// The lowest level that finds something, and what it says.
std::pair<Level, std::string> found(const Array& a, const Field& field) {
  for (const Level level : {Level::none, Level::minimal, Level::basic, Level::full})
    if (const Status status = validate(a, field, level); !status.ok()) {
      EXPECT_EQ(status.code(), Code::invalid_data);
      return {level, status.message()};
    }
  return {Level::none, ""};
}

using Found = std::pair<Level, std::string>;
const Found kNothing{Level::none, ""};

TEST(Validate, StructureIsMinimal) {
  const auto a = numbers({1, 2});
  EXPECT_EQ(found(*a, {"n", Type::int64}), kNothing);
  EXPECT_EQ(found(*a, {"n", Type::int32}),
            Found(Level::minimal, "column 'n': is int64, not int32"));
  a->offset = -1;
  EXPECT_EQ(found(*a, {"n", Type::int64}).first, Level::minimal);
  auto pair = std::make_shared<Array>();
  pair->type = DataType::struct_of({{"x", Type::int64}});
  pair->length = 2;
  EXPECT_EQ(found(*pair, {"p", pair->type}),
            Found(Level::minimal, "column 'p': has 0 children, not 1"));
  pair->children = {nullptr};
  EXPECT_EQ(found(*pair, {"p", pair->type}).second, "column 'p': child 0 is missing");
}

TEST(Validate, BuffersAndEndsAreBasic) {
  const Field field{"s", Type::utf8};
  EXPECT_EQ(found(*texts({0, 1, 3}, "abc"), field), kNothing);
  EXPECT_EQ(found(*texts({0, 1, 4}, "abc"), field),
            Found(Level::basic, "column 's': has offsets up to 4, behind the end at 3"));
  EXPECT_EQ(found(*texts({2, 2, 1}, "abc"), field),
            Found(Level::basic, "column 's': has offsets from 2 to 1"));
  EXPECT_EQ(found(*texts({-1, 2, 3}, "abc"), field).first, Level::basic);
  const auto n = numbers({1, 2});
  n->length = 3;
  EXPECT_EQ(found(*n, {"n", Type::int64}),
            Found(Level::basic, "column 'n': needs 24 bytes of values, has 16"));
  n->buffers[1] = {};
  EXPECT_EQ(found(*n, {"n", Type::int64}),
            Found(Level::basic, "column 'n': has no buffer of values"));
  n->length = 0;
  EXPECT_EQ(found(*n, {"n", Type::int64}), kNothing);
}

TEST(Validate, ChildrenMustReachFarEnough) {
  auto list = std::make_shared<Array>();
  list->type = DataType::list_of(Type::int64);
  list->length = 1;
  list->buffers[1] = buffer_of(std::vector<int32_t>{0, 3});
  list->children = {numbers({1, 2})};
  EXPECT_EQ(found(*list, {"l", list->type}),
            Found(Level::basic, "column 'l': has offsets up to 3, behind the end at 2"));
  auto pair = std::make_shared<Array>();
  pair->type = DataType::struct_of({{"x", Type::int64}});
  pair->length = 2;
  pair->offset = 1;
  pair->children = {numbers({1, 2})};
  EXPECT_EQ(found(*pair, {"p", pair->type}),
            Found(Level::basic, "column 'p': member 'x' is too short"));
}

TEST(Validate, ValuesAreFull) {
  const Field field{"s", Type::utf8};
  EXPECT_EQ(found(*texts({0, 2, 1, 3}, "abc"), field),
            Found(Level::full, "column 's': row 1: the offsets run backwards"));
  EXPECT_EQ(found(*texts({0, 1, 3}, "a\xC3\x28"), field),
            Found(Level::full, "column 's': row 1: not UTF-8 at byte 0"));
  EXPECT_EQ(validate(*texts({0, 1, 3}, "a\xC3\x28"), field, Level::full).row(), 1);
  const auto binary = texts({0, 1, 3}, "a\xC3\x28");
  binary->type = Type::binary;
  EXPECT_EQ(found(*binary, {"z", Type::binary}), kNothing);
}

TEST(Validate, OffsetsThatOnlyASliceReachesAreFull) {
  for (const Type type : {Type::utf8, Type::binary}) {
    const auto bytes = texts({0, 9, 9, 5}, "abcde");
    bytes->type = type;
    auto pair = std::make_shared<Array>();
    pair->type = DataType::struct_of({{"x", type}});
    pair->length = 1;
    pair->offset = 1;
    pair->children = {bytes};
    EXPECT_EQ(found(*pair, {"p", pair->type}),
              Found(Level::full, "column 'p': 'x': has offsets up to 9, behind the end at 5"));
  }
  auto inner = std::make_shared<Array>();
  inner->type = DataType::list_of(Type::int64);
  inner->length = 3;
  inner->buffers[1] = buffer_of(std::vector<int32_t>{0, -3, -1, 2});
  inner->children = {numbers({1, 2})};
  auto outer = std::make_shared<Array>();
  outer->type = DataType::list_of(inner->type);
  outer->length = 1;
  outer->buffers[1] = buffer_of(std::vector<int32_t>{1, 2});
  outer->children = {inner};
  EXPECT_EQ(found(*outer, {"l", outer->type}),
            Found(Level::full, "column 'l': item: has offsets from -3 to -1"));
}

TEST(Validate, TextUnderANullMayBeAnything) {
  const auto a = texts({0, 1, 3}, "a\xC3\x28");
  a->buffers[0] = buffer_of(std::vector<uint8_t>{0b01});
  EXPECT_EQ(found(*a, {"s", Type::utf8}), kNothing);
}

TEST(Validate, NullsAreCounted) {
  const auto a = numbers({1, 2, 3});
  a->buffers[0] = buffer_of(std::vector<uint8_t>{0b101});
  a->null_count_cache = 2;
  EXPECT_EQ(found(*a, {"n", Type::int64}), Found(Level::full, "column 'n': claims 2 nulls, has 1"));
  a->null_count_cache = -1;
  EXPECT_EQ(found(*a, {"n", Type::int64}), kNothing);
  EXPECT_EQ(found(*a, {"n", Type::int64, false, {}}),
            Found(Level::full, "column 'n': row 1: null in a column that has none by its schema"));
}

TEST(Validate, SparseIndicesAscendInsideTheSize) {
  const auto column = [](std::initializer_list<int32_t> indices) {
    SparseBuilder builder;
    builder.append();
    for (const int32_t i : indices) builder.items().append(i, 1.0);
    builder.append();
    return builder.finish();
  };
  EXPECT_EQ(found(*column({0, 4, 9}), sparse_field("v", 10)), kNothing);
  EXPECT_EQ(found(*column({0, 4, 4}), sparse_field("v")),
            Found(Level::full, "column 'v': row 1: the indices do not ascend"));
  EXPECT_EQ(found(*column({-1}), sparse_field("v")).first, Level::full);
  EXPECT_EQ(found(*column({4, 10}), sparse_field("v", 10)),
            Found(Level::full, "column 'v': row 1: index 10 of a vector of size 10"));
}

TEST(Validate, BatchesHaveColumnsOfOneLength) {
  const auto schema =
      std::make_shared<const Schema>(Schema{{"a", Type::int64}, {"b", Type::int64}});
  EXPECT_TRUE(validate(Batch(schema, 2, {numbers({1, 2}), numbers({3, 4})}), Level::full).ok());
  EXPECT_EQ(validate(Batch(schema, 2, {numbers({1, 2}), numbers({3})}), Level::minimal).message(),
            "column 'b': has 1 rows, the batch 2");
  EXPECT_EQ(validate(Batch(schema, 2, {numbers({1, 2}), nullptr}), Level::minimal).message(),
            "column 'b': is missing");
  EXPECT_TRUE(validate(Batch(schema, 2, {numbers({1, 2}), nullptr}), Level::none).ok());
}

TEST(Validate, NestedErrorsNameTheWay) {
  auto list = std::make_shared<Array>();
  list->type = DataType::list_of(Type::utf8);
  list->length = 1;
  list->buffers[1] = buffer_of(std::vector<int32_t>{0, 2});
  list->children = {texts({0, 1, 2}, "a\xFF")};
  const Status status = validate(*list, {"tags", list->type}, Level::full);
  EXPECT_EQ(status.message(), "column 'tags': item: row 1: not UTF-8 at byte 0");
  EXPECT_EQ(status.row(), -1);
}

}  // namespace
}  // namespace weirflow
