// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "cluster.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::kafka {
namespace {

using testing::eventually;
using testing::MockCluster;
using testing::Sent;
using wf::Code;
using wf::Value;
using wf::testing::Harness;
using Table = Value::Table;
using List = Value::List;
using std::chrono::milliseconds;

constexpr milliseconds kWait{500};

class KafkaSource : public ::testing::Test {
 protected:
  Table keys(Table more) {
    Table all{{"brokers", mock_.bootstrap()}, {"topics", "t"}};
    for (auto& item : more) {
      std::erase_if(all, [&](const auto& kv) { return kv.first == item.first; });
      all.push_back(std::move(item));
    }
    return all;
  }
  /// The rows of a run that ends by itself.
  Harness run(Table more) {
    Harness h = Harness::of<Source>();
    const wf::Status started = h.start(keys(std::move(more)));
    EXPECT_TRUE(started.ok()) << started.message();
    if (started.ok()) {
      const auto end = h.drain(200, kWait);
      EXPECT_TRUE(end.ok() && *end) << end.status().message();
      EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
    }
    return h;
  }
  void send_numbers(int from, int to, int partitions = 1, const std::string& topic = "t") {
    std::vector<Sent> records;
    for (int i = from; i < to; ++i)
      records.push_back({topic, std::to_string(i), {}, i % partitions, 1'000'000 + i, {}});
    mock_.send(records);
  }
  MockCluster mock_;
};

TEST_F(KafkaSource, ReadsToTheEndThatStoodAtTheStart) {
  mock_.create("t", 3);
  send_numbers(0, 10, 3);
  Harness h = run(
      {{"format", "utf8"}, {"stop", "latest"}, {"add", List{"kafka_partition", "kafka_offset"}}});
  auto values = h.column("value");
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  EXPECT_EQ(h.output_schema()->to_string(),
            "value: utf8, kafka_partition: int32, kafka_offset: int64");
  EXPECT_EQ(h.host().metrics().at("kafka_records"), 10);
  EXPECT_EQ(h.host().metrics().at("kafka_bytes"), 10);
  EXPECT_EQ(h.host().metrics().at("kafka_lag"), 0);
}

TEST_F(KafkaSource, AnEmptyTopicEndsAtOnce) {
  mock_.create("t", 2);
  EXPECT_EQ(run({{"stop", "latest"}}).text(), "value:binary\n");
}

TEST_F(KafkaSource, IdentityColumnsSayWhereARecordStood) {
  mock_.create("t", 1);
  mock_.send(
      {{"t", "x", "k", 0, 1'700'000'000'123, {{"a", "1"}, {"b", "2"}}}, {"t", "y", {}, 0, 5, {}}});
  Harness h = run({{"format", "utf8"},
                   {"stop", "latest"},
                   {"add", List{"kafka_topic", "kafka_partition", "kafka_offset", "kafka_timestamp",
                                "kafka_key", "kafka_headers"}}});
  EXPECT_EQ(h.text(),
            "value:utf8 kafka_topic:utf8 kafka_partition:int32 kafka_offset:int64 "
            "kafka_timestamp:timestamp kafka_key:binary "
            "kafka_headers:list<struct<key: utf8, value: binary>>\n"
            "x | t | 0 | 0 | 1700000000123000 | k | [{a, 1}, {b, 2}]\n"
            "y | t | 0 | 1 | 5000 | null | []\n");
}

TEST_F(KafkaSource, BadRecordsAreRefusedWithTheirPlace) {
  mock_.create("t", 1);
  mock_.send({{"t", R"({"id":1,"user":{"name":"ann"}})", {}, 0, 0, {}},
              {"t", R"({"id":"one","user":{"name":"bob"}})", {}, 0, 0, {}},
              {"t", "nonsense", {}, 0, 0, {}},
              {"t", std::nullopt, "k", 0, 0, {}},
              {"t", R"({"user":{"name":"eve"}})", {}, 0, 0, {}},
              {"t", "{\"id\":6,\"user\":{\"name\":\"\xff\"}}", {}, 0, 0, {}},
              {"t", R"({"id":7})", {}, 0, 0, {}}});
  const Table columns{{"id", Table{{"type", "int64"}, {"required", true}}},
                      {"name", Table{{"type", "utf8"}, {"path", "/user/name"}}}};
  Harness h = run({{"format", "json"}, {"columns", columns}, {"stop", "latest"}});
  EXPECT_EQ(h.text(), "id:int64 name:utf8\n1 | ann\n7 | null\n");
  std::vector<std::string> refused;
  for (const auto& r : h.refused()) refused.push_back(r.position + " " + r.code);
  EXPECT_EQ(refused,
            (std::vector<std::string>{"t[0]@1 bad_value", "t[0]@2 bad_json", "t[0]@3 tombstone",
                                      "t[0]@4 missing_value", "t[0]@5 bad_json"}));
  EXPECT_EQ(h.refused()[0].text, R"({"id":"one","user":{"name":"bob"}})");
  EXPECT_NE(h.refused()[0].message.find("'id'"), std::string::npos);
}

TEST_F(KafkaSource, TombstonesAndMisfitsCanBeNulls) {
  mock_.create("t", 1);
  mock_.send({{"t", R"({"id":"x"})", {}, 0, 0, {}}, {"t", std::nullopt, "k", 0, 0, {}}});
  Harness h = run({{"format", "json"},
                   {"columns", Table{{"id", "int64"}}},
                   {"misfits", "null"},
                   {"tombstones", "null_row"},
                   {"add", "kafka_key"},
                   {"stop", "latest"}});
  EXPECT_EQ(h.text(), "id:int64 kafka_key:binary\nnull | null\nnull | k\n");
}

TEST_F(KafkaSource, Utf8RefusesOtherBytesAndKeepsTombstones) {
  mock_.create("t", 1);
  mock_.send({{"t", "\xc3\xa9", {}, 0, 0, {}},
              {"t", "\xc3", {}, 0, 0, {}},
              {"t", std::nullopt, "k", 0, 0, {}}});
  Harness h = run({{"format", "utf8"}, {"stop", "latest"}});
  EXPECT_EQ(h.text(), "value:utf8\n\xc3\xa9\nnull\n");
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "bad_encoding");
}

