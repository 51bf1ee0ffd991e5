// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/nearest.hpp"

#include <gtest/gtest.h>

namespace wf {
namespace {

TEST(Nearest, EditDistance) {
  EXPECT_EQ(edit_distance("tokenise", "tokenize", 3), 1u);
  EXPECT_EQ(edit_distance("form", "from", 3), 1u);  // neighbours swapped
  EXPECT_EQ(edit_distance("abc", "", 5), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting", 3), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting", 2), 3u);  // limit + 1
  EXPECT_EQ(edit_distance("a", "abcdefgh", 2), 3u);
}

TEST(Nearest, Name) {
  const std::vector<std::string> keys = {"uses", "from", "with", "after", "retry_delay"};
  EXPECT_EQ(nearest_name("form", keys), "from");
  EXPECT_EQ(nearest_name("retry-delay", keys), "retry_delay");
  EXPECT_EQ(nearest_name("FROM", keys), "from");
  EXPECT_EQ(nearest_name("retry", keys), "retry_delay");  // a prefix
  EXPECT_EQ(nearest_name("zzzz", keys), std::nullopt);
  EXPECT_EQ(nearest_name("", keys), std::nullopt);
  EXPECT_EQ(nearest_name("x", {"y"}), std::nullopt);  // one letter replaced is another name
}

TEST(Nearest, Hint) {
  EXPECT_EQ(did_you_mean("scroe", {"body", "score"}), "did you mean 'score'?");
  EXPECT_EQ(did_you_mean("zzzz", {"body", "score"}), "");
}

}  // namespace
}  // namespace wf
