// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include <gtest/gtest.h>

#include <vector>

namespace weirflow::socket {
namespace {

using Strings = std::vector<std::string>;

/// All frames of `bytes` given in pieces of `piece`; those too long marked, a part that is left
/// too.
Strings cut(Framing framing, const std::string& bytes, size_t piece, size_t most = 10) {
  FrameCutter cutter(framing, most);
  Strings all;
  const auto take = [&](const FrameCutter::Frame& frame) {
    all.push_back((frame.too_long ? "!" : "") + frame.text);
  };
  for (size_t at = 0; at < bytes.size(); at += piece) cutter.add(bytes.substr(at, piece), take);
  if (!cutter.finish(take)) all.emplace_back("(part)");
  return all;
}

std::string framed(const std::string& text) {
  const auto n = static_cast<uint32_t>(text.size());
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

TEST(FramesTest, LinesWhereverTheBytesAreCut) {
  for (size_t piece = 1; piece < 40; ++piece) {
    EXPECT_EQ(cut(Framing::line, "one\n\n0123456789\n0123456789A\nlast", piece),
              (Strings{"one", "", "0123456789", "!0123456789A", "last"}))
        << piece;
    EXPECT_EQ(cut(Framing::line, "one\n", piece), (Strings{"one"}));
  }
}

TEST(FramesTest, LengthsWhereverTheBytesAreCut) {
  const std::string long_one(20, 'x');
  const std::string bytes =
      framed("ab") + "ab" + framed("") + framed(long_one) + long_one + framed("c\nd") + "c\nd";
  for (size_t piece = 1; piece < 50; ++piece)
    EXPECT_EQ(cut(Framing::length, bytes, piece), (Strings{"ab", "", "!xxxxxxxxxxx", "c\nd"}))
        << piece;
}

TEST(FramesTest, APartOfAFrameIsNoRow) {
  const std::string bytes = framed("abcd") + "abcd";
  for (size_t size = 1; size < bytes.size(); ++size)
    EXPECT_EQ(cut(Framing::length, bytes.substr(0, size), 100), (Strings{"(part)"})) << size;
  EXPECT_EQ(cut(Framing::length, "", 100), Strings());
}

TEST(FramesTest, AnEndlessFrameTakesNoMemory) {
  FrameCutter cutter(Framing::length, 1 << 20);
  int frames = 0;
  cutter.add("\xFF\xFF\xFF\xFF", [&](const FrameCutter::Frame&) { ++frames; });
  for (int i = 0; i < 100; ++i)
    cutter.add(std::string(1 << 16, 'x'), [&](const FrameCutter::Frame&) { ++frames; });
  EXPECT_EQ(frames, 0);
  EXPECT_FALSE(cutter.finish([](const FrameCutter::Frame&) {}));
}

}  // namespace
}  // namespace weirflow::socket
