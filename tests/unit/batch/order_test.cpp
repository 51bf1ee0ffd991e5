// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "weirflow/kernels.hpp"
#include "weirflow/row_hash.hpp"

namespace weirflow {
namespace {

using namespace wf;

TEST(Order, NumbersThenNanThenNull) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInf = std::numeric_limits<double>::infinity();
  Float64Builder builder;
  for (const double v : {-kInf, -1.5, 0.0, 2.0, kInf, kNan}) builder.append(v);
  builder.append_null();
  const ArrayPtr a = builder.finish();
  for (int64_t i = 0; i < a->length; ++i)
    for (int64_t j = 0; j < a->length; ++j)
      EXPECT_TRUE(compare_values(*a, i, *a, j) == (i <=> j)) << i << " " << j;
}

TEST(Order, ZerosAndNansAreEachEqualAndHashAlike) {
  Float64Builder builder;
  for (const double v : {0.0, -0.0, std::numeric_limits<double>::quiet_NaN(),
                         -std::numeric_limits<double>::signaling_NaN()})
    builder.append(v);
  const ArrayPtr a = builder.finish();
  EXPECT_TRUE(compare_values(*a, 0, *a, 1) == 0);
  EXPECT_TRUE(compare_values(*a, 2, *a, 3) == 0);
  EXPECT_EQ(hash_value(*a, 0, 1), hash_value(*a, 1, 1));
  EXPECT_EQ(hash_value(*a, 2, 1), hash_value(*a, 3, 1));
  EXPECT_NE(hash_value(*a, 0, 1), hash_value(*a, 2, 1));
}

TEST(Order, TextByUnsignedBytes) {
  StringBuilder builder;
  for (const char* text : {"", "A", "Z", "a", "ab", "\xC3\xA9", "\xF0\x9F\x98\x80"})
    builder.append(text);
  const ArrayPtr a = builder.finish();
  for (int64_t i = 0; i < a->length; ++i)
    for (int64_t j = 0; j < a->length; ++j)
      EXPECT_TRUE(compare_values(*a, i, *a, j) == (i <=> j)) << i << " " << j;
}

TEST(Order, ListsItemByItem) {
  ListBuilder<Int64Builder> lists;
  const std::vector<std::vector<int64_t>> rows = {{}, {1}, {1, 2}, {1, 3}, {2}};
  for (const auto& row : rows) {
    for (const int64_t v : row) lists.items().append(v);
    lists.append();
  }
  const ArrayPtr a = lists.finish();
  for (int64_t i = 0; i < a->length; ++i)
    for (int64_t j = 0; j < a->length; ++j)
      EXPECT_TRUE(compare_values(*a, i, *a, j) == (i <=> j)) << i << " " << j;
}

TEST(Order, DescendingTurnsValuesButNotNulls) {
  Int64Builder builder;
  builder.append(1);
  builder.append(2);
  builder.append_null();
  const Batch batch(std::make_shared<const Schema>(Schema{{"n", Type::int64}}), 3,
                    {builder.finish()});
  const SortKey up{0, false}, down{0, true};
  EXPECT_TRUE(compare_rows(batch, 0, batch, 1, {&up, 1}) < 0);
  EXPECT_TRUE(compare_rows(batch, 0, batch, 1, {&down, 1}) > 0);
  EXPECT_TRUE(compare_rows(batch, 0, batch, 2, {&up, 1}) < 0);
  EXPECT_TRUE(compare_rows(batch, 0, batch, 2, {&down, 1}) < 0);
}

TEST(Bytes, ASliceCountsItsPart) {
  Int64Builder numbers;
  StringBuilder texts;
  for (int i = 0; i < 1000; ++i) {
    numbers.append(i);
    texts.append("12345");
  }
  const Batch batch(std::make_shared<const Schema>(Schema{{"n", Type::int64}, {"s", Type::utf8}}),
                    1000, {numbers.finish(), texts.finish()});
  EXPECT_EQ(batch_bytes(batch), 8000 + 4004 + 5000);
  EXPECT_EQ(batch_bytes(batch.slice(500, 10)), 80 + 44 + 50);
  EXPECT_EQ(batch_bytes(batch.slice(7, 0)), 0);
}

}  // namespace
}  // namespace weirflow
