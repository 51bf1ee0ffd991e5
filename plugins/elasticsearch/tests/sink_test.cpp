// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// elasticsearch.sink through its C entry, against a stand-in for a node.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fake_node.h"
#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::elasticsearch {
namespace {

using wf::Code;
using wf::Value;
using wf::testing::Harness;

int always_created(const std::string&) { return 201; }
FakeReply all_created(const FakeRequest& request) { return bulk_reply(request, always_created); }

Value::Table config(const FakeNode& node, Value::Table more = {}) {
  Value::Table all{{"hosts", node.url()}, {"index", "c"},      {"id", "{n}"},
                   {"retry_min", 1000},   {"retry_max", 5000}, {"batch_age", 1000},
                   {"delivery", "early"}};
  for (auto& [key, value] : more) {
    std::erase_if(all, [&](const auto& kv) { return kv.first == key; });
    all.emplace_back(key, std::move(value));
  }
  return all;
}

wf::Batch numbers(int from, int count) {
  std::string text = "n:int64\n";
  for (int i = from; i < from + count; ++i) text += std::to_string(i) + "\n";
  return wf::testing::batch(text);
}

Harness sink() { return Harness(wf::testing::component_of("elasticsearch.sink")); }

size_t occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Sink, WritesActionAndDocumentLines) {
  FakeNode node(all_created);
  Harness h = sink();
  const wf::Batch rows = wf::testing::batch(
      "at:timestamp n:int64 body:utf8 score:float64\n1466899200000000 | 7 | \"a\\\"b\" | 0.5\n");
  ASSERT_TRUE(h.run(config(node, {{"index", "c-{at:%Y.%m}"},
                                  {"id", "x-{n}"},
                                  {"routing", "{n}"},
                                  {"pipeline", "enrich it"},
                                  {"exclude", "n"},
                                  {"timestamp", "at"}}),
                    {rows})
                  .ok());
  ASSERT_EQ(node.requests().size(), 1u);
  EXPECT_EQ(node.requests()[0].body,
            "{\"index\":{\"_index\":\"c-2016.06\",\"_id\":\"x-7\",\"routing\":\"7\"}}\n"
            "{\"at\":\"2016-06-26T00:00:00Z\",\"body\":\"a\\\"b\",\"score\":0.5,"
            "\"@timestamp\":\"2016-06-26T00:00:00Z\"}\n");
  EXPECT_NE(node.requests()[0].path.find("&pipeline=enrich%20it"), std::string::npos);
  EXPECT_NE(node.requests()[0].headers.find("Content-Type: application/x-ndjson"),
            std::string::npos);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  EXPECT_EQ(h.counters().passed, 1);
  EXPECT_EQ(h.unreleased(), 0);
}

TEST(Sink, UpdateDeleteAndVersionHaveTheirOwnForm) {
  FakeNode node(all_created);
  for (const char* op : {"update", "delete"}) {
    Harness h = sink();
    ASSERT_TRUE(h.run(config(node, {{"op", op}}), {numbers(1, 1)}).ok());
    EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  }
  Harness h = sink();
  ASSERT_TRUE(
      h.run(config(node, {{"version", "n"}, {"version_type", "external_gte"}}), {numbers(3, 1)})
          .ok());
  EXPECT_EQ(node.bulks(),
            "{\"update\":{\"_index\":\"c\",\"_id\":\"1\",\"retry_on_conflict\":3}}\n"
            "{\"doc\":{\"n\":1},\"doc_as_upsert\":true}\n"
            "{\"delete\":{\"_index\":\"c\",\"_id\":\"1\"}}\n"
            "{\"index\":{\"_index\":\"c\",\"_id\":\"3\",\"version\":3,"
            "\"version_type\":\"external_gte\"}}\n{\"n\":3}\n");
}

