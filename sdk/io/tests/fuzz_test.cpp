// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// A short run of the fuzz targets on seeded random input, so that every build has tried them.
#include "targets.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace wf::io {
namespace {

/// Random pieces that mean something to the format.
std::string pieces(std::mt19937& random, const std::vector<std::string>& parts, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += parts[random() % parts.size()];
  return text;
}

void run(int (*target)(const uint8_t*, size_t), const std::string& input) {
  ASSERT_EQ(target(reinterpret_cast<const uint8_t*>(input.data()), input.size()), 0);
}

TEST(Fuzz, Csv) {
  std::mt19937 random(17);
  const std::vector<std::string> parts{",",         ";", "\"", "\"\"", "\n", "\r\n",
                                       "\r",        " ", "\t", "a",    "1",  "2.5",
                                       "true",      "#", "\\", "\xE9", "é",  std::string(1, '\0'),
                                       "2016-01-01"};
  for (int i = 0; i < 2000; ++i) {
    std::string input;
    for (int k = 0; k < 4; ++k) input += static_cast<char>(random());
    run(fuzz_csv, input + pieces(random, parts, static_cast<int>(random() % 120)));
  }
}

TEST(Fuzz, Json) {
  std::mt19937 random(19);
  const std::vector<std::string> parts{"{",
                                       "}",
                                       "[",
                                       "]",
                                       ":",
                                       ",",
                                       "\"a\"",
                                       "\"b\"",
                                       "\"l\"",
                                       "\"v\"",
                                       "\"t\"",
                                       "1",
                                       "-2.5e3",
                                       "99999999999999999999",
                                       "true",
                                       "null",
                                       "\"",
                                       "\\",
                                       "\\u12",
                                       "\n",
                                       " ",
                                       "{\"a\":{\"b\":1},\"l\":[1,2]}\n",
                                       "{\"v\":[{\"index\":1,\"value\":2}]}\n",
                                       "{\"t\":\"2016-01-01\"}\n",
                                       "{\"l\":[",
                                       "\xE9",
                                       "\x01"};
  for (int i = 0; i < 2000; ++i)
    run(fuzz_json, std::string(1, static_cast<char>(random())) +
                       pieces(random, parts, static_cast<int>(random() % 60)));
}

}  // namespace
}  // namespace wf::io
