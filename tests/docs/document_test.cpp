// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include <gtest/gtest.h>

namespace weirflow::docs {
namespace {

constexpr std::string_view kDocument = R"(# Title
text
```sh
# a comment
one two   # said
three \
  four
```
<!-- not run: needs a broker -->
```console
$ five
its output
```

<!-- file: a.toml -->
```toml
[dag]
```
```
plain
```
)";

TEST(Blocks, LanguageLineTextAndWhatIsSaid) {
  const auto blocks = blocks_of(kDocument);
  ASSERT_EQ(blocks.size(), 4u);
  EXPECT_EQ(blocks[0].language, "sh");
  EXPECT_EQ(blocks[0].line, 3);
  EXPECT_EQ(blocks[0].not_run, "");
  EXPECT_EQ(blocks[1].not_run, "needs a broker");
  EXPECT_EQ(blocks[2].file, "a.toml");
  EXPECT_EQ(blocks[2].text, "[dag]\n");
  EXPECT_EQ(blocks[3].language, "");
}

TEST(Commands, OfShellAndConsole) {
  const auto blocks = blocks_of(kDocument);
  ASSERT_EQ(blocks.size(), 4u);
  const auto shell = commands_of(blocks[0]);
  ASSERT_EQ(shell.size(), 2u);
  EXPECT_EQ(shell[0].line, 5);
  EXPECT_EQ(shell[0].text, "one two   # said");
  EXPECT_EQ(shell[1].text, "three   four");
  const auto console = commands_of(blocks[1]);
  ASSERT_EQ(console.size(), 1u);
  EXPECT_EQ(console[0].text, "five");
  EXPECT_TRUE(commands_of(blocks[2]).empty());
}

}  // namespace
}  // namespace weirflow::docs
