// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// The parts that know no node: order of documents, verdicts, waits, stored bytes.
#include <gtest/gtest.h>

#include "backoff.h"
#include "bulk_reply.h"
#include "http_pool.h"
#include "pending.h"
#include "request_limit.h"
#include "stored.h"

namespace weirflow::elasticsearch {
namespace {

using Time = Pending::Time;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Time kStart = Time() + seconds(1000);

Document document(std::string text, uint64_t key = 0, uint64_t epoch = 0) {
  Document made;
  made.action = std::move(text);
  made.key = key;
  made.epoch = epoch;
  made.added = kStart;
  return made;
}

std::string texts(const Pending::Bulk& bulk) {
  std::string all;
  for (const auto& entry : bulk) all += entry.document.action;
  return all;
}

TEST(Pending, IsDueByCountBytesAgeOrHurry) {
  Pending pending;
  const Pending::Limits limits{2, 100};
  EXPECT_FALSE(pending.is_due(kStart, limits, seconds(1), true));
  pending.add(document("a"));
  EXPECT_FALSE(pending.is_due(kStart, limits, seconds(1), false));
  EXPECT_TRUE(pending.is_due(kStart, limits, seconds(1), true));
  EXPECT_TRUE(pending.is_due(kStart + seconds(1), limits, seconds(1), false));
  EXPECT_EQ(pending.next_due(seconds(1)), kStart + seconds(1));
  pending.add(document("b"));
  EXPECT_TRUE(pending.is_due(kStart, limits, seconds(1), false));
  Pending large;
  large.add(document(std::string(200, 'x')));
  EXPECT_TRUE(large.is_due(kStart, limits, seconds(1), false));
}

TEST(Pending, TakesByCountAndBytesAndALargeOneAlone) {
  Pending pending;
  for (const char* text : {"a", "b", "c"}) pending.add(document(text));
  pending.add(document(std::string(50, 'L')));
  pending.add(document("d"));
  EXPECT_EQ(texts(pending.take({2, 20})), "ab");
  EXPECT_EQ(texts(pending.take({9, 20})), "c");
  EXPECT_EQ(texts(pending.take({9, 20})), std::string(50, 'L'));
  EXPECT_EQ(texts(pending.take({9, 20})), "d");
  EXPECT_TRUE(pending.take({9, 20}).empty());
  EXPECT_EQ(pending.documents(), 5u);
}

TEST(Pending, OneOfAKeyAtATimeInOrderAlsoWhenRepeated) {
  Pending pending;
  const Pending::Limits limits{9, 1000};
  for (const char* text : {"a", "b", "c"}) pending.add(document(text, 7));
  pending.add(document("x", 8));
  Pending::Bulk first = pending.take(limits);
  EXPECT_EQ(texts(first), "ax");
  EXPECT_TRUE(pending.take(limits).empty());
  pending.settle(first[1]);
  pending.put_back(std::move(first[0]), kStart + seconds(1));
  pending.release(kStart);
  EXPECT_TRUE(pending.take(limits).empty());
  EXPECT_EQ(pending.next_due(seconds(9)), kStart + seconds(1));
  pending.release(kStart + seconds(1));
  pending.add(document("d", 7));
  for (const char* text : {"a", "b", "c", "d"}) {
    Pending::Bulk bulk = pending.take(limits);
    ASSERT_EQ(texts(bulk), text);
    EXPECT_TRUE(pending.take(limits).empty());
    pending.settle(bulk[0]);
  }
  EXPECT_TRUE(pending.empty());
  EXPECT_EQ(pending.bytes(), 0);
}

TEST(Pending, EpochAfterEpoch) {
  Pending pending;
  const Pending::Limits limits{9, 1000};
  pending.add(document("a", 0, 1));
  pending.add(document("b", 0, 1));
  pending.add(document("c", 0, 2));
  Pending::Bulk bulk = pending.take(limits);
  EXPECT_EQ(texts(bulk), "ab");
  pending.settle(bulk[0]);
  EXPECT_FALSE(pending.is_due(kStart + seconds(9), limits, seconds(1), true));
  EXPECT_TRUE(pending.take(limits).empty());
  EXPECT_EQ(pending.first_epoch(), 1u);
  pending.settle(bulk[1]);
  EXPECT_EQ(pending.first_epoch(), 2u);
  EXPECT_EQ(texts(pending.take(limits)), "c");
}

TEST(Pending, AGroupBoundsItsBulk) {
  Pending pending;
  for (const char* text : {"a", "b", "c", "d"}) {
    Document limited = document(text);
    limited.group = 2;
    pending.add(limited);
  }
  EXPECT_EQ(texts(pending.take({9, 1000})), "ab");
  EXPECT_EQ(texts(pending.take({9, 1000})), "cd");
}

TEST(Pending, AllKeepsTheOrderAndMarksWhatIsOnItsWay) {
  Pending pending;
  for (const char* text : {"a", "b", "c", "d"}) pending.add(document(text, *text == 'd' ? 1 : 0));
  pending.add(document("e", 1));
  Pending::Bulk bulk = pending.take({2, 1000});
  pending.put_back(std::move(bulk[1]), kStart);
  bulk.pop_back();
  Pending::Bulk rest = pending.take({9, 1000});  // e waits for d
  const auto all = pending.all({&bulk, &rest});
  std::string order;
  for (const Document& d : all) order += d.action + (d.may_be_there ? "!" : "");
  EXPECT_EQ(order, "a!bc!d!e");
}

TEST(BulkReply, ReadsItemsAndTheirErrors) {
  const auto items = parse_bulk_reply(
      R"({"errors":true,"items":[{"index":{"status":201}},{"create":{"_id":"1","status":400,)"
      R"("error":{"type":"t","reason":"r","caused_by":{"type":"c","reason":"why"}}}},)"
      R"({"index":{"status":500,"error":"plain"}}]})",
      3);
  ASSERT_TRUE(items.ok()) << items.error().message();
  EXPECT_EQ((*items)[0].status, 201);
  EXPECT_EQ((*items)[1].type, "t");
  EXPECT_EQ((*items)[1].reason, "r: why");
  EXPECT_EQ((*items)[2].reason, "plain");
}

TEST(BulkReply, RefusesWhatIsNoAnswer) {
  for (const char* text : {"", "[]", "{}", R"({"items":3})", R"({"items":[]})",
                           R"({"items":[{"index":{}}]})", R"({"items":[{"index":{"status":"x"}}]})",
                           R"({"items":[{"a":{"status":1},"b":{"status":1}}]})",
                           R"({"items":[{"a":{"status":1}},{"a":{"status":1}}]})"})
    EXPECT_EQ(parse_bulk_reply(text, 1).status().code(), wf::Code::invalid_data) << text;
}

TEST(BulkReply, ErrorReasons) {
  EXPECT_EQ(error_reason(R"({"error":{"type":"t","reason":"r"},"status":400})"), "t: r");
  EXPECT_EQ(error_reason(R"({"error":"x"})"), "error: x");
  EXPECT_EQ(error_reason("<html>"), "<html>");
}

TEST(BulkReply, Verdicts) {
  const auto verdict = [](int status, Expectation expected, bool there = false,
                          const char* type = "some") {
    const Judgement j = judge({status, status < 300 ? "" : type, ""}, expected, there);
    constexpr const char* kNames[] = {"done", "retry", "stop", "refused"};
    return std::string(kNames[static_cast<size_t>(j.verdict)]) +
           (j.code.empty() ? "" : ":" + std::string(j.code));
  };
  const Expectation index{Op::index, false, false}, create{Op::create, false, false};
  EXPECT_EQ(verdict(200, index), "done");
  EXPECT_EQ(verdict(201, index), "done");
  EXPECT_EQ(verdict(400, index), "refused:bad_document");
  EXPECT_EQ(verdict(404, index), "refused:not_found");
  EXPECT_EQ(verdict(413, index), "refused:too_large");
  EXPECT_EQ(verdict(422, index), "refused:rejected");
  EXPECT_EQ(verdict(409, index), "refused:conflict");
  for (const int status : {408, 429, 500, 503}) EXPECT_EQ(verdict(status, index), "retry");
  for (const int status : {401, 403}) EXPECT_EQ(verdict(status, index), "stop");
  EXPECT_EQ(verdict(409, create), "refused:exists");
  EXPECT_EQ(verdict(409, create, true), "done");
  EXPECT_EQ(verdict(409, {Op::create, false, true}), "done");
  EXPECT_EQ(verdict(409, {Op::index, true, false}), "done");
  EXPECT_EQ(verdict(409, {Op::update, false, false}), "retry");
  EXPECT_EQ(verdict(404, {Op::remove, false, false}, false, ""), "done");
  EXPECT_EQ(verdict(404, {Op::remove, false, false}), "refused:not_found");
}

TEST(Backoff, DoublesWithJitterUpToTheLongest) {
  Backoff backoff(milliseconds(100), seconds(1), 1);
  const std::pair<uint32_t, milliseconds> full[] = {{1, milliseconds(100)},
                                                    {2, milliseconds(200)},
                                                    {4, milliseconds(800)},
                                                    {5, milliseconds(1000)},
                                                    {4'000'000'000u, milliseconds(1000)}};
  for (const auto& [n, longest] : full) {
    Backoff::Duration lowest = seconds(9), highest{0};
    for (int i = 0; i < 200; ++i) {
      const auto wait = backoff.before(n);
      lowest = std::min(lowest, wait);
      highest = std::max(highest, wait);
    }
    EXPECT_GE(lowest, longest / 2);
    EXPECT_LT(lowest, longest * 3 / 5);
    EXPECT_LE(highest, longest);
    EXPECT_GT(highest, longest * 9 / 10);
  }
}

TEST(RequestLimit, GrowsByOneAndHalves) {
  RequestLimit limit(8);
  EXPECT_EQ(limit.limit(), 4);
  for (int i = 0; i < 3; ++i) limit.good();
  EXPECT_EQ(limit.limit(), 4);
  limit.good();
  EXPECT_EQ(limit.limit(), 5);
  for (int i = 0; i < 100; ++i) limit.good();
  EXPECT_EQ(limit.limit(), 8);
  limit.overloaded();
  EXPECT_EQ(limit.limit(), 4);
  for (int i = 0; i < 9; ++i) limit.overloaded();
  EXPECT_EQ(limit.limit(), 1);
  EXPECT_EQ(RequestLimit(1).limit(), 1);
}

TEST(Stored, ComesBackAsItWas) {
  Route route;
  route.http.hosts = {"http://a", "https://b/x"};
  route.http.user = "u";
  route.http.password = "hush";
  route.http.ca_file = "ca.pem";
  route.sender.path = "/_bulk?x";
  route.sender.expected = {Op::remove, true, true};
  route.sender.limits = {7, 99};
  route.schema = wf::Schema{{"a", wf::Type::int64, true, {}},
                            {"b", wf::DataType::list_of(wf::Type::utf8), true, {}},
                            {"c", wf::Type::large_utf8, true, {}}};
  Document one = document("action\n", 5), two = document("");
  one.source = "so\nurce";
  one.rest = "rest";
  one.tries = 3;
  one.may_be_there = true;
  const std::string bytes = store(route, {one, two}, "stage");
  EXPECT_EQ(bytes.find("hush"), std::string::npos);
  const auto back = read_stored(bytes);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->stage, "stage");
  EXPECT_TRUE(back->needs_secret);
  EXPECT_EQ(back->route.schema.to_string(), "a: int64, b: list<utf8>, c: utf8");
  ASSERT_EQ(back->documents.size(), 2u);
  const Document& read = back->documents[0];
  EXPECT_EQ(read.action + read.source + read.rest, one.action + one.source + one.rest);
  EXPECT_EQ(read.key, 5u);
  EXPECT_EQ(read.tries, 3u);
  EXPECT_TRUE(read.may_be_there);
  EXPECT_FALSE(back->documents[1].may_be_there);
  EXPECT_EQ(back->route.sender.expected.op, Op::remove);
  for (size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(read_stored(std::string_view(bytes).substr(0, cut)).ok()) << cut;
}

TEST(HttpPool, EncodesPaths) { EXPECT_EQ(url_encoded("a-b_c.d~/ é"), "a-b_c.d~%2F%20%C3%A9"); }

}  // namespace
}  // namespace weirflow::elasticsearch
