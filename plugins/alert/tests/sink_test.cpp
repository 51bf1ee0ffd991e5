// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// The sinks as a whole: rows in, messages out, epoch by epoch, and across restarts.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fake_server.h"
#include "sinks.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::alert {
namespace {

using nlohmann::json;
using wf::Code;
using wf::Value;
using wf::testing::Harness;

constexpr int64_t kSecond = 1'000'000;

Alert alert_of(const std::string& sub, bool resolved = false) {
  Alert alert;
  alert.rule = "hot";
  alert.severity = "warning";
  alert.labels = {{"alertname", "hot"}, {"severity", "warning"}, {"sub", sub}};
  alert.fingerprint = fingerprint_of(alert.labels);
  alert.resolved = resolved;
  return alert;
}

wf::Batch rows(const std::vector<std::string>& subs, bool resolved = false) {
  AlertRows all;
  for (const std::string& sub : subs) all.append(alert_of(sub, resolved));
  return all.finish();
}

/// A receiver that answers with one status until it is changed.
struct Receiver {
  std::atomic<int> status{200};
  FakeServer http{[this](const FakeRequest&) { return FakeReply{status, "", ""}; }};
  /// The alerts' label sub, message by message: "a,b c".
  [[nodiscard]] std::string got() const {
    std::string text;
    for (const FakeRequest& request : http.requests()) {
      const json body = json::parse(request.body);
      text += text.empty() ? "" : " ";
      for (const json& alert : body["alerts"])
        text += (text.empty() || text.back() == ' ' ? "" : ",") +
                alert["labels"]["sub"].get<std::string>();
    }
    return text;
  }
};

Value::Table config(const Receiver& receiver, Value::Table more = {}) {
  Value::Table table = {{"url", receiver.http.url()},
                        {"group_wait", 0},
                        {"group_interval", 0},
                        {"retry_min", 1000},
                        {"retry_max", 2000}};
  for (auto& [key, value] : more) {
    std::erase_if(table, [&k = key](const auto& e) { return e.first == k; });
    table.emplace_back(key, value);
  }
  return table;
}

struct Started {
  explicit Started(const Value::Table& values) : h(Harness::of<WebhookSink>()) {
    h.host().task().checkpointed = 1;
    const wf::Status status = h.start(values, {*alert_schema()});
    EXPECT_TRUE(status.ok()) << status.message();
  }
  void push(const wf::Batch& batch) {
    const wf::Status status = h.push(batch);
    EXPECT_TRUE(status.ok()) << status.message();
  }
  double metric(const std::string& name) { return h.host().metrics()[name]; }
  Harness h;
};

TEST(Sink, NothingGoesBeforeTheCommit) {
  Receiver receiver;
  Started s(config(receiver));
  s.push(rows({"a", "b"}));
  const auto blob = s.h.prepare(1);
  ASSERT_TRUE(blob.ok()) << blob.error().message();
  s.push(rows({"c"}));
  EXPECT_EQ(receiver.http.count(), 0U);
  ASSERT_TRUE(s.h.commit_blob(*blob, 1).ok());
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 2; }));
  EXPECT_EQ(receiver.got(), "a,b");
  ASSERT_TRUE(s.h.commit_blob(*blob, 1).ok());  // again: nothing happens
  ASSERT_TRUE(s.h.commit(2).ok());
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 3; }));
  EXPECT_EQ(receiver.got(), "a,b c");
  EXPECT_EQ(s.metric("messages"), 2);
  ASSERT_TRUE(s.h.finish().ok());
  ASSERT_TRUE(s.h.close().ok());
  EXPECT_TRUE(s.h.conservation().ok()) << s.h.conservation().message();
}

TEST(Sink, WhatIsAbortedIsNotSent) {
  Receiver receiver;
  Started s(config(receiver));
  s.push(rows({"a"}));
  const auto blob = s.h.prepare(1);
  ASSERT_TRUE(s.h.abort_blob(*blob, 1).ok());
  s.push(rows({"b"}));
  ASSERT_TRUE(s.h.abort_blob("", 2).ok());
  s.push(rows({"c"}));
  ASSERT_TRUE(s.h.commit(3).ok());
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 1; }));
  EXPECT_EQ(receiver.got(), "c");
}

