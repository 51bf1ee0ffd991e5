// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "batch/spool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/file.h"
#include "random_layout.h"
#include "weirflow/kernels.hpp"
#include "weirflow/print.hpp"
#include "weirflow/validate.hpp"

namespace weirflow::batch {
namespace {

namespace fs = std::filesystem;
using wf::Code;

class Spools : public ::testing::Test {
 protected:
  Spools() {
    std::string name = (fs::temp_directory_path() / "spool-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/rows";
  }
  ~Spools() override { fs::remove_all(folder_); }

  /// Writes the batches, answers the file's bytes.
  std::string write(const wf::SchemaPtr& schema, const std::vector<wf::Batch>& batches) {
    auto writer = SpoolWriter::create(path_, schema);
    EXPECT_TRUE(writer.ok()) << writer.status().to_string();
    for (const wf::Batch& batch : batches) {
      const wf::Status status = (*writer)->append(batch);
      EXPECT_TRUE(status.ok()) << status.to_string();
    }
    EXPECT_TRUE((*writer)->finish().ok());
    return *read_file(path_);
  }
  void put(std::string_view bytes) {
    fs::remove(path_);  // a mapping of the file before keeps its own
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  /// Rows as JSON up to the first error.
  wf::Result<std::vector<std::string>> read() {
    WF_ASSIGN(auto spool, Spool::open(path_));
    std::vector<std::string> rows;
    Spool::Reader reader(spool);
    for (;;) {
      WF_ASSIGN(auto batch, reader.next());
      if (!batch) return rows;
      for (int64_t i = 0; i < batch->rows(); ++i) rows.push_back(wf::row_to_json(*batch, i));
    }
  }
  std::string folder_, path_;
};

wf::Batch numbers(int64_t first, int64_t count) {
  wf::Int64Builder n;
  wf::StringBuilder s;
  for (int64_t i = first; i < first + count; ++i) {
    n.append(i);
    s.append("row " + std::to_string(i));
  }
  return wf::Batch(
      std::make_shared<const wf::Schema>(wf::Schema{{"n", wf::Type::int64}, {"s", wf::Type::utf8}}),
      count, {n.finish(), s.finish()});
}

TEST_F(Spools, GiveBackEveryLayout) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    testing::RandomLayout random(seed);
    const auto [whole, json] = random.batch(random.pick(0, 50));
    std::vector<wf::Batch> parts;
    std::vector<std::string> expected;
    for (int64_t n = random.pick(0, 4); n > 0; --n) {
      const int64_t start = random.pick(0, whole.rows());
      const int64_t count = random.pick(0, whole.rows() - start);
      parts.push_back(whole.slice(start, count));
      expected.insert(expected.end(), json.begin() + start, json.begin() + start + count);
    }
    write(whole.schema_ptr(), parts);
    const auto rows = read();
    ASSERT_TRUE(rows.ok()) << rows.status().to_string();
    EXPECT_EQ(*rows, expected);
    auto spool = Spool::open(path_);
    Spool::Reader reader(*spool);
    for (auto b = reader.next(); b.ok() && *b; b = reader.next())
      EXPECT_TRUE(wf::validate(**b, wf::ValidationLevel::full).ok());
    EXPECT_EQ((*spool)->rows(), static_cast<int64_t>(expected.size()));
    EXPECT_TRUE((*spool)->schema() == whole.schema());
  }
}

TEST_F(Spools, KeepMetadataAndNullability) {
  wf::Field sparse = wf::sparse_field("v", 12);
  const auto schema = std::make_shared<const wf::Schema>(
      std::vector<wf::Field>{sparse}, wf::Metadata{{"key", std::string("a\0b", 3)}});
  write(schema, {});
  auto spool = Spool::open(path_);
  ASSERT_TRUE(spool.ok());
  EXPECT_EQ((*spool)->schema().metadata(), schema->metadata());
  EXPECT_EQ((*spool)->schema().field(0).metadata, sparse.metadata);
  EXPECT_FALSE((*spool)->schema().field(0).nullable);
}

TEST_F(Spools, AreReadInPlaceAndAligned) {
  write(numbers(0, 5).schema_ptr(), {numbers(0, 5), numbers(5, 100)});
  auto spool = Spool::open(path_);
  Spool::Reader reader(*spool), other(*spool);
  auto first = reader.next(), again = other.next();
  EXPECT_EQ((*first)->column(0)->buffers[1].data, (*again)->column(0)->buffers[1].data);
  for (auto b = reader.next(); b.ok() && *b; b = reader.next())
    for (const wf::ArrayPtr& column : (*b)->columns())
      for (size_t k = 1; k < 3; ++k)
        EXPECT_EQ(reinterpret_cast<uintptr_t>(column->buffers[k].data) % wf::kAlignment, 0u);
}

TEST_F(Spools, BatchesOutliveReaderSpoolAndFile) {
  write(numbers(0, 5).schema_ptr(), {numbers(0, 5)});
  wf::Batch kept;
  {
    auto spool = Spool::open(path_);
    Spool::Reader reader(*spool);
    kept = **reader.next();
  }
  fs::remove(path_);
  EXPECT_TRUE(wf::equal(kept, numbers(0, 5)));
}

/// Resident bytes of mapped files.
int64_t mapped_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssFile:")) return std::stoll(line.substr(8)) * 1024;
  return -1;
}

TEST_F(Spools, AReaderKeepsLittleOfALargeFileInMemory) {
  constexpr int64_t kRows = 1 << 17;  // 1 MiB of numbers a frame
  wf::Int64Builder n;
  for (int64_t i = 0; i < kRows; ++i) n.append(i);
  const auto schema = std::make_shared<const wf::Schema>(wf::Schema{{"n", wf::Type::int64}});
  const wf::Batch batch(schema, kRows, {n.finish()});
  write(schema, std::vector<wf::Batch>(64, batch));
  auto spool = Spool::open(path_);
  ASSERT_TRUE(spool.ok());
  Spool::Reader reader(*spool);
  const auto first = reader.next();
  ASSERT_TRUE(first.ok() && *first);
  const int64_t before = mapped_bytes();
  int64_t frames = 1, most = 0;
  for (;; ++frames) {
    const auto next = reader.next();
    ASSERT_TRUE(next.ok());
    if (!*next) break;
    most = std::max(most, mapped_bytes() - before);
  }
  EXPECT_EQ(frames, 64);
  EXPECT_LT(most, int64_t{24} << 20);
  EXPECT_EQ((*first)->numbers<int64_t>(0)[kRows - 1], kRows - 1);  // let go of, and still there
}

TEST_F(Spools, ASliceIsWrittenWithoutTheRest) {
  wf::ListBuilder<wf::StringBuilder> lists;
  for (int i = 0; i < 1000; ++i) {
    lists.items().append("some text of some length");
    lists.append();
  }
  const auto schema =
      std::make_shared<const wf::Schema>(wf::Schema{{"l", wf::DataType::list_of(wf::Type::utf8)}});
  const wf::Batch batch(schema, 1000, {lists.finish()});
  EXPECT_LT(write(schema, {batch.slice(0, 2)}).size(), 1000u);
  EXPECT_LT(write(schema, {batch.slice(500, 2)}).size(), 1000u);
}

TEST_F(Spools, AnUnfinishedFileIsNotThere) {
  {
    auto writer = SpoolWriter::create(path_, numbers(0, 1).schema_ptr());
    ASSERT_TRUE((*writer)->append(numbers(0, 1)).ok());
    EXPECT_EQ(Spool::open(path_).status().code(), Code::not_found);
    EXPECT_EQ(Spool::open(path_ + ".part").status().code(), Code::invalid_data);
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Spools, CutAnywhereIsNeverTakenForWhole) {
  const std::string bytes =
      write(numbers(0, 4).schema_ptr(), {numbers(0, 4), numbers(4, 3), numbers(7, 9)});
  for (size_t size = 0; size < bytes.size(); ++size) {
    put(bytes.substr(0, size));
    const auto rows = read();
    ASSERT_FALSE(rows.ok()) << size;
    EXPECT_EQ(rows.status().code(), Code::invalid_data);
    EXPECT_NE(rows.status().message().find(path_), std::string::npos);
  }
  put(bytes + "x");
  EXPECT_FALSE(read().ok());
}

TEST_F(Spools, AFlippedBitIsFoundOrChangesNothing) {
  const std::string bytes = write(numbers(0, 4).schema_ptr(), {numbers(0, 4), numbers(4, 3)});
  const auto whole = read();
  size_t found = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string spoiled = bytes;
    spoiled[i] = static_cast<char>(spoiled[i] ^ (1 << (i % 8)));
    put(spoiled);
    const auto rows = read();
    if (rows.ok())
      EXPECT_EQ(*rows, *whole) << i;
    else
      ++found;
  }
  EXPECT_GT(found, bytes.size() - 3 * wf::kAlignment);  // all but the gaps between frames
}

TEST_F(Spools, FramesOfAnotherFileAreFound) {
  const std::string one = write(numbers(0, 4).schema_ptr(), {numbers(0, 4), numbers(4, 4)});
  const std::string two = write(numbers(0, 4).schema_ptr(), {numbers(5, 4), numbers(1, 4)});
  constexpr size_t kFooter = 40;
  ASSERT_EQ(one.size(), two.size());
  put(one.substr(0, one.size() - kFooter) + two.substr(two.size() - kFooter));
  EXPECT_FALSE(read().ok());
}

TEST_F(Spools, AFullDiskIsExhausted) {
  fs::create_symlink("/dev/full", path_ + ".part");
  auto writer = SpoolWriter::create(path_, numbers(0, 1).schema_ptr());
  EXPECT_EQ(writer.status().code(), Code::resource_exhausted) << writer.status().to_string();
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(Spools, OtherColumnsAreRefused) {
  auto writer = SpoolWriter::create(path_, numbers(0, 1).schema_ptr());
  EXPECT_EQ((*writer)->append(wf::Batch()).code(), Code::internal);
  EXPECT_TRUE((*writer)->append(numbers(0, 1)).ok());
  EXPECT_TRUE((*writer)->finish().ok());
  EXPECT_EQ(read()->size(), 1u);
}

TEST_F(Spools, NoSpoolFileAtAll) {
  put("id,body\n1,hello, which is no spool file but longer than the shortest one could be\n");
  EXPECT_EQ(read().status().code(), Code::invalid_data);
  put("");
  EXPECT_EQ(read().status().code(), Code::invalid_data);
  fs::remove(path_);
  EXPECT_EQ(read().status().code(), Code::not_found);
}

}  // namespace
}  // namespace weirflow::batch
