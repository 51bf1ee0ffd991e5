// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Queues, the input gate with barriers and watermarks, and the conservation check by themselves.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "engine/conservation.h"
#include "engine/input_gate.h"

namespace weirflow::engine {
namespace {

wf::Batch rows(int64_t n, int64_t first = 0) {
  wf::Int64Builder builder;
  for (int64_t i = 0; i < n; ++i) builder.append(first + i);
  return wf::Batch(std::make_shared<const wf::Schema>(wf::Schema{{"n", wf::Type::int64}}), n,
                   {builder.finish()});
}

using Kind = InputGate::Event::Kind;

std::vector<std::string> drain(InputGate& gate) {
  std::vector<std::string> seen;
  for (;;) {
    auto event = gate.next();
    EXPECT_TRUE(event.ok());
    if (!*event) return seen;
    switch ((*event)->kind) {
      case Kind::batch:
        seen.push_back("batch " + std::to_string((*event)->item.batch.numbers<int64_t>(0)[0]));
        break;
      case Kind::watermark:
        seen.push_back("watermark " + std::to_string((*event)->item.value));
        break;
      case Kind::idle:
        seen.emplace_back("idle");
        break;
      case Kind::barrier:
        seen.push_back("barrier " + std::to_string((*event)->item.value));
        break;
      case Kind::port_end:
        seen.push_back("port end");
        break;
      case Kind::all_end:
        seen.push_back("end");
        break;
    }
  }
}

struct TwoEdges {
  EdgeCounters ca, cb;
  QueueEdge a{{}, ca}, b{{}, cb};
  InputGate gate;
  TwoEdges() {
    gate.add(0, &a);
    gate.add(0, &b);
  }
};

TEST(Gate, AlignsBarriers) {
  TwoEdges t;
  ASSERT_TRUE(t.a.push(Item::barrier(1)).ok());
  ASSERT_TRUE(t.a.push(Item::of(rows(1, 10))).ok());  // behind the barrier: waits
  ASSERT_TRUE(t.b.push(Item::of(rows(1, 20))).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"batch 20"});
  ASSERT_TRUE(t.b.push(Item::barrier(1)).ok());
  EXPECT_EQ(drain(t.gate), (std::vector<std::string>{"barrier 1", "batch 10"}));
}

TEST(Gate, AnEndedInputCountsAsAligned) {
  TwoEdges t;
  ASSERT_TRUE(t.a.push(Item::barrier(3)).ok());
  ASSERT_TRUE(t.b.push(Item::end()).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"barrier 3"});
  ASSERT_TRUE(t.a.push(Item::barrier(4)).ok());
  ASSERT_TRUE(t.a.push(Item::end()).ok());
  EXPECT_EQ(drain(t.gate), (std::vector<std::string>{"barrier 4", "port end", "end"}));
}

TEST(Gate, WatermarkIsTheMinimumAndNeverGoesBack) {
  TwoEdges t;
  ASSERT_TRUE(t.a.push(Item::watermark(100)).ok());
  EXPECT_TRUE(drain(t.gate).empty());
  ASSERT_TRUE(t.b.push(Item::watermark(50)).ok());
  ASSERT_TRUE(t.b.push(Item::watermark(40)).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"watermark 50"});
  ASSERT_TRUE(t.b.push(Item::end()).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"watermark 100"});
}

TEST(Gate, AnIdleInputHoldsNothingBack) {
  TwoEdges t;
  ASSERT_TRUE(t.a.push(Item::watermark(100)).ok());
  ASSERT_TRUE(t.b.push(Item::watermark(50)).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"watermark 50"});
  ASSERT_TRUE(t.b.push(Item::idle()).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"watermark 100"});
  ASSERT_TRUE(t.a.push(Item::idle()).ok());
  ASSERT_TRUE(t.b.push(Item::idle()).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"idle"}) << "once";
  ASSERT_TRUE(t.b.push(Item::of(rows(1, 20))).ok());  // active again, and behind
  ASSERT_TRUE(t.a.push(Item::watermark(200)).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"batch 20"});
  ASSERT_TRUE(t.b.push(Item::watermark(150)).ok());
  EXPECT_EQ(drain(t.gate), std::vector<std::string>{"watermark 150"});
}

TEST(Gate, OrderedReadsOneEdgeAfterTheOther) {
  TwoEdges t;
  t.gate.set_ordered(true);
  ASSERT_TRUE(t.b.push(Item::of(rows(1, 20))).ok());
  EXPECT_TRUE(drain(t.gate).empty());
  ASSERT_TRUE(t.a.push(Item::of(rows(1, 10))).ok());
  ASSERT_TRUE(t.a.push(Item::end()).ok());
  EXPECT_EQ(drain(t.gate), (std::vector<std::string>{"batch 10", "batch 20"}));
}

