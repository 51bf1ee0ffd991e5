// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// The small parts: fingerprints, templates, signatures, silences, the gate, rates, mail.
#include <gtest/gtest.h>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bodies.h"
#include "channel.h"
#include "email.h"
#include "gate.h"
#include "signature.h"
#include "stored.h"
#include "weirflow/testing/batch_text.hpp"

namespace weirflow::alert {
namespace {

constexpr int64_t kSecond = 1'000'000, kHour = 3600 * kSecond;

Alert alert_of(const std::string& name, bool resolved = false) {
  Alert alert;
  alert.labels = {{"alertname", name}, {"severity", "warning"}};
  alert.fingerprint = fingerprint_of(alert.labels);
  alert.rule = name;
  alert.severity = "warning";
  alert.resolved = resolved;
  return alert;
}

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "alert-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

void write(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  std::ofstream(fresh) << text;
  std::filesystem::rename(fresh, path);
}

// prometheus/common's model tests: an empty set has FNV-1a's offset basis.
TEST(Fingerprint, OfNoLabelsIsTheOffsetBasis) { EXPECT_EQ(fingerprint_of({}), "cbf29ce484222325"); }

TEST(Fingerprint, TakesEmptyLabelsForAbsent) {
  EXPECT_EQ(fingerprint_of({{"a", "b"}, {"c", ""}}), fingerprint_of({{"a", "b"}}));
  EXPECT_NE(fingerprint_of({{"a", "b"}}), fingerprint_of({{"ab", ""}}));
  EXPECT_NE(fingerprint_of({{"a", "bc"}}), fingerprint_of({{"ab", "c"}}));
}

TEST(AlertJson, ComesBack) {
  Alert alert = alert_of("x", true);
  alert.id = "1-ab.0";
  alert.annotations = {{"summary", "\"quotes\" and \xff"}};
  alert.ends_us = 5;
  alert.value = 0.25;
  alert.evidence = "{\"a\":[1]}";
  alert.link = "http://x";
  const auto back = alert_from_json(to_json(alert));
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->labels, alert.labels);
  EXPECT_EQ(back->ends_us, alert.ends_us);
  EXPECT_EQ(back->value, alert.value);
  EXPECT_EQ(back->evidence, alert.evidence);
  EXPECT_EQ(back->link, alert.link);
  EXPECT_TRUE(back->resolved);
  EXPECT_EQ(alert_from_json("{}").error().code(), wf::Code::invalid_data);
  EXPECT_EQ(alert_from_json("{\"id\"").error().code(), wf::Code::invalid_data);
}

TEST(RowTemplate, FillsInEveryKindOfColumn) {
  const wf::Batch batch = wf::testing::batch(
      "s:utf8 i:int64 f:float64 b:bool t:timestamp l:list<int64>\n"
      "x | 7 | 0.125 | true | 1466899200000000 | [1, 2]\nnull | null | null | null | null | "
      "null");
  const auto made = RowTemplate::make("{s}|{i}|{f}|{f:.1}|{b}|{t}|{l}", batch.schema(), "k");
  ASSERT_TRUE(made.ok()) << made.error().message();
  EXPECT_EQ(made->of(batch, 0), "x|7|0.125|0.1|true|2016-06-26T00:00:00Z|[1,2]");
  EXPECT_EQ(made->of(batch, 1), "||||||");
}

TEST(TextTemplate, RefusesWhatItCannotRead) {
  for (const auto& [text, offset] : std::vector<std::pair<std::string, uint32_t>>{
           {"a{b", 1}, {"a}b", 1}, {"{a{b}", 0}, {"{}", 0}, {"{x:.99}", 0}, {"{x:.}", 0}}) {
    const auto made = TextTemplate::parse(text, "key");
    ASSERT_FALSE(made.ok()) << text;
    EXPECT_EQ(made.error().place()->key, "key");
    EXPECT_EQ(made.error().place()->offset, offset) << text;
  }
}

TEST(AlertTemplate, KnowsTheNamesOfAnAlert) {
  Notification message;
  Alert alert = alert_of("hot");
  alert.value = 0.98765;
  alert.evidence = "{\"p\":0.5,\"n\":[\"a\"],\"t\":\"text\",\"z\":null}";
  alert.annotations["summary"] = "sum";
  message.total = 3;
  const auto made = AlertTemplate::make(
      "{rule} {status} {count} {value:.2} {summary} {labels.severity} {evidence.p:.2} {evidence.n} "
      "{evidence.t}{evidence.z}{evidence.q}{labels.none}",
      "title");
  ASSERT_TRUE(made.ok()) << made.error().message();
  EXPECT_EQ(made->of(message, alert), "hot firing 3 0.99 sum warning 0.50 [\"a\"] text");
  const auto wrong = AlertTemplate::make("{sumary}", "title");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().place()->hint, "did you mean 'summary'?");
}

