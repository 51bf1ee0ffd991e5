// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sink.h"

#include <gtest/gtest.h>

#include "cluster.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::kafka {
namespace {

using testing::eventually;
using testing::MockCluster;
using wf::Code;
using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Table = Value::Table;
using List = Value::List;

class KafkaSink : public ::testing::Test {
 protected:
  Table keys(Table more) {
    // The mock brokers have no controller to ask for settings of topics: that wait is in vain.
    Table all{{"brokers", mock_.bootstrap()}, {"topic", "t"}, {"connect_timeout", 300'000}};
    for (auto& item : more) {
      std::erase_if(all, [&](const auto& kv) { return kv.first == item.first; });
      all.push_back(std::move(item));
    }
    return all;
  }
  void expect_conserved(const Harness& h) {
    EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  }
  MockCluster mock_;
};

TEST_F(KafkaSink, WritesRowsAsJson) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  const auto rows =
      batch("id:int64 body:utf8 at:timestamp\n1 | a \"b\" | 1000000\n2 | null | null");
  const wf::Status status = h.run(keys({}), {rows});
  ASSERT_TRUE(status.ok()) << status.message();
  const auto seen = mock_.read("t", 1);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(*seen[0].value, R"({"id":1,"body":"a \"b\"","at":"1970-01-01T00:00:01Z"})");
  EXPECT_EQ(*seen[1].value, R"({"id":2,"body":null,"at":null})");
  EXPECT_EQ(h.counters().passed, 2);
  expect_conserved(h);
  EXPECT_EQ(h.unreleased(), 0);
}

TEST_F(KafkaSink, KeysHeadersTimesAndPartitions) {
  mock_.create("t", 3);
  Harness h = Harness::of<Sink>();
  const auto rows = batch(
      "id:int64 body:utf8 at:timestamp part:int32 h:utf8 n:float64\n"
      "7 | x | 1700000000123000 | 2 | one | 0.5\n8 | null | null | 0 | null | 1\n"
      "null | y | 1700000000000000 | 1 | \"\" | 2");
  ASSERT_TRUE(h.run(keys({{"format", "utf8"},
                          {"value", "body"},
                          {"key", "id"},
                          {"timestamp", "at"},
                          {"partition", "part"},
                          {"headers", List{"h", "n"}}}),
                    {rows})
                  .ok());
  const auto seen = mock_.read("t", 3);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].partition, 0);
  EXPECT_EQ(seen[0].value, std::nullopt);
  EXPECT_EQ(*seen[0].key, "8");
  EXPECT_EQ(seen[0].headers.at("h"), "null");
  EXPECT_EQ(seen[1].key, std::nullopt);
  EXPECT_EQ(seen[1].headers.at("h"), "");
  EXPECT_EQ(*seen[2].value, "x");
  EXPECT_EQ(*seen[2].key, "7");
  EXPECT_EQ(seen[2].timestamp_ms, 1'700'000'000'123);
  EXPECT_EQ(seen[2].headers.at("n"), "0.5");
  expect_conserved(h);
}

TEST_F(KafkaSink, AnEmptyValueIsNoTombstone) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  const auto rows = batch("v:utf8\n\"\"");
  ASSERT_TRUE(h.start(keys({{"format", "utf8"}, {"value", "v"}}), {rows.schema()}).ok());
  ArrowArray array{};
  wf::export_batch(rows, &array);
  array.children[0]->buffers[2] = nullptr;  // allowed where there are no bytes
  ASSERT_TRUE(h.push_array(&array, rows).ok());
  ASSERT_TRUE(h.finish().ok());
  const auto seen = mock_.read("t", 1);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].value, "");
}

TEST_F(KafkaSink, ColumnsAndNullsOfTheObject) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(h.run(keys({{"columns", List{"b", "a"}}, {"nulls", false}}),
                    {batch("a:int64 b:utf8 c:bool\n1 | x | true\nnull | y | false")})
                  .ok());
  const auto seen = mock_.read("t", 1);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(*seen[0].value, R"({"b":"x","a":1})");
  EXPECT_EQ(*seen[1].value, R"({"b":"y"})");
}

