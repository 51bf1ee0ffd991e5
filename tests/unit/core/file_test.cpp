// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace weirflow {
namespace {

namespace fs = std::filesystem;

class File : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::path(::testing::TempDir()) / "weirflow-file-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string folder_;
};

TEST_F(File, IsReplacedAsAWholeAndLeavesNothingElse) {
  ASSERT_TRUE(write_file_durably(path("a"), "first").ok());
  ASSERT_TRUE(write_file_durably(path("a"), std::string("se\0cond", 7)).ok());
  EXPECT_EQ(*read_file(path("a")), std::string("se\0cond", 7));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(File, ErrorsNameThePathAndHaveTheirCode) {
  const auto missing = read_file(path("none"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), wf::Code::not_found);
  EXPECT_NE(missing.error().message().find(path("none")), std::string::npos);
  EXPECT_FALSE(write_file_durably(path("no/folder"), "x").ok());
  EXPECT_EQ(errno_status("x", ENOSPC).code(), wf::Code::resource_exhausted);
  EXPECT_EQ(errno_status("x", EACCES).code(), wf::Code::permission_denied);
  EXPECT_EQ(errno_status("x", EIO).code(), wf::Code::io_error);
}

TEST_F(File, MakesFoldersAboveAFolder) {
  ASSERT_TRUE(make_folders(path("a/b/c")).ok());
  ASSERT_TRUE(make_folders(path("a/b/c")).ok());
  EXPECT_TRUE(fs::is_directory(path("a/b/c")));
  ASSERT_TRUE(write_file_durably(path("file"), "").ok());
  EXPECT_FALSE(make_folders(path("file/below")).ok());
}

TEST_F(File, ALockIsHeldOnce) {
  const auto held = lock_file(path("lock"));
  ASSERT_TRUE(held.ok());
  const auto again = lock_file(path("lock"));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), wf::Code::conflict);
  ::close(*held);
  const auto free = lock_file(path("lock"));
  ASSERT_TRUE(free.ok());
  ::close(*free);
}

}  // namespace
}  // namespace weirflow