TEST(Sink, DuplicatesAndSilencedOnesAreFiltered) {
  Receiver receiver;
  Started s(config(receiver,
                   {{"silences", Value::List{Value::Table{{"matchers", Value::List{"sub=quiet"}},
                                                          {"expires", "2100-01-01"},
                                                          {"author", "ana"},
                                                          {"reason", "r"}}}}}));
  s.push(rows({"a", "quiet", "a", "b"}));
  s.push(rows({"a"}, true));
  s.push(rows({"a"}, true));
  ASSERT_TRUE(s.h.commit(1).ok());
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 3; }));
  EXPECT_EQ(receiver.got(), "a,b");  // a's end stands for both of its events
  EXPECT_EQ(s.metric("silenced"), 1);
  EXPECT_EQ(s.metric("deduplicated"), 2);
  EXPECT_EQ(s.h.counters().filtered, 3);
  ASSERT_TRUE(s.h.finish().ok());
  ASSERT_TRUE(s.h.close().ok());
  EXPECT_TRUE(s.h.conservation().ok()) << s.h.conservation().message();
}

TEST(Sink, EndsAreLeftOutWhenUnwanted) {
  Receiver receiver;
  Started s(config(receiver, {{"send_resolved", false}}));
  s.push(rows({"a"}, true));
  EXPECT_EQ(s.h.counters().filtered, 1);
}

TEST(Sink, ARowThatIsNoAlertIsRefused) {
  Receiver receiver;
  Harness h = Harness::of<WebhookSink>();
  const wf::Batch batch = wf::testing::batch(
      "fingerprint:utf8 status:utf8 labels:utf8\n"
      "null | firing | {}\nf | odd | {}\nf | firing | x\nf | firing | {}");
  ASSERT_TRUE(h.start(config(receiver), {batch.schema()}).ok());
  ASSERT_TRUE(h.push(batch).ok());
  ASSERT_EQ(h.refused().size(), 3U);
  EXPECT_EQ(h.refused()[0].code, "bad_alert");
  EXPECT_EQ(h.refused()[1].message, "the status is 'odd', not firing or resolved");
}

TEST(Sink, AMessageIsTriedAgainWithItsId) {
  Receiver receiver;
  receiver.status = 503;
  Started s(config(receiver));
  s.push(rows({"a"}));
  ASSERT_TRUE(s.h.commit(1).ok());
  // The clock of the test stands still; a retry needs it to go on.
  EXPECT_TRUE(eventually([&] {
    s.h.host().now_us += kSecond;
    return receiver.http.count() >= 3;
  }));
  receiver.status = 200;
  EXPECT_TRUE(eventually([&] {
    s.h.host().now_us += kSecond;
    return s.metric("sent") == 1;
  }));
  const auto requests = receiver.http.requests();
  EXPECT_EQ(requests.front().header("webhook-id"), requests.back().header("webhook-id"));
  EXPECT_GE(s.metric("failed"), 2);
  EXPECT_TRUE(s.h.refused().empty());
}

TEST(Sink, RetryAfterIsWaitedFor) {
  std::atomic<int> asked{0};
  FakeServer server([&](const FakeRequest&) {
    return ++asked == 1 ? FakeReply{429, "", "Retry-After: 60\r\n"} : FakeReply{200, "", ""};
  });
  Receiver unused;
  Started s(config(unused, {{"url", server.url()}}));
  const int64_t begin = s.h.host().now_us;
  s.push(rows({"a"}));
  ASSERT_TRUE(s.h.commit(1).ok());
  ASSERT_TRUE(eventually([&] { return s.metric("failed") == 1; }));
  s.h.host().now_us = begin + 59 * kSecond;
  EXPECT_EQ(asked, 1);
  s.h.host().now_us = begin + 61 * kSecond;
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 1; }));
  EXPECT_EQ(asked, 2);
}

TEST(Sink, APermanentNoGoesToTheDeadLetters) {
  Receiver receiver;
  receiver.status = 400;
  Started s(config(receiver));
  s.push(rows({"a", "b"}));
  ASSERT_TRUE(s.h.commit(1).ok());
  EXPECT_TRUE(eventually([&] { return s.metric("refused") == 2; }));
  ASSERT_EQ(s.h.refused().size(), 2U);
  EXPECT_EQ(s.h.refused()[0].code, "http_400");
  EXPECT_EQ(s.h.refused()[0].message, "status 400");
  EXPECT_NE(s.h.refused()[0].text.find(alert_of("a").fingerprint), std::string::npos);
  receiver.status = 200;  // what follows is not held up
  s.push(rows({"c"}));
  ASSERT_TRUE(s.h.commit(2).ok());
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 1; }));
}

