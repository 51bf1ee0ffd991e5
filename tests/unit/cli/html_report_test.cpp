// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/html_report.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>

#include "cli/html_charts.h"
#include "plans.h"

namespace weirflow::cli {
namespace {

namespace fs = std::filesystem;

class Report : public ::testing::Test {
 protected:
  Report() {
    const int read = builder_.node("read"), check = builder_.node("check");
    builder_.edge(read, check);
    report_.run_id = "20261122T030000Z-1a2b3c";
    report_.success = true;
    report_.duration_us = 2'000'000;
    for (int i = 0; i < 2; ++i) {
      engine::TaskReport t;
      t.node = i;
      t.task = builder_.at(i).task;
      t.component = builder_.at(i).component.id;
      t.state = engine::TaskState::success;
      t.attempts = 1;
      t.in = t.out = 4321;
      t.started_us = 100'000;
      t.ended_us = 1'900'000;
      report_.tasks.push_back(std::move(t));
    }
    engine::EdgeReport edge;
    edge.produced = edge.consumed = 4321;
    report_.edges.push_back(edge);
  }
  std::string page() { return html_report(builder_.plan(), report_); }
  static size_t count(const std::string& text, const std::string& part) {
    size_t n = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
  }

  PlanBuilder builder_;
  engine::RunReport report_;
};

TEST_F(Report, ShowsGraphTimesAndTasks) {
  const std::string text = page();
  EXPECT_NE(text.find("<svg class=\"dag\""), std::string::npos);
  EXPECT_NE(text.find(">4,321</text>"), std::string::npos) << "rows on the arrow";
  EXPECT_NE(text.find("class=\"chart gantt\""), std::string::npos);
  EXPECT_NE(text.find("<td class=\"number\">4,321</td>"), std::string::npos);
  EXPECT_NE(text.find("prefers-color-scheme:dark"), std::string::npos);
}

TEST_F(Report, AsksNoOtherPlaceForAnything) {
  std::string text = page();
  EXPECT_NE(text.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find("<link"), std::string::npos);
  EXPECT_EQ(text.find("@import"), std::string::npos);
  EXPECT_FALSE(std::regex_search(text, std::regex("(src|href|url)\\s*[=(]")));
}

TEST_F(Report, DrawsTheCurvesThatATaskHas) {
  wf::Value::List roc;
  for (const double v : {0.0, 0.5, 1.0}) roc.push_back(wf::Value(wf::Value::List{v, v * v}));
  wf::Value::List bins{wf::Value(
      wf::Value::Table{{"mean_probability", 0.25}, {"positive_rate", 0.5}, {"rows", 10}})};
  report_.tasks[1].results = {{"auc", 0.8125}, {"roc", roc}, {"calibration", bins}};
  const std::string text = page();
  EXPECT_EQ(count(text, "<figure>"), 2U);
  EXPECT_NE(text.find("M44.0,254.0 L164.0,194.0 L284.0,14.0"), std::string::npos)
      << "ROC from (0,0) over (.5,.25) to (1,1)";
  EXPECT_NE(text.find("<circle class=\"dot\" cx=\"104.0\" cy=\"134.0\""), std::string::npos);
  EXPECT_NE(text.find("0.8125"), std::string::npos);
}

TEST_F(Report, ListsOfTablesAreTables) {
  wf::Value::List terms{wf::Value(wf::Value::Table{{"term", "spam now"}, {"weight", 2.5}}),
                        wf::Value(wf::Value::Table{{"term", "thanks"}, {"weight", -1.25}})};
  report_.tasks[1].results = {{"strongest", terms}};
  const std::string text = page();
  EXPECT_NE(text.find("<h3>strongest</h3>"), std::string::npos);
  EXPECT_NE(text.find("<td>spam now</td><td class=\"number\">2.5</td>"), std::string::npos);
}

TEST_F(Report, EscapesEverythingOfTheRun) {
  const std::string evil = "<b onclick='x'>\"&";
  builder_.plan().dag = evil;
  builder_.plan().file = evil;
  builder_.plan().params.emplace_back(evil, wf::Value(evil));
  builder_.at(0).task = evil;
  report_.error = report_.failed_task = report_.run_id = evil;
  report_.tasks[0].component = report_.tasks[0].reason = report_.tasks[0].version = evil;
  report_.tasks[1].results = {{evil, wf::Value(evil)},
                              {"t", wf::Value::List{wf::Value(wf::Value::Table{{evil, evil}})}}};
  report_.tasks[1].metrics[evil] = 1;
  EXPECT_EQ(page().find("<b "), std::string::npos);
}

TEST_F(Report, ShowsTheFirstHundredRefusedRows) {
  const fs::path file = fs::path(::testing::TempDir()) / "refused.jsonl";
  {
    std::ofstream out(file);
    for (int i = 0; i < 150; ++i)
      out << R"({"task":"read","code":"bad","message":"line )" << i
          << R"(","position":"","row":"<i>x</i>"})" << '\n';
    out << "not json\n";
  }
  report_.dead_letters = 151;
  report_.dead_letter_files = {file.string()};
  const std::string text = page();
  EXPECT_NE(text.find("151 in all, the first 100 here"), std::string::npos);
  EXPECT_EQ(count(text, "&lt;i&gt;x&lt;/i&gt;"), 100U);
  EXPECT_NE(text.find("line 99<"), std::string::npos);
  EXPECT_EQ(text.find("line 100<"), std::string::npos);
}

TEST_F(Report, IsAFileWholeOrNotAtAll) {
  const fs::path file = fs::path(::testing::TempDir()) / "report.html";
  ASSERT_TRUE(write_html_report(builder_.plan(), report_, file.string()).ok());
  EXPECT_EQ(fs::file_size(file), page().size());
  const wf::Status status =
      write_html_report(builder_.plan(), report_, "no/such/folder/report.html");
  EXPECT_EQ(status.code(), wf::Code::not_found);
}

TEST(PointsOf, ReadsListsAndTables) {
  const wf::Value value(wf::Value::List{
      wf::Value(wf::Value::List{0.1, 0.2, 9.0}),
      wf::Value(wf::Value::Table{{"threshold", 5.0}, {"x", 0.3}, {"y", 0.4}}),
      wf::Value(wf::Value::Table{{"recall", 0.5}, {"precision", 1}}), wf::Value("no")});
  const auto points = points_of(value);
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].y, 0.2);
  EXPECT_EQ(points[1].x, 0.3);
  EXPECT_EQ(points[2].y, 1.0);
}

}  // namespace
}  // namespace weirflow::cli
