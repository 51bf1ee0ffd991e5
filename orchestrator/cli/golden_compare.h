// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Expected rows against those that came. Threads: pure functions.
///
/// Compared are the columns that any expected row names; one that a row does not name is null
/// there. Without `order`, rows are matched whatever their order; what is left over is paired with
/// what is most like it.

#include <string>
#include <vector>

#include "cli/golden_bed.h"
#include "cli/golden_file.h"

namespace weirflow::cli {

/// One difference.
struct GoldenDifference {
  enum class Kind { missing, unexpected, changed, other } kind = Kind::other;
  std::string row;  ///< as TOML; of a changed one the expected
  struct Cell {
    std::string column, expected, actual;
    dag::SourceRange range;  ///< of the expected value
  };
  std::vector<Cell> cells;  ///< of a changed row
  std::string message;      ///< of `other`
  dag::SourceRange range;   ///< of the expected row, or of the expectation
};

/// Everything that is not as expected at one place of a case.
struct GoldenFinding {
  std::string at;          ///< "counts", "window.late", "refused parse", or "" for the case
  dag::SourceRange range;  ///< of the expectation
  std::string message;     ///< "2 of 5 rows differ"
  std::vector<GoldenDifference> differences;
};

/// Nothing when all is as expected.
std::vector<GoldenFinding> compare_rows(const GoldenRows& expected,
                                        const GoldenBed::Collected& collected);
std::vector<GoldenFinding> compare_refusals(const GoldenRefusals& expected,
                                            const GoldenBed::Collected& collected);

/// The columns that rows of the expectation name, in order of first mention; all that came when
/// they name none.
std::vector<std::string> compared_columns(const GoldenRows& expected,
                                          const GoldenBed::Collected& collected);

}  // namespace weirflow::cli