TEST_F(KafkaSink, RefusesRowsThatCannotBeSent) {
  mock_.create("a", 1);
  Harness h = Harness::of<Sink>();
  const auto rows = batch(
      "to:utf8 v:utf8 p:int64 at:timestamp\n"
      "a | fine | 0 | 5000000\nno/topic | x | 0 | 5000000\nnull | x | 0 | 5000000\n"
      "a | x | -1 | 5000000\na | x | 0 | -5\na | x | 77 | 5000000");
  const wf::Status status = h.run(keys({{"topic", ""},
                                        {"topic_column", "to"},
                                        {"format", "raw"},
                                        {"value", "v"},
                                        {"partition", "p"},
                                        {"timestamp", "at"}}),
                                  {rows});
  ASSERT_TRUE(status.ok()) << status.message();
  std::vector<std::string> codes;
  for (const auto& r : h.refused()) codes.push_back(r.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"bad_topic", "bad_topic", "bad_partition",
                                             "bad_timestamp", "bad_partition"}));
  EXPECT_EQ(h.refused()[4].text, "a | x | 77 | 5000000");
  EXPECT_EQ(mock_.read("a", 1).size(), 1u);
  expect_conserved(h);
}

TEST_F(KafkaSink, RefusesRowsThatAreTooLargeBeforeSending) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(
      h.start(keys({{"format", "utf8"}, {"value", "v"}}), {batch("v:utf8\nx").schema()}).ok());
  const std::string fits(1'048'588 - 82, 'x');
  ASSERT_TRUE(h.push(batch("v:utf8\n" + fits)).ok());
  ASSERT_TRUE(h.push(batch("v:utf8\n" + fits + "y")).ok());
  ASSERT_TRUE(h.finish().ok());
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "too_large");
  EXPECT_NE(h.refused()[0].message.find("1048588"), std::string::npos) << h.refused()[0].message;
  expect_conserved(h);
  ASSERT_TRUE(h.close().ok());
  const auto seen = mock_.read("t", 1);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].value->size(), fits.size());
}

TEST_F(KafkaSink, RowsThatTheBrokerWillNeverTakeAreRefused) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(h.start(keys({}), {batch("a:int64\n1").schema()}).ok());
  rd_kafka_mock_push_request_errors(mock_.cluster(), 0 /* Produce */, 1,
                                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  ASSERT_TRUE(h.push(batch("a:int64\n1")).ok());
  ASSERT_TRUE(eventually([&] { return h.refused().size() == 1; }));
  EXPECT_EQ(h.refused()[0].code, "too_large");
  EXPECT_EQ(h.refused()[0].text, "1");
  ASSERT_TRUE(h.push(batch("a:int64\n2")).ok());
  ASSERT_TRUE(h.finish().ok());
  expect_conserved(h);
  EXPECT_EQ(mock_.read("t", 1).size(), 1u);
}

TEST_F(KafkaSink, PassingFailuresAreRetried) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(h.start(keys({}), {batch("a:int64\n1").schema()}).ok());
  rd_kafka_mock_push_request_errors(mock_.cluster(), 0, 2,
                                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
  ASSERT_TRUE(h.push(batch("a:int64\n1\n2\n3")).ok());
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(mock_.read("t", 1).size(), 3u);
  expect_conserved(h);
}

TEST_F(KafkaSink, WhatIsNotAcknowledgedIsInTheSnapshotAndSentAgain) {
  mock_.create("t", 1);
  const Table config = keys({{"format", "utf8"},
                             {"value", "v"},
                             {"key", "k"},
                             {"headers", "h"},
                             {"timestamp", "at"},
                             {"flush_timeout", 50'000}});
  const auto rows = batch(
      "v:utf8 k:utf8 h:utf8 at:timestamp\n\"a\\nb\" | k1 | h1 | 9000000\n"
      "null | null | null | 9000000");
  std::string snapshot;
  {
    Harness h = Harness::of<Sink>();
    h.host().task().checkpointed = 1;
    ASSERT_TRUE(h.start(config, {rows.schema()}).ok());
    rd_kafka_mock_broker_set_down(mock_.cluster(), 1);
    ASSERT_TRUE(h.push(rows).ok());
    const auto taken = h.snapshot(3);
    ASSERT_TRUE(taken.ok()) << taken.status().message();
    snapshot = *taken;
    EXPECT_EQ(h.counters().passed, 0);
  }
  EXPECT_EQ(snapshot.substr(0, 13), "kafka.sink 1\n");
  rd_kafka_mock_broker_set_up(mock_.cluster(), 1);
  Harness h = Harness::of<Sink>();
  h.host().task().checkpointed = 1;
  ASSERT_TRUE(h.start(config, {rows.schema()}).ok());
  ASSERT_TRUE(h.restore(snapshot).ok());
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.counters().passed, 2);
  const auto seen = mock_.read("t", 1);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(*seen[0].value, "a\nb");
  EXPECT_EQ(*seen[0].key, "k1");
  EXPECT_EQ(seen[0].headers.at("h"), "h1");
  EXPECT_EQ(seen[0].timestamp_ms, 9000);
  EXPECT_EQ(seen[1].value, std::nullopt);
  EXPECT_EQ(seen[1].key, std::nullopt);
  EXPECT_EQ(seen[1].headers.at("h"), "null");
}

TEST_F(KafkaSink, NothingPendingIsAnEmptySnapshot) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  h.host().task().checkpointed = 1;
  ASSERT_TRUE(h.start(keys({}), {batch("a:int64\n1").schema()}).ok());
  ASSERT_TRUE(h.push(batch("a:int64\n1")).ok());
  EXPECT_EQ(*h.snapshot(1), "");
  EXPECT_EQ(h.counters().passed, 1);
}

TEST_F(KafkaSink, RefusesDamagedSnapshots) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(h.start(keys({}), {batch("a:int64\n1").schema()}).ok());
  for (const char* text :
       {"x", "kafka.sink 1\nmessage", "kafka.sink 1\nmessage t -1 0 - 5 0\nabc\n",
        "kafka.sink 1\nmessage t -1 0 - 3 0\nabcd", "kafka.sink 1\nmessage t x 0 - - 0\n\n",
        "kafka.sink 1\nmessage t -1 0 - - 9\n\n1 1\nab\n"}) {
    EXPECT_EQ(h.restore(text).code(), Code::invalid_data) << text;
  }
}

