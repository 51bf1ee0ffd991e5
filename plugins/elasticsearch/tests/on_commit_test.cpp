// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// delivery = "on_commit": documents go with their epoch, epoch by epoch.
#include <gtest/gtest.h>

#include <set>

#include "committer.h"
#include "fake_node.h"
#include "sink.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::elasticsearch {
namespace {

using wf::Code;
using wf::Value;
using wf::testing::Harness;

FakeReply all_created(const FakeRequest& request) {
  return bulk_reply(request, [](const std::string&) { return 201; });
}

wf::Batch number(int n) { return wf::testing::batch("n:int64\n" + std::to_string(n) + "\n"); }

Value::Table config(const FakeNode& node) {
  return {{"hosts", node.url()}, {"index", "c"},      {"id", "{n}"},
          {"retry_min", 1000},   {"retry_max", 5000}, {"delivery", "on_commit"}};
}

/// A node that answers 503 until it is told to be up.
struct Node {
  std::atomic<bool> is_up{true};
  FakeNode http{[this](const FakeRequest& request) {
    return is_up ? all_created(request) : FakeReply{503, "", ""};
  }};
};

struct StartedSink {
  explicit StartedSink(const FakeNode& node) : h(Harness::of<ElasticSink>()) {
    h.host().task().checkpointed = 1;
    EXPECT_TRUE(h.start(config(node), {number(0).schema()}).ok());
  }
  /// Documents that are in the index. Rows count as passed when they are staged.
  [[nodiscard]] int64_t written() { return static_cast<int64_t>(h.host().metrics()["documents"]); }
  Harness h;
};

TEST(OnCommit, NothingGoesBeforeTheCommit) {
  Node node;
  StartedSink sink(node.http);
  ASSERT_TRUE(sink.h.push(number(1)).ok());
  const auto blob = sink.h.prepare(1);
  ASSERT_TRUE(blob.ok());
  ASSERT_TRUE(sink.h.push(number(2)).ok());
  EXPECT_EQ(sink.h.snapshot(1).value(), "");
  EXPECT_TRUE(node.http.requests().empty());
  ASSERT_TRUE(sink.h.commit_blob(*blob, 1).ok());
  EXPECT_TRUE(eventually([&] { return sink.written() == 1; }));
  ASSERT_TRUE(sink.h.commit_blob(*blob, 1).ok());  // again: nothing happens
  ASSERT_TRUE(sink.h.commit(2).ok());
  EXPECT_TRUE(eventually([&] { return sink.written() == 2; }));
  EXPECT_EQ(node.http.bulks(),
            "{\"index\":{\"_index\":\"c\",\"_id\":\"1\"}}\n{\"n\":1}\n"
            "{\"index\":{\"_index\":\"c\",\"_id\":\"2\"}}\n{\"n\":2}\n");
  ASSERT_TRUE(sink.h.finish().ok());
  ASSERT_TRUE(sink.h.close().ok());
  EXPECT_TRUE(sink.h.conservation().ok()) << sink.h.conservation().message();
}

TEST(OnCommit, WhatIsAbortedIsNotSent) {
  Node node;
  StartedSink sink(node.http);
  ASSERT_TRUE(sink.h.push(number(1)).ok());
  const auto blob = sink.h.prepare(1);
  ASSERT_TRUE(sink.h.abort_blob(*blob, 1).ok());
  ASSERT_TRUE(sink.h.push(number(2)).ok());
  ASSERT_TRUE(sink.h.abort_blob("", 1).ok());
  ASSERT_TRUE(sink.h.push(number(3)).ok());
  ASSERT_TRUE(sink.h.commit(2).ok());
  EXPECT_TRUE(eventually([&] { return sink.written() == 1; }));
  EXPECT_NE(node.http.bulks().find("{\"n\":3}"), std::string::npos);
  EXPECT_EQ(node.http.bulks().find("{\"n\":1}"), std::string::npos);
}

TEST(OnCommit, AnAbandonedEpochGoesWithTheNext) {
  Node node;
  StartedSink sink(node.http);
  ASSERT_TRUE(sink.h.push(number(1)).ok());
  const auto first = sink.h.prepare(1);
  ASSERT_TRUE(sink.h.push(number(2)).ok());
  const auto second = sink.h.prepare(2);
  ASSERT_TRUE(sink.h.commit_blob(*first, 2).ok());
  ASSERT_TRUE(sink.h.commit_blob(*second, 2).ok());
  EXPECT_TRUE(eventually([&] { return sink.written() == 2; }));
}

TEST(OnCommit, AnEpochWaitsForTheOneBefore) {
  std::atomic<bool> is_taken{false};
  FakeNode node([&](const FakeRequest& request) {
    return bulk_reply(request, [&](const std::string& action) {
      return action.find("\"1\"") == std::string::npos || is_taken ? 201 : 429;
    });
  });
  StartedSink sink(node);
  ASSERT_TRUE(sink.h.push(number(0)).ok());
  ASSERT_TRUE(sink.h.push(number(1)).ok());
  ASSERT_TRUE(sink.h.commit(1).ok());
  ASSERT_TRUE(sink.h.push(number(2)).ok());
  ASSERT_TRUE(sink.h.commit(2).ok());
  ASSERT_TRUE(eventually([&] { return node.requests().size() > 5; }));
  EXPECT_EQ(sink.written(), 1);
  EXPECT_EQ(node.bulks().find("{\"n\":2}"), std::string::npos);
  is_taken = true;
  EXPECT_TRUE(eventually([&] { return sink.written() == 3; }));
}

TEST(OnCommit, DeliveredFollowsTheVerdicts) {
  Node node;
  node.is_up = false;
  wf::testing::MockHost mock;
  const wf::Host host(mock.abi());
  HttpOptions http;
  http.hosts = {node.http.url()};
  http.dead_min = http.dead_max = Duration(2000);
  Route route;
  route.http = http;
  route.schema = number(0).schema();
  route.sender.path = "/_bulk";
  route.sender.retry_min = route.sender.retry_max = Duration(2000);
  StagedCommitter committer(host, StagedCommitter::Connection{http, route.sender, {}});
  EXPECT_EQ(committer.prepare(1).value(), "");
  ASSERT_TRUE(committer.serve(route).ok());
  const auto commit = [&](uint64_t epoch, bool with_document) {
    if (with_document) {
      Document document;
      document.action = "{\"index\":{\"_index\":\"c\"}}";
      document.source = "{\"n\":1}";
      committer.stage({document});
    }
    const auto blob = committer.prepare(epoch);
    ASSERT_TRUE(blob.ok());
    ASSERT_TRUE(committer.commit(epoch, "", *blob).ok());
  };
  EXPECT_EQ(committer.delivered(), -1);
  commit(3, false);
  EXPECT_EQ(committer.delivered(), 3);
  commit(4, true);
  commit(5, true);
  commit(6, false);
  EXPECT_EQ(committer.delivered(), 3);
  node.is_up = true;
  EXPECT_TRUE(eventually([&] { return committer.delivered() == 6; }));
  EXPECT_EQ(mock.counted(WF_COUNT_PASSED), 2);
}

TEST(OnCommit, AFreshProcessSendsFromTheBytes) {
  Node node;
  std::string blob;
  {
    StartedSink sink(node.http);
    ASSERT_TRUE(sink.h.push(number(1)).ok());
    blob = sink.h.prepare(1).value();
  }
  {
    // With the sink of the same configuration, before it is opened.
    StartedSink sink(node.http);
    ASSERT_TRUE(sink.h.commit_blob(blob, 1).ok());
    EXPECT_TRUE(eventually([&] { return sink.written() == 1; }));
    EXPECT_EQ(sink.h.abort_blob(blob, 1).code(), Code::ok);
  }
  wf::testing::MockHost mock;
  const wf::Host host(mock.abi());
  auto alone = ElasticSink::make_committer(host, nullptr, "", "");
  ASSERT_TRUE(alone.ok());
  ASSERT_TRUE((*alone)->commit(1, "", blob).ok());
  EXPECT_EQ(mock.counted(WF_COUNT_PASSED), 1);  // it has waited
  EXPECT_EQ((*alone)->delivered(), 1);
  EXPECT_EQ((*alone)->commit(2, "", blob.substr(0, blob.size() - 1)).code(), Code::invalid_data);
}

TEST(OnCommit, SecretsAreNotStored) {
  Node node;
  Harness h = Harness::of<ElasticSink>();
  Value::Table with = config(node.http);
  with.emplace_back("auth", Value::Table{{"user", "me"}, {"password", "hush-hush"}});
  ASSERT_TRUE(h.start(with, {number(0).schema()}).ok());
  ASSERT_TRUE(h.push(number(1)).ok());
  const std::string blob = h.prepare(1).value();
  EXPECT_EQ(blob.find("hush"), std::string::npos);
  wf::testing::MockHost mock;
  const wf::Host host(mock.abi());
  auto alone = ElasticSink::make_committer(host, nullptr, "", "");
  EXPECT_EQ((*alone)->commit(1, "", blob).code(), Code::permission_denied);
}

TEST(OnCommit, RefusedDocumentsOfAStoredEpochAreNotLost) {
  FakeNode node([](const FakeRequest& request) {
    return bulk_reply(request, [](const std::string&) { return 400; });
  });
  StartedSink sink(node);
  ASSERT_TRUE(sink.h.push(number(1)).ok());
  const std::string blob = sink.h.prepare(1).value();
  wf::testing::MockHost with, without;
  without.missing = {WF_EXT_DEADLETTER};
  const wf::Host first(with.abi()), second(without.abi());
  StagedCommitter keeps(first, std::nullopt), cannot(second, std::nullopt);
  EXPECT_TRUE(keeps.commit(1, "", blob).ok());
  ASSERT_EQ(with.refused().size(), 1u);
  EXPECT_EQ(with.refused()[0].text, "1");
  EXPECT_EQ(cannot.commit(1, "", blob).code(), Code::invalid_data);
}

TEST(OnCommit, WithoutCheckpointsTheEpochHasALimit) {
  Node node;
  Harness h = Harness::of<ElasticSink>();
  Value::Table small = config(node.http);
  small.emplace_back("pending_limit", 1 << 16);
  ASSERT_TRUE(h.start(small, {number(0).schema()}).ok());
  wf::Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) status = h.push(number(i));
  EXPECT_EQ(status.code(), Code::resource_exhausted);
  EXPECT_EQ(status.place()->key, "pending_limit");
}