TEST(Queue, IsBoundedInRowsBytesAndBatches) {
  EdgeCounters c;
  QueueEdge by_rows({.rows = 10, .bytes = 1 << 20, .batches = 64}, c),
      by_batches({.rows = 1000, .bytes = 1 << 20, .batches = 2}, c),
      by_bytes({.rows = 1000, .bytes = 64, .batches = 64}, c);
  for (QueueEdge* q : {&by_rows, &by_batches, &by_bytes}) {
    int pushed = 0;
    while (!q->is_full()) {
      ASSERT_TRUE(q->push(Item::of(rows(4))).ok());
      ASSERT_LT(++pushed, 10);
    }
    ASSERT_TRUE(q->push(Item::end()).ok());  // control ignores the bound
    ASSERT_TRUE(q->pop().ok());
    EXPECT_FALSE(q->is_full());
  }
}

TEST(Queue, TellsOfRoomOnceItIsHalfEmpty) {
  EdgeCounters c;
  QueueEdge q({.rows = 1000, .bytes = 1 << 20, .batches = 4}, c);
  int told = 0;
  q.on_room([&] { ++told; });
  const auto fill = [&] {
    while (!q.is_full()) ASSERT_TRUE(q.push(Item::of(rows(1))).ok());
  };
  fill();
  ASSERT_TRUE(q.pop().ok());
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(q.pop().ok());
  EXPECT_EQ(told, 1);
  ASSERT_TRUE(q.pop().ok());
  q.rest();
  EXPECT_EQ(told, 1);  // nobody waits
  fill();
  q.rest();
  EXPECT_EQ(told, 1);  // there is no room
  ASSERT_TRUE(q.pop().ok());
  q.rest();
  EXPECT_EQ(told, 2);
}

TEST(Queue, SheddingCountsWhatItDrops) {
  EdgeCounters c;
  QueueEdge q({.rows = 4, .bytes = 1 << 20, .batches = 64}, c, QueueEdge::WhenFull::shed);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(q.push(Item::of(rows(4))).ok());
  EXPECT_FALSE(q.is_full());
  EXPECT_EQ(c.shed, 8);
  ASSERT_TRUE(q.pop().ok());
  EXPECT_EQ(c.produced, c.consumed + c.shed);
}

TEST(Queue, SpillingKeepsTheOrder) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("weirflow-queue-" + std::to_string(::getpid()));
  {
    EdgeCounters c;
    auto q = QueueEdge::spilling({.rows = 4, .bytes = 1 << 20, .batches = 64}, c,
                                 (folder / "edge").string());
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(q->push(Item::of(rows(3, 3 * i))).ok());
      if (i == 20) {
        ASSERT_TRUE(q->push(Item::watermark(7)).ok());
      }
      ASSERT_TRUE(q->ready());
    }
    ASSERT_TRUE(q->push(Item::end()).ok());
    EXPECT_FALSE(q->is_full());
    int64_t next = 0;
    for (;;) {
      ASSERT_TRUE(q->ready());
      auto item = q->pop();
      ASSERT_TRUE(item.ok()) << item.status().to_string();
      if (item->kind == Item::Kind::end) break;
      if (item->kind == Item::Kind::watermark) {
        EXPECT_EQ(next, 63);
        continue;
      }
      EXPECT_EQ(item->batch.numbers<int64_t>(0)[0], next);
      next += item->batch.rows();
    }
    EXPECT_EQ(next, 150);
    EXPECT_GT(c.spilled, 0);
    EXPECT_FALSE(q->ready());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

TEST(Queue, ClosingDiscardsWhatIsInItAndWhatComes) {
  EdgeCounters c;
  QueueEdge q({}, c);
  ASSERT_TRUE(q.push(Item::of(rows(5))).ok());
  q.close();
  ASSERT_TRUE(q.push(Item::of(rows(2))).ok());
  EXPECT_EQ(c.discarded, 7);
  EXPECT_FALSE(q.ready());
}

TEST(Conservation, NamesWhatDoesNotAddUp) {
  TaskRows good{"good", wf::Cardinality::filter};
  good.in = 10, good.passed = 6, good.filtered = 3, good.refused = 1, good.out = 6;
  EXPECT_TRUE(check_conservation({good}, {{"a", "b", 5, 3, 1, 1}}).ok());
  TaskRows bad = good;
  bad.filtered = 2;
  EXPECT_NE(check_conservation({bad}, {}).message().find("good: took 10 rows, but accounts for 9"),
            std::string::npos);
  bad = good;
  bad.out = 5;
  EXPECT_FALSE(check_conservation({bad}, {}).ok());
  TaskRows source{"source", wf::Cardinality::source};
  source.read = 4, source.out = 3;
  EXPECT_FALSE(check_conservation({source}, {}).ok());
  TaskRows sink{"sink", wf::Cardinality::sink};
  sink.in = 4, sink.passed = 3;
  EXPECT_FALSE(check_conservation({sink}, {}).ok());
  sink.stopped_early = true;
  EXPECT_TRUE(check_conservation({sink}, {}).ok());
  EXPECT_NE(check_conservation({}, {{"a", "b", 5, 3, 1, 0}})
                .message()
                .find("a -> b: 5 rows were produced, but 3 consumed"),
            std::string::npos);
}

}  // namespace
}  // namespace weirflow::engine
