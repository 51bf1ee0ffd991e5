// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "spool.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>
#include <vector>

#include "scratch_folder.h"

namespace weirflow::http {
namespace {

namespace fs = std::filesystem;
using wf::Code;
using Strings = std::vector<std::string>;

class SpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<Spool> open(int64_t limit = 1 << 20, const std::string& name = "spool") {
    visited_.clear();
    auto spool = Spool::open(
        {folder_.path(name), limit, 1 << 20},
        [this](const std::string& text) { told_.push_back(text); },
        [this](std::string_view bytes) { visited_.emplace_back(bytes); });
    status_ = spool.status();
    return spool.ok() ? std::move(*spool) : nullptr;
  }
  static Strings read(Spool& spool, SpoolPosition* at) {
    Strings all;
    for (;;) {
      auto record = spool.read(*at);
      EXPECT_TRUE(record.ok()) << record.status().message();
      if (!record.ok() || !*record) return all;
      all.push_back((*record)->bytes);
      *at = (*record)->next;
    }
  }
  [[nodiscard]] Strings segments() const {
    Strings names;
    for (const auto& entry : fs::directory_iterator(folder_.path("spool")))
      if (entry.path().extension() == ".spool") names.push_back(entry.path().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  ScratchFolder folder_;
  wf::Status status_;
  Strings told_, visited_;
};

TEST_F(SpoolTest, GivesBackWhatWasPutInAlsoAfterReopening) {
  SpoolPosition at;
  {
    const auto spool = open();
    ASSERT_TRUE(spool) << status_.message();
    EXPECT_TRUE(spool->append("one").ok());
    EXPECT_EQ(read(*spool, &at), (Strings{"one"}));
    EXPECT_TRUE(spool->append("two").ok());
    EXPECT_TRUE(spool->append(std::string("\0\n", 2)).ok());
  }
  const auto spool = open();
  ASSERT_TRUE(spool);
  EXPECT_EQ(visited_.size(), 3u);
  EXPECT_EQ(read(*spool, &at), (Strings{"two", std::string("\0\n", 2)}));
  EXPECT_EQ(at, spool->end());
  EXPECT_TRUE(told_.empty());
}

TEST_F(SpoolTest, ATornTailIsDroppedWhereverItIsTorn) {
  {
    const auto spool = open();
    ASSERT_TRUE(spool->append("first").ok());
  }
  const uintmax_t whole = fs::file_size(segments()[0]);
  {
    const auto spool = open();
    ASSERT_TRUE(spool->append("second, which will be torn").ok());
  }
  const std::string torn = segments()[0];
  const uintmax_t both = fs::file_size(torn);
  for (uintmax_t size = both - 1; size > whole; --size) {
    fs::resize_file(torn, size);
    told_.clear();
    const auto spool = open();
    ASSERT_TRUE(spool) << status_.message();
    EXPECT_EQ(visited_, (Strings{"first"})) << size;
    EXPECT_EQ(told_.size(), 1u) << size;
    SpoolPosition at;
    ASSERT_TRUE(spool->append("third").ok());
    EXPECT_EQ(read(*spool, &at), (Strings{"first", "third"})) << size;
    // As it was, for the next size.
    fs::resize_file(torn, whole);
    fs::resize_file(torn, both);
  }
}

TEST_F(SpoolTest, ASegmentThatWasJustBegunMayBeTorn) {
  for (const size_t size : {0u, 3u, 8u}) {
    const std::string name = "new" + std::to_string(size);
    fs::create_directories(folder_.path(name));
    std::ofstream(folder_.path(name) + "/0000000000000001.spool")
        << std::string("WFSPOOL1").substr(0, size);
    const auto spool = open(1 << 20, name);
    ASSERT_TRUE(spool) << status_.message();
    SpoolPosition at;
    EXPECT_TRUE(spool->append("x").ok());
    EXPECT_EQ(read(*spool, &at), (Strings{"x"}));
  }
}

TEST_F(SpoolTest, DamageInFrontOfTheTailIsAnError) {
  {
    const auto spool = open(4000);
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(spool->append(std::string(100, 'x')).ok());
  }
  ASSERT_GT(segments().size(), 1u);
  std::fstream(segments()[0], std::ios::in | std::ios::out | std::ios::binary).seekp(50).put('y');
  EXPECT_FALSE(open(4000));
  EXPECT_EQ(status_.code(), Code::invalid_data);
  EXPECT_NE(status_.message().find("byte 8 is damaged"), std::string::npos) << status_.message();
}

TEST_F(SpoolTest, AtTheLimitNothingIsTakenUntilSomethingIsFreed) {
  const auto spool = open(1000);
  SpoolPosition at;
  int taken = 0;
  while (spool->append(std::string(92, 'x')).ok()) ++taken;
  EXPECT_EQ(taken, 10);
  EXPECT_EQ(spool->append("more than fits, because of its length").code(),
            Code::resource_exhausted);
  auto first = spool->read(at);
  ASSERT_TRUE(first.ok() && *first);
  ASSERT_TRUE(spool->free_up_to((*first)->next).ok());
  EXPECT_EQ(spool->used(), 900);
  EXPECT_TRUE(spool->append(std::string(92, 'y')).ok());
  EXPECT_EQ(read(*spool, &at).size(), 10u) << "the freed one is passed over";
}

TEST_F(SpoolTest, FreedSegmentsAreDeletedAndStayFreed) {
  SpoolPosition at;
  {
    const auto spool = open(4000);
    for (int i = 0; i < 30; ++i)
      ASSERT_TRUE(spool->append(std::to_string(i) + std::string(100, 'x')).ok());
    const size_t before = segments().size();
    for (int i = 0; i < 20; ++i) at = (*spool->read(at))->next;
    EXPECT_TRUE(spool->deletes(at));
    ASSERT_TRUE(spool->free_up_to(at).ok());
    EXPECT_FALSE(spool->deletes(at));
    EXPECT_LT(segments().size(), before);
  }
  const auto spool = open(4000);
  EXPECT_EQ(spool->begin(), at);
  SpoolPosition from_start;
  const Strings rest = read(*spool, &from_start);
  ASSERT_EQ(rest.size(), 10u);
  EXPECT_TRUE(rest[0].starts_with("20"));
}

TEST_F(SpoolTest, OneAtATime) {
  const auto spool = open();
  EXPECT_FALSE(open());
  EXPECT_EQ(status_.code(), Code::conflict);
}

TEST_F(SpoolTest, ManyWritersAndAReader) {
  const auto spool = open(1 << 16);  // segments of 16 KiB
  constexpr int kWriters = 4, kEach = 200;
  std::vector<std::thread> writers;
  std::atomic<int> failures{0};
  for (int w = 0; w < kWriters; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i)
        if (!spool->append(std::to_string(w) + "." + std::to_string(i)).ok()) ++failures;
    });
  Strings all;
  SpoolPosition at = spool->begin();
  for (int i = 0; i < 100'000 && all.size() < kWriters * kEach; ++i) {
    for (auto& text : read(*spool, &at)) all.push_back(std::move(text));
    ASSERT_TRUE(spool->free_up_to(at).ok());
    spool->wait(at, std::chrono::milliseconds(10));
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  std::vector<int> next(kWriters, 0);
  for (const std::string& text : all) {
    const int w = text[0] - '0';
    EXPECT_EQ(text, std::to_string(w) + "." + std::to_string(next[static_cast<size_t>(w)]++));
  }
  EXPECT_EQ(all.size(), size_t{kWriters * kEach});
}

}  // namespace
}  // namespace weirflow::http
