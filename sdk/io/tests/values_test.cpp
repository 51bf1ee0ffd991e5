// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "weirflow/io/text.hpp"

namespace wf::io {
namespace {

TEST(Values, Bools) {
  for (const char* text : {"1", "true", "TRUE", "t", "Yes", "y"})
    EXPECT_EQ(parse_bool(text), true) << text;
  for (const char* text : {"0", "false", "F", "no", "N"})
    EXPECT_EQ(parse_bool(text), false) << text;
  for (const char* text : {"", "2", "tru", "on", "\x11", "True "})
    EXPECT_FALSE(parse_bool(text)) << text;
}

TEST(Values, Integers) {
  EXPECT_EQ(parse_int64("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(parse_int64("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_int64("+7"), 7);
  for (const char* text :
       {"9223372036854775808", "", "+", "-", "+-1", "1.0", " 1", "1 ", "0x1", "1e3"})
    EXPECT_FALSE(parse_int64(text)) << text;
}

TEST(Values, Floats) {
  EXPECT_EQ(parse_float64("1e3"), 1000.0);
  EXPECT_EQ(parse_float64("+.5"), 0.5);
  EXPECT_EQ(parse_float64("4.9e-324"), 4.9e-324);
  EXPECT_EQ(parse_float64("1e-400"), 0.0);
  EXPECT_TRUE(std::signbit(*parse_float64("-1e-400")));
  EXPECT_TRUE(std::isnan(*parse_float64("NaN")));
  EXPECT_TRUE(std::isinf(*parse_float64("-Infinity")));
  for (const char* text : {"1e400", "-1e400", "", ".", "1.2.3", "1,5", "nan(1)", "+-1", "abc"})
    EXPECT_FALSE(parse_float64(text)) << text;
}

TEST(Values, Timestamps) {
  EXPECT_EQ(parse_timestamp("1970-01-01"), 0);
  EXPECT_EQ(parse_timestamp("2016-06-26T00:00:00Z"), 1466899200000000);
  EXPECT_EQ(parse_timestamp("2016-06-26 00:00:00.123456789"), 1466899200123456);
  EXPECT_EQ(parse_timestamp("2016-06-26T01:30+0130"), 1466899200000000);
  EXPECT_EQ(parse_timestamp("2016-06-25T23:00:00-01"), 1466899200000000);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59.5Z"), -500000);
  for (const char* text :
       {"2016-02-30", "2016-6-26", "2016-06-26T24:00", "2016-06-26T00:00:60",
        "2016-06-26T00:00:00.", "2016-06-26T00:00:00Zx", "20160626", "2016-06-26T"})
    EXPECT_FALSE(parse_timestamp(text)) << text;
  EXPECT_EQ(parse_epoch_seconds("1466899200.25"), 1466899200250000);
  EXPECT_EQ(parse_epoch_seconds("-1"), -1000000);
  for (const char* text : {"", "-", "1.", "1e9", "999999999999", "abc"})
    EXPECT_FALSE(parse_epoch_seconds(text)) << text;
}

TEST(Values, TimestampsWrittenReadBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const int64_t us =
        static_cast<int64_t>(random() % 315'000'000'000'000'000ULL) - 62'000'000'000'000'000;
    std::string text;
    append_timestamp(us, &text);
    ASSERT_EQ(parse_timestamp(text), us) << text;
  }
}

TEST(Values, FloatsWrittenReadBack) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    std::string text;
    append_float64(value, &text);
    ASSERT_EQ(parse_float64(text), value) << text;
  }
  std::string text;
  append_float64(3, &text);
  EXPECT_EQ(text, "3.0");
}

TEST(Values, Guesses) {
  const auto guess = [](std::initializer_list<const char*> cells) {
    TypeGuess g;
    for (const char* cell : cells) g.add(cell);
    return g.type();
  };
  EXPECT_EQ(guess({}), Type::utf8);
  EXPECT_EQ(guess({"", "1", "-2"}), Type::int64);
  EXPECT_EQ(guess({"1", "2.5"}), Type::float64);
  EXPECT_EQ(guess({"true", "False"}), Type::boolean);
  EXPECT_EQ(guess({"true", "1"}), Type::utf8);
  EXPECT_EQ(guess({"2016-01-01"}), Type::timestamp);
  EXPECT_EQ(guess({"2016-01-01", "1"}), Type::utf8);
  EXPECT_EQ(guess({"007"}), Type::utf8);
  EXPECT_EQ(guess({"9223372036854775808"}), Type::utf8);
  EXPECT_EQ(guess({"0", "-0.5"}), Type::float64);
}

TEST(Values, Printable) {
  EXPECT_EQ(printable(std::string("a\0\xFF\né", 6), 20), "a\\x00\\xFF\\x0Aé");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(Values, Utf8Validity) {
  for (const char* text : {"", "aé€😀", "\xED\x9F\xBF"}) EXPECT_TRUE(valid_utf8(text));
  for (const char* text : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
    EXPECT_FALSE(valid_utf8(text));
}

}  // namespace
}  // namespace wf::io
