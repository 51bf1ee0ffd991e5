// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/watermark.hpp"

#include <gtest/gtest.h>

namespace wf {
namespace {

constexpr int64_t kNone = WatermarkTracker::kNone;

TEST(WatermarkTracker, IsTheLowestOfTheSplitsAndNeverGoesBack) {
  WatermarkTracker tracker(10, 1000);
  EXPECT_EQ(tracker.watermark(0), kNone);
  tracker.assign("a");
  tracker.assign("b");
  tracker.see("a", 100);
  EXPECT_EQ(tracker.watermark(0), kNone) << "b has not been opened";
  tracker.see("b", 50);
  EXPECT_EQ(tracker.watermark(0), 40);
  tracker.see("b", 30);
  EXPECT_EQ(tracker.watermark(0), 40);
  tracker.see("b", 200);
  EXPECT_EQ(tracker.watermark(0), 90);
  tracker.assign("c");
  tracker.see("c", 20);
  EXPECT_EQ(tracker.watermark(0), 90) << "a split that comes late takes nothing back";
}

TEST(WatermarkTracker, AnEmptySplitDoesNotHoldForEver) {
  WatermarkTracker tracker(0, 1000);
  tracker.assign("a");
  tracker.assign("empty");
  tracker.see("a", 100);
  EXPECT_EQ(tracker.watermark(0), kNone);
  tracker.at_end("empty", 0);
  EXPECT_EQ(tracker.watermark(0), 100);
}

TEST(WatermarkTracker, OnlyTimeAtTheEndMakesASplitIdle) {
  WatermarkTracker tracker(0, 1000);
  tracker.see("busy", 500);
  tracker.see("quiet", 100);
  EXPECT_EQ(tracker.watermark(1'000'000), 100) << "no row for long, but not at the end";
  tracker.at_end("quiet", 1'000'000);
  EXPECT_EQ(tracker.watermark(1'000'999), 100);
  EXPECT_FALSE(tracker.is_idle("quiet", 1'000'999));
  EXPECT_EQ(tracker.watermark(1'001'000), 500);
  EXPECT_TRUE(tracker.is_idle("quiet", 1'001'000));
  tracker.see("quiet", 450);
  tracker.see("busy", 600);
  EXPECT_EQ(tracker.watermark(1'001'001), 500) << "active again, and behind";
  tracker.see("quiet", 550);
  EXPECT_EQ(tracker.watermark(1'001'001), 550);
}

TEST(WatermarkTracker, TimePausedDoesNotCount) {
  WatermarkTracker tracker(0, 1000);
  tracker.see("a", 500);
  tracker.see("b", 100);
  tracker.at_end("b", 0);
  tracker.paused(true, 600);
  EXPECT_EQ(tracker.watermark(5000), 100);
  tracker.paused(false, 5000);
  EXPECT_EQ(tracker.watermark(5399), 100);
  EXPECT_EQ(tracker.watermark(5400), 500);
}

TEST(WatermarkTracker, AllIdleStays) {
  WatermarkTracker tracker(0, 10);
  tracker.see("a", 500);
  EXPECT_EQ(tracker.watermark(0), 500);
  tracker.at_end("a", 0);
  EXPECT_FALSE(tracker.all_idle(9));
  EXPECT_TRUE(tracker.all_idle(10));
  EXPECT_EQ(tracker.watermark(100), 500);
}

TEST(WatermarkTracker, ARestoreGoesOnWhereItWas) {
  WatermarkTracker tracker(10, 1000);
  tracker.see("a b", 100);
  tracker.see("c", 300);
  tracker.assign("new");
  EXPECT_EQ(tracker.watermark(0), kNone);
  tracker.revoke("new");
  EXPECT_EQ(tracker.watermark(0), 90);
  tracker.assign("new");
  WatermarkTracker again(10, 1000);
  ASSERT_TRUE(again.restore(tracker.to_string()).ok());
  EXPECT_EQ(again.to_string(), tracker.to_string());
  EXPECT_EQ(again.watermark(0), 90);
  again.see("new", 500);
  again.see("a b", 400);
  EXPECT_EQ(again.watermark(0), 290);
  for (const char* damaged : {"", "x\n", "1", "1\n5 1", "1\n5 1 a", "1\n5\n"})
    EXPECT_EQ(again.restore(damaged).code(), Code::invalid_data) << damaged;
}

}  // namespace
}  // namespace wf
