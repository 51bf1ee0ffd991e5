// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The readers of single tables, between reader.cpp (files) and section_check.h (keys).
/// Each reports what is wrong and answers with what is right.

#include <vector>

#include "dag/diagnostics.h"
#include "dag/spec.h"

namespace weirflow::dag {

struct ReadContext {
  Sources& sources;
  Diagnostics& diagnostics;
};

/// One `[task.NAME]`; precondition: a table.
TaskSpec read_task(const Member& member, ReadContext context);

/// The keys of `[defaults]`, also where they stand in a task.
PolicySpec read_policy(const Value& table);

/// All `[[schedule]]` tables.
std::vector<ScheduleSpec> read_schedules(const Value& list, ReadContext context);

/// `[group]`.
void read_group_table(const Value& table, SourceRange where, GroupSpec& group, ReadContext context);

/// "task" or "task.port" (with bad names reported); nothing after a report.
std::optional<EdgeSpec> read_port(const Value& value, ReadContext context);

}  // namespace weirflow::dag
