// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

/// kafka.source and kafka.sink against a real broker: what the mock brokers of the unit tests
/// cannot show. Each case has topics of its own.

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "plugins/kafka/tests/cluster.h"
#include "services.h"
#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::kafka {
namespace {

using testing::eventually;
using testing::Peer;
using testing::Sent;
using wf::Code;
using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;
using Table = Value::Table;
using List = Value::List;
using Strings = std::vector<std::string>;

constexpr std::chrono::milliseconds kWait{500};

std::string brokers() {
  const auto* broker = weirflow::testing::shared_service(weirflow::testing::ServiceKind::kafka);
  if (!broker) throw std::runtime_error("there is no broker");
  return broker->address();
}

class KafkaBroker : public ::testing::Test {
 protected:
  KafkaBroker() : peer_({{"bootstrap.servers", brokers()}}) {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    topic_ = std::string("test-") + info->name() + "-" + std::to_string(::getpid()) + "-" +
             std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
  }

  /// Runs an admin call and waits for its answer.
  template <typename Call>
  void admin(Call&& call) {
    rd_kafka_queue_t* queue = rd_kafka_queue_new(peer_.handle());
    call(queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 20'000);
    ASSERT_TRUE(event);
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR)
        << rd_kafka_event_error_string(event);
    if (const auto* grown = rd_kafka_event_CreatePartitions_result(event)) {
      size_t count = 0;
      const auto** topics = rd_kafka_CreatePartitions_result_topics(grown, &count);
      for (size_t i = 0; i < count; ++i)
        EXPECT_EQ(rd_kafka_topic_result_error(topics[i]), RD_KAFKA_RESP_ERR_NO_ERROR)
            << rd_kafka_topic_result_error_string(topics[i]);
    }
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
  }
  void create(int partitions, const std::map<std::string, std::string>& config = {}) {
    admin([&](rd_kafka_queue_t* queue) {
      char reason[256];
      auto* wanted = rd_kafka_NewTopic_new(topic_.c_str(), partitions, 1, reason, sizeof(reason));
      for (const auto& [key, value] : config)
        rd_kafka_NewTopic_set_config(wanted, key.c_str(), value.c_str());
      rd_kafka_CreateTopics(peer_.handle(), &wanted, 1, nullptr, queue);
      rd_kafka_NewTopic_destroy(wanted);
    });
  }
  void grow(size_t partitions) {
    admin([&](rd_kafka_queue_t* queue) {
      char reason[256];
      auto* wanted = rd_kafka_NewPartitions_new(topic_.c_str(), partitions, reason, sizeof(reason));
      rd_kafka_CreatePartitions(peer_.handle(), &wanted, 1, nullptr, queue);
      rd_kafka_NewPartitions_destroy(wanted);
    });
  }
  void delete_before(int64_t offset) {
    admin([&](rd_kafka_queue_t* queue) {
      auto* list = rd_kafka_topic_partition_list_new(1);
      rd_kafka_topic_partition_list_add(list, topic_.c_str(), 0)->offset = offset;
      auto* wanted = rd_kafka_DeleteRecords_new(list);
      rd_kafka_DeleteRecords(peer_.handle(), &wanted, 1, nullptr, queue);
      rd_kafka_DeleteRecords_destroy(wanted);
      rd_kafka_topic_partition_list_destroy(list);
    });
  }
  void send_numbers(int from, int to, int partition = 0) {
    std::vector<Sent> records;
    for (int i = from; i < to; ++i)
      records.push_back({topic_, std::to_string(i), {}, partition, 1'000'000 + i * 1000, {}});
    peer_.send(records);
  }

  Table keys(const char* topic_key, Table more) {
    Table all{{"brokers", brokers()}, {topic_key, topic_}};
    for (auto& item : more) all.push_back(std::move(item));
    return all;
  }
  Harness source() { return Harness(wf::testing::component_of("kafka.source")); }
  Harness sink() { return Harness(wf::testing::component_of("kafka.sink")); }
  /// Column `value` of a bounded read.
  Strings read(Table more) {
    more.emplace_back("format", "utf8");
    Harness h = source();
    const wf::Status started = h.start(keys("topics", std::move(more)));
    EXPECT_TRUE(started.ok()) << started.message();
    if (!started.ok()) return {};
    const auto end = h.drain(100, kWait);
    EXPECT_TRUE(end.ok() && *end) << end.status().message();
    EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
    return h.column("value");
  }