TEST_F(KafkaSource, StartsAndStopsWhereItIsTold) {
  mock_.create("t", 1);
  send_numbers(0, 10);
  const auto values = [&](Table more) {
    more.emplace_back("format", "utf8");
    return run(std::move(more)).column("value");
  };
  using Strings = std::vector<std::string>;
  EXPECT_EQ(
      values({{"start", "offsets"}, {"start_offsets", Table{{"t[0]", 7}}}, {"stop", "latest"}}),
      (Strings{"7", "8", "9"}));
  EXPECT_EQ(values({{"stop", "offsets"}, {"stop_offsets", Table{{"t[0]", 2}}}}),
            (Strings{"0", "1"}));
  EXPECT_EQ(values({{"stop", "rows"}, {"stop_rows", 3}}), (Strings{"0", "1", "2"}));
  EXPECT_EQ(values({{"start", "latest"}, {"stop", "latest"}}), Strings{});
}

TEST_F(KafkaSource, IsBoundedWhenItHasAStop) {
  mock_.create("t", 1);
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.configure(keys({})).ok());
  const auto* source = static_cast<const wf_source*>(
      h.instance()->get_extension(h.instance(), wf::str(WF_EXT_SOURCE)));
  EXPECT_EQ(source->boundedness(h.instance()), WF_UNBOUNDED);
  Harness bounded = Harness::of<Source>();
  ASSERT_TRUE(bounded.configure(keys({{"stop", "latest"}})).ok());
  EXPECT_EQ(source->boundedness(bounded.instance()), WF_BOUNDED);
}

