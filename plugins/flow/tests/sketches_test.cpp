// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Approximate answers against exact ones, and that saving and merging changes nothing it should
// not.

#include "sketches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "aggregate.h"
#include "values.h"
#include "weirflow/row_hash.hpp"
#include "weirflow/testing/harness.hpp"

namespace weirflow::flow {
namespace {

using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;

/// The share of values below `x`.
double rank_of(std::vector<double> values, double x) {
  std::sort(values.begin(), values.end());
  const auto low = std::lower_bound(values.begin(), values.end(), x) - values.begin();
  const auto high = std::upper_bound(values.begin(), values.end(), x) - values.begin();
  return static_cast<double>(low + high) / 2 / static_cast<double>(values.size());
}

TEST(TDigest, RanksAreCloseAndClosestAtTheEnds) {
  std::mt19937_64 random(7);
  for (const char* shape : {"uniform", "exponential", "ascending", "few"}) {
    std::vector<double> values;
    TDigest digest;
    for (int i = 0; i < 100'000; ++i) {
      const double u = static_cast<double>(random() >> 11) * 0x1p-53;
      const double x = shape[0] == 'u'   ? u
                       : shape[0] == 'e' ? -std::log(1 - u) * 1e6
                       : shape[0] == 'a' ? i
                                         : std::floor(u * 5);
      values.push_back(x);
      digest.add(x);
    }
    for (const double q : {0.0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const double error = std::abs(rank_of(values, digest.quantile(q)) - q);
      const double allowed = shape[0] == 'f' ? 0.11 : 0.0002 + 0.02 * q * (1 - q);
      EXPECT_LE(error, allowed) << shape << " " << q;
    }
    EXPECT_EQ(digest.quantile(0), *std::min_element(values.begin(), values.end()));
    EXPECT_EQ(digest.quantile(1), *std::max_element(values.begin(), values.end()));
    EXPECT_LT(digest.bytes(), 24'000);
  }
}

TEST(TDigest, IsExactWhileItIsSmall) {
  std::mt19937_64 random(3);
  std::vector<double> values;
  TDigest digest;
  for (int i = 0; i < 256; ++i) {
    values.push_back(static_cast<double>(static_cast<int64_t>(random()) >> 20));
    digest.add(values.back());
    for (const double q : {0.0, 0.25, 0.5, 0.77, 1.0}) {
      std::vector<double> sorted = values;
      EXPECT_EQ(digest.quantile(q), quantile_of(sorted, q));
    }
  }
}

TEST(TDigest, InfinitiesAndNaN) {
  TDigest digest;
  for (int i = 0; i < 1'000; ++i) digest.add(i % 2 ? HUGE_VAL : i % 4 ? -HUGE_VAL : 1.0);
  EXPECT_EQ(digest.quantile(0), -HUGE_VAL);
  EXPECT_EQ(digest.quantile(0.4), 1.0);
  EXPECT_EQ(digest.quantile(0.9), HUGE_VAL);
  for (int i = 0; i < 1'000; ++i) digest.add(std::nan(""));
  EXPECT_TRUE(std::isnan(digest.quantile(0.6)));
  EXPECT_EQ(digest.quantile(0.4), HUGE_VAL);
}

TEST(TDigest, MergedIsCloseToo) {
  std::vector<double> values;
  TDigest all;
  for (int part = 0; part < 20; ++part) {
    TDigest digest;
    for (int i = 0; i < 1'000; ++i) {
      values.push_back(part * 500 + i * 7919 % 1'000);
      digest.add(values.back());
    }
    std::string bytes;
    digest.save(bytes);
    TDigest restored;
    std::string_view rest = bytes;
    ASSERT_TRUE(restored.restore(rest) && rest.empty());
    all.merge(restored);
  }
  for (const double q : {0.01, 0.25, 0.5, 0.9})
    EXPECT_NEAR(rank_of(values, all.quantile(q)), q, 0.01);
}

TEST(HyperLogLog, CountsWithinItsError) {
  for (const int64_t n : {0, 1, 2, 100, 500, 513, 3'000, 10'000, 20'000, 300'000}) {
    HyperLogLog sketch;
    for (int64_t i = 0; i < n; ++i) {
      const uint64_t hash = wf::mix_hash(static_cast<uint64_t>(i) + 1'000'000);
      sketch.add(hash);
      sketch.add(hash);
    }
    const auto error = static_cast<double>(std::abs(sketch.estimate() - n));
    EXPECT_LE(error, 0.05 * static_cast<double>(n)) << n;
  }
}

TEST(HyperLogLog, MergedIsThatOfAll) {
  std::mt19937_64 random(5);
  for (const int size : {3, 400, 5'000}) {
    HyperLogLog one, two, both;
    for (int i = 0; i < size; ++i) {
      const uint64_t a = random(), b = random();
      one.add(a);
      two.add(b);
      both.add(a);
      both.add(b);
    }
    one.merge(two);
    EXPECT_EQ(one.estimate(), both.estimate());
    std::string bytes;
    one.save(bytes);
    std::string_view rest = bytes;
    HyperLogLog restored;
    ASSERT_TRUE(restored.restore(rest));
    EXPECT_EQ(restored.estimate(), both.estimate());
    for (size_t cut = 0; cut < std::min<size_t>(bytes.size(), 50); ++cut) {
      rest = std::string_view(bytes).substr(0, cut);
      EXPECT_FALSE(HyperLogLog().restore(rest));
    }
  }
}

TEST(TopK, TheMostFrequentFirst) {
  Harness h = Harness::of<AggregateRows>();
  ASSERT_TRUE(h.run({{"aggregates", Value::Table{{"s", "top_k(s, 2)"}, {"x", "top_k(x, 3)"}}}},
                    {batch("s:utf8 x:float64\nb | 2\na | nan\nb | 1\nc | nan\na | null\nnull | 2"),
                     batch("s:utf8 x:float64\nc | 0.5")})
                  .ok());
  EXPECT_EQ(h.text(), "s:list<utf8> x:list<float64>\n[a, b] | [2, nan, 0.5]\n");
}

TEST(TopK, FrequentValuesAreNotMissedAmongMany) {
  wf::Int64Builder values;
  std::mt19937_64 random(11);
  for (int64_t i = 0; i < 50'000; ++i)
    values.append(i % 10 < 3 ? i % 10 : static_cast<int64_t>(random() % 1'000'000) + 10);
  const wf::Batch in(std::make_shared<const wf::Schema>(wf::testing::schema("x:int64")), 50'000,
                     {values.finish()});
  Harness h = Harness::of<AggregateRows>();
  ASSERT_TRUE(h.run({{"aggregates", Value::Table{{"top", "top_k(x, 3)"}}}}, {in}).ok());
  EXPECT_EQ(h.text(), "top:list<int64>\n[0, 1, 2]\n");
}

TEST(ApproxAggregates, InFlowAggregate) {
  Harness h = Harness::of<AggregateRows>();
  ASSERT_TRUE(h.run({{"by", "k"},
                     {"aggregates",
                      Value::Table{{"d", "approx_distinct(s)"}, {"q", "approx_quantile(x, 0.5)"}}}},
                    {batch("k:int64 s:utf8 x:int64\n1 | a | 4\n1 | b | 5\n1 | a | 9\n2 | null | "
                           "null")})
                  .ok());
  EXPECT_EQ(h.text(), "k:int64 d:int64 q:float64\n1 | 2 | 5\n2 | 0 | null\n");
}

TEST(ApproxAggregates, Refusals) {
  const auto why = [](const char* text) {
    Harness h = Harness::of<AggregateRows>();
    const wf::Status status = h.start({{"aggregates", Value::Table{{"y", text}}}},
                                      {wf::testing::schema("x:int64 l:list<int64>")});
    return status.message() + (status.place() ? " " + status.place()->hint : "");
  };
  EXPECT_EQ(why("top_k(x)"),
            "top_k() takes an expression and a number of values, as in top_k(author, 3) ");
  EXPECT_EQ(why("top_k(x, 0)"), "top_k() gives a whole number of values from 1 to 1000 ");
  EXPECT_EQ(why("top_k(x, 1.5)"), "top_k() gives a whole number of values from 1 to 1000 ");
  EXPECT_EQ(why("top_k(l, 1)"), "top_k() does not take list<int64> ");
  EXPECT_EQ(why("hll(x)"), "there is no aggregate 'hll' did you mean 'approx_distinct'?");
  EXPECT_EQ(why("approx_quantile(x, 7)"),
            "the share of approx_quantile() is a number from 0 to 1 ");
}

}  // namespace
}  // namespace weirflow::flow