  Peer peer_;
  std::string topic_;
};

TEST_F(KafkaBroker, WhatTheSinkWritesTheSourceReads) {
  const auto rows = batch("id:int64 body:utf8\n1 | one\n2 | null\n3 | three");
  Harness out = sink();
  const wf::Status written = out.run(
      keys("topic", {{"key", "id"},
                     {"create_topic", Table{{"partitions", 3},
                                            {"replication", 1},
                                            {"config", Table{{"cleanup.policy", "compact"}}}}}}),
      {rows});
  ASSERT_TRUE(written.ok()) << written.message();
  EXPECT_EQ(out.counters().passed, 3);
  Harness in = source();
  ASSERT_TRUE(in.start(keys("topics", {{"format", "json"},
                                       {"columns", Table{{"id", "int64"}, {"body", "utf8"}}},
                                       {"add", List{"kafka_key"}},
                                       {"stop", "latest"}}))
                  .ok());
  const auto end = in.drain(100, kWait);
  ASSERT_TRUE(end.ok() && *end);
  auto ids = in.column("id");
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, (Strings{"1", "2", "3"}));
  EXPECT_EQ(in.column("id"), in.column("kafka_key"));
}

TEST_F(KafkaBroker, TimesAreStartAndStop) {
  create(1);
  send_numbers(0, 10);
  EXPECT_EQ(read({{"start", "timestamp"},
                  {"start_timestamp", "1970-01-01T00:16:43Z"},
                  {"stop", "timestamp"},
                  {"stop_timestamp", "1970-01-01T00:16:46Z"}}),
            (Strings{"3", "4", "5"}));
  // Later than all there is: nothing to start with, and all until the end.
  EXPECT_EQ(read({{"start", "timestamp"},
                  {"start_timestamp", "2000-01-01T00:00:00Z"},
                  {"stop", "latest"}}),
            Strings{});
  EXPECT_EQ(read({{"stop", "timestamp"}, {"stop_timestamp", "2000-01-01T00:00:00Z"}}).size(), 10u);
}

TEST_F(KafkaBroker, WhatRetentionTookIsNoSilentLoss) {
  create(1);
  send_numbers(0, 10);
  delete_before(6);
  const Table from_two{
      {"start", "offsets"}, {"start_offsets", Table{{topic_ + "[0]", 2}}}, {"stop", "latest"}};
  Harness fails = source();
  ASSERT_TRUE(fails.start(keys("topics", from_two)).ok());
  const auto end = fails.drain(40, kWait);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.status().code(), Code::not_found);
  for (const std::string& part : Strings{"offset 2 of " + topic_ + "[0]", "has 6 to 10"})
    EXPECT_NE(end.status().message().find(part), std::string::npos) << end.status().message();

  for (const auto& [on_gap, lost, left] : {std::tuple("earliest", 4, 4u), {"latest", 8, 0u}}) {
    Table skips = from_two;
    skips.emplace_back("on_gap", on_gap);
    Harness goes_on = source();
    ASSERT_TRUE(goes_on.start(keys("topics", skips)).ok());
    const auto done = goes_on.drain(40, kWait);
    ASSERT_TRUE(done.ok() && *done) << done.status().message();
    EXPECT_EQ(goes_on.counters().out, left);
    EXPECT_EQ(goes_on.host().metrics().at("kafka_gap_records"), lost);
  }
}

