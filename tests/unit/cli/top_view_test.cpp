// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/top_view.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "snapshots.h"

namespace weirflow::cli {
namespace {

using metrics::made_snapshot;
using metrics::Snapshot;

/// A run half a second later: 4,000 rows further, the source busy for a quarter of it.
TopState made_state() {
  TopHistory history;
  Snapshot before = made_snapshot();
  Snapshot now = before;
  now.now_us += 500'000;
  now.process_cpu_us += 250'000;
  for (metrics::TaskFigures& t : now.tasks) {
    t.rows_in += 4000;
    if (t.task != "out") t.rows_out += 4000;
    t.busy_us += 125'000;
    t.idle_us += 375'000;
  }
  now.tasks[1].pressured_us += 600'000;  // of a second, having two lanes
  now.tasks[1].busy_us += 275'000;
  now.tasks[2].latency->observe(0.001, 400);
  now.tasks[2].latency->observe(0.02, 100);
  history.add(std::move(before));
  history.add(std::move(now));
  return history.state();
}

std::string text_of(const TopState& state, const TopLook& look) {
  std::string text;
  for (const std::string& line : top_lines(state, look)) text += line + "\n";
  return text;
}

TEST(TopView, At80Columns) {
  TopLook look;
  look.width = 80;
  look.unicode = false;
  EXPECT_EQ(text_of(made_state(), look), R"(comments  running 2m1s  run 20261123T110000Z-1a2b3c
checkpoint 118, 900ms ago, took 12ms, 1.0 MiB, 1 given up, 2 postponed
CPU 50%, memory 50 MiB, 9 threads, 3 dead letters
healthy

TASK     STATE      IN/S  OUT/S REFUSED BUSY         BP QUEUE     LAG    P99
comments running   8.00k  8.00k       0 #....  25%   0%          2.0s
score    running   8.00k  8.00k       3 ##...  40%  60%   31%    2.0s
out      running   8.00k      0       0 #....  25%   0%          2.0s   24ms
)");
}

TEST(TopView, At200Columns) {
  TopLook look;
  look.width = 200;
  EXPECT_EQ(text_of(made_state(), look), R"(comments  running 2m1s  run 20261123T110000Z-1a2b3c
checkpoint 118, 900ms ago, took 12ms, 1.0 MiB, 1 given up, 2 postponed
CPU 50%, memory 50 MiB, 9 threads, 3 dead letters
healthy

TASK     STATE      IN/S  OUT/S REFUSED BUSY              BP QUEUE     LAG    P50    P99 STATE SIZE TIMERS PENDING   MEMORY      IN     OUT     CPU
comments running   8.00k  8.00k       0 ███░░░░░░░  25%   0%          2.0s                      7 B                           1.20M   1.20M   59.0s
score    running   8.00k  8.00k       3 ████░░░░░░  40%  60%   31%    2.0s                      7 B     12       2    4 KiB   1.20M   1.20M   59.0s
out      running   8.00k      0       0 ███░░░░░░░  25%   0%          2.0s  813us   24ms        7 B                           1.19M       0   59.0s
)");
}

TEST(TopView, NoLineIsWiderThanTheTerminal) {
  TopState state = made_state();
  state.now.paused_by = "out";
  state.now.paused_why = std::string(300, 'x');
  state.now.tasks[0].task = std::string(100, 'n');
  for (int width = 1; width < 220; ++width) {
    TopLook look;
    look.width = width;
    look.notice = "q quits, arrows scroll";
    for (const std::string& line : top_lines(state, look))
      EXPECT_LE(display_width(line), static_cast<size_t>(width)) << line;
  }
}

TEST(TopView, ColumnsOfNothingAreLeftOut) {
  TopState state = made_state();
  for (metrics::TaskFigures& t : state.now.tasks) t.watermark_us.reset();
  for (TaskRates& r : state.rates) r.lag_us.reset();
  TopLook look;
  look.width = 200;
  EXPECT_NE(text_of(made_state(), look).find(" LAG "), std::string::npos);
  EXPECT_EQ(text_of(state, look).find(" LAG "), std::string::npos);
}

TEST(TopView, ScrollsWhatDoesNotFit) {
  TopState state = made_state();
  while (state.now.tasks.size() < 40) {
    state.now.tasks.push_back(state.now.tasks[1]);
    state.now.tasks.back().task = "task_" + std::to_string(state.now.tasks.size());
    state.rates.push_back(state.rates[1]);
  }
  TopLook look;
  look.height = 24;
  look.notice = "q quits";
  const std::vector<std::string> top = top_lines(state, look);
  EXPECT_EQ(top.size(), 24U);
  EXPECT_EQ(top.back(), "23 more tasks; q quits");
  EXPECT_EQ(top[6].substr(0, 8), "comments");
  EXPECT_EQ(largest_scroll(state, look), 23);
  look.scroll = 1000;
  const std::vector<std::string> bottom = top_lines(state, look);
  EXPECT_EQ(bottom[22].substr(0, 7), "task_40");
  for (look.height = 1; look.height < 50; ++look.height)
    EXPECT_LE(top_lines(state, look).size(), static_cast<size_t>(look.height));
}

TEST(TopView, WhatIsWrongStandsOut) {
  TopState state = made_state();
  state.now.paused_by = "out";
  state.now.paused_why = "the cluster is \033[31maway";
  TopLook look;
  const std::string plain = text_of(state, look);
  EXPECT_NE(plain.find("\npaused by out: the cluster is  [31maway\n"), std::string::npos) << plain;
  EXPECT_EQ(plain.find('\033'), std::string::npos);
  look.color = true;
  EXPECT_NE(text_of(state, look).find("\033[31;1mpaused by out"), std::string::npos);
}

TEST(TopRates, AreThoseOfTheLastSeconds) {
  TopHistory history;
  Snapshot s = made_snapshot();
  const auto step = [&](int64_t rows) {
    s.now_us += 500'000;
    s.tasks[0].rows_in += rows;
    history.add(s);
    return history.state().rates[0].in;
  };
  history.add(s);
  EXPECT_NEAR(history.state().rates[0].in, 1'200'000 / 120.5, 1e-6);  // since the start
  EXPECT_DOUBLE_EQ(step(500), 1000);
  for (int i = 0; i < 100; ++i) step(500);
  EXPECT_DOUBLE_EQ(step(500), 1000);
  for (int i = 0; i < 4; ++i) step(0);
  EXPECT_DOUBLE_EQ(step(0), 0);  // two seconds without any
}

TEST(TopRates, AfterARetryCountsBeginAnew) {
  TopHistory history;
  Snapshot s = made_snapshot();
  history.add(s);
  s.now_us += 1'000'000;
  s.tasks[0].rows_in = 10;
  s.tasks[2].latency = metrics::DurationHistogram().values();
  s.tasks[2].latency->observe(0.05, 10);
  history.add(s);
  const TopState state = history.state();
  EXPECT_DOUBLE_EQ(state.rates[0].in, 10);
  EXPECT_NEAR(*state.rates[2].p50, 0.0375, 1e-9);
  s.run = "another";
  history.add(s);  // rates of one snapshot alone are those since its start
  EXPECT_NEAR(history.state().rates[1].in, 1'200'000 / 121.5, 1e-6);
}

TEST(TopJson, HasTheSameFigures) {
  const auto json = nlohmann::json::parse(top_json(made_state(), "127.0.0.1:9464"));
  EXPECT_EQ(json["run"], made_snapshot().run);
  EXPECT_EQ(json["tasks"][0]["in_per_second"], 8000);
  EXPECT_EQ(json["tasks"][0]["busy"], 0.25);
  EXPECT_EQ(json["tasks"][1]["backpressured"], 0.6);
  EXPECT_EQ(json["tasks"][1]["queue_fill"], 0.3125);
  EXPECT_EQ(json["checkpoint"]["epoch"], 118);
  EXPECT_EQ(json["healthy"], true);
  EXPECT_FALSE(json.contains("trouble"));
}

}  // namespace
}  // namespace weirflow::cli
