// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "clean.h"

#include <gtest/gtest.h>

#include "goldens.h"

namespace weirflow::text {
namespace {

using std::string_literals::operator""s;

std::string unescaped(std::string_view text) {
  std::string out;
  append_html_unescaped(out, text);
  return out;
}

// Expected values: Python 3.11, html.unescape.
TEST(HtmlUnescape, NamedReferences) {
  EXPECT_EQ(unescaped("a &amp; b &lt;i&gt; &quot;q&quot;"), "a & b <i> \"q\"");
  EXPECT_EQ(unescaped("&eacute;&Eacute;"), "éÉ");
  EXPECT_EQ(unescaped("&NotEqualTilde;"), "\u2242\u0338");
  EXPECT_EQ(unescaped("&unknown; &; & &"), "&unknown; &; & &");
  EXPECT_EQ(unescaped("&AMP &copy2020"), "& ©2020");
}

TEST(HtmlUnescape, LongestKnownStartWithoutSemicolon) {
  EXPECT_EQ(unescaped("&notin;"), "∉");
  EXPECT_EQ(unescaped("&notit;"), "¬it;");
  EXPECT_EQ(unescaped("&ampx"), "&x");
  EXPECT_EQ(unescaped("&hellip"), "&hellip");
}

TEST(HtmlUnescape, OnlyOnce) { EXPECT_EQ(unescaped("&amp;amp;lt;"), "&amp;lt;"); }

TEST(HtmlUnescape, Numbers) {
  EXPECT_EQ(unescaped("&#65;&#x42;&#X43;&#68"), "ABCD");
  EXPECT_EQ(unescaped("&#8217;&#x1F600;"), "’😀");
  EXPECT_EQ(unescaped("&#128;&#x81;&#x9F;"), "€\u0081Ÿ");
  EXPECT_EQ(unescaped("&#0;&#xD800;&#x110000;&#99999999999999999999;"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(unescaped("[&#1;&#xFDD0;&#x1FFFE;&#127;]"), "[]");
  EXPECT_EQ(unescaped("&#13;&#10;"), "\r\n");
  EXPECT_EQ(unescaped("&#;&#x;&#xg;&#"), "&#;&#x;&#xg;&#");
}

TEST(HtmlUnescape, NamesEndAfter32Characters) {
  // "Coun...Integral;" is the longest name and fits; 33 letters before a semicolon do not.
  EXPECT_EQ(unescaped("&CounterClockwiseContourIntegral;"), "∳");
  const std::string name(33, 'x');
  EXPECT_EQ(unescaped("&" + name + ";"), "&" + name + ";");
}

TEST(Clean, Utf8IsKeptAndAnyIllFormedByteMakesAllOfItCp1252) {
  EXPECT_EQ(clean("na\xC3\xAFve"), "naïve");
  EXPECT_EQ(clean("na\xEFve"), "naïve");
  EXPECT_EQ(clean("\xC3\xAF \xEF"), "Ã¯ ï");
  EXPECT_EQ(clean("\x93q\x94\x81\x8D\x8F\x90\x9D"), "“q”\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(clean("\xED\xA0\x80"), "í\u00A0€");       // a surrogate is not UTF-8
  EXPECT_EQ(clean("\xC0\xAF"), "À¯");                 // nor is an overlong form
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), "ô\uFFFD€€");  // nor a number above 0x10FFFF
}

TEST(Clean, StepsInOrder) {
  EXPECT_EQ(clean("a\r\nb\rc\nd"), "a b\rc\nd");
  EXPECT_EQ(clean("x<U+1F600>y<u+00e9>"), "x U+1F600 y U+00e9 ");
  EXPECT_EQ(clean("<U+> <U+12G> <U+12 <U12>"), "<U+> <U+12G> <U+12 <U12>");
  EXPECT_EQ(clean("<<U+41>>"), "< U+41 >");
  EXPECT_EQ(clean("&lt;U+41&gt;"), " U+41 ");  // unescaped first
  EXPECT_EQ(clean("\\_(\\)"), "_()");
  EXPECT_EQ(clean("&#13;&#10;"), " ");
  EXPECT_EQ(clean(""), "");
  EXPECT_EQ(clean("a\0b"s), "a\0b"s);
}

TEST(Clean, EachStepCanBeSwitchedOff) {
  const std::string all = "&amp;\r\n<U+41>\\\xEF";
  EXPECT_EQ(clean(all), "&  U+41 ï");
  EXPECT_EQ(clean(all, {.html = false}), "&amp;  U+41 ï");
  EXPECT_EQ(clean(all, {.line_breaks = false}), "&\r\n U+41 ï");
  EXPECT_EQ(clean(all, {.code_points = false}), "& <U+41>ï");
  EXPECT_EQ(clean(all, {.backslashes = false}), "&  U+41 \\ï");
  EXPECT_EQ(clean(all, {.decode = false}), "&  U+41 \xEF");
}

TEST(CleanGolden, EqualsThePublishedRunOnRealComments) {
  const auto rows = read_json_lines("golden/tokens_rscience.jsonl");
  const auto bodies = read_bodies();
  ASSERT_EQ(bodies.size(), 5453U);
  ASSERT_EQ(rows.size(), 500U);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(clean(bodies[i]), rows[i]["text"].get<std::string>()) << "row " << i;
  }
}

}  // namespace
}  // namespace weirflow::text
