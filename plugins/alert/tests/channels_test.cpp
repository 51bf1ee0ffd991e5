// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// What each channel sends, and what it makes of the answers.
#include "channel.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fake_mail.h"
#include "fake_server.h"
#include "signature.h"

namespace weirflow::alert {
namespace {

using nlohmann::json;

constexpr int64_t kNow = 1'466'899'200'000'000;  // 2016-06-26

Alert alert_of(const std::string& sub, bool resolved = false) {
  Alert alert;
  alert.id = "1-ab." + sub;
  alert.rule = "hot";
  alert.severity = "critical";
  alert.labels = {{"alertname", "hot"}, {"severity", "critical"}, {"sub", sub}};
  alert.fingerprint = fingerprint_of(alert.labels);
  alert.annotations = {{"summary", "<" + sub + "> & co"}};
  alert.starts_us = kNow;
  alert.resolved = resolved;
  if (resolved) alert.ends_us = kNow + 60'000'000;
  alert.value = 0.5;
  alert.evidence = "{\"kafka_offset\":7}";
  alert.link = "https://x.example/" + sub;
  return alert;
}

Notification message_of(std::vector<Alert> alerts) {
  Notification message;
  message.group_key = "{}:{alertname=\"hot\"}";
  message.group_labels = {{"alertname", "hot"}};
  message.total = static_cast<int64_t>(alerts.size());
  for (const Alert& alert : alerts) message.ids.push_back(alert.id);
  message.alerts = std::move(alerts);
  message.id = message_id(message.ids);
  return message;
}

/// Answers in turn, the last one for ever.
FakeServer::Script script(std::vector<FakeReply> replies) {
  auto left = std::make_shared<std::vector<FakeReply>>(std::move(replies));
  return [left](const FakeRequest&) {
    const FakeReply reply = left->front();
    if (left->size() > 1) left->erase(left->begin());
    return reply;
  };
}

Verdict send(const ChannelSettings& settings, const Notification& message) {
  auto channel = make_channel(settings);
  EXPECT_TRUE(channel.ok()) << channel.error().message();
  return (*channel)->send(message, kNow);
}

ChannelSettings webhook(const FakeServer& server) {
  return {"webhook",
          {{"url", server.url() + "/hook"}, {"receiver", "mods"}, {"external_url", "http://w"}},
          {}};
}

TEST(Webhook, HasAlertmanagersBody) {
  FakeServer server(script({{200, "", ""}}));
  const Verdict verdict = send(webhook(server), message_of({alert_of("a"), alert_of("b", true)}));
  EXPECT_EQ(verdict.kind, Verdict::Kind::delivered);
  const FakeRequest request = server.requests().at(0);
  EXPECT_EQ(request.path, "/hook");
  EXPECT_EQ(request.header("Content-Type"), "application/json");
  const json body = json::parse(request.body);
  EXPECT_EQ(body["version"], "4");
  EXPECT_EQ(body["groupKey"], "{}:{alertname=\"hot\"}");
  EXPECT_EQ(body["truncatedAlerts"], 0);
  EXPECT_EQ(body["status"], "firing");
  EXPECT_EQ(body["receiver"], "mods");
  EXPECT_EQ(body["externalURL"], "http://w");
  EXPECT_EQ(body["groupLabels"], (json{{"alertname", "hot"}}));
  EXPECT_EQ(body["commonLabels"], (json{{"alertname", "hot"}, {"severity", "critical"}}));
  EXPECT_EQ(body["commonAnnotations"], json::object());
  ASSERT_EQ(body["alerts"].size(), 2U);
  const json& one = body["alerts"][0];
  EXPECT_EQ(one["status"], "firing");
  EXPECT_EQ(one["labels"]["sub"], "a");
  EXPECT_EQ(one["annotations"]["summary"], "<a> & co");
  EXPECT_EQ(one["startsAt"], "2016-06-26T00:00:00Z");
  EXPECT_EQ(one["endsAt"], "0001-01-01T00:00:00Z");
  EXPECT_EQ(one["generatorURL"], "https://x.example/a");
  EXPECT_EQ(one["fingerprint"], alert_of("a").fingerprint);
  EXPECT_EQ(one["value"], 0.5);
  EXPECT_EQ(one["evidence"]["kafka_offset"], 7);
  EXPECT_EQ(body["alerts"][1]["status"], "resolved");
  EXPECT_EQ(body["alerts"][1]["endsAt"], "2016-06-26T00:01:00Z");
}

TEST(Webhook, IsResolvedWhenAllAre) {
  FakeServer server(script({{200, "", ""}}));
  send(webhook(server), message_of({alert_of("a", true), alert_of("b", true)}));
  EXPECT_EQ(json::parse(server.requests()[0].body)["status"], "resolved");
}

TEST(Webhook, IsSignedOverWhatWasSent) {
  FakeServer server(script({{200, "", ""}}));
  ChannelSettings settings = webhook(server);
  settings.secrets["secret"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  settings.secrets["bearer"] = "tok";
  const Notification message = message_of({alert_of("a")});
  send(settings, message);
  const FakeRequest request = server.requests().at(0);
  EXPECT_EQ(request.header("webhook-id"), message.id);
  EXPECT_EQ(request.header("webhook-timestamp"), "1466899200");
  EXPECT_EQ(request.header("Authorization"), "Bearer tok");
  EXPECT_EQ(request.header("webhook-signature"),
            webhook_signature({*webhook_key(settings.secrets["secret"])}, message.id, 1466899200,
                              request.body));
}

TEST(Webhook, ADigestSaysHowManyThereWere) {
  FakeServer server(script({{200, "", ""}}));
  ChannelSettings settings = webhook(server);
  settings.options["rate"] = "1/1m";
  Notification message = message_of({alert_of("a"), alert_of("b")});
  message.is_digest = true;
  message.total = 37;
  send(settings, message);
  const json body = json::parse(server.requests()[0].body);
  EXPECT_EQ(body["truncatedAlerts"], 35);
  EXPECT_EQ(body["commonAnnotations"]["summary"],
            "37 alerts suppressed, more than 1/1m: hot 2, others 35");
}

struct Answer {
  FakeReply reply;
  Verdict::Kind kind;
  std::string code;
  int64_t retry_after_s = 0;
};

TEST(Webhook, JudgesAnswers) {
  const auto delivered = Verdict::Kind::delivered, retry = Verdict::Kind::retry,
             refused = Verdict::Kind::refused;
  const std::vector<Answer> answers = {
      {{204, "", ""}, delivered, ""},
      {{429, "", "Retry-After: 7\r\n"}, retry, "http_429", 7},
      {{503, "", "Retry-After: 3\r\n"}, retry, "http_503", 3},
      {{500, "", ""}, retry, "http_500"},
      {{408, "", ""}, retry, "http_408"},
      {{0, "", ""}, retry, "no_answer"},
      {{400, "bad body", ""}, refused, "http_400"},
      {{401, "", ""}, refused, "http_401"},
      {{404, "", ""}, refused, "http_404"},
      {{410, "", ""}, refused, "http_410"},
      {{302, "", "Location: /elsewhere\r\n"}, refused, "http_302"}};
  for (const Answer& answer : answers) {
    FakeServer server(script({answer.reply}));
    const Verdict verdict = send(webhook(server), message_of({alert_of("a")}));
    EXPECT_EQ(verdict.kind, answer.kind) << answer.code;
    EXPECT_EQ(verdict.code, answer.code);
    EXPECT_EQ(verdict.retry_after, std::chrono::seconds(answer.retry_after_s)) << answer.code;
    EXPECT_NE(verdict.message.find(answer.reply.body), std::string::npos) << answer.code;
  }
}

TEST(Webhook, ATimeoutIsNoAnswer) {
  FakeServer server(script({{-1, "", ""}}));
  ChannelSettings settings = webhook(server);
  settings.options["timeout_us"] = "50000";
  const Verdict verdict = send(settings, message_of({alert_of("a")}));
  EXPECT_EQ(verdict.kind, Verdict::Kind::retry);
  EXPECT_EQ(verdict.code, "no_answer");
}

TEST(Webhook, StopEndsARunningRequest) {
  FakeServer server(script({{-1, "", ""}}));
  auto channel = make_channel(webhook(server));
  ASSERT_TRUE(channel.ok());
  std::thread stopper([&] {
    EXPECT_TRUE(eventually([&] { return server.count() == 1; }));
    (*channel)->stop();
  });
  EXPECT_EQ((*channel)->send(message_of({alert_of("a")}), kNow).kind, Verdict::Kind::retry);
  stopper.join();
}

TEST(AlertmanagerApi, TellsAllMembersAndNeedsOne) {
  FakeServer down(script({{503, "", ""}})), up(script({{200, "", ""}}));
  ChannelSettings settings{
      "alertmanager",
      {{"urls", down.url() + "\n" + up.url()}, {"resolve_timeout_us", "300000000"}},
      {}};
  const Verdict verdict = send(settings, message_of({alert_of("a"), alert_of("b", true)}));
  EXPECT_EQ(verdict.kind, Verdict::Kind::delivered);
  ASSERT_EQ(down.count(), 1U);
  ASSERT_EQ(up.count(), 1U);
  EXPECT_EQ(up.requests()[0].path, "/api/v2/alerts");
  const json body = json::parse(up.requests()[0].body);
  ASSERT_EQ(body.size(), 2U);
  EXPECT_EQ(body[0]["labels"]["alertname"], "hot");
  EXPECT_EQ(body[0]["startsAt"], "2016-06-26T00:00:00Z");
  EXPECT_EQ(body[0]["endsAt"], "2016-06-26T00:05:00Z");  // unless it is told again
  EXPECT_EQ(body[0]["annotations"]["evidence"], "{\"kafka_offset\":7}");
  EXPECT_EQ(body[0]["annotations"]["value"], "0.5");
  EXPECT_EQ(body[0]["generatorURL"], "https://x.example/a");
  EXPECT_EQ(body[1]["endsAt"], "2016-06-26T00:01:00Z");
}

TEST(AlertmanagerApi, WithoutAnyMemberItIsTriedAgain) {
  FakeServer down(script({{503, "", ""}})), wrong(script({{400, "", ""}}));
  ChannelSettings settings{
      "alertmanager",
      {{"urls", down.url() + "\n" + wrong.url()}, {"resolve_timeout_us", "300000000"}},
      {}};
  const Verdict verdict = send(settings, message_of({alert_of("a")}));
  EXPECT_EQ(verdict.kind, Verdict::Kind::retry);
  EXPECT_EQ(verdict.code, "http_503");
}

ChannelSettings slack(const FakeServer& server) {
  return {"slack",
          {{"title", "{rule} {count}"}, {"text", "{summary}"}},
          {{"url", server.url() + "/services/T/B/x"}}};
}

TEST(SlackWebhook, HasAHeaderAndASectionForEachAlert) {
  FakeServer server(script({{200, "ok", ""}}));
  std::vector<Alert> alerts;
  for (int i = 0; i < 25; ++i) alerts.push_back(alert_of("s" + std::to_string(i)));
  const Verdict verdict = send(slack(server), message_of(std::move(alerts)));
  EXPECT_EQ(verdict.kind, Verdict::Kind::delivered);
  const json body = json::parse(server.requests()[0].body);
  EXPECT_EQ(body["text"], "hot 25");
  const json& blocks = body["blocks"];
  ASSERT_EQ(blocks.size(), 22U);
  EXPECT_EQ(blocks[0]["type"], "header");
  EXPECT_EQ(blocks[0]["text"]["type"], "plain_text");
  EXPECT_EQ(blocks[0]["text"]["text"], "hot 25");
  EXPECT_EQ(blocks[1]["type"], "section");
  EXPECT_EQ(blocks[1]["text"]["text"], "&lt;s0&gt; &amp; co <https://x.example/s0|record>");
  EXPECT_EQ(blocks[21]["elements"][0]["text"], "and 5 more");
}

TEST(SlackWebhook, Says429AndWhen) {
  FakeServer server(script({{429, "", "Retry-After: 30\r\n"}}));
  const Verdict verdict = send(slack(server), message_of({alert_of("a")}));
  EXPECT_EQ(verdict.kind, Verdict::Kind::retry);
  EXPECT_EQ(verdict.retry_after, std::chrono::seconds(30));
}

TEST(PagerDutyEvents, TriggerAndResolveByFingerprint) {
  FakeServer server(script({{202, "{\"status\":\"success\"}", ""}}));
  const ChannelSettings settings{
      "pagerduty",
      {{"url", server.url()}, {"title", "{rule}: {summary}"}, {"source", "w"}},
      {{"routing_key", std::string(32, 'k')}}};
  EXPECT_EQ(send(settings, message_of({alert_of("a")})).kind, Verdict::Kind::delivered);
  EXPECT_EQ(send(settings, message_of({alert_of("a", true)})).kind, Verdict::Kind::delivered);
  const json trigger = json::parse(server.requests()[0].body);
  EXPECT_EQ(trigger["event_action"], "trigger");
  EXPECT_EQ(trigger["dedup_key"], alert_of("a").fingerprint);
  EXPECT_EQ(trigger["routing_key"], std::string(32, 'k'));
  EXPECT_EQ(trigger["payload"]["summary"], "hot: <a> & co");
  EXPECT_EQ(trigger["payload"]["severity"], "critical");
  EXPECT_EQ(trigger["payload"]["source"], "w");
  EXPECT_EQ(trigger["payload"]["custom_details"]["evidence"]["kafka_offset"], 7);
  EXPECT_EQ(trigger["links"][0]["href"], "https://x.example/a");
  const json resolve = json::parse(server.requests()[1].body);
  EXPECT_EQ(resolve["event_action"], "resolve");
  EXPECT_EQ(resolve["dedup_key"], trigger["dedup_key"]);
  EXPECT_EQ(resolve["routing_key"], trigger["routing_key"]);
}

struct TempFile {
  TempFile() {
    std::string name = (std::filesystem::temp_directory_path() / "alert-XXXXXX").string();
    folder = mkdtemp(name.data());
    path = folder + "/alerts.jsonl";
  }
  ~TempFile() { std::filesystem::remove_all(folder); }
  [[nodiscard]] std::string text() const {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  }
  void put(const std::string& content) const { std::ofstream(path) << content; }
  std::string folder, path;
};

TEST(FileChannel, AppendsALineForEachEvent) {
  const TempFile file;
  const ChannelSettings settings{"file", {{"path", file.path}}, {}};
  send(settings, message_of({alert_of("a"), alert_of("b", true)}));
  send(settings, message_of({alert_of("c")}));
  std::istringstream lines(file.text());
  std::vector<json> all;
  for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]["id"], "1-ab.a");
  EXPECT_EQ(all[0]["status"], "firing");
  EXPECT_EQ(all[0]["evidence"]["kafka_offset"], 7);
  EXPECT_EQ(all[1]["ends_at"], "2016-06-26T00:01:00Z");
  EXPECT_EQ(all[2]["labels"]["sub"], "c");
}

TEST(FileChannel, WritesAnEventOnceThoughItIsSentTwice) {
  const TempFile file;
  const ChannelSettings settings{"file", {{"path", file.path}}, {}};
  send(settings, message_of({alert_of("a")}));
  const std::string before = file.text();
  auto later = make_channel(settings);
  const Notification again = message_of({alert_of("a"), alert_of("b")});
  ASSERT_TRUE((*later)->expect_repeats(again.ids).ok());
  EXPECT_EQ((*later)->send(again, kNow).kind, Verdict::Kind::delivered);
  const std::string after = file.text();
  EXPECT_TRUE(after.starts_with(before));
  EXPECT_EQ(std::count(after.begin(), after.end(), '\n'), 2);
}

TEST(FileChannel, HalfALineOfOursIsTakenBack) {
  const TempFile file;
  file.put("{\"id\":\"x\"}\n{\"id\":\"1-ab.a\",\"fing");
  send({"file", {{"path", file.path}}, {}}, message_of({alert_of("a")}));
  EXPECT_TRUE(file.text().starts_with("{\"id\":\"x\"}\n{\"id\":\"1-ab.a\",\"fingerprint\""));
}

TEST(FileChannel, HalfALineOfAnotherStays) {
  const TempFile file;
  file.put("not ours");
  send({"file", {{"path", file.path}}, {}}, message_of({alert_of("a")}));
  EXPECT_TRUE(file.text().starts_with("not ours\n{\"id\":"));
}

TEST(FileChannel, AFolderThatIsNotThereIsTriedAgain) {
  const TempFile file;
  const Verdict verdict =
      send({"file", {{"path", file.folder + "/none/x"}}, {}}, message_of({alert_of("a")}));
  EXPECT_EQ(verdict.kind, Verdict::Kind::retry);
  EXPECT_NE(verdict.message.find("none/x: open: No such file"), std::string::npos);
}

ChannelSettings email(const FakeMail& server) {
  return {"email",
          {{"server", server.url()},
           {"from", "w@x.org"},
           {"to", "a@y.org\nb@y.org"},
           {"tls_required", "false"},
           {"title", "{rule} {count}"},
           {"text", "{summary}"}},
          {}};
}

TEST(EmailChannel, SendsOneMailToAll) {
  FakeMail server({});
  const Verdict verdict = send(email(server), message_of({alert_of("a"), alert_of("b")}));
  EXPECT_EQ(verdict.kind, Verdict::Kind::delivered) << verdict.message;
  ASSERT_EQ(server.mails().size(), 1U);
  const std::string mail = server.mails()[0];
  EXPECT_NE(mail.find("MAIL FROM:<w@x.org>"), std::string::npos) << mail;
  EXPECT_NE(mail.find("RCPT TO:<a@y.org>"), std::string::npos);
  EXPECT_NE(mail.find("RCPT TO:<b@y.org>"), std::string::npos);
  EXPECT_NE(mail.find("Subject: hot 2\r\n"), std::string::npos);
  // base64 of "<a> & co"
  EXPECT_NE(mail.find("PGE+ICYgY28"), std::string::npos);
}

TEST(EmailChannel, JudgesAnswers) {
  const std::vector<std::tuple<std::string, std::string, Verdict::Kind, std::string>> cases = {
      {"RCPT", "450 later", Verdict::Kind::retry, "smtp_450"},
      {"RCPT", "550 nobody", Verdict::Kind::refused, "smtp_550"},
      {"MAIL", "553 not you", Verdict::Kind::refused, "smtp_553"},
      {"MAIL", "421 busy", Verdict::Kind::retry, "smtp_421"},
      {"MAIL", "", Verdict::Kind::retry, "no_answer"}};
  for (const auto& [verb, answer, kind, code] : cases) {
    FakeMail server(std::map<std::string, std::string>{{verb, answer}});
    const Verdict verdict = send(email(server), message_of({alert_of("a")}));
    EXPECT_EQ(verdict.kind, kind) << answer;
    EXPECT_EQ(verdict.code, code) << verdict.message;
    EXPECT_NE(verdict.message.find(answer), std::string::npos) << verdict.message;
  }
}

TEST(EmailChannel, RefusesPlainTextUnlessItMay) {
  FakeMail server({});
  ChannelSettings settings = email(server);
  settings.options["tls_required"] = "true";
  EXPECT_NE(send(settings, message_of({alert_of("a")})).kind, Verdict::Kind::delivered);
  EXPECT_TRUE(server.mails().empty());
}

TEST(Channels, RefuseWrongSettings) {
  const std::string key(32, 'k');
  const std::vector<std::pair<ChannelSettings, std::string>> cases = {
      {{"webhook", {{"url", "hooks.example.org"}}, {}}, "url"},
      {{"webhook", {{"url", "http://"}}, {}}, "url"},
      {{"webhook", {{"url", "http://a:b@c/"}}, {}}, "url"},
      {{"webhook", {{"url", "http://c/ d"}}, {}}, "url"},
      {{"webhook", {{"url", "http://c"}}, {{"secret", "abc"}}}, "secret"},
      {{"webhook", {{"url", "http://c"}}, {{"old_secret", "abc"}}}, "old_secret"},
      {{"alertmanager", {}, {}}, "urls"},
      {{"alertmanager", {{"urls", "http://a\nftp://b"}}, {}}, "urls[1]"},
      {{"slack", {}, {{"url", "x"}}}, "url"},
      {{"slack", {{"title", "{x}"}}, {{"url", "http://x"}}}, "title"},
      {{"pagerduty", {{"url", "http://x"}}, {{"routing_key", "short"}}}, "routing_key"},
      {{"pagerduty", {{"url", "http://x"}, {"title", "{"}}, {{"routing_key", key}}}, "title"},
      {{"email", {{"server", "mail"}}, {}}, "server"},
      {{"email", {{"server", "smtp://m"}, {"from", "x"}}, {}}, "from"},
      {{"email", {{"server", "smtp://m"}, {"from", "a@b"}}, {}}, "to"},
      {{"email", {{"server", "smtp://m"}, {"from", "a@b"}, {"to", "a@b\nc d@e"}}, {}}, "to[1]"},
      {{"file", {{"path", "-"}}, {}}, "path"}};
  for (const auto& [settings, place] : cases) {
    const auto made = make_channel(settings);
    ASSERT_FALSE(made.ok()) << settings.kind << " " << place;
    EXPECT_EQ(made.error().code(), wf::Code::invalid_config);
    ASSERT_NE(made.error().place(), nullptr);
    EXPECT_EQ(made.error().place()->key, place) << settings.kind;
  }
}

}  // namespace
}  // namespace weirflow::alert
