// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Groups, waits, the digest, and alerts that are told again.
#include "grouping.h"

#include <gtest/gtest.h>

namespace weirflow::alert {
namespace {

constexpr int64_t kSecond = 1'000'000, kMinute = 60 * kSecond;

/// An event "rule/sub"; ids are given in order.
struct Events {
  Alert of(const std::string& rule, const std::string& sub, bool resolved = false) {
    Alert alert;
    alert.id = std::to_string(++n);
    alert.rule = rule;
    alert.labels = {{"alertname", rule}, {"sub", sub}};
    alert.fingerprint = fingerprint_of(alert.labels);
    alert.resolved = resolved;
    return alert;
  }
  int n = 0;
};

GroupingOptions options() {
  GroupingOptions o;
  o.group_by = {"alertname"};
  o.wait_us = 10 * kSecond;
  o.interval_us = 5 * kMinute;
  return o;
}

TokenBucket rate(const std::string& text) { return *TokenBucket::parse(text, "rate"); }

/// "1,2" of a message's events, "-" without one.
std::string ids(const std::optional<Notification>& message) {
  if (!message) return "-";
  std::string text;
  for (const std::string& id : message->ids) text += (text.empty() ? "" : ",") + id;
  return text;
}

TEST(Grouping, AGroupWaitsForMoreAlerts) {
  Events e;
  Grouping g(options(), {});
  g.add(e.of("hot", "a"), 0);
  g.add(e.of("hot", "b"), 9 * kSecond);
  g.add(e.of("cold", "a"), 9 * kSecond);
  EXPECT_EQ(g.due(9 * kSecond), 10 * kSecond);
  EXPECT_EQ(ids(g.next(10 * kSecond - 1)), "-");
  const auto message = g.next(10 * kSecond);
  EXPECT_EQ(ids(message), "1,2");
  EXPECT_EQ(message->group_labels, (Labels{{"alertname", "hot"}}));
  EXPECT_EQ(message->group_key, "{}:{alertname=\"hot\"}");
  EXPECT_EQ(ids(g.next(10 * kSecond)), "-");
  EXPECT_EQ(ids(g.next(19 * kSecond)), "3");
  EXPECT_EQ(g.due(19 * kSecond), std::nullopt);
}

TEST(Grouping, TheNextMessageOfAGroupWaitsForItsInterval) {
  Events e;
  Grouping g(options(), {});
  g.add(e.of("hot", "a"), 0);
  EXPECT_EQ(ids(g.next(10 * kSecond)), "1");
  g.add(e.of("hot", "b"), kMinute);
  EXPECT_EQ(g.due(kMinute), 10 * kSecond + 5 * kMinute);
  EXPECT_EQ(ids(g.next(5 * kMinute)), "-");
  EXPECT_EQ(ids(g.next(5 * kMinute + 10 * kSecond)), "2");
  // After the interval the group is as good as new.
  EXPECT_EQ(ids(g.next(20 * kMinute)), "-");
  g.add(e.of("hot", "c"), 20 * kMinute);
  EXPECT_EQ(g.due(20 * kMinute), 20 * kMinute + 10 * kSecond);
}

TEST(Grouping, WithoutLabelsAllGoTogether) {
  Events e;
  GroupingOptions o = options();
  o.group_by = {};
  Grouping g(o, {});
  g.add(e.of("hot", "a"), 0);
  g.add(e.of("cold", "b"), 0);
  const auto message = g.next(10 * kSecond);
  EXPECT_EQ(ids(message), "1,2");
  EXPECT_EQ(message->group_key, "{}:{}");
}

TEST(Grouping, DotsPutEachAlertIntoItsOwnGroup) {
  Events e;
  GroupingOptions o = options();
  o.group_by = {"..."};
  Grouping g(o, {});
  g.add(e.of("hot", "a"), 0);
  g.add(e.of("hot", "b"), 0);
  EXPECT_EQ(ids(g.next(10 * kSecond)), "1");
  EXPECT_EQ(ids(g.next(10 * kSecond)), "2");
}

TEST(Grouping, ALaterEventOfAnAlertStandsForTheEarlierOne) {
  Events e;
  Grouping g(options(), {});
  g.add(e.of("hot", "a"), 0);
  g.add(e.of("hot", "a", true), kSecond);
  const auto message = g.next(10 * kSecond);
  EXPECT_EQ(ids(message), "1,2");
  ASSERT_EQ(message->alerts.size(), 1U);
  EXPECT_TRUE(message->alerts[0].resolved);
}

TEST(Grouping, EveryEventWhenAsked) {
  Events e;
  GroupingOptions o = options();
  o.every_event = true;
  Grouping g(o, {});
  g.add(e.of("hot", "a"), 0);
  g.add(e.of("hot", "a", true), kSecond);
  EXPECT_EQ(g.next(10 * kSecond)->alerts.size(), 2U);
}

TEST(Grouping, AMessageHasSoManyAlertsAtMost) {
  Events e;
  GroupingOptions o = options();
  o.most_alerts = 2;
  Grouping g(o, {});
  for (const char* sub : {"a", "b", "c"}) g.add(e.of("hot", sub), 0);
  EXPECT_EQ(ids(g.next(10 * kSecond)), "1,2");
  EXPECT_EQ(ids(g.next(10 * kSecond)), "3");
  EXPECT_EQ(ids(g.next(10 * kSecond)), "-");
}

TEST(Grouping, WhatIsOverTheRateGoesIntoOneDigest) {
  Events e;
  GroupingOptions o = options();
  o.group_by = {"..."};
  o.most_alerts = 2;
  Grouping g(o, rate("1/1m"));
  for (const char* sub : {"a", "b", "c", "d"}) g.add(e.of("hot", sub), 0);
  EXPECT_EQ(ids(g.next(10 * kSecond)), "1");
  EXPECT_EQ(ids(g.next(10 * kSecond)), "-");
  EXPECT_EQ(g.take_suppressed(), 3);
  EXPECT_EQ(g.take_suppressed(), 0);
  g.add(e.of("hot", "e"), 20 * kSecond);  // due, but still no token: joins
  EXPECT_EQ(ids(g.next(40 * kSecond)), "-");
  EXPECT_EQ(g.take_suppressed(), 1);
  EXPECT_GT(*g.due(40 * kSecond), 40 * kSecond);
  const auto digest = g.next(71 * kSecond);
  ASSERT_TRUE(digest);
  EXPECT_TRUE(digest->is_digest);
  EXPECT_EQ(digest->total, 4);
  EXPECT_EQ(digest->alerts.size(), 2U);
  EXPECT_EQ(ids(digest), "2,3,4,5");
  EXPECT_EQ(ids(g.next(71 * kSecond)), "-");
  EXPECT_EQ(g.due(71 * kSecond), std::nullopt);
}

TEST(Grouping, ChannelsThatDoNotCollapseWaitForTokens) {
  Events e;
  GroupingOptions o = options();
  o.group_by = {"..."};
  o.collapses = false;
  Grouping g(o, rate("1/1m"));
  g.add(e.of("hot", "a"), 0);
  g.add(e.of("hot", "b"), 0);
  EXPECT_EQ(ids(g.next(10 * kSecond)), "1");
  EXPECT_EQ(ids(g.next(10 * kSecond)), "-");
  EXPECT_GT(*g.due(10 * kSecond), 69 * kSecond);
  EXPECT_EQ(ids(g.next(71 * kSecond)), "2");
  EXPECT_EQ(g.take_suppressed(), 0);
}

TEST(Grouping, AtTheEndNothingWaits) {
  Events e;
  GroupingOptions o = options();
  o.group_by = {"..."};
  Grouping g(o, rate("1/1m"));
  for (const char* sub : {"a", "b", "c"}) g.add(e.of("hot", sub), 0);
  EXPECT_EQ(ids(g.next(0)), "-");
  g.hurry();
  EXPECT_EQ(g.due(0), 0);
  EXPECT_EQ(ids(g.next(0)), "1");
  EXPECT_EQ(ids(g.next(0)), "2,3");  // the digest, without a token
  EXPECT_EQ(ids(g.next(0)), "-");
}

GroupingOptions resending() {
  GroupingOptions o;
  o.resend_us = kMinute;
  o.resend_for_us = 3 * kMinute;
  return o;
}

TEST(Grouping, FiringAlertsAreToldAgainUntilTheyEnd) {
  Events e;
  Grouping g(resending(), {});
  g.add(e.of("hot", "a"), 0);
  g.add(e.of("hot", "b"), 0);
  const auto first = g.next(0);
  g.settled(*first, 0);
  EXPECT_EQ(g.due(0), kMinute);
  EXPECT_EQ(ids(g.next(kMinute - 1)), "-");
  const auto again = g.next(kMinute);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->is_repeat);
  EXPECT_EQ(again->alerts.size(), 2U);
  EXPECT_EQ(ids(again), "");
  g.settled(*again, kMinute);
  g.add(e.of("hot", "a", true), kMinute);
  g.settled(*g.next(kMinute), kMinute);
  EXPECT_EQ(g.next(2 * kMinute)->alerts.size(), 1U);
  EXPECT_EQ(ids(g.next(3 * kMinute)), "-");  // no news for too long
  EXPECT_EQ(g.due(3 * kMinute), std::nullopt);
}

TEST(Grouping, FiringAlertsAreToldAgainAfterARestart) {
  Events e;
  Grouping first(resending(), {});
  first.add(e.of("hot", "a"), 0);
  first.settled(*first.next(0), 0);
  Grouping second(resending(), {});
  ASSERT_TRUE(second.restore_active(first.active(), 30 * kSecond).ok());
  const auto again = second.next(30 * kSecond);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->is_repeat);
  EXPECT_EQ(again->alerts[0].rule, "hot");
  EXPECT_EQ(ids(second.next(3 * kMinute)), "-");  // counted from the first time
  EXPECT_EQ(second.restore_active("nonsense", 0).code(), wf::Code::invalid_data);
}

}  // namespace
}  // namespace weirflow::alert
