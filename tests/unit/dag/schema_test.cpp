// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/schema.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "dag/keys.h"

namespace weirflow::dag {
namespace {

const std::vector<std::pair<Section, const char*>> kSections = {
    {Section::dag_file, "dag_file"},
    {Section::group_file, "group_file"},
    {Section::dag, "dag"},
    {Section::schedule, "schedule"},
    {Section::param, "param"},
    {Section::defaults, "defaults"},
    {Section::checkpoint, "checkpoint"},
    {Section::task, "task"},
    {Section::edge, "edge"},
    {Section::group, "group"},
    {Section::group_output, "group_output"}};

TEST(Schema, HasEveryKeyThatTheReaderAcceptsAndNoOther) {
  const auto schema = nlohmann::json::parse(json_schema());
  for (const auto& [section, name] : kSections) {
    const auto& definition = schema.at("definitions").at(name);
    EXPECT_EQ(definition.at("additionalProperties"), false) << name;
    const auto& properties = definition.at("properties");
    size_t expected = 0;
    for (const Key& key : keys_of(section)) {
      if (key.shape == Shape::reserved) {
        EXPECT_FALSE(properties.contains(std::string(key.name))) << key.name;
        continue;
      }
      ++expected;
      ASSERT_TRUE(properties.contains(std::string(key.name))) << name << "." << key.name;
      EXPECT_FALSE(
          properties.at(std::string(key.name)).at("description").get<std::string>().empty());
    }
    EXPECT_EQ(properties.size(), expected) << name;
  }
}

TEST(Schema, TheFileBesideTheExamplesIsUpToDate) {
  std::ifstream in(std::string(std::getenv("WEIRFLOW_SOURCE_DIR")) + "/dags/weirflow.schema.json");
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), json_schema()) << "write the output of `weirflow validate --schema` there";
}

TEST(Schema, ReferencesExist) {
  const auto schema = nlohmann::json::parse(json_schema());
  const auto check = [&](const auto& self, const nlohmann::json& node) -> void {
    if (node.is_object() && node.contains("$ref")) {
      const auto target = node.at("$ref").get<std::string>();
      ASSERT_EQ(target.rfind("#/definitions/", 0), 0u);
      EXPECT_TRUE(schema.at("definitions").contains(target.substr(14))) << target;
    }
    if (node.is_structured())
      for (const auto& child : node) self(self, child);
  };
  check(check, schema);
}

TEST(Schema, ChoicesAreThoseOfTheReader) {
  const auto schema = nlohmann::json::parse(json_schema());
  const auto& task = schema.at("definitions").at("task").at("properties");
  EXPECT_EQ(task.at("trigger").at("enum").size(), 13u);
  EXPECT_EQ(task.at("mode").at("enum"), nlohmann::json({"fit", "apply"}));
}

}  // namespace
}  // namespace weirflow::dag
