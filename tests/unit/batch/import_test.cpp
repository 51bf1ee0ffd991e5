// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What import accepts and refuses, with the release of every struct counted in each outcome. The
// names of the first tests are the rows of the list of bugs that other implementations had.

#include <gtest/gtest.h>

#include <functional>

#include "counted.h"
#include "weirflow/bridge.hpp"
#include "weirflow/kernels.hpp"
#include "weirflow/print.hpp"

namespace weirflow {
namespace {

using namespace wf;
using testing::Counted;

ArrayPtr numbers(std::initializer_list<int64_t> values) {
  Int64Builder builder;
  for (const int64_t v : values) builder.append(v);
  return builder.finish();
}

/// Columns: n int64, s utf8, tags list<utf8>, p struct<x: int64>. Three rows, one null each but n.
Batch sample() {
  StringBuilder texts;
  texts.append("one");
  texts.append_null();
  texts.append("three");
  ListBuilder<StringBuilder> tags;
  tags.items().append("a");
  tags.items().append("b");
  tags.append();
  tags.append();
  tags.append_null();
  auto pair = std::make_shared<Array>();
  pair->type = DataType::struct_of({{"x", Type::int64}});
  pair->length = 3;
  BufferBuilder<uint8_t> bits;
  bits.push_back(0b101);
  pair->buffers[0] = bits.finish();
  pair->children = {numbers({7, 8, 9})};
  const auto schema = std::make_shared<const Schema>(Schema{{"n", Type::int64},
                                                            {"s", Type::utf8},
                                                            {"tags", DataType::list_of(Type::utf8)},
                                                            {"p", pair->type}});
  return Batch(schema, 3, {numbers({1, 2, 3}), texts.finish(), tags.finish(), pair});
}

/// Exports, lets `change` spoil the structs, imports; every struct is released once.
Status import_changed(const std::function<void(ArrowArray&)>& change,
                      const Batch& batch = sample()) {
  ArrowArray array;
  export_batch(batch, &array);
  const Counted<ArrowArray> counted(&array);
  change(array);
  Status status;
  {
    Result<Batch> back = import_batch(&array, batch.schema_ptr());
    status = back.status();
    EXPECT_EQ(array.release, nullptr);
  }
  EXPECT_TRUE(counted.each_released_once()) << counted.releases() << " of " << counted.structs();
  return status;
}

Status import_schema_changed(const std::function<void(ArrowSchema&)>& change,
                             const Schema& schema = sample().schema()) {
  ArrowSchema out;
  export_schema(schema, &out);
  const Counted<ArrowSchema> counted(&out);
  change(out);
  Result<Schema> back = import_schema(&out);
  EXPECT_EQ(out.release, nullptr);
  EXPECT_TRUE(counted.each_released_once());
  return back.status();
}

TEST(ImportBugs, OffsetOfASlicedListReachesItsItemsOnlyThroughTheOffsets) {
  const Batch batch = sample();
  const Batch part = batch.slice(1, 2);
  ArrowArray array;
  export_batch(part, &array);
  auto back = import_batch(&array, batch.schema_ptr());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(row_to_json(*back, 0), R"({"n":2,"s":null,"tags":[],"p":null})");
  EXPECT_EQ(row_to_json(*back, 1), R"({"n":3,"s":"three","tags":null,"p":{"x":9}})");
}

TEST(ImportBugs, OffsetOfTheBatchMovesEveryColumn) {
  ArrowArray array;
  export_batch(sample(), &array);
  array.offset = 1;
  array.length = 2;
  auto back = import_batch(&array, sample().schema_ptr());
  ASSERT_TRUE(back.ok()) << back.status().to_string();
  EXPECT_TRUE(equal(*back, sample().slice(1, 2)));
}

TEST(ImportBugs, ChildrenReleasedByTheConsumerFirst) {
  ArrowArray array;
  export_batch(sample(), &array);
  const Counted<ArrowArray> counted(&array);
  array.children[1]->release(array.children[1]);
  ArrowArray moved = *array.children[2];
  array.children[2]->release = nullptr;
  array.release(&array);
  EXPECT_FALSE(counted.each_released_once());
  auto tags = import_array(&moved, DataType::list_of(Type::utf8));
  ASSERT_TRUE(tags.ok());
  EXPECT_EQ((*tags)->length, 3);
  tags = Result<ArrayPtr>(ArrayPtr());
  EXPECT_TRUE(counted.each_released_once());
}

TEST(ImportBugs, ReleaseIsNotSkippedWhateverFailsInTheMiddle) {
  for (int k = 0; k < 4; ++k) {
    const Status status = import_changed([&](ArrowArray& a) { a.children[k]->n_buffers = 9; });
    ASSERT_FALSE(status.ok());
    const std::string name = sample().schema().field(k).name;
    EXPECT_EQ(status.message().find("column '" + name + "': has 9 buffers"), 0u)
        << status.message();
  }
  EXPECT_FALSE(import_changed([](ArrowArray& a) { a.children[2]->children[0]->length = 1; }).ok());
}

TEST(ImportBugs, NullBufferThatIsNotValidityIsStillReleased) {
  for (int k = 0; k < 3; ++k)
    EXPECT_FALSE(import_changed([&](ArrowArray& a) { a.children[k]->buffers[1] = nullptr; }).ok());
  EXPECT_FALSE(import_changed([](ArrowArray& a) { a.children[1]->buffers[2] = nullptr; }).ok());
  EXPECT_TRUE(import_changed([](ArrowArray& a) {
                a.children[0]->buffers[0] = nullptr;
                a.children[0]->null_count = -1;
              }).ok());
}

/// A producer that frees its memory on release, so that a read after it is found by ASan.
TEST(ImportBugs, NothingIsReadAfterRelease) {
  auto* values = new int64_t[3]{4, 5, 6};
  auto* buffers = new const void* [2] { nullptr, values };
  ArrowArray array{};
  array.length = 3;
  array.n_buffers = 2;
  array.buffers = buffers;
  array.release = [](ArrowArray* a) {
    delete[] static_cast<const int64_t*>(a->buffers[1]);
    delete[] a->buffers;
    a->release = nullptr;
  };
  auto column = import_array(&array, Type::int64);
  ASSERT_TRUE(column.ok());
  const ArrayPtr part = slice(*column, 1, 2);
  const ArrayPtr copy = compact(part);
  column = Result<ArrayPtr>(ArrayPtr());
  EXPECT_EQ(NumericView<int64_t>(*part)[1], 6);
  EXPECT_EQ(NumericView<int64_t>(*copy)[0], 5);
}

TEST(ImportBugs, EmptySliceAtTheEndOfAColumn) {
  for (int64_t start = 0; start <= 3; ++start) {
    const Batch empty = sample().slice(start, 0);
    EXPECT_TRUE(import_changed([](ArrowArray&) {}, empty).ok());
    EXPECT_EQ(deep_copy(empty).rows(), 0);
  }
}

TEST(ImportBugs, EmptyListWithoutOffsets) {
  const ArrayPtr empty = slice(sample().column(2), 0, 0);
  ArrowArray array;
  export_array(empty, &array);
  array.buffers[1] = nullptr;
  auto back = import_array(&array, DataType::list_of(Type::utf8));
  ASSERT_TRUE(back.ok());
  export_array(*back, &array);
  ASSERT_NE(array.buffers[1], nullptr);
  EXPECT_EQ(static_cast<const int32_t*>(array.buffers[1])[0], 0);
  release(&array);
}

TEST(Import, RefusesNullRowsOfTheBatch) {
  const uint8_t some = 0b101, all = 0b111;
  const auto with = [&](const uint8_t* bits, int64_t nulls) {
    return import_changed([=](ArrowArray& a) {
      a.buffers[0] = bits;
      a.null_count = nulls;
    });
  };
  EXPECT_EQ(with(&some, 1).message(), "the batch: has null rows; only columns may have nulls");
  EXPECT_FALSE(with(&some, -1).ok());
  EXPECT_FALSE(with(&some, 0).ok());
  EXPECT_TRUE(with(&all, -1).ok());
  EXPECT_TRUE(with(nullptr, -1).ok());
  EXPECT_FALSE(with(nullptr, 2).ok());
}

TEST(Import, RefusesImpossibleNumbers) {
  const auto refused = [](const std::function<void(ArrowArray&)>& change) {
    return !import_changed(change).ok();
  };
  EXPECT_TRUE(refused([](ArrowArray& a) { a.offset = INT64_MAX; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.length = -1; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.length = 4; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.n_buffers = 0; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.children[0]->null_count = 4; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.children[0]->null_count = -2; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.children[0]->offset = INT64_MAX - 1; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.children[0]->length = INT64_MAX; }));
  EXPECT_TRUE(refused([](ArrowArray& a) { a.children[3]->children[0]->length = 2; }));
}

TEST(Import, RefusesAWrongNumberOfColumnsAndReleasedOnes) {
  const auto schema = sample().schema_ptr();
  ArrowArray array;
  export_batch(
      Batch(std::make_shared<const Schema>(Schema{{"n", Type::int64}}), 3, {numbers({1, 2, 3})}),
      &array);
  auto back = import_batch(&array, schema);
  EXPECT_EQ(back.status().message(), "the batch has 1 columns, not 4");
  EXPECT_EQ(array.release, nullptr);
  export_batch(sample(), &array);
  array.children[1]->release(array.children[1]);
  back = import_batch(&array, schema);
  EXPECT_EQ(back.status().message(), "column 's': has been released already");
  EXPECT_EQ(array.release, nullptr);
}

TEST(Import, RefusesDictionaries) {
  ArrowArray words{};
  EXPECT_EQ(import_changed([&](ArrowArray& a) { a.children[1]->dictionary = &words; }).message(),
            "column 's': is dictionary-encoded: decode it first");
  ArrowSchema type{};
  EXPECT_EQ(
      import_schema_changed([&](ArrowSchema& s) { s.children[1]->dictionary = &type; }).message(),
      "column 's': dictionary-encoded columns are not accepted: decode them first");
}

TEST(Import, RefusesMissingFormatsAndNames) {
  EXPECT_FALSE(import_schema_changed([](ArrowSchema& s) { s.format = nullptr; }).ok());
  EXPECT_FALSE(import_schema_changed([](ArrowSchema& s) { s.children[1]->format = nullptr; }).ok());
  EXPECT_EQ(import_schema_changed([](ArrowSchema& s) { s.children[1]->name = nullptr; }).message(),
            "child 1 has no name");
  EXPECT_FALSE(import_schema_changed([](ArrowSchema& s) {
                 s.children[3]->children[0]->name = nullptr;
               }).ok());
  EXPECT_TRUE(import_schema_changed([](ArrowSchema& s) {
                s.children[2]->children[0]->name = nullptr;
              }).ok());
}

TEST(Import, AcceptsTheDeepestNestingAndNoDeeper) {
  for (int depth = kMaxDepth - 2; depth <= kMaxDepth + 1; ++depth) {
    DataType type = Type::null;
    for (int i = 1; i < depth; ++i) type = DataType::struct_of({{"m", type}});
    const bool fits = depth <= kMaxDepth;
    EXPECT_EQ(import_schema_changed([](ArrowSchema&) {}, Schema{{"c", type}}).ok(), fits) << depth;
    auto make = [](auto& self, const DataType& t) -> ArrayPtr {
      auto a = std::make_shared<Array>();
      a->type = t;
      for (const Field& child : t.children()) a->children.push_back(self(self, child.type));
      return a;
    };
    const Batch batch(std::make_shared<const Schema>(Schema{{"c", type}}), 0, {make(make, type)});
    EXPECT_EQ(import_changed([](ArrowArray&) {}, batch).ok(), fits) << depth;
  }
}

TEST(Import, ExtensionsAreTheirStorageTypeExceptSparse) {
  const auto with = [](DataType type, std::string name, std::string parameters) {
    Field field{"v", std::move(type), true, {}};
    field.metadata = {{std::string(kExtensionName), std::move(name)},
                      {std::string(kExtensionMetadata), std::move(parameters)}};
    return import_schema_changed([](ArrowSchema&) {}, Schema{field});
  };
  EXPECT_TRUE(with(Type::int64, "some.one", "{}").ok());
  EXPECT_TRUE(with(DataType::sparse(), "weirflow.sparse", R"({"v":1})").ok());
  EXPECT_TRUE(with(DataType::sparse(), "weirflow.sparse", R"({ "size": 9, "v" : 1 })").ok());
  for (const char* wrong : {R"({"v":2})", R"({"v":10})", R"({"v":"1"})", R"({"size":1})", ""})
    EXPECT_FALSE(with(DataType::sparse(), "weirflow.sparse", wrong).ok()) << wrong;
  EXPECT_FALSE(with(DataType::list_of(Type::int64), "weirflow.sparse", R"({"v":1})").ok());
}

TEST(Import, DoesNotBelieveANullCount) {
  for (const int64_t claimed : {-1, 0, 1, 2}) {
    ArrowArray array;
    export_batch(sample().slice(1, 2), &array);
    EXPECT_EQ(array.children[1]->null_count, -1);
    array.children[1]->null_count = claimed;
    auto back = import_batch(&array, sample().schema_ptr());
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->column(1)->null_count(), 1) << claimed;
  }
}

TEST(Import, CopiesUnalignedOffsetsToo) {
  alignas(8) char bytes[16] = {};
  const int32_t offsets[] = {0, 2, 3};
  std::memcpy(bytes + 1, offsets, sizeof(offsets));
  ArrowArray array;
  export_array(slice(sample().column(1), 0, 2), &array);
  array.buffers[1] = bytes + 1;
  array.buffers[0] = nullptr;
  array.null_count = 0;
  auto back = import_array(&array, Type::utf8);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(StringView(**back)[0], "on");
  EXPECT_EQ(StringView(**back)[1], "e");
}

}  // namespace
}  // namespace weirflow
