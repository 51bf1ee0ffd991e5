// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// The bugs that other implementations of the Arrow C Data Interface had, one test each, and the
// round trip of random batches.

#include <gtest/gtest.h>

#include "random_batch.h"
#include "weirflow/bridge.hpp"
#include "weirflow/kernels.hpp"

namespace weirflow {
namespace {

using namespace wf;
using testing::Random;

/// A hand-made producer whose releases are counted, as a foreign library would make it.
struct Foreign {
  explicit Foreign(int64_t length, std::vector<const void*> buffers, int64_t offset = 0)
      : pointers(std::move(buffers)) {
    array.length = length;
    array.offset = offset;
    array.n_buffers = static_cast<int64_t>(pointers.size());
    array.buffers = pointers.data();
    array.release = [](ArrowArray* a) {
      ++*static_cast<int*>(a->private_data);
      for (int64_t i = 0; i < a->n_children; ++i)
        if (a->children[i]->release) a->children[i]->release(a->children[i]);
      a->release = nullptr;
    };
    array.private_data = &released;
  }
  std::vector<const void*> pointers;
  int released = 0;
  ArrowArray array{};
};

Batch round_trip(const Batch& batch) {
  ArrowArray array;
  ArrowSchema schema;
  export_batch(batch, &array);
  export_schema(batch.schema(), &schema);
  Result<Schema> columns = import_schema(&schema);
  EXPECT_TRUE(columns.ok()) << columns.status().to_string();
  Result<Batch> back = import_batch(&array, std::make_shared<const Schema>(*columns));
  EXPECT_TRUE(back.ok()) << back.status().to_string();
  EXPECT_EQ(schema.release, nullptr);
  EXPECT_EQ(array.release, nullptr);
  return *back;
}

TEST(Bridge, RoundTripOfRandomBatchesAndSlices) {
  Random random(7);
  for (int i = 0; i < 60; ++i) {
    const Batch batch = testing::random_batch(random, testing::pick(random, 0, 70));
    EXPECT_TRUE(equal(round_trip(batch), batch));
    const Batch part = testing::random_slice(random, batch);
    EXPECT_TRUE(equal(round_trip(part), part));
    const Batch again = testing::random_slice(random, part);
    EXPECT_TRUE(equal(round_trip(round_trip(again)), again));
  }
}

TEST(Bridge, OffsetOfASlicedArrayCountsForValuesAndBits) {
  const int32_t values[] = {1, 2, 3, 4, 5};
  const uint8_t valid[] = {0b10111};
  Foreign f(3, {valid, values}, 2);
  f.array.null_count = -1;
  auto array = import_array(&f.array, Type::int32);
  ASSERT_TRUE(array.ok());
  EXPECT_EQ(NumericView<int32_t>(**array)[0], 3);
  EXPECT_TRUE((*array)->is_null(1));
  EXPECT_EQ((*array)->null_count(), 1);
  EXPECT_EQ(NumericView<int32_t>(**array)[2], 5);
}

TEST(Bridge, OffsetOfAStructAppliesToItsChildrenOnce) {
  const int64_t values[] = {10, 20, 30, 40};
  Foreign child(3, {nullptr, values}, 1);  // 20, 30, 40
  Foreign parent(2, {nullptr}, 1);         // 30, 40
  ArrowArray* children[] = {&child.array};
  parent.array.n_children = 1;
  parent.array.children = children;
  auto batch =
      import_batch(&parent.array, std::make_shared<const Schema>(Schema{{"x", Type::int64}}));
  ASSERT_TRUE(batch.ok()) << batch.status().to_string();
  EXPECT_EQ(batch->numbers<int64_t>(0)[0], 30);
  EXPECT_EQ(batch->numbers<int64_t>(0)[1], 40);
}

TEST(Bridge, ValueBufferReachesToTheLastOffset) {
  const int32_t offsets[] = {0, 3, 5, 9};
  const char bytes[] = "abcdefghi";
  Foreign f(1, {nullptr, offsets, bytes}, 2);  // needs nine bytes, not last minus first
  auto array = import_array(&f.array, Type::utf8);
  ASSERT_TRUE(array.ok());
  EXPECT_EQ((*array)->buffers[2].size, 9u);
  EXPECT_EQ(StringView(**array)[0], "fghi");
}

TEST(Bridge, EmptyStringArrayHasOneOffsetAndAcceptsNone) {
  ArrowArray out;
  export_array(StringBuilder().finish(), &out);
  ASSERT_NE(out.buffers[1], nullptr);
  ASSERT_NE(out.buffers[2], nullptr);
  EXPECT_EQ(static_cast<const int32_t*>(out.buffers[1])[0], 0);
  release(&out);
  Foreign f(0, {nullptr, nullptr, nullptr}, 5);  // zero length at an offset, no offsets at all
  auto array = import_array(&f.array, Type::utf8);
  ASSERT_TRUE(array.ok()) << array.status().to_string();
  EXPECT_EQ(StringView(**array).size(), 0);
}

TEST(Bridge, EveryStructIsReleasedOnceAlsoWhenAChildIsMovedOut) {
  const int64_t values[] = {1, 2};
  Foreign child(2, {nullptr, values}), other(2, {nullptr, values}), parent(2, {nullptr});
  ArrowArray* children[] = {&child.array, &other.array};
  parent.array.n_children = 2;
  parent.array.children = children;
  {
    auto batch = import_batch(&parent.array, std::make_shared<const Schema>(
                                                 Schema{{"x", Type::int64}, {"y", Type::int64}}));
    ASSERT_TRUE(batch.ok());
    EXPECT_EQ(parent.released, 1);  // the children were moved out before
    EXPECT_EQ(child.released, 0);
    const ArrayPtr keep = batch->column(1);
    batch = Result<Batch>(Batch());
    EXPECT_EQ(child.released, 1);  // dropping one column frees it
    EXPECT_EQ(other.released, 0);
  }
  EXPECT_EQ(child.released + other.released, 2);
}

TEST(Bridge, AnErrorInTheMiddleReleasesEverything) {
  const int64_t values[] = {1, 2};
  Foreign good(2, {nullptr, values}), bad(2, {nullptr}), parent(2, {nullptr});
  ArrowArray* children[] = {&good.array, &bad.array};
  parent.array.n_children = 2;
  parent.array.children = children;
  auto batch =
      import_batch(&parent.array,
                   std::make_shared<const Schema>(Schema{{"x", Type::int64}, {"y", Type::int64}}));
  ASSERT_FALSE(batch.ok());
  EXPECT_NE(batch.error().message().find("column 'y'"), std::string::npos);
  EXPECT_EQ(good.released, 1);
  EXPECT_EQ(bad.released, 1);
  EXPECT_EQ(parent.released, 1);
}

TEST(Bridge, NullDataBufferOfNoBytesIsAcceptedAndOfSomeRefused) {
  const int32_t none[] = {0, 0, 0};
  Foreign empty_texts(2, {nullptr, none, nullptr});
  EXPECT_TRUE(import_array(&empty_texts.array, Type::utf8).ok());
  EXPECT_EQ(empty_texts.released, 1);
  const int32_t some[] = {0, 1, 2};
  Foreign texts(2, {nullptr, some, nullptr});
  EXPECT_FALSE(import_array(&texts.array, Type::utf8).ok());
  EXPECT_EQ(texts.released, 1);
}

TEST(Bridge, ReleasedStructIsRefused) {
  ArrowArray array{};
  EXPECT_FALSE(import_array(&array, Type::int64).ok());
}

TEST(Bridge, UnalignedBufferIsCopied) {
  alignas(8) char bytes[24] = {};
  const int64_t value = 42;
  std::memcpy(bytes + 3, &value, sizeof(value));
  Foreign f(1, {nullptr, bytes + 3});
  auto array = import_array(&f.array, Type::int64);
  ASSERT_TRUE(array.ok());
  EXPECT_EQ(reinterpret_cast<uintptr_t>((*array)->buffers[1].data) % kAlignment, 0u);
  EXPECT_EQ(NumericView<int64_t>(**array)[0], 42);
}

TEST(Bridge, MetadataIsLengthPrefixedAndKeepsNulBytes) {
  Field field{"x", Type::int64, true, {{"k", std::string("a\0b", 3)}, {"", ""}}};
  ArrowSchema schema;
  export_field(field, &schema);
  auto back = import_field(&schema);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->metadata, field.metadata);
}

TEST(Bridge, RefusesWhatItCannotHold) {
  const auto refused = [](const char* format) {
    ArrowSchema child{}, parent{};
    child.format = format;
    child.name = "c";
    ArrowSchema* children[] = {&child};
    parent.format = "+s";
    parent.n_children = 1;
    parent.children = children;
    parent.release = [](ArrowSchema* s) { s->release = nullptr; };
    auto schema = import_schema(&parent);
    EXPECT_EQ(parent.release, nullptr);
    return !schema.ok();
  };
  EXPECT_TRUE(refused("tDm"));      // duration
  EXPECT_TRUE(refused("tss:UTC"));  // seconds
  EXPECT_TRUE(refused("d:10,2"));   // decimal
  EXPECT_TRUE(refused(""));
  EXPECT_FALSE(refused("tsu:"));
  EXPECT_FALSE(refused("U"));
}

TEST(Bridge, RefusesTwoColumnsOfOneName) {
  ArrowSchema schema;
  export_schema(Schema{{"x", Type::int64}, {"x", Type::utf8}}, &schema);
  auto back = import_schema(&schema);
  ASSERT_FALSE(back.ok());
  EXPECT_EQ(back.error().message(), "there are two columns 'x'");
}

TEST(Bridge, RefusesNestingWithoutEnd) {
  DataType type = Type::int64;
  for (int i = 0; i < kMaxDepth + 2; ++i) type = DataType::list_of(type);
  ArrowSchema schema;
  export_schema(Schema{{"deep", type}}, &schema);
  EXPECT_FALSE(import_schema(&schema).ok());
}

TEST(Bridge, RefusesImpossibleLengthsAndOffsets) {
  const int64_t values[] = {1};
  for (const auto& [length, offset] :
       {std::pair<int64_t, int64_t>{-1, 0}, {1, -1}, {INT64_MAX, 1}}) {
    Foreign f(length, {nullptr, values}, offset);
    EXPECT_FALSE(import_array(&f.array, Type::int64).ok());
    EXPECT_EQ(f.released, 1);
  }
  const int32_t backwards[] = {5, 2};
  Foreign f(1, {nullptr, backwards, "abcdef"});
  EXPECT_FALSE(import_array(&f.array, Type::utf8).ok());
}

TEST(Bridge, ListOffsetsMustStayInsideTheChild) {
  const int64_t values[] = {1, 2};
  const int32_t offsets[] = {0, 3};
  Foreign child(2, {nullptr, values}), list(1, {nullptr, offsets});
  ArrowArray* children[] = {&child.array};
  list.array.n_children = 1;
  list.array.children = children;
  EXPECT_FALSE(import_array(&list.array, DataType::list_of(Type::int64)).ok());
}

TEST(Bridge, OldNullArraysWithOneBufferAreAccepted) {
  Foreign f(4, {nullptr});
  auto array = import_array(&f.array, Type::null);
  ASSERT_TRUE(array.ok());
  EXPECT_EQ((*array)->null_count(), 4);
}

TEST(Bridge, SparseOfAnUnknownVersionIsRefused) {
  Field field = sparse_field("v");
  field.metadata[1].second = R"({"v":2})";
  ArrowSchema schema;
  export_field(field, &schema);
  EXPECT_FALSE(import_field(&schema).ok());
}

TEST(Bridge, ExportedBuffersAreAligned) {
  Int64Builder builder;
  for (int i = 0; i < 100; ++i) builder.append(i);
  ArrowArray out;
  export_array(builder.finish(), &out);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(out.buffers[1]) % kAlignment, 0u);
  release(&out);
}

}  // namespace
}  // namespace weirflow
