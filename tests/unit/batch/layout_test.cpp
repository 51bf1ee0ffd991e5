// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Every kernel and both halves of the bridge on random nested layouts, against texts that were made
// beside the values.

#include <gtest/gtest.h>

#include "counted.h"
#include "random_layout.h"
#include "weirflow/bridge.hpp"
#include "weirflow/kernels.hpp"
#include "weirflow/print.hpp"
#include "weirflow/row_hash.hpp"
#include "weirflow/validate.hpp"

namespace weirflow {
namespace {

using namespace wf;
using testing::Counted;
using testing::RandomLayout;
using Rows = std::vector<std::string>;

Rows rows_of(const Batch& batch) {
  Rows rows;
  for (int64_t i = 0; i < batch.rows(); ++i) rows.push_back(row_to_json(batch, i));
  return rows;
}

Rows part_of(const Rows& rows, int64_t start, int64_t count) {
  return {rows.begin() + start, rows.begin() + start + count};
}

std::vector<uint64_t> hashes_of(const Batch& batch) {
  std::vector<uint64_t> hashes(static_cast<size_t>(batch.rows()), 7);
  for (const ArrayPtr& column : batch.columns()) hash_column(*column, hashes);
  return hashes;
}

Batch round_trip(const Batch& batch) {
  ArrowArray array;
  ArrowSchema schema;
  export_batch(batch, &array);
  export_schema(batch.schema(), &schema);
  const Counted<ArrowArray> arrays(&array);
  const Counted<ArrowSchema> schemas(&schema);
  Result<Schema> columns = import_schema(&schema);
  EXPECT_TRUE(columns.ok()) << columns.status().to_string();
  EXPECT_TRUE(*columns == batch.schema());
  EXPECT_TRUE(schemas.each_released_once());
  Batch copy;
  {
    Result<Batch> back = import_batch(&array, std::make_shared<const Schema>(*columns));
    EXPECT_TRUE(back.ok()) << back.status().to_string();
    EXPECT_EQ(array.release, nullptr);
    copy = deep_copy(*back);
    EXPECT_EQ(rows_of(*back), rows_of(copy));
  }
  EXPECT_TRUE(arrays.each_released_once());
  return copy;
}

class Layouts : public ::testing::TestWithParam<uint64_t> {
 protected:
  Layouts() : random_(GetParam()) {
    std::tie(whole_, json_) = random_.batch(random_.pick(0, 60));
    start_ = random_.pick(0, whole_.rows());
    const int64_t count = random_.pick(0, whole_.rows() - start_);
    batch_ = whole_.slice(start_, count);
    rows_ = part_of(json_, start_, count);
  }
  RandomLayout random_;
  Batch whole_, batch_;
  Rows json_, rows_;
  int64_t start_ = 0;
};

TEST_P(Layouts, JsonReadsWhatWasWritten) {
  EXPECT_EQ(rows_of(whole_), json_);
  EXPECT_EQ(rows_of(batch_), rows_);
}

TEST_P(Layouts, AreValid) {
  const Status status = validate(batch_, ValidationLevel::full);
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_TRUE(validate(deep_copy(batch_), ValidationLevel::full).ok());
}

TEST_P(Layouts, SurviveTheBridge) {
  EXPECT_EQ(rows_of(round_trip(whole_)), json_);
  EXPECT_EQ(rows_of(round_trip(batch_)), rows_);
}

TEST_P(Layouts, DeepCopyHasTheSameRowsAndNoOffsets) {
  const Batch copy = deep_copy(batch_);
  EXPECT_EQ(rows_of(copy), rows_);
  EXPECT_TRUE(equal(copy, batch_));
  for (const ArrayPtr& column : copy.columns()) EXPECT_EQ(column->offset, 0);
  for (int k = 0; k < copy.column_count(); ++k)
    EXPECT_TRUE(copy.column(k)->type == copy.schema().field(k).type);
}

TEST_P(Layouts, TakeAndFilter) {
  std::vector<int64_t> picked;
  Rows expected;
  for (int64_t n = random_.pick(0, 40); n > 0 && batch_.rows() > 0; --n) {
    picked.push_back(random_.pick(0, batch_.rows() - 1));
    expected.push_back(rows_[static_cast<size_t>(picked.back())]);
  }
  const Batch taken = take(batch_, picked);
  EXPECT_EQ(rows_of(taken), expected);
  EXPECT_TRUE(validate(taken, ValidationLevel::full).ok());

  expected.clear();
  std::vector<uint8_t> keep;
  BoolBuilder marks;
  for (const std::string& row : rows_) {
    const int64_t choice = random_.pick(0, 4);
    keep.push_back(choice > 1);
    if (choice == 0)
      marks.append_null();
    else
      marks.append(choice > 1);
    if (choice > 1) expected.push_back(row);
  }
  EXPECT_EQ(rows_of(filter(batch_, keep)), expected);
  EXPECT_EQ(rows_of(filter(batch_, *marks.finish())), expected);
}

TEST_P(Layouts, ConcatOfSlicesAndCopies) {
  std::vector<Batch> parts;
  Rows expected;
  for (int64_t n = random_.pick(1, 5); n > 0; --n) {
    const int64_t start = random_.pick(0, whole_.rows());
    const int64_t count = random_.pick(0, whole_.rows() - start);
    const Batch part = whole_.slice(start, count);
    parts.push_back(n % 2 ? part : deep_copy(part));
    const Rows rows = part_of(json_, start, count);
    expected.insert(expected.end(), rows.begin(), rows.end());
  }
  const Batch all = concat(parts);
  EXPECT_EQ(rows_of(all), expected);
  EXPECT_TRUE(validate(all, ValidationLevel::full).ok());
}

TEST_P(Layouts, HashesDoNotSeeTheLayout) {
  const auto whole = hashes_of(whole_);
  const auto part = hashes_of(batch_);
  EXPECT_EQ(hashes_of(deep_copy(batch_)), part);
  for (size_t i = 0; i < part.size(); ++i)
    EXPECT_EQ(part[i], whole[static_cast<size_t>(start_) + i]);
}

TEST_P(Layouts, OrderIsTotalAndAgreesWithEquality) {
  std::vector<SortKey> keys;
  for (int k = 0; k < batch_.column_count(); ++k) keys.push_back({k, random_.pick(0, 1) == 1});
  const Batch copy = deep_copy(batch_);
  for (int64_t n = 0; n < 30 && batch_.rows() > 0; ++n) {
    const int64_t i = random_.pick(0, batch_.rows() - 1), j = random_.pick(0, batch_.rows() - 1);
    const auto order = compare_rows(batch_, i, copy, j, keys);
    EXPECT_EQ(order == 0, rows_[static_cast<size_t>(i)] == rows_[static_cast<size_t>(j)]);
    EXPECT_TRUE(compare_rows(copy, j, batch_, i, keys) == (0 <=> order));
  }
}

TEST_P(Layouts, SharedBytesCountOnce) {
  const int64_t bytes = batch_bytes(batch_);
  EXPECT_LE(bytes, batch_bytes(whole_));
  std::vector<ArrayPtr> twice = batch_.columns();
  std::vector<Field> fields = batch_.schema().fields();
  twice.push_back(twice[0]);
  fields.push_back({"again", fields[0].type, true, {}});
  EXPECT_EQ(batch_bytes(Batch(std::make_shared<const Schema>(fields), batch_.rows(), twice)),
            bytes);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Layouts, ::testing::Range<uint64_t>(0, 150));

}  // namespace
}  // namespace weirflow
