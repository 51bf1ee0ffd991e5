// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// http.source over real connections: rows, refusals, restarts.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "scratch_folder.h"
#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"
#include "wire.h"

namespace weirflow::http {
namespace {

namespace fs = std::filesystem;
using wf::Code;
using wf::Value;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

class HttpSourceTest : public ::testing::Test {
 protected:
  Value::Table config(Value::Table more = {}, const std::string& spool = "spool") const {
    Value::Table table{{"port", 0},
                       {"url_path", "/events"},
                       {"spool", folder_.path(spool)},
                       {"columns", Value::Table{{"id", "int64"}}}};
    for (auto& [key, value] : more) {
      std::erase_if(table, [&, name = key](const auto& item) { return item.first == name; });
      table.emplace_back(key, value);
    }
    return table;
  }
  static std::unique_ptr<Harness> start(Value::Table table) {
    auto h = std::make_unique<Harness>(wf::testing::component_of("http.source"));
    h->host().task().checkpointed = 1;
    const wf::Status status = h->start(std::move(table));
    EXPECT_TRUE(status.ok()) << status.message();
    return h;
  }
  static int port(const Harness& h) { return static_cast<int>(*h.result("port").integer()); }
  static int send(const Harness& h, const std::string& body) {
    return post(port(h), "/events", body).status();
  }
  static void settle(Harness& h) {
    for (int i = 0; i < 1000; ++i) {
      const auto answer = h.next();
      ASSERT_TRUE(answer.ok()) << answer.status().message();
      if (*answer == WF_SOURCE_IDLE) return;
    }
    FAIL() << "it never comes to rest";
  }
  ScratchFolder folder_;
};

TEST_F(HttpSourceTest, RowsThatWereAnsweredComeOut) {
  const auto h = start(config({{"add", Value::List{"time", "peer"}}}));
  EXPECT_EQ(post(port(*h), "/events", "{\"id\":1}\n{\"id\":2}").body, "{\"rows\":2}\n");
  EXPECT_EQ(post(port(*h), "/events", "[{\"id\":3}]", "Content-Type: application/json\r\n").body,
            "{\"rows\":1}\n");
  settle(*h);
  EXPECT_EQ(h->column("id"), (Strings{"1", "2", "3"}));
  EXPECT_EQ(h->column("peer")[2], "127.0.0.1");
  EXPECT_EQ(h->column("time")[0], "1700000000000000");
  EXPECT_TRUE(h->conservation().ok()) << h->conservation().message();
}

TEST_F(HttpSourceTest, TextLines) {
  const auto h = start(config({{"format", "line"}, {"columns", Value::Table()}}));
  EXPECT_EQ(post(port(*h), "/events", "one\r\n\ntwo", "Content-Type: text/plain\r\n").body,
            "{\"rows\":3}\n");
  settle(*h);
  EXPECT_EQ(h->text(), "line:utf8\none\n\"\"\ntwo\n");
}

TEST_F(HttpSourceTest, ARequestWakesTheSource) {
  const auto h = start(config());
  std::thread sender([&] { EXPECT_EQ(send(*h, "{\"id\":7}"), 200); });
  const auto began = std::chrono::steady_clock::now();
  while (h->column("id").empty() &&
         std::chrono::steady_clock::now() - began < std::chrono::seconds(20))
    ASSERT_TRUE(h->next(std::chrono::seconds(20)).ok());
  sender.join();
  EXPECT_EQ(h->column("id"), (Strings{"7"}));
  h->wake();
  EXPECT_EQ(*h->next(std::chrono::hours(1)), WF_SOURCE_IDLE) << "wake ends the wait";
}

TEST_F(HttpSourceTest, TooLongIsAnsweredWith413) {
  const auto h = start(config({{"max_body", 100}}));
  const auto answer = post(port(*h), "/events", std::string(101, ' '));
  EXPECT_EQ(answer.status(), 413);
  EXPECT_NE(answer.body.find("over 100 bytes"), std::string::npos);
  Socket socket = Socket::to(port(*h));
  socket.send(
      "POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i) socket.send("32\r\n" + std::string(50, ' ') + "\r\n");
  socket.send("0\r\n\r\n");
  EXPECT_EQ(socket.receive().status(), 413);
}

TEST_F(HttpSourceTest, ChunkedBodiesAndSeveralRequestsOfAConnection) {
  const auto h = start(config());
  Socket socket = Socket::to(port(*h));
  for (int i = 0; i < 3; ++i) {
    socket.send(
        "POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"id\r\n4\r\n\":1}\r\n0\r\n\r\n");
    EXPECT_EQ(socket.receive().body, "{\"rows\":1}\n");
  }
  settle(*h);
  EXPECT_EQ(h->column("id").size(), 3u);
}

TEST_F(HttpSourceTest, HeadersAreLimited) {
  const auto h = start(config({{"max_head", 2000}}));
  const int status =
      post(port(*h), "/events", "", "X-Long: " + std::string(3000, 'x') + "\r\n").status();
  EXPECT_TRUE(status >= 400 && status < 500) << status;
  EXPECT_EQ(send(*h, "{\"id\":1}"), 200);
}

TEST_F(HttpSourceTest, ABodyThatEndsTooEarlyIsNotTaken) {
  const auto h = start(config({{"timeout", 200'000}}));
  {
    Socket socket = Socket::to(port(*h));
    socket.send(
        "POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        "Content-Length: 20\r\n\r\n{\"id\":1}\n");
    EXPECT_NE(socket.receive().status(), 200);
  }
  EXPECT_EQ(send(*h, "{\"id\":2}"), 200);
  settle(*h);
  EXPECT_EQ(h->column("id"), (Strings{"2"}));
}

TEST_F(HttpSourceTest, NonsenseDoesNoHarm) {
  const auto h = start(config());
  for (const std::string text :
       {"\r\n\r\n", "GET\r\n\r\n", "POST /events HTTP/9.9\r\n\r\n",
        "POST /events HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        "POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"}) {
    Socket socket = Socket::to(port(*h));
    socket.send(text);
    EXPECT_NE(socket.receive().status(), 200) << text;
  }
  EXPECT_EQ(send(*h, "{\"id\":1}"), 200);
}

TEST_F(HttpSourceTest, WrongConfigurationNamesItsKey) {
  const auto key = [&](Value::Table more) {
    Harness h(wf::testing::component_of("http.source"));
    wf::Status status = h.configure(config(std::move(more)));
    if (status.ok()) status = h.bind();
    return status.place() ? status.place()->key : status.to_string();
  };
  EXPECT_EQ(key({{"host", "0.0.0.0"}}), "host");
  EXPECT_EQ(key({{"host", "localhost"}}), "host");
  EXPECT_EQ(key({{"url_path", "events"}}), "url_path");
  EXPECT_EQ(key({{"columns", Value::Table()}}), "columns");
  EXPECT_EQ(key({{"columns", Value::Table{{"id", Value::Table{{"kind", "int64"}}}}}}),
            "columns.id");
  EXPECT_EQ(key({{"event_time", "id"}}), "event_time");
  EXPECT_EQ(key({{"columns", Value::Table{{"time", "int64"}}}, {"add", "time"}}), "add");
  EXPECT_EQ(key({{"host", "0.0.0.0"}, {"allow_remote", true}}), "ok");
}

TEST_F(HttpSourceTest, APortThatIsTakenIsAnError) {
  const auto first = start(config());
  Harness second(wf::testing::component_of("http.source"));
  const wf::Status status = second.start(config({{"port", port(*first)}}, "other"));
  EXPECT_EQ(status.code(), Code::unavailable) << status.message();
}

TEST_F(HttpSourceTest, ASnapshotAtEveryPointLosesAndRepeatsNothing) {
  {
    const auto h = start(config());
    for (int i = 0; i < 10; ++i) {
      std::string body;
      for (int k = 0; k < 5; ++k) body += "{\"id\":" + std::to_string(i * 5 + k) + "}\n";
      ASSERT_EQ(send(*h, body), 200);
    }
  }
  const auto table = config({{"batch_rows", 3}});
  for (int calls = 0; calls < 20; ++calls) {
    std::string snapshot;
    Strings ids;
    {
      const auto first = start(table);
      for (int i = 0; i < calls; ++i) ASSERT_TRUE(first->next().ok());
      snapshot = *first->snapshot(1);
      ids = first->column("id");
    }
    const auto second = start(table);
    ASSERT_TRUE(second->restore(snapshot).ok());
    settle(*second);
    for (const auto& id : second->column("id")) ids.push_back(id);
    ASSERT_EQ(ids.size(), 50u) << calls;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(ids[static_cast<size_t>(i)], std::to_string(i));
  }
}

TEST_F(HttpSourceTest, WhatNoCheckpointNeedsIsFreedAndNotReadAgain) {
  std::string snapshot;
  {
    const auto h = start(config());
    ASSERT_EQ(send(*h, "{\"id\":1}"), 200);
    settle(*h);
    snapshot = *h->snapshot(5);
    ASSERT_EQ(send(*h, "{\"id\":2}"), 200);
    settle(*h);
    (void)*h->snapshot(6);
    h->committed(6);
    h->retired(5);
  }
  {
    const auto h = start(config());
    settle(*h);
    EXPECT_EQ(h->column("id"), (Strings{"2"})) << "without a snapshot: what is not freed";
  }
  const auto h = start(config());
  ASSERT_TRUE(h->restore(snapshot).ok());
  settle(*h);
  EXPECT_EQ(h->column("id"), (Strings{"2"}));
}

TEST_F(HttpSourceTest, WithoutCheckpointsRowsAreFreedOnceRead) {
  {
    const auto h = start(config());
    h->host().task().checkpointed = 2;
    ASSERT_EQ(send(*h, "{\"id\":1}"), 200);
    settle(*h);
    ASSERT_EQ(send(*h, "{\"id\":2}"), 200);
  }
  const auto h = start(config());
  settle(*h);
  EXPECT_EQ(h->column("id"), (Strings{"2"}));
}

TEST_F(HttpSourceTest, ACrashAtAnyMomentKeepsWhatWasAnswered) {
  const auto h = start(config());
  int answered = 0;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 5; ++i)
      if (send(*h, "{\"id\":" + std::to_string(answered) + "}") == 200) ++answered;
    // What a machine that stops now leaves behind, with half of a record that was under way.
    const std::string image = "image" + std::to_string(round);
    fs::copy(folder_.path("spool"), folder_.path(image));
    for (const auto& entry : fs::directory_iterator(folder_.path(image)))
      if (entry.path().extension() == ".spool")
        std::ofstream(entry.path(), std::ios::app | std::ios::binary)
            << std::string("\x40\0\0\0garbage", static_cast<size_t>(round));
    const auto restarted = start(config({}, image));
    settle(*restarted);
    Strings expected;
    for (int i = 0; i < answered; ++i) expected.push_back(std::to_string(i));
    EXPECT_EQ(restarted->column("id"), expected);
  }
}

TEST_F(HttpSourceTest, KeysSurviveARestartAndTheDeletionOfTheirSegment) {
  const std::string with_key =
      "Content-Type: application/x-ndjson\r\nIdempotency-Key: order-17\r\n";
  const auto table = config({{"spool_limit", 64 * 1024}});
  {
    const auto h = start(table);
    EXPECT_EQ(post(port(*h), "/events", "{\"id\":1}", with_key).status(), 200);
    EXPECT_EQ(post(port(*h), "/events", "{\"id\":2}", with_key).status(), 422);
  }
  {
    const auto h = start(table);
    EXPECT_EQ(post(port(*h), "/events", "{\"id\":1}", with_key).body, "{\"rows\":1}\n");
    for (uint64_t i = 1; i < 10; ++i) {
      EXPECT_EQ(send(*h, "{\"id\":" + std::string(8000, ' ') + "5}"), 200);
      settle(*h);
      ASSERT_TRUE(h->snapshot(i).ok());
      h->retired(i);
    }
    EXPECT_EQ(h->column("id").size(), 10u) << "one of them with the key";
    EXPECT_FALSE(fs::exists(folder_.path("spool/0000000000000001.spool")));
  }
  const auto h = start(table);
  EXPECT_EQ(post(port(*h), "/events", "{\"id\":1}", with_key).body, "{\"rows\":1}\n");
  settle(*h);
  EXPECT_EQ(h->column("id").size(), 0u);
}

TEST_F(HttpSourceTest, AFullSpoolAnswers503UntilItIsRead) {
  const auto h = start(config({{"spool_limit", 64 * 1024}, {"retry_after", 7'000'000}}));
  const std::string body = "{\"id\":" + std::string(10'000, ' ') + "5}";
  Message answer;
  int taken = 0;
  while ((answer = post(port(*h), "/events", body)).status() == 200) ++taken;
  EXPECT_EQ(taken, 6);
  EXPECT_EQ(answer.status(), 503);
  EXPECT_EQ(answer.header("retry-after"), "7");
  settle(*h);
  ASSERT_TRUE(h->snapshot(1).ok());
  h->retired(1);
  EXPECT_EQ(post(port(*h), "/events", body).status(), 200);
}

TEST_F(HttpSourceTest, WhatTheSpoolCannotEverHoldIsTooLarge) {
  const auto h = start(config({{"spool_limit", 64 * 1024}}));
  const std::string body = "{\"id\":" + std::string(70'000, ' ') + "5}";
  EXPECT_EQ(post(port(*h), "/events", body).status(), 413);
  EXPECT_EQ(send(*h, "{\"id\":1}"), 200);
}

TEST_F(HttpSourceTest, KeysAreAsciiText) {
  const auto h = start(config());
  EXPECT_EQ(post(port(*h), "/events", "{\"id\":1}",
                 "Content-Type: application/x-ndjson\r\nIdempotency-Key: caf\xE9\r\n")
                .status(),
            400);
  settle(*h);
  EXPECT_EQ(h->column("id"), Strings());
}

TEST_F(HttpSourceTest, AnEarlierCheckpointCanBeGoneBackTo) {
  std::string earlier;
  {
    const auto h = start(config());
    earlier = *h->snapshot(1);
    for (int i = 1; i <= 3; ++i) {
      ASSERT_EQ(send(*h, "{\"id\":" + std::to_string(i) + "}"), 200);
      settle(*h);
      (void)*h->snapshot(static_cast<uint64_t>(i + 1));
      h->committed(static_cast<uint64_t>(i + 1));
    }
  }
  const auto h = start(config());
  ASSERT_TRUE(h->restore(earlier).ok());
  settle(*h);
  EXPECT_EQ(h->column("id"), (Strings{"1", "2", "3"}));
}

TEST_F(HttpSourceTest, AnotherSpoolIsNotTheCheckpointsOne) {
  std::string snapshot;
  {
    const auto h = start(config());
    ASSERT_EQ(send(*h, "{\"id\":1}"), 200);
    settle(*h);
    snapshot = *h->snapshot(1);
  }
  const auto h = start(config({}, "another"));
  EXPECT_EQ(h->restore(snapshot).code(), Code::invalid_data);
  EXPECT_EQ(h->restore("nonsense").code(), Code::invalid_data);
}

TEST_F(HttpSourceTest, RowsThatNoLongerFitAreRefusedWithTheirPlace) {
  {
    const auto h = start(config({{"columns", Value::Table{{"id", "utf8"}}}}));
    ASSERT_EQ(send(*h, "{\"id\":\"x\"}\n{\"id\":\"4\"}\n{\"id\":5}"), 200);
  }
  const auto h = start(config());
  settle(*h);
  EXPECT_EQ(h->column("id"), (Strings{"5"}));
  ASSERT_EQ(h->refused().size(), 2u);
  EXPECT_EQ(h->refused()[0].position, "1:8:1");
  EXPECT_EQ(h->refused()[0].text, "{\"id\":\"x\"}");
  EXPECT_TRUE(h->conservation().ok()) << h->conservation().message();
}

TEST_F(HttpSourceTest, ManySendersAtOnce) {
  const auto h = start(config());
  std::atomic<int> answered{0};
  std::vector<std::thread> senders;
  for (int s = 0; s < 6; ++s)
    senders.emplace_back([&, s] {
      for (int i = 0; i < 30; ++i)
        if (send(*h, "{\"id\":" + std::to_string(s * 30 + i) + "}") == 200) ++answered;
    });
  const auto began = std::chrono::steady_clock::now();
  while (h->column("id").size() < 180 &&
         std::chrono::steady_clock::now() - began < std::chrono::seconds(60))
    ASSERT_TRUE(h->next(std::chrono::milliseconds(50)).ok());
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(answered, 180);
  auto ids = h->column("id");
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()) - ids.begin(), 180);
}

}  // namespace
}  // namespace weirflow::http