TEST_F(KafkaSource, GoesOnBehindASnapshot) {
  mock_.create("t", 2);
  send_numbers(0, 10, 2);
  Harness first = Harness::of<Source>();
  ASSERT_TRUE(first.start(keys({{"format", "utf8"}, {"batch_rows", 3}})).ok());
  ASSERT_TRUE(eventually([&] { return first.next(kWait).ok() && !first.output().empty(); }));
  const size_t before = first.column("value").size();
  ASSERT_LE(before, 3u);
  const auto snapshot = first.snapshot(4);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(snapshot->substr(0, 15), "kafka.source 1\n");
  EXPECT_NE(snapshot->find("records " + std::to_string(before) + "\n"), std::string::npos);

  Harness second = Harness::of<Source>();
  ASSERT_TRUE(second.start(keys({{"format", "utf8"}, {"start", "latest"}})).ok());
  ASSERT_TRUE(second.restore(*snapshot).ok());
  ASSERT_TRUE(eventually([&] {
    EXPECT_TRUE(second.next(kWait).ok());
    return second.column("value").size() >= 10 - before;
  }));
  auto all = first.column("value");
  for (const auto& value : second.column("value")) all.push_back(value);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST_F(KafkaSource, AStopIsThatOfTheStartUntilItIsReached) {
  mock_.create("t", 1);
  send_numbers(0, 4);
  Harness half = Harness::of<Source>();
  ASSERT_TRUE(half.start(keys({{"format", "utf8"}, {"batch_rows", 1}, {"stop", "latest"}})).ok());
  ASSERT_TRUE(eventually([&] { return half.next(kWait).ok() && !half.output().empty(); }));
  const std::string midway = *half.snapshot(1);
  ASSERT_TRUE(half.drain(200, kWait).ok());
  const std::string over = *half.snapshot(2);
  send_numbers(4, 6);
  const auto read_on = [&](const std::string& snapshot, const std::string& stop, size_t rows) {
    Harness h = Harness::of<Source>();
    EXPECT_TRUE(h.start(keys({{"format", "utf8"}, {"stop", stop}})).ok());
    EXPECT_TRUE(h.restore(snapshot).ok());
    int32_t said = WF_SOURCE_MORE;
    EXPECT_TRUE(eventually([&] {
      said = *h.next(kWait);
      return said == WF_SOURCE_END || (stop == "never" && h.column("value").size() >= rows);
    }));
    EXPECT_EQ(said == WF_SOURCE_END, stop != "never");
    return h.column("value");
  };
  using Values = std::vector<std::string>;
  EXPECT_EQ(read_on(midway, "latest", 3), (Values{"1", "2", "3"}));
  EXPECT_EQ(read_on(midway, "never", 5), (Values{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(read_on(over, "latest", 2), (Values{"4", "5"}));
  EXPECT_EQ(read_on(over, "never", 2), (Values{"4", "5"}));
}

TEST_F(KafkaSource, RefusesDamagedSnapshots) {
  mock_.create("t", 1);
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.start(keys({})).ok());
  for (const char* text :
       {"", "kafka.source 2\n", "kafka.source 1\n", "kafka.source 1\nsplit t[0]\nwatermarks\n",
        "kafka.source 1\nsplit t[0] next -4\nwatermarks\n", "kafka.source 1\nwatermarks\nx"}) {
    const wf::Status status = h.restore(text);
    EXPECT_EQ(status.code(), Code::invalid_data) << text;
  }
}

TEST_F(KafkaSource, AVanishedPartitionOfACheckpointIsNoSilentLoss) {
  mock_.create("t", 1);
  send_numbers(0, 2);
  const std::string snapshot =
      "kafka.source 1\nrecords 9\nsplit t[0] next 1\nsplit t[1] next 8\nwatermarks\n0\n";
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.start(keys({})).ok());
  const wf::Status status = h.restore(snapshot);
  EXPECT_EQ(status.code(), Code::not_found);
  EXPECT_NE(status.message().find("offset 8 of t[1]"), std::string::npos) << status.message();

  Harness lenient = Harness::of<Source>();
  ASSERT_TRUE(lenient.start(keys({{"on_gap", "earliest"}, {"format", "utf8"}})).ok());
  ASSERT_TRUE(lenient.restore(snapshot).ok());
  ASSERT_TRUE(eventually([&] { return lenient.next(kWait).ok() && !lenient.output().empty(); }));
  EXPECT_EQ(lenient.column("value"), std::vector<std::string>{"1"});
}

TEST_F(KafkaSource, AGapFailsOrIsSkippedAndCounted) {
  mock_.create("t", 1);
  send_numbers(0, 3);
  const Table gap{{"start", "offsets"}, {"start_offsets", Table{{"t[0]", 50}}}, {"format", "utf8"}};
  Table fails = gap;
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.start(keys(std::move(fails))).ok());
  const auto end = h.drain(40, kWait);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.status().code(), Code::not_found);
  EXPECT_FALSE(end.status().retryable());
  for (const char* part : {"offset 50 of t[0]", "has 0 to 3"})
    EXPECT_NE(end.status().message().find(part), std::string::npos) << end.status().message();

  Table skips = gap;
  skips.emplace_back("on_gap", "earliest");
  Harness lenient = Harness::of<Source>();
  ASSERT_TRUE(lenient.start(keys(std::move(skips))).ok());
  ASSERT_TRUE(
      eventually([&] { return lenient.next(kWait).ok() && lenient.column("value").size() >= 3; }));
  EXPECT_EQ(lenient.host().metrics().at("kafka_gap_records"), 0);
  const auto logs = lenient.host().logs();
  EXPECT_TRUE(std::any_of(logs.begin(), logs.end(), [](const std::string& line) {
    return line.find("going on at 0") != std::string::npos;
  }));
}

