// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// http.sink against a peer of the test: every answer, snapshots at every point.
#include <gtest/gtest.h>

#include <thread>

#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"
#include "wire.h"

namespace weirflow::http {
namespace {

using wf::Code;
using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

Peer::Answer ok(const Message&) { return {}; }

/// True once `condition` holds, within 20 s.
bool eventually(const std::function<bool()>& condition) {
  const auto began = std::chrono::steady_clock::now();
  while (!condition()) {
    if (std::chrono::steady_clock::now() - began > std::chrono::seconds(20)) return false;
    std::this_thread::yield();
  }
  return true;
}

class HttpSinkTest : public ::testing::Test {
 protected:
  static Value::Table config(const std::string& url, Value::Table more = {}) {
    Value::Table table{{"url", url}, {"retry_min", 1000}, {"retry_max", 2000}};
    for (auto& [key, value] : more) {
      std::erase_if(table, [&, name = key](const auto& item) { return item.first == name; });
      table.emplace_back(key, value);
    }
    return table;
  }
  static Strings bodies(const Peer& peer) {
    Strings all;
    for (const Message& request : peer.requests()) all.push_back(request.body);
    return all;
  }
  static std::unique_ptr<Harness> start(Value::Table table, bool has_checkpoints = false) {
    auto h = std::make_unique<Harness>(wf::testing::component_of("http.sink"));
    if (has_checkpoints) h->host().task().checkpointed = 1;
    const wf::Status status = h->start(std::move(table), {wf::testing::schema("id:int64 t:utf8")});
    EXPECT_TRUE(status.ok()) << status.message();
    return h;
  }
  const wf::Batch rows_ = batch("id:int64 t:utf8\n 1 | a\n 2 | \"b/c d\"\n 3 | null");
};

TEST_F(HttpSinkTest, OneRequestABatch) {
  Peer peer(ok);
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.run(config(peer.url("/in")), {rows_}).ok());
  EXPECT_EQ(bodies(peer),
            (Strings{R"([{"id":1,"t":"a"},{"id":2,"t":"b/c d"},{"id":3,"t":null}])"}));
  EXPECT_TRUE(peer.requests()[0].head.starts_with("POST /in HTTP/1.1\r\n"));
  EXPECT_EQ(peer.requests()[0].header("content-type"), "application/json");
  EXPECT_EQ(h.counters().passed, 3);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  EXPECT_EQ(h.unreleased(), 0);
}

TEST_F(HttpSinkTest, LinesInRequestsOfLimitedSize) {
  Peer peer(ok);
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.run(config(peer.url(), {{"body", "ndjson"}, {"rows", 2}}), {rows_}).ok());
  EXPECT_EQ(bodies(peer), (Strings{"{\"id\":1,\"t\":\"a\"}\n{\"id\":2,\"t\":\"b/c d\"}\n",
                                   "{\"id\":3,\"t\":null}\n"}));
  EXPECT_EQ(peer.requests()[0].header("content-type"), "application/x-ndjson");
  Peer small(ok);
  Harness by_bytes(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(by_bytes.run(config(small.url(), {{"bytes", 1}}), {rows_}).ok());
  EXPECT_EQ(small.requests().size(), 3u);
}

TEST_F(HttpSinkTest, ARequestARowWithItsValuesInTheUrl) {
  Peer peer(ok);
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.run(config(peer.url("/items/{id}?t={t}"),
                           {{"body", "row"}, {"method", "PUT"}, {"idempotency_key", "k-{id}"}}),
                    {rows_})
                  .ok());
  ASSERT_EQ(peer.requests().size(), 2u);
  EXPECT_TRUE(peer.requests()[1].head.starts_with("PUT /items/2?t=b%2Fc%20d HTTP/1.1\r\n"));
  EXPECT_EQ(peer.requests()[1].header("idempotency-key"), "k-2");
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "missing_value");
  EXPECT_EQ(h.refused()[0].row, 2);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(HttpSinkTest, RowsOfOneUrlShareARequest) {
  Peer peer(ok);
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(
      h.run(config(peer.url("/{t}")), {batch("id:int64 t:utf8\n 1 | a\n 2 | a\n 3 | b\n 4 | a")})
          .ok());
  EXPECT_EQ(bodies(peer), (Strings{R"([{"id":1,"t":"a"},{"id":2,"t":"a"}])",
                                   R"([{"id":3,"t":"b"}])", R"([{"id":4,"t":"a"}])"}));
}

