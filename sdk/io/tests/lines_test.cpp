// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Lines into rows, and what the sources of lines share of their configuration.
#include <gtest/gtest.h>

#include "weirflow/io/json_columns.hpp"
#include "weirflow/io/line_fields.hpp"
#include "weirflow/testing/batch_text.hpp"

namespace wf::io {
namespace {

Lines lines_of(const std::vector<std::string>& texts) {
  Lines lines;
  for (const std::string& text : texts) lines.add(text);
  return lines;
}

Result<LineRows> rows_of(LineConfig config) { return make_line_rows(config); }

LineConfig json_config() {
  LineConfig config;
  config.columns.emplace_back("id", Value("int64"));
  config.columns.emplace_back("t", Value(Value::Table{{"path", "/deep/t"}, {"type", "utf8"}}));
  return config;
}

std::string key_of(const Status& status) { return status.place() ? status.place()->key : ""; }

TEST(Lines, KeepTheirTexts) {
  const Lines lines = lines_of({"one", "", "three"});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "one");
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[2], "three");
  EXPECT_EQ(lines.text(), "one\n\nthree\n");
}

TEST(LineRows, TextHasOneColumn) {
  LineConfig config;
  config.format = "line";
  const auto rows = rows_of(config);
  ASSERT_TRUE(rows.ok());
  const auto read = rows->read(lines_of({"a\r", "b\xFF", "", "c"}));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(testing::to_text({read->batch}), "line:utf8\na\n\"\"\nc\n");
  EXPECT_EQ(read->from, (std::vector<size_t>{0, 2, 3}));
  ASSERT_EQ(read->bad.size(), 1U);
  EXPECT_EQ(read->bad[0].index, 1U);
  EXPECT_EQ(read->bad[0].code, "bad_encoding");
}

TEST(LineRows, EncodingsAreTriedInTurn) {
  LineConfig config;
  config.format = "line";
  config.encoding = "utf-8|latin-1";
  const auto read = rows_of(config)->read(lines_of({"\xC3\xA9", "\xE9"}));
  EXPECT_EQ(testing::to_text({read->batch}), "line:utf8\n\xC3\xA9\n\xC3\xA9\n");
}

TEST(LineRows, JsonHasTheDeclaredColumnsAndSaysWhichLinesAreBad) {
  const auto rows = rows_of(json_config());
  ASSERT_TRUE(rows.ok()) << rows.status().message();
  const auto read = rows->read(
      lines_of({R"({"id":1,"deep":{"t":"x"}})", "{", R"({"id":"y"})", R"({"id":4,"other":[]})"}));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(testing::to_text({read->batch}), "id:int64 t:utf8\n1 | x\n4 | null\n");
  EXPECT_EQ(read->from, (std::vector<size_t>{0, 3}));
  ASSERT_EQ(read->bad.size(), 2U);
  EXPECT_EQ(read->bad[0].code, "bad_json");
  EXPECT_EQ(read->bad[1].code, "bad_value");
  EXPECT_EQ(read->bad[1].index, 2U);
}

TEST(LineRows, OneBatchHoweverManyLines) {
  Lines lines;
  for (int i = 0; i < 20'000; ++i) lines.add("{\"id\":" + std::to_string(i) + "}");
  const auto read = rows_of(json_config())->read(lines);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->batch.rows(), 20'000);
  EXPECT_EQ(read->from.back(), 19'999U);
}

TEST(LineRows, NoLinesGiveNoRows) {
  const auto read = rows_of(json_config())->read({});
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->from.empty());
}

TEST(LineRows, WrongColumnsAreRefusedAtTheirKey) {
  LineConfig none;
  EXPECT_EQ(key_of(rows_of(none).status()), "columns");
  LineConfig inferred = json_config();
  inferred.columns.emplace_back("x", Value(""));
  EXPECT_EQ(key_of(rows_of(inferred).status()), "columns");
  LineConfig text = json_config();
  text.format = "line";
  EXPECT_EQ(key_of(rows_of(text).status()), "columns");
  LineConfig encoding = json_config();
  encoding.encoding = "utf-9";
  EXPECT_EQ(key_of(rows_of(encoding).status()), "encoding");
}

TEST(JsonColumns, SayWhatIsWrongWithOne) {
  const auto problem = [](Value value) {
    Map<Value> columns;
    columns.emplace_back("a", std::move(value));
    const Status status = json_columns(columns).status();
    EXPECT_EQ(key_of(status), "columns.a");
    return status.message();
  };
  EXPECT_NE(problem(Value(int64_t{1})).find("a column is a type or a table"), std::string::npos);
  EXPECT_NE(problem(Value("int65")).find("int65"), std::string::npos);
  EXPECT_NE(problem(Value(Value::Table{{"typ", "utf8"}})).find("there is no key 'typ'"),
            std::string::npos);
  EXPECT_NE(problem(Value(Value::Table{{"type", int64_t{1}}})).find("'type' must be a string"),
            std::string::npos);
  EXPECT_NE(problem(Value(Value::Table{{"required", "yes"}})).find("'required' must be true"),
            std::string::npos);
}

TEST(LineColumns, TheAddedOnesStandBehindAndHaveTheirOwnNames) {
  const auto rows = rows_of(json_config());
  SchemaBuilder both;
  ASSERT_TRUE(add_line_columns(*rows, {{"time", Type::timestamp, false, {}}}, &both).ok());
  EXPECT_EQ(both.finish().fields().back().name, "time");
  SchemaBuilder twice;
  const Status status = add_line_columns(*rows, {{"id", Type::utf8, false, {}}}, &twice);
  EXPECT_EQ(key_of(status), "add");
}

TEST(EventTime, TellsTheHighestTimeOfARow) {
  const Batch batch = testing::batch("id:int64 at:timestamp\n 1 | 300\n 2 | null\n 3 | 100");
  WatermarkTracker tracker(10, 1'000);
  EventTime::make("at", batch.schema())->see(batch, "s", &tracker);
  EXPECT_EQ(tracker.watermark(0), 290);
  WatermarkTracker none(10, 1'000);
  EventTime().see(batch, "s", &none);
  EXPECT_EQ(none.watermark(0), WatermarkTracker::kNone);
  EXPECT_EQ(key_of(EventTime::make("id", batch.schema()).status()), "event_time");
  EXPECT_EQ(key_of(EventTime::make("nowhere", batch.schema()).status()), "event_time");
}

}  // namespace
}  // namespace wf::io
