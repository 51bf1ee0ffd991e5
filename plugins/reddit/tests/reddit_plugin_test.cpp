// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>

#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::reddit {
namespace {

using wf::Value;
using wf::testing::Harness;

class RedditPlugin : public ::testing::Test {
 protected:
  RedditPlugin() {
    std::string name = (std::filesystem::temp_directory_path() / "weirflow-reddit-XXXXXX").string();
    if (mkdtemp(name.data())) folder_ = name;
  }
  ~RedditPlugin() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }
  std::string folder_;
};

/// As the monthly dumps are made: one frame with a window of 2^31 bytes, no content size.
std::string long_window_zstd(const std::string& text) {
  ZSTD_CCtx* c = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
  ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 27);
  std::string out(ZSTD_compressBound(text.size()) + 1024, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_compressStream2(c, &to, &in, ZSTD_e_flush);
  ZSTD_compressStream2(c, &to, &in, ZSTD_e_end);
  out.resize(to.pos);
  ZSTD_freeCCtx(c);
  // The frame header's window descriptor says 2^31; the data need not fill it.
  out[5] = static_cast<char>((31 - 10) << 3);
  return out;
}

TEST_F(RedditPlugin, DumpsWithALongWindow) {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += "{\"author\":\"a\",\"body\":\"text " + std::to_string(i) +
            "\",\"created_utc\":" + std::to_string(1466899200 + i) + ",\"id\":\"i" +
            std::to_string(i) + "\"}\n";
  text += "{\"id\":\"broken\"\n";
  for (const std::string& stored : {text, long_window_zstd(text)}) {
    Harness h(wf::testing::component_of("reddit.dump"));
    ASSERT_TRUE(h.start({{"path", write("RC.zst", stored)},
                         {"columns", Value::List{"id", "created_utc", "body", "removed"}}})
                    .ok());
    EXPECT_TRUE(*h.drain());
    EXPECT_EQ(h.column("body").size(), 3000u);
    EXPECT_EQ(h.column("created_utc")[2999], "1466902199000000");
    ASSERT_EQ(h.refused().size(), 1u);
    EXPECT_EQ(h.refused()[0].code, "bad_json");
    EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
  }
  Harness small(wf::testing::component_of("reddit.dump"));
  ASSERT_TRUE(small.start({{"path", folder_ + "/RC.zst"}, {"zstd_window_log", 30}}).ok());
  const auto refused = small.drain();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), wf::Code::resource_exhausted);
}

TEST_F(RedditPlugin, ExtractAddsColumnsAndRefusesRows) {
  const wf::Batch in = wf::testing::batch(
      "kafka_offset:int64 value:utf8\n"
      "7 | \"{\\\"id\\\":\\\"a\\\",\\\"body\\\":\\\"x\\\",\\\"created_utc\\\":\\\"1\\\"}\"\n"
      "8 | \"nope\"\n9 | null\n"
      "10 | "
      "\"{\\\"kind\\\":\\\"t1\\\",\\\"data\\\":{\\\"id\\\":\\\"b\\\",\\\"body\\\":\\\"[removed]"
      "\\\"}}\"\n");
  Harness h(wf::testing::component_of("reddit.extract"));
  ASSERT_TRUE(h.run({{"columns", Value::List{"id", "created_utc", "removed"}}}, {in}).ok());
  EXPECT_EQ(h.text(),
            "kafka_offset:int64 id:utf8 created_utc:timestamp removed:bool\n"
            "7 | a | 1000000 | false\n10 | b | null | true\n");
  ASSERT_EQ(h.refused().size(), 2u);
  EXPECT_EQ(h.refused()[0].row, 1);
  EXPECT_EQ(h.refused()[1].code, "not_a_comment");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(RedditPlugin, ExtractSaysWhichColumnClashes) {
  Harness h(wf::testing::component_of("reddit.extract"));
  ASSERT_TRUE(h.configure({}).ok());
  const wf::Status status = h.bind({wf::testing::schema("id:int64 value:utf8")});
  EXPECT_EQ(status.code(), wf::Code::invalid_config);
  EXPECT_NE(status.message().find("'id' exists already"), std::string::npos);
  EXPECT_FALSE(h.bind({wf::testing::schema("value:int64")}).ok());
}

TEST_F(RedditPlugin, CsvPresetReadsTheSmallFileAndTheLargeOne) {
  Harness small(wf::testing::component_of("reddit.csv"));
  ASSERT_TRUE(small
                  .start({{"path", write("s.csv",
                                         "\"row\",\"x\",\"body\",\"removed\"\n\"1\",\"2\","
                                         "\"a\r\n\"\"b\"\" \x93\",\"1\"\n")},
                          {"removed", "bool"}})
                  .ok());
  EXPECT_TRUE(*small.drain());
  EXPECT_EQ(small.text(),
            "row:int64 x:int64 body:utf8 removed:bool\n1 | 2 | \"a\\r\\n\\\"b\\\" “\" | true\n");
  Harness large(wf::testing::component_of("reddit.csv"));
  ASSERT_TRUE(large
                  .start({{"path", write("l.csv",
                                         "\"\",\"body\",\"score\",\"parent "
                                         "id\",\"id\",\"created\",\"retrieved\",\"removed\"\n"
                                         "\"1\",\"caf\xE9\",NA,\"t1_x\",\"12\",\"1466899200\","
                                         "\"2016-06-26 00:00:01\",\"0\"\n")}})
                  .ok());
  EXPECT_TRUE(*large.drain());
  EXPECT_EQ(large.text(),
            "column_1:int64 body:utf8 score:int64 parent id:utf8 id:utf8 created:timestamp "
            "retrieved:timestamp removed:int64\n"
            "1 | café | null | t1_x | 12 | 1466899200000000 | 1466899201000000 | 0\n");
}

TEST_F(RedditPlugin, CsvPresetNeedsABody) {
  Harness h(wf::testing::component_of("reddit.csv"));
  ASSERT_TRUE(h.configure({{"path", write("x.csv", "a,b\n1,2\n")}}).ok());
  EXPECT_EQ(h.bind().code(), wf::Code::invalid_data);
}

}  // namespace
}  // namespace weirflow::reddit