TEST_F(KafkaSource, WatermarksFollowTheSlowestPartition) {
  mock_.create("t", 2);
  mock_.send({{"t", R"({"at":"1970-01-01T00:01:40Z"})", {}, 0, 0, {}},
              {"t", R"({"at":"1970-01-01T00:00:50Z"})", {}, 1, 0, {}}});
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.start(keys({{"format", "json"},
                            {"columns", Table{{"at", "timestamp"}}},
                            {"event_time", "at"},
                            {"out_of_order", 5'000'000},
                            {"idle_after", 10'000'000}}))
                  .ok());
  ASSERT_TRUE(eventually([&] { return h.next(kWait).ok() && !h.watermarks().empty(); }));
  EXPECT_EQ(h.watermarks().back(), 45'000'000);
  // Both stand at their ends; the pause does not count.
  h.host().monotonic_us = 9'000'000;
  ASSERT_TRUE(h.next().ok());
  mock_.send({{"t", R"({"at":"1970-01-01T00:02:00Z"})", {}, 0, 0, {}}});
  ASSERT_TRUE(eventually([&] { return h.next(kWait).ok() && h.column("at").size() == 3; }));
  EXPECT_EQ(h.watermarks().back(), 45'000'000);
  h.host().monotonic_us = 30'000'000;  // the other partition is idle by now
  mock_.send({{"t", R"({"at":"1970-01-01T00:03:00Z"})", {}, 0, 0, {}}});
  ASSERT_TRUE(eventually([&] { return h.next(kWait).ok() && h.column("at").size() == 4; }));
  EXPECT_EQ(h.watermarks().back(), 175'000'000);
}

TEST_F(KafkaSource, AnUnreadPartitionHoldsTheWatermark) {
  mock_.create("t", 2);
  send_numbers(0, 4, 2);
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.start(keys({{"batch_rows", 1}})).ok());
  ASSERT_TRUE(eventually([&] { return h.next(kWait).ok() && h.output().size() == 1; }));
  EXPECT_TRUE(h.watermarks().empty());
  ASSERT_TRUE(eventually([&] { return h.next(kWait).ok() && h.output().size() == 4; }));
  EXPECT_EQ(h.watermarks().back(), 1'000'002'000);
}