TEST(OnCommit, StagedDocumentsLetTheSourcesRest) {
  Node node;
  Harness h = Harness::of<ElasticSink>();
  h.host().task().checkpointed = 1;
  Value::Table small = config(node.http);
  small.emplace_back("pending_limit", 1 << 16);
  ASSERT_TRUE(h.start(small, {number(0).schema()}).ok());
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(h.push(number(i)).ok());
  EXPECT_NE(h.host().pressure(), "");
  ASSERT_TRUE(h.commit(1).ok());
  EXPECT_TRUE(eventually([&] { return h.host().pressure().empty(); }));
  EXPECT_TRUE(eventually([&] { return h.host().metrics()["documents"] == 1000; }));
  EXPECT_EQ(h.counters().passed, 1000);
}

TEST(OnCommit, PendingDocumentsOfAnEarlyStateGoWithTheNextEpoch) {
  std::string state;
  Node node;
  node.is_up = false;
  {
    Harness h = Harness::of<ElasticSink>();
    Value::Table early = config(node.http);
    early.back().second = "early";
    early.emplace_back("flush_timeout", 1000);
    ASSERT_TRUE(h.start(early, {number(0).schema()}).ok());
    ASSERT_TRUE(h.push(number(1)).ok());
    state = h.snapshot(1).value();
  }
  node.is_up = true;
  StartedSink sink(node.http);
  ASSERT_TRUE(sink.h.restore(state).ok());
  ASSERT_TRUE(sink.h.commit(2).ok());
  EXPECT_TRUE(eventually([&] { return sink.written() == 1; }));
}

