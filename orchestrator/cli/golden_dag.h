// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The DAG of a case: its sources give the rows of the case, its sinks and what the case looks at
/// are collected, its actions do nothing. Threads: one.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/golden_bed.h"
#include "cli/golden_file.h"
#include "cli/session.h"

namespace weirflow::cli {

/// A test file that is being run.
struct GoldenSuite {
  GoldenFile file;
  dag::Sources sources;          ///< its text
  dag::Diagnostics diagnostics;  ///< what is wrong with it
};

struct GoldenDag {
  std::unique_ptr<DagFile> file;           ///< has a plan
  std::map<std::string, int64_t> sources;  ///< numbers in the bed, by task
  std::vector<int64_t> expected, refused;  ///< collectors, as the case has them
};

/// Nothing after a report: what is wrong with the test file is in its diagnostics, what is wrong
/// with the DAG, or only shows in it, is added to `problems` as text.
std::optional<GoldenDag> make_golden_dag(GoldenSuite& suite, const GoldenCase& test,
                                         const plugin::Registry& registry, const std::string& home,
                                         GoldenBed& bed, std::string& problems);

}  // namespace weirflow::cli