TEST_F(KafkaSource, CutsBatches) {
  mock_.create("t", 1);
  std::vector<Sent> records(100, Sent{"t", std::string(1000, 'x'), {}, 0, 0, {}});
  mock_.send(records);
  Harness rows = run({{"batch_rows", 30}, {"stop", "latest"}});
  for (const auto& batch : rows.output()) EXPECT_LE(batch.rows(), 30);
  Harness bytes = run({{"batch_bytes", 5000}, {"stop", "latest"}});
  for (const auto& batch : bytes.output()) EXPECT_LE(batch.rows(), 5);
  EXPECT_EQ(bytes.counters().out, 100);
}

TEST_F(KafkaSource, AReaderSlowerThanTheBrokerDoesNotStandStill) {
  mock_.create("t", 3);
  std::vector<Sent> records;
  for (int i = 0; i < 1200; ++i)
    records.push_back({"t", std::string(10'000, 'x'), {}, i % 3, 0, {}});
  mock_.send(records);
  const auto seconds_with = [&](int64_t queue_bytes) {
    const auto begun = std::chrono::steady_clock::now();
    Harness h = Harness::of<Source>();
    EXPECT_TRUE(h.start(keys({{"queue_bytes", queue_bytes},
                              {"batch_rows", 1},
                              {"stop", "latest"},
                              {"options", Table{{"fetch.message.max.bytes", "20000"}}}}))
                    .ok());
    for (int32_t said = WF_SOURCE_MORE; said != WF_SOURCE_END;) {
      said = *h.next(kWait);
      const auto busy_until = std::chrono::steady_clock::now() + milliseconds(1);
      while (std::chrono::steady_clock::now() < busy_until) {
      }
    }
    EXPECT_EQ(h.counters().out, 1200);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  // Left alone librdkafka stands still for up to a second whenever the small queue was full, 15 s
  // in all; the large one never is.
  EXPECT_LT(seconds_with(65'536), 6 + 3 * seconds_with(64 << 20));
}

TEST_F(KafkaSource, UnreachableBrokersAreUnavailable) {
  Harness h = Harness::of<Source>();
  const wf::Status status =
      h.start(keys({{"brokers", "127.0.0.1:1"}, {"connect_timeout", 300'000}}));
  EXPECT_EQ(status.code(), Code::unavailable) << status.message();
  for (const char* part : {"topic 't'", "127.0.0.1:1", "refused"})
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
}

TEST_F(KafkaSource, CancelEndsTheWaitForBrokers) {
  Harness h = Harness::of<Source>();
  h.host().cancelled = true;
  const auto begun = std::chrono::steady_clock::now();
  const wf::Status status =
      h.start(keys({{"brokers", "127.0.0.1:1"}, {"connect_timeout", 60'000'000}}));
  EXPECT_EQ(status.code(), Code::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

TEST_F(KafkaSource, TopicsThatAreNotThereOrNotAllowed) {
  mock_.create("comments", 1);
  for (const auto& [error, code] :
       {std::pair(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Code::not_found),
        std::pair(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Code::permission_denied)}) {
    rd_kafka_mock_topic_set_error(mock_.cluster(), "coments", error);
    Harness h = Harness::of<Source>();
    const wf::Status status = h.start(keys({{"topics", "coments"}}));
    EXPECT_EQ(status.code(), code) << status.message();
    EXPECT_NE(status.message().find("'coments'"), std::string::npos);
    EXPECT_NE(status.message().find(mock_.bootstrap()), std::string::npos);
    if (code == Code::not_found) {
      EXPECT_NE(status.message().find("'comments'"), std::string::npos) << status.message();
    }
  }
}

TEST_F(KafkaSource, WakeEndsAWait) {
  mock_.create("t", 1);
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.start(keys({})).ok());
  ASSERT_TRUE(h.next(kWait).ok());
  std::atomic<bool> ended{false};
  std::thread waiting([&] {
    while (!ended) h.wake();
  });
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(*h.next(std::chrono::seconds(1)), WF_SOURCE_IDLE);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  ended = true;
  waiting.join();
}

TEST_F(KafkaSource, TellsTheGroupWhatIsCommitted) {
  mock_.create("t", 1);
  send_numbers(0, 5);
  Harness h = Harness::of<Source>();
  ASSERT_TRUE(h.start(keys({{"group", "lag"}})).ok());
  ASSERT_TRUE(eventually([&] { return h.next(kWait).ok() && h.counters().out == 5; }));
  ASSERT_TRUE(h.snapshot(7).ok());
  h.committed(7);
  auto* reader = testing::make_handle(
      RD_KAFKA_CONSUMER, {{"bootstrap.servers", mock_.bootstrap()}, {"group.id", "lag"}});
  auto* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, "t", 0);
  EXPECT_TRUE(eventually([&] {
    (void)h.next(milliseconds(50));
    return !rd_kafka_committed(reader, list, 1000) && list->elems[0].offset == 5;
  }));
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(reader);
}

TEST_F(KafkaSource, RefusesConfigurationsThatCannotWork) {
  const auto refused = [&](Table more, const std::string& key, const std::string& part) {
    Harness h = Harness::of<Source>();
    wf::Status status = h.configure(keys(std::move(more)));
    if (status.ok()) status = h.bind();
    EXPECT_EQ(status.code(), Code::invalid_config) << part;
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
    ASSERT_TRUE(status.place()) << status.message();
    EXPECT_EQ(status.place()->key, key);
  };
  refused({{"brokers", "nowhere"}}, "brokers", "'nowhere' is no host:port");
  refused({{"brokers", List{}}}, "brokers", "names none");
  refused({{"topics", List{}}}, "topics", "names none");
  refused({{"topics", List{"a", "a"}}}, "topics", "stands twice");
  refused({{"options", Table{{"group.id", "x"}}}}, "options", "use 'group'");
  refused({{"options", Table{{"enable.auto.commit", "true"}}}}, "options", "checkpoints");
  refused({{"security", Table{{"protocol", "sasl_ssl"}}}}, "security.mechanism",
          "needs a mechanism");
  refused({{"security", Table{{"protocol", "plaintext"}, {"ca", "/x"}}}}, "security.protocol",
          "certificates");
  refused({{"start", "timestamp"}}, "start_timestamp", "no time");
  refused({{"start_offsets", Table{{"t[0]", 1}}}}, "start_offsets", "not asked for");
  refused({{"start", "offsets"}, {"start_offsets", Table{{"t", 1}}}}, "start_offsets", "topic[0]");
  refused({{"stop", "offsets"}, {"stop_offsets", Table{{"u[0]", 1}}}}, "stop_offsets", "'topics'");
  refused({{"stop", "rows"}}, "stop_rows", "go together");
  refused({{"format", "json"}}, "columns", "needs 'columns'");
  refused({{"columns", Table{{"a", "int64"}}}}, "columns", "those of format json");
  refused({{"format", "json"}, {"columns", Table{{"a", "int65"}}}}, "columns.a", "int65");
  refused({{"format", "json"}, {"columns", Table{{"a", Table{{"typ", "int64"}}}}}}, "columns.a",
          "no key 'typ'");
  refused({{"event_time", "when"}}, "event_time", "when");
  refused({{"event_time", "value"}}, "event_time", "not timestamp");
  refused({{"add", List{"kafka_key", "kafka_key"}}}, "add", "twice");
}

TEST_F(KafkaSource, SecretsOfWrongOptionsAreNotShown) {
  mock_.create("t", 1);
  Harness h = Harness::of<Source>();
  const wf::Status status =
      h.start(keys({{"options", Table{{"ssl.keystore.password", "hush"}, {"no.such", "1"}}}}));
  EXPECT_EQ(status.code(), Code::invalid_config);
  EXPECT_EQ(status.message().find("hush"), std::string::npos);
  EXPECT_NE(status.message().find("no.such"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace weirflow::kafka