/// The committing side as the host asks it.
std::pair<wf::CommitMode, uint32_t> mode(Value::Table values, uint32_t deterministic,
                                         uint32_t checkpointed) {
  Harness h = Harness::of<ElasticSink>();
  h.host().task().deterministic = deterministic;
  h.host().task().checkpointed = checkpointed;
  values.emplace_back("hosts", "http://127.0.0.1:9");
  values.emplace_back("index", "c");
  EXPECT_TRUE(h.configure(std::move(values)).ok());
  const auto* commit = static_cast<const wf_commit*>(
      h.instance()->get_extension(h.instance(), wf::str(WF_EXT_COMMIT)));
  return {static_cast<wf::CommitMode>(commit->mode(h.instance())), commit->replay(h.instance())};
}

TEST(OnCommit, AutoChoosesByPathAndOperation) {
  using wf::CommitMode;
  const Value::Table with_id{{"id", "{n}"}}, update{{"id", "{n}"}, {"op", "update"}};
  EXPECT_EQ(mode(with_id, 1, 1).first, CommitMode::none);
  EXPECT_EQ(mode(with_id, 2, 1).first, CommitMode::follows);
  EXPECT_EQ(mode(with_id, 2, 2).first, CommitMode::none);
  EXPECT_EQ(mode(update, 2, 2).first, CommitMode::follows);
  EXPECT_EQ(mode({}, 2, 2).first, CommitMode::follows);
  EXPECT_EQ(mode(with_id, 0, 0).first, CommitMode::follows);
  EXPECT_EQ(mode({{"delivery", "early"}}, 2, 1).first, CommitMode::none);
  EXPECT_EQ(mode({{"delivery", "on_commit"}}, 1, 1).first, CommitMode::follows);
  EXPECT_EQ(mode(with_id, 1, 1).second, WF_REPLAY_OVERWRITES);
  EXPECT_EQ(mode({}, 1, 1).second, WF_REPLAY_DUPLICATES);
}

}  // namespace
}  // namespace weirflow::elasticsearch
