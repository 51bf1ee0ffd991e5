// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// The components of plugins/elasticsearch against a real node.
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>

#include "http_pool.h"
#include "services.h"
#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::elasticsearch {
namespace {

using wf::Value;
using wf::testing::Harness;

bool eventually(const std::function<bool()>& condition) {
  const auto end = Clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (Clock::now() > end) return false;
    ::poll(nullptr, 0, 10);
  }
  return true;
}

class OpenSearch : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::Service* node = testing::shared_service(testing::ServiceKind::opensearch);
    ASSERT_TRUE(node);
    url_ = "http://" + node->address();
    HttpOptions options;
    options.hosts = {url_};
    auto http = HttpPool::make(options);
    ASSERT_TRUE(http.ok());
    http_ = std::move(*http);
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    index_ = "weirflow-" + std::to_string(::getpid()) + "-" + test->name();
    for (char& c : index_) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  void TearDown() override {
    if (!http_) return;
    ask("DELETE", "/" + index_);
    ask("DELETE", "/_index_template/" + index_);
  }

  HttpReply ask(const std::string& method, const std::string& path, const std::string& body = "") {
    return http_->call({method, path, body, "application/json"}, nullptr);
  }
  void set_block(const std::string& name, const std::string& value) {
    const HttpReply reply =
        ask("PUT", "/" + index_ + "/_settings", "{\"index.blocks." + name + "\":" + value + "}");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  int count() {
    ask("POST", "/" + index_ + "/_refresh");
    const std::string body = ask("GET", "/" + index_ + "/_count").body;
    return body.starts_with("{\"count\":") ? std::stoi(body.substr(9)) : -1;
  }
  std::string source_of(const std::string& id) {
    return ask("GET", "/" + index_ + "/_source/" + id).body;
  }
  Value::Table config(Value::Table more = {}) const {
    Value::Table all{{"hosts", url_},       {"index", index_},     {"id", "{n}"},
                     {"retry_min", 20'000}, {"retry_max", 50'000}, {"delivery", "early"}};
    for (auto& [key, value] : more) {
      std::erase_if(all, [&](const auto& kv) { return kv.first == key; });
      all.emplace_back(key, std::move(value));
    }
    return all;
  }
  static Harness sink() { return Harness(wf::testing::component_of("elasticsearch.sink")); }
  static wf::Batch numbers(int from, int count) {
    std::string text = "n:int64\n";
    for (int i = from; i < from + count; ++i) text += std::to_string(i) + "\n";
    return wf::testing::batch(text);
  }
  wf::Status write(const wf::Batch& rows, Value::Table more = {}) {
    Harness h = sink();
    WF_TRY(h.run(config(std::move(more)), {rows}));
    return h.conservation();
  }
  /// Reads all with the source.
  static wf::Status drain(Harness& h) {
    const auto end = Clock::now() + std::chrono::seconds(30);
    while (Clock::now() < end) {
      WF_ASSIGN(const int32_t answer, h.next(std::chrono::milliseconds(200)));
      if (answer == WF_SOURCE_END) return {};
    }
    return wf::timed_out("no end came");
  }

  std::string url_, index_;
  std::unique_ptr<HttpPool> http_;
};

TEST_F(OpenSearch, RowsComeBackAsTheyWere) {
  const wf::Batch rows = wf::testing::batch(
      "n:int64 body:utf8 score:float64 ok:bool at:timestamp tags:list<utf8> raw:binary\n"
      "1 | \"Gr\xC3\xBC\xC3\x9F \\\"x\\\"\\n\" | 0.1 | true | 1466899200123456 | [a, b] | "
      "\"\\xFF\"\n"
      "2 | null | -1e30 | false | 0 | [] | null\n"
      "9007199254740993 | x | 3 | null | null | null | \"\"\n");
  ASSERT_TRUE(write(rows, {{"gzip", true}, {"refresh", "true"}}).ok());
  Harness h(wf::testing::component_of("elasticsearch.source"));
  ASSERT_TRUE(h.start({{"hosts", url_},
                       {"index", index_},
                       {"page_rows", 2},
                       {"sort", "at"},
                       {"gzip", true},
                       {"columns", Value::Table{{"n", "int64"},
                                                {"body", "utf8"},
                                                {"score", "float64"},
                                                {"ok", "bool"},
                                                {"at", "timestamp"},
                                                {"tags", "list<utf8>"},
                                                {"raw", "binary"}}}})
                  .ok());
  const wf::Status status = drain(h);
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_TRUE(h.close().ok());
  auto expected =
      std::vector<std::string>{wf::testing::row_text(rows, 0), wf::testing::row_text(rows, 1),
                               wf::testing::row_text(rows, 2)};
  std::vector<std::string> got;
  for (const wf::Batch& b : h.output())
    for (int64_t i = 0; i < b.rows(); ++i) got.push_back(wf::testing::row_text(b, i));
  std::sort(expected.begin(), expected.end());
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, expected);
}

