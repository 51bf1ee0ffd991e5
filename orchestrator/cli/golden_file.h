// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A file of golden cases, NAME.test.toml beside its DAG, as `weirflow test` reads it. Reference of
/// every key: orchestrator/docs/testing.md. Threads: pure functions.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/spec.h"
#include "dag/value.h"
#include "weirflow/schema.hpp"

namespace weirflow::cli {

/// A column that a source is given, with the place of its type.
struct GoldenColumn {
  dag::Name name;
  wf::DataType type;
};

/// A source of the DAG that is replaced by what the case says.
struct GoldenSource {
  dag::Name task;
  std::optional<std::vector<GoldenColumn>> columns;  ///< unset: those of the DAG's own source
  dag::Name time;                                    ///< column of event times, or ""
  int64_t out_of_order = 0;                          ///< microseconds behind the highest of them
  std::optional<bool> endless;                       ///< unset: as the DAG's own source
};

/// What happens next in a case.
struct GoldenStep {
  enum class Kind { rows, watermark, idle, end, advance, checkpoint, crash } kind = Kind::rows;
  dag::Name source;  ///< of the first four
  dag::Value rows;   ///< a list of tables
  int64_t us = 0;    ///< of a watermark the time, of advance the duration
  dag::SourceRange range;
};

/// Rows that leave a port, or go into a sink.
struct GoldenRows {
  dag::Name at;     ///< "task" or "task.port"
  dag::Value rows;  ///< a list of tables; null when only `count` is given
  bool order = false;
  double tolerance = 0;
  std::optional<int64_t> count;
  std::vector<dag::Name> columns;  ///< all that there are, when given
};

/// Rows that a task refuses.
struct GoldenRefusals {
  struct One {
    dag::Name code, contains, row;
    dag::SourceRange range;
  };
  dag::Name task;
  std::vector<One> rows;
};

/// That the run fails.
struct GoldenFailure {
  dag::Name task, contains;
  dag::SourceRange range;
};

struct GoldenCase {
  dag::Name name;
  std::string about;
  std::vector<std::pair<std::string, dag::Value>> params;
  std::vector<GoldenSource> sources;
  std::vector<dag::Name> keep;    ///< sources, sinks and actions that stay as they are
  std::vector<dag::Name> select;  ///< only these tasks and what they need
  std::vector<std::pair<dag::Name, dag::Name>> models;  ///< by task: what it is applied with
  std::vector<GoldenStep> steps;
  bool ends = true;      ///< behind the last step, sources end
  int64_t start_us = 0;  ///< processing time of the first step
  std::vector<GoldenRows> expected;
  std::vector<GoldenRefusals> refused;
  std::optional<GoldenFailure> failure;
};

struct GoldenFile {
  std::string path;  ///< as given
  dag::FileId file = dag::kNoFile;
  std::string dag;                   ///< path of the DAG
  std::string home;                  ///< where models are; "" = the command's
  int64_t patience_us = 60'000'000;  ///< real time that a step may take
  std::vector<GoldenCase> cases;
};

/// Reports everything that is wrong with the file; nothing after a report.
std::optional<GoldenFile> read_golden_file(const std::string& path, dag::Sources& sources,
                                           dag::Diagnostics& diagnostics);

}  // namespace weirflow::cli
