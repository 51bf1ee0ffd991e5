// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "batch/memory_budget.h"
#include "batch/spool.h"
#include "weirflow/kernels.hpp"

namespace weirflow::batch {
namespace {

namespace fs = std::filesystem;

void in_threads(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

TEST(MemoryBudget, RefusesWhatDoesNotFit) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.try_reserve(60));
  EXPECT_FALSE(budget.try_reserve(41));
  const wf::Status status = budget.reserve(41);
  EXPECT_EQ(status.code(), wf::Code::resource_exhausted);
  EXPECT_EQ(status.message(), "the memory budget of 100 bytes has 60 in use; 41 more do not fit");
  EXPECT_TRUE(budget.reserve(40).ok());
  budget.force_reserve(5);
  EXPECT_TRUE(budget.over());
  budget.release(105);
  EXPECT_EQ(budget.used(), 0);
  EXPECT_EQ(budget.peak(), 105);
  EXPECT_FALSE(budget.over());
  EXPECT_FALSE(budget.try_reserve(INT64_MAX));
}

TEST(MemoryBudget, WithoutLimitOnlyCounts) {
  MemoryBudget budget;
  EXPECT_TRUE(budget.try_reserve(int64_t{1} << 50));
  EXPECT_FALSE(budget.over());
  budget.release(int64_t{1} << 50);
}

TEST(MemoryBudget, ReservationsGiveBack) {
  MemoryBudget budget(100);
  {
    ASSERT_TRUE(budget.try_reserve(10));
    Reservation one(budget, 10);
    EXPECT_TRUE(one.resize(90).ok());
    EXPECT_FALSE(one.resize(101).ok());
    EXPECT_EQ(one.bytes(), 90);
    Reservation two = std::move(one);
    EXPECT_TRUE(two.resize(20).ok());
    EXPECT_EQ(budget.used(), 20);
  }
  EXPECT_EQ(budget.used(), 0);
}

TEST(MemoryBudget, ThreadsNeverPassTheLimitTogether) {
  MemoryBudget budget(1000);
  std::atomic<int64_t> held{0}, most{0};
  in_threads(4, [&](int id) {
    for (int i = 0; i < 5000; ++i) {
      const int64_t bytes = 100 + (id * 37 + i) % 300;
      if (!budget.try_reserve(bytes)) continue;
      const int64_t now = held.fetch_add(bytes) + bytes;
      for (int64_t m = most; now > m && !most.compare_exchange_weak(m, now);) {
      }
      held -= bytes;
      budget.release(bytes);
    }
  });
  EXPECT_EQ(budget.used(), 0);
  EXPECT_LE(most.load(), 1000);
  EXPECT_LE(budget.peak(), 1000);
  EXPECT_GE(budget.peak(), most.load());
}

TEST(Spools, AreReadByManyAtOnce) {
  std::string name = (fs::temp_directory_path() / "spool-XXXXXX").string();
  const std::string folder = ::mkdtemp(name.data());
  const auto schema = std::make_shared<const wf::Schema>(wf::Schema{{"n", wf::Type::int64}});
  {
    auto writer = SpoolWriter::create(folder + "/rows", schema);
    for (int64_t b = 0; b < 20; ++b) {
      wf::Int64Builder n;
      for (int64_t i = 0; i < 500; ++i) n.append(b * 500 + i);
      ASSERT_TRUE((*writer)->append(wf::Batch(schema, 500, {n.finish()})).ok());
    }
    ASSERT_TRUE((*writer)->finish().ok());
  }
  const auto spool = Spool::open(folder + "/rows");
  ASSERT_TRUE(spool.ok());
  std::array<int64_t, 4> sums{};
  in_threads(4, [&](int id) {
    for (int pass = 0; pass < 2; ++pass) {
      Spool::Reader reader(*spool);
      for (auto b = reader.next(); b.ok() && *b; b = reader.next())
        for (int64_t i = 0; i < (*b)->rows(); ++i)
          sums[static_cast<size_t>(id)] += (*b)->numbers<int64_t>(0)[i];
    }
  });
  fs::remove_all(folder);
  for (const int64_t sum : sums) EXPECT_EQ(sum, int64_t{9999} * 10000);
}

TEST(Arrays, NullCountsAreComputedByAnyThread) {
  wf::Int64Builder builder;
  for (int i = 0; i < 1000; ++i) {
    if (i % 3)
      builder.append(i);
    else
      builder.append_null();
  }
  const wf::ArrayPtr part = wf::slice(builder.finish(), 1, 999);
  in_threads(4, [&](int) { EXPECT_EQ(part->null_count(), 333); });
}

}  // namespace
}  // namespace weirflow::batch
