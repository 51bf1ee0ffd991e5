// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// alert.rules: what becomes an event, when, and what is on it.
#include "rules.h"

#include <gtest/gtest.h>

#include "weirflow/testing/harness.hpp"

namespace weirflow::alert {
namespace {

using wf::Value;
using wf::testing::Harness;

constexpr int64_t kSecond = 1'000'000, kMinute = 60 * kSecond;
constexpr int64_t kStart = 1'700'000'000 * kSecond;

Value::Table rule(Value::Table more = {}) {
  Value::Table table = {
      {"name", "hot"}, {"when", "score > 0.9"}, {"labels", Value::Table{{"sub", "{sub}"}}}};
  for (auto& [key, value] : more) {
    std::erase_if(table, [&k = key](const auto& e) { return e.first == k; });
    table.emplace_back(key, value);
  }
  return table;
}

Value::Table config(Value::Table one, Value::Table more = {}) {
  Value::Table table = {{"rules", Value::List{Value(std::move(one))}}};
  for (auto& entry : more) table.push_back(entry);
  return table;
}

/// "a 0.5\nb 0.9"
wf::Batch rows(const std::string& lines) {
  std::string text = "sub:utf8 score:float64\n";
  for (const char c : lines) text += c == ' ' ? std::string(" | ") : std::string(1, c);
  return wf::testing::batch(text);
}

/// Rows with a time of their own, in seconds behind kStart.
wf::Batch timed(const std::vector<std::tuple<int64_t, std::string, double>>& list) {
  wf::TimestampBuilder times;
  wf::StringBuilder subs;
  wf::Float64Builder scores;
  for (const auto& [at, sub, score] : list) {
    times.append(kStart + at * kSecond);
    subs.append(sub);
    scores.append(score);
  }
  static const auto schema =
      std::make_shared<const wf::Schema>(wf::Schema({{"t", wf::Type::timestamp, true, {}},
                                                     {"sub", wf::Type::utf8, true, {}},
                                                     {"score", wf::Type::float64, true, {}}}));
  return wf::Batch(schema, static_cast<int64_t>(list.size()),
                   {times.finish(), subs.finish(), scores.finish()});
}

struct Started {
  explicit Started(const Value::Table& values, const wf::Schema& schema) : h(Harness::of<Rules>()) {
    const wf::Status status = h.start(values, {schema});
    EXPECT_TRUE(status.ok()) << status.message();
  }
  /// "firing a@0 resolved a@0-60": status, label sub, start and end in seconds behind kStart.
  std::string events() {
    std::string text;
    for (const wf::Batch& batch : h.output()) {
      const auto reader = AlertReader::make(batch.schema());
      for (int64_t i = 0; i < batch.rows(); ++i) {
        Alert alert;
        EXPECT_EQ(reader->read(batch, i, &alert), std::nullopt);
        text += (text.empty() ? "" : " ") + std::string(status_text(alert.resolved)) + " " +
                alert.labels["sub"] + "@" + std::to_string((alert.starts_us - kStart) / kSecond);
        if (alert.ends_us) text += "-" + std::to_string((*alert.ends_us - kStart) / kSecond);
      }
    }
    return text;
  }
  void push(const wf::Batch& batch) {
    const wf::Status status = h.push(batch);
    EXPECT_TRUE(status.ok()) << status.message();
  }
  void watermark(int64_t s) { EXPECT_TRUE(h.advance_watermark(kStart + s * kSecond).ok()); }
  Harness h;
};

Started by_event_time(Value::Table one) {
  return Started(config(rule(std::move(one)), {{"time", "t"}}), timed({{0, "a", 0}}).schema());
}

TEST(Rules, AnEventHasAllThatAChannelNeeds) {
  Started s(
      config(rule({{"severity", "critical"},
                   {"summary", "{sub}: {score:.2}"},
                   {"description", "more of {sub}"},
                   {"value", "score * 2"}}),
             {{"evidence", Value::List{"sub", "score", "ngrams"}},
              {"link", "https://x.example/{sub}"}}),
      wf::testing::batch("sub:utf8 score:float64 ngrams:list<utf8>\na | 0.95 | [x]").schema());
  s.push(wf::testing::batch(
      "sub:utf8 score:float64 ngrams:list<utf8>\na | 0.9575 | [x y]\nb | 0.1 | []"));
  const Labels labels = {{"alertname", "hot"}, {"severity", "critical"}, {"sub", "a"}};
  EXPECT_EQ(s.h.column("fingerprint"), std::vector<std::string>{fingerprint_of(labels)});
  EXPECT_EQ(s.h.column("status"), std::vector<std::string>{"firing"});
  EXPECT_EQ(s.h.column("rule"), std::vector<std::string>{"hot"});
  ASSERT_EQ(s.h.output().size(), 1U);
  Alert alert;
  const wf::Batch& out = s.h.output()[0];
  ASSERT_EQ(AlertReader::make(out.schema())->read(out, 0, &alert), std::nullopt);
  EXPECT_EQ(alert.labels, labels);
  EXPECT_EQ(alert.annotations, (Labels{{"summary", "a: 0.96"}, {"description", "more of a"}}));
  EXPECT_EQ(alert.value, 0.9575 * 2);
  EXPECT_EQ(alert.link, "https://x.example/a");
  EXPECT_EQ(alert.evidence, "{\"sub\":\"a\",\"score\":0.9575,\"ngrams\":[\"x y\"]}");
  EXPECT_EQ(alert.starts_us, kStart);
  EXPECT_TRUE(s.h.finish().ok());
  EXPECT_TRUE(s.h.conservation().ok()) << s.h.conservation().message();
}

TEST(Rules, AFiringAlertIsToldOnceForEachSetOfLabels) {
  Started s(config(rule()), rows("a 1").schema());
  s.push(rows("a 0.95\na 0.99\nb 0.95\na 1"));
  EXPECT_EQ(s.events(), "firing a@0 firing b@0");
}

TEST(Rules, NullIsNotTrue) {
  Started s(config(rule()), rows("a 1").schema());
  s.push(rows("a null\nb 0.95"));
  EXPECT_EQ(s.events(), "firing b@0");
}

TEST(Rules, AFalseRowOfTheSameLabelsResolves) {
  Started s = by_event_time({});
  s.push(timed({{0, "a", 1}, {5, "b", 0}, {10, "a", 0}, {20, "a", 1}}));
  EXPECT_EQ(s.events(), "firing a@0 resolved a@0-10 firing a@20");
}

TEST(Rules, SilenceResolves) {
  Started s = by_event_time({{"resolve", "silence"}, {"resolve_after", kMinute}});
  s.push(timed({{0, "a", 1}, {10, "a", 0}, {30, "a", 1}}));
  s.watermark(89);
  EXPECT_EQ(s.events(), "firing a@0");
  s.watermark(90);
  EXPECT_EQ(s.events(), "firing a@0 resolved a@0-90");
  EXPECT_TRUE(s.h.host().state()[0].empty());
  EXPECT_TRUE(s.h.host().timers().empty());
}

TEST(Rules, SilenceResolvesByTheClockWithoutATimeColumn) {
  Started s(config(rule({{"resolve_after", kMinute}})), rows("a 1").schema());
  s.push(rows("a 1"));
  ASSERT_TRUE(s.h.advance_time(kStart + 59 * kSecond).ok());
  EXPECT_EQ(s.events(), "firing a@0");
  ASSERT_TRUE(s.h.advance_time(kStart + kMinute).ok());
  EXPECT_EQ(s.events(), "firing a@0 resolved a@0-60");
}

TEST(Rules, AGapInTheRowsEndsTheAlertBeforeTheNextOne) {
  Started s = by_event_time({{"resolve_after", kMinute}});
  s.push(timed({{0, "a", 1}, {100, "a", 1}}));
  EXPECT_EQ(s.events(), "firing a@0 resolved a@0-60 firing a@100");
}

TEST(Rules, ForNeedsTheConditionToHold) {
  Started s = by_event_time({{"for", kMinute}});
  s.push(timed({{0, "a", 1}, {30, "a", 0}, {40, "a", 1}}));
  s.watermark(99);
  EXPECT_EQ(s.events(), "");
  s.watermark(100);
  EXPECT_EQ(s.events(), "firing a@40");
}

TEST(Rules, ForIsOverWhenARowSaysSo) {
  Started s = by_event_time({{"for", kMinute}});
  s.push(timed({{0, "a", 1}, {60, "a", 1}}));
  EXPECT_EQ(s.events(), "firing a@0");
}

TEST(Rules, ForIsAlsoTheTimeToBeFalse) {
  Started s = by_event_time({{"for", kMinute}});
  s.push(timed({{0, "a", 1}, {60, "a", 1}, {70, "a", 0}, {100, "a", 1}, {110, "a", 0}}));
  s.watermark(169);
  EXPECT_EQ(s.events(), "firing a@0");
  s.watermark(170);
  EXPECT_EQ(s.events(), "firing a@0 resolved a@0-170");
}

TEST(Rules, NeverMakesEveryRowAnAlert) {
  Started s = by_event_time({{"resolve", "never"}});
  s.push(timed({{0, "a", 1}, {1, "a", 1}, {2, "a", 0}}));
  EXPECT_EQ(s.events(), "firing a@0 firing a@1");
  EXPECT_TRUE(s.h.host().state()[0].empty());
}

TEST(Rules, AFiringAlertRepeatsWhenAsked) {
  Started s = by_event_time({{"repeat", kMinute}});
  s.push(timed({{0, "a", 1}, {59, "a", 1}, {61, "a", 1}, {70, "a", 1}}));
  EXPECT_EQ(s.events(), "firing a@0 firing a@0");
}

TEST(Rules, ALateRowDoesNotResolve) {
  Started s = by_event_time({});
  s.push(timed({{10, "a", 1}, {5, "a", 0}}));
  EXPECT_EQ(s.events(), "firing a@10");
}

TEST(Rules, StateGoesOnAfterARestart) {
  Started first = by_event_time({{"for", kMinute}});
  first.push(timed({{0, "a", 1}}));
  EXPECT_EQ(first.events(), "");
  Started second = by_event_time({{"for", kMinute}});
  second.h.host().state() = first.h.host().state();
  second.h.host().timers() = first.h.host().timers();
  second.watermark(60);
  EXPECT_EQ(second.events(), "firing a@0");
  Started third = by_event_time({{"for", kMinute}});
  third.h.host().state() = second.h.host().state();
  third.h.host().timers() = second.h.host().timers();
  third.push(timed({{70, "a", 1}, {80, "a", 0}}));
  third.watermark(140);
  EXPECT_EQ(third.events(), "resolved a@0-140");
}

TEST(Rules, AnAlertOfARuleThatIsGoneEnds) {
  Started first = by_event_time({{"resolve_after", kMinute}});
  first.push(timed({{0, "a", 1}}));
  Started second = by_event_time({{"name", "other"}});
  second.h.host().state() = first.h.host().state();
  second.h.host().timers() = first.h.host().timers();
  second.watermark(60);
  EXPECT_EQ(second.events(), "resolved a@0-60");
  EXPECT_EQ(second.h.column("rule"), std::vector<std::string>{"hot"});
}

TEST(Rules, SeveralRulesSeeEveryRow) {
  Started s({{"rules", Value::List{Value(rule()),
                                   Value(rule({{"name", "cold"}, {"when", "score < 0.1"}}))}}},
            rows("a 1").schema());
  s.push(rows("a 0.95\nb 0.05\nc 0.5"));
  EXPECT_EQ(s.h.column("rule"), (std::vector<std::string>{"hot", "cold"}));
}

TEST(Rules, ARowThatCannotBeComputedIsRefused) {
  Started s(config(rule({{"when", "1 / score > 1"}})), rows("a 1").schema());
  s.push(rows("a 0\nb 0.5"));
  EXPECT_EQ(s.events(), "firing b@0");
  ASSERT_EQ(s.h.refused().size(), 1U);
  EXPECT_EQ(s.h.refused()[0].code, "expression");
  EXPECT_TRUE(s.h.conservation().ok()) << s.h.conservation().message();
}

TEST(Rules, ARowWithoutATimeIsRefused) {
  Started s = by_event_time({});
  wf::Batch batch = timed({{0, "a", 1}});
  wf::TimestampBuilder none;
  none.append_null();
  s.push(wf::Batch(batch.schema_ptr(), 1, {none.finish(), batch.column(1), batch.column(2)}));
  ASSERT_EQ(s.h.refused().size(), 1U);
  EXPECT_EQ(s.h.refused()[0].code, "no_time");
}

struct Refusal {
  Value::Table config;
  std::string message, key, hint;
};

TEST(Rules, WrongConfigurationsAreExplained) {
  const std::vector<Refusal> cases = {
      {{{"rules", Value::List{}}}, "there is no rule", "rules", ""},
      {config(rule({{"when", "scor > 1"}})), "scor", "rules[0].when", "score"},
      {config(rule({{"when", "score + 1"}})), "a condition is needed", "rules[0].when", "compare"},
      {config(rule({{"value", "sub"}})), "a number is needed", "rules[0].value", ""},
      {config(rule({{"labels", Value::Table{{"x", "{subb}"}}}})), "subb", "rules[0].labels.x",
       "sub"},
      {config(rule({{"labels", Value::Table{{"alertname", "x"}}}})), "the rule's own",
       "rules[0].labels.alertname", ""},
      {config(rule({{"labels", Value::Table{{"a-b", "x"}}}})), "no name of a label",
       "rules[0].labels.a-b", "letters"},
      {config(rule({{"summary", "{sub"}})), "not closed", "rules[0].summary", "{name}"},
      {config(rule({{"resolve", "never"}, {"for", kMinute}})), "has no duration", "rules[0].for",
       "silence"},
      {config(rule({{"resolve", "silence"}, {"resolve_after", 0}})), "needs a time",
       "rules[0].resolve_after", ""},
      {{{"rules", Value::List{Value(rule()), Value(rule())}}},
       "two rules 'hot'",
       "rules[1].name",
       ""},
      {config(rule(), {{"time", "score"}}), "not a timestamp", "time", "cast"},
      {config(rule(), {{"evidence", Value::List{"nope"}}}), "nope", "evidence[0]", ""},
      {config(rule(), {{"link", "{nope}"}}), "nope", "link", ""},
  };
  for (const Refusal& c : cases) {
    Harness h = Harness::of<Rules>();
    ASSERT_TRUE(h.configure(c.config).ok()) << c.message;
    const wf::Status status = h.bind({rows("a 1").schema()});
    ASSERT_FALSE(status.ok()) << c.message;
    EXPECT_EQ(status.code(), wf::Code::invalid_config);
    EXPECT_NE(status.message().find(c.message), std::string::npos) << status.message();
    ASSERT_NE(status.place(), nullptr) << status.message();
    EXPECT_EQ(status.place()->key, c.key);
    EXPECT_NE(status.place()->hint.find(c.hint), std::string::npos) << status.place()->hint;
  }
}

}  // namespace
}  // namespace weirflow::alert
