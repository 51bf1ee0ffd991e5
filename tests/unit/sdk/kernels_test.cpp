// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Kernels against a row-by-row oracle: the JSON text of each row.

#include <gtest/gtest.h>

#include "random_batch.h"
#include "weirflow/kernels.hpp"
#include "weirflow/print.hpp"

namespace weirflow {
namespace {

using namespace wf;
using testing::Random;

std::vector<std::string> rows_of(const Batch& batch) {
  std::vector<std::string> rows(static_cast<size_t>(batch.rows()));
  for (int64_t i = 0; i < batch.rows(); ++i)
    append_row_json(batch, i, rows[static_cast<size_t>(i)]);
  return rows;
}

class RandomKernels : public ::testing::TestWithParam<int> {};

TEST_P(RandomKernels, AgreeWithRowByRow) {
  Random random(static_cast<uint64_t>(GetParam()));
  const Batch whole = testing::random_batch(random, testing::pick(random, 0, 90));
  const Batch batch = testing::random_slice(random, whole);
  const auto rows = rows_of(batch);

  EXPECT_EQ(rows_of(deep_copy(batch)), rows);
  EXPECT_TRUE(equal(deep_copy(batch), batch));

  std::vector<int64_t> picked;
  std::vector<std::string> expected;
  for (int64_t n = testing::pick(random, 0, 40); n > 0 && batch.rows() > 0; --n) {
    picked.push_back(testing::pick(random, 0, batch.rows() - 1));
    expected.push_back(rows[static_cast<size_t>(picked.back())]);
  }
  EXPECT_EQ(rows_of(take(batch, picked)), expected);

  std::vector<uint8_t> keep;
  expected.clear();
  for (const std::string& row : rows) {
    keep.push_back(testing::pick(random, 0, 2) > 0);
    if (keep.back()) expected.push_back(row);
  }
  EXPECT_EQ(rows_of(filter(batch, keep)), expected);

  std::vector<Batch> parts;
  expected.clear();
  for (int i = 0; i < 3; ++i) {
    parts.push_back(testing::random_slice(random, whole));
    for (const std::string& row : rows_of(parts.back())) expected.push_back(row);
  }
  EXPECT_EQ(rows_of(concat(parts)), expected);
  EXPECT_GE(batch_bytes(batch), batch.rows() * 8);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomKernels, ::testing::Range(0, 80));

TEST(Kernels, EqualSeesOneDifferentValue) {
  Random random(3);
  const Batch batch = testing::random_batch(random, 30);
  for (int k = 0; k < batch.column_count(); ++k) {
    std::vector<ArrayPtr> columns = batch.columns();
    std::vector<int64_t> rotated(30);
    for (int64_t i = 0; i < 30; ++i) rotated[static_cast<size_t>(i)] = (i + 1) % 30;
    columns[static_cast<size_t>(k)] = take(batch, rotated).column(k);
    EXPECT_FALSE(equal(batch, Batch(batch.schema_ptr(), 30, columns))) << k;
  }
}

TEST(Json, WritesEachTypeAsDocumented) {
  std::string out;
  append_json_text(out, "a\"\\\n\t\x01 \xC3\xA9 \xFF");
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\t\\u0001 \xC3\xA9 \xEF\xBF\xBD\"");
  out.clear();
  append_timestamp(out, 951'782'400'123'456);  // 2000-02-29
  EXPECT_EQ(out, "2000-02-29T00:00:00.123456Z");
  out.clear();
  append_timestamp(out, -1);
  EXPECT_EQ(out, "1969-12-31T23:59:59.999999Z");
  out.clear();
  append_base64(out, "any carnal pleas");
  EXPECT_EQ(out, "YW55IGNhcm5hbCBwbGVhcw==");
  out.clear();
  append_json_number(out, 0.1);
  append_json_number(out, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(out, "0.1null");
}

TEST(Builders, RefuseTwoGigabytesOfText) {
  StringBuilder builder;
  const std::string big(1 << 30, 'x');
  builder.append(big);
  EXPECT_THROW(builder.append(big), std::length_error);
}

}  // namespace
}  // namespace weirflow
