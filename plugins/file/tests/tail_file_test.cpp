// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// One file: lines, limits, positions that prove themselves; and the text of snapshots.
#include "tail_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weirflow::file {
namespace {

class TailFileTest : public ::testing::Test {
 protected:
  TailFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "weirflow-tail-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name + "/a.log";
  }
  ~TailFileTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(std::filesystem::path(path_).parent_path(), ignored);
  }
  void append(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::app) << text;
  }
  void replace(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }
  [[nodiscard]] std::unique_ptr<TailFile> open() const {
    auto file = TailFile::open(path_);
    EXPECT_TRUE(file.ok()) << file.status().message();
    return std::move(*file);
  }
  static std::vector<std::string> read(TailFile& file, const TailFile::Limits& limits = {},
                                       bool last_too = false) {
    std::vector<std::string> lines;
    for (;;) {
      auto chunk = file.read(limits, last_too);
      EXPECT_TRUE(chunk.ok());
      for (const auto& line : chunk->too_long)
        lines.push_back("too long at " + std::to_string(line.offset) + ": " + line.start);
      for (size_t i = 0; i < chunk->lines.size(); ++i)
        lines.push_back(std::to_string(chunk->offsets[i]) + " " + std::string(chunk->lines[i]));
      if (chunk->at_end) return lines;
    }
  }
  using Lines = std::vector<std::string>;
  std::string path_;
};

TEST_F(TailFileTest, APartOfALineWaitsForItsEnd) {
  append("one\ntw");
  const auto file = open();
  EXPECT_EQ(read(*file), (Lines{"0 one"}));
  EXPECT_EQ(read(*file), Lines());
  append("o\n");
  EXPECT_EQ(read(*file), (Lines{"4 two"}));
}

TEST_F(TailFileTest, TheLastLineIsTakenWhenNobodyWillEndIt) {
  append("one\ntwo");
  const auto file = open();
  EXPECT_EQ(read(*file, {}, true), (Lines{"0 one", "4 two"}));
  EXPECT_EQ(file->offset(), 7u);
}

TEST_F(TailFileTest, EveryChunkSizeGivesTheSameLines) {
  std::string text, expected;
  for (int i = 0; i < 200; ++i) text += std::string(static_cast<size_t>(i * 7 % 50), 'x') + "\n";
  append(text);
  const auto whole = open();
  const Lines all = read(*whole);
  EXPECT_EQ(all.size(), 200u);
  for (const size_t bytes : {1u, 2u, 7u, 64u, 1000u}) {
    TailFile::Limits limits;
    limits.bytes = bytes;
    limits.rows = bytes;
    const auto file = open();
    EXPECT_EQ(read(*file, limits), all) << bytes;
    EXPECT_EQ(file->position().tail, whole->position().tail) << bytes;
  }
}

TEST_F(TailFileTest, ALineOverTheLimitIsToldOnceAndPassedOver) {
  TailFile::Limits limits;
  limits.max_line = 8;
  append("a\n12345678\n123456789\nb\n");
  const auto file = open();
  EXPECT_EQ(read(*file, limits), (Lines{"too long at 11: 123456789", "0 a", "2 12345678", "21 b"}));
}

TEST_F(TailFileTest, ALineOverTheLimitNeedNotEnd) {
  TailFile::Limits limits;
  limits.max_line = 8;
  append("123456789");
  const auto file = open();
  EXPECT_EQ(read(*file, limits), (Lines{"too long at 0: 123456789"}));
  EXPECT_TRUE(file->position().passing);
  const auto later = open();
  append("more of it");
  ASSERT_TRUE(*later->fits(file->position()));
  ASSERT_TRUE(later->seek(file->position()).ok());
  EXPECT_EQ(read(*later, limits), Lines());
  append("\nb\n");
  EXPECT_EQ(read(*later, limits), (Lines{"20 b"}));
}

TEST_F(TailFileTest, AByteOrderMarkIsNoText) {
  append("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n");
  EXPECT_EQ(read(*open()), (Lines{"3 one", "7 \xEF\xBB\xBFtwo"}));
}

TEST_F(TailFileTest, APositionFitsItsFileAlone) {
  append("one\ntwo\n");
  const auto file = open();
  read(*file);
  const TailPosition position = file->position();
  append("three\n");
  EXPECT_TRUE(*open()->fits(position));
  replace("one\ntwo");
  EXPECT_FALSE(*open()->fits(position)) << "shorter";
  replace("one\ntwX\nthree\n");
  EXPECT_FALSE(*open()->fits(position)) << "other bytes";
  TailPosition damaged = position;
  damaged.tail.size = 1'000'000;
  EXPECT_FALSE(*open()->fits(damaged));
}

TEST_F(TailFileTest, TruncationIsSeenAlsoBehindTheOldPosition) {
  append("one\ntwo\n");
  const auto file = open();
  read(*file);
  EXPECT_TRUE(file->is_same());
  append("three\n");
  EXPECT_TRUE(file->is_same());
  replace("another beginning, longer than what was there\n");
  EXPECT_FALSE(file->is_same());
  file->start_again();
  EXPECT_EQ(read(*file).size(), 1u);
}

TEST_F(TailFileTest, TheEndIsBehindTheLastWholeLine) {
  append("one\ntwo\nthr");
  auto file = open();
  ASSERT_TRUE(file->seek_end(1000).ok());
  EXPECT_EQ(file->offset(), 8u);
  append("ee\n");
  EXPECT_EQ(read(*file), (Lines{"8 three"}));
  file = open();
  append("a line under way that is over the limit");
  ASSERT_TRUE(file->seek_end(10).ok());
  append("\nnext\n");
  EXPECT_EQ(read(*file), (Lines{"54 next"}));
}

TEST(TailSnapshotTest, ReadsBackWhatItWrites) {
  TailSnapshot snapshot;
  snapshot.started = true;
  snapshot.watermarks = "17\n5 1 2049:7\n";
  snapshot.files.push_back(
      {"/var/log/\"odd\"\n.log", {2049, UINT64_MAX}, 12, true, {5, 6}, {7, 8}});
  snapshot.files.push_back({"b", {1, 2}, 0, false, {}, {}});
  const auto back = TailSnapshot::parse(snapshot.to_string());
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->to_string(), snapshot.to_string());
  EXPECT_EQ(back->files[0].id.inode, UINT64_MAX);
  EXPECT_EQ(back->files[0].path, "/var/log/\"odd\"\n.log");
}

TEST(TailSnapshotTest, DamageIsAnError) {
  TailSnapshot snapshot;
  snapshot.files.push_back({"b", {1, 2}, 0, false, {}, {}});
  const std::string text = snapshot.to_string();
  for (size_t size = 0; size + 1 < text.size(); ++size) {
    const auto parsed = TailSnapshot::parse(text.substr(0, size));
    const bool whole_line_less = size == text.find('\n') || size == text.find('\n') + 1;
    EXPECT_TRUE(!parsed.ok() || whole_line_less) << size;
  }
}

}  // namespace
}  // namespace weirflow::file
