// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/layout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "plans.h"

namespace weirflow::cli {
namespace {

Picture diamond() {
  PlanBuilder b;
  for (const char* name : {"a", "g.b", "g.c", "d"}) b.node(name);
  b.at(1).group = b.at(2).group = "g";
  b.edge(0, 1);
  b.edge(0, 2);
  b.edge(1, 3);
  b.edge(2, 3);
  return make_picture(b.plan());
}

bool overlap(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

TEST(Layout, BoxesStandApartAndAboveWhatTheyFeed) {
  const Picture picture = diamond();
  const auto layout = lay_out(picture);
  ASSERT_TRUE(layout.ok()) << layout.error().message();
  ASSERT_EQ(layout->nodes.size(), 4U);
  for (size_t i = 0; i < 4; ++i)
    for (size_t k = i + 1; k < 4; ++k)
      EXPECT_FALSE(overlap(layout->nodes[i], layout->nodes[k])) << i << k;
  for (const PictureEdge& e : picture.edges)
    EXPECT_LT(layout->nodes[static_cast<size_t>(e.from)].y,
              layout->nodes[static_cast<size_t>(e.to)].y);
}

TEST(Layout, ArrowsEndAtTheirBoxes) {
  const Picture picture = diamond();
  const auto layout = lay_out(picture);
  ASSERT_TRUE(layout.ok());
  for (size_t i = 0; i < picture.edges.size(); ++i) {
    const auto& points = layout->edges[i];
    ASSERT_GE(points.size(), 5U);
    EXPECT_EQ((points.size() - 2) % 3, 0U);
    const Box& to = layout->nodes[static_cast<size_t>(picture.edges[i].to)];
    EXPECT_NEAR(points.back().y, to.y, 1.0);
    EXPECT_GT(points.back().x, to.x - 1);
    EXPECT_LT(points.back().x, to.x + to.width + 1);
  }
}

TEST(Layout, AFrameHoldsItsGroupOnly) {
  const auto layout = lay_out(diamond());
  ASSERT_TRUE(layout.ok());
  ASSERT_EQ(layout->frames.size(), 1U);
  EXPECT_EQ(layout->frames[0].group, "g");
  EXPECT_TRUE(overlap(layout->frames[0].box, layout->nodes[1]));
  EXPECT_TRUE(overlap(layout->frames[0].box, layout->nodes[2]));
  EXPECT_FALSE(overlap(layout->frames[0].box, layout->nodes[0]));
}

TEST(Layout, IsTheSameEachTime) {
  const Picture picture = diamond();
  EXPECT_EQ(svg_text(picture, *lay_out(picture), true), svg_text(picture, *lay_out(picture), true));
}

TEST(Layout, AHugePictureIsRefused) {
  Picture picture;
  picture.nodes.resize(kMostPlaced + 1);
  const auto layout = lay_out(picture);
  ASSERT_FALSE(layout.ok());
  EXPECT_EQ(layout.error().code(), wf::Code::resource_exhausted);
}

TEST(Svg, EscapesNames) {
  Picture picture = diamond();
  picture.title = "<script>alert(1)</script>";
  picture.nodes[0].name = "a\"><img src=x>";
  const std::string text = svg_text(picture, *lay_out(picture), false);
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find("<img"), std::string::npos);
  EXPECT_NE(text.find("a&quot;&gt;&lt;img src=x&gt;"), std::string::npos);
}

TEST(Markup, BrokenTextIsReplaced) {
  EXPECT_EQ(escape_markup("a&b<c>'\""), "a&amp;b&lt;c&gt;&#39;&quot;");
  EXPECT_EQ(escape_markup(std::string("x\0\xff\ty", 5)), "x\xEF\xBF\xBD\xEF\xBF\xBD\ty");
}

}  // namespace
}  // namespace weirflow::cli
