// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// What a request is answered, without a server.
#include "intake.h"

#include <gtest/gtest.h>

#include "scratch_folder.h"

namespace weirflow::http {
namespace {

using Strings = std::vector<std::string>;

wf::io::LineRows json_rows() {
  wf::io::JsonlOptions options;
  options.columns = {{"id", "", wf::DataType(wf::Type::int64), true},
                     {"text", "", wf::DataType(wf::Type::utf8), false}};
  return std::move(*wf::io::LineRows::make(wf::io::LineFormat::json, options));
}

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() { open(1 << 20, {}); }
  void open(int64_t limit, Intake::Options options) {
    intake_.reset();
    spool_.reset();
    options.path = "/events";
    spool_ = std::move(*Spool::open(
        {folder_.path("spool"), limit, 1 << 20}, [](const std::string&) {},
        [](std::string_view) {}));
    intake_ = std::make_unique<Intake>(options, rows_, *spool_, keys_, [this] { return now_us_; });
  }
  static ServerRequest request(std::string body, std::string type = "application/x-ndjson") {
    ServerRequest r;
    r.method = "POST";
    r.path = "/events";
    r.peer = "127.0.0.1";
    r.content_type = std::move(type);
    r.body = std::move(body);
    return r;
  }
  [[nodiscard]] int64_t records() const {
    int64_t n = 0;
    SpoolPosition at;
    for (;; ++n) {
      auto record = spool_->read(at);
      if (!record.ok() || !*record) return n;
      at = (*record)->next;
    }
  }
  ScratchFolder folder_;
  int64_t now_us_ = 1'000'000;
  wf::io::LineRows rows_ = json_rows();
  IdempotencyKeys keys_{60'000'000, 3};
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Intake> intake_;
};

TEST_F(IntakeTest, TakesLinesAndArrays) {
  EXPECT_EQ(intake_->take(request("{\"id\":1}\n\n{\"id\":2}")).body, "{\"rows\":2}\n");
  EXPECT_EQ(intake_
                ->take(request(" [ {\"id\":1},\n {\"id\":2,\"text\":\"a,]\\\"\"} ] ",
                               "application/json; charset=utf-8"))
                .body,
            "{\"rows\":2}\n");
  EXPECT_EQ(intake_->take(request("[]", "application/json")).body, "{\"rows\":0}\n");
  EXPECT_EQ(intake_->take(request("")).body, "{\"rows\":0}\n");
  EXPECT_EQ(records(), 2);
}

TEST_F(IntakeTest, OneBadRowAndNoneIsTaken) {
  const auto answer = intake_->take(request("{\"id\":1}\n{\"id\":\"x\"}\n{\"id\":\n{}"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("3 of 4 rows cannot be taken, so none was"), std::string::npos);
  EXPECT_NE(answer.body.find("{\"row\":2,\"code\":\"bad_value\",\"reason\":\"column 'id'"),
            std::string::npos)
      << answer.body;
  EXPECT_NE(answer.body.find("{\"row\":3,\"code\":\"bad_json\""), std::string::npos);
  EXPECT_NE(answer.body.find("{\"row\":4,\"code\":\"missing_value\""), std::string::npos);
  EXPECT_EQ(records(), 0);
}

TEST_F(IntakeTest, ArraysThatAreNoneAreRefused) {
  for (const std::string body :
       {"[", "[{}", "[{\"id\":1},]", "[,]", "[{\"id\":1}] x", "[{\"id\":1]", "[\"", "[{\"id\":1}}]",
        "[{\"id\":1,\"text\":\"\n\"}]", "[[]]", "[1]", "[{\"id\":1}{\"id\":2}]"}) {
    EXPECT_EQ(intake_->take(request(body, "application/json")).status, 400) << body;
  }
  EXPECT_EQ(records(), 0);
}

TEST_F(IntakeTest, EachWrongRequestHasItsStatus) {
  const auto status = [&](const std::function<void(ServerRequest&)>& change) {
    ServerRequest r = request("{\"id\":1}");
    change(r);
    return intake_->take(r).status;
  };
  EXPECT_EQ(status([](auto&) {}), 200);
  EXPECT_EQ(status([](auto& r) { r.path = "/other"; }), 404);
  EXPECT_EQ(status([](auto& r) { r.method = "GET"; }), 405);
  EXPECT_EQ(status([](auto& r) { r.too_large = true; }), 413);
  EXPECT_EQ(status([](auto& r) { r.incomplete = true; }), 408);
  EXPECT_EQ(status([](auto& r) { r.content_type = "text/plain"; }), 415);
  EXPECT_EQ(status([](auto& r) { r.content_type = ""; }), 415);
  EXPECT_EQ(status([](auto& r) { r.content_encoding = "gzip"; }), 415);
  EXPECT_EQ(status([](auto& r) { r.origin = "http://example.com"; }), 403);
  EXPECT_EQ(status([](auto& r) { r.idempotency_key = std::string(256, 'x'); }), 400);
  EXPECT_EQ(records(), 1);
}

TEST_F(IntakeTest, TheTokenIsAskedFor) {
  Intake::Options options;
  options.token = "secret";
  open(1 << 20, options);
  const auto status = [&](const std::string& authorization) {
    ServerRequest r = request("{\"id\":1}");
    r.authorization = authorization;
    return intake_->take(r).status;
  };
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(status("Bearer "), 401);
  EXPECT_EQ(status("Bearer secre"), 401);
  EXPECT_EQ(status("Bearer secretsecret"), 401);
  EXPECT_EQ(status("Basic secret"), 401);
  EXPECT_EQ(status("Bearer secret"), 200);
}

TEST_F(IntakeTest, AFullSpoolSaysWhenToComeAgain) {
  open(1000, {});
  ServerResponse answer;
  int taken = 0;
  while ((answer = intake_->take(request("{\"id\":1}"))).status == 200) ++taken;
  EXPECT_GT(taken, 3);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.retry_after_s, 5);
}

TEST_F(IntakeTest, ARepeatedKeyAddsNothing) {
  ServerRequest r = request("{\"id\":1}\n{\"id\":2}");
  r.idempotency_key = "a";
  EXPECT_EQ(intake_->take(r).body, "{\"rows\":2}\n");
  EXPECT_EQ(intake_->take(r).body, "{\"rows\":2}\n");
  EXPECT_EQ(records(), 1);
  ServerRequest other = request("{\"id\":3}");
  other.idempotency_key = "a";
  EXPECT_EQ(intake_->take(other).status, 422);
  now_us_ += 61'000'000;
  EXPECT_EQ(intake_->take(r).status, 200);
  EXPECT_EQ(records(), 2) << "the window is over";
}

TEST_F(IntakeTest, WhatWasRefusedMayComeAgainWithItsKey) {
  ServerRequest r = request("{\"id\":1}");
  r.idempotency_key = "a";
  open(64, {});
  EXPECT_EQ(intake_->take(r).status, 413) << "it would never fit";
  open(200, {});
  EXPECT_EQ(intake_->take(request("{\"id\":0}")).status, 200);
  EXPECT_EQ(intake_->take(r).status, 503);
  open(1 << 20, {});
  EXPECT_EQ(intake_->take(r).status, 200);
  EXPECT_EQ(records(), 2);
}

TEST_F(IntakeTest, KeysAreLimitedInNumberAndSurviveAFile) {
  for (const std::string key : {"a", "b", "c", "d", "e"}) {
    ServerRequest r = request("{\"id\":1}");
    r.idempotency_key = key;
    EXPECT_EQ(intake_->take(r).status, 200);
    ++now_us_;
  }
  EXPECT_LE(keys_.size(), 4u);
  ASSERT_TRUE(keys_.save(folder_.path("keys")).ok());
  IdempotencyKeys loaded(60'000'000, 3);
  ASSERT_TRUE(loaded.load(folder_.path("keys")).ok());
  IdempotencyKeys::Answered before;
  const uint64_t hash = 1;
  EXPECT_EQ(loaded.begin("e", hash, now_us_, &before), IdempotencyKeys::Verdict::other_body);
  EXPECT_EQ(loaded.begin("a", hash, now_us_, &before), IdempotencyKeys::Verdict::fresh);
  EXPECT_EQ(loaded.begin("a", hash, now_us_, &before), IdempotencyKeys::Verdict::under_way);
}

}  // namespace
}  // namespace weirflow::http
