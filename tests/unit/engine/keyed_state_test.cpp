// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/keyed_state.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

#include "engine/task_timers.h"

namespace weirflow::engine {
namespace {

using Rows = std::map<std::string, std::string>;

Rows all(KeyedState& state, uint32_t table, std::string_view from = "", std::string_view to = "") {
  Rows rows;
  EXPECT_TRUE(state
                  .scan(table, from, to,
                        [&](std::string_view key, std::string_view value) {
                          EXPECT_TRUE(rows.empty() || rows.rbegin()->first < key);
                          rows.emplace(key, value);
                          return true;
                        })
                  .ok());
  return rows;
}

/// What was frozen, read back.
Rows thawed(const KeyedState::Frozen& frozen, uint32_t table) {
  KeyedState copy;
  EXPECT_TRUE(copy.restore(frozen.bytes()).ok());
  return all(copy, table);
}

TEST(KeyedState, KeepsTablesApart) {
  KeyedState state;
  EXPECT_TRUE(state.is_empty());
  ASSERT_TRUE(state.put(1, "k", "one").ok());
  ASSERT_TRUE(state.put(2, "k", "two").ok());
  EXPECT_EQ(**state.get(1, "k"), "one");
  EXPECT_EQ(**state.get(2, "k"), "two");
  EXPECT_FALSE(state.get(3, "k")->has_value());
  ASSERT_TRUE(state.erase(1, "k").ok());
  EXPECT_FALSE(state.get(1, "k")->has_value());
  EXPECT_EQ(state.size(2)->bytes, 4);
  EXPECT_EQ(state.size(1)->entries, 0);
}

TEST(KeyedState, AScanStopsWhenToldTo) {
  KeyedState state;
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(state.put(0, key, "").ok());
  std::string seen;
  ASSERT_TRUE(state
                  .scan(0, "", "",
                        [&](std::string_view key, std::string_view) {
                          seen += key;
                          return seen.size() < 2;
                        })
                  .ok());
  EXPECT_EQ(seen, "ab");
}

// Random changes, views taken and dropped at random, against a map.
RC_GTEST_PROP(KeyedState, IsAMapAndItsViewsStayAsTheyWere, ()) {
  KeyedState state;
  Rows model;
  int64_t bytes = 0;
  KeyedState counted([&](int64_t change) { bytes += change; });
  std::unique_ptr<KeyedState::Frozen> view;
  Rows viewed;
  const auto steps = *rc::gen::inRange(0, 400);
  for (int i = 0; i < steps; ++i) {
    const std::string key = std::to_string(*rc::gen::inRange(0, 40));
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
      case 1:
      case 2: {
        const std::string value = std::to_string(i);
        RC_ASSERT(state.put(7, key, value).ok() && counted.put(7, key, value).ok());
        model[key] = value;
        break;
      }
      case 3:
        RC_ASSERT(state.erase(7, key).ok() && counted.erase(7, key).ok());
        model.erase(key);
        break;
      case 4:
        if (view) RC_ASSERT(thawed(*view, 7) == viewed);
        view.reset();
        view = state.freeze();
        viewed = model;
        break;
      default:
        view.reset();
        break;
    }
    const auto found = state.get(7, key);
    const auto expected = model.find(key);
    RC_ASSERT(found.ok() && found->has_value() == (expected != model.end()));
    if (expected != model.end()) RC_ASSERT(**found == expected->second);
  }
  if (view) RC_ASSERT(thawed(*view, 7) == viewed);
  RC_ASSERT(all(state, 7) == model);
  Rows part(model.lower_bound("1"), model.lower_bound("3"));
  RC_ASSERT(all(state, 7, "1", "3") == part);
  int64_t size = 0;
  for (const auto& [key, value] : model) size += static_cast<int64_t>(key.size() + value.size());
  RC_ASSERT(bytes == size);
  RC_ASSERT(state.size(7)->bytes == size);
  RC_ASSERT(state.size(7)->entries == static_cast<int64_t>(model.size()));
}

TEST(KeyedState, AViewIsWrittenWhileTheWorkerGoesOn) {
  KeyedState state;
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(state.put(0, std::to_string(i), "before").ok());
  for (int round = 0; round < 20; ++round) {
    std::string bytes;
    std::thread writer([&bytes, view = state.freeze()]() mutable {
      bytes = view->bytes();
      view.reset();
    });
    for (int i = 0; i < 500; ++i)
      ASSERT_TRUE(state.put(0, std::to_string(i), std::to_string(round)).ok());
    writer.join();
    KeyedState copy;
    ASSERT_TRUE(copy.restore(bytes).ok());
    EXPECT_EQ(**copy.get(0, "7"), round == 0 ? "before" : std::to_string(round - 1));
    EXPECT_EQ(copy.size(0)->entries, 2000);
  }
}

TEST(KeyedState, DamagedBytesAreRefused) {
  KeyedState state;
  ASSERT_TRUE(state.put(0, "key", "value").ok());
  const std::string bytes = state.freeze()->bytes();
  KeyedState copy;
  for (size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_EQ(copy.restore(bytes.substr(0, cut)).code(), wf::Code::invalid_data) << cut;
  EXPECT_EQ(copy.restore(bytes + "x").code(), wf::Code::invalid_data);
  ASSERT_TRUE(copy.restore(bytes).ok());
  EXPECT_EQ(**copy.get(0, "key"), "value");
}

TEST(TaskTimers, ComeInOrderOfTimeThenKey) {
  KeyedState state;
  TaskTimers timers(state);
  const auto event = wf::TimeKind::event;
  ASSERT_TRUE(timers.set(event, 5, "b").ok());
  ASSERT_TRUE(timers.set(event, -3, "z").ok());
  ASSERT_TRUE(timers.set(event, 5, "a").ok());
  ASSERT_TRUE(timers.set(event, 5, "a").ok());
  ASSERT_TRUE(timers.set(wf::TimeKind::processing, 1, "other").ok());
  ASSERT_TRUE(timers.set(event, INT64_MAX, "last").ok());
  ASSERT_TRUE(timers.set(event, 4, "gone").ok());
  ASSERT_TRUE(timers.cancel(event, 4, "gone").ok());
  std::string order;
  for (;;) {
    const auto due = timers.first(event, 100);
    ASSERT_TRUE(due.ok());
    if (!*due) break;
    order += std::to_string((*due)->at_us) + (*due)->key + " ";
    ASSERT_TRUE(timers.cancel(event, (*due)->at_us, (*due)->key).ok());
  }
  EXPECT_EQ(order, "-3z 5a 5b ");
  EXPECT_EQ((*timers.first(event))->key, "last");
}

}  // namespace
}  // namespace weirflow::engine