TEST_F(HttpSinkTest, HeadersAndSecrets) {
  Peer peer(ok);
  Harness bearer(wf::testing::component_of("http.sink"));
  Harness basic(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(bearer
                  .run(config(peer.url(),
                              {{"token", "abc"}, {"headers", Value::Table{{"X-Source", "test"}}}}),
                       {rows_})
                  .ok());
  ASSERT_TRUE(basic.run(config(peer.url(), {{"user", "me"}, {"password", "pw"}}), {rows_}).ok());
  EXPECT_EQ(peer.requests()[0].header("authorization"), "Bearer abc");
  EXPECT_EQ(peer.requests()[0].header("x-source"), "test");
  EXPECT_EQ(peer.requests()[1].header("authorization"), "Basic bWU6cHc=");
}

TEST_F(HttpSinkTest, WrongConfigurationNamesItsKey) {
  const auto key = [&](const std::string& url, Value::Table more = {}) {
    Harness h(wf::testing::component_of("http.sink"));
    wf::Status status = h.configure(config(url, std::move(more)));
    if (status.ok()) status = h.bind({wf::testing::schema("id:int64 l:list<int64>")});
    return status.place() ? status.place()->key + " " + status.place()->hint : status.to_string();
  };
  EXPECT_EQ(key("http://h/{di}"), "url did you mean 'id'?");
  EXPECT_EQ(key("http://h/{l}"), "url ");
  EXPECT_EQ(key("http://h/{id"), "url ");
  EXPECT_EQ(key("ftp://h/"), "url it begins with http:// or https:// and a host");
  EXPECT_EQ(key("http://{id}/"), "url it begins with http:// or https:// and a host");
  EXPECT_EQ(key("http://h{id}/"), "url as in https://host/items/{id}");
  EXPECT_EQ(key("http://h/", {{"idempotency_key", "{x}"}}), "idempotency_key ");
  EXPECT_EQ(key("http://h/", {{"token", "a"}, {"user", "b"}}), "token ");
  EXPECT_EQ(key("http://h/", {{"token", "a\r\nX: y"}}), "token ");
  EXPECT_EQ(key("http://h/", {{"headers", Value::Table{{"X", "a\nb"}}}}), "headers ");
  EXPECT_EQ(key("http://h/", {{"retry_min", 5000}}), "retry_min ");
  EXPECT_EQ(key("http://h/{id}"), "ok");
}

// --- Verdicts
// -------------------------------------------------------------------------------------

TEST_F(HttpSinkTest, WhatMayPassIsTriedAgain) {
  std::atomic<int> tries{0};
  Peer peer([&](const Message&) -> Peer::Answer {
    switch (tries++) {
      case 0:
        return {503, "", "not now"};
      case 1:
        return {429, "Retry-After: 0\r\n", ""};
      case 2:
        return {500, "", ""};
      case 3:
        return {200, "", "", true};
      case 4:
        return {408, "", ""};
      default:
        return {201, "", ""};
    }
  });
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.run(config(peer.url(), {{"idempotency_key", "{body_hash}"}}), {rows_}).ok());
  EXPECT_EQ(tries, 6);
  // A kept connection that is closed under a request is tried again by libcurl itself.
  EXPECT_GE(h.host().metrics()["retries"], 4);
  EXPECT_NE(h.host().logs()[0].find("status 503: not now"), std::string::npos);
  for (const Message& request : peer.requests()) {
    EXPECT_EQ(request.body, peer.requests()[0].body);
    EXPECT_EQ(request.header("idempotency-key"), peer.requests()[0].header("idempotency-key"));
    EXPECT_EQ(request.header("idempotency-key").size(), 32u);
  }
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(HttpSinkTest, SilenceIsATimeOut) {
  std::atomic<int> tries{0};
  Peer peer([&](const Message&) -> Peer::Answer {
    Peer::Answer answer;
    answer.silent = tries++ == 0;
    return answer;
  });
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.run(config(peer.url(), {{"timeout", 50'000}}), {rows_}).ok());
  EXPECT_EQ(tries, 2);
}

TEST_F(HttpSinkTest, RetryAfterIsObeyed) {
  std::atomic<int> tries{0};
  Peer peer([&](const Message&) -> Peer::Answer {
    if (tries++ == 0) return {503, "Retry-After: 1\r\n", ""};
    return {};
  });
  const auto began = std::chrono::steady_clock::now();
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.run(config(peer.url()), {rows_}).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1000));
}

TEST_F(HttpSinkTest, OtherStatusesRefuseTheRows) {
  Peer peer([](const Message& request) -> Peer::Answer {
    if (request.body.find("\"id\":2") != std::string::npos) return {422, "", "no such \x01 thing"};
    if (request.body.find("\"id\":3") != std::string::npos)
      return {302, "Location: http://127.0.0.1/login\r\n", ""};
    return {};
  });
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.run(config(peer.url(), {{"body", "row"}}), {rows_}).ok());
  ASSERT_EQ(h.refused().size(), 2u);
  EXPECT_EQ(h.refused()[0].code, "http_422");
  EXPECT_NE(h.refused()[0].message.find("status 422: no such \\x01 thing"), std::string::npos)
      << h.refused()[0].message;
  EXPECT_EQ(h.refused()[0].text, "2 | b/c d");
  EXPECT_EQ(h.refused()[1].code, "http_302");
  EXPECT_NE(h.refused()[1].message.find("to http://127.0.0.1/login, which is not followed"),
            std::string::npos);
  EXPECT_EQ(h.counters().passed, 1);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(HttpSinkTest, AWrongSecretEndsTheAttemptAndKeepsTheRows) {
  Peer peer([](const Message&) -> Peer::Answer { return {401, "", "who are you"}; });
  const auto h = start(config(peer.url()));
  wf::Status status = h->push(rows_);
  if (status.ok()) status = h->finish();
  EXPECT_EQ(status.code(), Code::permission_denied);
  EXPECT_NE(status.message().find("who are you"), std::string::npos);
  EXPECT_TRUE(h->refused().empty());
  EXPECT_EQ(h->counters().passed, 0);
}

TEST_F(HttpSinkTest, RetriesEnd) {
  std::atomic<Harness*> harness{nullptr};
  Peer peer([&](const Message&) -> Peer::Answer {
    if (Harness* h = harness.load()) h->host().monotonic_us += 400'000;
    return {503, "", "down"};
  });
  const auto h = start(config(peer.url(), {{"retry_for", 1'000'000}}));
  harness = h.get();
  ASSERT_TRUE(h->push(rows_).ok());
  ASSERT_TRUE(h->finish().ok());
  EXPECT_EQ(peer.requests().size(), 3u);
  ASSERT_EQ(h->refused().size(), 3u);
  EXPECT_EQ(h->refused()[0].code, "unavailable");
  EXPECT_NE(h->refused()[0].message.find("given up: "), std::string::npos);
  EXPECT_TRUE(h->conservation().ok()) << h->conservation().message();
}

TEST_F(HttpSinkTest, ACancelEndsAllWaiting) {
  Peer peer([](const Message&) -> Peer::Answer { return {503, "Retry-After: 3000\r\n", ""}; });
  const auto h = start(config(peer.url()));
  ASSERT_TRUE(h->push(rows_).ok());
  ASSERT_TRUE(eventually([&] { return !peer.requests().empty(); }));
  std::thread canceller([&] { h->cancel(); });
  EXPECT_EQ(h->finish().code(), Code::cancelled);
  canceller.join();
  EXPECT_TRUE(h->close().ok());
}

TEST_F(HttpSinkTest, OneConnectionKeepsTheOrderAndManyDeliverAll) {
  for (const int connections : {1, 8}) {
    std::atomic<int> count{0};
    Peer peer([&](const Message&) -> Peer::Answer {
      if (count++ % 5 == 1) return {503, "", ""};
      return {};
    });
    const auto h = start(config(peer.url(), {{"body", "row"}, {"connections", connections}}));
    Strings expected;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(h->push(batch("id:int64 t:utf8\n " + std::to_string(i) + " | x")).ok());
      expected.push_back("{\"id\":" + std::to_string(i) + ",\"t\":\"x\"}");
    }
    ASSERT_TRUE(h->finish().ok());
    Strings got = bodies(peer);
    got.erase(std::unique(got.begin(), got.end()), got.end());
    if (connections > 1) {
      std::sort(got.begin(), got.end());
      got.erase(std::unique(got.begin(), got.end()), got.end());
      std::sort(expected.begin(), expected.end());
    }
    EXPECT_EQ(got, expected);
    EXPECT_EQ(h->counters().passed, 100);
  }
}

// --- A service that is down
// -----------------------------------------------------------------------

TEST_F(HttpSinkTest, PendingRowsAreInTheSnapshotAndSentFromThere) {
  for (const std::string form : {"array", "ndjson", "row"}) {
    std::string snapshot;
    Strings tried;
    int port = 0;
    const Value::Table more{
        {"body", form}, {"rows", 2}, {"flush_timeout", 1000}, {"idempotency_key", "{body_hash}"}};
    {
      Peer down([](const Message&) -> Peer::Answer { return {503, "", ""}; });
      port = down.port();
      const auto h = start(config(down.url("/{id}"), more));
      ASSERT_TRUE(h->push(rows_).ok());
      ASSERT_TRUE(eventually([&] { return !down.requests().empty(); }));
      snapshot = *h->snapshot(1);
      EXPECT_EQ(h->counters().passed, 0);
      tried = {down.requests()[0].body, down.requests()[0].header("idempotency-key")};
    }
    Peer up(ok, port);
    const auto h = start(config(up.url("/{id}"), more));
    ASSERT_TRUE(h->restore(snapshot).ok());
    ASSERT_TRUE(h->push(batch("id:int64 t:utf8\n 4 | d")).ok());
    ASSERT_TRUE(h->finish().ok());
    EXPECT_EQ(up.requests().size(), 4u) << form;
    EXPECT_EQ(up.requests()[0].body, tried[0]);
    EXPECT_EQ(up.requests()[0].header("idempotency-key"), tried[1]);
    EXPECT_NE(up.requests()[3].body.find("\"id\":4"), std::string::npos);
    EXPECT_EQ(h->counters().passed, 4);
    EXPECT_EQ(*h->snapshot(2), "{\"version\":1,\"requests\":0}\n");
  }
}

TEST_F(HttpSinkTest, EveryTypeComesBackFromASnapshot) {
  const auto all = batch(
      "b:bool i:int32 l:int64 f:float32 d:float64 u:utf8 x:binary t:timestamp n:list<utf8>\n"
      " true | -1 | 9007199254740993 | 0.5 | 0.1 | \"a\\\"\\n\" | \"\\xff\" | 1700000000000001 | "
      "[a, "
      "null]\n"
      " null | null | null | null | null | null | null | null | null");
  std::string snapshot;
  {
    Peer down([](const Message&) -> Peer::Answer { return {503, "", ""}; });
    Harness h(wf::testing::component_of("http.sink"));
    ASSERT_TRUE(h.start(config(down.url(), {{"flush_timeout", 0}}), {all.schema()}).ok());
    ASSERT_TRUE(h.push(all).ok());
    snapshot = *h.snapshot(1);
  }
  Peer refusing([](const Message&) -> Peer::Answer { return {400, "", ""}; });
  Harness h(wf::testing::component_of("http.sink"));
  ASSERT_TRUE(h.start(config(refusing.url()), {all.schema()}).ok());
  ASSERT_TRUE(h.restore(snapshot).ok());
  ASSERT_TRUE(h.finish().ok());
  ASSERT_EQ(h.refused().size(), 2u);
  EXPECT_EQ(h.refused()[0].text, wf::testing::row_text(all, 0));
  EXPECT_EQ(h.refused()[1].text, wf::testing::row_text(all, 1));
}

TEST_F(HttpSinkTest, ADamagedSnapshotIsRefused) {
  std::string snapshot;
  Peer down([](const Message&) -> Peer::Answer { return {503, "", ""}; });
  {
    const auto h = start(config(down.url(), {{"flush_timeout", 0}}));
    ASSERT_TRUE(h->push(rows_).ok());
    snapshot = *h->snapshot(1);
  }
  const auto h = start(config(down.url()));
  for (size_t size = 0; size < snapshot.size(); ++size)
    EXPECT_EQ(h->restore(snapshot.substr(0, size)).code(), Code::invalid_data) << size;
}

TEST_F(HttpSinkTest, WithoutCheckpointsTheLimitHoldsRowsBack) {
  std::atomic<bool> down{true};
  Peer peer([&](const Message&) -> Peer::Answer {
    if (down) return {503, "", ""};
    return {};
  });
  const auto h = start(config(peer.url(), {{"pending_limit", 1}}));
  std::thread repair([&] {
    EXPECT_TRUE(eventually([&] { return h->host().metrics()["retries"] > 1; }));
    down = false;
  });
  ASSERT_TRUE(h->push(rows_).ok());
  EXPECT_EQ(h->counters().passed, 3);
  repair.join();
  down = true;
  std::thread canceller([&] {
    EXPECT_TRUE(eventually([&] { return h->host().metrics()["retries"] > 3; }));
    h->cancel();
  });
  EXPECT_EQ(h->push(rows_).code(), Code::cancelled);
  canceller.join();
}

TEST_F(HttpSinkTest, ASnapshotCutsTheCounts) {
  Peer peer(ok);
  const auto h = start(config(peer.url(), {{"body", "row"}, {"connections", 4}}), true);
  for (int epoch = 1; epoch <= 20; ++epoch) {
    ASSERT_TRUE(h->push(rows_).ok());
    EXPECT_EQ(*h->snapshot(static_cast<uint64_t>(epoch)), "{\"version\":1,\"requests\":0}\n");
    // What the snapshot does not have was counted in front of the cut.
    EXPECT_EQ(h->counters().passed, 3 * epoch);
    EXPECT_EQ(h->host().cuts(), epoch);
  }
  ASSERT_TRUE(h->finish().ok());
  EXPECT_TRUE(h->conservation().ok()) << h->conservation().message();
}

TEST_F(HttpSinkTest, AtTheLimitTheSourcesRestUntilItWorksAgain) {
  std::atomic<bool> down{true};
  Peer peer([&](const Message&) -> Peer::Answer {
    if (down) return {503, "", "closed for lunch"};
    return {};
  });
  const auto h =
      start(config(peer.url(), {{"pending_limit", 200}, {"flush_timeout", 20'000}}), true);
  ASSERT_TRUE(h->push(rows_).ok());
  ASSERT_TRUE(eventually([&] { return h->host().metrics()["retries"] > 0; }));
  EXPECT_EQ(h->host().pressure(), "");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(h->push(rows_).ok());
  ASSERT_TRUE(eventually([&] { return !h->host().pressure().empty(); }));
  down = false;
  ASSERT_TRUE(h->finish().ok());
  ASSERT_TRUE(eventually([&] { return h->host().pressure().empty(); }));
  EXPECT_EQ(h->counters().passed, 18);
}

TEST_F(HttpSinkTest, NobodyListensForAWhile) {
  int port = 0;
  { port = Peer(ok).port(); }
  const auto h = start(config("http://127.0.0.1:" + std::to_string(port) + "/"));
  ASSERT_TRUE(h->push(rows_).ok());
  ASSERT_TRUE(eventually([&] { return h->host().metrics()["retries"] > 2; }));
  Peer peer(ok, port);
  ASSERT_TRUE(h->finish().ok());
  EXPECT_EQ(h->counters().passed, 3);
  EXPECT_EQ(h->host().logs().size(), 1U) << "the same is told once in ten seconds";
}

}  // namespace
}  // namespace weirflow::http