TEST_F(OpenSearch, ATemplateTurnsDynamicMappingOffAndMisfitsAreRefused) {
  const std::string file = (std::filesystem::temp_directory_path() / (index_ + ".json")).string();
  std::ofstream(file) << "{\"index_patterns\":[\"" << index_
                      << "\"],\"template\":{\"mappings\":{\"properties\":{\"t\":{\"type\":"
                         "\"long\"}}}}}";
  Harness h = sink();
  const wf::Batch rows = wf::testing::batch("n:int64 t:utf8\n1 | 7\n2 | seven\n3 | 8\n");
  ASSERT_TRUE(h.run(config({{"template", file}, {"template_name", index_}}), {rows}).ok());
  std::filesystem::remove(file);
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "bad_document");
  EXPECT_EQ(h.refused()[0].text, "2 | seven");
  EXPECT_NE(h.refused()[0].message.find("mapper_parsing_exception"), std::string::npos);
  EXPECT_EQ(h.counters().passed, 2);
  EXPECT_TRUE(h.conservation().ok());
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(ask("GET", "/" + index_ + "/_mapping").body.find("\"n\":"), std::string::npos);
}

/// Pushes while the node refuses, lifts that after the first repetitions, and expects all there.
class OpenSearchRefuses : public OpenSearch {
 protected:
  void outlast(const std::function<void()>& lift, const char* metric) {
    Harness h = sink();
    ASSERT_TRUE(h.start(config(), {numbers(0, 1).schema()}).ok());
    ASSERT_TRUE(h.push(numbers(0, 500)).ok());
    ASSERT_TRUE(eventually([&] { return h.host().metrics()[metric] > 0; }));
    EXPECT_EQ(h.counters().passed, 0);
    lift();
    ASSERT_TRUE(h.finish().ok());
    EXPECT_EQ(h.counters().passed, 500);
    EXPECT_TRUE(h.refused().empty());
    ASSERT_TRUE(h.close().ok());
    EXPECT_EQ(count(), 500);
  }
};

TEST_F(OpenSearchRefuses, ItemsForNow) {
  ask("PUT", "/" + index_);
  set_block("read_only_allow_delete", "true");
  outlast([this] { set_block("read_only_allow_delete", "null"); }, "retries");
}

TEST_F(OpenSearchRefuses, WritingAtAll) {
  ask("PUT", "/" + index_);
  set_block("write", "true");
  outlast([this] { set_block("write", "null"); }, "stops");
}

TEST_F(OpenSearchRefuses, RequestsThatAreTooManyBytesAtOnce) {
  ask("PUT", "/" + index_);
  const auto limit = [this](const std::string& value) {
    return ask("PUT", "/_cluster/settings",
               "{\"transient\":{\"network.breaker.inflight_requests.limit\":" + value + "}}")
        .status;
  };
  ASSERT_EQ(limit("\"10kb\""), 200);
  outlast([&] { EXPECT_EQ(limit("null"), 200); }, "retries");
}

TEST_F(OpenSearch, CreateTellsAnotherDocumentFromItsOwn) {
  ASSERT_TRUE(write(numbers(0, 2)).ok());
  for (const uint32_t deterministic : {1u, 2u}) {
    Harness h = sink();
    h.host().task().deterministic = deterministic;
    ASSERT_TRUE(h.run(config({{"op", "create"}}), {numbers(1, 2)}).ok());
    EXPECT_EQ(h.refused().size(), deterministic == 1 ? 0u : 2u);
    EXPECT_TRUE(h.conservation().ok());
  }
  EXPECT_EQ(count(), 3);
}

TEST_F(OpenSearch, AnOlderVersionDoesNotReplaceANewerOne) {
  const auto rows = [](const char* v, const char* t) {
    return wf::testing::batch("n:int64 v:int64 t:utf8\n1 | " + std::string(v) + " | " + t + "\n");
  };
  for (const auto& [version, text] : {std::pair{"5", "new"}, {"3", "old"}})
    ASSERT_TRUE(write(rows(version, text), {{"version", "v"}}).ok());
  EXPECT_EQ(source_of("1"), "{\"n\":1,\"v\":5,\"t\":\"new\"}");
}

TEST_F(OpenSearch, UpdateMergesAndDeleteRemoves) {
  ASSERT_TRUE(write(wf::testing::batch("n:int64 a:utf8\n1 | x\n")).ok());
  ASSERT_TRUE(write(wf::testing::batch("n:int64 b:utf8\n1 | y\n2 | z\n"), {{"op", "update"}}).ok());
  EXPECT_EQ(source_of("1"), "{\"n\":1,\"a\":\"x\",\"b\":\"y\"}");
  EXPECT_EQ(count(), 2);
  ASSERT_TRUE(write(numbers(2, 2), {{"op", "delete"}}).ok());  // 3 is not there
  EXPECT_EQ(count(), 1);
  Harness h = sink();
  ASSERT_TRUE(h.run(config({{"op", "update"}, {"upsert", false}}), {numbers(7, 1)}).ok());
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "not_found");
}