TEST(Sink, GivesUpAfterRetryFor) {
  Receiver receiver;
  receiver.status = 500;
  Started s(config(receiver, {{"retry_for", 60 * kSecond}}));
  s.push(rows({"a"}));
  ASSERT_TRUE(s.h.commit(1).ok());
  ASSERT_TRUE(eventually([&] { return s.metric("failed") == 1; }));
  s.h.host().now_us += 61 * kSecond;
  EXPECT_TRUE(eventually([&] { return s.h.refused().size() == 1; }));
  EXPECT_EQ(s.h.refused()[0].code, "gave_up");
}

TEST(Sink, OverTheRateADigestFollows) {
  Receiver receiver;
  Started s(config(receiver, {{"rate", "1/1m"}, {"group_by", Value::List{"..."}}}));
  s.push(rows({"a", "b", "c"}));
  ASSERT_TRUE(s.h.commit(1).ok());
  ASSERT_TRUE(eventually([&] { return s.metric("suppressed") == 2; }));
  ASSERT_TRUE(eventually([&] { return s.metric("sent") == 1; }));
  s.h.host().now_us += 61 * kSecond;
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 3; }));
  EXPECT_EQ(receiver.got(), "a b,c");
  const json digest = json::parse(receiver.http.requests()[1].body);
  EXPECT_EQ(digest["commonAnnotations"]["summary"], "2 alerts suppressed, more than 1/1m: hot 2");
}

TEST(Sink, ARefusedDigestRefusesAllThatItStandsFor) {
  Receiver receiver;
  Started s(
      config(receiver, {{"rate", "1/1m"}, {"group_by", Value::List{"..."}}, {"max_alerts", 1}}));
  s.push(rows({"a", "b", "c"}));
  ASSERT_TRUE(s.h.commit(1).ok());
  ASSERT_TRUE(eventually([&] { return s.metric("sent") == 1; }));
  receiver.status = 403;
  s.h.host().now_us += 61 * kSecond;
  EXPECT_TRUE(eventually([&] { return s.h.refused().size() == 2; }));
}

TEST(Sink, AtTheEndGroupsDoNotWait) {
  Receiver receiver;
  Started s(config(receiver, {{"group_wait", 3600 * kSecond}}));
  s.push(rows({"a"}));
  ASSERT_TRUE(s.h.finish().ok());
  ASSERT_TRUE(s.h.commit(1).ok());
  EXPECT_TRUE(eventually([&] { return s.metric("sent") == 1; }));
}

TEST(Sink, SourcesRestWhenTooMuchWaits) {
  Receiver receiver;
  receiver.status = 503;
  Started s(config(receiver, {{"pending_limit", 2}}));
  s.push(rows({"a"}));
  EXPECT_EQ(s.h.host().pressure(), "");
  s.push(rows({"b"}));
  EXPECT_EQ(s.h.host().pressure(), "2 alerts wait to be sent");
  ASSERT_TRUE(s.h.commit(1).ok());
  EXPECT_NE(s.h.host().pressure(), "");
  receiver.status = 200;
  EXPECT_TRUE(eventually([&] {
    s.h.host().now_us += kSecond;
    return s.h.host().pressure().empty();
  }));
}

TEST(Sink, WhatWasSentIsNotSentAgainAfterARestart) {
  Receiver receiver;
  Started first(config(receiver));
  first.push(rows({"a"}));
  const auto state = first.h.snapshot(1);
  ASSERT_TRUE(state.ok());
  ASSERT_TRUE(first.h.commit(1).ok());
  ASSERT_TRUE(eventually([&] { return first.metric("sent") == 1; }));
  Started second(config(receiver));
  ASSERT_TRUE(second.h.restore(*state).ok());
  second.push(rows({"a", "b"}));
  ASSERT_TRUE(second.h.commit(2).ok());
  EXPECT_TRUE(eventually([&] { return second.metric("sent") == 1; }));
  EXPECT_EQ(receiver.got(), "a b");
  EXPECT_EQ(second.metric("deduplicated"), 1);
  EXPECT_EQ(second.h.restore("{").code(), Code::invalid_data);
}

