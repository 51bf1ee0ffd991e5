// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/input.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <random>
#include <thread>

#include "read_all.h"

namespace wf::io {
namespace {

using testing::Folder;

std::string gzip(const std::string& text) {
  z_stream s{};
  deflateInit2(&s, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&s, text.size()) + 64, '\0');
  s.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  s.avail_in = static_cast<uInt>(text.size());
  s.next_out = reinterpret_cast<Bytef*>(out.data());
  s.avail_out = static_cast<uInt>(out.size());
  deflate(&s, Z_FINISH);
  out.resize(s.total_out);
  deflateEnd(&s);
  return out;
}

std::string zstd(const std::string& text, int window_log = 0) {
  ZSTD_CCtx* c = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
  // Without a content size the frame announces its window, as streamed dumps do.
  ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
  if (window_log) ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
  std::string out(ZSTD_compressBound(text.size()) + 1024, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_compressStream2(c, &to, &in, ZSTD_e_flush);
  ZSTD_compressStream2(c, &to, &in, ZSTD_e_end);
  out.resize(to.pos);
  ZSTD_freeCCtx(c);
  return out;
}

Result<std::string> read_file(const std::string& path, const InputOptions& options = {}) {
  WF_ASSIGN(auto input, open_input(path, options));
  std::string all, part(1000, '\0');
  for (;;) {
    WF_ASSIGN(const size_t got, input->read(part.data(), part.size()));
    if (got == 0) return all;
    all.append(part, 0, got);
  }
}

std::string sample() {
  std::mt19937 random(1);
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += static_cast<char>('a' + random() % 20);
  return text;
}

TEST(Input, DetectsCompressionByContent) {
  Folder folder;
  const std::string text = sample();
  for (const size_t read_size : {size_t{1}, size_t{777}, size_t{1} << 18}) {
    InputOptions options;
    options.read_size = read_size;
    EXPECT_EQ(*read_file(folder.write("a", text), options), text);
    EXPECT_EQ(*read_file(folder.write("b", gzip(text)), options), text);
    EXPECT_EQ(*read_file(folder.write("c", zstd(text)), options), text);
    EXPECT_EQ(
        *read_file(folder.write("d", gzip(text) + gzip("more") + std::string(512, '\0')), options),
        text + "more");
    const std::string skippable("\x50\x2A\x4D\x18\x03\0\0\0abc", 11);
    EXPECT_EQ(*read_file(folder.write("e", skippable + zstd(text) + zstd("more")), options),
              text + "more");
  }
  EXPECT_EQ(*read_file(folder.write("f", "")), "");
  EXPECT_EQ(*read_file(folder.write("g", "(")), "(");
}

TEST(Input, DamagedCompressionIsNeverTakenForWhole) {
  Folder folder;
  const std::string text = sample();
  for (const std::string& whole : {gzip(text), zstd(text)}) {
    for (const size_t keep : {whole.size() - 1, whole.size() - 9, whole.size() / 2, size_t{12}}) {
      const auto got = read_file(folder.write("t", whole.substr(0, keep)));
      ASSERT_FALSE(got.ok()) << keep;
      EXPECT_EQ(got.error().code(), Code::invalid_data);
      EXPECT_NE(got.error().message().find("truncated"), std::string::npos);
    }
    std::string flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 0x55);
    EXPECT_FALSE(read_file(folder.write("x", flipped)).ok());
    const auto behind = read_file(folder.write("y", whole + "garbage"));
    ASSERT_FALSE(behind.ok());
    EXPECT_EQ(behind.error().code(), Code::invalid_data);
  }
}

TEST(Input, ZstdWindowsUpToTheLimit) {
  Folder folder;
  const std::string path = folder.write("w", zstd(sample(), 24));
  InputOptions options;
  EXPECT_TRUE(read_file(path, options).ok());
  options.zstd_window_log = 20;
  const auto refused = read_file(path, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::resource_exhausted);
  EXPECT_NE(refused.error().message().find("zstd_window_log"), std::string::npos);
}

TEST(Input, ChangesUnderTheReaderAreErrors) {
  Folder folder;
  const auto changed = [&](const std::function<void(const std::string&)>& change) {
    const std::string path = folder.write("c", std::string(10'000, 'x'));
    auto input = open_input(path, {});
    std::string part(5'000, '\0');
    EXPECT_TRUE((*input)->read(part.data(), part.size()).ok());
    change(path);
    for (;;) {
      const auto got = (*input)->read(part.data(), part.size());
      if (!got.ok()) return got.error().message();
      if (*got == 0) return std::string();
    }
  };
  EXPECT_EQ(changed([](const std::string&) {}), "");
  EXPECT_NE(changed([](const std::string& p) {
              std::filesystem::resize_file(p, 6'000);
            }).find("changed while it was read"),
            std::string::npos);
  EXPECT_NE(changed([](const std::string& p) {
              std::filesystem::resize_file(p, 20'000);
            }).find("changed"),
            std::string::npos);
  EXPECT_NE(changed([](const std::string& p) {
              std::filesystem::last_write_time(
                  p, std::filesystem::file_time_type(std::chrono::seconds(7)));
            }).find("changed"),
            std::string::npos);
}

TEST(Input, RefusalsNameThePath) {
  Folder folder;
  const auto missing = open_input(folder.file("none.csv"), {});
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_NE(missing.error().message().find("none.csv: cannot be opened: No such file"),
            std::string::npos);
  EXPECT_EQ(open_input(folder.file(""), {}).error().code(), Code::invalid_config);
}

TEST(Input, SkipInPlainAndCompressedFiles) {
  Folder folder;
  const std::string text = sample();
  for (const std::string& stored : {text, gzip(text), zstd(text)}) {
    auto input = open_input(folder.write("s", stored), {});
    ASSERT_TRUE((*input)->skip(150'000).ok());
    std::string rest, part(100'000, '\0');
    for (;;) {
      const auto got = (*input)->read(part.data(), part.size());
      ASSERT_TRUE(got.ok()) << got.error().message();
      if (*got == 0) break;
      rest.append(part, 0, *got);
    }
    EXPECT_EQ(rest, text.substr(150'000));
    auto shorter = open_input(folder.file("s"), {});
    EXPECT_EQ((*shorter)->skip(200'001).code(), Code::invalid_data);
  }
}

TEST(Input, PathsAndGlobs) {
  Folder folder;
  for (const char* name : {"b.csv", "a.csv", "c.txt", "[x].csv"}) folder.write(name, "");
  EXPECT_EQ(*expand_paths({folder.file("?.csv")}),
            (std::vector<std::string>{folder.file("a.csv"), folder.file("b.csv")}));
  EXPECT_EQ(*expand_paths({folder.file("[x].csv"), folder.file("none")}),
            (std::vector<std::string>{folder.file("[x].csv"), folder.file("none")}));
  EXPECT_EQ(expand_paths({folder.file("*.zip")}).error().code(), Code::not_found);
  EXPECT_FALSE(expand_paths({}).ok());
  EXPECT_FALSE(expand_paths({"-", "a"}).ok());
}

/// A pipe: rows come out while the writer still writes, and waiting is reported.
TEST(Input, PipesGiveRowsBeforeTheirEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[0]);
  const std::string first = "a,b\n1,x\n2,y\n3,";
  ASSERT_EQ(::write(ends[1], first.data(), first.size()), static_cast<ssize_t>(first.size()));
  const Schema schema = wf::testing::schema("a:int64 b:utf8");
  auto reader = open_csv({path}, {}, schema, {});
  ASSERT_TRUE(reader.ok()) << reader.error().message();
  Batch batch;
  ASSERT_EQ(*(*reader)->next(&batch), Next::batch);
  EXPECT_EQ(batch.rows(), 2);
  EXPECT_EQ(*(*reader)->next(&batch), Next::idle);
  EXPECT_GE((*reader)->wait_descriptor(), 0);
  ASSERT_EQ(::write(ends[1], "z\n", 2), 2);
  ASSERT_EQ(*(*reader)->next(&batch), Next::batch);
  EXPECT_EQ(batch.strings(1)[0], "z");
  ::close(ends[1]);
  EXPECT_EQ(*(*reader)->next(&batch), Next::end);
  ::close(ends[0]);
}

}  // namespace
}  // namespace wf::io