TEST_F(OpenSearch, ADataStreamTakesDocuments) {
  const std::string file = (std::filesystem::temp_directory_path() / (index_ + ".json")).string();
  std::ofstream(file) << "{\"index_patterns\":[\"" << index_
                      << "\"],\"data_stream\":{},\"template\":{}}";
  const wf::Batch rows = wf::testing::batch("n:int64 at:timestamp\n1 | 1466899200000000\n2 | 1\n");
  EXPECT_TRUE(write(rows, {{"op", "create"},
                           {"id", ""},
                           {"data_stream", true},
                           {"timestamp", "at"},
                           {"template", file},
                           {"template_name", index_}})
                  .ok());
  std::filesystem::remove(file);
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(ask("DELETE", "/_data_stream/" + index_).status, 200);
}

TEST_F(OpenSearch, WhatWasPendingGoesOnInTheNextProcess) {
  ask("PUT", "/" + index_);
  set_block("read_only_allow_delete", "true");
  std::string state;
  {
    Harness h = sink();
    h.host().task().checkpointed = 1;
    ASSERT_TRUE(h.start(config({{"flush_timeout", 200'000}}), {numbers(0, 1).schema()}).ok());
    ASSERT_TRUE(h.push(numbers(0, 100)).ok());
    const auto taken = h.snapshot(1);
    ASSERT_TRUE(taken.ok());
    state = *taken;
    h.cancel();
    ASSERT_TRUE(h.close().ok());
  }
  set_block("read_only_allow_delete", "null");
  EXPECT_EQ(count(), 0);
  Harness h = sink();
  ASSERT_TRUE(h.start(config(), {numbers(0, 1).schema()}).ok());
  ASSERT_TRUE(h.restore(state).ok());
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.counters().passed, 100);
  ASSERT_TRUE(h.close().ok());
  EXPECT_EQ(count(), 100);
}

TEST_F(OpenSearch, CommittedEpochsGoAfterTheirCommit) {
  Harness h = sink();
  h.host().task().checkpointed = 1;
  ASSERT_TRUE(h.start(config({{"delivery", "on_commit"}}), {numbers(0, 1).schema()}).ok());
  ASSERT_TRUE(h.push(numbers(0, 10)).ok());
  const auto blob = h.prepare(1);
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ(count(), -1);  // there is no index yet
  ASSERT_TRUE(h.commit_blob(*blob, 1).ok());
  ASSERT_TRUE(h.push(numbers(10, 10)).ok());
  ASSERT_TRUE(h.commit(2).ok());
  ASSERT_TRUE(eventually([&] { return h.host().metrics()["documents"] == 20; }));
  EXPECT_EQ(count(), 20);
  ASSERT_TRUE(h.close().ok());
}

TEST_F(OpenSearch, ASearchGoesOnAfterItsPointInTimeExpired) {
  ASSERT_TRUE(write(numbers(0, 250), {{"refresh", "true"}}).ok());
  const Value::Table search{
      {"hosts", url_},
      {"index", index_},
      {"page_rows", 100},
      {"query", Value::Table{{"range", Value::Table{{"n", Value::Table{{"lt", 240}}}}}}},
      {"columns", Value::Table{{"n", "int64"}}}};
  Harness first(wf::testing::component_of("elasticsearch.source"));
  Harness second(wf::testing::component_of("elasticsearch.source"));
  ASSERT_TRUE(first.start(search).ok());
  while (first.output().empty()) ASSERT_TRUE(first.next(std::chrono::seconds(1)).ok());
  const std::string state = first.snapshot(1).value();
  ASSERT_TRUE(first.close().ok());  // ends the point in time
  ASSERT_TRUE(second.start(search).ok());
  ASSERT_TRUE(second.restore(state).ok());
  const wf::Status status = drain(second);
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_TRUE(second.close().ok());
  std::set<std::string> all;
  for (const auto& n : first.column("n")) all.insert(n);
  for (const auto& n : second.column("n")) EXPECT_TRUE(all.insert(n).second) << n;
  EXPECT_EQ(all.size(), 240u);
}

TEST_F(OpenSearch, ASearchThatIsWrongSaysSo) {
  ask("PUT", "/" + index_);
  const auto status_of = [&](const std::string& index, Value query) {
    Harness h(wf::testing::component_of("elasticsearch.source"));
    EXPECT_TRUE(
        h.start({{"hosts", url_}, {"index", index}, {"query", query}, {"id_column", "id"}}).ok());
    return drain(h);
  };
  EXPECT_EQ(status_of(index_ + "-not", Value()).code(), wf::Code::not_found);
  const wf::Status status = status_of(index_, Value::Table{{"trem", Value::Table{}}});
  EXPECT_EQ(status.code(), wf::Code::invalid_config);
  EXPECT_NE(status.message().find("trem"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace weirflow::elasticsearch
