// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// elasticsearch.source through its C entry, against a stand-in for a node.
#include <gtest/gtest.h>

#include "fake_node.h"
#include "search_reply.h"
#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::elasticsearch {
namespace {

using std::chrono::milliseconds;
using wf::Code;
using wf::Value;
using wf::testing::Harness;

constexpr wf::Duration kWait = milliseconds(200);

std::string error(const std::string& type) {
  return R"({"error":{"type":")" + type + R"(","reason":"why"}})";
}

/// Documents 0 to `count`-1 sorted by number; the point in time is "p1", "p2", ...
class Index {
 public:
  explicit Index(int count) : count_(count) {}
  FakeReply answer(const FakeRequest& request) {
    if (request.method == "DELETE") return {200, "{}", ""};
    const bool is_elastic = request.path.find("/_pit?") != std::string::npos;
    if (is_elastic || request.path.find("/_search/point_in_time?") != std::string::npos) {
      if (is_elastic != is_elastic_) return {400, error("no_handler"), ""};
      pit_ = "p" + std::to_string(++pits_);
      return {200, "{\"" + std::string(is_elastic ? "id" : "pit_id") + "\":\"" + pit_ + "\"}", ""};
    }
    if (failures_ > 0) return --failures_, FakeReply{503, "", ""};
    if (request.body.find("\"pit\":{\"id\":\"" + pit_ + "\"") == std::string::npos)
      return {404, error("search_context_missing_exception"), ""};
    const size_t at = request.body.find("\"search_after\":[");
    int from = at == std::string::npos ? 0 : std::stoi(request.body.substr(at + 16)) + 1;
    const int size = std::stoi(request.body.substr(request.body.find("\"size\":") + 7));
    std::string hits;
    for (int n = from; n < std::min(count_, from + size); ++n)
      hits += (hits.empty() ? "" : ",") + hit(n);
    return {200, "{\"timed_out\":false,\"hits\":{\"hits\":[" + hits + "]}}", ""};
  }
  static std::string hit(int n) {
    const std::string number = std::to_string(n);
    return "{\"_index\":\"i\",\"_id\":\"d" + number +
           "\",\"_source\":{\"n\":" + (n == 3 ? "\"three\"" : number) +
           ",\"big\":123456789012345678901234567890, \"a\":{\"b\":\"x" + number +
           "\"}},\"sort\":[" + number + "]}";
  }
  void expire() { pit_ = "none"; }

  bool is_elastic_ = false;
  std::atomic<int> failures_{0};

 private:
  int count_, pits_ = 0;
  std::string pit_;
};

struct Bench {
  explicit Bench(int count) : index(count) {}
  Index index;
  FakeNode node{[this](const FakeRequest& request) { return index.answer(request); }};
  [[nodiscard]] Value::Table config(Value::Table more = {}) const {
    Value::Table all{
        {"hosts", node.url()},
        {"index", "i-*,j"},
        {"page_rows", 2},
        {"retry_min", 1000},
        {"retry_max", 2000},
        {"columns",
         Value::Table{{"n", "int64"}, {"b", Value::Table{{"path", "/a/b"}, {"type", "utf8"}}}}}};
    for (auto& [key, value] : more) {
      std::erase_if(all, [&](const auto& kv) { return kv.first == key; });
      all.emplace_back(key, std::move(value));
    }
    return all;
  }
};

Harness source() { return Harness(wf::testing::component_of("elasticsearch.source")); }

/// Asks until the end, a failure, or 20 s.
wf::Status drain(Harness& h) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < end) {
    WF_ASSIGN(const int32_t answer, h.next(kWait));
    if (answer == WF_SOURCE_END) return {};
  }
  return wf::timed_out("no end came");
}

TEST(Source, ReadsPageByPageAndRefusesMisfits) {
  Bench s(5);
  Harness h = source();
  ASSERT_TRUE(h.start(s.config({{"id_column", "id"}, {"index_column", "from"}})).ok());
  ASSERT_TRUE(drain(h).ok());
  EXPECT_EQ(h.text(),
            "n:int64 b:utf8 id:utf8 from:utf8\n0 | x0 | d0 | i\n1 | x1 | d1 | i\n2 | x2 | d2 | i\n"
            "4 | x4 | d4 | i\n");
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "bad_value");
  EXPECT_EQ(h.refused()[0].position, "i/d3");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  ASSERT_TRUE(h.close().ok());
  const auto requests = s.node.requests();
  EXPECT_EQ(requests[0].path, "/i-*,j/_search/point_in_time?keep_alive=300s");
  EXPECT_EQ(requests[1].body,
            "{\"size\":2,\"track_total_hits\":false,\"query\":{\"match_all\":{}},"
            "\"pit\":{\"id\":\"p1\",\"keep_alive\":\"300s\"},\"sort\":[{\"_id\":\"asc\"}]}");
  EXPECT_NE(requests[2].body.find(",\"search_after\":[1]}"), std::string::npos);
  EXPECT_EQ(requests.back().method, "DELETE");
  EXPECT_EQ(requests.back().body, "{\"pit_id\":[\"p1\"]}");
}

