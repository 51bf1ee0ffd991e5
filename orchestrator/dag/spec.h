// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A DAG file and a group file as written, checked one by one but not yet joined: what the reader
/// (reader.h) makes of TOML, and what expansion (expand.h) works on. Reference of every key:
/// orchestrator/docs/dag-format.md.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dag/source.h"
#include "dag/value.h"
#include "dag/words.h"

namespace weirflow::dag {

/// A value with the place that says it; nowhere for a default.
template <typename T>
struct Located {
  T value{};
  SourceRange range;
};
using Name = Located<std::string>;

/// One end of a data edge as written: `"parts.train"`.
struct EdgeSpec {
  std::string task;
  std::string port;   ///< "" = the task's only output
  SourceRange range;  ///< of the string
  WhenFull when_full = WhenFull::block;
  SourceRange when_full_range;
  std::optional<Located<int64_t>> limit;  ///< bytes that a queue may hold
};

/// What feeds one input port; several edges are a union in this order.
struct InputSpec {
  Name port;  ///< "" = the task's only input
  std::vector<EdgeSpec> edges;
};

/// How a task is run; unset = taken from the surroundings (task that uses the group, [defaults]).
struct PolicySpec {
  std::optional<Located<int64_t>> retries;
  std::optional<Located<int64_t>> retry_delay;      ///< microseconds
  std::optional<Located<int64_t>> max_retry_delay;  ///< microseconds
  std::optional<Located<int64_t>> timeout;          ///< microseconds
  std::optional<Located<Backoff>> backoff;
  std::optional<Located<OnError>> on_error;
  std::optional<Located<Isolation>> isolation;
  std::optional<Located<bool>> retry_duplicates;
};

struct TaskSpec {
  std::string name;
  SourceRange range;      ///< of the name in its header
  Name uses;              ///< "library.component", or "" when it is a group
  Name group;             ///< path as written, or ""
  std::string group_key;  ///< key into Loaded::groups, "" when the file could not be read
  std::vector<InputSpec> from;
  SourceRange from_range;
  Value with;  ///< a table (empty when unset) with templates
  std::vector<Name> after;
  std::optional<Value> when;  ///< string or template
  std::optional<Located<TriggerRule>> trigger;
  std::optional<Located<Mode>> mode;
  std::optional<Value> model;  ///< string or template
  std::optional<Located<OnMissing>> on_missing;
  PolicySpec policy;
};

struct ParamSpec {
  std::string name;
  SourceRange range;  ///< of the name
  ParamType type = ParamType::string;
  bool required = false;
  std::optional<Value> default_value;
  std::string help;
  std::vector<Value> allowed;  ///< empty: any value of the type
};

/// Kept as written; the scheduler gives it its meaning.
struct ScheduleSpec {
  SourceRange range;
  Name cron;                              ///< or ""
  std::optional<Located<int64_t>> every;  ///< microseconds
  Name timezone;                          ///< "" = UTC
  Name on_gap;                            ///< skip, next, before
  Name on_overlap;                        ///< first, second, both
  std::optional<Located<bool>> catchup;
  Name start, end;  ///< dates or times as written
};

/// What DAG files and group files have in common.
struct BodySpec {
  FileId file = kNoFile;
  std::vector<ParamSpec> params;
  PolicySpec defaults;
  std::vector<TaskSpec> tasks;
};

/// How a stream keeps what it would go on from.
struct CheckpointSpec {
  SourceRange range;                         ///< of the section's name; unknown when there is none
  std::optional<Located<int64_t>> interval;  ///< microseconds; 0 = none are taken
  std::optional<Located<int64_t>> timeout;   ///< microseconds
  std::optional<Located<int64_t>> keep;
};

struct DagSpec : BodySpec {
  Name name;
  std::string description;
  std::vector<std::string> tags;
  std::vector<ScheduleSpec> schedules;
  CheckpointSpec checkpoint;
};

struct GroupInputSpec {
  Name name;
  std::vector<EdgeSpec> targets;  ///< member ports that get these rows
};
struct GroupOutputSpec {
  Name name;
  EdgeSpec port;                         ///< member port whose rows leave here
  std::optional<std::vector<Name>> add;  ///< columns beside the group's input columns; unset: all
};
struct GroupSpec : BodySpec {
  Name name;  ///< or ""
  std::string description;
  std::vector<GroupInputSpec> inputs;
  std::vector<GroupOutputSpec> outputs;
};

/// A DAG file with all the group files that it needs, by absolute path.
struct Loaded {
  DagSpec dag;
  std::map<std::string, GroupSpec> groups;
};

}  // namespace weirflow::dag