// The example of the Standard Webhooks specification and of its libraries' tests.
TEST(Signature, IsThatOfThePublishedExample) {
  const auto key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key.ok()) << key.error().message();
  EXPECT_EQ(webhook_signature({*key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                              "{\"test\": 2432232314}"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, HasOneForEachKey) {
  const std::string a(24, 'a'), b(24, 'b');
  const std::string both = webhook_signature({a, b}, "i", 1, "x");
  EXPECT_EQ(both, webhook_signature({a}, "i", 1, "x") + " " + webhook_signature({b}, "i", 1, "x"));
  EXPECT_NE(webhook_signature({a}, "i", 1, "x"), webhook_signature({a}, "i", 2, "x"));
}

TEST(Signature, RefusesWhatIsNoKey) {
  for (const char* secret : {"", "whsec_", "whsec_?", "whsec_YWJj", "no base64 at all !!"})
    EXPECT_FALSE(webhook_key(secret).ok()) << secret;
}

TEST(MessageId, IsThatOfItsEvents) {
  EXPECT_EQ(message_id({"a", "b"}), message_id({"a", "b"}));
  EXPECT_NE(message_id({"a", "b"}), message_id({"ab"}));
  EXPECT_EQ(message_id({"a"}).size(), 6U + 32U);
}

TEST(Matcher, HasTheFourKindsOfAlertmanager) {
  const Labels labels = {{"a", "x1"}, {"b", "y"}};
  const auto matches = [&](const std::string& text) {
    const auto made = Matcher::parse(text);
    EXPECT_TRUE(made.ok()) << text;
    return made.ok() && made->matches(labels);
  };
  EXPECT_TRUE(matches("a=x1"));
  EXPECT_FALSE(matches("a=x"));
  EXPECT_TRUE(matches("a!=x"));
  EXPECT_FALSE(matches("a!=x1"));
  EXPECT_TRUE(matches("a=~x[0-9]"));
  EXPECT_FALSE(matches("a=~x"));  // the whole value
  EXPECT_TRUE(matches("a!~x"));
  EXPECT_FALSE(matches("a!~x.*"));
  EXPECT_TRUE(matches("none="));
  EXPECT_FALSE(matches("none=~.+"));
  for (const char* text : {"a", "=x", "!=x", "a=~(", "!~x", ""})
    EXPECT_FALSE(Matcher::parse(text).ok()) << text;
}

SilenceConfig silence(const std::string& matcher, const std::string& expires) {
  return {{matcher}, expires, "ana", "repair"};
}

TEST(Silences, HoldUntilTheyExpire) {
  const auto made = Silences::make({silence("alertname=x", "1970-01-01T01:00:00Z")}, "");
  ASSERT_TRUE(made.ok()) << made.error().message();
  EXPECT_EQ(made->author_of({{"alertname", "x"}}, kHour - 1), "ana");
  EXPECT_EQ(made->author_of({{"alertname", "x"}}, kHour), std::nullopt);
  EXPECT_EQ(made->author_of({{"alertname", "y"}}, 0), std::nullopt);
}

TEST(Silences, NeedAllOfTheirKeys) {
  const std::vector<std::pair<SilenceConfig, std::string>> cases = {
      {{{}, "2030-01-01", "a", "r"}, "silences[0].matchers"},
      {{{"a"}, "2030-01-01", "a", "r"}, "silences[0].matchers[0]"},
      {{{"a=b"}, "soon", "a", "r"}, "silences[0].expires"},
      {{{"a=b"}, "2030-01-01", "", "r"}, "silences[0].author"},
      {{{"a=b"}, "2030-01-01", "a", ""}, "silences[0].reason"}};
  for (const auto& [config, key] : cases) {
    const auto made = Silences::make({config}, "");
    ASSERT_FALSE(made.ok()) << key;
    EXPECT_EQ(made.error().place()->key, key);
  }
}

constexpr const char* kFileOfX =
    R"([{"matchers":["alertname=x"],"expires":"2030-01-01","author":"bo","reason":"r"}])";

TEST(Silences, FollowTheirFile) {
  const Folder folder;
  const std::string path = folder.path + "/silences.json";
  auto made = Silences::make({}, path);
  ASSERT_TRUE(made.ok()) << made.error().message();
  const Labels x = {{"alertname", "x"}};
  EXPECT_EQ(made->author_of(x, 0), std::nullopt);
  write(path, kFileOfX);
  ASSERT_TRUE(made->refresh().ok());
  EXPECT_EQ(made->author_of(x, 0), "bo");
  write(path, "[{\"matchers\": 1}]");
  const wf::Status broken = made->refresh();
  EXPECT_NE(broken.message().find("silence 1 needs"), std::string::npos) << broken.message();
  EXPECT_TRUE(made->refresh().ok());  // said once
  EXPECT_EQ(made->author_of(x, 0), "bo");
  std::filesystem::remove(path);
  ASSERT_TRUE(made->refresh().ok());
  EXPECT_EQ(made->author_of(x, 0), std::nullopt);
}

TEST(Silences, AFileThatIsWrongFromTheBeginningIsRefused) {
  const Folder folder;
  write(folder.path + "/s", "{}");
  EXPECT_EQ(Silences::make({}, folder.path + "/s").error().code(), wf::Code::invalid_data);
}

Gate gate(int64_t repeat_us, bool resolved = true, std::vector<SilenceConfig> silences = {}) {
  return Gate(*Silences::make(silences, ""), repeat_us, resolved);
}

TEST(Gate, TakesAnEventOnceWithinRepeat) {
  Gate g = gate(kHour);
  const Alert firing = alert_of("x"), resolved = alert_of("x", true);
  EXPECT_EQ(g.admit(firing, 1), Gate::Answer::take);
  EXPECT_EQ(g.admit(firing, kHour), Gate::Answer::duplicate);
  EXPECT_EQ(g.admit(alert_of("y"), kHour), Gate::Answer::take);
  EXPECT_EQ(g.admit(firing, kHour + 1), Gate::Answer::take);  // repeated after
  EXPECT_EQ(g.admit(resolved, kHour + 2), Gate::Answer::take);
  EXPECT_EQ(g.admit(resolved, kHour + 3), Gate::Answer::duplicate);
  EXPECT_EQ(g.admit(firing, kHour + 4), Gate::Answer::take);  // it came back
}

TEST(Gate, WithoutRepeatTakesAll) {
  Gate g = gate(0);
  EXPECT_EQ(g.admit(alert_of("x"), 1), Gate::Answer::take);
  EXPECT_EQ(g.admit(alert_of("x"), 1), Gate::Answer::take);
}

TEST(Gate, WhatWasSilencedIsNotADuplicateLater) {
  Gate g = gate(10 * kHour, true, {silence("alertname=x", "1970-01-01T01:00:00Z")});
  EXPECT_EQ(g.admit(alert_of("x"), 1), Gate::Answer::silenced);
  EXPECT_EQ(g.admit(alert_of("x"), kHour), Gate::Answer::take);
}

TEST(Gate, EndsMayBeUnwanted) {
  Gate g = gate(kHour, false);
  EXPECT_EQ(g.admit(alert_of("x", true), 1), Gate::Answer::unwanted);
}

TEST(Gate, RemembersAcrossARestart) {
  Gate first = gate(kHour);
  EXPECT_EQ(first.admit(alert_of("x"), 1), Gate::Answer::take);
  EXPECT_EQ(first.admit(alert_of("old"), 1 - kHour), Gate::Answer::take);
  const std::string memory = first.memory(2);
  EXPECT_EQ(first.remembered(), 1U);
  Gate second = gate(kHour);
  ASSERT_TRUE(second.restore(memory).ok());
  EXPECT_EQ(second.admit(alert_of("x"), 2), Gate::Answer::duplicate);
  EXPECT_EQ(second.restore("{\"a\":1}").code(), wf::Code::invalid_data);
}

TEST(TokenBucket, GivesSoManyInATime) {
  auto bucket = TokenBucket::parse("2/1m", "rate");
  ASSERT_TRUE(bucket.ok());
  EXPECT_TRUE(bucket->take(kSecond));
  EXPECT_TRUE(bucket->take(kSecond));
  EXPECT_FALSE(bucket->take(kSecond));
  EXPECT_FALSE(bucket->take(30 * kSecond));
  const int64_t next = bucket->next_us(30 * kSecond);
  EXPECT_FALSE(bucket->take(next - 10));
  EXPECT_TRUE(bucket->take(next));
  EXPECT_NEAR(static_cast<double>(next), 31e6, 100);
}

TEST(TokenBucket, ReadsRates) {
  for (const char* text : {"", "1/1s", "10/5m", "3/2h"})
    EXPECT_TRUE(TokenBucket::parse(text, "rate").ok()) << text;
  for (const char* text : {"10", "10/", "10/1", "10/1d", "0/1m", "1/0m", "-1/1m", "10/1m ", "a/1m",
                           "1/1mm", "99999999/1s"}) {
    const auto wrong = TokenBucket::parse(text, "rate");
    ASSERT_FALSE(wrong.ok()) << text;
    EXPECT_EQ(wrong.error().place()->key, "rate");
  }
}

TEST(Mail, HasItsHeadersAndABodyInBase64) {
  const std::string text = mail_text({"a@x.org",
                                      {"b@y.org", "c@y.org"},
                                      "plain\r\nBcc: evil",
                                      "hello",
                                      "alert_1",
                                      1'466'899'200'000'000});
  EXPECT_EQ(text,
            "From: a@x.org\r\nTo: b@y.org,\r\n c@y.org\r\nSubject: plain  Bcc: evil\r\n"
            "Date: Sun, 26 Jun 2016 00:00:00 +0000\r\nMessage-ID: <alert_1@x.org>\r\n"
            "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n");
}

TEST(Mail, SubjectsInOtherScriptsAreEncodedWords) {
  const std::string text = mail_text({"a@x.org", {"b@y.org"}, "größe", "", "i", 0});
  EXPECT_NE(text.find("Subject: =?UTF-8?B?Z3LDtsOfZQ==?=\r\n"), std::string::npos) << text;
  std::string longer;
  for (int i = 0; i < 60; ++i) longer += "ö";
  const std::string folded = mail_text({"a@x.org", {"b@y.org"}, longer, "", "i", 0});
  EXPECT_NE(folded.find("?=\r\n =?UTF-8?B?"), std::string::npos);
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdefg", 6), "abc...");
  EXPECT_EQ(shortened("ab\u00f6defg", 6), "ab...");
}

TEST(Stored, ComesBackWithoutSecrets) {
  Stored stored;
  stored.stage = "7-ab";
  stored.before = {"6-aa"};
  stored.channel = {"webhook", {{"url", "http://x"}}, {{"secret", "whsec_x"}}};
  stored.options.grouping.group_by = {"a"};
  stored.options.rate = "1/1m";
  stored.alerts = {alert_of("x"), alert_of("y")};
  const std::string bytes = store(stored);
  EXPECT_EQ(bytes.find("whsec"), std::string::npos);
  const auto back = read_stored(bytes);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_TRUE(back->needs_secret);
  EXPECT_EQ(back->stage, stored.stage);
  EXPECT_EQ(back->before, stored.before);
  EXPECT_EQ(back->channel.options, stored.channel.options);
  EXPECT_EQ(back->alerts.size(), 2U);
  for (size_t cut : {size_t{0}, size_t{10}, bytes.size() - 1, bytes.find('\n') + 1})
    EXPECT_EQ(read_stored(bytes.substr(0, cut)).error().code(), wf::Code::invalid_data) << cut;
}

}  // namespace
}  // namespace weirflow::alert