TEST(Source, ValuesKeepTheirDigits) {
  Bench s(1);
  Harness h = source();
  ASSERT_TRUE(h.start(s.config({{"columns", Value::Table{{"big", "utf8"}}}})).ok());
  ASSERT_TRUE(drain(h).ok());
  EXPECT_EQ(h.text(), "big:utf8\n123456789012345678901234567890\n");
}

TEST(Source, FindsElasticsearchByItself) {
  Bench s(3);
  s.index.is_elastic_ = true;
  Harness h = source();
  ASSERT_TRUE(h.start(s.config({{"query", Value::Table{{"term", Value::Table{{"n", 1}}}}}})).ok());
  ASSERT_TRUE(drain(h).ok());
  ASSERT_TRUE(h.close().ok());
  const auto requests = s.node.requests();
  EXPECT_EQ(requests[1].path, "/i-*,j/_pit?keep_alive=300s");
  EXPECT_NE(requests[2].body.find("\"query\":{\"term\":{\"n\":1}}"), std::string::npos);
  EXPECT_NE(requests[2].body.find("\"sort\":[{\"_shard_doc\":\"asc\"}]"), std::string::npos);
  EXPECT_EQ(requests.back().body, "{\"id\":\"p1\"}");
}

TEST(Source, SortIsAsTold) {
  Bench s(0);
  Harness h = source();
  ASSERT_TRUE(
      h.start(s.config({{"sort", Value::List{"at:desc", "a:b"}}, {"query", "{\"match_all\": {}}"}}))
          .ok());
  ASSERT_TRUE(drain(h).ok());
  EXPECT_NE(s.node.requests()[1].body.find(
                "\"sort\":[{\"at\":\"desc\"},{\"a:b\":\"asc\"},{\"_id\":\"asc\"}]"),
            std::string::npos);
}

