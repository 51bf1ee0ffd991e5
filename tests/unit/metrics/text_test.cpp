// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <set>
#include <sstream>

#include "metrics/exposition.h"
#include "metrics/text_format.h"
#include "snapshots.h"

namespace weirflow::metrics {
namespace {

using Type = TextWriter::Type;

TEST(TextWriter, WritesFamiliesOnceAndEscapes) {
  TextWriter out;
  out.family("a_total", "Back\\slash\nand \"quotes\".", Type::counter);
  out.count({{"task", "a \"b\"\\\n"}, {"kind", "work"}}, 12);
  out.count({}, -1);
  out.family("nothing", "Has no samples.", Type::gauge);
  out.family("b", "B.", Type::gauge);
  out.sample({}, 0.5);
  EXPECT_EQ(out.finish(),
            "# HELP a_total Back\\\\slash\\nand \"quotes\".\n"
            "# TYPE a_total counter\n"
            "a_total{task=\"a \\\"b\\\"\\\\\\n\",kind=\"work\"} 12\n"
            "a_total -1\n"
            "# HELP b B.\n"
            "# TYPE b gauge\n"
            "b 0.5\n");
}

TEST(TextWriter, NumbersReadBackExactly) {
  EXPECT_EQ(number_of(3), "3");
  EXPECT_EQ(number_of(0.1), "0.1");
  EXPECT_EQ(number_of(0.0001), "0.0001");
  EXPECT_EQ(number_of(60'000'000), "60000000");
  EXPECT_EQ(number_of(1e300), "1e+300");
  EXPECT_EQ(number_of(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number_of(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(number_of(std::nan("")), "NaN");
  const auto micros = [](int64_t us) {
    TextWriter out;
    out.family("x", "", Type::gauge);
    out.micros({}, us);
    const std::string text = out.finish();
    return text.substr(text.rfind("\nx ") + 3);
  };
  EXPECT_EQ(micros(0), "0\n");
  EXPECT_EQ(micros(1), "0.000001\n");
  EXPECT_EQ(micros(1'500'000), "1.5\n");
  EXPECT_EQ(micros(-2'000'010), "-2.00001\n");
  EXPECT_EQ(micros(1'764'000'000'000'001), "1764000000.000001\n");
  EXPECT_EQ(micros(std::numeric_limits<int64_t>::min()), "-9223372036854.775808\n");
}

TEST(TextWriter, HistogramsAreCumulative) {
  Histogram h{{0.1, 1}, {2, 0, 3}, 7.5};
  TextWriter out;
  out.family("h", "H.", Type::histogram);
  out.histogram({{"t", "x"}}, h);
  EXPECT_EQ(out.finish(),
            "# HELP h H.\n# TYPE h histogram\n"
            "h_bucket{t=\"x\",le=\"0.1\"} 2\n"
            "h_bucket{t=\"x\",le=\"1\"} 2\n"
            "h_bucket{t=\"x\",le=\"+Inf\"} 5\n"
            "h_sum{t=\"x\"} 7.5\n"
            "h_count{t=\"x\"} 5\n");
}

TEST(TextReader, ReadsWhatOthersWrite) {
  const auto samples = read_text(
      "# a comment\r\n\n  x 1\r\ny{} 2 1395066363000\nz { a = \"1\" , b=\"\\\\ \\\" \\n\", } +Inf\n"
      "n NaN");
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  ASSERT_EQ(samples->size(), 4U);
  EXPECT_EQ((*samples)[0].value, 1);
  EXPECT_EQ((*samples)[1].value, 2);
  EXPECT_EQ((*samples)[2].label("a"), "1");
  EXPECT_EQ((*samples)[2].label("b"), "\\ \" \n");
  EXPECT_EQ((*samples)[2].label("c"), "");
  EXPECT_TRUE(std::isinf((*samples)[2].value));
  EXPECT_TRUE(std::isnan((*samples)[3].value));
}

TEST(TextReader, SaysWhatIsWrongWhere) {
  const auto error = [](std::string_view text) {
    const auto read = read_text(text);
    return read.ok() ? "nothing" : read.error().message();
  };
  EXPECT_EQ(error("a 1\nb x\n"), "line 2: `x` is no number");
  EXPECT_EQ(error("a{b=\"c} 1"), "line 1: a label's value has no end");
  EXPECT_EQ(error("a{b} 1"), "line 1: a label is not NAME=\"VALUE\"");
  EXPECT_EQ(error("a{b=c} 1"), "line 1: the value of label b has no quote");
  EXPECT_EQ(error("a{b=\"c\" d=\"e\"} 1"), "line 1: labels are separated by commas");
  EXPECT_EQ(error("a{b=\"c\""), "line 1: labels are separated by commas");
  EXPECT_EQ(error("a{b=\"c\","), "line 1: a label is not NAME=\"VALUE\"");
  EXPECT_EQ(error("\n{a=\"b\"} 1"), "line 2: a metric's name is missing");
  EXPECT_EQ(error("a"), "line 1: `` is no number");
}

/// What the format asks of a whole exposition.
void expect_well_formed(const std::string& text) {
  std::istringstream lines(text);
  std::set<std::string> families, series;
  std::string family, type;
  static const std::regex head("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, head)) {
      if (match[1] == "HELP") {
        family = match[2];
        EXPECT_TRUE(families.insert(family).second) << family << " is there twice";
      } else {
        EXPECT_EQ(match[2], family);
        type = match[3];
        EXPECT_EQ(type == "counter", family.ends_with("_total")) << family << " is a " << type;
      }
      continue;
    }
    const size_t end = line.find_first_of("{ ");
    EXPECT_TRUE(line.substr(0, end).starts_with(family)) << line << " in " << family;
    EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
  }
  EXPECT_FALSE(families.empty());
}

TEST(Exposition, IsWellFormed) {
  expect_well_formed(to_text(made_snapshot()));
  expect_well_formed(to_text(Snapshot()));
}

TEST(Exposition, ReadsBackAsItWas) {
  Snapshot s = made_snapshot();
  const auto read = from_text(to_text(s));
  ASSERT_TRUE(read.ok()) << read.status().message();
  s.tasks[1].metrics.clear();  // are not read
  EXPECT_EQ(*read, s);
  s = made_snapshot();
  s.paused_by = "out";
  s.paused_why = "10 MiB are \"unacknowledged\"\nby the cluster";
  s.checkpoints.reset();
  s.tasks.resize(1);
  s.tasks[0].watermark_us.reset();
  s.edges.clear();
  EXPECT_EQ(*from_text(to_text(s)), s);
}

TEST(Exposition, SaysWhatHoldsOfTheMoment) {
  const auto samples = read_text(to_text(made_snapshot()));
  ASSERT_TRUE(samples.ok());
  const auto value = [&](std::string_view name, std::string_view task = "") {
    for (const Sample& s : *samples)
      if (s.name == name && s.label("task") == task) return s.value;
    return std::nan("");
  };
  EXPECT_EQ(value("weirflow_task_watermark_lag_seconds", "score"), 1.5);
  EXPECT_EQ(value("weirflow_checkpoint_age_seconds"), 0.4);
  EXPECT_EQ(value("weirflow_run_duration_seconds"), 120.5);
  EXPECT_EQ(value("weirflow_run_healthy"), 1);
  EXPECT_EQ(value("weirflow_plugin_ml_logistic_regression_rows_seen_total", "score"), 1200000);
  EXPECT_EQ(value("weirflow_plugin_ml_logistic_regression_lag_rows", "score"), 17.5);
  EXPECT_EQ(value("weirflow_plugin_ml_logistic_regression_call_seconds_count", "score"), 100);
  EXPECT_EQ(value("weirflow_task_latency_seconds_count", "out"), 100);
}

TEST(Exposition, MetricsOfOneNameDoNotCollide) {
  Snapshot s = made_snapshot();
  s.tasks[1].metrics = {{"x", PluginMetric::Kind::counter, 1, {}},
                        {"x", PluginMetric::Kind::gauge, 2, {}},
                        {"x", PluginMetric::Kind::histogram, 0, made_histogram()},
                        {"x_total", PluginMetric::Kind::gauge, 3, {}},
                        {"x_histogram", PluginMetric::Kind::gauge, 4, {}},
                        {"odd-näme", PluginMetric::Kind::gauge, 5, {}}};
  const std::string text = to_text(s);
  std::istringstream lines(text);
  std::set<std::string> families;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE weirflow_plugin")) continue;
    EXPECT_TRUE(families.insert(line.substr(7, line.rfind(' ') - 7)).second) << line;
  }
  EXPECT_EQ(families.size(), 6U);
  ASSERT_TRUE(read_text(text).ok());
}

TEST(Exposition, OfSomethingElseIsRefused) {
  EXPECT_EQ(from_text("up 1\n").error().message(),
            "there is no weirflow_run_info: this is not the metrics of a run");
  EXPECT_FALSE(from_text("<html>").ok());
  EXPECT_FALSE(from_text("").ok());
}

TEST(Histogram, QuantilesAreLinearWithinABucket) {
  Histogram h{{1, 2, 4}, {0, 10, 10, 0}, 0};
  EXPECT_DOUBLE_EQ(*quantile(h, 0.5), 2);
  EXPECT_DOUBLE_EQ(*quantile(h, 0.25), 1.5);
  EXPECT_DOUBLE_EQ(*quantile(h, 1), 4);
  EXPECT_DOUBLE_EQ(*quantile(h, 0), 1);
  h.counts.back() = 20;
  EXPECT_DOUBLE_EQ(*quantile(h, 0.9), 4);  // above the highest bound nothing is known
  EXPECT_FALSE(quantile(Histogram{{1}, {0, 0}, 0}, 0.5));
  EXPECT_FALSE(quantile(Histogram(), 0.5));
}

TEST(Histogram, BoundsBelongToTheirBucket) {
  DurationHistogram h;
  h.observe(0);
  h.observe(10);
  h.observe(11, 5);
  h.observe(60'000'001);
  const Histogram values = h.values();
  EXPECT_EQ(values.counts.front(), 2);
  EXPECT_EQ(values.counts[1], 5);
  EXPECT_EQ(values.counts.back(), 1);
  EXPECT_EQ(values.count(), 8);
  EXPECT_DOUBLE_EQ(values.bounds.front(), 0.00001);
  EXPECT_DOUBLE_EQ(values.sum, (10 + 55 + 60'000'001) / 1e6);
}

TEST(Trouble, IsSaid) {
  Snapshot s = made_snapshot();
  EXPECT_EQ(trouble(s), "");
  s.checkpoints->failures = 1;
  EXPECT_EQ(trouble(s), "the last checkpoint was given up");
  s.checkpoints->failures = 2;
  EXPECT_EQ(trouble(s), "the last 2 checkpoints were given up");
  s.paused_by = "out";
  s.paused_why = "64 MiB are not acknowledged";
  EXPECT_EQ(trouble(s), "paused by out: 64 MiB are not acknowledged");
  s.state = "failed";
  EXPECT_EQ(trouble(s), "the run has failed");
}

}  // namespace
}  // namespace weirflow::metrics
