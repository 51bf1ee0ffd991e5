// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/plan_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text.h"
#include "plans.h"

namespace weirflow::cli {
namespace {

using wf::Type;

PlanBuilder sample() {
  PlanBuilder b;
  const int read = b.node("read", "file.csv"), clean = b.node("clean", "text.clean"),
            sink = b.node("sink", "x.sink", 1);
  b.at(read).inputs.clear();
  b.at(read).input_schemas.clear();
  b.at(read).output_schemas[0] = wf::Schema{{"id", Type::int64}, {"body", Type::utf8}};
  b.at(clean).input_schemas[0] = b.at(read).output_schemas[0];
  b.at(clean).output_schemas[0] =
      wf::Schema{{"id", Type::int64}, {"words", wf::DataType::list_of(Type::utf8)}};
  b.at(clean).retries = 2;
  b.at(clean).retry_delay_us = 10'000'000;
  b.at(sink).outputs.clear();
  b.at(sink).component.replay = WF_REPLAY_DUPLICATES;
  b.edge(read, clean);
  b.edge(clean, sink);
  b.plan().chains[0].blocking = true;
  b.plan().chains[1].concurrent = true;
  return b;
}

TEST(PlanText, SaysWhatRunsAndWhy) {
  PlanBuilder b = sample();
  const std::string text = plan_text(b.plan(), 0);
  for (const char* part :
       {"sample  (sample.toml)", "PHASE 0", "PHASE 1", "chain   read  [own thread]",
        "task    clean  text.clean 1.0.0", "out: id: int64, body: utf8",
        "out: + words: list<utf8>; - body", "2 retries after 10s",
        "stored  clean -> sink: it starts in a later phase",
        "commit  one epoch: its sinks commit together at its end, or none",
        "sink: duplicates, so after its first row the region is not tried again"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(PlanText, FitsTheTerminal) {
  PlanBuilder b = sample();
  wf::SchemaBuilder columns;
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(columns.add({"column_" + std::to_string(i), Type::utf8}).ok());
  b.at(0).output_schemas[0] = wf::Schema(columns.finish().fields());
  std::istringstream lines(plan_text(b.plan(), 80));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
}

TEST(PlanText, ColumnsNotKnownYetAreSaid) {
  PlanBuilder b;
  b.node("a");
  EXPECT_NE(plan_text(b.plan(), 0).find("out: columns known when it starts"), std::string::npos);
}

TEST(PlanJson, HoldsEdgesWithTheirReason) {
  PlanBuilder b = sample();
  const auto json = nlohmann::json::parse(plan_json(b.plan()));
  EXPECT_EQ(json["edges"][1]["kind"], "materialised");
  EXPECT_EQ(json["edges"][1]["why"], "it starts in a later phase");
  EXPECT_EQ(json["nodes"][0]["outputs"][0]["columns"][1]["name"], "body");
  EXPECT_EQ(json["nodes"][2]["replay"], "duplicates");
  EXPECT_TRUE(json["chains"][0]["blocking"]);
}

TEST(PlanJson, BrokenTextDoesNotThrow) {
  PlanBuilder b;
  b.plan().params.emplace_back("p", wf::Value("\xff"));
  EXPECT_NE(plan_json(b.plan()).find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(Wrapped, BreaksAtBlanksAndIndents) {
  EXPECT_EQ(wrapped("  one two three", 9, 4), "  one two\n    three");
  EXPECT_EQ(wrapped("averyverylongword x", 5, 2), "averyverylongword\n  x");
  EXPECT_EQ(wrapped("no limit at all", 0, 2), "no limit at all");
}

}  // namespace
}  // namespace weirflow::cli
