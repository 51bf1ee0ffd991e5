// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "committer.h"

#include <gtest/gtest.h>

#include <thread>

#include "cluster.h"
#include "sink.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::kafka {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::MockCluster;
using wf::Code;
using wf::Value;
using wf::testing::batch;
using wf::testing::Harness;

/// The mock brokers keep no offsets of transactions: what is read back is tested against real ones.
class KafkaCommitter : public ::testing::Test {
 protected:
  KafkaCommitter() { mock_.create("t", 1); }
  wf::Status start(Harness& h, Value::Table more = {}) {
    more.emplace_back("brokers", mock_.bootstrap());
    more.emplace_back("topic", "t");
    more.emplace_back("delivery", "exactly_once");
    more.emplace_back("connect_timeout", 400'000);
    h.host().task().checkpointed = 1;
    WF_TRY(h.start(std::move(more), {batch("a:int64\n1").schema()}));
    return h.recover().status();
  }
  MockCluster mock_;
};

TEST_F(KafkaCommitter, WithoutARecordThereIsNoEpoch) {
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(start(h).ok());
  const auto again = h.recover();
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->epoch, -1);
  EXPECT_EQ(again->manifest_hash, "");
}

TEST_F(KafkaCommitter, PreparedRowsAreAcknowledgedAndCounted) {
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(start(h).ok());
  ASSERT_TRUE(h.push(batch("a:int64\n1\n2")).ok());
  const auto blob = h.prepare(1);
  ASSERT_TRUE(blob.ok()) << blob.status().message();
  EXPECT_EQ(blob->substr(0, 8), "cluster ");
  EXPECT_EQ(*h.snapshot(1), "");
  const wf::Status status = h.commit_blob(*blob, 1, "hash");
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_TRUE(h.commit(2).ok());
  ASSERT_TRUE(h.finish().ok());
  EXPECT_EQ(h.counters().passed, 2);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  EXPECT_EQ(mock_.read("t", 1).size(), 2u);
}

TEST_F(KafkaCommitter, WhileTheBrokersAreDownPrepareIsPostponed) {
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(start(h, {{"flush_timeout", 200'000}}).ok());
  rd_kafka_mock_broker_set_down(mock_.cluster(), 1);
  ASSERT_TRUE(h.push(batch("a:int64\n1")).ok());
  EXPECT_EQ(h.prepare(1).status().code(), Code::timeout);
  EXPECT_EQ(h.prepare(1).status().code(), Code::timeout);
  rd_kafka_mock_broker_set_up(mock_.cluster(), 1);
  EXPECT_TRUE(testing::eventually([&] { return h.prepare(1).ok(); }));
}

TEST_F(KafkaCommitter, ARowThatIsNotTakenSpoilsTheTransaction) {
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(start(h).ok());
  rd_kafka_mock_push_request_errors(mock_.cluster(), 0 /* Produce */, 1,
                                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  ASSERT_TRUE(h.push(batch("a:int64\n1")).ok());
  const auto blob = h.prepare(1);
  ASSERT_FALSE(blob.ok());
  EXPECT_NE(blob.status().code(), Code::timeout);
  EXPECT_NE(blob.status().message().find("topic 't'"), std::string::npos)
      << blob.status().message();
  EXPECT_TRUE(h.refused().empty());
}

TEST_F(KafkaCommitter, ACommitWithoutAnAnswerHasAnUnknownOutcome) {
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(start(h, {{"commit_timeout", 300'000}}).ok());
  ASSERT_TRUE(h.push(batch("a:int64\n1")).ok());
  ASSERT_TRUE(h.prepare(1).ok());
  rd_kafka_mock_broker_set_down(mock_.cluster(), 1);
  EXPECT_EQ(h.commit_blob("", 1, "hash").code(), Code::unavailable);
  // Whatever came of it, this producer is not used again.
  EXPECT_EQ(h.push(batch("a:int64\n2")).code(), Code::unavailable);
  EXPECT_EQ(h.commit_blob("", 1, "hash").code(), Code::unavailable);
  rd_kafka_mock_broker_set_up(mock_.cluster(), 1);
}

TEST_F(KafkaCommitter, CancelLetsGoOfACallThatBlocks) {
  const auto begun = steady_clock::now();
  {
    MockCluster hanging;
    hanging.create("t", 1);
    wf::testing::MockHost host;
    const wf::Host services(host.abi());
    SinkConfig config;
    config.brokers = {hanging.bootstrap()};
    config.connect_timeout = std::chrono::milliseconds(400);
    config.commit_timeout = seconds(60);
    TransactionCommitter committer(services, config, "shard");
    ASSERT_TRUE(committer.recover().ok());
    EXPECT_TRUE(committer.prepare(1).ok());
    rd_kafka_mock_broker_set_down(hanging.cluster(), 1);
    std::thread cancelling([&] {
      // Inside the call by now, or about to be: either way it has to return.
      std::this_thread::yield();
      committer.cancel();
    });
    EXPECT_EQ(committer.commit(1, "hash", "").code(), Code::unavailable);
    cancelling.join();
    EXPECT_EQ(committer.producer(), nullptr);
  }
  EXPECT_LT(steady_clock::now() - begun, seconds(30));
}

TEST_F(KafkaCommitter, RecoveryNeedsTheBrokers) {
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(start(h).ok());
  rd_kafka_mock_broker_set_down(mock_.cluster(), 1);
  const auto recorded = h.recover();
  EXPECT_EQ(recorded.status().code(), Code::unavailable) << recorded.status().message();
  EXPECT_NE(recorded.status().message().find(mock_.bootstrap()), std::string::npos);
  rd_kafka_mock_broker_set_up(mock_.cluster(), 1);
  EXPECT_TRUE(testing::eventually([&] { return h.recover().ok(); }));
  EXPECT_TRUE(h.push(batch("a:int64\n1")).ok());
}

TEST_F(KafkaCommitter, AManifestHashHasToFitIntoTheRecord) {
  Harness h = Harness::of<Sink>();
  ASSERT_TRUE(start(h).ok());
  ASSERT_TRUE(h.prepare(1).ok());
  EXPECT_EQ(h.commit_blob("", 1, std::string(4095, 'x')).code(), Code::internal);
  EXPECT_TRUE(h.commit_blob("", 1, std::string(4094, 'x')).ok());
}

}  // namespace
}  // namespace weirflow::kafka
