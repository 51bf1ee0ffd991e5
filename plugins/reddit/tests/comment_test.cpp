// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "comment.h"

#include <gtest/gtest.h>

#include "comment_lines.h"
#include "csv_preset.h"
#include "weirflow/testing/batch_text.hpp"

namespace weirflow::reddit {
namespace {

/// The row made of one object, or "CODE message".
std::string row_of(const std::string& json, const std::vector<std::string>& columns) {
  auto reader = CommentReader::make(columns);
  if (!reader.ok()) return reader.error().message();
  if (auto problem = (*reader)->add(json, false))
    return std::string(problem->code) + " " + problem->message;
  const wf::Batch batch(std::make_shared<const wf::Schema>((*reader)->fields()), 1,
                        (*reader)->finish());
  const std::string text = wf::testing::to_text({batch});
  return text.substr(text.find('\n') + 1);
}

const std::vector<std::string> kSome = {"id",      "name",       "body",  "created_utc",
                                        "edited",  "edited_utc", "score", "retrieved_utc",
                                        "removal", "removed"};

TEST(Comment, FormsOfTheSameObject) {
  const std::string fields = "\"id\":\"abc\",\"body\":\"hi \\u00e9\",\"score\":5,\"author\":\"x\"";
  const std::string expected = "abc | t1_abc | hi é | 1466899200000000 | false | null | 5 | ";
  // Old dumps: times as strings, retrieved_on; new dumps: numbers; the API: wrapped, floats.
  EXPECT_EQ(
      row_of("{" + fields +
                 ",\"created_utc\":\"1466899200\",\"edited\":false,\"retrieved_on\":1466899300}",
             kSome),
      expected + "1466899300000000 | null | false\n");
  EXPECT_EQ(row_of("{\"_meta\":{\"removal_type\":\"removed by "
                   "reddit\",\"x\":[1]},\"retrieved_utc\":1466899300," +
                       fields + ",\"created_utc\":1466899200,\"edited\":false}",
                   kSome),
            expected + "1466899300000000 | removed by reddit | true\n");
  EXPECT_EQ(row_of("{\"kind\":\"t1\",\"data\":{\"name\":\"t1_abc\"," + fields +
                       ",\"created_utc\":1466899200.0,\"edited\":false}}",
                   kSome),
            expected + "null | null | false\n");
}

TEST(Comment, EditedIsATruthValueOrATime) {
  const auto edited = [](const std::string& value) {
    return row_of("{\"id\":\"a\",\"body\":\"b\",\"edited\":" + value + "}",
                  {"edited", "edited_utc"});
  };
  EXPECT_EQ(edited("false"), "false | null\n");
  EXPECT_EQ(edited("true"), "true | null\n");
  EXPECT_EQ(edited("1466899200"), "true | 1466899200000000\n");
  EXPECT_EQ(edited("null"), "null | null\n");
}

TEST(Comment, RemovalLabels) {
  const auto label = [](const std::string& rest) {
    return row_of("{\"id\":\"a\"," + rest + "}", {"removal", "removed"});
  };
  EXPECT_EQ(label("\"body\":\"[removed]\""), "removed | true\n");
  EXPECT_EQ(label("\"body\":\"[deleted]\""), "deleted | false\n");
  EXPECT_EQ(label("\"body\":\"text\",\"_meta\":{\"removal_type\":\"deleted\"}"),
            "deleted | false\n");
  EXPECT_EQ(label("\"body\":\"text\",\"_meta\":{\"removal_type\":\"removed\"}"),
            "removed | true\n");
  EXPECT_EQ(label("\"body\":\"text\",\"_meta\":null"), "null | false\n");
}

TEST(Comment, WhatIsNoComment) {
  EXPECT_EQ(row_of("{\"kind\":\"Listing\",\"data\":{\"children\":[]}}", kSome).substr(0, 37),
            "not_a_comment the object is a listing");
  EXPECT_EQ(row_of("{\"kind\":\"t3\",\"data\":{\"id\":\"a\"}}", kSome),
            "not_a_comment the object is of kind 't3', a comment is of kind 't1'");
  EXPECT_EQ(row_of("{\"id\":\"a\"}", kSome), "not_a_comment the object has no id and body");
  EXPECT_EQ(row_of("{\"id\":\"a\"", kSome).substr(0, 8), "bad_json");
  EXPECT_EQ(row_of("{\"id\":\"a\",\"body\":\"b\",\"score\":\"many\"}", kSome),
            "bad_value 'score': many is no int64");
  EXPECT_EQ(row_of("{\"id\":\"a\",\"body\":\"b\"}", {"bodi"}), "a comment has no column 'bodi'");
}

TEST(Comment, AllColumnsByDefault) {
  const auto schema = dump_schema({});
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->size(), static_cast<int>(comment_columns().size()));
  EXPECT_EQ(schema->field(7).name, "created_utc");
}

TEST(CsvPreset, KnowsBothHeaders) {
  const auto types = [](std::initializer_list<const char*> names) {
    std::string text;
    for (const char* name : names)
      text += std::string(wf::to_string(preset_type(name, wf::Type::boolean))) + " ";
    return text;
  };
  EXPECT_EQ(types({"row", "x", "body", "removed"}), "int64 int64 utf8 bool ");
  EXPECT_EQ(types({"index", "body", "score", "parent id", "id", "created", "retrieved", "removed"}),
            "int64 utf8 int64 utf8 utf8 timestamp timestamp bool ");
  EXPECT_EQ(types({"Parent.ID", "parent_id", "REMOVED", "column_1"}), "utf8 utf8 bool null ");
}

}  // namespace
}  // namespace weirflow::reddit
