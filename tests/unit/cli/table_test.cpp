// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/figures.h"
#include "core/text.h"

namespace weirflow::cli {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirContent) {
  EXPECT_EQ(format_table({{"TASK"}, {"ROWS", true}}, {{"a", "1"}, {"longer", "12345"}}, 0),
            "TASK     ROWS\n"
            "a           1\n"
            "longer  12345\n");
}

TEST(Table, TheWidestColumnIsCutToFit) {
  const std::string text = format_table({{"A"}, {"B"}}, {{"short", std::string(200, 'x')}}, 40);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 40U) << line;
  EXPECT_NE(text.find("short"), std::string::npos);
  EXPECT_NE(text.find("…"), std::string::npos);
}

TEST(Table, WideLettersAndControlsKeepTheColumns) {
  EXPECT_EQ(format_table({{"A"}, {"B"}}, {{"日本", "x"}, {"a\nb\x1b", "y"}}, 0),
            "A     B\n"
            "日本  x\n"
            "a b   y\n");
}

TEST(Table, MissingCellsAreEmpty) {
  EXPECT_EQ(format_table({{"A"}, {"B"}}, {{"x"}}, 0), "A  B\nx\n");
}

TEST(Figures, AreReadable) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1234567), "1,234,567");
  EXPECT_EQ(count_text(-1234), "-1,234");
  EXPECT_EQ(seconds_text(999'000), "999 ms");
  EXPECT_EQ(seconds_text(1'500'000), "1.5 s");
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(4096), "4 KiB");
  EXPECT_EQ(bytes_text((int64_t{3} << 20) / 2), "1.5 MiB");
  EXPECT_EQ(counted(1, "task"), "1 task");
  EXPECT_EQ(counted(2000, "task"), "2,000 tasks");
}

}  // namespace
}  // namespace weirflow::cli
