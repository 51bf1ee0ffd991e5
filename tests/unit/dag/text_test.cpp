// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace weirflow {
namespace {

TEST(Text, Durations) {
  EXPECT_EQ(*parse_duration("10s"), 10'000'000);
  EXPECT_EQ(*parse_duration("1h30m"), 5'400'000'000);
  EXPECT_EQ(*parse_duration("1.5s"), 1'500'000);
  EXPECT_EQ(*parse_duration("0s"), 0);
  EXPECT_EQ(*parse_duration("1w2d3h4m5s6ms7us"), 788'645'006'007);
  for (const char* bad : {"", "10", "s", "-1s", "1m1h", "1s1s", "10 parsecs", "1.5h3m", "1. s",
                          "99999999999999999999s", "9223372036855s", "1e3s"})
    EXPECT_FALSE(parse_duration(bad).ok()) << bad;
  EXPECT_EQ(parse_duration("10sec").error().message(),
            "\"10sec\" is no duration: unknown unit \"sec\", units are us, ms, s, m, h, d or w");
}

TEST(Text, Sizes) {
  EXPECT_EQ(*parse_size("1GiB"), int64_t{1} << 30);
  EXPECT_EQ(*parse_size("64KiB"), 65'536);
  EXPECT_EQ(*parse_size("10MB"), 10'000'000);
  EXPECT_EQ(*parse_size("1.5 KiB"), 1'536);
  EXPECT_EQ(*parse_size("0B"), 0);
  for (const char* bad : {"", "1", "GiB", "1 gib", "1G", "-1B", "8388608TiB", "1GiB2MiB", "1.B"})
    EXPECT_FALSE(parse_size(bad).ok()) << bad;
}

RC_GTEST_PROP(TextProperty, DurationsReadBack, ()) {
  const auto us = *rc::gen::inRange<int64_t>(0, INT64_MAX);
  RC_ASSERT(*parse_duration(format_duration(us)) == us);
}

RC_GTEST_PROP(TextProperty, SizesReadBack, ()) {
  const auto bytes = *rc::gen::inRange<int64_t>(0, INT64_MAX);
  const auto shift = *rc::gen::inRange(0, 40);
  RC_ASSERT(*parse_size(format_size(bytes)) == bytes);
  RC_ASSERT(*parse_size(format_size((bytes >> 41) << shift)) == (bytes >> 41) << shift);
}

TEST(Text, Utf8) {
  EXPECT_EQ(find_invalid_utf8("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
            std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xE9"), 2u);            // latin-1
  EXPECT_EQ(find_invalid_utf8("\xC0\xAF"), 0u);          // overlong
  EXPECT_EQ(find_invalid_utf8("x\xED\xA0\x80"), 1u);     // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xE2\x82"), 0u);          // cut
  EXPECT_EQ(count_code_points("\xC3\xA9\xE2\x82\xAC"), 2u);
}

TEST(Text, Width) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("\xE6\xBC\xA2\xE5\xAD\x97"), 4u);  // two ideographs
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);                 // e and a combining accent
  EXPECT_EQ(display_width("\xF0\x9F\x98\x80"), 2u);          // an emoji
}

TEST(Text, JsonStrings) {
  std::string out;
  append_json_string(out, std::string_view("a\"\\\n\x01\x7F\0\xE9z", 9));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0001\\u007f\\u0000\xEF\xBF\xBDz\"");
}

TEST(Text, Floats) {
  EXPECT_EQ(format_float(0.1), "0.1");
  EXPECT_EQ(format_float(1), "1.0");
  EXPECT_EQ(format_float(1e300), "1e+300");
}

}  // namespace
}  // namespace weirflow