TEST(Source, ASnapshotGoesOnBehindTheLastPage) {
  Bench s(9);
  Harness first = source(), second = source();
  ASSERT_TRUE(first.start(s.config()).ok());
  while (first.output().empty()) ASSERT_TRUE(first.next(kWait).ok());
  const std::string state = first.snapshot(1).value();
  ASSERT_TRUE(second.start(s.config()).ok());
  ASSERT_TRUE(second.restore(state).ok());
  ASSERT_TRUE(drain(second).ok());
  EXPECT_EQ(first.column("n"), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(second.column("n"), (std::vector<std::string>{"2", "4", "5", "6", "7", "8"}));
  Harness third = source();
  ASSERT_TRUE(third.start(s.config()).ok());
  ASSERT_TRUE(third.restore(second.snapshot(2).value()).ok());
  ASSERT_TRUE(drain(third).ok());
  EXPECT_TRUE(third.output().empty());
  EXPECT_EQ(third.restore("nonsense").code(), Code::invalid_data);
}

TEST(Source, AnExpiredPointInTimeIsReplacedWhereTheOrderAllows) {
  for (const bool is_elastic : {false, true}) {
    Bench s(9);
    s.index.is_elastic_ = is_elastic;
    Harness first = source(), second = source();
    ASSERT_TRUE(first.start(s.config()).ok());
    while (first.output().empty()) ASSERT_TRUE(first.next(kWait).ok());
    const std::string state = first.snapshot(1).value();
    s.index.expire();
    ASSERT_TRUE(second.start(s.config()).ok());
    ASSERT_TRUE(second.restore(state).ok());
    const wf::Status status = drain(second);
    if (is_elastic) {
      EXPECT_EQ(status.code(), Code::unavailable);
      EXPECT_FALSE(status.retryable());
      EXPECT_EQ(status.place()->key, "sort");
      continue;
    }
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(second.column("n").size(), 6u);
    EXPECT_EQ(second.host().logs().size(), 1u);
  }
}

TEST(Source, ANodeThatFailsIsAskedAgainForATime) {
  Bench s(3);
  s.index.failures_ = 3;
  Harness h = source();
  ASSERT_TRUE(h.start(s.config()).ok());
  ASSERT_TRUE(drain(h).ok());
  EXPECT_EQ(h.column("n").size(), 3u);
  EXPECT_EQ(h.host().metrics()["retries"], 3);
  s.index.failures_ = 1'000'000;
  Harness never = source();
  ASSERT_TRUE(never.start(s.config({{"retry_for", 20'000}})).ok());
  EXPECT_EQ(drain(never).code(), Code::unavailable);
}

TEST(Source, RefusalsOfTheNodeSayWhatIsWrong) {
  const auto status_of = [](int status, const std::string& type, bool at_search) {
    FakeNode node([&](const FakeRequest& request) -> FakeReply {
      if (at_search && request.path.find("point_in_time") != std::string::npos)
        return {200, "{\"pit_id\":\"p\"}", ""};
      return {status, error(type), ""};
    });
    Harness h = source();
    EXPECT_TRUE(h.start({{"hosts", node.url()}, {"index", "i"}, {"id_column", "id"}}).ok());
    return drain(h);
  };
  EXPECT_EQ(status_of(404, "index_not_found_exception", false).code(), Code::not_found);
  EXPECT_EQ(status_of(401, "security_exception", false).code(), Code::permission_denied);
  EXPECT_EQ(status_of(403, "security_exception", true).code(), Code::permission_denied);
  EXPECT_EQ(status_of(400, "other", false).code(), Code::invalid_config);
  const wf::Status query = status_of(400, "parsing_exception", true);
  EXPECT_EQ(query.code(), Code::invalid_config);
  EXPECT_NE(query.message().find("parsing_exception: why"), std::string::npos);
  EXPECT_EQ(status_of(404, "search_context_missing_exception", true).code(), Code::unavailable);
}

TEST(Source, IdleWhileTheNodeThinksAndWokenByCancel) {
  std::atomic<bool> goes_on{false};
  FakeNode node([&](const FakeRequest&) {
    eventually([&] { return goes_on.load(); });
    return FakeReply{200, "{}", ""};
  });
  Harness h = source();
  ASSERT_TRUE(h.start({{"hosts", node.url()}, {"index", "i"}, {"id_column", "id"}}).ok());
  EXPECT_EQ(h.next(milliseconds(1)).value(), WF_SOURCE_IDLE);
  std::thread other([&] { h.cancel(); });
  EXPECT_EQ(h.next(std::chrono::seconds(20)).value(), WF_SOURCE_IDLE);
  other.join();
  goes_on = true;
  ASSERT_TRUE(h.close().ok());
}

TEST(Source, WrongConfigurationNamesItsKey) {
  Bench s(0);
  const auto key = [&](Value::Table more) {
    Harness h = source();
    wf::Status status = h.configure(s.config(std::move(more)));
    if (status.ok()) status = h.bind();
    return status.place() ? status.place()->key : status.to_string();
  };
  EXPECT_EQ(key({{"query", "{"}}), "query");
  EXPECT_EQ(key({{"query", "[]"}}), "query");
  EXPECT_EQ(key({{"query", Value::Table{{"query", Value::Table{}}}}}), "query");
  EXPECT_EQ(key({{"columns", Value::Table{}}}), "columns");
  EXPECT_EQ(key({{"columns", Value::Table{{"a", "int63"}}}}), "columns.a");
  EXPECT_EQ(key({{"columns", Value::Table{{"a", Value::Table{{"path", "/x"}}}}}}), "columns.a");
  EXPECT_EQ(key({{"columns", Value::Table{{"a", Value::Table{{"typ", "utf8"}}}}}}), "columns.a");
  EXPECT_EQ(key({{"id_column", "n"}}), "id_column");
}

TEST(SearchReply, RefusesWhatIsNoPage) {
  EXPECT_TRUE(parse_page(R"({"hits":{"hits":[]}})").ok());
  for (const char* text : {"", "[]", "{", R"({"hits":3})", R"({"hits":{"hits":[{"_id":"a"}]}})",
                           R"({"timed_out":true,"hits":{"hits":[]}})", R"({"hits":{"hits":[3]}})"})
    EXPECT_EQ(parse_page(text).status().code(), wf::Code::invalid_data) << text;
}

}  // namespace
}  // namespace weirflow::elasticsearch
