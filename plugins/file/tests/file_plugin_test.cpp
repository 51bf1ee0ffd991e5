// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// The four components through their C entry.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::file {
namespace {

using wf::Code;
using wf::Value;
using wf::testing::Harness;

class FilePlugin : public ::testing::Test {
 protected:
  FilePlugin() {
    std::string name = (std::filesystem::temp_directory_path() / "weirflow-file-XXXXXX").string();
    if (mkdtemp(name.data())) folder_ = name;
  }
  ~FilePlugin() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string folder_;
};

TEST_F(FilePlugin, CsvReadsAndSendsBadRecordsToErrors) {
  Harness h(wf::testing::component_of("file.csv"));
  const std::string file =
      write("a.csv", "id,body,removed\n1,\"x\ny\",yes\n2,z\nthree,w,0\n4,v,1\n");
  ASSERT_TRUE(
      h.start({{"path", file}, {"columns", Value::Table{{"id", "int64"}, {"removed", "bool"}}}})
          .ok());
  EXPECT_TRUE(*h.drain());
  EXPECT_EQ(h.text(), "id:int64 body:utf8 removed:bool\n1 | \"x\\ny\" | true\n4 | v | true\n");
  const auto refused = h.refused();
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].code, "wrong_columns");
  EXPECT_EQ(refused[0].position, file + ":4");
  EXPECT_EQ(refused[1].code, "bad_value");
  EXPECT_EQ(refused[1].text, "three,w,0");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(FilePlugin, SkippedRecordsCountAsFiltered) {
  Harness h(wf::testing::component_of("file.csv"));
  ASSERT_TRUE(h.start({{"path", write("a.csv", "a,b\n1,2\n3\n")}, {"bad_lines", "skip"}}).ok());
  EXPECT_TRUE(*h.drain());
  EXPECT_EQ(h.text(), "a:int64 b:int64\n1 | 2\n");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(FilePlugin, AnInferredSchemaIsRememberedUntilTheFileChanges) {
  const std::string file = write("a.csv", "a\n1\n");
  Harness h(wf::testing::component_of("file.csv"));
  ASSERT_TRUE(h.configure({{"path", file}}).ok());
  ASSERT_TRUE(h.bind().ok());
  EXPECT_EQ(h.output_schema()->to_string(), "a: int64");
  EXPECT_FALSE(h.remembered().empty());
  ASSERT_TRUE(h.bind().ok());
  EXPECT_EQ(h.output_schema()->to_string(), "a: int64");
  write("a.csv", "a\nsome text\n");
  ASSERT_TRUE(h.bind().ok());
  EXPECT_EQ(h.output_schema()->to_string(), "a: utf8");
}

TEST_F(FilePlugin, AFileThatIsNotThereYetIsNoErrorAtBindButAtOpen) {
  Harness h(wf::testing::component_of("file.csv"));
  ASSERT_TRUE(h.configure({{"path", path("later.csv")}}).ok());
  ASSERT_TRUE(h.bind().ok());
  EXPECT_FALSE(h.output_schema());
  ASSERT_EQ(h.warnings().size(), 1u);
  EXPECT_EQ(h.open().code(), Code::not_found);
}

TEST_F(FilePlugin, WrongConfigurationNamesItsKey) {
  const auto key = [&](Value::Table config) {
    Harness h(wf::testing::component_of("file.csv"));
    config.emplace_back("path", write("a.csv", "a\n1\n"));
    wf::Status status = h.configure(std::move(config));
    if (status.ok()) status = h.bind();
    return status.place() ? status.place()->key : status.to_string();
  };
  EXPECT_EQ(key({{"delimiter", "ab"}}), "delimiter");
  EXPECT_EQ(key({{"escape", "xx"}}), "escape");
  EXPECT_EQ(key({{"encoding", "utf-9"}}), "encoding");
  EXPECT_EQ(key({{"select", Value::List{"b"}}}), "select");
  EXPECT_EQ(key({{"columns", Value::Table{{"a", "int63"}}}}), "columns.a");
  EXPECT_EQ(key({{"columns", Value::Table{{"b", "int64"}}}}), "columns");
  Harness h(wf::testing::component_of("file.csv"));
  ASSERT_TRUE(h.configure({{"path", "-"}}).ok());
  EXPECT_EQ(h.bind().place()->key, "columns");
}

TEST_F(FilePlugin, NamesWithoutHeaderMayLeaveTheTypeOpen) {
  Harness h(wf::testing::component_of("file.csv"));
  ASSERT_TRUE(h.start({{"path", write("a.csv", "1,x\n")},
                       {"header", false},
                       {"columns", Value::Table{{"n", ""}, {"t", "utf8"}}}})
                  .ok());
  EXPECT_TRUE(*h.drain());
  EXPECT_EQ(h.text(), "n:int64 t:utf8\n1 | x\n");
}

TEST_F(FilePlugin, GlobsAndSnapshots) {
  const auto* cls = wf::testing::component_of("file.csv");
  for (int i = 0; i < 3; ++i) write("p" + std::to_string(i) + ".csv", "n\n1\n2\n3\n");
  const Value::Table config{{"path", path("p*.csv")}, {"batch_rows", 2}};
  Harness whole(cls);
  ASSERT_TRUE(whole.start(config).ok());
  EXPECT_TRUE(*whole.drain());
  EXPECT_EQ(whole.column("n").size(), 9u);
  Harness first(cls), second(cls);
  ASSERT_TRUE(first.start(config).ok());
  ASSERT_TRUE(first.next().ok() && first.next().ok());
  ASSERT_TRUE(second.start(config).ok());
  ASSERT_TRUE(second.restore(*first.snapshot()).ok());
  EXPECT_TRUE(*second.drain());
  EXPECT_EQ(first.column("n").size() + second.column("n").size(), 9u);
}

TEST_F(FilePlugin, JsonlColumnsWithPointers) {
  Harness h(wf::testing::component_of("file.jsonl"));
  const std::string file =
      write("a.jsonl", "{\"id\":1,\"data\":{\"body\":\"x\"}}\n{\"id\":\"two\"}\n{\"data\":{}}\n");
  ASSERT_TRUE(
      h.start({{"path", file},
               {"columns",
                Value::Table{{"id", Value::Table{{"type", "int64"}, {"required", true}}},
                             {"body", Value::Table{{"path", "/data/body"}, {"type", "utf8"}}}}}})
          .ok());
  EXPECT_TRUE(*h.drain());
  EXPECT_EQ(h.text(), "id:int64 body:utf8\n1 | x\n");
  ASSERT_EQ(h.refused().size(), 2u);
  EXPECT_EQ(h.refused()[0].code, "bad_value");
  EXPECT_EQ(h.refused()[1].code, "missing_value");
  Harness wrong(wf::testing::component_of("file.jsonl"));
  ASSERT_TRUE(wrong
                  .configure({{"path", file},
                              {"columns", Value::Table{{"id", Value::Table{{"typ", "int64"}}}}}})
                  .ok());
  EXPECT_EQ(wrong.bind().place()->key, "columns.id");
}

TEST_F(FilePlugin, SinksShowTheirFileOnlyAtCommit) {
  const wf::Batch batch = wf::testing::batch("t:utf8 n:int64\n\"a,b\" | 1\nnull | 2\n");
  for (const char* id : {"file.csv_sink", "file.jsonl_sink"}) {
    Harness h(wf::testing::component_of(id));
    write("out", "old");
    ASSERT_TRUE(h.start({{"path", path("out")}}, {batch.schema()}).ok());
    ASSERT_TRUE(h.push(batch).ok());
    ASSERT_TRUE(h.finish().ok());
    EXPECT_EQ(read("out"), "old");
    const auto blob = h.prepare();
    ASSERT_TRUE(blob.ok());
    EXPECT_EQ(read("out"), "old");
    ASSERT_TRUE(h.commit_blob(*blob).ok());
    ASSERT_TRUE(h.commit_blob(*blob).ok());
    ASSERT_TRUE(h.close().ok());
    EXPECT_EQ(read("out"), id == std::string("file.csv_sink")
                               ? "t,n\n\"a,b\",1\n,2\n"
                               : "{\"t\":\"a,b\",\"n\":1}\n{\"t\":null,\"n\":2}\n");
    EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
    EXPECT_EQ(h.unreleased(), 0);
  }
}

TEST_F(FilePlugin, AnAbandonedSinkLeavesNothing) {
  {
    Harness h(wf::testing::component_of("file.csv_sink"));
    const wf::Batch batch = wf::testing::batch("n:int64\n1\n");
    ASSERT_TRUE(h.start({{"path", path("out.csv.gz")}}, {batch.schema()}).ok());
    ASSERT_TRUE(h.push(batch).ok());
    ASSERT_TRUE(h.close().ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(FilePlugin, AFullDiskIsATaskError) {
  Harness h(wf::testing::component_of("file.csv_sink"));
  std::string text = "t:utf8\n";
  for (int i = 0; i < 4000; ++i) text += std::string(200, 'x') + "\n";
  const wf::Batch batch = wf::testing::batch(text);
  ASSERT_TRUE(h.start({{"path", "/dev/full"}}, {batch.schema()}).ok());
  EXPECT_EQ(h.push(batch).code(), Code::resource_exhausted);
}

}  // namespace
}  // namespace weirflow::file