TEST_F(KafkaBroker, NewPartitionsAreFound) {
  create(1);
  send_numbers(0, 2);
  Harness h = source();
  ASSERT_TRUE(h.start(keys("topics",
                           {{"format", "utf8"}, {"start", "latest"}, {"discover_every", 200'000}}))
                  .ok());
  ASSERT_TRUE(h.next(kWait).ok());
  grow(3);
  Peer fresh({{"bootstrap.servers", brokers()}});
  fresh.send({{topic_, "new", {}, 2, 0, {}}});
  EXPECT_TRUE(eventually([&] {
    const auto answer = h.next(kWait);
    EXPECT_TRUE(answer.ok()) << answer.status().message();
    return !answer.ok() || h.column("value") == Strings{"new"};
  }));
  const auto snapshot = h.snapshot(1);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_NE(snapshot->find("split " + topic_ + "[2] next 1\n"), std::string::npos) << *snapshot;
}

TEST_F(KafkaBroker, TopicsThatAreNotThereAreNotMade) {
  Harness in = source();
  EXPECT_EQ(in.start(keys("topics", {})).code(), Code::not_found);
  Harness out = sink();
  EXPECT_EQ(out.start(keys("topic", {}), {batch("a:int64\n1").schema()}).code(), Code::not_found);
  Harness again = source();
  EXPECT_EQ(again.start(keys("topics", {})).code(), Code::not_found);
}

TEST_F(KafkaBroker, RowsFitTheTopicsLimit) {
  create(1, {{"max.message.bytes", "10000"}});
  Harness h = sink();
  std::string rows = "v:utf8\n";
  for (int i = 0; i < 500; ++i) rows += std::string(900, 'x') + "\n";
  rows += std::string(10'000, 'y') + "\n";
  const wf::Status status =
      h.run(keys("topic", {{"format", "utf8"}, {"value", "v"}}), {batch(rows)});
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(h.refused().size(), 1u);
  EXPECT_EQ(h.refused()[0].code, "too_large");
  EXPECT_EQ(h.counters().passed, 500);
  EXPECT_EQ(peer_.read(topic_, 1).size(), 500u);
}

TEST_F(KafkaBroker, RowsLargerThanABatch) {
  create(1, {{"max.message.bytes", "5000000"}});
  Harness h = sink();
  std::string rows = "v:utf8\nsmall\n" + std::string(3'000'000, 'x') + "\nsmall\n" +
                     std::string(1'000'100, 'x') + "\n";
  ASSERT_TRUE(h.run(keys("topic", {{"format", "utf8"}, {"value", "v"}}), {batch(rows)}).ok());
  EXPECT_TRUE(h.refused().empty());
  const auto seen = peer_.read(topic_, 1);
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[1].value->size(), 3'000'000u);
}

/// Several cases share the transactional id "0" of the harness, and with it the record.
class KafkaTransactions : public KafkaBroker {
 protected:
  Table transactional(Table more = {}) {
    more.emplace_back("delivery", "exactly_once");
    more.emplace_back("format", "utf8");
    more.emplace_back("value", "v");
    return keys("topic", std::move(more));
  }
  /// Starts a sink and answers the epoch on record.
  int64_t start(Harness& h, Table more = {}) {
    h.host().task().checkpointed = 1;
    const wf::Status status =
        h.start(transactional(std::move(more)), {batch("v:utf8\nx").schema()});
    EXPECT_TRUE(status.ok()) << status.message();
    const auto recorded = h.recover();
    EXPECT_TRUE(recorded.ok()) << recorded.status().message();
    hash_ = recorded.ok() ? recorded->manifest_hash : "";
    return recorded.ok() ? recorded->epoch : -2;
  }
  Strings committed() { return read({{"stop", "latest"}}); }
  /// The brokers write the marker that makes rows visible shortly after the commit has returned.
  void expect_committed(const Strings& values) {
    Strings seen;
    EXPECT_TRUE(eventually([&] { return (seen = committed()) == values; }))
        << ::testing::PrintToString(seen);
  }
  std::string hash_;
};

TEST_F(KafkaTransactions, RowsAreThereWithTheCommit) {
  create(1);
  Harness h = sink();
  const uint64_t epoch = static_cast<uint64_t>(start(h) + 1);
  ASSERT_TRUE(h.push(batch("v:utf8\na\nb")).ok());
  const auto blob = h.prepare(epoch);
  ASSERT_TRUE(blob.ok()) << blob.status().message();
  EXPECT_EQ(blob->substr(0, 8), "cluster ");
  EXPECT_EQ(h.counters().passed, 2);
  EXPECT_EQ(committed(), Strings{});
  EXPECT_EQ(read({{"isolation", "read_uncommitted"}, {"stop", "latest"}}), (Strings{"a", "b"}));
  wf::Status status = h.commit_blob(*blob, epoch, "hash-one");
  ASSERT_TRUE(status.ok()) << status.message();
  expect_committed({"a", "b"});

  // The next epochs, one of them without rows, and what another process reads of them.
  EXPECT_TRUE(h.commit(epoch + 1).ok());
  ASSERT_TRUE(h.push(batch("v:utf8\nc")).ok());
  ASSERT_TRUE(h.prepare(epoch + 2).ok());
  ASSERT_TRUE(h.commit_blob("", epoch + 2, "hash-three").ok());
  Harness other = sink();
  EXPECT_EQ(start(other), static_cast<int64_t>(epoch + 2));
  EXPECT_EQ(hash_, "hash-three");
  expect_committed({"a", "b", "c"});
  EXPECT_EQ(*h.snapshot(), "");
}

TEST_F(KafkaTransactions, ALaterProcessFencesAnEarlierOne) {
  create(1);
  Harness first = sink();
  const int64_t before = start(first);
  ASSERT_TRUE(first.push(batch("v:utf8\nlost")).ok());
  ASSERT_TRUE(first.prepare(static_cast<uint64_t>(before + 1)).ok());
  Harness second = sink();
  EXPECT_EQ(start(second), before) << "what was not committed is not on record";
  const wf::Status status = first.commit_blob("", static_cast<uint64_t>(before + 1), "late");
  EXPECT_EQ(status.code(), Code::conflict) << status.message();
  ASSERT_TRUE(second.push(batch("v:utf8\nkept")).ok());
  ASSERT_TRUE(second.commit(static_cast<uint64_t>(before + 1)).ok());
  expect_committed({"kept"});
  EXPECT_EQ(first.push(batch("v:utf8\nno")).code(), Code::conflict);
}

TEST_F(KafkaTransactions, AbandonedEpochsGoIntoTheNextOne) {
  create(1);
  Harness h = sink();
  const uint64_t epoch = static_cast<uint64_t>(start(h) + 1);
  ASSERT_TRUE(h.push(batch("v:utf8\na")).ok());
  ASSERT_TRUE(h.prepare(epoch).ok());
  ASSERT_TRUE(h.push(batch("v:utf8\nb")).ok());
  ASSERT_TRUE(h.prepare(epoch + 1).ok());
  ASSERT_TRUE(h.commit_blob("", epoch + 1, "x").ok());
  expect_committed({"a", "b"});
}

TEST_F(KafkaTransactions, AbortTakesBackWhatWasNotPrepared) {
  create(1);
  Harness h = sink();
  const uint64_t epoch = static_cast<uint64_t>(start(h) + 1);
  ASSERT_TRUE(h.push(batch("v:utf8\ngone")).ok());
  ASSERT_TRUE(h.prepare(epoch).ok());
  ASSERT_TRUE(h.abort_blob("", epoch).ok());
  ASSERT_TRUE(h.push(batch("v:utf8\nstays")).ok());
  ASSERT_TRUE(h.commit(epoch).ok());
  expect_committed({"stays"});
}

TEST_F(KafkaTransactions, ATransactionThatTimedOutIsNotCommitted) {
  create(1);
  Harness h = sink();
  const uint64_t epoch = static_cast<uint64_t>(start(h, {{"transaction_timeout", 1'000'000}}) + 1);
  ASSERT_TRUE(h.push(batch("v:utf8\nlate")).ok());
  ASSERT_TRUE(h.prepare(epoch).ok());
  // The broker looks for such transactions every ten seconds, and ends this one.
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  Peer after({{"bootstrap.servers", brokers()}});
  after.send({{topic_, "after", {}, 0, 0, {}}});
  while (committed().empty() && std::chrono::steady_clock::now() < limit) {
  }
  EXPECT_FALSE(h.commit_blob("", epoch, "x").ok());
  expect_committed({"after"});
}

TEST_F(KafkaTransactions, RowsWithoutABeginningAreRefusedClearly) {
  create(1);
  Harness h = sink();
  ASSERT_TRUE(h.start(transactional(), {batch("v:utf8\nx").schema()}).ok());
  const wf::Status status = h.push(batch("v:utf8\na"));
  EXPECT_EQ(status.code(), Code::unavailable);
  EXPECT_FALSE(h.prepare(1).ok());
}

}  // namespace
}  // namespace weirflow::kafka