/// A committer as the engine makes it, without a sink.
struct Alone {
  explicit Alone(const Receiver& receiver) {
    AlertCommitter::Way way;
    way.channel = {"webhook", {{"url", receiver.http.url()}}, {}};
    way.options.grouping.group_by = {"..."};
    way.options.retry_min_us = 1000;
    way.options.retry_max_us = 2000;
    committer.emplace(host, way);
  }
  std::string epoch(uint64_t n, const std::vector<std::string>& subs) {
    std::vector<Alert> alerts;
    for (const std::string& sub : subs) alerts.push_back(alert_of(sub));
    committer->stage(std::move(alerts));
    return *committer->prepare(n);
  }
  bool tick() {
    mock.now_us += kSecond;
    return true;
  }
  wf::testing::MockHost mock;
  wf::Host host{mock.abi()};
  std::optional<AlertCommitter> committer;
};

TEST(Committer, AnEarlierEpochThatIsOpenGoesWithTheNextOne) {
  Receiver receiver;
  receiver.status = 503;
  std::string first, second;
  {
    Alone before(receiver);
    ASSERT_TRUE(before.committer->start().ok());
    EXPECT_EQ(before.committer->delivered(), -1);
    first = before.epoch(1, {"a"});
    ASSERT_TRUE(before.committer->commit(1, "", first).ok());
    EXPECT_EQ(before.committer->delivered(), -1);
    second = before.epoch(2, {"b"});
    ASSERT_TRUE(before.committer->commit(2, "", second).ok());
    EXPECT_EQ(before.committer->delivered(), 1);  // its alert is in the second epoch's bytes
  }
  const size_t tried = receiver.http.count();
  receiver.status = 200;
  Alone after(receiver);
  ASSERT_TRUE(after.committer->commit(1, "", first).ok());
  ASSERT_TRUE(after.committer->commit(2, "", second).ok());
  EXPECT_EQ(receiver.http.count(), tried);  // not before the sink is there
  EXPECT_EQ(after.committer->delivered(), 1);
  ASSERT_TRUE(after.committer->start().ok());
  EXPECT_TRUE(eventually([&] { return after.committer->delivered() == 2; }));
  EXPECT_EQ(receiver.http.count() - tried, 2U);
}

TEST(Committer, WhatWasSentBeforeTheNextEpochIsNotSentAgain) {
  Receiver receiver;
  std::string first, second;
  {
    Alone before(receiver);
    ASSERT_TRUE(before.committer->start().ok());
    first = before.epoch(1, {"a"});
    ASSERT_TRUE(before.committer->commit(1, "", first).ok());
    ASSERT_TRUE(eventually([&] { return before.committer->delivered() == 1; }));
    receiver.status = 503;
    second = before.epoch(2, {"b"});
    ASSERT_TRUE(before.committer->commit(2, "", second).ok());
    EXPECT_EQ(before.committer->delivered(), 1);
  }
  receiver.status = 200;
  Alone after(receiver);
  ASSERT_TRUE(after.committer->commit(1, "", first).ok());
  ASSERT_TRUE(after.committer->commit(2, "", second).ok());
  ASSERT_TRUE(after.committer->start().ok());
  EXPECT_TRUE(eventually([&] { return after.committer->delivered() == 2; }));
  std::string got = receiver.got();
  EXPECT_EQ(got.substr(0, 1), "a");
  EXPECT_EQ(got.find('a', 1), std::string::npos) << got;
}

TEST(Committer, AnAbandonedEpochGoesWithTheNext) {
  Receiver receiver;
  Alone one(receiver);
  ASSERT_TRUE(one.committer->start().ok());
  const std::string first = one.epoch(1, {"a"}), second = one.epoch(2, {"b"});
  ASSERT_TRUE(one.committer->commit(1, "", first).ok());
  ASSERT_TRUE(one.committer->commit(2, "", second).ok());
  EXPECT_TRUE(eventually([&] { return one.committer->delivered() == 2; }));
  EXPECT_EQ(receiver.got(), "a b");
}

TEST(Committer, AnEpochWithoutAlertsIsDelivered) {
  Receiver receiver;
  Alone one(receiver);
  ASSERT_TRUE(one.committer->start().ok());
  ASSERT_TRUE(one.committer->commit(1, "", one.epoch(1, {})).ok());
  EXPECT_EQ(one.committer->delivered(), 1);
}

struct TempFile {
  TempFile() {
    std::string name = (std::filesystem::temp_directory_path() / "alert-XXXXXX").string();
    folder = mkdtemp(name.data());
    path = folder + "/alerts.jsonl";
  }
  ~TempFile() { std::filesystem::remove_all(folder); }
  [[nodiscard]] int64_t lines() const {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    const std::string text = all.str();
    return std::count(text.begin(), text.end(), '\n');
  }
  std::string folder, path;
};

