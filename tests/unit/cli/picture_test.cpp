// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/picture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "core/text.h"
#include "plans.h"

namespace weirflow::cli {
namespace {

constexpr TextOptions kAscii{0, false};

TEST(Lanes, AChainIsOneLane) {
  PlanBuilder b;
  for (const char* name : {"a", "b", "c"}) b.node(name);
  b.edge(0, 1);
  b.edge(1, 2);
  EXPECT_EQ(lanes_text(make_picture(b.plan()), kAscii),
            "*  a  flow.map\n"
            "*  b  flow.map  <- a\n"
            "*  c  flow.map  <- b\n");
}

TEST(Lanes, ADiamondPartsAndMeets) {
  PlanBuilder b;
  for (const char* name : {"a", "b", "c", "d"}) b.node(name);
  b.edge(0, 1);
  b.edge(0, 2);
  b.edge(1, 3);
  b.edge(2, 3);
  EXPECT_EQ(lanes_text(make_picture(b.plan()), kAscii),
            "*    a  flow.map\n"
            "+-.\n"
            "* |  b  flow.map  <- a\n"
            "| *  c  flow.map  <- a\n"
            "+-'\n"
            "*    d  flow.map  <- b, c\n");
}

TEST(Lanes, ALineBehindALaneIsNotJoinedToIt) {
  PlanBuilder b;
  for (const char* name : {"a", "b", "c", "d", "e"}) b.node(name);
  b.edge(0, 1);  // a leads to b, d and, past the lane of d, to e
  b.edge(0, 3);
  b.edge(0, 4);
  b.edge(1, 2);
  b.edge(1, 4);
  b.edge(2, 4);
  EXPECT_EQ(lanes_text(make_picture(b.plan()), {0, true}),
            "●      a  flow.map\n"
            "├─┬─╮\n"
            "● │ │  b  flow.map  ← a\n"
            "├─│─┤\n"
            "● │ │  c  flow.map  ← b\n"
            "╰─│─┤\n"
            "  ● │  d  flow.map  ← a\n"
            "    ●  e  flow.map  ← a, b, c\n");
}

TEST(Lanes, OrderPortsAndStoredEdgesAreSaid) {
  PlanBuilder b;
  const int parts = b.node("parts", "flow.split"), check = b.node("check", "flow.map", 1);
  b.at(parts).outputs = {"train", "test"};
  b.edge(parts, check).from_port = 1;
  const int publish = b.node("publish", "model.publish", 1);
  b.at(publish).after = {check};
  EXPECT_EQ(lanes_text(make_picture(b.plan()), kAscii),
            "*  parts    flow.split\n"
            "*  check    flow.map       <- parts.test (stored)\n"
            "*  publish  model.publish  after check\n");
}

TEST(Lanes, LinesFitTheTerminal) {
  PlanBuilder b;
  const int to = b.node("sink", "flow.union", 1);
  for (int i = 0; i < 20; ++i) b.edge(b.node("a_source_with_a_long_name_" + std::to_string(i)), to);
  std::istringstream lines(lanes_text(make_picture(b.plan()), {80, true}));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80U) << line;
}

TEST(Lanes, AVeryWideDagIsAList) {
  PlanBuilder b;
  const int from = b.node("from");
  for (int i = 0; i < 100; ++i) b.edge(from, b.node("to_" + std::to_string(i)));
  const std::string text = lanes_text(make_picture(b.plan()), kAscii);
  EXPECT_TRUE(text.starts_with("from ")) << text.substr(0, 80);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 101);
}

TEST(Picture, FitsStandApartAndOrderIsSaidOnce) {
  PlanBuilder b;
  const int fit = b.node("model.tfidf", "ml.tfidf"), apply = b.node("model.tfidf", "ml.tfidf", 1);
  b.at(fit).kind = dag::NodeKind::fit;
  b.at(apply).kind = dag::NodeKind::apply;
  b.at(fit).group = b.at(apply).group = "model";
  b.at(apply).after = {fit};
  b.edge(fit, apply);
  const Picture picture = make_picture(b.plan());
  EXPECT_EQ(picture.nodes[0].name, "model.tfidf (fit)");
  EXPECT_EQ(picture.nodes[1].name, "model.tfidf");
  ASSERT_EQ(picture.edges.size(), 1U);
  EXPECT_EQ(picture.edges[0].arrow, Arrow::stored);
}

TEST(Dot, QuotesNamesAndFramesGroups) {
  PlanBuilder b;
  const int a = b.node("a"), c = b.node("m.b");
  b.plan().dag = "say \"hi\"\\";
  b.at(c).group = "m";
  b.edge(a, c).from_port = dag::kErrorsPort;
  EXPECT_EQ(dot_text(make_picture(b.plan())),
            "digraph \"say \\\"hi\\\"\\\\\" {\n"
            "  rankdir=TB;\n"
            "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
            "  edge [fontname=\"sans-serif\", fontsize=10];\n"
            "  n0 [label=\"a\\nflow.map\"];\n"
            "  subgraph cluster_0 {\n"
            "    label=\"m\";\n"
            "    style=\"rounded,dashed\";\n"
            "    n1 [label=\"m.b\\nflow.map\"];\n"
            "  }\n"
            "  n0 -> n1 [label=\"errors\"];\n"
            "}\n");
}

TEST(Mermaid, DrawsTheThreeKindsOfArrows) {
  PlanBuilder b;
  const int a = b.node("a"), c = b.node("b"), d = b.node("c", "x<y>", 1), e = b.node("d", "", 1);
  b.edge(a, c);
  b.edge(c, d);
  b.at(e).after = {d};
  EXPECT_EQ(mermaid_text(make_picture(b.plan())),
            "flowchart TD\n"
            "  n0[\"a<br>flow.map\"]\n"
            "  n1[\"b<br>flow.map\"]\n"
            "  n2[\"c<br>x&lt;y&gt;\"]\n"
            "  n3[\"d\"]\n"
            "  n0 --> n1\n"
            "  n1 ==> n2\n"
            "  n2 -.-> n3\n");
}

TEST(Charset, FollowsTheLocale) {
  ::setenv("LC_ALL", "en_GB.UTF-8", 1);
  EXPECT_TRUE(wants_unicode());
  ::setenv("LC_ALL", "C", 1);
  EXPECT_FALSE(wants_unicode());
}

}  // namespace
}  // namespace weirflow::cli
