// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

const std::vector<std::string>& words() {
  static const std::vector<std::string> list{"n",
                                             "small",
                                             "x",
                                             "narrow",
                                             "s",
                                             "raw",
                                             "b",
                                             "t",
                                             "row",
                                             "words",
                                             "pairs",
                                             "point",
                                             ".lat",
                                             "\"odd name\"",
                                             "nothing",
                                             "null",
                                             "true",
                                             "false",
                                             "1",
                                             "0",
                                             "-1",
                                             "2.5",
                                             "'a'",
                                             "'%'",
                                             "'2026-01-01'",
                                             "9223372036854775807",
                                             "(",
                                             ")",
                                             "(",
                                             ")",
                                             "[0]",
                                             ",",
                                             "+",
                                             "-",
                                             "*",
                                             "/",
                                             "%",
                                             "=",
                                             "<>",
                                             "<",
                                             ">=",
                                             "||",
                                             " and ",
                                             " or ",
                                             " not ",
                                             " is null",
                                             " is not null",
                                             " in (",
                                             " between ",
                                             " like ",
                                             " ilike ",
                                             " case when ",
                                             " then ",
                                             " else ",
                                             " end ",
                                             "cast(",
                                             " as int32)",
                                             " as utf8)",
                                             "try(",
                                             "coalesce(",
                                             "lower(",
                                             "length(",
                                             "substr(",
                                             "abs(",
                                             "ln(",
                                             "pow(",
                                             "least(",
                                             "hash64(",
                                             "year(",
                                             "round(",
                                             "trim(",
                                             " is distinct from ",
                                             "regexp_matches(",
                                             "replace(",
                                             "nullif(",
                                             "list_length(",
                                             "\xC3\xA4",
                                             "\0",
                                             "'",
                                             "\""};
  return list;
}

TEST(ExpressionFuzz, RandomWords) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 60'000; ++i) {
    std::string text;
    const size_t n = 1 + random() % 12;
    for (size_t k = 0; k < n; ++k) text += words()[random() % words().size()];
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
}

TEST(ExpressionFuzz, SpoiltExpressions) {
  const std::vector<std::string> seeds{
      "case when n > 0 then upper(s) else coalesce(s, 'x') || cast(x as utf8) end",
      "n in (1, 2, 3) and t between '2000-01-01' and '2030-01-01' or words[0] like '%a_' escape "
      "'!'",
      "try(10 / n) is distinct from pairs[row].value", "point.lat + narrow * 2 <= -small % 3",
      "greatest(n, row, least(1, 2)) = hash64(s, words) and not b is true"};
  std::mt19937_64 random(11);
  for (int i = 0; i < 40'000; ++i) {
    std::string text = seeds[random() % seeds.size()];
    for (size_t k = random() % 4 + 1; k > 0 && !text.empty(); --k) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text.erase(at, random() % 6 + 1);
          break;
        case 1:
          text[at] = static_cast<char>(random());
          break;
        default:
          text.insert(at, words()[random() % words().size()]);
      }
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
}

}  // namespace
