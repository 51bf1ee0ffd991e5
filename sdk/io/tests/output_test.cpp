// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/output.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "read_all.h"

namespace wf::io {
namespace {

using testing::Folder;

std::string decompressed(const std::string& path) {
  auto input = open_input(path, {});
  std::string all, part(4096, '\0');
  for (;;) {
    const auto got = (*input)->read(part.data(), part.size());
    if (!got.ok()) return "error: " + got.error().message();
    if (*got == 0) return all;
    all.append(part, 0, *got);
  }
}

TEST(Output, NothingIsVisibleBeforeCommit) {
  Folder folder;
  folder.write("a.csv", "old");
  auto file = OutputFile::create(folder.file("a.csv"), {});
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->write("new").ok());
  EXPECT_EQ(folder.read("a.csv"), "old");
  const auto blob = (*file)->prepare();
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ(folder.read("a.csv"), "old");
  file->reset();
  EXPECT_EQ(folder.read("a.csv"), "old");
  ASSERT_TRUE(OutputFile::commit(*blob).ok());
  EXPECT_EQ(folder.read("a.csv"), "new");
  EXPECT_TRUE(OutputFile::commit(*blob).ok());
  EXPECT_TRUE(OutputFile::abort(*blob).ok());
  EXPECT_EQ(folder.read("a.csv"), "new");
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Output, AbortAndDestructionLeaveNothing) {
  Folder folder;
  auto file = OutputFile::create(folder.file("a.csv"), {});
  ASSERT_TRUE((*file)->write("x").ok());
  EXPECT_EQ(folder.files(), 1u);
  file->reset();
  EXPECT_EQ(folder.files(), 0u);
  auto other = OutputFile::create(folder.file("a.csv"), {});
  const auto blob = (*other)->prepare();
  ASSERT_TRUE(OutputFile::abort(*blob).ok());
  ASSERT_TRUE(OutputFile::abort(*blob).ok());
  EXPECT_EQ(folder.files(), 0u);
  EXPECT_EQ(OutputFile::commit(*blob).code(), Code::not_found);
}

TEST(Output, IfExistsFailIsCheckedTwice) {
  Folder folder;
  OutputOptions options;
  options.if_exists = IfExists::fail;
  auto file = OutputFile::create(folder.file("a"), options);
  ASSERT_TRUE((*file)->write("mine").ok());
  const auto blob = (*file)->prepare();
  folder.write("a", "theirs");
  EXPECT_EQ(OutputFile::commit(*blob).code(), Code::conflict);
  EXPECT_EQ(folder.read("a"), "theirs");
  EXPECT_EQ(OutputFile::create(folder.file("a"), options).error().code(), Code::conflict);
  std::filesystem::remove(folder.file("a"));
  EXPECT_TRUE(OutputFile::commit(*blob).ok());
  EXPECT_TRUE(OutputFile::commit(*blob).ok());
  EXPECT_EQ(folder.read("a"), "mine");
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Output, TheNextWriterRemovesWhatACrashLeft) {
  Folder folder;
  folder.write(".a.csv.12-34-5.tmp", "of a crash");
  folder.write(".a.csv.12-34-6.prepared", "a commit record may name it");
  folder.write(".a.csv.mine.tmp", "somebody's");
  folder.write(".ab.csv.12-34-5.tmp", "of another file");
  auto first = OutputFile::create(folder.file("a.csv"), {});
  ASSERT_TRUE((*first)->write("first").ok());
  EXPECT_EQ(folder.files(), 4u);
  // The first is still being written, in this process or in another.
  auto second = OutputFile::create(folder.file("a.csv"), {});
  EXPECT_EQ(folder.files(), 5u);
  ASSERT_TRUE((*second)->write("second").ok());
  const auto of_second = (*second)->prepare();
  auto third = OutputFile::create(folder.file("a.csv"), {});
  ASSERT_TRUE(OutputFile::commit(*of_second).ok());
  EXPECT_EQ(folder.read("a.csv"), "second");
  const auto of_first = (*first)->prepare();
  ASSERT_TRUE(of_first.ok()) << of_first.error().message();
  ASSERT_TRUE(OutputFile::commit(*of_first).ok());
  EXPECT_EQ(folder.read("a.csv"), "first");
  third->reset();
  EXPECT_EQ(folder.files(), 4u);
  EXPECT_EQ(folder.read(".a.csv.12-34-6.prepared"), "a commit record may name it");
}

TEST(Output, CompressesByNameAndMakesFolders) {
  Folder folder;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\n";
  for (const char* name : {"x/y/a.csv", "x/a.csv.gz", "a.csv.zst"}) {
    auto file = OutputFile::create(folder.file(name), {});
    ASSERT_TRUE(file.ok()) << file.error().message();
    for (size_t at = 0; at < text.size(); at += 1000)
      ASSERT_TRUE((*file)->write(std::string_view(text).substr(at, 1000)).ok());
    ASSERT_TRUE(OutputFile::commit(*(*file)->prepare()).ok());
    EXPECT_EQ(decompressed(folder.file(name)), text) << name;
  }
  EXPECT_LT(std::filesystem::file_size(folder.file("x/a.csv.gz")), text.size() / 2);
}

TEST(Output, FullDiskIsSaidAndLeavesNothing) {
  auto device = OutputFile::create("/dev/full", {});
  ASSERT_TRUE(device.ok());
  Status status = (*device)->write(std::string(1 << 20, 'x'));
  EXPECT_EQ(status.code(), Code::resource_exhausted);
  EXPECT_NE(status.message().find("No space left"), std::string::npos);

  Folder folder;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{100'000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  {
    auto file = OutputFile::create(folder.file("a"), {});
    status = (*file)->write(std::string(1 << 20, 'x'));
  }
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(status.code(), Code::resource_exhausted);
  EXPECT_EQ(folder.files(), 0u);
}

TEST(Output, FollowsSymbolicLinks) {
  Folder folder;
  folder.write("real", "old");
  std::filesystem::create_symlink("real", folder.file("link"));
  auto file = OutputFile::create(folder.file("link"), {});
  ASSERT_TRUE((*file)->write("new").ok());
  ASSERT_TRUE(OutputFile::commit(*(*file)->prepare()).ok());
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link")));
  EXPECT_EQ(folder.read("real"), "new");
}

TEST(Output, DamagedBlobsAreRefused) {
  Folder folder;
  auto file = OutputFile::create(folder.file("a\nb"), {});
  const std::string blob = *(*file)->prepare();
  for (size_t keep = 0; keep < blob.size(); ++keep)
    EXPECT_EQ(OutputFile::commit(blob.substr(0, keep)).code(), Code::invalid_data);
  EXPECT_TRUE(OutputFile::commit(blob).ok());
}

TEST(Output, CsvQuoteModes) {
  const Batch batch = wf::testing::batch(
      "t:utf8 n:int64 l:list<utf8>\nplain | 1 | [a, b]\n\"a,\\\"b\\\"\" | null | null\n\"\" | 2 | "
      "[]\nnull | 3 | null\n");
  const auto written = [&](QuoteMode mode) {
    CsvWriteOptions options;
    options.quote_mode = mode;
    std::string text;
    auto encoder = make_csv_encoder(batch.schema(), options);
    (*encoder)->begin(&text);
    (*encoder)->append(batch, 0, batch.rows(), &text);
    return text;
  };
  EXPECT_EQ(written(QuoteMode::minimal),
            "t,n,l\nplain,1,\"[\"\"a\"\",\"\"b\"\"]\"\n\"a,\"\"b\"\"\",,\n\"\",2,\"[]\"\n,3,\n");
  EXPECT_EQ(written(QuoteMode::text).substr(0, 16), "\"t\",\"n\",\"l\"\n\"pla");
  EXPECT_NE(written(QuoteMode::all).find("\"plain\",\"1\","), std::string::npos);
}

}  // namespace
}  // namespace wf::io