TEST(Sink, BulksGoByCount) {
  FakeNode node(all_created);
  Harness h = sink();
  ASSERT_TRUE(
      h.run(config(node, {{"batch_documents", 10}, {"batch_age", 3'600'000'000}}), {numbers(0, 25)})
          .ok());
  ASSERT_EQ(node.requests().size(), 3u);
  std::multiset<size_t> sizes;
  for (const auto& request : node.requests()) sizes.insert(request.lines().size());
  EXPECT_EQ(sizes, (std::multiset<size_t>{10, 20, 20}));
}

TEST(Sink, ARefusedDocumentIsTheRowThatCame) {
  FakeNode node([](const FakeRequest& request) {
    return bulk_reply(request, [](const std::string& action) {
      return action.find("\"2\"") != std::string::npos ? 400 : 201;
    });
  });
  Harness h = sink();
  const wf::Batch rows = wf::testing::batch(
      "n:int64 body:utf8 score:float64 tags:list<utf8> at:timestamp bin:binary\n"
      "1 | x | 1 | [a] | 0 | \"b\"\n"
      "2 | null | nan | [a, \"b c\"] | 1466899200123456 | \"\\xFF\\x00\"\n");
  const std::string expected = wf::testing::row_text(rows, 1);
  ASSERT_TRUE(h.run(config(node, {{"exclude", Value::List{"body", "at"}}}), {rows}).ok());
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "bad_document");
  EXPECT_EQ(h.refused()[0].message, "some_exception: because (status 400)");
  EXPECT_EQ(h.refused()[0].text, expected);
  EXPECT_EQ(h.counters().passed, 1);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST(Sink, RowsWithoutAnIdAreRefusedAtOnce) {
  FakeNode node(all_created);
  Harness h = sink();
  const wf::Batch rows =
      wf::testing::batch("n:int64 t:utf8\n1 | a\nnull | b\n3 | " + std::string(600, 'x') + "\n");
  ASSERT_TRUE(h.run(config(node, {{"id", "{n}{t}"}}), {rows}).ok());
  ASSERT_EQ(h.refused().size(), 2u);
  EXPECT_EQ(h.refused()[0].code, "null_key");
  EXPECT_EQ(h.refused()[1].code, "long_id");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST(Sink, OnlyTheItemsThatFailedAreRepeated) {
  std::map<std::string, int> seen;
  FakeNode node([&](const FakeRequest& request) {
    return bulk_reply(request, [&](const std::string& action) {
      const int times = ++seen[action];
      if (action.find("\"1\"") != std::string::npos && times < 3) return 429;
      if (action.find("\"2\"") != std::string::npos && times < 2) return 503;
      return 201;
    });
  });
  Harness h = sink();
  ASSERT_TRUE(h.run(config(node), {numbers(0, 4)}).ok());
  EXPECT_EQ(h.counters().passed, 4);
  const std::string sent = node.bulks();
  EXPECT_EQ(occurrences(sent, "{\"n\":0}"), 1u);
  EXPECT_EQ(occurrences(sent, "{\"n\":1}"), 3u);
  EXPECT_EQ(occurrences(sent, "{\"n\":2}"), 2u);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST(Sink, ADocumentThatIsNeverTakenEndsInErrors) {
  FakeNode node([](const FakeRequest& request) {
    return bulk_reply(request, [](const std::string&) { return 429; });
  });
  Harness h = sink();
  ASSERT_TRUE(h.run(config(node, {{"retry_for", 20'000}}), {numbers(0, 1)}).ok());
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "gave_up");
}

TEST(Sink, ARequestWithoutAnswerIsRepeatedAndItsOwnDocumentsAreNoConflict) {
  int times = 0;
  FakeNode node([&](const FakeRequest& request) -> FakeReply {
    if (++times == 1) return {0, "", ""};
    return bulk_reply(request, [](const std::string&) { return 409; });
  });
  Harness h = sink();
  h.host().task().deterministic = 2;
  ASSERT_TRUE(h.run(config(node, {{"op", "create"}}), {numbers(0, 3)}).ok());
  EXPECT_EQ(h.counters().passed, 3);
  EXPECT_TRUE(h.refused().empty());
}

TEST(Sink, ADocumentThatExistsIsRefusedUnlessThePathIsDeterministic) {
  FakeNode node([](const FakeRequest& request) {
    return bulk_reply(request, [](const std::string&) { return 409; });
  });
  for (const uint32_t deterministic : {1u, 2u}) {
    Harness h = sink();
    h.host().task().deterministic = deterministic;
    ASSERT_TRUE(h.run(config(node, {{"op", "create"}}), {numbers(0, 1)}).ok());
    EXPECT_EQ(h.counters().passed, deterministic == 1 ? 1 : 0);
    EXPECT_EQ(h.refused().size(), deterministic == 1 ? 0u : 1u);
    if (!h.refused().empty()) {
      EXPECT_EQ(h.refused()[0].code, "exists");
    }
  }
}

TEST(Sink, AnAnswerWithFewerItemsSettlesNothing) {
  int times = 0;
  FakeNode node([&](const FakeRequest& request) -> FakeReply {
    if (++times == 1) return {200, "{\"errors\":false,\"items\":[]}", ""};
    if (times == 2) return {200, "<html>", ""};
    return all_created(request);
  });
  Harness h = sink();
  ASSERT_TRUE(h.run(config(node), {numbers(0, 3)}).ok());
  EXPECT_EQ(h.counters().passed, 3);
  EXPECT_EQ(times, 3);
}

TEST(Sink, ForbiddenStopsWithOneLineAndLosesNothing) {
  for (const bool whole : {true, false}) {
    std::atomic<int> times{0};
    FakeNode node([&](const FakeRequest& request) -> FakeReply {
      if (++times <= 3 && whole)
        return {401, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no\"}}", ""};
      return bulk_reply(request, [&](const std::string&) { return times <= 3 ? 403 : 201; });
    });
    Harness h = sink();
    ASSERT_TRUE(h.run(config(node), {numbers(0, 3)}).ok());
    EXPECT_EQ(h.counters().passed, 3);
    const auto logs = h.host().logs();
    ASSERT_EQ(logs.size(), 2u);
    EXPECT_NE(logs[0].find(node.url() + ": documents are not accepted"), std::string::npos);
    EXPECT_NE(logs[0].find(whole ? "security_exception: no" : "some_exception"), std::string::npos);
    EXPECT_EQ(logs[1], "documents are accepted again");
    EXPECT_EQ(h.host().metrics()["stops"], 1);
    EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  }
}

TEST(Sink, ABodyThatIsTooLargeIsHalved) {
  FakeNode node([](const FakeRequest& request) -> FakeReply {
    if (request.body.size() > 300) return {413, "", ""};
    return all_created(request);
  });
  Harness h = sink();
  std::string text = "n:int64 t:utf8\n";
  for (int i = 0; i < 20; ++i)
    text += std::to_string(i) + " | " + std::string(i == 7 ? 400 : 30, 'x') + "\n";
  ASSERT_TRUE(h.run(config(node), {wf::testing::batch(text)}).ok());
  EXPECT_EQ(h.counters().passed, 19);
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "too_large");
  EXPECT_TRUE(h.refused()[0].text.starts_with("7 | ")) << h.refused()[0].text;
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST(Sink, ABulkThatIsRefusedAsAWholeIsHalvedToTheOneAtFault) {
  FakeNode node([](const FakeRequest& request) -> FakeReply {
    if (request.body.find("{\"n\":5}") != std::string::npos)
      return {400, "{\"error\":{\"type\":\"parse_exception\",\"reason\":\"odd\"}}", ""};
    return all_created(request);
  });
  Harness h = sink();
  ASSERT_TRUE(h.run(config(node), {numbers(0, 9)}).ok());
  EXPECT_EQ(h.counters().passed, 8);
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].text, "5");
  EXPECT_EQ(h.refused()[0].message, "parse_exception: odd");
}

TEST(Sink, TooManyRequestsHalvesTheirNumber) {
  std::atomic<int> times{0};
  FakeNode node([&](const FakeRequest& request) -> FakeReply {
    if (++times <= 4) return {429, "", ""};
    return all_created(request);
  });
  Harness h = sink();
  ASSERT_TRUE(
      h.start(config(node, {{"max_requests", 8}, {"batch_documents", 1}}), {numbers(0, 1).schema()})
          .ok());
  ASSERT_TRUE(h.push(numbers(0, 4)).ok());
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.counters().passed, 4);
  EXPECT_LT(h.host().metrics()["request_limit"], 4);
  ASSERT_TRUE(h.close().ok());
}

TEST(Sink, DocumentsOfOneIdKeepTheirOrder) {
  std::atomic<int> times{0};
  std::string order;
  FakeNode node([&](const FakeRequest& request) -> FakeReply {
    const bool fails = ++times <= 2;
    if (!fails)
      for (const std::string& line : request.lines())
        if (line.starts_with("{\"id\"")) order += line;
    return bulk_reply(request, [&](const std::string&) { return fails ? 503 : 200; });
  });
  Harness h = sink();
  const wf::Batch rows = wf::testing::batch("id:int64 v:int64\n1 | 1\n1 | 2\n1 | 3\n");
  ASSERT_TRUE(
      h.run(config(node, {{"id", "{id}"}, {"batch_documents", 1}, {"max_requests", 8}}), {rows})
          .ok());
  EXPECT_EQ(order, "{\"id\":1,\"v\":1}{\"id\":1,\"v\":2}{\"id\":1,\"v\":3}");
}

TEST(Sink, ANodeThatIsDownIsLeftOut) {
  uint16_t closed = 0;
  {
    FakeNode gone(all_created);
    closed = gone.port();
  }
  FakeNode node(all_created);
  Harness h = sink();
  ASSERT_TRUE(
      h.run(config(node, {{"hosts", Value::List{"http://127.0.0.1:" + std::to_string(closed),
                                                node.url() + "/"}},
                          {"batch_documents", 1},
                          {"retry_min", 60'000'000},
                          {"retry_max", 60'000'000}}),
            {numbers(0, 20)})
          .ok());
  EXPECT_EQ(h.counters().passed, 20);
  // Those that were on their way to it when it was found down, at most.
  EXPECT_LE(h.host().metrics()["retries"], 4);
}

TEST(Sink, SecretsAndCompressionAreInTheHeaders) {
  FakeNode node(all_created);
  const auto headers = [&](Value::Table more) {
    const size_t before = node.requests().size();
    Harness h = sink();
    EXPECT_TRUE(h.start(config(node, std::move(more)), {numbers(0, 1).schema()}).ok());
    EXPECT_TRUE(h.push(numbers(0, 1)).ok());
    EXPECT_TRUE(eventually([&] { return node.requests().size() > before; }));
    return node.requests().back().headers;
  };
  const auto auth = [](Value::Table keys) { return Value::Table{{"auth", std::move(keys)}}; };
  EXPECT_NE(headers(auth({{"user", "u"}, {"password", "p"}})).find("Authorization: Basic dTpw\r"),
            std::string::npos);
  EXPECT_NE(headers(auth({{"api_key", "abc"}})).find("Authorization: ApiKey abc\r"),
            std::string::npos);
  EXPECT_NE(headers(auth({{"bearer", "abc"}})).find("Authorization: Bearer abc\r"),
            std::string::npos);
  EXPECT_NE(headers({{"gzip", true}}).find("Content-Encoding: gzip\r"), std::string::npos);
  EXPECT_EQ(node.requests().back().body.substr(0, 2), "\x1f\x8b");
}

TEST(Sink, TheSnapshotHasWhatIsNotAcknowledged) {
  std::string state;
  {
    FakeNode down([](const FakeRequest&) { return FakeReply{503, "", ""}; });
    Harness h = sink();
    h.host().task().checkpointed = 1;
    ASSERT_TRUE(h.start(config(down, {{"flush_timeout", 20'000}}), {numbers(0, 1).schema()}).ok());
    ASSERT_TRUE(h.push(numbers(0, 3)).ok());
    const auto taken = h.snapshot(1);
    ASSERT_TRUE(taken.ok());
    state = *taken;
    EXPECT_EQ(h.counters().passed, 0);
    h.cancel();
    EXPECT_EQ(h.finish().code(), Code::cancelled);
    ASSERT_TRUE(h.close().ok());
  }
  FakeNode node(all_created);
  Harness h = sink();
  ASSERT_TRUE(h.start(config(node), {numbers(0, 1).schema()}).ok());
  ASSERT_TRUE(h.restore(state).ok());
  ASSERT_TRUE(h.push(numbers(3, 1)).ok());
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.counters().passed, 4);
  const auto empty = h.snapshot(2);
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(occurrences(*empty, "_id"), 0u);
  EXPECT_EQ(h.restore(state.substr(0, state.size() - 3)).code(), Code::invalid_data);
  EXPECT_EQ(h.restore("nonsense\n").code(), Code::invalid_data);
  ASSERT_TRUE(h.close().ok());
}

TEST(Sink, BeyondItsLimitTheSourcesRest) {
  std::atomic<bool> is_up{false};
  FakeNode node([&](const FakeRequest& request) {
    return is_up ? all_created(request) : FakeReply{503, "", ""};
  });
  Harness h = sink();
  h.host().task().checkpointed = 1;
  ASSERT_TRUE(h.start(config(node, {{"pending_limit", 1 << 16}}), {numbers(0, 1).schema()}).ok());
  ASSERT_TRUE(h.push(numbers(0, 1)).ok());
  EXPECT_EQ(h.host().pressure(), "");
  ASSERT_TRUE(h.push(numbers(1, 1000)).ok());
  EXPECT_NE(h.host().pressure().find(node.url()), std::string::npos);
  is_up = true;
  ASSERT_TRUE(h.finish().ok());
  EXPECT_TRUE(eventually([&] { return h.host().pressure().empty(); }));
  EXPECT_EQ(h.counters().passed, 1001);
  ASSERT_TRUE(h.close().ok());
}

TEST(Sink, WithoutBarriersRowsWaitForRoom) {
  FakeNode node(all_created);
  Harness h = sink();
  ASSERT_TRUE(h.start(config(node, {{"pending_limit", 1 << 16}}), {numbers(0, 1).schema()}).ok());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(h.push(numbers(i * 1000, 1000)).ok());
    EXPECT_LT(h.host().metrics()["pending_bytes"], 3 << 17);
  }
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.counters().passed, 20'000);
  EXPECT_EQ(h.host().pressure(), "");
  ASSERT_TRUE(h.close().ok());
}

TEST(Sink, ThePolicyForRefusedRowsEndsTheAttempt) {
  FakeNode node([](const FakeRequest& request) {
    return bulk_reply(request, [](const std::string&) { return 400; });
  });
  Harness h = sink();
  h.host().refused_limit = 0;
  ASSERT_TRUE(h.start(config(node), {numbers(0, 1).schema()}).ok());
  // The verdict may be there before the call returns.
  const wf::Status pushed = h.push(numbers(0, 1));
  EXPECT_EQ((pushed.ok() ? h.finish() : pushed).code(), Code::cancelled);
  ASSERT_TRUE(h.close().ok());
}

TEST(Sink, TheTemplateIsInstalledFirst) {
  const std::string file =
      (std::filesystem::temp_directory_path() / ("weirflow-template-" + std::to_string(::getpid())))
          .string();
  const auto write = [&](const std::string& text) { std::ofstream(file) << text; };
  std::atomic<int> times{0};
  FakeNode node([&](const FakeRequest& request) -> FakeReply {
    if (request.method == "PUT")
      return ++times == 1 ? FakeReply{503, "", ""} : FakeReply{200, "{}", ""};
    return all_created(request);
  });
  write("{\"index_patterns\":[\"c*\"],\"template\":{\"mappings\":{\"properties\":{}}}}");
  Harness h = sink();
  ASSERT_TRUE(
      h.run(config(node, {{"template", file}, {"template_name", "my name"}}), {numbers(0, 1)})
          .ok());
  ASSERT_EQ(node.requests().size(), 3u);
  EXPECT_EQ(node.requests()[1].path, "/_index_template/my%20name");
  EXPECT_EQ(node.requests()[1].body,
            "{\"index_patterns\":[\"c*\"],\"template\":{\"mappings\":{\"properties\":{},"
            "\"dynamic\":false}}}");
  EXPECT_EQ(node.requests()[2].method, "POST");

  FakeNode refusing([](const FakeRequest&) {
    return FakeReply{400, "{\"error\":\"no such\"}", ""};
  });
  Harness refused = sink();
  ASSERT_TRUE(refused.start(config(refusing, {{"template", file}}), {numbers(0, 1).schema()}).ok());
  ASSERT_TRUE(eventually([&] { return !refused.push(numbers(0, 1)).ok(); }));
  EXPECT_EQ(refused.finish().code(), Code::invalid_config);
  for (const char* text : {"[]", "{\"template\":{}}", "{\"index_patterns\":[\"a\"]}"}) {
    write(text);
    Harness wrong = sink();
    const wf::Status bad =
        wrong.start(config(node, {{"template", file}}), {numbers(0, 1).schema()});
    EXPECT_EQ(bad.code(), Code::invalid_config) << text;
    EXPECT_EQ(bad.place()->key, "template");
  }
  std::filesystem::remove(file);
}

TEST(Sink, WrongConfigurationNamesItsKey) {
  FakeNode node(all_created);
  const wf::Schema schema =
      wf::testing::batch("n:int64 t:utf8 l:list<utf8>\n1 | a | []\n").schema();
  const auto key = [&](Value::Table more) {
    Harness h = sink();
    wf::Status status = h.configure(config(node, std::move(more)));
    if (status.ok()) status = h.bind({schema});
    return status.place() ? status.place()->key + "@" + std::to_string(status.place()->offset)
                          : status.to_string();
  };
  EXPECT_EQ(key({{"hosts", "localhost:9200"}}), "hosts[0]@0");
  EXPECT_EQ(key({{"hosts", "http://u:p@localhost"}}), "hosts[0]@0");
  EXPECT_EQ(key({{"id", "{n}-{m}"}}), "id@5");
  EXPECT_EQ(key({{"id", "{l}"}}), "id@1");
  EXPECT_EQ(key({{"id", "{n"}}), "id@0");
  EXPECT_EQ(key({{"index", "a-{n:%Y}"}}), "index@5");
  EXPECT_EQ(key({{"routing", "}"}}), "routing@0");
  EXPECT_EQ(key({{"version", "t"}}), "version@0");
  EXPECT_EQ(key({{"version", "n"}, {"op", "create"}}), "version@0");
  EXPECT_EQ(key({{"op", "update"}, {"id", ""}}), "id@0");
  EXPECT_EQ(key({{"exclude", "tt"}}), "exclude[0]@0");
  EXPECT_EQ(key({{"data_stream", true}}), "op@0");
  EXPECT_EQ(key({{"data_stream", true}, {"op", "create"}}), "data_stream@0");
  EXPECT_EQ(key({{"auth", Value::Table{{"user", "u"}, {"api_key", "k"}}}}), "auth@0");
  EXPECT_EQ(key({{"auth", Value::Table{{"password", "k"}}}}), "auth@0");
}

}  // namespace
}  // namespace weirflow::elasticsearch