TEST(FileSink, WritesEveryEventOnceThoughACommitIsRepeated) {
  const TempFile file;
  Harness h = Harness::of<FileSink>();
  ASSERT_TRUE(h.start({{"path", file.path}}, {*alert_schema()}).ok());
  ASSERT_TRUE(h.push(rows({"a", "a"})).ok());
  ASSERT_TRUE(h.push(rows({"a"}, true)).ok());
  ASSERT_TRUE(h.finish().ok());
  const auto blob = h.prepare(1);
  ASSERT_TRUE(h.commit_blob(*blob, 1).ok());
  EXPECT_TRUE(eventually([&] { return file.lines() == 3; }));
  // After a crash the host has only the bytes.
  wf::testing::MockHost mock;
  const wf::Host host(mock.abi());
  AlertCommitter later(host, std::nullopt);
  ASSERT_TRUE(later.commit(1, "", *blob).ok());
  EXPECT_EQ(file.lines(), 3);
}

TEST(Committer, WithoutItsSecretStoredAlertsAreNotSent) {
  wf::testing::MockHost mock;
  const wf::Host host(mock.abi());
  Stored stored;
  stored.stage = "1-a";
  stored.channel = {"slack", {}, {{"url", "https://x"}}};
  stored.alerts = {alert_of("a")};
  AlertCommitter later(host, std::nullopt);
  EXPECT_EQ(later.commit(1, "", store(stored)).code(), Code::permission_denied);
  stored.alerts.clear();
  EXPECT_TRUE(later.commit(1, "", store(stored)).ok());
  EXPECT_EQ(later.commit(1, "", "x").code(), Code::invalid_data);
}

TEST(Sinks, WrongConfigurationsAreExplained) {
  Receiver receiver;
  const std::vector<std::tuple<Value::Table, std::string, std::string>> cases = {
      {{{"rate", "fast"}}, "no rate", "rate"},
      {{{"url", "x"}}, "must begin with", "url"},
      {{{"silences", Value::List{Value::Table{{"matchers", Value::List{"a"}},
                                              {"expires", "2100-01-01"},
                                              {"author", "a"},
                                              {"reason", "r"}}}}},
       "no matcher",
       "silences[0].matchers[0]"}};
  for (const auto& [more, message, key] : cases) {
    Harness h = Harness::of<WebhookSink>();
    ASSERT_TRUE(h.configure(config(receiver, more)).ok());
    const wf::Status status = h.bind({*alert_schema()});
    EXPECT_NE(status.message().find(message), std::string::npos) << status.message();
    ASSERT_NE(status.place(), nullptr) << message;
    EXPECT_EQ(status.place()->key, key);
  }
  Harness h = Harness::of<WebhookSink>();
  ASSERT_TRUE(h.configure(config(receiver)).ok());
  EXPECT_NE(h.bind({wf::Schema({{"x", wf::Type::int64, true, {}}})}).message().find("alert.rules"),
            std::string::npos);
}

TEST(Sinks, AnAlertmanagerMustBeToldInTime) {
  Harness h = Harness::of<AlertmanagerSink>();
  ASSERT_TRUE(h.configure({{"urls", Value::List{"http://x"}},
                           {"resend", 600 * kSecond},
                           {"resolve_timeout", 300 * kSecond}})
                  .ok());
  const wf::Status status = h.bind({*alert_schema()});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.place()->key, "resend");
}

template <typename T>
wf::Status bound(Value::Table values) {
  Harness h = Harness::of<T>();
  WF_TRY(h.configure(std::move(values)));
  return h.bind({*alert_schema()});
}

TEST(Sinks, DefaultsOfEveryChannelAreGood) {
  const std::string key(32, 'k');
  for (const wf::Status& status :
       {bound<SlackSink>({{"url", "https://hooks.slack.example/x"}}),
        bound<PagerDutySink>({{"routing_key", key}}),
        bound<EmailSink>({{"server", "smtp://m"}, {"from", "a@b"}, {"to", Value::List{"c@d"}}}),
        bound<AlertmanagerSink>({{"urls", Value::List{"http://a:9093"}}}),
        bound<FileSink>({{"path", "/x"}})})
    EXPECT_TRUE(status.ok()) << status.message();
}

}  // namespace
}  // namespace weirflow::alert