TEST_F(KafkaSink, LetsSourcesRestWhileTheBrokersAreDown) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  h.host().task().checkpointed = 1;
  ASSERT_TRUE(h.start(keys({{"pending_bytes", 65'536}, {"flush_timeout", 10'000}}),
                      {batch("v:utf8\nx").schema()})
                  .ok());
  ASSERT_TRUE(h.push(batch("v:utf8\nfirst")).ok());
  ASSERT_TRUE(eventually([&] { return h.counters().passed == 1; }));
  rd_kafka_mock_broker_set_down(mock_.cluster(), 1);
  const auto rows = batch("v:utf8\n" + std::string(50'000, 'x'));
  ASSERT_TRUE(h.push(rows).ok());
  EXPECT_EQ(h.host().pressure(), "");
  ASSERT_TRUE(h.push(rows).ok());
  EXPECT_NE(h.host().pressure().find("2 rows"), std::string::npos) << h.host().pressure();
  EXPECT_GT(h.host().memory_held(), 100'000);
  ASSERT_TRUE(h.snapshot(1).ok());
  rd_kafka_mock_broker_set_up(mock_.cluster(), 1);
  ASSERT_TRUE(eventually([&] { return h.counters().passed == 3; }));
  EXPECT_EQ(h.host().pressure(), "");
  EXPECT_EQ(h.host().memory_held(), 0);
}

TEST_F(KafkaSink, ARunWithoutCheckpointsFailsWhenNothingIsAcknowledged) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(h.start(keys({{"delivery_timeout", 400'000}}), {batch("a:int64\n1").schema()}).ok());
  rd_kafka_mock_broker_set_down(mock_.cluster(), 1);
  ASSERT_TRUE(h.push(batch("a:int64\n1")).ok());
  const wf::Status status = h.finish();
  EXPECT_EQ(status.code(), Code::unavailable);
  EXPECT_NE(status.message().find("1 rows are not acknowledged"), std::string::npos)
      << status.message();
}

TEST_F(KafkaSink, ATopicThatIsTakenAwayFailsTheSinkAndKeepsTheRows) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  h.host().task().checkpointed = 1;
  ASSERT_TRUE(h.start(keys({}), {batch("a:int64\n1").schema()}).ok());
  rd_kafka_mock_push_request_errors(mock_.cluster(), 0, 1,
                                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  ASSERT_TRUE(h.push(batch("a:int64\n1")).ok());
  wf::Status status;
  ASSERT_TRUE(eventually([&] { return !(status = h.snapshot(1).status()).ok(); }));
  EXPECT_EQ(status.code(), Code::permission_denied);
  EXPECT_NE(status.message().find("topic 't'"), std::string::npos) << status.message();
  EXPECT_TRUE(h.refused().empty());
  EXPECT_EQ(h.counters().passed, 0);
}

TEST_F(KafkaSink, AtMostOnceWaitsForNobody) {
  mock_.create("t", 1);
  Harness h = Harness::of<Sink>();
  h.host().task().checkpointed = 1;
  ASSERT_TRUE(h.start(keys({{"delivery", "at_most_once"}, {"flush_timeout", 10'000}}),
                      {batch("a:int64\n1").schema()})
                  .ok());
  rd_kafka_mock_broker_set_down(mock_.cluster(), 1);
  ASSERT_TRUE(h.push(batch("a:int64\n1\n2")).ok());
  EXPECT_EQ(*h.snapshot(1), "");
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.counters().passed, 2);
  expect_conserved(h);
}

TEST_F(KafkaSink, TopicsThatAreNotThere) {
  mock_.create("scores", 1);
  rd_kafka_mock_topic_set_error(mock_.cluster(), "score", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Harness h = Harness::of<Sink>();
  const wf::Status status = h.start(keys({{"topic", "score"}}), {batch("a:int64\n1").schema()});
  EXPECT_EQ(status.code(), Code::not_found);
  EXPECT_NE(status.message().find("'scores'"), std::string::npos) << status.message();
  Harness away = Harness::of<Sink>();
  const wf::Status down =
      away.start(keys({{"brokers", "127.0.0.1:1"}, {"connect_timeout", 200'000}}),
                 {batch("a:int64\n1").schema()});
  EXPECT_EQ(down.code(), Code::unavailable);
  EXPECT_NE(down.message().find("127.0.0.1:1"), std::string::npos) << down.message();
}

TEST_F(KafkaSink, RefusesConfigurationsThatCannotWork) {
  const auto refused = [&](Table more, const std::string& key, const std::string& part) {
    Harness h = Harness::of<Sink>();
    wf::Status status = h.configure(keys(std::move(more)));
    if (status.ok())
      status = h.bind({batch("id:int64 body:utf8 raw:binary at:timestamp\n").schema()});
    EXPECT_EQ(status.code(), Code::invalid_config) << part;
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
    ASSERT_TRUE(status.place()) << status.message();
    EXPECT_EQ(status.place()->key, key);
  };
  refused({{"topic", ""}}, "topic", "one of");
  refused({{"topic_column", "body"}}, "topic", "one of");
  refused({{"topic", "a b"}}, "topic", "no name for a topic");
  refused({{"format", "utf8"}}, "value", "needs 'value'");
  refused({{"format", "utf8"}, {"value", "raw"}}, "value", "format raw");
  refused({{"format", "utf8"}, {"value", "id"}}, "value", "is int64");
  refused({{"value", "body"}}, "value", "'columns'");
  refused({{"format", "raw"}, {"value", "raw"}, {"columns", "id"}}, "columns", "format json");
  refused({{"columns", "idd"}}, "columns", "idd");
  refused({{"key", "at"}}, "key", "is timestamp");
  refused({{"timestamp", "id"}}, "timestamp", "not timestamp");
  refused({{"partition", "body"}}, "partition", "not an integer");
  refused({{"options", Table{{"acks", "1"}}}}, "options", "always idempotent");
  refused({{"options", Table{{"transactional.id", "x"}}}}, "options", "the shard's");
  refused({{"options", Table{{"message.max.bytes", "9"}}}}, "options", "read from the topic");
}

TEST_F(KafkaSink, SinksShareATransactionByClusterAndOptions) {
  const auto told = [&](Table more) {
    Harness h = Harness::of<Sink>();
    EXPECT_TRUE(h.configure(keys(std::move(more))).ok());
    const auto* commit = static_cast<const wf_commit*>(
        h.instance()->get_extension(h.instance(), wf::str(WF_EXT_COMMIT)));
    std::string key, options;
    wf_error error = wf::make_error();
    const auto write = [](void* to, const void* data, size_t size) -> int32_t {
      static_cast<std::string*>(to)->append(static_cast<const char*>(data), size);
      return WF_OK;
    };
    const wf_writer to_key{sizeof(wf_writer), 0, &key, write};
    const wf_writer to_options{sizeof(wf_writer), 0, &options, write};
    EXPECT_EQ(commit->commit_key(h.instance(), &to_key, &error), WF_OK);
    EXPECT_EQ(commit->shared_options(h.instance(), &to_options, &error), WF_OK);
    return std::tuple(key, options, commit->mode(h.instance()), commit->replay(h.instance()));
  };
  const Table secret{{"brokers", List{"b:2", "a:1,b:2"}},
                     {"delivery", "exactly_once"},
                     {"security", Table{{"protocol", "sasl_ssl"},
                                        {"mechanism", "PLAIN"},
                                        {"username", "me"},
                                        {"password", "hush"}}}};
  const auto [key, options, mode, replay] = told(secret);
  EXPECT_EQ(key, "kafka a:1,b:2 sasl_ssl");
  EXPECT_NE(options.find("transaction.timeout.ms = 900000"), std::string::npos) << options;
  EXPECT_NE(options.find("sasl.username = me"), std::string::npos);
  EXPECT_EQ(options.find("hush"), std::string::npos);
  EXPECT_EQ(mode, WF_COMMIT_DECIDES);
  EXPECT_EQ(replay, WF_REPLAY_EXACT);
  EXPECT_EQ(std::get<2>(told({})), WF_COMMIT_NONE);
  EXPECT_EQ(std::get<3>(told({})), 0u);
}

}  // namespace
}  // namespace weirflow::kafka
