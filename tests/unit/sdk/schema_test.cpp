// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "weirflow/schema.hpp"

namespace weirflow {
namespace {

using namespace wf;

TEST(Types, TextFormReadsBack) {
  for (const char* text :
       {"bool", "int32", "int64", "float32", "float64", "utf8", "binary", "timestamp", "null",
        "list<utf8>", "list<struct<index: int32, value: float64>>"}) {
    auto type = parse_type(text);
    ASSERT_TRUE(type.ok()) << text;
    EXPECT_EQ(type->to_string(), text);
  }
  EXPECT_EQ(parse_type("string")->id(), Type::utf8);
}

TEST(Types, WrongTextSaysWhatIsWrong) {
  EXPECT_EQ(parse_type("utf9").status().message(), "'utf9' is no type; did you mean 'utf8'?");
  EXPECT_EQ(parse_type("list").status().message(), "'list' needs its item type, as in list<utf8>");
  EXPECT_EQ(parse_type("int64 x").status().message(), "'x' is left over after the type");
  EXPECT_FALSE(parse_type("struct<a>").ok());
  EXPECT_FALSE(parse_type("").ok());
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "list<";
  EXPECT_FALSE(parse_type(deep).ok());
}

TEST(Schemas, MissingColumnNamesTheNearest) {
  const Schema schema{{"body", Type::utf8}, {"score", Type::int64}};
  EXPECT_EQ(*schema.require("score"), 1);
  const Status status = schema.require("scoer", "column").status();
  EXPECT_EQ(status.message(), "there is no column 'scoer'; the input has body, score");
  ASSERT_NE(status.place(), nullptr);
  EXPECT_EQ(status.place()->key, "column");
  EXPECT_EQ(status.place()->hint, "did you mean 'score'?");
}

TEST(Schemas, SparseSizeIsIgnoredInComparison) {
  EXPECT_TRUE(Schema({sparse_field("v", 10)}) == Schema({sparse_field("v")}));
  EXPECT_FALSE(Schema({sparse_field("v")}) == Schema({sparse_field("w")}));
}

TEST(Schemas, BuilderRefusesATakenName) {
  SchemaBuilder builder(Schema{{"x", Type::int64}});
  EXPECT_FALSE(builder.add({"x", Type::utf8}).ok());
  builder.set({"x", Type::utf8});
  EXPECT_EQ(builder.finish().to_string(), "x: utf8");
}

TEST(Statuses, KeepContextAndPolicy) {
  Status status = std::move(unavailable("broker is down")).with_context("kafka.sink");
  EXPECT_EQ(status.to_string(), "unavailable: kafka.sink: broker is down");
  EXPECT_TRUE(status.retryable());
  EXPECT_FALSE(std::move(status).retryable(false).retryable());
  EXPECT_EQ(io_error("disk").retry(), Status::Retry::by_code);
  EXPECT_FALSE(io_error("disk").retryable());
  EXPECT_TRUE(io_error("disk").retryable(true).retryable());
  EXPECT_TRUE(Status().ok());
}

}  // namespace
}  // namespace weirflow
