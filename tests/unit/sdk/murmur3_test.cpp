// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/murmur3.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace wf {
namespace {

using namespace std::string_literals;

// Test vectors of the algorithm's reference implementation, and widely published ones.
TEST(Murmur3, ReferenceVectors) {
  EXPECT_EQ(murmur3_32("", 0), 0U);
  EXPECT_EQ(murmur3_32("", 1), 0x514E28B7U);
  EXPECT_EQ(murmur3_32("", 0xFFFFFFFFU), 0x81F16F39U);
  EXPECT_EQ(murmur3_32("\xFF\xFF\xFF\xFF", 0), 0x76293B50U);
  EXPECT_EQ(murmur3_32("!Ce\x87", 0), 0xF55B516BU);
  EXPECT_EQ(murmur3_32("!Ce", 0), 0x7E4A8634U);
  EXPECT_EQ(murmur3_32("!C", 0), 0xA0F7B07AU);
  EXPECT_EQ(murmur3_32("!", 0), 0x72661CF4U);
  EXPECT_EQ(murmur3_32("test", 0), 0xBA6BD213U);
  EXPECT_EQ(murmur3_32("test", 0x9747B28CU), 0x704B81DCU);
  EXPECT_EQ(murmur3_32("Hello, world!", 0), 0xC0363E43U);
  EXPECT_EQ(murmur3_32("Hello, world!", 0x9747B28CU), 0x24884CBAU);
  EXPECT_EQ(murmur3_32("The quick brown fox jumps over the lazy dog", 0x9747B28CU), 0x2FA826CDU);
}

// Expected: Python's mmh3 with seed 42 as a signed number, modulo in Python's way; a, b, c among
// 10 features are 7, 5, 8 as in the documentation of PySpark's HashingTF.
TEST(Murmur3, SparkFeatureIndex) {
  static_assert(spark_feature_index("a", 10) == 7);
  EXPECT_EQ(spark_feature_index("b", 10), 5);
  EXPECT_EQ(spark_feature_index("c", 10), 8);
  const std::vector<std::tuple<std::string, int32_t, int32_t>> known = {
      {"", 249180, 372},      {"a", 107107, 467},      {"b", 148981, 165},
      {"c", 74920, 768},      {"ab", 69191, 919},      {"abc", 204392, 976},
      {"abcd", 58828, 100},   {"spark", 173558, 286},  {"hello world", 39929, 609},
      {"naïve", 149954, 586}, {"日本語", 188088, 400}, {"the quick brown", 137335, 951},
      {"ÿ\0x"s, 139703, 855},
  };
  for (const auto& [term, index, of_1000] : known) {
    EXPECT_EQ(spark_feature_index(term), index) << term;
    EXPECT_EQ(spark_feature_index(term, 1000), of_1000) << term;
  }
}

}  // namespace
}  // namespace wf
