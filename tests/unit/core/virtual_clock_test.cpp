// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/virtual_clock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weirflow {
namespace {

TEST(VirtualClock, StandsStillUntilItIsTold) {
  VirtualClock clock(100);
  EXPECT_EQ(clock.now_us(), 100);
  clock.advance_to(150);
  EXPECT_EQ(clock.now_us(), 150);
  clock.advance_to(20);  // never back
  EXPECT_EQ(clock.now_us(), 150);
  EXPECT_FALSE(clock.next_us());
}

TEST(VirtualClock, CallsWhatIsDueInOrderOfTime) {
  VirtualClock clock(0);
  std::vector<int> called;
  clock.at(this, 30, [&] { called.push_back(30); });
  clock.at(this, 10, [&] { called.push_back(10); });
  clock.at(this, 20, [&] {
    called.push_back(20);
    clock.at(this, 25, [&] { called.push_back(25); });
    clock.at(this, 40, [&] { called.push_back(40); });
  });
  EXPECT_EQ(clock.next_us(), 10);
  clock.advance_to(9);
  EXPECT_TRUE(called.empty());
  clock.advance_to(30);
  EXPECT_EQ(called, (std::vector<int>{10, 20, 25, 30}));
  EXPECT_EQ(clock.next_us(), 40);
}

TEST(VirtualClock, WhatIsDueAlreadyIsCalledAtTheNextTurn) {
  VirtualClock clock(100);
  int called = 0;
  clock.at(this, 50, [&] { ++called; });
  EXPECT_EQ(called, 0);
  clock.advance_to(100);
  EXPECT_EQ(called, 1);
}

TEST(VirtualClock, ForgetsOneOwnerAlone) {
  VirtualClock clock(0);
  int mine = 0, other = 0;
  clock.at(&mine, 10, [&] { ++mine; });
  clock.at(&other, 10, [&] { ++other; });
  clock.forget(&mine);
  clock.advance_to(10);
  EXPECT_EQ(mine, 0);
  EXPECT_EQ(other, 1);
}

TEST(VirtualClock, NothingOfAnOwnerRunsAnyMoreOnceItIsForgotten) {
  VirtualClock clock(0);
  for (int64_t round = 1; round <= 200; ++round) {
    auto owner = std::make_unique<int>(0);
    for (int i = 0; i < 20; ++i) clock.at(owner.get(), round, [o = owner.get()] { ++*o; });
    std::thread advance([&] { clock.advance_to(round); });
    clock.forget(owner.get());
    owner.reset();  // a call that still runs would write into freed memory
    advance.join();
  }
}

}  // namespace
}  // namespace weirflow
